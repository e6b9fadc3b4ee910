//! Home: the line of residents, the day in numbers, searching.
//!
//! Between two residents this screen asks for one key only: Enter calls, Enter again seats. What is rarer (searching,
//! drawing a number, finishing a parked record) opens beside the line and closes with Escape.

mod draw;
mod line;
mod queue_list;
mod result;
mod search;

use crate::domain::nik::Nik;
use crate::domain::session::RecordId;
use crate::office::queue::Priority;
use crate::station::counter::{Act, Waiting};
use crate::ui::keys::Key;
use crate::ui::{Action, Context, Element, Outcome, Route};

use draw::Draw;
use search::Search;

pub(super) use line::weekday;

/// The screen.
#[derive(Debug, Default)]
pub struct Home {
    /// The ticket marked with the arrows, to be called out of turn.
    marked: Option<i64>,
    search: Option<Search>,
    draw: Option<Draw>,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Call the next number.
    CallNext,
    /// Call the marked number.
    CallMarked,
    /// Call the same number again.
    CallAgain,
    /// Nobody came.
    Absent,
    /// The resident sits down.
    Receive,
    /// Mark the number so many places further.
    Mark(isize),
    /// Mark this ticket.
    MarkTicket(i64),
    /// Mark nothing.
    Unmark,
    /// Continue this unfinished record.
    TakeUp(RecordId),
    /// Open the search, or type anew.
    OpenSearch,
    /// Of the search.
    Search(search::Message),
    /// Draw a number without NIK.
    OpenDraw,
    /// Draw a number for this resident.
    DrawFor(Nik, String),
    /// Draw it, with or without a priority.
    Draw(Option<Priority>),
    /// Draw nothing.
    CloseDraw,
    /// To the room where officers are looked after.
    BackRoom,
}

