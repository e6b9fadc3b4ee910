//! The list of a day: every record somebody worked on, what became of it, and the day in numbers.

use iced::widget::{Space, button, column, container, row, text};
use iced::{Center, Fill};

use super::list::{self, Chosen, Row, Turn};
use super::voiding::{self, Voiding};
use super::{all_of, panel, phrase};
use crate::domain::dates::format_dmy;
use crate::domain::session::RecordId;
use crate::office::daybook::{DayRow, Outcome as Ended, Totals};
use crate::station::counter::{Act, BackRoom};
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, CAPTION, HEADLINE, M, S, VALUE, XS};
use crate::ui::theme::{Tone, ink, press};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, key_cap};
use crate::ui::{Action, Context, Element, Outcome};

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Recorded.
    Recorded,
    /// To come again.
    Rescheduled,
    /// Given up or undone.
    Failed,
    /// With empty slots.
    Exceptions,
    /// Waiting for a supervisor.
    Waiting,
}

impl Filter {
    const ALL: [Self; 6] =
        [Self::All, Self::Recorded, Self::Rescheduled, Self::Failed, Self::Exceptions, Self::Waiting];

    fn words(self) -> &'static str {
        match self {
            Self::All => "supervisor-filter-all",
            Self::Recorded => "day-recorded",
            Self::Rescheduled => "day-rescheduled",
            Self::Failed => "day-failed",
            Self::Exceptions => "supervisor-filter-exceptions",
            Self::Waiting => "supervisor-filter-waiting",
        }
    }

    fn takes(self, row: &DayRow) -> bool {
        match self {
            Self::All => true,
            Self::Recorded => row.outcome.is_recorded(),
            Self::Rescheduled => matches!(row.outcome, Ended::Rescheduled(_)),
            Self::Failed => matches!(row.outcome, Ended::Cancelled(_) | Ended::Voided),
            Self::Exceptions => !row.exceptions.is_empty(),
            Self::Waiting => row.outcome == Ended::Recorded || row.open_hits > 0,
        }
    }

    fn next(self) -> Self {
        let at = Self::ALL.iter().position(|filter| *filter == self).unwrap_or(0);
        Self::ALL.get(at + 1).copied().unwrap_or_default()
    }
}

/// The part.
#[derive(Debug, Default)]
pub struct Day {
    chosen: Chosen<RecordId>,
    filter: Filter,
    voiding: Voiding,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Go through the list.
    Turn(Turn),
    /// Choose this row.
    Choose(RecordId),
    /// Show these rows.
    Filter(Filter),
    /// The day before.
    Earlier,
    /// The next day.
    Later,
    /// Open the review of the chosen one.
    Open,
    /// Undo the chosen one.
    Void,
    /// About undoing.
    Voiding(voiding::Message),
}

fn keys(rows: &[&DayRow]) -> Vec<RecordId> {
    rows.iter().map(|row| row.record.clone()).collect()
}

