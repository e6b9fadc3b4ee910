//! Records that wait for approval, of any day, oldest first; and the review of one of them.
//!
//! Marked records are approved together after one question. A record with an undecided duplicate, or one in which the
//! supervisor had a hand, cannot be marked, and the panel says why.

use std::collections::BTreeSet;

use iced::widget::{Space, column, container, text};
use iced::{Fill, Length};

use super::list::{self, Chosen, Row, Turn};
use super::voiding::{self, Voiding};
use super::{all_of, panel, phrase, review};
use crate::domain::session::RecordId;
use crate::station::counter::{Act, BackRoom, Pending};
use crate::ui::keys::Key;
use crate::ui::spacing::{S, VALUE};
use crate::ui::theme::Tone;
use crate::ui::widget::caption;
use crate::ui::widget::parts::BOLD;
use crate::ui::{Action, Context, Element, Outcome};

/// Exceptions that the panel has room for.
const EXCEPTIONS: usize = 7;

/// The part.
#[derive(Debug, Default)]
pub struct Approvals {
    chosen: Chosen<RecordId>,
    marked: BTreeSet<RecordId>,
    /// What would be approved; empty while nothing is asked.
    asking: Vec<RecordId>,
    voiding: Voiding,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Go through the list.
    Turn(Turn),
    /// Choose this row.
    Choose(RecordId),
    /// Open the review of the chosen one.
    Open,
    /// Mark or unmark the chosen one.
    Mark,
    /// Mark all, or none.
    MarkAll,
    /// Approve: asks.
    Ask,
    /// Yes.
    Confirm,
    /// Undo the record under review.
    Void,
    /// About undoing.
    Voiding(voiding::Message),
    /// To the duplicate of the record under review.
    Compare,
    /// Close what is open.
    Close,
}

/// Why a record cannot be approved now.
pub fn hindrance(pending: &Pending) -> Option<&'static str> {
    if pending.open_hits > 0 {
        Some("supervisor-hindered-hits")
    } else if pending.own {
        Some("supervisor-hindered-own")
    } else {
        None
    }
}

fn keys(room: &BackRoom) -> Vec<RecordId> {
    room.approvals.iter().map(|pending| pending.record.clone()).collect()
}

