//! Who did what, newest first, and whether the chain of it is whole.
//!
//! The counter gives rows from a number downwards, so that a page is known by its lowest number and the part keeps
//! nothing of its own.

use iced::widget::{column, container, row, text};
use iced::{Center, Fill};

use super::list::{self, ROWS, Row};
use super::{panel, phrase};
use crate::station::counter::{Act, BackRoom};
use crate::store::AuditRow;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, M, S, VALUE};
use crate::ui::theme::{Tone, ink};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{banner, caption, key_cap};
use crate::ui::{Action, Context, Element, Outcome};

/// What can be said to the part.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Older rows.
    Older,
    /// Newer rows.
    Newer,
    /// The newest rows.
    Newest,
    /// Check the chain.
    Check,
}

fn shown(room: &BackRoom) -> &[AuditRow] {
    room.audit.get(..ROWS).unwrap_or(&room.audit)
}

/// The number below which the older rows lie, when there are any.
fn older(room: &BackRoom) -> Option<u64> {
    shown(room).last().map(|row| row.seq).filter(|seq| *seq > 1)
}

/// Whether newer rows exist than those shown.
fn behind(room: &BackRoom) -> bool {
    shown(room).first().is_some_and(|row| row.seq < room.audit_head)
}

/// Takes a message in.
pub fn update(message: Message, room: &BackRoom) -> Vec<Outcome> {
    let act = match message {
        Message::Older => older(room).map(|seq| Act::ShowAudit(Some(seq))),
        Message::Newer if behind(room) => {
            let before = shown(room).first().map_or(0, |row| row.seq) + ROWS as u64 + 1;
            // Past the newest row there is nothing before which to begin.
            Some(Act::ShowAudit((before <= room.audit_head).then_some(before)))
        }
        Message::Newer => None,
        Message::Newest => Some(Act::ShowAudit(None)),
        Message::Check => Some(Act::VerifyChain),
    };
    act.map(Outcome::Do).into_iter().collect()
}

/// What can be done now.
pub fn actions(room: &BackRoom, ctx: &Context<'_>) -> Vec<Action<Message>> {
    vec![
        Action::secondary(Key::Char('k'), ctx.t("supervisor-chain-check"), Message::Check),
        Action::secondary(Key::PageDown, ctx.t("supervisor-older"), Message::Older).when(older(room).is_some()),
        Action::secondary(Key::PageUp, ctx.t("supervisor-newer"), Message::Newer).when(behind(room)),
        Action::secondary(Key::Char('t'), ctx.t("supervisor-newest"), Message::Newest).when(behind(room)),
    ]
}

/// The part itself.
pub fn view<'a>(room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut parts = column![chain(room, ctx)].spacing(M);
    if room.audit.is_empty() {
        return parts.push(panel::empty(ctx.t("supervisor-audit-empty"), ctx.t("supervisor-audit-empty-how"))).into();
    }
    let columns = [
        (ctx.t("supervisor-column-number"), 2),
        (ctx.t("supervisor-column-moment"), 5),
        (ctx.t("supervisor-column-actor"), 4),
        (ctx.t("supervisor-column-act"), 8),
        (ctx.t("supervisor-column-record"), 6),
    ];
    let rows = shown(room);
    parts = parts.push(list::table(ctx, &columns, None, rows.len(), |at| match rows.get(at) {
        Some(row) => row_of(row, ctx),
        None => Row { cells: Vec::new(), message: None },
    }));
    parts.into()
}

/// Whether the chain is whole, as far as that is known.
fn chain<'a>(room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
    let Some(report) = &room.chain else {
        let hint = text(ctx.t("supervisor-chain-unknown")).size(BODY).style(ink::muted);
        let count = ctx.say("supervisor-audit-count", &[("count", &room.audit_head.to_string())]);
        let line = row![text(count).size(VALUE).font(BOLD), key_cap(Key::Char('k')), hint];
        return container(line.spacing(M).align_y(Center)).width(Fill).into();
    };
    match report.first_break {
        None => banner(Tone::Good, ctx.say("supervisor-chain-sound", &[("count", &report.rows.to_string())])),
        Some((at, broken)) => {
            let how = phrase::chain_break(ctx, broken);
            let words = ctx.say("supervisor-chain-broken", &[("row", &at.to_string()), ("how", &how)]);
            column![banner(Tone::Bad, words), caption(ctx.t("supervisor-chain-broken-then"))].spacing(S).into()
        }
    }
}

fn row_of<'a>(row: &'a AuditRow, ctx: &Context<'a>) -> Row<'a, Message> {
    Row {
        cells: vec![
            list::cell(row.seq.to_string()),
            list::cell(ctx.moment(row.at)),
            list::cell(panel::short(&row.actor, 24)),
            list::strong(panel::short(&phrase::act(ctx, &row.kind), 44)),
            list::cell(row.record.clone().unwrap_or_default()),
        ],
        message: None,
    }
}
