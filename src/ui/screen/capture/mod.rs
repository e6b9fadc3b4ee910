//! What the four capture screens share.
//!
//! The counter captures by itself: it begins, tries again and goes on to the next slot. So a capture screen has little
//! to say to it, and all four say it with the same keys; what differs is the picture in the middle. A question
//! ([`question`]) is asked inside the screen, beside a preview that goes on, and every key of the step rests meanwhile.

pub mod advice;
pub mod evidence;
pub mod parts;
pub mod question;

use crate::domain::session::{Doubt, Session, Slot, SlotState, Step, Wish};
use crate::station::counter::{Act, Capture, Phase};
use crate::ui::keys::Key;
use crate::ui::{Action, Context, Outcome, text as say};

pub use question::{Asking, Question};

/// What can be said to a capture screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Take what is there now.
    Shutter,
    /// The resident approves the portrait: on to the next step.
    Approve,
    /// The backdrop of the portrait is painted anew.
    Repaint,
    /// A photo shows why something is empty: begin to take it, or give it up.
    Evidence(bool),
    /// On to the next step.
    Next,
    /// Back to this step.
    GoTo(Step),
    /// Stop capturing.
    Pause,
    /// Capture on.
    Resume,
    /// Look at this slot, and capture it when it wants or bears another try.
    Pick(Slot),
    /// Take a filled slot once more.
    Retake {
        /// Which.
        slot: Slot,
        /// What stands there shall stand for nothing.
        discard: bool,
    },
    /// What was kept as the shown one is the wanted one.
    Swap {
        /// Asked for.
        wanted: Slot,
        /// Held for another.
        shown: Slot,
    },
    /// What seemed wrong is right.
    Dismiss(Doubt),
    /// Take an exception back.
    Withdraw(Slot),
    /// Ask this.
    Ask(Question),
    /// The reason of this number.
    Answer(usize),
    /// The words typed so far.
    Typed(String),
    /// Put the cursor where words are typed.
    Write,
    /// The words are typed.
    Written,
    /// Of this hand, all fingers that are still open; or only the one.
    WholeHand,
    /// Yes, give the record up.
    Confirm,
    /// Do not ask any more.
    Close,
}

/// What a capture screen holds of its own.
#[derive(Debug, Default)]
pub struct Capturing {
    /// The question asked, if any.
    pub asking: Asking,
    /// The slot looked at, until a capture after this one has ended.
    chosen: Option<(Slot, u64)>,
}

impl Capturing {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        match message {
            Message::Shutter => tell(Act::Shutter),
            Message::Approve => vec![Outcome::Do(Act::ApprovePhoto), Outcome::Do(Act::Next)],
            Message::Repaint => tell(Act::Repaint),
            Message::Evidence(begin) => tell(Act::Evidence { begin }),
            Message::Next => tell(Act::Next),
            Message::GoTo(step) => tell(Act::GoTo(step)),
            Message::Pause => tell(Act::Pause),
            Message::Resume => tell(Act::Resume),
            Message::Pick(slot) => self.pick(slot, ctx),
            Message::Retake { slot, discard } => tell(Act::Retake { slot, discard }),
            Message::Swap { wanted, shown } => tell(Act::Swap { wanted, shown }),
            Message::Dismiss(doubt) => tell(Act::Wish(Wish::DismissDoubt { doubt })),
            Message::Withdraw(slot) => {
                vec![Outcome::Do(Act::Wish(Wish::WithdrawException { slot })), Outcome::Do(Act::Choose(slot))]
            }
            Message::Ask(question) => {
                self.asking.ask(question);
                Vec::new()
            }
            Message::Answer(number) => self.asking.answer(number, ctx),
            Message::Typed(words) => {
                self.asking.typed(words);
                Vec::new()
            }
            Message::Write => vec![Outcome::Focus(question::FIELD)],
            Message::Written => self.asking.written(ctx),
            Message::WholeHand => {
                self.asking.whole_hand = !self.asking.whole_hand;
                Vec::new()
            }
            Message::Confirm => self.asking.confirm(ctx),
            Message::Close => {
                self.asking.close();
                Vec::new()
            }
        }
    }

    /// An open slot is captured next. One that is filled gets another try while tries are left, the best one counts;
    /// otherwise it is only looked at, so that it can be set aside or its exception taken back.
    fn pick(&mut self, slot: Slot, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(session) = ctx.board.session() else { return Vec::new() };
        self.chosen = Some((slot, last_number(ctx)));
        let under_way = capture(ctx, slot.step());
        // As one of several laid down together it is not yet what was picked: that one alone.
        if under_way.is_some_and(|now| now.slot == slot && now.slap.is_none() && now.phase != Phase::Paused) {
            return Vec::new();
        }
        match session.slot(slot) {
            SlotState::Open { .. } => tell(Act::Choose(slot)),
            SlotState::Filled(_) if session.may_improve(slot) => tell(Act::Retake { slot, discard: false }),
            SlotState::Filled(_) | SlotState::Excepted(_) => Vec::new(),
        }
    }

    /// The slot whose details are shown: the one looked at, else the one in turn.
    pub fn subject(&self, ctx: &Context<'_>, step: Step) -> Option<Slot> {
        let chosen = self.chosen.filter(|(slot, number)| slot.step() == step && *number == last_number(ctx));
        chosen.map(|(slot, _)| slot).or_else(|| in_turn(ctx, step))
    }

    /// The actions while a question is open; `None` when none is.
    pub fn answers(&self, ctx: &Context<'_>) -> Option<Vec<Action<Message>>> {
        self.asking.actions(ctx)
    }
}

