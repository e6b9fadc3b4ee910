//! The data, read aloud; wrong data become a correction and a new date.
//!
//! Thirteen fields are read in five groups. A beginner presses Enter for every field; whoever knows the form reads a
//! group and presses Space: five presses and Enter. Nothing here is corrected: what is wrong is written down with the
//! document that shows it, and the resident comes again. A warning stands beside its field and is answered there with
//! a reason, because a list of warnings at the end is clicked away.

mod register;
mod view;
mod warning;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::eligibility::Eligibility;
use crate::domain::session::{Acknowledged, Correction, Field, Step, Wish};
use crate::office::words::{Language, Words};
use crate::station::counter::{Act, Seat};
use crate::ui::keys::Key;
use crate::ui::{Action, Context, Element, Outcome};

use super::capture::{self, Capturing};
use register::Group;
pub(in crate::ui::screen) use register::line;
use wrong::Form;

/// The name of the field for an own reason.
const REASON: &str = "verify-reason";
/// Reasons that answer most warnings.
const REASONS: [&str; 2] = ["verify-reason-card", "verify-reason-birth"];
/// Most characters of an own reason.
const LONGEST: usize = 200;

/// The screen.
#[derive(Debug, Default)]
pub struct Verify {
    /// Place of the field that is being read.
    at: usize,
    seen: BTreeSet<Field>,
    right: BTreeSet<Field>,
    wrong: BTreeMap<Field, Correction>,
    /// What was typed about a field, also when its mark was taken back: taking back loses nothing.
    drafts: BTreeMap<Field, Form>,
    /// Own words about the warnings of a field that were typed and not kept.
    reasons: BTreeMap<Field, String>,
    /// Reasons by the place of their warning.
    answers: BTreeMap<usize, String>,
    mode: Mode,
    /// A warning keeps the field from being confirmed.
    unanswered: bool,
    /// Parking and giving up, as on every step.
    leaving: Capturing,
}

/// What the keyboard is for.
#[derive(Debug, Default)]
enum Mode {
    /// Reading aloud.
    #[default]
    Reading,
    /// Writing down what a field should be.
    Wrong(Form),
    /// Answering a warning in own words.
    Reason { typed: String, empty: bool },
    /// The question before the resident is sent to have the data mended.
    Again,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The field is right.
    Right,
    /// What is left of the group is right.
    GroupRight,
    /// All that was read is right.
    AllRight,
    /// The field is wrong.
    Wrong,
    /// The right value, as typed.
    TypedValue(String),
    /// The document, as typed.
    TypedDocument(String),
    /// One of the usual documents.
    Document(usize),
    /// Keep what was typed.
    Keep,
    /// The field is not wrong after all.
    TakeBack,
    /// The field before or after.
    Move(Way),
    /// This field.
    At(Field),
    /// One of the usual reasons answers the warning.
    Answer(usize),
    /// Own words answer it.
    OwnAnswer,
    /// The own words, as typed.
    TypedAnswer(String),
    /// Keep them.
    KeepAnswer,
    /// Back to reading.
    Back,
    /// Everything is right: on.
    Confirm,
    /// Something is wrong: show what will be filed.
    Again,
    /// File it.
    Reschedule,
    /// About leaving.
    Leave(capture::Message),
}

/// A direction in the list of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Towards the first.
    Up,
    /// Towards the last.
    Down,
}

