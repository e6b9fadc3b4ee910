//! The comparison: the live picture on the left, what to do in large words, what was recorded on the right.

use iced::widget::{Column, Space, column, container, row, text};
use iced::{Center, Fill, Size};

use super::{Message, capture_keys, capture_of};
use crate::domain::session::{Session, Slot};
use crate::station::counter::{Aim, Outcome, Phase, Picture, Seat, Take};
use crate::ui::spacing::{DISPLAY, HEADLINE, L, M, S, VALUE, XS};
use crate::ui::theme::{Tone, ink, plate};
use crate::ui::widget::Preview;
use crate::ui::widget::parts::{BOLD, caption, chip, meter, title};
use crate::ui::{Context, Element, text as say};

/// The live picture.
const LIVE: Size = Size::new(360.0, 360.0);
/// What was recorded.
const KEPT: Size = Size::new(150.0, 150.0);
/// The portrait.
const PORTRAIT: Size = Size::new(150.0, 200.0);

/// Compares a slot.
pub(super) fn view<'a>(ctx: &Context<'a>, seat: &'a Seat, slot: Slot) -> Element<'a, Message> {
    let live = is_live(ctx, slot);
    let frame = ctx.frame.filter(|_| live).and_then(|frame| frame.image.clone());
    let left = container(Preview::new(frame, LIVE).moving()).padding(S).style(plate::stage);
    let keys = capture_keys(ctx, live, "confirm-compare-now");
    row![column![left, keys].spacing(S), middle(ctx, seat, slot), right(ctx, seat, slot)].spacing(L).into()
}

fn is_live(ctx: &Context<'_>, slot: Slot) -> bool {
    capture_of(ctx, slot, Aim::Compare).is_some_and(|capture| capture.phase == Phase::Live)
}

fn middle<'a>(ctx: &Context<'a>, seat: &Seat, slot: Slot) -> Element<'a, Message> {
    let (tone, icon, words) = sentence(ctx, slot);
    let said = row![
        text(icon).size(HEADLINE).style(ink::tone(tone)),
        text(words).size(HEADLINE).font(BOLD).style(ink::tone(tone)),
    ];
    let left = tries_left(&seat.session, slot);
    column![
        text(ctx.t("confirm-compare-head")).size(VALUE).style(ink::muted),
        text(say::slot(ctx.words, slot)).size(DISPLAY).font(BOLD),
        container(said.spacing(M).align_y(Center)).padding(L).width(Fill).style(plate::outlined(tone)),
        text(ctx.say("confirm-tries-left", &[("count", &left.to_string())])).size(VALUE),
        Space::new().height(S),
        title(ctx.t("confirm-results")),
        results(ctx, &seat.session),
    ]
    .spacing(S)
    .width(Fill)
    .into()
}

/// What happens now, and what to do.
fn sentence(ctx: &Context<'_>, slot: Slot) -> (Tone, &'static str, String) {
    let Some(capture) = capture_of(ctx, slot, Aim::Compare) else {
        return (Tone::Neutral, "○", ctx.t("confirm-preparing"));
    };
    match capture.phase {
        Phase::Judging => (Tone::Primary, "●", ctx.t("confirm-comparing")),
        Phase::NoDevice(kind) => (Tone::Bad, "✗", say::device_trouble(ctx.words, kind)),
        Phase::Paused => (Tone::Warning, "▲", ctx.t("confirm-paused")),
        Phase::Live => live_sentence(ctx, slot),
    }
}

fn live_sentence(ctx: &Context<'_>, slot: Slot) -> (Tone, &'static str, String) {
    if let Some(advice) = ctx.frame.and_then(|frame| frame.advice) {
        return (Tone::Warning, "▲", say::advice(ctx.words, advice));
    }
    let last = ctx.board.last.as_ref().filter(|take| take.slot == slot);
    if let Some(shown) = last.and_then(Take::mistaken_for) {
        let key = if is_eye(slot) { "confirm-wrong-eye" } else { "confirm-wrong-finger" };
        let (shown, wanted) = (say::slot(ctx.words, shown), say::slot(ctx.words, slot));
        return (Tone::Warning, "▲", ctx.say(key, &[("shown", &shown), ("wanted", &wanted)]));
    }
    match last.map(|take| (take.outcome, take.advice)) {
        Some((Outcome::Compared { matched: false, .. }, None)) => (Tone::Bad, "✗", ctx.t("confirm-not-matched")),
        Some((Outcome::Compared { .. } | Outcome::Again | Outcome::Kept { .. } | Outcome::Slap(_), Some(advice))) => {
            (Tone::Warning, "▲", say::advice(ctx.words, advice))
        }
        Some((Outcome::Again, None)) => (Tone::Warning, "▲", ctx.t("confirm-once-more")),
        Some((Outcome::Compared { matched: true, .. } | Outcome::Kept { .. } | Outcome::Slap(_), None))
        | Some((
            Outcome::Evidence
            | Outcome::WrongFinger { .. }
            | Outcome::WrongEye { .. }
            | Outcome::WrongHand { .. }
            | Outcome::Unlike,
            _,
        ))
        | None => {
            (Tone::Primary, "●", ctx.t(if is_eye(slot) { "confirm-present-eye" } else { "confirm-present-finger" }))
        }
    }
}

