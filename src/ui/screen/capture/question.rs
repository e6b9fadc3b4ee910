//! Questions inside a screen: why a slot stays empty, why the resident goes, whether a record shall be given up; the same
//! on every step. Reasons are numbered and one digit answers; own words are possible everywhere, and what was typed is
//! found again when the same is asked once more. A question that has lost its object meanwhile (the finger came after
//! all) is not asked any more. Records speak Indonesian, whatever the window speaks.

use iced::widget::{Space, button, column, container, row, text, text_input};
use iced::{Center, Fill};
use rekam_hal::Finger;

use super::{Message, possible};
use crate::domain::session::{ExceptionReason, Session, Slot, SlotState, Wish};
use crate::office::words::{Language, Words};
use crate::station::counter::Act;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, TARGET};
use crate::ui::theme::{Tone, field, plate, press};
use crate::ui::widget::{caption, chip, key_cap, title};
use crate::ui::{Action, Context, Element, Outcome, text as say};

/// The field for own words.
pub const FIELD: &str = "capture-words";
/// No field: putting the cursor there takes it out of every field.
const NOWHERE: &str = "capture-nowhere";
/// Longest own words, characters.
const LONGEST: usize = 120;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Why does this slot stay empty?
    Skip(Slot),
    /// Why does what stands in this slot stand for nothing?
    SetAside(Slot),
    /// Why is a portrait with faults good enough?
    Override,
    /// Why does no photo show what is empty?
    Waive,
    /// Why is the step done later?
    Defer,
    /// Why does the resident make way?
    Park,
    /// Is the record really given up, and why?
    Cancel,
}

/// A question with what was answered so far.
#[derive(Debug, Default)]
pub struct Asking {
    open: Option<Question>,
    /// What the words belong to, also when the question is closed.
    about: Option<Question>,
    words: String,
    /// The reason to give the record up, until it is confirmed.
    chosen: Option<usize>,
    /// Own words were asked for and there are none.
    wordless: bool,
    /// All open fingers of the hand instead of the one.
    pub whole_hand: bool,
}

/// All reasons, in the order in which they are offered.
const REASONS: [ExceptionReason; 6] = [
    ExceptionReason::Missing,
    ExceptionReason::Injured,
    ExceptionReason::Unreadable,
    ExceptionReason::EyeDisease,
    ExceptionReason::CannotSign,
    ExceptionReason::CannotPosition,
];

impl Question {
    /// Whether it still has an object.
    fn applies(self, session: &Session) -> bool {
        match self {
            Self::Skip(slot) => slot.step() == session.step() && matches!(session.slot(slot), SlotState::Open { .. }),
            Self::SetAside(slot) => slot.step() == session.step() && session.attempts(slot).next().is_some(),
            Self::Override => {
                let latest = session.attempts(Slot::Photo).last().map(|sample| sample.id.clone());
                latest.is_some_and(|sample| {
                    session.override_of(&sample).is_none()
                        && possible(session, Wish::OverridePhoto { sample, reason: "?".into() })
                })
            }
            Self::Waive => possible(session, Wish::WaiveEvidence { reason: "?".into() }),
            Self::Defer => possible(session, Wish::Defer { reason: "?".into() }),
            Self::Park | Self::Cancel => true,
        }
    }

    /// The usual reasons in words.
    fn choices(self, words: &Words) -> Vec<String> {
        let keys = match self {
            Self::Skip(slot) => {
                return fitting(slot).into_iter().map(|reason| say::reason(words, reason)).collect();
            }
            Self::SetAside(Slot::Eye(_)) => {
                ["capture-aside-other-eye", "capture-aside-lens", "capture-aside-other-person"]
            }
            Self::SetAside(Slot::Finger(_) | Slot::Photo | Slot::Signature | Slot::Approval) => {
                ["capture-aside-other-finger", "capture-aside-other-hand", "capture-aside-other-person"]
            }
            Self::Override => ["photo-override-condition", "photo-override-light", "photo-override-mistaken"],
            Self::Waive => ["evidence-waive-wish", "evidence-waive-camera", "evidence-waive-seen"],
            Self::Defer => ["capture-defer-device", "capture-defer-resident", "capture-defer-later"],
            Self::Park => ["capture-park-away", "capture-park-companion", "capture-park-device"],
            Self::Cancel => ["capture-cancel-wish", "capture-cancel-other-person", "capture-cancel-unfinishable"],
        };
        keys.into_iter().map(|key| words.get(key)).collect()
    }

    /// The question itself and what follows from answering it.
    fn words(self, ctx: &Context<'_>) -> (String, String) {
        match self {
            Self::Skip(slot) => {
                let what = say::slot(ctx.words, slot);
                (ctx.say("capture-ask-skip", &[("slot", &what)]), ctx.t("capture-ask-skip-then"))
            }
            Self::SetAside(slot) => {
                let what = say::slot(ctx.words, slot);
                (ctx.say("capture-ask-aside", &[("slot", &what)]), ctx.t("capture-ask-aside-then"))
            }
            Self::Override => (ctx.t("photo-ask-override"), ctx.t("photo-ask-override-then")),
            Self::Waive => (ctx.t("evidence-ask-waive"), ctx.t("evidence-ask-waive-then")),
            Self::Defer => (ctx.t("capture-ask-defer"), ctx.t("capture-ask-defer-then")),
            Self::Park => (ctx.t("capture-ask-park"), ctx.t("capture-ask-park-then")),
            Self::Cancel => (ctx.t("capture-ask-cancel"), ctx.t("capture-ask-cancel-then")),
        }
    }
}