impl Day {
    fn rows<'a>(&self, room: &'a BackRoom) -> Vec<&'a DayRow> {
        room.book.rows.iter().filter(|row| self.filter.takes(row)).collect()
    }

    fn chosen<'a>(&self, room: &'a BackRoom) -> Option<&'a DayRow> {
        let rows = self.rows(room);
        self.chosen.place(&keys(&rows)).and_then(|place| rows.get(place).copied())
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message, room: &BackRoom) -> Vec<Outcome> {
        let keys = keys(&self.rows(room));
        let day = match message {
            Message::Turn(turn) => {
                self.chosen.turn(&keys, turn);
                None
            }
            Message::Choose(record) => {
                self.chosen.choose(&keys, record);
                None
            }
            Message::Filter(filter) => {
                self.filter = filter;
                None
            }
            Message::Earlier => room.book.date.previous_day(),
            Message::Later => room.book.date.next_day(),
            Message::Open => return self.open(room),
            Message::Void => {
                self.voiding = self.voidable(room).map_or(Voiding::No, |row| Voiding::Choosing(row.record.clone()));
                None
            }
            Message::Voiding(message) => {
                return self.voiding.update(message).map(Outcome::Do).into_iter().collect();
            }
        };
        day.map(|day| Outcome::Do(Act::ShowDay(day))).into_iter().collect()
    }

    /// What left the desk finished can be undone, also after it left the station: then a recall follows it.
    fn voidable<'a>(&self, room: &'a BackRoom) -> Option<&'a DayRow> {
        let done = |row: &&DayRow| matches!(row.outcome, Ended::Recorded | Ended::Approved | Ended::Exported);
        self.chosen(room).filter(done)
    }

    /// Whether something is asked.
    pub fn is_open(&self) -> bool {
        self.voiding.is_open()
    }

    /// Opens the review of the chosen record, where there is still one.
    pub fn open(&self, room: &BackRoom) -> Vec<Outcome> {
        let row = self.chosen(room).filter(|row| row.outcome == Ended::Recorded);
        row.map(|row| Outcome::Do(Act::Review(row.record.clone()))).into_iter().collect()
    }

    /// What can be done now.
    pub fn actions(&self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if self.voiding.is_open() {
            return all_of(self.voiding.actions(ctx), Message::Voiding);
        }
        let today = ctx.board.place.zone.date(ctx.now);
        let reviewable = self.chosen(room).is_some_and(|row| row.outcome == Ended::Recorded);
        let mut actions = vec![
            Action::primary(Key::Enter, ctx.t("supervisor-open-review"), Message::Open).when(reviewable),
            Action::secondary(Key::Left, ctx.t("supervisor-day-before"), Message::Earlier),
            Action::secondary(Key::Right, ctx.t("supervisor-day-after"), Message::Later).when(room.book.date < today),
            Action::secondary(Key::Char('f'), ctx.t("supervisor-filter"), Message::Filter(self.filter.next())),
            Action::danger(Key::Char('v'), ctx.t("supervisor-void"), Message::Void).when(self.voidable(room).is_some()),
        ];
        actions.extend(list::turns(Message::Turn));
        actions
    }

    /// The part itself.
    pub fn view<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let rows = self.rows(room);
        let list: Element<'a, Message> = if rows.is_empty() {
            let how =
                if room.book.rows.is_empty() { "supervisor-day-empty-how" } else { "supervisor-day-filtered-how" };
            panel::empty(ctx.t("day-empty"), ctx.t(how))
        } else {
            let columns = [
                (ctx.t("day-column-time"), 2),
                (ctx.t("day-column-name"), 8),
                (ctx.t("day-column-record"), 7),
                (ctx.t("day-column-outcome"), 6),
                (ctx.t("day-column-remark"), 6),
            ];
            let place = self.chosen.place(&keys(&rows));
            list::table(ctx, &columns, place, rows.len(), |at| match rows.get(at) {
                Some(row) => row_of(row, ctx),
                None => Row { cells: Vec::new(), message: None },
            })
        };
        let list = column![self.filters(room, ctx), list].spacing(S);
        let asked = self.voiding.view(ctx).map(|view| view.map(Message::Voiding));
        panel::beside(list.into(), asked.unwrap_or_else(|| self.totals(room, ctx)))
    }

    fn filters<'a>(&self, room: &BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let filters = Filter::ALL.map(|filter| {
            let count = room.book.rows.iter().filter(|row| filter.takes(row)).count();
            let label = text(format!("{} {count}", ctx.t(filter.words()))).size(CAPTION).font(BOLD);
            button(label)
                .padding([6.0, S])
                .style(press::row(filter == self.filter))
                .on_press(Message::Filter(filter))
                .into()
        });
        row([key_cap(Key::Char('f'))].into_iter().chain(filters)).spacing(XS).align_y(Center).into()
    }

    fn totals<'a>(&self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let totals = &room.book.totals;
        let mut words = column![text(format_dmy(room.book.date)).size(HEADLINE).font(BOLD)].spacing(XS);
        for (key, count) in numbers(totals) {
            words = words.push(
                row![
                    text(ctx.t(key)).size(BODY).style(ink::muted),
                    Space::new().width(Fill),
                    text(count.to_string()).size(VALUE).font(BOLD),
                ]
                .align_y(Center),
            );
        }
        for (reason, count) in totals.failed_by_reason.iter().take(2) {
            words = words.push(caption(format!("{} · {count}", panel::short(reason, 40))));
        }
        if let Some(chosen) = self.chosen(room) {
            words = words.push(Space::new().height(M)).push(remarks(chosen, ctx));
        }
        panel::details(words)
    }
}

