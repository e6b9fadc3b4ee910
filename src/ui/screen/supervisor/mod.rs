//! The supervisors' room: what waits for a second pair of eyes, and what leaves the station.
//!
//! The room has a door of its own ([`door`]): whoever logged in at the station in the morning proves once more who they
//! are, because behind it lie review copies, decisions and the batch. Inside are six parts behind the digits 1 to 6.
//! A part that has something open (a review, a question, a form) keeps the digits and Escape for itself until it is
//! closed; only then do they mean parts and leaving again.

mod approvals;
mod audit;
mod batch;
mod compare;
mod day;
mod door;
mod duplicates;
mod form;
mod list;
mod officers;
mod panel;
mod person;
mod phrase;
mod remarks;
mod review;
mod voiding;

use iced::widget::{button, column, container, row, text};
use iced::{Center, Fill};

use crate::station::counter::{Act, BackRoom};
use crate::ui::keys::Key;
use crate::ui::outcome::Route;
use crate::ui::spacing::{BODY, M, S, TARGET};
use crate::ui::theme::press;
use crate::ui::widget::key_cap;
use crate::ui::widget::parts::BOLD;
use crate::ui::{Action, Context, Element, Outcome};

/// A part of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// Records that wait for approval.
    #[default]
    Approvals,
    /// Possible duplicates.
    Duplicates,
    /// The list of a day.
    Day,
    /// What leaves the station.
    Batch,
    /// Who did what.
    Audit,
    /// Who may work here.
    Officers,
}

impl Part {
    const ALL: [Self; 6] = [Self::Approvals, Self::Duplicates, Self::Day, Self::Batch, Self::Audit, Self::Officers];

    fn key(self) -> Key {
        Key::Char(match self {
            Self::Approvals => '1',
            Self::Duplicates => '2',
            Self::Day => '3',
            Self::Batch => '4',
            Self::Audit => '5',
            Self::Officers => '6',
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Approvals => "supervisor-part-approvals",
            Self::Duplicates => "supervisor-part-duplicates",
            Self::Day => "supervisor-part-day",
            Self::Batch => "supervisor-part-batch",
            Self::Audit => "supervisor-part-audit",
            Self::Officers => "supervisor-part-officers",
        }
    }

    /// How much waits there.
    fn waiting(self, room: &BackRoom) -> usize {
        match self {
            Self::Approvals => room.approvals.len(),
            Self::Duplicates => room.hits.len(),
            Self::Batch => room.unsent,
            Self::Day | Self::Audit | Self::Officers => 0,
        }
    }
}

/// The screen.
#[derive(Debug, Default)]
pub struct Supervisor {
    door: door::Door,
    part: Part,
    approvals: approvals::Approvals,
    duplicates: duplicates::Duplicates,
    day: day::Day,
    batch: batch::Batch,
    officers: officers::Officers,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// At the door.
    Door(door::Message),
    /// Show this part.
    Show(Part),
    /// Leave the room.
    Leave,
    /// Of the part of this name.
    Approvals(approvals::Message),
    /// Of the part of this name.
    Duplicates(duplicates::Message),
    /// Of the part of this name.
    Day(day::Message),
    /// Of the part of this name.
    Batch(batch::Message),
    /// Of the part of this name.
    Audit(audit::Message),
    /// Of the part of this name.
    Officers(officers::Message),
}

impl Supervisor {
    /// Another screen is shown: passphrases that were begun do not wait for whoever comes back.
    pub fn forget(&mut self) {
        self.door.forget();
        self.officers.forget();
    }

    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(room) = ctx.board.back_room.as_deref() else {
            return match message {
                Message::Door(message) => self.enter(message, ctx),
                // A press that was meant for a room that has been closed meanwhile.
                Message::Show(_)
                | Message::Leave
                | Message::Approvals(_)
                | Message::Duplicates(_)
                | Message::Day(_)
                | Message::Batch(_)
                | Message::Audit(_)
                | Message::Officers(_) => Vec::new(),
            };
        };
        match message {
            Message::Door(_) => Vec::new(),
            Message::Show(part) => {
                self.part = part;
                Vec::new()
            }
            Message::Leave => vec![Outcome::Do(Act::LeaveBackRoom), Outcome::Go(Route::Work)],
            Message::Approvals(approvals::Message::Compare) => {
                if let Some(key) = review::first_open_hit(room) {
                    self.part = Part::Duplicates;
                    self.duplicates.compare(key);
                }
                Vec::new()
            }
            Message::Approvals(message) => self.approvals.update(message, room),
            Message::Duplicates(message) => self.duplicates.update(message, room, ctx),
            Message::Day(day::Message::Open) => {
                let outcomes = self.day.open(room);
                if !outcomes.is_empty() {
                    self.part = Part::Approvals;
                    self.approvals.begin();
                }
                outcomes
            }
            Message::Day(message) => self.day.update(message, room),
            Message::Batch(message) => self.batch.update(message, room, ctx),
            Message::Audit(message) => audit::update(message, room),
            Message::Officers(message) => self.officers.update(message, room, ctx),
        }
    }

