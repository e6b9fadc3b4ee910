//! Drawing a number: one question, answered by a digit.

use iced::widget::{button, column, container, row, text};
use iced::{Center, Fill};

use super::Message;
use crate::domain::nik::Nik;
use crate::office::queue::Priority;
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, L, M, S, TARGET, VALUE, XL};
use crate::ui::theme::{plate, press};
use crate::ui::widget::parts::{BOLD, caption, headline, key_cap, value};
use crate::ui::{Action, Context, Element};

/// Why somebody goes first, by digit; the last has no reason.
const REASONS: [(char, Option<Priority>, &str); 4] = [
    ('1', Some(Priority::Elderly), "draw-elderly"),
    ('2', Some(Priority::Disabled), "draw-disabled"),
    ('3', Some(Priority::Pregnant), "draw-pregnant"),
    ('4', None, "draw-none"),
];

/// The question.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draw {
    /// For whom, when known.
    pub(super) whose: Option<(Nik, String)>,
}

impl Draw {
    /// Enter means the usual case.
    pub(super) fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let mut actions: Vec<_> = REASONS
            .into_iter()
            .map(|(digit, priority, _)| Action::hidden(Key::Char(digit), Message::Draw(priority)))
            .collect();
        actions.push(Action::secondary(Key::Escape, ctx.t("key-cancel"), Message::CloseDraw));
        actions.push(Action::primary(Key::Enter, ctx.t("draw-enter"), Message::Draw(None)));
        actions
    }

    pub(super) fn view<'a>(&self, ctx: &Context<'a>) -> Element<'a, Message> {
        let whose = match &self.whose {
            Some((nik, name)) => {
                column![value(shorten(name, 40)), text(nik.as_str().to_owned()).size(BODY)].spacing(S / 2.0)
            }
            None => column![text(ctx.t("draw-unknown")).size(VALUE)],
        };
        let mut question = column![headline(ctx.t("draw-headline")), whose].spacing(L).width(560.0);
        question = question.push(text(ctx.t("draw-question")).size(VALUE).font(BOLD));
        let mut reasons = column![].spacing(S);
        for (digit, priority, words) in REASONS {
            let line = row![key_cap(Key::Char(digit)), text(ctx.t(words)).size(VALUE)].spacing(M).align_y(Center);
            let reason = button(container(line).center_y(Fill)).width(Fill).height(TARGET).padding([0.0, M]);
            reasons = reasons.push(reason.style(press::row(false)).on_press(Message::Draw(priority)));
        }
        let card = container(question.push(reasons).push(caption(ctx.t("draw-explained"))));
        container(card.padding(XL).style(plate::card)).center(Fill).into()
    }
}
