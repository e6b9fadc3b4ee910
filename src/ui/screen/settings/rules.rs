//! The form of the station's rules.

use iced::widget::{Space, button, column, container, row, text, text_input};
use iced::{Center, Fill};

use super::form::Field;
use super::pages::{by_itself_word, faces_word, listed, repaint_word, slaps_word};
use super::{Message, Rules};
use crate::domain::session::Step;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, VALUE, XS};
use crate::ui::theme::{self, Tone, ink, press};
use crate::ui::widget::parts::{BOLD, banner, caption, card, chip, headline, key_cap, title};
use crate::ui::{Context, Element, text as say};

/// Days without service that fit into the form.
const HOLIDAYS: usize = 20;

impl Rules {
    /// The form: order of the steps, numbers, calendar.
    pub(super) fn view<'a>(&'a self, ctx: &Context<'a>, saved: bool) -> Element<'a, Message> {
        let mut parts = column![headline(ctx.t("settings-edit-rules"))].spacing(M);
        if self.leaving {
            parts = parts.push(banner(Tone::Warning, ctx.t("settings-leaving")));
        } else if saved {
            parts = parts.push(banner(Tone::Good, ctx.t("settings-saved")));
        }
        let columns = row![
            card(self.order(ctx)).height(Fill),
            card(self.numbers(ctx)).height(Fill),
            card(self.calendar(ctx)).height(Fill),
        ];
        parts.push(columns.spacing(M).height(Fill)).into()
    }

    fn order<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let fixed = |number: usize, step: Step| {
            let words = text(format!("{number} {}", say::step(ctx.words, step))).size(VALUE).style(ink::muted);
            container(words).padding([S, M])
        };
        let mut steps = column![fixed(1, Step::Verify)].spacing(XS);
        for (place, step) in self.draft.middle.iter().enumerate() {
            let chosen = place == self.step;
            let words = text(format!("{} {}", place + 2, say::step(ctx.words, *step))).size(VALUE);
            let words = if chosen { words.font(BOLD) } else { words };
            steps = steps.push(
                button(words).width(Fill).padding([S, M]).style(press::row(chosen)).on_press(Message::PickStep(place)),
            );
        }
        steps = steps.push(fixed(self.draft.middle.len() + 2, Step::Confirm));
        let keys = row![key_cap(Key::Up), key_cap(Key::Down), caption(ctx.t("settings-order-choose"))];
        column![
            title(ctx.t("settings-order")),
            steps,
            keys.spacing(S).align_y(Center),
            caption(ctx.t("settings-order-advice")),
        ]
        .spacing(S)
        .into()
    }

    fn numbers<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let fields = [Field::FingerQuality, Field::IrisQuality, Field::Tries, Field::ConfirmScore];
        let mut parts = column![title(ctx.t("settings-thresholds"))].spacing(S);
        for field in fields {
            parts = parts.push(self.field(ctx, field));
        }
        let choices = [
            (Key::F(10), "settings-slaps", slaps_word(self.draft.slaps)),
            (Key::F(5), "settings-by-itself", by_itself_word(self.draft.by_itself)),
            (Key::F(3), "settings-repaint", repaint_word(self.draft.repaint)),
            (Key::F(9), "settings-faces", faces_word(self.draft.faces)),
        ];
        for (key, name, word) in choices {
            let choice = row![
                key_cap(key),
                text(ctx.t(name)).size(BODY).style(ink::muted),
                Space::new().width(Fill),
                text(ctx.t(word)).size(VALUE).font(BOLD),
            ];
            parts = parts.push(choice.spacing(S).align_y(Center));
        }
        parts.push(caption(ctx.t("settings-thresholds-advice"))).into()
    }

    fn calendar<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let zone = row![
            key_cap(Key::F(8)),
            text(ctx.t("settings-zone")).size(BODY).style(ink::muted),
            Space::new().width(Fill),
            text(self.draft.zone.word()).size(VALUE).font(BOLD),
        ];
        let today = self.draft.zone.date(ctx.now);
        let days = self.draft.coming(today);
        column![
            title(ctx.t("settings-office")),
            zone.spacing(S).align_y(Center),
            self.field(ctx, Field::Capacity),
            self.field(ctx, Field::LockAfter),
            self.field(ctx, Field::Holiday),
            caption(ctx.t("settings-holidays")),
            text(listed(ctx, &days, HOLIDAYS)).size(BODY),
        ]
        .spacing(S)
        .into()
    }

    /// A field with its name; below it what is wrong, as soon as something is.
    fn field<'a>(&'a self, ctx: &Context<'a>, field: Field) -> Element<'a, Message> {
        let example = if field == Field::Holiday { ctx.t("settings-holiday-example") } else { String::new() };
        let mut input = text_input(&example, self.draft.typed(field))
            .id(field.id())
            .size(VALUE)
            .padding([6.0, 10.0])
            .width(if field == Field::Holiday { 150.0 } else { 90.0 })
            .style(theme::field);
        if !self.leaving {
            input = input.on_input(move |typed| Message::Typed(field, typed));
        }
        let line = row![container(text(ctx.t(field.id())).size(BODY)).width(Fill), input].spacing(L).align_y(Center);
        let mut parts = column![line].spacing(XS);
        if !self.draft.is_right(field) {
            parts = parts.push(chip(Tone::Bad, fault(ctx, field)));
        }
        parts.into()
    }
}

fn fault(ctx: &Context<'_>, field: Field) -> String {
    match field.range() {
        Some(range) => {
            let (least, most) = (range.start().to_string(), range.end().to_string());
            ctx.say("settings-fault-range", &[("least", &least), ("most", &most)])
        }
        None => ctx.t("settings-fault-date"),
    }
}
