//! Ten fingers: one at a time, or laid down together where the scanner takes four at once.
//!
//! Left the glass as the scanner sees it, in the middle both hands with what is done, right the finger that is looked
//! at: its tries, and what can be done about it.

use iced::widget::{Space, column, container, row, text};
use iced::{Center, Fill, Size};
use rekam_hal::Finger;

use super::capture::advice::{self, Advice};
use super::capture::{self, Capturing, evidence, parts};
use crate::domain::session::{Session, Slot, SlotState, Step};
use crate::station::Glass;
use crate::station::counter::Capture;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, TITLE, VALUE};
use crate::ui::theme::{Tone, ink};
use crate::ui::widget::hand::{Hands, digit, hands};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, card, chip, key_button, meter, title};
use crate::ui::{Action, Context, Element, Kind, Outcome, shell, text as say};

pub use super::capture::Message;

const GLASS: Size = Size::new(320.0, 320.0);
const HANDS: Size = Size::new(530.0, 356.0);
const PRINT: Size = Size::new(112.0, 120.0);

/// The screen.
#[derive(Debug, Default)]
pub struct Fingerprints {
    capturing: Capturing,
}

impl Fingerprints {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        self.capturing.update(message, ctx)
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if let Some(answers) = self.capturing.answers(ctx) {
            return answers;
        }
        if let Some(actions) = evidence::actions(ctx, Step::Fingerprints) {
            return actions;
        }
        let mut actions = capture::next_of_automatic(ctx, Step::Fingerprints);
        actions.extend(self.about_subject(ctx));
        actions.extend(capture::ways_out(ctx));
        for finger in Finger::ALL {
            actions.push(Action::hidden(Key::Char(digit(finger)), Message::Pick(Slot::Finger(finger))));
        }
        actions
    }

    /// What can be done about the finger looked at; the buttons stand beside it.
    fn about_subject(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let subject = self.capturing.subject(ctx, Step::Fingerprints);
        let hidden = |action: Action<Message>| Action { kind: Kind::Hidden, ..action };
        subject.map_or_else(Vec::new, |slot| capture::about(ctx, slot)).into_iter().map(hidden).collect()
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(session) = ctx.board.session() else { return Space::new().into() };
        if let Some(photo) = evidence::view(ctx, Step::Fingerprints) {
            return photo;
        }
        let side = match self.capturing.asking.view(ctx) {
            Some(question) => question,
            None => self.details(ctx, session),
        };
        column![
            parts::advice(advice(ctx, session)),
            row![self.glass(ctx), self.middle(ctx, session), container(side).width(Fill)].spacing(L),
        ]
        .spacing(M)
        .into()
    }

    /// What lies on the glass, and what became of the capture before; after the last finger, the one looked at.
    fn glass<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let step = Step::Fingerprints;
        let capturing = capture::capture(ctx, step).is_some();
        let taken = || ctx.board.last.as_ref().map(|take| take.slot).filter(|slot| slot.step() == step);
        let slot =
            if capturing { capture::in_turn(ctx, step) } else { self.capturing.subject(ctx, step).or_else(taken) };
        let slap = capture::capture(ctx, step).and_then(|capture| capture.slap);
        let name = match (slap, slot) {
            (Some(slap), _) => say::slap(ctx.words, slap),
            (None, Some(slot)) => say::slot(ctx.words, slot),
            (None, None) => ctx.t("fingers-none-left"),
        };
        let picture = slot.and_then(finger_of).and_then(|finger| ctx.seat()?.shown.fingers.get(&finger));
        let stage = match (capturing, parts::kept(ctx, picture), slot) {
            (false, Some(picture), _) => parts::shown(Some(picture), GLASS),
            (false, None, None) => parts::placard(Tone::Good, ctx.t("fingers-check"), GLASS),
            (true, _, _) | (false, None, Some(_)) => parts::stage(ctx, step, GLASS),
        };
        let head = text(name).size(TITLE).font(BOLD);
        let mut lines = column![head, stage].spacing(S).width(GLASS.width);
        if let Some(glass) = ctx.frame.and_then(|frame| frame.glass).filter(|_| capturing) {
            lines = lines.push(reading(ctx, &glass));
        }
        if let Some(outcome) = advice::outcome(ctx, step) {
            lines = lines.push(parts::note(outcome));
        }
        lines.into()
    }

    fn middle<'a>(&'a self, ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
        let subject = self.capturing.subject(ctx, Step::Fingerprints).and_then(finger_of);
        let in_turn = match capture::capture(ctx, Step::Fingerprints) {
            Some(capture) => capture.fingers(session),
            None => capture::in_turn(ctx, Step::Fingerprints).and_then(finger_of).into_iter().collect(),
        };
        let chosen = subject.filter(|finger| !in_turn.contains(*finger));
        let drawn = Hands { in_turn, chosen, ..Hands::of(session) };
        let pick: fn(Finger) -> Message = |finger| Message::Pick(Slot::Finger(finger));
        let half = HANDS.width / 2.0;
        let captions = row![
            container(text(ctx.t("capture-hand-left")).size(BODY).style(ink::muted)).center_x(half),
            container(text(ctx.t("capture-hand-right")).size(BODY).style(ink::muted)).center_x(half),
        ];
        column![progress(ctx, session), hands(drawn, HANDS, Some(pick)), captions]
            .push(evidence::state(ctx, Step::Fingerprints))
            .spacing(S)
            .into()
    }

    /// The finger looked at.
    fn details<'a>(&'a self, ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
        let Some(slot) = self.capturing.subject(ctx, Step::Fingerprints) else {
            return card(column![title(ctx.t("fingers-choose")), caption(ctx.t("fingers-choose-how"))].spacing(S))
                .into();
        };
        let Some(finger) = finger_of(slot) else { return Space::new().into() };
        let mut lines = column![title(say::finger(ctx.words, finger)), parts::state(ctx, slot)].spacing(M);
        match session.slot(slot) {
            SlotState::Excepted(exception) if !exception.note.is_empty() => {
                lines = lines.push(caption(exception.note.clone()));
            }
            SlotState::Excepted(_) => {}
            SlotState::Open { .. } | SlotState::Filled(_) => {
                let picture = ctx.seat().and_then(|seat| seat.shown.fingers.get(&finger));
                let mut tries = row![container(parts::attempts(ctx, slot)).width(Fill)].spacing(M);
                if let Some(picture) = parts::kept(ctx, picture) {
                    tries = tries.push(parts::shown(Some(picture), PRINT));
                }
                lines = lines.push(tries);
            }
        }
        let possible = self.about_subject(ctx).into_iter().filter(|action| action.message.is_some());
        let buttons = possible.map(key_button);
        lines = lines.push(iced::widget::Column::with_children(buttons).spacing(S));
        card(lines.push(caption(ctx.t("fingers-choose-how")))).into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }
}