fn numbers(totals: &Totals) -> [(&'static str, usize); 7] {
    [
        ("day-called", totals.rows),
        ("day-recorded", totals.recorded),
        ("day-with-exceptions", totals.with_exceptions),
        ("day-exported", totals.exported),
        ("day-rescheduled", totals.rescheduled),
        ("day-failed", totals.failed + totals.voided),
        ("day-unfinished", totals.unfinished),
    ]
}

/// What the list has no room for.
fn remarks<'a>(row: &DayRow, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut lines = column![text(panel::short(&row.name, 40)).size(VALUE).font(BOLD)].spacing(XS);
    if let Ended::Cancelled(reason) = &row.outcome {
        lines = lines.push(panel::sentence(Tone::Warning, panel::short(reason, 80)));
    }
    for exception in row.exceptions.iter().take(3) {
        lines = lines.push(panel::sentence(Tone::Warning, panel::short(&phrase::exception(ctx, exception), 80)));
    }
    if row.exceptions.len() > 3 {
        let more = (row.exceptions.len() - 3).to_string();
        lines = lines.push(caption(ctx.say("supervisor-more", &[("count", &more)])));
    }
    container(lines).width(Fill).into()
}

fn row_of<'a>(row: &'a DayRow, ctx: &Context<'a>) -> Row<'a, Message> {
    let (tone, remark) = remark(row, ctx);
    let remark: Element<'a, Message> = if remark.is_empty() { list::cell("") } else { list::state(tone, remark) };
    Row {
        cells: vec![
            list::cell(ctx.clock(row.began_at)),
            list::strong(panel::short(&row.name, 24)),
            list::cell(row.record.0.clone()),
            list::state(tone_of(&row.outcome), ctx.t(row.outcome.key())),
            remark,
        ],
        message: Some(Message::Choose(row.record.clone())),
    }
}

fn tone_of(outcome: &Ended) -> Tone {
    match outcome {
        Ended::Open | Ended::Parked => Tone::Primary,
        Ended::Rescheduled(_) => Tone::Warning,
        Ended::Cancelled(_) | Ended::Voided => Tone::Bad,
        Ended::Recorded | Ended::Closed => Tone::Neutral,
        Ended::Approved | Ended::Exported => Tone::Good,
    }
}

/// The most important of what there is to say of a row.
fn remark(row: &DayRow, ctx: &Context<'_>) -> (Tone, String) {
    if row.open_hits > 0 {
        return (Tone::Bad, ctx.say("supervisor-remark-hits", &[("count", &row.open_hits.to_string())]));
    }
    if let Ended::Rescheduled(date) = row.outcome {
        return (Tone::Neutral, ctx.say("day-comes-on", &[("date", &format_dmy(date))]));
    }
    if !row.exceptions.is_empty() {
        let count = row.exceptions.len().to_string();
        return (Tone::Warning, ctx.say("supervisor-remark-exceptions", &[("count", &count)]));
    }
    match row.batch {
        Some(batch) => (Tone::Neutral, ctx.say("day-batch", &[("batch", &batch.to_string())])),
        None => (Tone::Neutral, String::new()),
    }
}