fn tell(act: Act) -> Vec<Outcome> {
    vec![Outcome::Do(act)]
}

fn last_number(ctx: &Context<'_>) -> u64 {
    ctx.board.last.as_ref().map_or(0, |take| take.number)
}

/// The capture under way, when it belongs to this step.
pub fn capture<'a>(ctx: &Context<'a>, step: Step) -> Option<&'a Capture> {
    ctx.board.capture.as_ref().filter(|capture| capture.slot.step() == step)
}

/// Whether a capture of this step waits for the resident right now.
pub fn is_live(ctx: &Context<'_>, step: Step) -> bool {
    capture(ctx, step).is_some_and(|capture| capture.phase == Phase::Live)
}

/// The slot being captured, else the first that wants to be.
pub fn in_turn(ctx: &Context<'_>, step: Step) -> Option<Slot> {
    if let Some(capture) = capture(ctx, step) {
        return Some(capture.slot);
    }
    let session = ctx.board.session()?;
    Slot::of(step).into_iter().find(|slot| !session.slot(*slot).is_settled())
}

/// What looks wrong at this step, while nothing is being captured that could settle it.
pub fn doubt(ctx: &Context<'_>, step: Step) -> Option<Doubt> {
    let doubt = ctx.seat()?.doubt.filter(|doubt| doubt.step() == step)?;
    capture(ctx, step).is_none().then_some(doubt)
}

/// Whether the record would follow a wish now.
pub fn possible(session: &Session, wish: Wish) -> bool {
    session.decide(wish).is_ok()
}

/// The next action of a step whose device decides by itself when the sample is good: Enter belongs to going on alone,
/// so that an impatient Enter never takes a bad sample.
pub fn next_of_automatic(ctx: &Context<'_>, step: Step) -> Vec<Action<Message>> {
    let Some(session) = ctx.board.session() else { return Vec::new() };
    let phase = capture(ctx, step).map(|capture| capture.phase);
    let live = phase == Some(Phase::Live);
    let mut actions = evidence::offers(ctx, step);
    if evidence::is_next(ctx, step) {
        return actions;
    }
    if session.is_done(step) {
        actions.push(onward(ctx, session));
        if live {
            actions.push(Action::secondary(Key::Space, ctx.t("capture-now"), Message::Shutter));
        }
    } else if phase == Some(Phase::Paused) {
        actions.push(Action::primary(Key::Enter, ctx.t("capture-resume"), Message::Resume));
    } else {
        actions.push(Action::primary(Key::Space, ctx.t("capture-now"), Message::Shutter).when(live));
    }
    if live {
        actions.push(Action::secondary(Key::Escape, ctx.t("capture-pause"), Message::Pause));
    }
    actions
}

/// On to the next step, for a step that is done.
pub fn onward(ctx: &Context<'_>, session: &Session) -> Action<Message> {
    let label = match session.next_step() {
        Some(step) => ctx.say("capture-next", &[("step", &crate::ui::text::step(ctx.words, step))]),
        None => ctx.t("key-next"),
    };
    Action::primary(Key::Enter, label, Message::Next).when(possible(session, Wish::Next))
}

