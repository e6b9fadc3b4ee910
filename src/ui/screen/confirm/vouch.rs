//! Nothing is left to compare: a supervisor knows the person, says why, and proves who is saying it.

use iced::widget::{Column, button, column, container, row, text, text_input};
use iced::{Center, Fill};

use crate::domain::user::Role;
use crate::office::words::{Language, Words};
use crate::station::counter::{Act, Passphrase, Seat};
use crate::ui::keys::Key;
use crate::ui::spacing::{L, M, S, TARGET, TITLE, VALUE};
use crate::ui::theme::{self, Tone, ink, plate, press};
use crate::ui::widget::parts::{BOLD, caption, chip, headline, key_button, key_cap};
use crate::ui::{Action, Context, Element, Outcome};

/// The name of the field for the reason.
pub const REASON: &str = "confirm-vouch-reason";
/// The name of the field for the passphrase.
pub const PASSPHRASE: &str = "confirm-vouch-passphrase";
/// Most characters of a reason.
const LONGEST: usize = 200;
/// Supervisors shown at once.
const SHOWN: usize = 4;
/// Reasons that fit mostly.
const REASONS: [&str; 2] = ["confirm-vouch-nothing", "confirm-vouch-face"];

/// What is chosen and typed.
#[derive(Debug, Default)]
pub struct Form {
    at: usize,
    reason: String,
    passphrase: Passphrase,
    complaint: Option<&'static str>,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The supervisor before.
    Up,
    /// The supervisor after.
    Down,
    /// This one.
    Pick(usize),
    /// The reason, as typed.
    Reason(String),
    /// A usual reason.
    Usual(usize),
    /// The passphrase, as typed.
    Typed(Passphrase),
    /// Vouch.
    Vouch,
}

/// Login name and full name of those who may vouch.
fn supervisors<'a>(ctx: &Context<'a>) -> Vec<(&'a str, &'a str)> {
    let officers = ctx.board.place.officers.iter();
    officers
        .filter(|(_, _, role)| *role == Some(Role::Supervisor))
        .map(|(id, name, _)| (id.as_str(), name.as_str()))
        .collect()
}

impl Form {
    /// A passphrase that was begun and not sent is nobody else's.
    pub fn forget(&mut self) {
        self.passphrase = Passphrase::default();
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let last = supervisors(ctx).len().saturating_sub(1);
        match message {
            Message::Up => self.at = self.at.saturating_sub(1),
            Message::Down => self.at = (self.at + 1).min(last),
            Message::Pick(place) => self.at = place.min(last),
            Message::Reason(reason) => {
                self.reason = reason.chars().take(LONGEST).collect();
                self.complaint = None;
            }
            Message::Usual(place) => {
                if let Some(key) = REASONS.get(place) {
                    // The record speaks Indonesian whatever the window speaks.
                    self.reason = Words::of(Language::Indonesian).get(key);
                    self.complaint = None;
                    return vec![Outcome::Focus(PASSPHRASE)];
                }
            }
            Message::Typed(passphrase) => {
                self.passphrase = passphrase;
                self.complaint = None;
            }
            Message::Vouch => return self.vouch(ctx),
        }
        Vec::new()
    }

    fn vouch(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        let reason = self.reason.trim().to_owned();
        let Some((user, _)) = supervisors(ctx).get(self.at).copied() else {
            self.complaint = Some("confirm-vouch-nobody");
            return Vec::new();
        };
        if reason.is_empty() {
            self.complaint = Some("confirm-vouch-no-reason");
            return vec![Outcome::Focus(REASON)];
        }
        if self.passphrase.0.is_empty() {
            self.complaint = Some("confirm-vouch-no-passphrase");
            return vec![Outcome::Focus(PASSPHRASE)];
        }
        // Chosen name and reason stay for another try; the passphrase is typed anew.
        let passphrase = std::mem::take(&mut self.passphrase);
        let act = Act::Vouch { user: user.to_owned(), passphrase, reason };
        vec![Outcome::Do(act), Outcome::Focus(PASSPHRASE)]
    }

