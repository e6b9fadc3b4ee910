//! The signature, written on the pad and seen while it is written.

use iced::widget::{Space, column, container, row, text};
use iced::{Center, Fill, Size};
use rekam_hal::{PenPoint, Signature as Written};

use super::capture::advice::Advice;
use super::capture::{self, Capturing, Question, parts};
use crate::domain::session::{Session, Slot, SlotState, Step};
use crate::station::counter::Phase;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S};
use crate::ui::theme::{Tone, ink as muted, plate};
use crate::ui::widget::ink::ink;
use crate::ui::widget::{caption, card, chip, key_button, title};
use crate::ui::{Action, Context, Element, Outcome, text as say};

pub use super::capture::Message;

/// The largest paper on the screen.
const PAPER: Size = Size::new(900.0, 330.0);
/// The writing area while the pad has not said its own (a pad of one inch by five).
const USUAL_MM: (f32, f32) = (126.0, 37.0);

/// The screen.
#[derive(Debug, Default)]
pub struct Signature {
    capturing: Capturing,
}

impl Signature {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        self.capturing.update(message, ctx)
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if let Some(answers) = self.capturing.answers(ctx) {
            return answers;
        }
        let Some(session) = ctx.board.session() else { return Vec::new() };
        let mut actions = Vec::new();
        if session.is_done(Step::Signature) {
            actions.push(capture::onward(ctx, session));
        } else {
            actions.extend(capture::next_of_manual(ctx, Step::Signature, "signature-finished"));
        }
        actions.extend(about(ctx, session));
        actions.extend(capture::ways_out(ctx));
        actions
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(seat) = ctx.seat() else { return Space::new().into() };
        let side = match self.capturing.asking.view(ctx) {
            Some(question) => question,
            None => facts(ctx, &seat.session),
        };
        let paper = column![paper(ctx), outcome(ctx)].spacing(M);
        column![parts::advice(advice(ctx, &seat.session)), row![paper, container(side).width(Fill)].spacing(L)]
            .spacing(M)
            .into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }
}

/// What can be done about the signature; the buttons stand beside the paper.
fn about(ctx: &Context<'_>, session: &Session) -> Vec<Action<Message>> {
    let slot = Slot::Signature;
    let action = |key, words, message| Action { label: ctx.t(words), ..Action::hidden(Key::Char(key), message) };
    if matches!(session.slot(slot), SlotState::Excepted(_)) {
        return vec![action('w', "capture-key-withdraw", Message::Withdraw(slot))];
    }
    let mut actions = Vec::new();
    if session.attempts(slot).next().is_some() {
        actions.push(action('r', "signature-again", Message::Retake { slot, discard: true }));
    }
    if !session.is_done(Step::Signature) {
        actions.push(action('l', "signature-cannot", Message::Ask(Question::Skip(slot))));
    }
    actions
}

fn advice(ctx: &Context<'_>, session: &Session) -> Advice {
    let done = match session.slot(Slot::Signature) {
        SlotState::Excepted(_) => ctx.t("signature-excepted"),
        SlotState::Open { .. } | SlotState::Filled(_) => ctx.t("signature-done"),
    };
    Advice::of(ctx, Step::Signature, |_| ctx.t("signature-write"), done)
}

/// The signature kept, while no other is being written.
fn kept<'a>(ctx: &Context<'a>) -> Option<&'a Written> {
    if capture::capture(ctx, Step::Signature).is_some() {
        return None;
    }
    ctx.seat()?.shown.signature.as_deref()
}

fn paper<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    if let Some(kept) = kept(ctx) {
        return sheet(&kept.strokes, (kept.width_mm, kept.height_mm));
    }
    let capturing = capture::capture(ctx, Step::Signature).map(|capture| capture.phase);
    if let (None, Some(SlotState::Excepted(exception))) =
        (capturing, ctx.board.session().map(|session| session.slot(Slot::Signature)))
    {
        return parts::placard(Tone::Warning, say::reason(ctx.words, exception.reason), PAPER);
    }
    match capturing {
        Some(Phase::Live | Phase::Judging) => {
            let strokes = ctx.frame.map_or(&[][..], |frame| &frame.ink);
            sheet(strokes, USUAL_MM)
        }
        Some(Phase::NoDevice(_) | Phase::Paused) | None => parts::stage(ctx, Step::Signature, PAPER),
    }
}

/// A sheet of the pad's own shape.
fn sheet<'a>(strokes: &[Vec<PenPoint>], area_mm: (f32, f32)) -> Element<'a, Message> {
    let shape = area_mm.1 / area_mm.0;
    let height = if shape.is_finite() { (PAPER.width * shape).clamp(100.0, PAPER.height) } else { PAPER.height };
    container(ink(strokes, area_mm, Size::new(PAPER.width, height))).padding(1).style(plate::stage).into()
}

/// What was written, judged by its length.
fn outcome<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let Some(kept) = kept(ctx) else { return Space::new().into() };
    let centimetres = format!("{:.1}", kept.ink_mm() / 10.0).replace('.', ctx.t("capture-decimal-point").as_str());
    let length = ctx.say("signature-length", &[("cm", &centimetres)]);
    row![container(parts::state(ctx, Slot::Signature)).width(340.0), text(length).size(BODY),]
        .spacing(L)
        .align_y(Center)
        .into()
}

fn facts<'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
    let name = session.resident().titled_name();
    let mut lines = column![title(ctx.t("signature-whose")), text(name).size(BODY)].spacing(S);
    if let SlotState::Excepted(exception) = session.slot(Slot::Signature) {
        lines = lines.push(chip(Tone::Warning, say::reason(ctx.words, exception.reason)));
        if !exception.note.is_empty() {
            lines = lines.push(caption(exception.note.clone()));
        }
    }
    let buttons = about(ctx, session).into_iter().map(key_button);
    let lines = lines.push(iced::widget::Column::with_children(buttons).spacing(S));
    let hints = ["signature-hint-own", "signature-hint-inside", "signature-hint-thumb"];
    let hints = hints.into_iter().map(|key| text(ctx.t(key)).size(BODY).style(muted::muted).into());
    let hints = iced::widget::Column::with_children(hints).spacing(S);
    column![card(lines), card(hints)].spacing(M).into()
}
