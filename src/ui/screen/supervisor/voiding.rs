//! Undoing a finished record: a reason by its digit, then one question. There is no free text, because the reason may
//! leave the station in a recall.

use super::panel;
use super::phrase::VOID_REASONS;
use crate::domain::session::{RecordId, VoidReason};
use crate::station::counter::Act;
use crate::ui::keys::Key;
use crate::ui::theme::Tone;
use crate::ui::{Action, Context, Element, text};

/// How far the undoing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Voiding {
    /// Nobody wants it.
    #[default]
    No,
    /// The reason is wanted.
    Choosing(RecordId),
    /// The last word is wanted.
    Asking(RecordId, VoidReason),
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// For this reason.
    Reason(VoidReason),
    /// Yes.
    Confirm,
    /// A step back.
    Back,
}

impl Voiding {
    /// Whether it has begun.
    pub fn is_open(&self) -> bool {
        *self != Self::No
    }

    /// Takes a message in; the act when it was confirmed.
    pub fn update(&mut self, message: Message) -> Option<Act> {
        match (std::mem::take(self), message) {
            (Self::Choosing(record) | Self::Asking(record, _), Message::Reason(reason)) => {
                *self = Self::Asking(record, reason);
                None
            }
            (Self::Asking(record, reason), Message::Confirm) => Some(Act::Void { record, reason }),
            (Self::Asking(record, _), Message::Back) => {
                *self = Self::Choosing(record);
                None
            }
            (Self::Choosing(_), Message::Back) | (Self::No, _) => None,
            (Self::Choosing(record), Message::Confirm) => {
                *self = Self::Choosing(record);
                None
            }
        }
    }

    fn choices(ctx: &Context<'_>) -> Vec<Action<Message>> {
        let keys = ['1', '2', '3', '4'].map(Key::Char);
        let one = |(key, reason): (Key, VoidReason)| Action {
            label: text::void_reason(ctx.words, reason),
            ..Action::hidden(key, Message::Reason(reason))
        };
        keys.into_iter().zip(VOID_REASONS).map(one).collect()
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let back = Action::secondary(Key::Escape, ctx.t("key-back"), Message::Back);
        match self {
            Self::No => Vec::new(),
            Self::Choosing(_) => Self::choices(ctx).into_iter().chain([back]).collect(),
            Self::Asking(..) => panel::perilous(ctx, ctx.t("supervisor-void-yes"), Message::Confirm, Message::Back),
        }
    }

    /// The question; nothing while nobody wants it.
    pub fn view<'a>(&self, ctx: &Context<'a>) -> Option<Element<'a, Message>> {
        match self {
            Self::No => None,
            Self::Choosing(record) => {
                let what = ctx.say("supervisor-void-why", &[("record", &record.0)]);
                Some(panel::question(Tone::Warning, what, String::new(), Self::choices(ctx)))
            }
            Self::Asking(record, reason) => {
                let reason = text::void_reason(ctx.words, *reason);
                let what = ctx.say("supervisor-void-ask", &[("record", &record.0), ("reason", &reason)]);
                Some(panel::question(Tone::Bad, what, ctx.t("supervisor-void-follows"), Vec::new()))
            }
        }
    }
}
