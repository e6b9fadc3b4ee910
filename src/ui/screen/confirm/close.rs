//! The whole record before it is closed: after this the station cannot show it any more, so everything that a
//! supervisor will ask about is in sight. The one question left is the invitation.

use iced::widget::{Column, Row, column, container, row, text};
use iced::{Center, Fill, Size};
use rekam_hal::{Eye, Finger};

use super::super::verify::line;
use super::Message;
use super::compare::picture;
use crate::domain::session::{Field, Session, Slot, SlotState};
use crate::station::counter::{Check, Seat};
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, CAPTION, L, M, S, VALUE, XS};
use crate::ui::theme::{Tone, ink as colour, plate};
use crate::ui::widget::choice;
use crate::ui::widget::ink::ink;
use crate::ui::widget::parts::{BOLD, caption, chip, headline, title};
use crate::ui::{Context, Element, text as say};

const PORTRAIT: Size = Size::new(132.0, 176.0);
const SIGNATURE: Size = Size::new(190.0, 56.0);
/// Exceptions shown by name; more are counted.
const NAMED: usize = 4;

/// The summary and the question.
pub(super) fn view<'a>(
    ctx: &Context<'a>,
    seat: &'a Seat,
    invited: Option<bool>,
    unchosen: bool,
) -> Element<'a, Message> {
    let head = if invited.is_some() { "confirm-close-ready" } else { "confirm-close-head" };
    column![
        headline(ctx.t(head)),
        row![person(ctx, seat), samples(ctx, seat), closing(ctx, &seat.session, invited, unchosen)].spacing(L),
    ]
    .spacing(M)
    .into()
}

/// Who.
fn person<'a>(ctx: &Context<'a>, seat: &'a Seat) -> Element<'a, Message> {
    let one = |name| data(ctx, seat, name);
    let numbers = row![one(Field::Nik), one(Field::BirthDate)].spacing(S);
    let rows = [one(Field::Name), numbers.into(), one(Field::Address)];
    let face = column![picture(ctx, seat.shown.photo.as_ref(), PORTRAIT)];
    let signed = [("slot-signature", &seat.shown.signature), ("slot-approval", &seat.shown.approval)];
    let signed = signed.into_iter().map(|(key, signature)| {
        let mut parts = column![caption(ctx.t(key))].spacing(2.0);
        parts = parts.push(match signature {
            Some(kept) => ink(&kept.strokes, (kept.width_mm, kept.height_mm), SIGNATURE),
            None => chip(Tone::Warning, ctx.t("confirm-without")),
        });
        parts.into()
    });
    let top = row![face, Column::with_children(signed).spacing(S)].spacing(M);
    let parts = column![top, Column::with_children(rows).spacing(S)].spacing(M);
    container(parts).padding(M).width(380.0).style(plate::card).into()
}

fn data<'a>(ctx: &Context<'a>, seat: &Seat, field: Field) -> Element<'a, Message> {
    column![
        text(say::field(ctx.words, field)).size(CAPTION).style(colour::muted),
        text(shorten(&line(ctx.words, seat, field), 170)).size(BODY).font(BOLD),
    ]
    .width(Fill)
    .into()
}

/// What was captured, how well, and what was not.
fn samples<'a>(ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    let session = &seat.session;
    let (right, left) = Finger::ALL.split_at(5);
    let eyes = Eye::ALL.map(|eye| cell(ctx, session, Slot::Eye(eye), say::eye(ctx.words, eye)));
    let parts = column![
        caption(ctx.t("confirm-right-hand")),
        hand(ctx, session, right),
        caption(ctx.t("confirm-left-hand")),
        hand(ctx, session, left),
        caption(ctx.t("step-iris")),
        Row::with_children(eyes).spacing(XS),
    ];
    let parts = parts.push(exceptions(ctx, session)).spacing(S);
    container(parts).padding(M).width(Fill).style(plate::card).into()
}

fn hand<'a>(ctx: &Context<'a>, session: &Session, fingers: &[Finger]) -> Element<'a, Message> {
    let cells = fingers.iter().map(|finger| cell(ctx, session, Slot::Finger(*finger), short(ctx, *finger)));
    Row::with_children(cells).spacing(XS).into()
}