    /// Whoever enters finds the room as at the first time: nothing half done of somebody else.
    fn enter(&mut self, message: door::Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let outcomes = self.door.update(message, ctx);
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Do(Act::Authenticate { .. }))) {
            *self = Self { door: std::mem::take(&mut self.door), ..Self::default() };
        }
        outcomes
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let Some(room) = ctx.board.back_room.as_deref() else {
            return all_of(self.door.actions(ctx), Message::Door);
        };
        let mut actions = match self.part {
            Part::Approvals => all_of(self.approvals.actions(room, ctx), Message::Approvals),
            Part::Duplicates => all_of(self.duplicates.actions(room, ctx), Message::Duplicates),
            Part::Day => all_of(self.day.actions(room, ctx), Message::Day),
            Part::Batch => all_of(self.batch.actions(room, ctx), Message::Batch),
            Part::Audit => all_of(audit::actions(room, ctx), Message::Audit),
            Part::Officers => all_of(self.officers.actions(room, ctx), Message::Officers),
        };
        if !self.keeps_keys(room) {
            actions.extend(Part::ALL.map(|part| Action::hidden(part.key(), Message::Show(part))));
            actions.push(Action::secondary(Key::Escape, ctx.t("supervisor-leave"), Message::Leave));
        }
        actions
    }

    /// Whether the part that is shown has something open.
    fn keeps_keys(&self, room: &BackRoom) -> bool {
        match self.part {
            Part::Approvals => self.approvals.is_open(room),
            Part::Duplicates => self.duplicates.is_open(room),
            Part::Batch => self.batch.is_open(room),
            Part::Officers => self.officers.is_open(),
            Part::Day => self.day.is_open(),
            Part::Audit => false,
        }
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(room) = ctx.board.back_room.as_deref() else {
            return self.door.view(ctx).map(Message::Door);
        };
        let body = match self.part {
            Part::Approvals => self.approvals.view(room, ctx).map(Message::Approvals),
            Part::Duplicates => self.duplicates.view(room, ctx).map(Message::Duplicates),
            Part::Day => self.day.view(room, ctx).map(Message::Day),
            Part::Batch => self.batch.view(room, ctx).map(Message::Batch),
            Part::Audit => audit::view(room, ctx).map(Message::Audit),
            Part::Officers => self.officers.view(room, ctx).map(Message::Officers),
        };
        // A review needs the whole body, and its keys are not those of the parts.
        let reviewing = match self.part {
            Part::Approvals => review::open(room).is_some(),
            Part::Duplicates => self.duplicates.compared(room).is_some(),
            Part::Day | Part::Batch | Part::Audit | Part::Officers => false,
        };
        if reviewing {
            return body;
        }
        column![self.tabs(room, ctx), container(body).height(Fill)].spacing(M).into()
    }

    fn tabs<'a>(&self, room: &BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let free = !self.keeps_keys(room);
        let tabs = Part::ALL.map(|part| {
            let name = ctx.t(part.words());
            let label = match part.waiting(room) {
                0 => name,
                count => format!("{name} ({count})"),
            };
            let words = row![key_cap(part.key()), text(label).size(BODY).font(BOLD)].spacing(S).align_y(Center);
            button(container(words).center_y(Fill))
                .height(TARGET)
                .width(Fill)
                .padding([0.0, S])
                .style(press::row(part == self.part))
                .on_press_maybe(free.then_some(Message::Show(part)))
                .into()
        });
        row(tabs).spacing(S).into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        Some(door::PASSPHRASE)
    }
}

/// Actions of a part, for its parent.
fn all_of<M, N>(actions: Vec<Action<M>>, wrap: fn(M) -> N) -> Vec<Action<N>> {
    actions.into_iter().map(|action| action.map(wrap)).collect()
}
