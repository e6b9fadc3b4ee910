//! The resident signs the data: what is signed on the left, the pad on the right, as large as it fits.

use iced::widget::{Column, column, container, row, text, text_input};
use iced::{Center, Fill, Size};

use super::super::verify::line;
use super::{Message, capture_keys, capture_of};
use crate::domain::session::{ExceptionReason, Field, Slot};
use crate::station::counter::{Aim, Outcome, Phase, Seat};
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, CAPTION, HEADLINE, L, M, S, TITLE, VALUE};
use crate::ui::theme::{self, Tone, ink as colour, plate};
use crate::ui::widget::choice;
use crate::ui::widget::ink::ink;
use crate::ui::widget::parts::{BOLD, caption, key_cap, title};
use crate::ui::{Action, Context, Element, text as say};

/// The name of the field for the note.
pub const NOTE: &str = "confirm-skip-note";
/// Most characters of a note.
pub(super) const LONGEST_NOTE: usize = 200;
/// A pad of the usual kind, until the one at hand has said otherwise.
const PAD_MM: (f32, f32) = (126.0, 37.0);
/// The pad on the screen.
const PAD: Size = Size::new(824.0, 242.0);
/// Lawful reasons with their keys.
const REASONS: [(char, ExceptionReason); 2] =
    [('1', ExceptionReason::CannotSign), ('2', ExceptionReason::CannotPosition)];

/// What the resident signs, and the signature as it is written.
pub(super) fn view<'a>(ctx: &Context<'a>, seat: &'a Seat, skipping: Option<&'a str>) -> Element<'a, Message> {
    let right = match skipping {
        Some(note) => skip(ctx, note),
        None => pad(ctx, seat),
    };
    row![data(ctx, seat), right].spacing(L).into()
}

/// The data above the signature: what is signed is shown whole.
fn data<'a>(ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    use Field::{
        Address, BirthDate, BirthPlace, BloodGroup, FamilyCard, MaritalStatus, Name, Nationality, Nik, Occupation,
        ParentNames, Religion, Sex,
    };
    let one = |name| field(ctx, seat, name);
    let two = |left, right| row![field(ctx, seat, left), field(ctx, seat, right)].spacing(S).into();
    let rows = [
        two(Nik, FamilyCard),
        one(Name),
        two(BirthPlace, BirthDate),
        two(Sex, BloodGroup),
        two(Religion, MaritalStatus),
        two(Occupation, Nationality),
        one(Address),
        one(ParentNames),
    ];
    let parts = column![title(ctx.t("confirm-data")), Column::with_children(rows).spacing(S)].spacing(S);
    container(parts).padding(M).width(440.0).style(plate::card).into()
}

fn field<'a>(ctx: &Context<'a>, seat: &Seat, field: Field) -> Element<'a, Message> {
    column![
        text(say::field(ctx.words, field)).size(CAPTION).style(colour::muted),
        text(line(ctx.words, seat, field)).size(BODY).font(BOLD),
    ]
    .width(Fill)
    .into()
}

fn pad<'a>(ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    let (tone, icon, words) = sentence(ctx);
    let known = seat.shown.approval.as_ref().or(seat.shown.signature.as_ref());
    let area = known.map_or(PAD_MM, |signature| (signature.width_mm, signature.height_mm));
    let live = capture_of(ctx, Slot::Approval, Aim::Fill).is_some_and(|capture| capture.phase == Phase::Live);
    let strokes = ctx.frame.filter(|_| live).map_or_else(Vec::new, |frame| frame.ink.clone());
    let head = row![
        text(icon).size(HEADLINE).style(colour::tone(tone)),
        text(words).size(HEADLINE).font(BOLD).style(colour::tone(tone)),
    ];
    column![
        head.spacing(M).align_y(Center),
        container(ink(&strokes, area, PAD)).padding(S).style(plate::stage),
        text(ctx.t("confirm-sign-explained")).size(VALUE),
        capture_keys(ctx, live, "confirm-signed"),
    ]
    .spacing(M)
    .into()
}

fn sentence(ctx: &Context<'_>) -> (Tone, &'static str, String) {
    let Some(capture) = capture_of(ctx, Slot::Approval, Aim::Fill) else {
        return (Tone::Neutral, "○", ctx.t("confirm-preparing"));
    };
    let last = ctx.board.last.as_ref().filter(|take| take.slot == Slot::Approval);
    let short = match last.map(|take| take.outcome) {
        Some(Outcome::Kept { settled: false, .. } | Outcome::Again) => true,
        Some(
            Outcome::Kept { settled: true, .. }
            | Outcome::Evidence
            | Outcome::Slap(_)
            | Outcome::WrongFinger { .. }
            | Outcome::WrongEye { .. }
            | Outcome::WrongHand { .. }
            | Outcome::Unlike
            | Outcome::Compared { .. },
        )
        | None => false,
    };
    match capture.phase {
        Phase::Live if short => (Tone::Warning, "▲", ctx.t("confirm-sign-short")),
        Phase::Live => (Tone::Primary, "●", ctx.t("confirm-sign-head")),
        Phase::Judging => (Tone::Primary, "●", ctx.t("confirm-sign-judging")),
        Phase::NoDevice(kind) => (Tone::Bad, "✗", say::device_trouble(ctx.words, kind)),
        Phase::Paused => (Tone::Warning, "▲", ctx.t("confirm-paused")),
    }
}

/// Why the resident does not sign.
fn skip<'a>(ctx: &Context<'a>, note: &'a str) -> Element<'a, Message> {
    let mut parts = column![text(ctx.t("confirm-skip-head")).size(HEADLINE).font(BOLD)].spacing(M);
    for (digit, reason) in REASONS {
        parts = parts.push(choice(digit, say::reason(ctx.words, reason), false, Message::SkipFor(reason)));
    }
    let field = text_input(&ctx.t("confirm-skip-note"), note)
        .id(NOTE)
        .on_input(Message::SkipNote)
        .size(TITLE)
        .padding(M)
        .style(theme::field);
    let hint = row![key_cap(Key::Tab), caption(ctx.t("confirm-skip-note-hint"))].spacing(S).align_y(Center);
    parts = parts.push(field).push(hint).push(text(ctx.t("confirm-skip-explained")).size(VALUE).style(colour::muted));
    container(parts).padding(L).width(Fill).style(plate::chosen).into()
}

/// What can be done while the reason is asked.
pub(super) fn skip_actions(ctx: &Context<'_>) -> Vec<Action<Message>> {
    let reasons = REASONS.map(|(digit, reason)| Action::hidden(Key::Char(digit), Message::SkipFor(reason)));
    let back = Action::secondary(Key::Escape, ctx.t("key-back"), Message::Back);
    reasons.into_iter().chain([back]).collect()
}