/// The lawful reasons for a slot.
fn fitting(slot: Slot) -> Vec<ExceptionReason> {
    REASONS.into_iter().filter(|reason| reason.fits(slot)).collect()
}

/// The open slots of the hand to which a slot belongs.
fn hand_of(session: &Session, slot: Slot) -> Vec<Slot> {
    let Slot::Finger(one) = slot else { return vec![slot] };
    let same = |finger: &Finger| (finger.code() <= 5) == (one.code() <= 5);
    let slots = Finger::ALL.into_iter().filter(same).map(Slot::Finger);
    slots.filter(|slot| matches!(session.slot(*slot), SlotState::Open { .. })).collect()
}

impl Asking {
    /// Asks. Words that were typed for the same question and not sent are there again.
    pub fn ask(&mut self, question: Question) {
        let words = if self.about == Some(question) { std::mem::take(&mut self.words) } else { String::new() };
        *self = Self { open: Some(question), about: Some(question), words, ..Self::default() };
    }

    /// Asks no longer; what was typed stays for the next time.
    pub fn close(&mut self) {
        let words = std::mem::take(&mut self.words);
        *self = Self { about: self.about, words, ..Self::default() };
    }

    /// What is asked now.
    pub fn open(&self, ctx: &Context<'_>) -> Option<Question> {
        let session = ctx.board.session()?;
        self.open.filter(|question| question.applies(session))
    }

    /// Words are typed.
    pub fn typed(&mut self, words: String) {
        self.words = words.chars().take(LONGEST).collect();
        self.wordless = false;
    }

    /// A reason is chosen.
    pub fn answer(&mut self, number: usize, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(question) = self.open(ctx) else { return Vec::new() };
        let Some(words) = recorded(question, number) else { return Vec::new() };
        match question {
            Question::Skip(slot) => match fitting(slot).into_iter().nth(number) {
                Some(reason) => self.skip(slot, reason, ctx),
                None => Vec::new(),
            },
            Question::Cancel => {
                self.chosen = Some(number);
                Vec::new()
            }
            Question::SetAside(_) | Question::Override | Question::Waive | Question::Defer | Question::Park => {
                self.carry_out(question, words)
            }
        }
    }

    fn skip(&mut self, slot: Slot, reason: ExceptionReason, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(session) = ctx.board.session() else { return Vec::new() };
        let slots = if self.whole_hand { hand_of(session, slot) } else { vec![slot] };
        let note = std::mem::take(self).words.trim().to_owned();
        let except = |slot| Outcome::Do(Act::Except { slot, reason, note: note.clone() });
        slots.into_iter().map(except).collect()
    }

    /// Enter in the field: own words are an answer, or a note beside the reason still to be chosen.
    pub fn written(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(question) = self.open(ctx) else { return Vec::new() };
        let words = self.words.trim().to_owned();
        match question {
            Question::Skip(_) => vec![Outcome::Focus(NOWHERE)],
            Question::SetAside(_)
            | Question::Override
            | Question::Waive
            | Question::Defer
            | Question::Park
            | Question::Cancel
                if words.is_empty() =>
            {
                self.wordless = true;
                Vec::new()
            }
            Question::Cancel => {
                self.chosen = None;
                vec![Outcome::Focus(NOWHERE)]
            }
            Question::SetAside(_) | Question::Override | Question::Waive | Question::Defer | Question::Park => {
                self.carry_out(question, words)
            }
        }
    }

    /// The record is given up.
    pub fn confirm(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        let asked = self.open(ctx) == Some(Question::Cancel);
        match self.reason_to_cancel() {
            Some(reason) if asked => self.carry_out(Question::Cancel, reason),
            Some(_) | None => Vec::new(),
        }
    }

    fn reason_to_cancel(&self) -> Option<String> {
        let own = self.words.trim();
        match self.chosen {
            Some(number) => recorded(Question::Cancel, number),
            None => (!own.is_empty()).then(|| own.to_owned()),
        }
    }

    fn carry_out(&mut self, question: Question, reason: String) -> Vec<Outcome> {
        *self = Self::default();
        let acts = match question {
            Question::Skip(_) => Vec::new(),
            Question::SetAside(slot) => vec![Act::Wish(Wish::SetAside { slot, reason }), Act::Choose(slot)],
            Question::Override => vec![Act::OverridePhoto { reason }],
            Question::Waive => vec![Act::Wish(Wish::WaiveEvidence { reason })],
            Question::Defer => vec![Act::Wish(Wish::Defer { reason })],
            Question::Park => vec![Act::Park { reason }],
            Question::Cancel => vec![Act::Cancel { reason }],
        };
        acts.into_iter().map(Outcome::Do).collect()
    }

