//! Possible duplicates: the list, and the decision on one of them.
//!
//! A decision is two digits and Enter: what it is, why, done. The usual reasons have digits; own words are typed. A
//! reason that was begun is kept while the two people are looked at again.

use super::list::{self, Chosen, Row, Turn};
use super::{compare, panel, phrase, review};
use crate::domain::session::{HitId, RecordId, Verdict};
use crate::station::counter::{Act, BackRoom, PendingHit, Review};
use crate::ui::keys::Key;
use crate::ui::{Action, Context, Element, Outcome};

/// The field of the reason.
pub const REASON: &str = "supervisor-reason";

/// Record and finding.
pub type HitKey = (RecordId, HitId);

/// The part.
#[derive(Debug, Default)]
pub struct Duplicates {
    chosen: Chosen<HitKey>,
    comparing: Option<HitKey>,
    draft: Draft,
}

/// A decision that is being made.
#[derive(Debug)]
pub struct Draft {
    /// What it is.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reason: String,
    /// Enter was pressed without a reason.
    pub nudged: bool,
    /// The places where the prints agree are marked.
    pub marks: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self { verdict: None, reason: String::new(), nudged: false, marks: true }
    }
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Go through the list.
    Turn(Turn),
    /// Choose this row.
    Choose(HitKey),
    /// Open the chosen one.
    Open,
    /// It is this.
    Verdict(Verdict),
    /// For this usual reason.
    Usual(String),
    /// The reason was typed.
    Reason(String),
    /// Put the cursor into the field.
    Field,
    /// Show or hide the marks on the prints.
    Marks,
    /// Decide.
    Decide,
    /// A step back.
    Close,
}

/// The verdicts by their digits.
pub const VERDICTS: [(Key, Verdict); 3] = [
    (Key::Char('1'), Verdict::SamePerson),
    (Key::Char('2'), Verdict::DifferentPeople),
    (Key::Char('3'), Verdict::Undecided),
];

/// The usual reasons of a verdict by their digits.
pub fn usual(ctx: &Context<'_>, verdict: Verdict) -> [(Key, String); 3] {
    let kind = match verdict {
        Verdict::SamePerson => "same",
        Verdict::DifferentPeople => "different",
        Verdict::Undecided => "centre",
    };
    ['1', '2', '3'].map(|digit| (Key::Char(digit), ctx.t(&format!("supervisor-why-{kind}-{digit}"))))
}

fn keys(room: &BackRoom) -> Vec<HitKey> {
    room.hits.iter().map(key_of).collect()
}

fn key_of(pending: &PendingHit) -> HitKey {
    (pending.record.clone(), pending.hit.id.clone())
}