fn finger_of(slot: Slot) -> Option<Finger> {
    match slot {
        Slot::Finger(finger) => Some(finger),
        Slot::Photo | Slot::Signature | Slot::Eye(_) | Slot::Approval => None,
    }
}

fn advice(ctx: &Context<'_>, session: &Session) -> Advice {
    let instruction = |capture: &Capture| {
        let asked = capture.slap.map_or_else(|| say::slot(ctx.words, capture.slot), |slap| say::slap(ctx.words, slap));
        ctx.say("fingers-place", &[("finger", &advice::within(&asked))])
    };
    let excepted = session.exceptions().filter(|exception| exception.slot.step() == Step::Fingerprints).count();
    let done = match excepted {
        0 => ctx.t("fingers-done"),
        count => ctx.say("fingers-done-with", &[("count", &count.to_string())]),
    };
    Advice::of(ctx, Step::Fingerprints, instruction, done)
}

/// What the finger on the glass would be worth now; the line is there before the finger, so that nothing jumps.
fn reading<'a>(ctx: &Context<'a>, glass: &Glass) -> Element<'a, Message> {
    if glass.quality() == 0 {
        return meter(Tone::Neutral, 0.0, ctx.t("fingers-glass-empty"));
    }
    let (tone, word) = say::quality(ctx.words, glass.quality());
    let words = ctx.say("fingers-glass", &[("quality", &glass.quality().to_string()), ("word", &word)]);
    meter(tone, f32::from(glass.quality()), words)
}

/// How many fingers are done.
fn progress<'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
    let (done, all) = shell::settled(session, Step::Fingerprints);
    let counted = ctx.say("capture-count", &[("done", &done.to_string()), ("all", &all.to_string())]);
    let mut line = row![text(counted).size(VALUE).font(BOLD)].spacing(L).align_y(Center);
    let excepted = session.exceptions().filter(|exception| exception.slot.step() == Step::Fingerprints).count();
    if excepted > 0 {
        line = line.push(chip(Tone::Warning, ctx.say("capture-exceptions", &[("count", &excepted.to_string())])));
    }
    line.into()
}
