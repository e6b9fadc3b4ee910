//! Is it still the same person? Then the data are signed and the record is closed.
//!
//! One screen with four faces, each following from the record alone: compare fingers or eyes; where nothing can be
//! compared, a supervisor vouches; the resident signs; the whole is shown and closed.

mod close;
mod compare;
mod sign;
mod vouch;

use super::capture::{self, Capturing};
use crate::domain::session::{ConfirmNeed, ExceptionReason, Session, Slot, SlotState, Step, Wish};
use crate::station::counter::{Act, Aim, Capture, Phase};
use crate::ui::keys::Key;
use crate::ui::spacing::S;
use crate::ui::widget::parts::{caption, key_cap};
use crate::ui::{Action, Context, Element, Outcome};

/// The screen.
#[derive(Debug, Default)]
pub struct Confirm {
    vouch: vouch::Form,
    /// Why the resident does not sign is being asked; with the note so far.
    skipping: Option<String>,
    /// A note that was typed and not sent.
    note: String,
    invited: Option<bool>,
    /// Enter was pressed before the invitation was chosen.
    unchosen: bool,
    /// Parking and giving up, as on every step.
    leaving: Capturing,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Take what is there now; on a pad: the resident has finished.
    Shutter,
    /// Stop capturing.
    Pause,
    /// Capture on.
    Resume,
    /// Another signature.
    Again,
    /// The resident cannot sign.
    Skip,
    /// The note to it, as typed.
    SkipNote(String),
    /// For this reason.
    SkipFor(ExceptionReason),
    /// The resident signs after all.
    Unskip,
    /// Back to what was shown.
    Back,
    /// About the supervisor.
    Vouch(vouch::Message),
    /// What became of the invitation.
    Invited(bool),
    /// Close the record.
    Complete,
    /// The step before.
    Previous,
    /// About leaving.
    Leave(capture::Message),
}

/// What the step shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Compare(Slot),
    Vouch,
    Sign,
    Close,
}

impl Face {
    fn of(session: &Session) -> Self {
        match session.confirm_need() {
            ConfirmNeed::Compare(slot) => Self::Compare(slot),
            ConfirmNeed::Supervisor => Self::Vouch,
            ConfirmNeed::Nothing if session.slot(Slot::Approval).is_settled() => Self::Close,
            ConfirmNeed::Nothing => Self::Sign,
        }
    }
}

impl Confirm {
    /// Another screen is shown: what nobody may find here is wiped.
    pub fn forget(&mut self) {
        self.vouch.forget();
    }

    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(seat) = ctx.seat() else { return Vec::new() };
        let slot = Slot::Approval;
        let act = match message {
            Message::Shutter => Act::Shutter,
            Message::Pause => Act::Pause,
            Message::Resume => Act::Resume,
            Message::Again if seat.session.attempts(slot).next().is_some() => Act::Retake { slot, discard: true },
            // Nothing was kept yet: the pad is wiped by beginning anew.
            Message::Again => Act::Choose(slot),
            Message::Skip => {
                self.skipping = Some(std::mem::take(&mut self.note));
                return Vec::new();
            }
            Message::SkipNote(note) => {
                self.skipping = Some(note.chars().take(sign::LONGEST_NOTE).collect());
                return Vec::new();
            }
            Message::SkipFor(reason) => {
                let note = self.skipping.take().unwrap_or_default().trim().to_owned();
                Act::Except { slot, reason, note }
            }
            Message::Unskip => Act::Wish(Wish::WithdrawException { slot }),
            Message::Back => {
                self.note = self.skipping.take().unwrap_or_default();
                return Vec::new();
            }
            Message::Vouch(message) => return self.vouch.update(message, ctx),
            Message::Invited(invited) => {
                (self.invited, self.unchosen) = (Some(invited), false);
                return Vec::new();
            }
            Message::Complete => match self.invited {
                Some(invited) => Act::Complete { invited },
                None => {
                    self.unchosen = true;
                    return Vec::new();
                }
            },
            Message::Previous => match previous(&seat.session) {
                Some(step) => Act::GoTo(step),
                None => return Vec::new(),
            },
            Message::Leave(message) => return self.leaving.update(message, ctx),
        };
        vec![Outcome::Do(act)]
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let Some(seat) = ctx.seat() else { return Vec::new() };
        if let Some(answers) = self.leaving.answers(ctx) {
            return answers.into_iter().map(|action| action.map(Message::Leave)).collect();
        }
        let face = Face::of(&seat.session);
        let mut all = match face {
            Face::Compare(slot) => capture_actions(ctx, slot, Aim::Compare, "confirm-compare-now"),
            Face::Vouch => {
                let vouch = self.vouch.actions(ctx);
                vouch.into_iter().map(|action| action.map(Message::Vouch)).collect()
            }
            Face::Sign if self.skipping.is_some() => return sign::skip_actions(ctx),
            Face::Sign => {
                let mut all = vec![
                    Action::secondary(Key::Char('r'), ctx.t("confirm-sign-again"), Message::Again),
                    Action::secondary(Key::Char('l'), ctx.t("confirm-cannot-sign"), Message::Skip),
                ];
                all.extend(capture_actions(ctx, Slot::Approval, Aim::Fill, "confirm-signed"));
                all
            }
            Face::Close => close_actions(ctx, &seat.session),
        };
        // Where a passphrase is typed no letter leads away: typed beside the field it would park the record.
        let (back, park) = match face {
            Face::Vouch => (Key::PageUp, Key::F(8)),
            Face::Compare(_) | Face::Sign | Face::Close => (Key::Backspace, Key::Char('p')),
        };
        let previous = Action::secondary(back, ctx.t("key-previous-step"), Message::Previous);
        all.push(previous.when(previous_is_possible(&seat.session)));
        all.extend(capture::leaving(ctx, park).map(|action| action.map(Message::Leave)));
        all
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(seat) = ctx.seat() else { return iced::widget::text("").into() };
        if let Some(question) = self.leaving.asking.view(ctx) {
            return question.map(Message::Leave);
        }
        match Face::of(&seat.session) {
            Face::Compare(slot) => compare::view(ctx, seat, slot),
            Face::Vouch => self.vouch.view(ctx, seat).map(Message::Vouch),
            Face::Sign => sign::view(ctx, seat, self.skipping.as_deref()),
            Face::Close => close::view(ctx, seat, self.invited, self.unchosen),
        }
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        // Only the supervisor's face has it; on the others no field takes the cursor.
        Some(vouch::REASON)
    }
}

