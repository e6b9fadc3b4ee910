//! The own passphrase: the old one once, the new one twice.
//!
//! What was typed leaves this page with the act and does not stay behind; a wrong old passphrase means typing again.

use iced::widget::{column, container, text, text_input};

use super::Message;
use crate::station::counter::Passphrase;
use crate::ui::spacing::{BODY, L, M, VALUE, XS};
use crate::ui::theme::{self, Tone, ink};
use crate::ui::widget::parts::{banner, caption, card, chip, headline};
use crate::ui::{Context, Element};

/// Fewer characters are no passphrase.
const SHORTEST: usize = 8;

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The one so far.
    Old,
    /// The new one.
    New,
    /// The new one again.
    Again,
}

impl Secret {
    const ALL: [Self; 3] = [Self::Old, Self::New, Self::Again];

    /// Its name in the window, which is also the key of its words.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Old => "settings-old-passphrase",
            Self::New => "settings-new-passphrase",
            Self::Again => "settings-passphrase-again",
        }
    }
}

/// Why the three are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The old one is empty.
    OldMissing,
    /// The new one is too short.
    TooShort,
    /// The new one is the old one.
    Same,
    /// The two new ones differ.
    Differ,
}

impl Fault {
    const fn field(self) -> Secret {
        match self {
            Self::OldMissing => Secret::Old,
            Self::TooShort | Self::Same => Secret::New,
            Self::Differ => Secret::Again,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::OldMissing => "settings-fault-old-missing",
            Self::TooShort => "settings-fault-too-short",
            Self::Same => "settings-fault-same",
            Self::Differ => "settings-fault-differ",
        }
    }
}

/// What was typed.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    typed: [Passphrase; 3],
    fault: Option<Fault>,
}

impl Secrets {
    /// Something is typed.
    pub(super) fn type_in(&mut self, secret: Secret, typed: Passphrase) {
        self.typed[secret as usize] = typed;
        self.fault = None;
    }

    fn typed(&self, secret: Secret) -> &str {
        &self.typed[secret as usize].0
    }

    fn fault(&self) -> Option<Fault> {
        let [old, new, again] = Secret::ALL.map(|secret| self.typed(secret));
        if old.is_empty() {
            Some(Fault::OldMissing)
        } else if new.chars().count() < SHORTEST {
            Some(Fault::TooShort)
        } else if new == old {
            Some(Fault::Same)
        } else {
            (new != again).then_some(Fault::Differ)
        }
    }

    /// Takes the old and the new one out, when they may be used; says which field to correct otherwise.
    pub(super) fn take(&mut self) -> Result<(Passphrase, Passphrase), Secret> {
        self.fault = self.fault();
        if let Some(fault) = self.fault {
            return Err(fault.field());
        }
        let [old, new, _] = std::mem::take(&mut self.typed);
        Ok((old, new))
    }

    /// The page.
    pub(super) fn view<'a>(&'a self, ctx: &Context<'a>, done: bool) -> Element<'a, Message> {
        let mut parts = column![headline(ctx.t("settings-passphrase"))].spacing(L);
        if done {
            return parts.push(banner(Tone::Good, ctx.t("settings-passphrase-changed"))).into();
        }
        let mut fields = column![caption(ctx.t("settings-passphrase-advice"))].spacing(M);
        for secret in Secret::ALL {
            fields = fields.push(self.field(ctx, secret));
        }
        parts = parts.push(container(card(fields)).max_width(620.0));
        parts.into()
    }

    fn field<'a>(&'a self, ctx: &Context<'a>, secret: Secret) -> Element<'a, Message> {
        let input = text_input("", self.typed(secret))
            .id(secret.id())
            .secure(true)
            .size(VALUE)
            .padding(10)
            .style(theme::field)
            .on_input(move |typed| Message::Secret(secret, Passphrase::new(typed)));
        let mut parts = column![text(ctx.t(secret.id())).size(BODY).style(ink::muted), input].spacing(XS);
        if let Some(fault) = self.fault.filter(|fault| fault.field() == secret) {
            parts = parts.push(chip(Tone::Bad, ctx.t(fault.key())));
        }
        parts.into()
    }
}