impl Verify {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let Some(seat) = ctx.seat() else { return Vec::new() };
        match message {
            Message::Right => self.right(seat),
            Message::GroupRight => self.group_right(seat),
            Message::AllRight => self.all_right(seat),
            Message::Wrong => return self.begin_wrong(seat),
            Message::TypedValue(text) => self.typing(|form| form.type_value(&text)),
            Message::TypedDocument(text) => self.typing(|form| form.type_document(&text)),
            Message::Document(place) => self.typing(|form| form.choose_document(place)),
            Message::Keep => return self.keep_wrong(seat),
            Message::TakeBack => self.take_back(),
            Message::Move(Way::Up) => self.go(self.at.saturating_sub(1)),
            Message::Move(Way::Down) => self.go(self.at + 1),
            Message::At(field) => {
                self.put_away();
                self.go_to(field);
            }
            Message::Answer(place) => self.answer_with(seat, place),
            Message::OwnAnswer => {
                let typed = self.reasons.get(&self.field()).cloned().unwrap_or_default();
                self.mode = Mode::Reason { typed, empty: false };
                return vec![Outcome::Focus(REASON)];
            }
            Message::TypedAnswer(text) => {
                self.mode = Mode::Reason { typed: text.chars().take(LONGEST).collect(), empty: false };
            }
            Message::KeepAnswer => return self.keep_answer(seat),
            Message::Back => self.put_away(),
            Message::Confirm => return self.confirm(seat),
            Message::Again => self.mode = Mode::Again,
            Message::Reschedule => {
                let corrections = self.corrections();
                return vec![Outcome::Do(Act::Reschedule(corrections))];
            }
            Message::Leave(message) => return self.leaving.update(message, ctx),
        }
        Vec::new()
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let Some(seat) = ctx.seat() else { return Vec::new() };
        if let Some(answers) = self.leaving.answers(ctx) {
            return answers.into_iter().map(|action| action.map(Message::Leave)).collect();
        }
        match &self.mode {
            Mode::Reading => self.reading_actions(ctx, seat),
            Mode::Wrong(_) => wrong_actions(ctx),
            Mode::Reason { .. } => vec![
                Action::secondary(Key::Escape, ctx.t("key-back"), Message::Back),
                Action::primary(Key::Enter, ctx.t("key-save"), Message::KeepAnswer),
            ],
            Mode::Again => vec![
                Action::secondary(Key::Escape, ctx.t("key-back"), Message::Back),
                Action::primary(Key::Enter, ctx.t("verify-again-do"), Message::Reschedule),
            ],
        }
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        view::view(self, ctx)
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        match self.mode {
            Mode::Wrong(_) => Some(wrong::VALUE),
            Mode::Reason { .. } => Some(REASON),
            Mode::Reading | Mode::Again => None,
        }
    }

    fn reading_actions(&self, ctx: &Context<'_>, seat: &Seat) -> Vec<Action<Message>> {
        let mut all = vec![
            Action::secondary(Key::Space, ctx.t("verify-group-right"), Message::GroupRight)
                .when(!self.is_group_decided(seat)),
            Action::secondary(Key::Char('x'), ctx.t("verify-wrong"), Message::Wrong),
        ];
        if self.wrong.contains_key(&self.field()) {
            all.push(Action::secondary(Key::Escape, ctx.t("verify-take-back"), Message::TakeBack));
        }
        let all_seen = Field::ALL.iter().all(|field| self.is_seen(*field));
        if all_seen && !self.is_decided_all(seat) {
            all.push(Action::secondary(Key::Char('a'), ctx.t("verify-all-right"), Message::AllRight));
        }
        all.push(Action::hidden(Key::Up, Message::Move(Way::Up)));
        all.push(Action::hidden(Key::Down, Message::Move(Way::Down)));
        if !self.warnings(seat, self.field()).is_empty() && !self.wrong.contains_key(&self.field()) {
            all.push(Action::hidden(Key::Char('1'), Message::Answer(0)));
            all.push(Action::hidden(Key::Char('2'), Message::Answer(1)));
            all.push(Action::hidden(Key::Char('3'), Message::OwnAnswer));
        }
        all.extend(capture::leaving(ctx, Key::Char('p')).map(|action| action.map(Message::Leave)));
        all.push(self.next_action(ctx, seat));
        all
    }

    /// Enter: the field, then the whole.
    fn next_action(&self, ctx: &Context<'_>, seat: &Seat) -> Action<Message> {
        if !self.is_decided_all(seat) {
            return Action::primary(Key::Enter, ctx.t("verify-right"), Message::Right);
        }
        if !self.wrong.is_empty() {
            return Action::primary(Key::Enter, ctx.t("verify-again"), Message::Again);
        }
        let possible = !matches!(seat.eligibility, Eligibility::Refused(_));
        Action::primary(Key::Enter, ctx.t("verify-confirm"), Message::Confirm).when(possible)
    }

    /// The field that is being read.
    fn field(&self) -> Field {
        Field::ALL.get(self.at).copied().unwrap_or(Field::Nik)
    }

    fn is_seen(&self, field: Field) -> bool {
        self.seen.contains(&field) || self.field() == field || self.right.contains(&field)
    }

    /// Read and judged; data that were confirmed before count as right until something is found wrong.
    fn is_decided(&self, seat: &Seat, field: Field) -> bool {
        self.right.contains(&field) || self.wrong.contains_key(&field) || seat.session.is_done(Step::Verify)
    }

    fn is_decided_all(&self, seat: &Seat) -> bool {
        Field::ALL.into_iter().all(|field| self.is_decided(seat, field))
    }

    fn is_group_decided(&self, seat: &Seat) -> bool {
        Group::of(self.field()).fields().all(|field| self.is_decided(seat, field))
    }

    /// Places of the warnings that stand beside a field.
    fn warnings(&self, seat: &Seat, field: Field) -> Vec<usize> {
        let all = seat.warnings.iter().enumerate();
        all.filter(|(_, warning)| warning::field(warning) == field).map(|(place, _)| place).collect()
    }

    fn unanswered(&self, seat: &Seat, field: Field) -> Option<usize> {
        self.warnings(seat, field).into_iter().find(|place| !self.answers.contains_key(place))
    }

    fn go(&mut self, place: usize) {
        self.seen.insert(self.field());
        self.at = place.min(Field::ALL.len() - 1);
        self.unanswered = false;
    }

    fn go_to(&mut self, field: Field) {
        let place = Field::ALL.iter().position(|other| *other == field);
        self.go(place.unwrap_or_default());
    }

    /// To the next field that nobody has judged, going round; stays when there is none.
    fn go_on(&mut self, seat: &Seat) {
        let fields = Field::ALL.len();
        let after = (1..fields).map(|step| (self.at + step) % fields);
        let next = after.into_iter().find(|place| !self.is_decided(seat, Field::ALL[*place]));
        if let Some(place) = next {
            self.go(place);
        }
    }

    fn right(&mut self, seat: &Seat) {
        let field = self.field();
        if !self.wrong.contains_key(&field) {
            if self.unanswered(seat, field).is_some() {
                self.unanswered = true;
                return;
            }
            self.right.insert(field);
        }
        self.go_on(seat);
    }

    fn group_right(&mut self, seat: &Seat) {
        let group: Vec<Field> = Group::of(self.field()).fields().collect();
        self.judge_right(seat, &group);
    }

    fn all_right(&mut self, seat: &Seat) {
        self.judge_right(seat, &Field::ALL);
    }

    /// Right, all of them, but for those with a warning that wants a reason first: there the reading stops.
    fn judge_right(&mut self, seat: &Seat, fields: &[Field]) {
        let (mut waiting, mut last) = (None, None);
        for &field in fields {
            self.seen.insert(field);
            if self.is_decided(seat, field) {
                continue;
            }
            if self.unanswered(seat, field).is_some() {
                waiting = waiting.or(Some(field));
            } else {
                self.right.insert(field);
                last = Some(field);
            }
        }
        match (waiting, last) {
            (Some(field), _) => {
                self.go_to(field);
                self.unanswered = true;
            }
            (None, Some(field)) => {
                self.go_to(field);
                self.go_on(seat);
            }
            (None, None) => self.go_on(seat),
        }
    }

    fn begin_wrong(&mut self, seat: &Seat) -> Vec<Outcome> {
        let field = self.field();
        // A correction is printed and filed in Indonesian whatever the window speaks.
        let old = register::line(Words::of(Language::Indonesian), seat, field);
        let draft = self.drafts.get(&field).cloned();
        self.mode = Mode::Wrong(draft.unwrap_or_else(|| Form::new(field, old)));
        vec![Outcome::Focus(wrong::VALUE)]
    }

    fn take_back(&mut self) {
        self.wrong.remove(&self.field());
        self.put_away();
    }

    /// Back to reading; what was typed about a field stays for the next time.
    fn put_away(&mut self) {
        match std::mem::take(&mut self.mode) {
            Mode::Wrong(form) => {
                self.drafts.insert(form.field, Form { complaint: None, ..form });
            }
            Mode::Reason { typed, .. } => {
                self.reasons.insert(self.field(), typed);
            }
            Mode::Reading | Mode::Again => {}
        }
    }

    fn typing(&mut self, change: impl FnOnce(&mut Form)) {
        if let Mode::Wrong(form) = &mut self.mode {
            change(form);
        }
    }

    fn keep_wrong(&mut self, seat: &Seat) -> Vec<Outcome> {
        let Mode::Wrong(form) = &mut self.mode else { return Vec::new() };
        match form.correction() {
            Ok(correction) => {
                self.right.remove(&correction.field);
                self.drafts.insert(correction.field, form.clone());
                self.wrong.insert(correction.field, correction);
                self.mode = Mode::Reading;
                self.go_on(seat);
                Vec::new()
            }
            Err(complaint) => {
                form.complaint = Some(complaint);
                vec![Outcome::Focus(complaint.field())]
            }
        }
    }

    /// The reason is kept in Indonesian whatever the window speaks.
    fn answer_with(&mut self, seat: &Seat, place: usize) {
        if let Some(key) = REASONS.get(place) {
            self.answer(seat, Words::of(Language::Indonesian).get(key));
        }
    }

    fn keep_answer(&mut self, seat: &Seat) -> Vec<Outcome> {
        let Mode::Reason { typed, empty } = &mut self.mode else { return Vec::new() };
        let reason = typed.trim().to_owned();
        if reason.is_empty() {
            *empty = true;
            return vec![Outcome::Focus(REASON)];
        }
        self.answer(seat, reason);
        self.reasons.remove(&self.field());
        self.mode = Mode::Reading;
        Vec::new()
    }

    /// Answers the first open warning of the field; when all are answered, the last answer is replaced.
    fn answer(&mut self, seat: &Seat, reason: String) {
        let field = self.field();
        let place = self.unanswered(seat, field).or_else(|| self.warnings(seat, field).pop());
        if let Some(place) = place {
            self.answers.insert(place, reason);
        }
        self.unanswered = false;
    }

    fn confirm(&mut self, seat: &Seat) -> Vec<Outcome> {
        if seat.session.is_done(Step::Verify) {
            return vec![Outcome::Do(Act::Next)];
        }
        let open = Field::ALL.into_iter().find(|field| self.unanswered(seat, *field).is_some());
        if let Some(field) = open {
            self.go_to(field);
            self.unanswered = true;
            return Vec::new();
        }
        let answer = |(place, reason): (&usize, &String)| {
            let warning = warning::code(seat.warnings.get(*place)?).to_owned();
            Some(Acknowledged { warning, reason: reason.clone() })
        };
        let acknowledged = self.answers.iter().filter_map(answer).collect();
        let wish = Wish::ConfirmData { fields: self.right.clone(), acknowledged };
        vec![Outcome::Do(Act::Wish(wish)), Outcome::Do(Act::Next)]
    }

    /// What will be filed, in the order of the form.
    fn corrections(&self) -> Vec<Correction> {
        self.wrong.values().cloned().collect()
    }
}

fn wrong_actions(ctx: &Context<'_>) -> Vec<Action<Message>> {
    vec![
        Action::secondary(Key::Escape, ctx.t("verify-take-back"), Message::TakeBack),
        Action::hidden(Key::F(3), Message::Document(0)),
        Action::hidden(Key::F(5), Message::Document(1)),
        Action::hidden(Key::F(8), Message::Document(2)),
        Action::primary(Key::Enter, ctx.t("verify-wrong-keep"), Message::Keep),
    ]
}
