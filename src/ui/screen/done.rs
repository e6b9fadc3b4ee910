//! How a record ended: what to hand to the resident, and on to the next.

use iced::widget::{column, container, row, text};
use iced::{Center, Fill, Length};

use super::home::weekday;
use crate::domain::dates::format_dmy;
use crate::station::counter::{Act, End, Finished};
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, DISPLAY, L, M, S, TITLE, VALUE, XL, XS};
use crate::ui::theme::{Tone, ink, plate};
use crate::ui::widget::parts::{BOLD, banner, caption, chip, headline, title};
use crate::ui::{Action, Context, Element, Outcome, text as say};

/// Empty slots that are named one by one.
const NAMED: usize = 8;

/// The screen.
#[derive(Debug, Default)]
pub struct Done {}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Read; the next resident is called.
    NextResident,
    /// Read.
    Close,
    /// Print the paper.
    Print,
    /// Make the paper that could not be made.
    Make,
}

impl Done {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        match message {
            Message::NextResident => vec![Outcome::Do(Act::Dismiss), Outcome::Do(Act::CallNext)],
            Message::Close => vec![Outcome::Do(Act::Dismiss)],
            Message::Make => vec![Outcome::Do(Act::MakeSlip)],
            Message::Print => {
                let slip = ctx.board.finished.as_ref().and_then(|finished| finished.slip.clone());
                slip.map(|slip| Outcome::Do(Act::Print(slip))).into_iter().collect()
            }
        }
    }

    /// What can be done now. Where nobody waits, Enter leads home instead of calling nobody.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let Some(finished) = &ctx.board.finished else { return Vec::new() };
        let mut actions = Vec::new();
        if finished.slip.is_some() {
            actions.push(Action::secondary(Key::Char('p'), ctx.t("done-print"), Message::Print));
        } else if has_paper(finished.end) {
            actions.push(Action::secondary(Key::Char('p'), ctx.t("done-make"), Message::Make));
        }
        if callable(ctx) {
            actions.push(Action::secondary(Key::Escape, ctx.t("done-home"), Message::Close));
            actions.push(Action::primary(Key::Enter, ctx.t("done-next"), Message::NextResident));
        } else {
            actions.push(Action::hidden(Key::Escape, Message::Close));
            actions.push(Action::primary(Key::Enter, ctx.t("done-home"), Message::Close));
        }
        actions
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(finished) = ctx.board.finished.as_deref() else { return text("").into() };
        let mut right = column![paper(ctx, finished)].spacing(M);
        if finished.hits > 0 {
            let count = finished.hits.to_string();
            right = right.push(banner(Tone::Warning, ctx.say("done-hits", &[("count", &count)])));
        }
        if !finished.exceptions.is_empty() {
            right = right.push(exceptions(ctx, finished));
        }
        row![
            container(end(ctx, finished)).width(Length::FillPortion(6)),
            container(right).width(Length::FillPortion(5)),
        ]
        .spacing(L)
        .into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }
}

/// Whether a record that ended so has a paper.
fn has_paper(end: End) -> bool {
    match end {
        End::Completed | End::Rescheduled(_) => true,
        End::Cancelled => false,
    }
}

fn callable(ctx: &Context<'_>) -> bool {
    let home = &ctx.board.home;
    home.called.is_none() && home.waiting.iter().any(|waiting| !waiting.lost)
}

/// How it ended, to be seen from afar.
fn end<'a>(ctx: &Context<'a>, finished: &'a Finished) -> Element<'a, Message> {
    let (tone, icon, how, next) = match finished.end {
        End::Completed => (Tone::Good, "✓", "done-completed", "done-completed-next"),
        End::Rescheduled(_) => (Tone::Warning, "▲", "done-rescheduled", "done-rescheduled-next"),
        End::Cancelled => (Tone::Bad, "✗", "done-cancelled", "done-cancelled-next"),
    };
    let head = row![
        text(icon).size(DISPLAY).style(ink::tone(tone)),
        text(ctx.t(how)).size(DISPLAY).font(BOLD).style(ink::tone(tone)),
    ];
    let mut words = column![
        head.spacing(M).align_y(Center),
        column![headline(shorten(&finished.name, 40)), caption(finished.record.to_string())].spacing(XS),
    ];
    if let End::Rescheduled(date) = finished.end {
        let day = format!("{} {}", weekday(ctx, date), format_dmy(date));
        let come = column![text(ctx.t("done-comes-again")).size(VALUE), text(day).size(DISPLAY).font(BOLD)];
        words = words.push(container(come.spacing(S)).padding(L).width(Fill).style(plate::outlined(Tone::Warning)));
    }
    words = words.push(text(ctx.t(next)).size(TITLE));
    container(words.spacing(XL)).padding(XL).width(Fill).height(Fill).style(plate::card).into()
}

/// The paper the resident takes home.
fn paper<'a>(ctx: &Context<'a>, finished: &'a Finished) -> Element<'a, Message> {
    let mut words = column![title(ctx.t("done-paper"))].spacing(S);
    match &finished.slip {
        None if has_paper(finished.end) => words = words.push(banner(Tone::Bad, ctx.t("done-paper-missing"))),
        None => words = words.push(text(ctx.t("done-no-paper")).size(BODY)),
        Some(slip) => {
            let file = slip.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let folder = slip.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
            words = words.push(text(file).size(VALUE).font(BOLD)).push(caption(folder));
            // What still has to be done is seen before the resident gets up.
            words = words.push(match finished.printed {
                None => banner(Tone::Primary, ctx.t("done-not-printed")),
                Some(Ok(())) => chip(Tone::Good, ctx.t("done-printed")),
                Some(Err(())) => banner(Tone::Bad, ctx.t("done-print-failed")),
            });
        }
    }
    container(words).padding(L).width(Fill).style(plate::card).into()
}

fn exceptions<'a>(ctx: &Context<'a>, finished: &'a Finished) -> Element<'a, Message> {
    let mut words = column![title(ctx.t("done-exceptions"))].spacing(XS);
    for exception in finished.exceptions.iter().take(NAMED) {
        let slot = text(say::slot(ctx.words, exception.slot)).size(BODY).font(BOLD);
        let reason = text(say::reason(ctx.words, exception.reason)).size(BODY);
        words = words.push(row![container(slot).width(200.0), reason].spacing(S));
    }
    if let Some(more @ 1..) = finished.exceptions.len().checked_sub(NAMED) {
        words = words.push(caption(ctx.say("done-exceptions-more", &[("count", &more.to_string())])));
    }
    container(words.push(caption(ctx.t("done-exceptions-explained")))).padding(L).width(Fill).style(plate::card).into()
}