fn short(ctx: &Context<'_>, finger: Finger) -> String {
    ctx.t(match finger {
        Finger::RightThumb | Finger::LeftThumb => "confirm-thumb",
        Finger::RightIndex | Finger::LeftIndex => "confirm-index",
        Finger::RightMiddle | Finger::LeftMiddle => "confirm-middle",
        Finger::RightRing | Finger::LeftRing => "confirm-ring",
        Finger::RightLittle | Finger::LeftLittle => "confirm-little",
    })
}

/// A slot with its quality; what stays empty has its own sign.
fn cell<'a>(ctx: &Context<'a>, session: &Session, slot: Slot, name: String) -> Element<'a, Message> {
    let (tone, icon, words) = match session.slot(slot) {
        SlotState::Filled(best) => {
            let (tone, _) = say::quality(ctx.words, best.quality);
            (tone, if tone == Tone::Good { "✓" } else { "▲" }, best.quality.to_string())
        }
        SlotState::Excepted(_) => (Tone::Warning, "✗", "–".to_owned()),
        SlotState::Open { .. } => (Tone::Bad, "○", "–".to_owned()),
    };
    let value = row![
        text(icon).size(BODY).style(colour::tone(tone)),
        text(words).size(VALUE).font(BOLD).style(colour::tone(tone)),
    ];
    let parts = column![text(name).size(CAPTION).style(colour::muted), value.spacing(XS).align_y(Center)];
    container(parts).padding([XS, S]).width(Fill).style(plate::card).into()
}

fn exceptions<'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
    let all: Vec<_> = session.exceptions().collect();
    if all.is_empty() {
        return chip(Tone::Good, ctx.t("confirm-no-exceptions"));
    }
    let mut rows: Vec<Element<'a, Message>> = Vec::new();
    for exception in all.iter().take(NAMED) {
        let slot = say::slot(ctx.words, exception.slot);
        rows.push(chip(Tone::Warning, format!("{slot}: {}", say::reason(ctx.words, exception.reason))));
    }
    if let more @ 1.. = all.len().saturating_sub(NAMED) {
        rows.push(caption(ctx.say("confirm-more-exceptions", &[("count", &more.to_string())])));
    }
    Column::with_children(rows).spacing(2.0).into()
}

/// The question, and what happens after it.
fn closing<'a>(ctx: &Context<'a>, session: &Session, invited: Option<bool>, unchosen: bool) -> Element<'a, Message> {
    let choices = [('1', "confirm-invited", true), ('2', "confirm-uninvited", false)]
        .map(|(digit, key, stamped)| choice(digit, ctx.t(key), invited == Some(stamped), Message::Invited(stamped)));
    let mut parts = column![title(ctx.t("confirm-invitation"))].extend(choices).spacing(S).width(340.0);
    if unchosen {
        parts = parts.push(chip(Tone::Bad, ctx.t("confirm-invitation-missing")));
    }
    parts = parts.push(notice(ctx, session));
    parts.push(text(ctx.t("confirm-close-explained")).size(BODY).style(colour::muted)).into()
}

/// Possible duplicates, and whether more may come.
fn notice<'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
    let hits = session.undecided_hits().count();
    let (tone, words) = match (hits, ctx.board.check) {
        (1.., _) => (Tone::Warning, ctx.say("confirm-hits", &[("count", &hits.to_string())])),
        (0, Check::Searching(_) | Check::Idle) => (Tone::Primary, ctx.t("confirm-searching")),
        (0, Check::Done(_)) => (Tone::Good, ctx.t("confirm-no-hits")),
    };
    let icon = match tone {
        Tone::Warning => "▲",
        Tone::Good => "✓",
        Tone::Neutral | Tone::Primary | Tone::Bad => "●",
    };
    let line = row![text(icon).size(VALUE).style(colour::tone(tone)), text(words).size(BODY)];
    container(line.spacing(S).align_y(Center)).padding(M).width(Fill).style(plate::outlined(tone)).into()
}
