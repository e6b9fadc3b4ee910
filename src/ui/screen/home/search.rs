//! Finding a resident: first the field has the cursor, then the list has the keys.
//!
//! The two never mix, since a focused field keeps letters and digits: after Enter the field is only shown, digits and
//! arrows choose among the found, and F3 brings the cursor back with the text as it was.

use iced::widget::{Space, column, container, row, text, text_input};
use iced::{Center, Fill};

use super::Message as Home;
use super::result;
use crate::domain::nik::Nik;
use crate::domain::session::RecordId;
use crate::station::counter::{Act, Found, FoundRow};
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, TARGET, VALUE, XS};
use crate::ui::theme::{Tone, field, ink, plate};
use crate::ui::widget::parts::{BOLD, banner, caption, chip, headline, key_cap};
use crate::ui::{Action, Context, Element, Outcome};

/// The field's name.
pub(super) const FIELD: &str = "home-search";
/// Found residents shown at once, each with a digit.
pub(super) const PAGE: usize = 7;
/// The counter sends no more than so many.
const MOST: usize = 20;

/// The search.
#[derive(Debug, Default)]
pub(super) struct Search {
    text: String,
    /// What was asked for; `None` while it is being typed.
    asked: Option<String>,
    chosen: usize,
    nothing_typed: bool,
    too_long: bool,
    /// Something was begun from here, when this ticket was the one drawn last.
    begun: Option<Option<i64>>,
    closed: bool,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The text changed.
    Typed(String),
    /// Look.
    Submit,
    /// Choose this place of the list.
    Choose(usize),
    /// Record this resident now.
    Begin(Nik),
    /// Continue this record.
    TakeUp(RecordId),
    /// Close it.
    Close,
}