impl Approvals {
    fn chosen<'a>(&self, room: &'a BackRoom) -> Option<&'a Pending> {
        self.chosen.place(&keys(room)).and_then(|place| room.approvals.get(place))
    }

    /// What an approval would take: the record under review, else what is marked, else what is chosen.
    fn to_approve(&self, room: &BackRoom) -> Vec<RecordId> {
        let free = |pending: &&Pending| hindrance(pending).is_none();
        let ids = |found: Vec<&Pending>| found.into_iter().map(|pending| pending.record.clone()).collect();
        if let Some(review) = review::open(room) {
            let this = review.this.record.as_ref();
            return ids(room.approvals.iter().filter(free).filter(|p| Some(&p.record) == this).collect());
        }
        let marked: Vec<&Pending> = self.marked(room).collect();
        if marked.is_empty() { ids(self.chosen(room).filter(free).into_iter().collect()) } else { ids(marked) }
    }

    fn marked<'a>(&'a self, room: &'a BackRoom) -> impl Iterator<Item = &'a Pending> {
        room.approvals.iter().filter(|p| hindrance(p).is_none() && self.marked.contains(&p.record))
    }

    /// A review begins with nothing asked.
    pub fn begin(&mut self) {
        self.asking.clear();
        self.voiding = Voiding::No;
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message, room: &BackRoom) -> Vec<Outcome> {
        let keys = keys(room);
        match message {
            Message::Turn(turn) => self.chosen.turn(&keys, turn),
            Message::Choose(record) => self.chosen.choose(&keys, record),
            Message::Open => {
                self.begin();
                return self.chosen.key(&keys).map(|record| Outcome::Do(Act::Review(record))).into_iter().collect();
            }
            Message::Mark => self.mark(room),
            Message::MarkAll => self.mark_all(room),
            Message::Ask => self.asking = self.to_approve(room),
            Message::Confirm => return self.approve(room),
            Message::Void => {
                let record = review::open(room).and_then(|review| review.this.record.clone());
                self.voiding = record.map_or(Voiding::No, Voiding::Choosing);
            }
            Message::Voiding(message) => {
                let act = self.voiding.update(message);
                return act.map(|act| vec![Outcome::Do(act), Outcome::Do(Act::CloseReview)]).unwrap_or_default();
            }
            // The parent leads there.
            Message::Compare => {}
            Message::Close if !self.asking.is_empty() => self.asking.clear(),
            Message::Close => return vec![Outcome::Do(Act::CloseReview)],
        }
        Vec::new()
    }

    fn mark(&mut self, room: &BackRoom) {
        let Some(pending) = self.chosen(room) else { return };
        if hindrance(pending).is_none() && !self.marked.remove(&pending.record) {
            self.marked.insert(pending.record.clone());
        }
        // On to the next one: a list is marked by holding nothing and pressing one key.
        self.chosen.turn(&keys(room), Turn::Down);
    }

    fn mark_all(&mut self, room: &BackRoom) {
        let free: BTreeSet<RecordId> =
            room.approvals.iter().filter(|p| hindrance(p).is_none()).map(|p| p.record.clone()).collect();
        let all = self.marked(room).count() == free.len();
        self.marked = if all { BTreeSet::new() } else { free };
    }

    fn approve(&mut self, room: &BackRoom) -> Vec<Outcome> {
        let records = std::mem::take(&mut self.asking);
        if records.is_empty() {
            return Vec::new();
        }
        // Marks stay: where the counter stops at one of them, the others are still marked.
        let mut outcomes = vec![Outcome::Do(Act::Approve(records))];
        outcomes.extend(review::open(room).map(|_| Outcome::Do(Act::CloseReview)));
        outcomes
    }

    /// Whether a review or a question is open.
    pub fn is_open(&self, room: &BackRoom) -> bool {
        review::open(room).is_some() || !self.asking.is_empty()
    }

    /// What can be done now.
    pub fn actions(&self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if !self.asking.is_empty() {
            let count = self.asking.len().to_string();
            return vec![
                Action::primary(Key::Enter, ctx.say("supervisor-approve-yes", &[("count", &count)]), Message::Confirm),
                Action::secondary(Key::Escape, ctx.t("key-cancel"), Message::Close),
            ];
        }
        let possible = !self.to_approve(room).is_empty();
        if review::open(room).is_some() {
            if self.voiding.is_open() {
                return all_of(self.voiding.actions(ctx), Message::Voiding);
            }
            let mut actions = vec![
                Action::primary(Key::Char('a'), ctx.t("supervisor-approve"), Message::Ask).when(possible),
                Action::danger(Key::Char('v'), ctx.t("supervisor-void"), Message::Void),
                Action::secondary(Key::Escape, ctx.t("key-close"), Message::Close),
            ];
            if review::first_open_hit(room).is_some() {
                actions.push(Action::secondary(Key::Char('d'), ctx.t("supervisor-compare"), Message::Compare));
            }
            return actions;
        }
        let some = !room.approvals.is_empty();
        let free = self.chosen(room).is_some_and(|pending| hindrance(pending).is_none());
        let marked = self.marked(room).count();
        let approve = match marked {
            0 => ctx.t("supervisor-approve"),
            count => ctx.say("supervisor-approve-marked", &[("count", &count.to_string())]),
        };
        let mut actions = vec![
            Action::primary(Key::Enter, ctx.t("supervisor-open-review"), Message::Open).when(some),
            Action::secondary(Key::Char('a'), approve, Message::Ask).when(possible),
            Action::secondary(Key::Space, ctx.t("supervisor-mark"), Message::Mark).when(free),
            Action::secondary(Key::Char('m'), ctx.t("supervisor-mark-all"), Message::MarkAll).when(some),
        ];
        actions.extend(list::turns(Message::Turn));
        actions
    }

    /// The part itself.
    pub fn view<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        if let Some(review) = review::open(room) {
            let asked = self.question(room, ctx);
            let asked = asked.or_else(|| self.voiding.view(ctx).map(|view| view.map(Message::Voiding)));
            let pending = room.approvals.iter().find(|pending| Some(&pending.record) == review.this.record.as_ref());
            return review::view(review, pending, asked, ctx);
        }
        let Some(chosen) = self.chosen(room) else {
            return panel::empty(ctx.t("supervisor-approvals-empty"), ctx.t("supervisor-approvals-empty-how"));
        };
        let side = self.question(room, ctx).unwrap_or_else(|| details(chosen, ctx));
        panel::beside(self.list(room, ctx), side)
    }

    fn question<'a>(&self, room: &BackRoom, ctx: &Context<'a>) -> Option<Element<'a, Message>> {
        let asked: Vec<&Pending> = room.approvals.iter().filter(|p| self.asking.contains(&p.record)).collect();
        let first = asked.first()?;
        let what = match asked.len() {
            1 => ctx.say("supervisor-approve-one", &[("name", &panel::short(&first.name, 60))]),
            count => ctx.say("supervisor-approve-ask", &[("count", &count.to_string())]),
        };
        let exceptions = asked.iter().filter(|pending| !pending.exceptions.is_empty()).count();
        let mut follows = ctx.t("supervisor-approve-follows");
        if exceptions > 0 {
            let said = ctx.say("supervisor-approve-exceptions", &[("count", &exceptions.to_string())]);
            follows = format!("{said} {follows}");
        }
        Some(panel::question(Tone::Primary, what, follows, Vec::new()))
    }

    fn list<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let columns = [
            (String::new(), 1),
            (ctx.t("supervisor-column-name"), 8),
            (ctx.t("supervisor-column-record"), 7),
            (ctx.t("supervisor-column-age"), 3),
            (ctx.t("supervisor-column-remark"), 8),
        ];
        let place = self.chosen.place(&keys(room));
        list::table(ctx, &columns, place, room.approvals.len(), |at| match room.approvals.get(at) {
            Some(pending) => self.row(pending, ctx),
            None => Row { cells: Vec::new(), message: None },
        })
    }

    fn row<'a>(&self, pending: &'a Pending, ctx: &Context<'a>) -> Row<'a, Message> {
        let marked = hindrance(pending).is_none() && self.marked.contains(&pending.record);
        let remark = if pending.open_hits > 0 {
            let count = pending.open_hits.to_string();
            list::state(Tone::Bad, ctx.say("supervisor-remark-hits", &[("count", &count)]))
        } else if pending.own {
            list::state(Tone::Warning, ctx.t("supervisor-remark-own"))
        } else if pending.photo_override.is_some() {
            list::state(Tone::Warning, ctx.t("supervisor-remark-photo"))
        } else if pending.exceptions.is_empty() {
            list::state(Tone::Good, ctx.t("supervisor-remark-complete"))
        } else {
            let count = pending.exceptions.len().to_string();
            list::state(Tone::Warning, ctx.say("supervisor-remark-exceptions", &[("count", &count)]))
        };
        Row {
            cells: vec![
                list::strong(if marked { "☑" } else { "☐" }),
                list::strong(panel::short(&pending.name, 24)),
                list::cell(pending.record.0.clone()),
                list::cell(phrase::age(ctx, pending.since)),
                remark,
            ],
            message: Some(Message::Choose(pending.record.clone())),
        }
    }
}