/// The step before confirm in this office's order.
fn previous(session: &Session) -> Option<Step> {
    let steps = session.order().steps();
    let here = steps.iter().position(|step| *step == Step::Confirm)?;
    here.checked_sub(1).and_then(|before| steps.get(before)).copied()
}

fn previous_is_possible(session: &Session) -> bool {
    previous(session).is_some()
}

/// The capture under way, when it is of this slot and for this end.
fn capture_of<'a>(ctx: &Context<'a>, slot: Slot, aim: Aim) -> Option<&'a Capture> {
    ctx.board.capture.as_ref().filter(|capture| capture.slot == slot && capture.aim == aim)
}

/// What a capture under way can be told.
fn capture_actions(ctx: &Context<'_>, slot: Slot, aim: Aim, words: &str) -> Vec<Action<Message>> {
    let phase = capture_of(ctx, slot, aim).map(|capture| capture.phase);
    if phase == Some(Phase::Paused) {
        return vec![Action::primary(Key::Enter, ctx.t("confirm-resume"), Message::Resume)];
    }
    let live = phase == Some(Phase::Live);
    vec![
        Action::hidden(Key::Space, Message::Shutter).when(live),
        Action::hidden(Key::Escape, Message::Pause).when(live),
        Action::primary(Key::Enter, ctx.t(words), Message::Shutter).when(live),
    ]
}

/// The keys of a capture that have no button, while they work.
fn capture_keys<'a>(ctx: &Context<'a>, live: bool, words: &str) -> Element<'a, Message> {
    if !live {
        return iced::widget::text("").into();
    }
    let keys = [(Key::Space, words), (Key::Escape, "confirm-pause")];
    let keys = keys.into_iter().flat_map(|(key, words)| [key_cap(key), caption(ctx.t(words))]);
    iced::widget::row(keys).spacing(S).align_y(iced::Center).into()
}

fn close_actions(ctx: &Context<'_>, session: &Session) -> Vec<Action<Message>> {
    let undo = match session.slot(Slot::Approval) {
        SlotState::Excepted(_) => Action::secondary(Key::Char('w'), ctx.t("confirm-sign-after-all"), Message::Unskip),
        SlotState::Filled(_) | SlotState::Open { .. } => {
            Action::secondary(Key::Char('r'), ctx.t("confirm-sign-anew"), Message::Again)
        }
    };
    vec![
        undo,
        Action::hidden(Key::Char('1'), Message::Invited(true)),
        Action::hidden(Key::Char('2'), Message::Invited(false)),
        Action::primary(Key::Enter, ctx.t("confirm-complete"), Message::Complete),
    ]
}