impl Duplicates {
    /// The finding that is being compared, with its review.
    pub fn compared<'a>(&self, room: &'a BackRoom) -> Option<(&'a PendingHit, &'a Review)> {
        let key = self.comparing.as_ref()?;
        let review = review::open(room).filter(|review| review.this.record.as_ref() == Some(&key.0))?;
        let hit = room.hits.iter().find(|pending| key_of(pending) == *key)?;
        Some((hit, review))
    }

    /// Compares this finding; another one than before begins a new decision.
    pub fn compare(&mut self, key: HitKey) {
        if self.comparing.as_ref() != Some(&key) {
            self.draft = Draft::default();
        }
        self.comparing = Some(key);
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message, room: &BackRoom, ctx: &Context<'_>) -> Vec<Outcome> {
        let keys = keys(room);
        match message {
            Message::Turn(turn) => self.chosen.turn(&keys, turn),
            Message::Choose(key) => self.chosen.choose(&keys, key),
            Message::Open => {
                let Some(key) = self.chosen.key(&keys) else { return Vec::new() };
                let record = key.0.clone();
                self.compare(key);
                return vec![Outcome::Do(Act::Review(record))];
            }
            Message::Verdict(verdict) => {
                if self.draft.verdict != Some(verdict) {
                    self.draft = Draft { verdict: Some(verdict), marks: self.draft.marks, ..Draft::default() };
                }
            }
            Message::Usual(reason) | Message::Reason(reason) => {
                self.draft.reason = reason;
                self.draft.nudged = false;
            }
            Message::Marks => self.draft.marks = !self.draft.marks,
            Message::Field => return vec![Outcome::Focus(REASON)],
            Message::Decide => return self.decide(room, ctx),
            Message::Close if self.compared(room).is_some() && self.draft.verdict.is_some() => {
                self.draft.verdict = None;
            }
            Message::Close => return vec![Outcome::Do(Act::CloseReview)],
        }
        Vec::new()
    }

    fn decide(&mut self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Outcome> {
        let (Some((pending, _)), Some(verdict)) = (self.compared(room), self.draft.verdict) else { return Vec::new() };
        let reason = self.draft.reason.trim().to_owned();
        if ctx.waiting {
            return Vec::new();
        }
        if reason.is_empty() {
            self.draft.nudged = true;
            return vec![Outcome::Focus(REASON)];
        }
        let (record, hit) = key_of(pending);
        // The draft stays until another finding is opened: where the counter refuses, nothing typed is lost.
        vec![Outcome::Do(Act::Decide { record, hit, verdict, reason }), Outcome::Do(Act::CloseReview)]
    }

    /// Whether a comparison is open.
    pub fn is_open(&self, room: &BackRoom) -> bool {
        self.compared(room).is_some()
    }

    /// What can be done now.
    pub fn actions(&self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let Some((_, review)) = self.compared(room) else {
            let some = !room.hits.is_empty();
            let open = Action::primary(Key::Enter, ctx.t("supervisor-compare"), Message::Open).when(some);
            return [open].into_iter().chain(list::turns(Message::Turn)).collect();
        };
        let back = Action::secondary(Key::Escape, ctx.t("key-back"), Message::Close);
        let decide = Action::primary(Key::Enter, ctx.t("supervisor-decide"), Message::Decide);
        match self.draft.verdict {
            None => {
                let verdicts = VERDICTS.map(|(key, verdict)| Action::hidden(key, Message::Verdict(verdict)));
                let marked = review.agreements.iter().any(|all| !all.is_empty());
                let label = ctx.t(if self.draft.marks { "supervisor-marks-hide" } else { "supervisor-marks-show" });
                let marks = Action::secondary(Key::Char('t'), label, Message::Marks).when(marked);
                verdicts.into_iter().chain([back, marks, decide.when(false)]).collect()
            }
            Some(verdict) => {
                let reasons = usual(ctx, verdict).map(|(key, reason)| Action::hidden(key, Message::Usual(reason)));
                let words = Action::secondary(Key::F(3), ctx.t("supervisor-own-words"), Message::Field);
                reasons.into_iter().chain([back, words, decide]).collect()
            }
        }
    }

    /// The part itself.
    pub fn view<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        if let Some((pending, review)) = self.compared(room) {
            return compare::view(pending, review, &self.draft, ctx);
        }
        if room.hits.is_empty() {
            return panel::empty(ctx.t("supervisor-hits-empty"), ctx.t("supervisor-hits-empty-how"));
        }
        let columns = [
            (ctx.t("supervisor-column-name"), 7),
            (ctx.t("supervisor-column-other"), 7),
            (ctx.t("supervisor-column-ways"), 6),
            (ctx.t("supervisor-column-chance"), 6),
            (ctx.t("supervisor-column-age"), 2),
        ];
        let place = self.chosen.place(&keys(room));
        list::table(ctx, &columns, place, room.hits.len(), |at| match room.hits.get(at) {
            Some(pending) => row(pending, ctx),
            None => Row { cells: Vec::new(), message: None },
        })
    }
}

fn row<'a>(pending: &'a PendingHit, ctx: &Context<'a>) -> Row<'a, Message> {
    let other =
        if pending.other_name.is_empty() { pending.hit.other_nik.as_str() } else { pending.other_name.as_str() };
    Row {
        cells: vec![
            list::strong(panel::short(&pending.name, 32)),
            list::cell(panel::short(other, 32)),
            list::cell(phrase::ways(ctx, &pending.hit)),
            list::cell(phrase::one_in(ctx, &pending.hit)),
            list::cell(phrase::age(ctx, pending.since)),
        ],
        message: Some(Message::Choose(key_of(pending))),
    }
}