/// The ways out of a step, the same on every capture screen.
pub fn ways_out(ctx: &Context<'_>) -> Vec<Action<Message>> {
    let Some(session) = ctx.board.session() else { return Vec::new() };
    let mut actions = Vec::new();
    if possible(session, Wish::Defer { reason: ctx.t("capture-defer-later") }) {
        actions.push(Action::secondary(Key::Char('d'), ctx.t("capture-key-defer"), Message::Ask(Question::Defer)));
    }
    let [park, cancel] = leaving(ctx, Key::Char('p'));
    actions.push(park);
    if let Some(step) = step_before(session) {
        let back = Action::secondary(Key::Backspace, ctx.t("key-previous-step"), Message::GoTo(step));
        actions.push(back.when(possible(session, Wish::GoTo { step })));
    }
    actions.push(cancel);
    actions
}

/// Leaving a record before its end, the same on every step: parked, by this key, or given up.
pub fn leaving(ctx: &Context<'_>, park: Key) -> [Action<Message>; 2] {
    [
        Action::secondary(park, ctx.t("key-park"), Message::Ask(Question::Park)),
        Action::danger(Key::F(9), ctx.t("capture-key-cancel-record"), Message::Ask(Question::Cancel)),
    ]
}

/// The step that the office takes before the one at which the record stands.
fn step_before(session: &Session) -> Option<Step> {
    let steps = session.order().steps();
    let here = steps.iter().position(|step| *step == session.step())?;
    steps.get(here.checked_sub(1)?).copied()
}

/// The next action of a step in which the operator decides when the sample is taken: Enter or Space.
pub fn next_of_manual(ctx: &Context<'_>, step: Step, words: &str) -> Vec<Action<Message>> {
    let Some(capture) = capture(ctx, step) else { return Vec::new() };
    match capture.phase {
        Phase::Live | Phase::Judging => {
            let live = capture.phase == Phase::Live;
            vec![
                Action::primary(Key::Enter, ctx.t(words), Message::Shutter).when(live),
                Action::hidden(Key::Space, Message::Shutter).when(live),
            ]
        }
        Phase::Paused => vec![Action::primary(Key::Enter, ctx.t("capture-resume"), Message::Resume)],
        Phase::NoDevice(_) => Vec::new(),
    }
}

/// What can be done about one finger or eye: take it again, leave it empty, take that back, set it aside.
pub fn about(ctx: &Context<'_>, slot: Slot) -> Vec<Action<Message>> {
    let Some(session) = ctx.board.session() else { return Vec::new() };
    let state = session.slot(slot);
    let (open, excepted) = (matches!(state, SlotState::Open { .. }), matches!(state, SlotState::Excepted(_)));
    let again = matches!(state, SlotState::Filled(_)) && session.may_improve(slot) && !is_under_way(ctx, slot);
    let held = !excepted && session.attempts(slot).next().is_some();
    let aside = match slot {
        Slot::Eye(_) => "capture-key-aside-eye",
        Slot::Finger(_) | Slot::Photo | Slot::Signature | Slot::Approval => "capture-key-aside-finger",
    };
    let mut actions = Vec::from_iter(swap(ctx, session, slot));
    actions.extend([
        Action::secondary(Key::Char('r'), ctx.t("capture-key-again"), Message::Pick(slot)).when(again),
        Action::secondary(Key::Char('l'), ctx.t("key-skip"), Message::Ask(Question::Skip(slot))).when(open),
        Action::secondary(Key::Char('w'), ctx.t("capture-key-withdraw"), Message::Withdraw(slot)).when(excepted),
        Action::secondary(Key::Char('s'), ctx.t(aside), Message::Ask(Question::SetAside(slot))).when(held),
    ]);
    actions
}

/// What was presented is held for another one: the operator, who sees the resident, says which of the two is wrong.
fn swap(ctx: &Context<'_>, session: &Session, wanted: Slot) -> Option<Action<Message>> {
    let shown = ctx.board.last.as_ref().filter(|take| take.slot == wanted)?.mistaken_for()?;
    let label = ctx.say("capture-key-swap", &[("shown", &advice::within(&say::slot(ctx.words, shown)))]);
    let action = Action::secondary(Key::Char('t'), label, Message::Swap { wanted, shown });
    possible(session, Wish::Swap { one: wanted, other: shown }).then_some(action)
}

fn is_under_way(ctx: &Context<'_>, slot: Slot) -> bool {
    ctx.board.capture.as_ref().is_some_and(|capture| capture.slot == slot)
}