impl Search {
    pub(super) fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        match message {
            Message::Typed(text) => {
                self.text = text;
                (self.nothing_typed, self.too_long) = (false, false);
                Vec::new()
            }
            Message::Submit => self.submit(),
            Message::Choose(place) => {
                let last = self.found(ctx).map_or(0, |found| found.rows.len().saturating_sub(1));
                self.chosen = place.min(last);
                Vec::new()
            }
            Message::Begin(nik) => {
                self.begin(ctx);
                vec![Outcome::Do(Act::Begin(nik))]
            }
            Message::TakeUp(record) => {
                self.begin(ctx);
                vec![Outcome::Do(Act::TakeUp(record))]
            }
            Message::Close => {
                self.closed = true;
                vec![Outcome::Do(Act::ClearSearch)]
            }
        }
    }

    fn submit(&mut self) -> Vec<Outcome> {
        let wanted = self.text.trim().to_owned();
        self.nothing_typed = wanted.is_empty();
        self.too_long = wanted.len() > 16 && wanted.bytes().all(|byte| byte.is_ascii_digit());
        if self.nothing_typed || self.too_long {
            return vec![Outcome::Focus(FIELD)];
        }
        self.asked = Some(wanted.clone());
        (self.chosen, self.begun) = (0, None);
        vec![Outcome::Do(Act::Search(wanted))]
    }

    /// Back into the field.
    pub(super) fn type_again(&mut self) {
        self.asked = None;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// A record that begins takes the answer away, and a number that is drawn is another than before; where neither
    /// has happened it failed, and the list stays for another try, also when the message has been read.
    pub(super) fn is_over(&self, ctx: &Context<'_>) -> bool {
        let done = |before| ctx.board.found.is_none() || drawn_last(ctx) != before;
        self.begun.is_some_and(|before| !ctx.waiting && done(before))
    }

    /// What was looked for is found, and something is being done about it.
    pub(super) fn begin(&mut self, ctx: &Context<'_>) {
        self.begun = Some(drawn_last(ctx));
    }

    /// The answer to what was asked, when it is here.
    fn found<'a>(&self, ctx: &Context<'a>) -> Option<&'a Found> {
        let asked = self.asked.as_deref()?;
        // An older answer belongs to another text.
        ctx.board.found.as_deref().filter(|found| found.text == asked)
    }

    fn chosen<'a>(&self, ctx: &Context<'a>) -> Option<&'a FoundRow> {
        self.found(ctx)?.rows.get(self.chosen)
    }

    pub(super) fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Home>> {
        let close = Action::secondary(Key::Escape, ctx.t("key-close"), Home::Search(Message::Close));
        if self.asked.is_none() {
            // The key brings the cursor back when it was lost.
            let cursor = Action::hidden(Key::F(3), Home::OpenSearch);
            let look = Action::primary(Key::Enter, ctx.t("search-enter"), Home::Search(Message::Submit));
            return vec![close, cursor, look];
        }
        let mut actions = vec![close, Action::secondary(Key::F(3), ctx.t("search-again"), Home::OpenSearch)];
        actions.extend(self.moves(ctx));
        match self.chosen(ctx) {
            Some(row) => actions.extend(result::actions(ctx, row)),
            None => {
                // Nothing found: the next thing to do is to type something else.
                let again = Action::primary(Key::Enter, ctx.t("search-again"), Home::OpenSearch);
                actions.push(again.when(!ctx.waiting));
            }
        }
        actions
    }

    fn moves(&self, ctx: &Context<'_>) -> Vec<Action<Home>> {
        let to = |key, place| Action::hidden(key, Home::Search(Message::Choose(place)));
        let first = self.chosen / PAGE * PAGE;
        let mut moves = vec![
            to(Key::Up, self.chosen.saturating_sub(1)),
            to(Key::Down, self.chosen + 1),
            to(Key::PageUp, first.saturating_sub(PAGE)),
            to(Key::PageDown, first + PAGE),
        ];
        let shown = self.found(ctx).map_or(0, |found| found.rows.len().saturating_sub(first).min(PAGE));
        moves.extend(('1'..='9').take(shown).enumerate().map(|(n, digit)| to(Key::Char(digit), first + n)));
        moves
    }

    pub(super) fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Home> {
        let body = match (&self.asked, self.found(ctx)) {
            (None, _) => self.hints(ctx),
            (Some(_), None) => {
                let words = if ctx.waiting { "search-under-way" } else { "search-failed" };
                text(ctx.t(words)).size(VALUE).into()
            }
            (Some(_), Some(found)) if found.rows.is_empty() => nothing(ctx),
            (Some(_), Some(found)) => self.list(ctx, found),
        };
        column![row![headline(ctx.t("search-headline")), self.field()].spacing(L).align_y(Center), body]
            .spacing(M)
            .into()
    }

    fn field(&self) -> Element<'_, Home> {
        if self.asked.is_some() {
            let shown = row![text(&self.text).size(VALUE).font(BOLD), Space::new().width(Fill), key_cap(Key::F(3))];
            return container(shown.align_y(Center))
                .width(Fill)
                .height(TARGET)
                .center_y(TARGET)
                .padding([0.0, M])
                .style(plate::card)
                .into();
        }
        let typed = |text| Home::Search(Message::Typed(text));
        text_input("", &self.text)
            .id(FIELD)
            .on_input(typed)
            .on_submit(Home::Search(Message::Submit))
            .size(VALUE)
            .padding(M)
            .style(field)
            .into()
    }

    fn hints<'a>(&self, ctx: &Context<'a>) -> Element<'a, Home> {
        let mut hints = column![].spacing(M);
        if self.nothing_typed {
            hints = hints.push(banner(Tone::Bad, ctx.t("search-nothing-typed")));
        }
        if self.too_long {
            hints = hints.push(banner(Tone::Bad, ctx.t("search-too-long")));
        }
        let how = ["search-by-nik", "search-by-name"].map(|key| text(ctx.t(key)).size(VALUE).into());
        hints.push(column(how).spacing(S)).into()
    }

    fn list<'a>(&self, ctx: &Context<'a>, found: &'a Found) -> Element<'a, Home> {
        let first = self.chosen / PAGE * PAGE;
        let mut list = column![].spacing(XS);
        let page = found.rows.iter().enumerate().skip(first).take(PAGE);
        for ((place, one), digit) in page.zip('1'..='9') {
            list = list.push(result::view(ctx, one, place, digit, place == self.chosen));
        }
        let count = [(first + 1).to_string(), (first + PAGE).min(found.rows.len()).to_string()];
        let (from, to) = (count[0].as_str(), count[1].as_str());
        let all = found.rows.len().to_string();
        let mut foot = row![
            caption(ctx.say("home-shown", &[("from", from), ("to", to), ("all", &all)])),
            Space::new().width(Fill),
            key_cap(Key::Up),
            key_cap(Key::Down),
            key_cap(Key::PageUp),
            key_cap(Key::PageDown),
            caption(ctx.t("search-move")),
        ];
        if found.rows.len() >= MOST {
            foot = foot.push(chip(Tone::Warning, ctx.t("search-too-many")));
        }
        let mut parts = column![list, foot.spacing(S).align_y(Center)].spacing(S);
        if let Some(chosen) = self.chosen(ctx) {
            let (tone, words) = result::advice(ctx, chosen);
            parts = parts.push(banner(tone, words));
        }
        parts.into()
    }
}

fn drawn_last(ctx: &Context<'_>) -> Option<i64> {
    ctx.board.home.drawn.as_ref().map(|drawn| drawn.ticket.id)
}

fn nothing<'a>(ctx: &Context<'a>) -> Element<'a, Home> {
    let words = column![
        headline(ctx.t("search-nothing")),
        text(ctx.t("search-nothing-try")).size(VALUE),
        text(ctx.t("search-nothing-siak")).size(BODY).style(ink::muted),
    ];
    container(words.spacing(M)).padding(L).width(Fill).style(plate::card).into()
}