fn details<'a>(pending: &'a Pending, ctx: &Context<'a>) -> Element<'a, Message> {
    let since = ctx
        .say("supervisor-since", &[("moment", &ctx.moment(pending.since)), ("age", &phrase::age(ctx, pending.since))]);
    let mut words = column![
        text(panel::short(&pending.name, 60)).size(VALUE).font(BOLD),
        caption(pending.record.0.clone()),
        caption(since),
        Space::new().height(S),
    ]
    .spacing(S);
    words = words.push(match hindrance(pending) {
        Some(key) => panel::sentence(Tone::Warning, ctx.t(key)),
        None => panel::sentence(Tone::Good, ctx.t("supervisor-can-approve")),
    });
    if let Some(how) = &pending.photo_override {
        words = words.push(panel::sentence(Tone::Warning, phrase::overridden(ctx, how)));
    }
    if !pending.exceptions.is_empty() {
        words = words.push(Space::new().height(S)).push(exceptions(&pending.exceptions, ctx, EXCEPTIONS, 96));
    }
    panel::details(container(words).height(Length::Shrink).width(Fill))
}

/// Slots that stayed empty, as many as there is room for.
pub fn exceptions<'a, M: 'a>(
    exceptions: &[crate::domain::session::Exception],
    ctx: &Context<'a>,
    most: usize,
    letters: usize,
) -> Element<'a, M> {
    let count = exceptions.len().to_string();
    let head = text(ctx.say("supervisor-exceptions", &[("count", &count)])).size(VALUE).font(BOLD);
    let mut lines = column![head].spacing(S);
    for exception in exceptions.iter().take(most) {
        lines = lines.push(panel::sentence(Tone::Warning, panel::short(&phrase::exception(ctx, exception), letters)));
    }
    if exceptions.len() > most {
        let more = (exceptions.len() - most).to_string();
        lines = lines.push(caption(ctx.say("supervisor-more", &[("count", &more)])));
    }
    lines.into()
}