fn is_eye(slot: Slot) -> bool {
    match slot {
        Slot::Eye(_) => true,
        Slot::Photo | Slot::Signature | Slot::Finger(_) | Slot::Approval => false,
    }
}

fn tries_left(session: &Session, slot: Slot) -> usize {
    let used = session.probes().iter().filter(|probe| probe.slot == slot).count();
    usize::from(session.policy().confirm_tries).saturating_sub(used)
}

/// Every slot in play with its outcome: the first choice always, others once their turn has come.
fn results<'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
    let groups = session.confirm_groups();
    let mut rows: Vec<Element<'a, Message>> = Vec::new();
    for group in groups {
        rows.extend(group.iter().map(|slot| result(ctx, session, *slot)));
        let failed = |slot: &Slot| tries_left(session, *slot) == 0 && !is_matched(session, *slot);
        if !group.iter().any(failed) {
            break;
        }
    }
    Column::with_children(rows).spacing(XS).into()
}

fn is_matched(session: &Session, slot: Slot) -> bool {
    session.probes().iter().any(|probe| probe.slot == slot && probe.matched)
}

fn result<'a>(ctx: &Context<'a>, session: &Session, slot: Slot) -> Element<'a, Message> {
    let name = say::slot(ctx.words, slot);
    let best = session.probes().iter().filter(|probe| probe.slot == slot).map(|probe| probe.score);
    let Some(best) = best.reduce(f32::max) else {
        return chip(Tone::Neutral, ctx.say("confirm-not-yet", &[("slot", &name)]));
    };
    let (score, least) = (number(best), number(session.policy().confirm_score));
    let arguments = [("slot", name.as_str()), ("score", score.as_str()), ("least", least.as_str())];
    if is_matched(session, slot) {
        chip(Tone::Good, ctx.say("confirm-match", &arguments))
    } else {
        chip(Tone::Bad, ctx.say("confirm-no-match", &arguments))
    }
}

/// `4,2`: decimal comma, as everywhere in the window.
fn number(score: f32) -> String {
    format!("{score:.1}").replace('.', ",")
}

/// Whom and what the comparison is with.
fn right<'a>(ctx: &Context<'a>, seat: &'a Seat, slot: Slot) -> Element<'a, Message> {
    let kept = match slot {
        Slot::Finger(finger) => seat.shown.fingers.get(&finger),
        Slot::Eye(eye) => seat.shown.eyes.get(&eye),
        Slot::Photo | Slot::Signature | Slot::Approval => None,
    };
    let mut parts = column![caption(ctx.t("confirm-same-person"))].spacing(XS).width(190.0);
    parts = parts.push(picture(ctx, seat.shown.photo.as_ref(), PORTRAIT));
    parts = parts.push(Space::new().height(S));
    parts = parts.push(caption(ctx.t("confirm-recorded")));
    parts = parts.push(picture(ctx, kept, KEPT));
    if let Some(best) = seat.session.best(slot) {
        let (tone, word) = say::quality(ctx.words, best.quality);
        parts = parts.push(meter(tone, f32::from(best.quality), format!("{} · {word}", best.quality)));
    }
    parts.into()
}

/// A picture of the board in its frame.
pub(super) fn picture<'a>(ctx: &Context<'a>, picture: Option<&Picture>, size: Size) -> Element<'a, Message> {
    let drawn = picture.and_then(|picture| Some((ctx.handle(picture)?, picture.width, picture.height)));
    container(Preview::new(drawn, size)).style(plate::stage).into()
}