    /// What can be done.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let anybody = !supervisors(ctx).is_empty();
        vec![
            Action::hidden(Key::Up, Message::Up),
            Action::hidden(Key::Down, Message::Down),
            Action::hidden(Key::F(3), Message::Usual(0)),
            Action::hidden(Key::F(5), Message::Usual(1)),
            Action::primary(Key::Enter, ctx.t("confirm-vouch"), Message::Vouch).when(anybody),
        ]
    }

    /// The form.
    pub fn view<'a>(&'a self, ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
        let tried = !seat.session.probes().is_empty();
        let why = if tried { "confirm-vouch-failed" } else { "confirm-vouch-none" };
        let head = column![headline(ctx.t("confirm-vouch-head")), text(ctx.t(why)).size(VALUE).style(ink::muted)];
        let form = row![self.who(ctx), self.what(ctx)].spacing(L);
        column![head.spacing(S), form].spacing(L).into()
    }

    fn who<'a>(&self, ctx: &Context<'a>) -> Element<'a, Message> {
        let all = supervisors(ctx);
        if all.is_empty() {
            return container(chip(Tone::Bad, ctx.t("confirm-vouch-nobody"))).width(420.0).into();
        }
        let first = self.at.saturating_sub(SHOWN - 1);
        let rows = all.into_iter().enumerate().skip(first).take(SHOWN).map(|(place, (id, name))| {
            let chosen = place == self.at;
            let mark = if chosen { "●" } else { "○" };
            let name = if name.is_empty() { id } else { name };
            let tone = if chosen { Tone::Primary } else { Tone::Neutral };
            let words = row![
                text(mark).size(VALUE).style(ink::tone(tone)),
                text(crate::ui::shell::shorten(name, 32)).size(VALUE).font(BOLD),
            ];
            button(container(words.spacing(S).align_y(Center)).center_y(Fill))
                .height(TARGET)
                .width(Fill)
                .style(press::row(chosen))
                .on_press(Message::Pick(place))
                .into()
        });
        let keys = row![key_cap(Key::Up), key_cap(Key::Down), caption(ctx.t("confirm-vouch-choose"))];
        let parts =
            column![text(ctx.t("confirm-vouch-who")).size(VALUE).font(BOLD), Column::with_children(rows).spacing(S)];
        container(parts.push(keys.spacing(S).align_y(Center)).spacing(S))
            .padding(L)
            .width(420.0)
            .style(plate::card)
            .into()
    }

    fn what<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let reason = text_input(&ctx.t("confirm-vouch-reason-hint"), &self.reason)
            .id(REASON)
            .on_input(Message::Reason)
            .size(TITLE)
            .padding(M)
            .style(theme::field);
        let passphrase = text_input(&ctx.t("confirm-vouch-passphrase-hint"), &self.passphrase.0)
            .id(PASSPHRASE)
            .secure(true)
            .on_input(|typed| Message::Typed(Passphrase::new(typed)))
            .size(TITLE)
            .padding(M)
            .style(theme::field);
        let usual = REASONS.into_iter().zip([Key::F(3), Key::F(5)]).enumerate();
        let usual = usual.map(|(n, (words, key))| key_button(Action::secondary(key, ctx.t(words), Message::Usual(n))));
        let mut parts = column![
            text(ctx.t("confirm-vouch-reason")).size(VALUE).font(BOLD),
            reason,
            Column::with_children(usual).spacing(S),
            text(ctx.t("confirm-vouch-passphrase")).size(VALUE).font(BOLD),
            passphrase,
        ]
        .spacing(S);
        if let Some(complaint) = self.complaint {
            parts = parts.push(chip(Tone::Bad, ctx.t(complaint)));
        }
        container(parts).padding(L).width(Fill).style(plate::chosen).into()
    }
}