impl Home {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        // What it began is done: it must not come back when the board changes once more.
        if self.search.as_ref().is_some_and(|search| search.is_over(ctx)) {
            self.search = None;
        }
        match message {
            Message::CallNext => vec![Outcome::Do(Act::CallNext)],
            Message::CallMarked => {
                let marked = self.marked(ctx).map(|waiting| waiting.ticket.id);
                self.marked = None;
                marked.map(|id| Outcome::Do(Act::CallTicket(id))).into_iter().collect()
            }
            Message::CallAgain => vec![Outcome::Do(Act::CallAgain)],
            Message::Absent => vec![Outcome::Do(Act::Absent)],
            Message::Receive => vec![Outcome::Do(Act::Receive)],
            Message::Mark(by) => {
                self.mark(by, ctx);
                Vec::new()
            }
            Message::MarkTicket(id) => {
                self.marked = Some(id);
                Vec::new()
            }
            Message::Unmark => {
                self.marked = None;
                Vec::new()
            }
            Message::TakeUp(record) => vec![Outcome::Do(Act::TakeUp(record))],
            Message::OpenSearch => {
                let search = self.search.get_or_insert_default();
                search.type_again();
                vec![Outcome::Focus(search::FIELD)]
            }
            Message::Search(message) => self.search(message, ctx),
            Message::OpenDraw => {
                self.draw = Some(Draw::default());
                Vec::new()
            }
            Message::DrawFor(nik, name) => {
                self.draw = Some(Draw { whose: Some((nik, name)) });
                Vec::new()
            }
            Message::Draw(priority) => {
                let nik = self.draw.take().and_then(|draw| draw.whose).map(|(nik, _)| nik);
                if let Some(search) = &mut self.search {
                    search.begin(ctx);
                }
                vec![Outcome::Do(Act::Draw { nik, priority })]
            }
            Message::CloseDraw => {
                self.draw = None;
                Vec::new()
            }
            Message::BackRoom => vec![Outcome::Go(Route::Supervisor)],
        }
    }

    fn search(&mut self, message: search::Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(search) = &mut self.search else { return Vec::new() };
        let outcomes = search.update(message, ctx);
        if search.is_closed() {
            self.search = None;
        }
        outcomes
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if !may_capture(ctx) {
            return vec![Action::primary(Key::Enter, ctx.t("key-supervisor"), Message::BackRoom)];
        }
        if let Some(draw) = &self.draw {
            return draw.actions(ctx);
        }
        match self.open_search(ctx) {
            Some(search) => search.actions(ctx),
            None => self.line_actions(ctx),
        }
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        if !may_capture(ctx) {
            return line::without_residents(ctx);
        }
        if let Some(draw) = &self.draw {
            return draw.view(ctx);
        }
        match self.open_search(ctx) {
            Some(search) => search.view(ctx),
            None => line::view(self, ctx),
        }
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }

    /// The search, unless what it began has already been done.
    fn open_search(&self, ctx: &Context<'_>) -> Option<&Search> {
        self.search.as_ref().filter(|search| !search.is_over(ctx))
    }

    /// The marked number, while it still waits and nobody else is called.
    fn marked<'a>(&self, ctx: &Context<'a>) -> Option<&'a Waiting> {
        let home = &ctx.board.home;
        let marked = self.marked.filter(|_| home.called.is_none())?;
        home.waiting.iter().find(|waiting| waiting.ticket.id == marked)
    }

    fn mark(&mut self, by: isize, ctx: &Context<'_>) {
        let waiting = &ctx.board.home.waiting;
        let here = self.marked(ctx).and_then(|marked| waiting.iter().position(|other| other == marked));
        let there = here.map_or(0, |here| here.saturating_add_signed(by)).min(waiting.len().saturating_sub(1));
        self.marked = waiting.get(there).map(|waiting| waiting.ticket.id);
    }

    fn line_actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let home = &ctx.board.home;
        let mut actions = vec![
            Action::secondary(Key::F(3), ctx.t("home-search"), Message::OpenSearch),
            Action::secondary(Key::Char('n'), ctx.t("home-draw"), Message::OpenDraw),
        ];
        if home.called.is_some() {
            actions.push(Action::secondary(Key::Char('u'), ctx.t("home-call-again"), Message::CallAgain));
            actions.push(Action::secondary(Key::Char('t'), ctx.t("home-absent"), Message::Absent));
        } else if !home.waiting.is_empty() {
            actions.push(Action::hidden(Key::Up, Message::Mark(-1)));
            actions.push(Action::hidden(Key::Down, Message::Mark(1)));
            actions.push(Action::hidden(Key::PageUp, Message::Mark(-queue_list::PAGE)));
            actions.push(Action::hidden(Key::PageDown, Message::Mark(queue_list::PAGE)));
        }
        for (digit, one) in line::numbered(ctx) {
            actions.push(Action::hidden(Key::Char(digit), Message::TakeUp(one.record.clone())));
        }
        if self.marked(ctx).is_some() {
            actions.push(Action::secondary(Key::Escape, ctx.t("home-unmark"), Message::Unmark));
        }
        actions.push(self.next_action(ctx));
        actions
    }

    /// Whoever is called sits down; else the next is called; else somebody has to be found.
    fn next_action(&self, ctx: &Context<'_>) -> Action<Message> {
        let home = &ctx.board.home;
        if let Some(called) = &home.called {
            // A number drawn without NIK: who holds it must be found before a record can begin.
            return match called.ticket.nik {
                Some(_) => Action::primary(Key::Enter, ctx.t("home-receive"), Message::Receive),
                None => Action::primary(Key::Enter, ctx.t("home-receive-unknown"), Message::OpenSearch),
            };
        }
        if let Some(marked) = self.marked(ctx) {
            let number = marked.ticket.number.to_string();
            return Action::primary(
                Key::Enter,
                ctx.say("home-call-number", &[("number", &number)]),
                Message::CallMarked,
            );
        }
        if home.waiting.iter().any(|waiting| !waiting.lost) {
            return Action::primary(Key::Enter, ctx.t("home-call-next"), Message::CallNext);
        }
        Action::primary(Key::Enter, ctx.t("home-search"), Message::OpenSearch)
    }
}

/// Who looks after users and settings sees no resident.
fn may_capture(ctx: &Context<'_>) -> bool {
    ctx.board.officer.as_ref().is_none_or(|officer| officer.role.may_capture())
}
