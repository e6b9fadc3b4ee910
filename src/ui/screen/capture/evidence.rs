//! A photo of both hands beside the face, where a finger or an eye stays empty: it shows whoever decides later why.
//!
//! One photo serves everything that is empty of a record, and can be taken anew as often as one likes. A resident who
//! cannot or will not be photographed so is no reason to stop: then a reason stands in its place.

use iced::Size;
use iced::widget::{Space, column, container, row, text};

use super::advice::Advice;
use super::{Message, Question, capture, next_of_manual, parts, possible};
use crate::domain::session::{Session, Step, Wish};
use crate::station::counter::{Aim, Capture};
use crate::ui::keys::Key;
use crate::ui::spacing::{L, M, S, VALUE};
use crate::ui::theme::Tone;
use crate::ui::widget::{caption, card, chip, title};
use crate::ui::{Action, Context, Element, Kind, text as say};

/// The camera's whole picture: hands take more room than a head.
const STAGE: Size = Size::new(600.0, 450.0);
/// The photo beside the list of what is empty.
const KEPT: Size = Size::new(76.0, 57.0);
/// Width of the line that says whether there is one.
const LINE: f32 = 530.0;
/// Empty slots that the list has room for.
const LISTED: usize = 11;

/// The capture of such a photo, when it is under way at this step.
fn under_way<'a>(ctx: &Context<'a>, step: Step) -> Option<&'a Capture> {
    capture(ctx, step).filter(|capture| capture.aim == Aim::Evidence)
}

/// Whether the photo is the one thing that the step still wants.
pub fn is_next(ctx: &Context<'_>, step: Step) -> bool {
    let wanted = |session: &Session| session.is_settled(step) && session.wants_evidence(step);
    capture(ctx, step).is_none() && ctx.board.session().is_some_and(wanted)
}

/// What can be done while it is taken; `None` when it is not.
pub fn actions(ctx: &Context<'_>, step: Step) -> Option<Vec<Action<Message>>> {
    under_way(ctx, step)?;
    let mut actions = next_of_manual(ctx, step, "evidence-shutter");
    actions.push(Action::secondary(Key::Escape, ctx.t("evidence-leave"), Message::Evidence(false)));
    Some(actions)
}

/// The actions that lead to it, where something of the step is empty; the photo comes first when nothing else is left.
pub fn offers(ctx: &Context<'_>, step: Step) -> Vec<Action<Message>> {
    let Some(session) = ctx.board.session() else { return Vec::new() };
    if !has_empty(session, step) {
        return Vec::new();
    }
    let mut actions = Vec::new();
    let words = if session.evidence().is_some() { "evidence-again" } else { "evidence-take" };
    if is_next(ctx, step) {
        actions.push(Action::primary(Key::Enter, ctx.t("evidence-take"), Message::Evidence(true)));
        actions.push(Action::hidden(Key::Char('f'), Message::Evidence(true)));
    } else {
        actions.push(Action::secondary(Key::Char('f'), ctx.t(words), Message::Evidence(true)));
    }
    if possible(session, Wish::WaiveEvidence { reason: "?".into() }) {
        let waive = Action::secondary(Key::Char('x'), ctx.t("evidence-waive"), Message::Ask(Question::Waive));
        actions.push(waive);
    }
    // While the next finger is awaited its own keys fill the bar; the line below the hands names this one.
    let crowded = capture(ctx, step).is_some();
    let hidden = |action: Action<Message>| if crowded { Action { kind: Kind::Hidden, ..action } } else { action };
    actions.into_iter().map(hidden).collect()
}

fn has_empty(session: &Session, step: Step) -> bool {
    session.exceptions().any(|exception| exception.slot.step() == step && exception.slot.is_biometric())
}

/// The step's screen while the photo is taken.
pub fn view<'a>(ctx: &Context<'a>, step: Step) -> Option<Element<'a, Message>> {
    under_way(ctx, step)?;
    let session = ctx.board.session()?;
    let first = Advice::of(ctx, step, |_| ctx.t("evidence-place"), ctx.t("evidence-kept"));
    let mut lines = column![title(ctx.t("evidence-shows"))].spacing(S);
    for exception in session.exceptions().filter(|exception| exception.slot.is_biometric()).take(LISTED) {
        let slot = say::slot(ctx.words, exception.slot);
        lines = lines.push(chip(Tone::Warning, format!("{slot}: {}", say::reason(ctx.words, exception.reason))));
    }
    let side = card(column![lines, Space::new().height(M), text(ctx.t("evidence-how")).size(VALUE)]);
    Some(column![parts::advice(first), row![parts::stage(ctx, step, STAGE), side].spacing(L)].spacing(M).into())
}

/// Whether what is empty is shown, in a line or a small picture; nothing where nothing is empty.
pub fn state<'a>(ctx: &Context<'a>, step: Step) -> Option<Element<'a, Message>> {
    let session = ctx.board.session().filter(|session| has_empty(session, step))?;
    if let Some(picture) = parts::kept(ctx, ctx.seat().and_then(|seat| seat.shown.evidence.as_ref())) {
        let words = column![chip(Tone::Good, ctx.t("evidence-kept")), caption(ctx.t("evidence-one-for-all"))];
        return Some(
            row![parts::shown(Some(picture), KEPT), container(words.spacing(S))].spacing(M).width(LINE).into(),
        );
    }
    if let Some(reason) = session.evidence_waived() {
        return Some(chip(Tone::Neutral, ctx.say("evidence-waived", &[("reason", reason)])));
    }
    Some(match session.wants_evidence(step) {
        true => chip(Tone::Warning, ctx.t("evidence-wanted")),
        false => chip(Tone::Neutral, ctx.t("evidence-offered")),
    })
}
