//! The line: who is called, who waits.

use iced::widget::{Space, button, column, container, row, text};
use iced::{Center, Fill};

use super::{Home, Message};
use crate::office::queue::Drawn;
use crate::station::counter::Waiting;
use crate::store::TicketState;
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, DISPLAY, HEADLINE, L, M, S, VALUE, XS};
use crate::ui::theme::{Tone, ink, plate, press};
use crate::ui::widget::parts::{BOLD, banner, caption, chip, headline, key_cap, title};
use crate::ui::{Context, Element};

/// Numbers a page key moves by, and shown at once.
pub(super) const PAGE: isize = 10;
/// Height of a number's row.
const ROW: f32 = 36.0;

/// The line.
pub(super) fn view<'a>(home: &Home, ctx: &Context<'a>) -> Element<'a, Message> {
    let line = &ctx.board.home;
    let mut parts = column![].spacing(M);
    if let Some(drawn) = &line.drawn {
        parts = parts.push(banner(Tone::Good, drawn_words(ctx, drawn)));
    }
    if let Some(called) = &line.called {
        parts = parts.push(at_the_desk(ctx, called));
    }
    if line.waiting.is_empty() {
        let empty = if line.called.is_some() { nobody_else(ctx) } else { nobody(ctx) };
        return parts.push(empty).into();
    }
    parts.push(waiting(home, ctx, room(ctx))).into()
}

/// Numbers for which there is room on the smallest screen, beside what else stands there.
fn room(ctx: &Context<'_>) -> usize {
    let line = &ctx.board.home;
    let message = ctx.board.trouble.is_some() || ctx.board.busy.is_some();
    let drawn = if line.drawn.is_some() { 2 } else { 0 };
    let called = if line.called.is_some() { 2 + usize::from(message) } else { 0 };
    PAGE.unsigned_abs() - drawn - called
}

fn at_the_desk<'a>(ctx: &Context<'a>, called: &'a Waiting) -> Element<'a, Message> {
    let number = text(called.ticket.number.to_string()).size(DISPLAY * 1.5).font(BOLD);
    let mut marks = row![].spacing(M);
    if called.ticket.priority {
        marks = marks.push(chip(Tone::Warning, ctx.t("home-priority")));
    }
    if called.ticket.calls > 1 {
        let calls = called.ticket.calls.to_string();
        marks = marks.push(chip(Tone::Neutral, ctx.say("home-calls", &[("count", &calls)])));
    }
    let who = column![
        text(ctx.t("home-called")).size(BODY).style(ink::tone(Tone::Primary)).font(BOLD),
        text(name_of(ctx, called, 30)).size(HEADLINE).font(BOLD),
        marks,
    ];
    let next = if called.ticket.nik.is_some() { "home-called-explained" } else { "home-called-unknown" };
    let card = column![row![number, who.spacing(XS)].spacing(L).align_y(Center), text(ctx.t(next)).size(BODY)];
    container(card.spacing(S)).padding(L).width(Fill).style(plate::chosen).into()
}

fn waiting<'a>(home: &Home, ctx: &Context<'a>, rows: usize) -> Element<'a, Message> {
    let line = &ctx.board.home;
    let marked = home.marked(ctx);
    let place = marked.and_then(|marked| line.waiting.iter().position(|other| other == marked)).unwrap_or(0);
    let first = place / rows * rows;
    let mut list = column![title(ctx.t("home-waiting"))].spacing(XS);
    for one in line.waiting.iter().skip(first).take(rows) {
        list = list.push(number(ctx, one, marked == Some(one), line.called.is_none()));
    }
    let all = line.waiting.len();
    let shown = [(first + 1).to_string(), (first + rows).min(all).to_string(), all.to_string()];
    let [from, to, all] = &shown;
    let count = caption(ctx.say("home-shown", &[("from", from), ("to", to), ("all", all)]));
    let mut foot = row![count].spacing(XS).align_y(Center);
    if line.called.is_none() {
        foot = foot.push(Space::new().width(Fill)).push(key_cap(Key::Up)).push(key_cap(Key::Down));
        foot = foot.push(caption(ctx.t("home-mark")));
    }
    let card = container(list.push(foot)).padding(L).width(Fill).style(plate::card);
    if line.called.is_none() && !line.waiting.iter().any(|one| !one.lost) {
        return column![container(text(ctx.t("home-only-lost")).size(VALUE)).padding([0.0, S]), card].spacing(M).into();
    }
    card.into()
}

fn number<'a>(ctx: &Context<'a>, one: &'a Waiting, marked: bool, can_be_marked: bool) -> Element<'a, Message> {
    let number = text(one.ticket.number.to_string()).size(VALUE).font(BOLD);
    // Beside a mark there is less room.
    let marked_so = one.ticket.priority || state(ctx, one).is_some();
    let name = text(name_of(ctx, one, if marked_so { 26 } else { 40 })).size(BODY);
    let name = if one.name.is_empty() { name.style(ink::muted) } else { name };
    let mut line = row![container(number).width(52.0), container(name).width(Fill)];
    if one.ticket.priority {
        line = line.push(chip(Tone::Warning, ctx.t("home-priority")));
    }
    if let Some((tone, words)) = state(ctx, one) {
        line = line.push(chip(tone, words));
    }
    let line = line.spacing(M).align_y(Center);
    if !can_be_marked {
        return container(line).width(Fill).center_y(ROW).padding([0.0, M]).style(plate::card).into();
    }
    button(container(line).center_y(Fill))
        .width(Fill)
        .height(ROW)
        .padding([0.0, M])
        .style(press::row(marked))
        .on_press(Message::MarkTicket(one.ticket.id))
        .into()
}

/// What keeps a number from being called as others are.
fn state(ctx: &Context<'_>, one: &Waiting) -> Option<(Tone, String)> {
    if one.lost {
        return Some((Tone::Bad, ctx.t("home-lost")));
    }
    match one.ticket.state {
        TicketState::Absent => Some((Tone::Neutral, ctx.t("home-was-absent"))),
        TicketState::Parked => Some((Tone::Neutral, ctx.t("home-was-parked"))),
        TicketState::Waiting | TicketState::Called | TicketState::Serving | TicketState::Done => None,
    }
}

fn name_of(ctx: &Context<'_>, one: &Waiting, most: usize) -> String {
    if one.name.is_empty() { ctx.t("home-without-nik") } else { shorten(&one.name, most) }
}

fn nobody<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let how = |key, words: &str| row![key_cap(key), text(ctx.t(words)).size(VALUE)].spacing(M).align_y(Center);
    let words = column![
        headline(ctx.t("home-nobody")),
        text(ctx.t("home-nobody-explained")).size(VALUE),
        how(Key::F(3), "home-nobody-search"),
        how(Key::Char('n'), "home-nobody-draw"),
    ];
    container(words.spacing(L)).padding(L).width(Fill).style(plate::card).into()
}

fn nobody_else<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    container(text(ctx.t("home-nobody-else")).size(VALUE)).padding(L).width(Fill).style(plate::card).into()
}

/// What the holder of a fresh number is told.
fn drawn_words(ctx: &Context<'_>, drawn: &Drawn) -> String {
    let (number, ahead) = (drawn.ticket.number.to_string(), drawn.ahead.to_string());
    let time = ctx.clock(drawn.expected);
    ctx.say("home-drawn", &[("number", &number), ("ahead", &ahead), ("time", &time)])
}