    /// What can be answered now.
    pub fn actions(&self, ctx: &Context<'_>) -> Option<Vec<Action<Message>>> {
        let question = self.open(ctx)?;
        let choices = question.choices(ctx.words).len();
        let digit = |number: usize| char::from_digit(number as u32 + 1, 10).map(Key::Char);
        let mut actions: Vec<_> =
            (0..choices).filter_map(|number| Some(Action::hidden(digit(number)?, Message::Answer(number)))).collect();
        actions.extend(digit(choices).map(|key| Action::hidden(key, Message::Write)));
        let close = ctx.t("capture-ask-close");
        match question {
            Question::Skip(slot) => {
                if matches!(slot, Slot::Finger(_)) {
                    actions.push(Action::hidden(Key::Char('a'), Message::WholeHand));
                }
                actions.push(Action::secondary(Key::Escape, close, Message::Close));
            }
            Question::SetAside(_) | Question::Override | Question::Waive | Question::Defer | Question::Park => {
                let written = !self.words.trim().is_empty();
                actions.push(Action::secondary(Key::Escape, close, Message::Close));
                actions
                    .push(Action::primary(Key::Enter, ctx.t("capture-ask-keep-words"), Message::Written).when(written));
            }
            Question::Cancel => {
                let chosen = self.reason_to_cancel().is_some();
                actions.push(Action::danger(Key::F(9), ctx.t("capture-ask-cancel-yes"), Message::Confirm).when(chosen));
                actions.push(Action::primary(Key::Enter, close, Message::Close));
                actions.push(Action::hidden(Key::Escape, Message::Close));
            }
        }
        Some(actions)
    }

    /// The question on a card; `None` when nothing is asked.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Option<Element<'a, Message>> {
        let question = self.open(ctx)?;
        let (asked, then) = question.words(ctx);
        let mut parts = column![title(asked), caption(then)].spacing(S);
        let choices = question.choices(ctx.words);
        let own = choices.len();
        for (number, words) in choices.into_iter().enumerate() {
            let chosen = question == Question::Cancel && self.chosen == Some(number);
            parts = parts.push(choice(number, words, chosen, Message::Answer(number)));
        }
        parts = parts.push(self.field(ctx, question, own));
        if self.wordless {
            parts = parts.push(chip(Tone::Bad, ctx.t("capture-ask-wordless")));
        }
        if let Some(hand) = self.hand(question, ctx) {
            parts = parts.push(hand);
        }
        Some(container(parts).padding(L).width(Fill).style(plate::chosen).into())
    }

    /// Own words, with the digit that leads there.
    fn field<'a>(&'a self, ctx: &Context<'a>, question: Question, number: usize) -> Element<'a, Message> {
        let hint = match question {
            Question::Skip(_) => ctx.t("capture-ask-note"),
            Question::SetAside(_)
            | Question::Override
            | Question::Waive
            | Question::Defer
            | Question::Park
            | Question::Cancel => ctx.t("capture-ask-own-words"),
        };
        let input = text_input(&hint, &self.words)
            .id(FIELD)
            .on_input(Message::Typed)
            .on_submit(Message::Written)
            .size(BODY)
            .padding(S)
            .style(field);
        row![Space::new().width(M - S), key_cap(digit(number)), input].spacing(S).align_y(Center).into()
    }

    /// Whether one finger or the whole hand is meant.
    fn hand<'a>(&self, question: Question, ctx: &Context<'a>) -> Option<Element<'a, Message>> {
        let Question::Skip(slot @ Slot::Finger(_)) = question else { return None };
        let count = hand_of(ctx.board.session()?, slot).len();
        if count < 2 {
            return None;
        }
        let words = ctx.say("capture-ask-whole-hand", &[("count", &count.to_string())]);
        Some(marked(Key::Char('a'), words, self.whole_hand, Message::WholeHand))
    }
}

/// A usual reason as the record keeps it.
fn recorded(question: Question, number: usize) -> Option<String> {
    question.choices(Words::of(Language::Indonesian)).into_iter().nth(number)
}

/// The digit of a choice; there are never more than nine.
fn digit(number: usize) -> Key {
    Key::Char(u32::try_from(number + 1).ok().and_then(|number| char::from_digit(number, 10)).unwrap_or('0'))
}

fn choice<'a>(number: usize, words: String, chosen: bool, message: Message) -> Element<'a, Message> {
    line(key_cap(digit(number)), words, chosen, message)
}

/// A line that is on or off, with the key that turns it.
fn marked<'a>(key: Key, words: String, on: bool, message: Message) -> Element<'a, Message> {
    let mark = text(if on { "✓" } else { "○" }).size(BODY);
    line(row![key_cap(key), mark].spacing(S).align_y(Center).into(), words, on, message)
}

fn line<'a>(front: Element<'a, Message>, words: String, chosen: bool, message: Message) -> Element<'a, Message> {
    let content = row![front, text(words).size(BODY)].spacing(S).align_y(Center);
    button(container(content).center_y(Fill))
        .width(Fill)
        .height(TARGET - S)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press(message)
        .into()
}
