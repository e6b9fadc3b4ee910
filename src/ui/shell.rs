//! What stands around every screen: the bar with the station's state above, the steps of the record, the message that
//! wants to be read, the body, and the bar with the actions below.

use iced::widget::{Space, column, container, row, text};
use iced::{Center, Fill};

use super::action::{Action, Kind};
use super::context::Context;
use super::keys::Key;
use super::spacing::{ACTION_BAR, BODY, CAPTION, FOOTER, L, M, S, TOP_BAR, VALUE, XS};
use super::theme::{Tone, ink, plate};
use super::widget::parts::{BOLD, banner, chip, key_button, key_cap};
use super::{Element, text as say};
use crate::domain::session::{SlotState, Status, Step};
use crate::station::counter::{Check, Light, Stage};

/// Below this much free space (bytes) an officer must know.
const LITTLE_SPACE: u64 = 500_000_000;

/// Puts a screen into its frame.
pub fn frame<'a, M: Clone + 'a>(
    ctx: &Context<'a>,
    body: Element<'a, M>,
    actions: Vec<Action<M>>,
    global: Vec<Action<M>>,
) -> Element<'a, M> {
    // What is not there keeps its place: the toolkit knows a field by its place alone, and one whose place moves loses
    // its cursor, so that a passphrase is typed beside it.
    let place = |part: Option<Element<'a, M>>| part.unwrap_or_else(|| Space::new().into());
    let parts = column![
        place(ctx.board.place.training.then(|| training(ctx))),
        top_bar(ctx),
        place(step_bar(ctx)),
        place(message(ctx).map(|message| container(message).padding([S, L]).into())),
        container(body).width(Fill).height(Fill).padding([M, L]),
        action_bar(actions),
        footer(global),
    ];
    container(parts).width(Fill).height(Fill).style(plate::ground).into()
}

fn training<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    let words =
        row![text(ctx.t("training-banner")).size(BODY).font(BOLD), text(ctx.t("training-explained")).size(CAPTION),];
    container(words.spacing(M).align_y(Center)).center_x(Fill).padding([XS, M]).style(plate::training).into()
}

fn top_bar<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    let board = ctx.board;
    let mut left = row![text("REKAM").size(VALUE).font(BOLD), text(board.place.code.clone()).size(BODY)]
        .spacing(M)
        .align_y(Center);
    if let Some(officer) = &board.officer {
        let who = format!("{} · {}", officer.name, say::role(ctx.words, officer.role));
        left = left.push(text(who).size(BODY).style(ink::muted));
    }
    let mut right = row![].spacing(L).align_y(Center);
    for device in &board.devices {
        let tone = match device.light {
            // A dirty glass still works, but somebody should see to it between two residents.
            Light::Ready if device.history.wants_cleaning() => Tone::Warning,
            Light::Ready => Tone::Good,
            Light::Working => Tone::Primary,
            Light::Trouble => Tone::Warning,
            Light::Missing => Tone::Bad,
        };
        right = right.push(chip(tone, say::which(ctx.words, device.which)));
    }
    if board.stage == Stage::Open {
        let unsent = board.health.unsent;
        let tone = if unsent == 0 { Tone::Neutral } else { Tone::Primary };
        right = right.push(chip(tone, ctx.say("unsent", &[("count", &unsent.to_string())])));
    }
    if let Some(free) = board.health.free_bytes {
        let tone = if free < LITTLE_SPACE { Tone::Bad } else { Tone::Neutral };
        let gigabytes = format!("{:.1}", free as f64 / 1e9).replace('.', ",");
        right = right.push(chip(tone, ctx.say("disk-free", &[("gb", &gigabytes)])));
    }
    let clock_tone = if board.health.clock_behind { Tone::Bad } else { Tone::Neutral };
    let clock = format!("{} {}", ctx.clock(ctx.now), board.place.zone);
    right = right.push(text(clock).size(BODY).font(BOLD).style(ink::tone(clock_tone)));
    let bar = row![left, Space::new().width(Fill), right].align_y(Center);
    container(bar).width(Fill).height(TOP_BAR).center_y(TOP_BAR).padding([0.0, L]).style(plate::bar).into()
}

/// The steps of the record at the desk, with the resident's name.
fn step_bar<'a, M: 'a>(ctx: &Context<'a>) -> Option<Element<'a, M>> {
    // A locked screen names nobody.
    let seat = ctx.seat().filter(|_| ctx.board.stage == Stage::Open)?;
    let session = &seat.session;
    let number = seat.ticket.as_ref().map_or_else(String::new, |ticket| format!("{} · ", ticket.number));
    let name = format!("{number}{}", session.resident().titled_name());
    let who = column![
        text(shorten(&name, 34)).size(VALUE).font(BOLD),
        text(session.nik().as_str().to_owned()).size(CAPTION).style(ink::muted),
    ];
    let mut steps = row![].spacing(S).align_y(Center);
    for (place, &step) in session.order().steps().iter().enumerate() {
        let here = session.step() == step && *session.status() == Status::Open;
        let (icon, tone) = match (session.is_done(step), session.deferred().contains(&step)) {
            (true, _) => ("✓", Tone::Good),
            (false, true) => ("▲", Tone::Warning),
            (false, false) => ("○", Tone::Neutral),
        };
        let mark = if here { "●" } else { icon };
        let tone = if here { Tone::Primary } else { tone };
        let label = row![
            text(mark).size(BODY).style(ink::tone(tone)),
            text(format!("{} {}", place + 1, say::step(ctx.words, step))).size(BODY).font(BOLD),
        ];
        let plate = if here { plate::chosen } else { plate::bar };
        steps = steps.push(container(label.spacing(XS)).padding([XS, S]).style(plate));
    }
    let bar = row![who, Space::new().width(Fill), steps, check(ctx)].spacing(L).align_y(Center);
    Some(container(bar).width(Fill).padding([XS, L]).style(plate::bar).into())
}

/// The duplicate check.
fn check<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    let hits = ctx.seat().map_or(0, |seat| seat.session.undecided_hits().count());
    let people = |count: usize| count.to_string();
    match (ctx.board.check, hits) {
        (_, 1..) => chip(Tone::Warning, ctx.say("check-hits", &[("count", &hits.to_string())])),
        (Check::Idle, 0) => chip(Tone::Neutral, ctx.t("check-idle")),
        (Check::Searching(count), 0) => chip(Tone::Primary, ctx.say("check-searching", &[("count", &people(count))])),
        (Check::Done(count), 0) => chip(Tone::Good, ctx.say("check-done", &[("count", &people(count))])),
    }
}

fn message<'a, M: 'a>(ctx: &Context<'a>) -> Option<Element<'a, M>> {
    if let Some(trouble) = &ctx.board.trouble {
        let told = banner(Tone::Bad, super::trouble::sentence_at(ctx.words, &trouble.error, ctx.now));
        let read = row![key_cap(Key::Escape), text(ctx.t("key-read")).size(CAPTION)].spacing(XS).align_y(Center);
        return Some(row![told, read].spacing(M).align_y(Center).into());
    }
    ctx.board.busy.map(|busy| banner(Tone::Primary, say::busy(ctx.words, busy)))
}

/// The next action stands at the right end, the largest; what else can be done from the left.
fn action_bar<'a, M: Clone + 'a>(actions: Vec<Action<M>>) -> Element<'a, M> {
    let mut bar = row![].spacing(S).align_y(Center);
    let (primary, others): (Vec<_>, Vec<_>) = actions.into_iter().partition(|action| action.kind == Kind::Primary);
    for action in others.into_iter().filter(|action| action.kind != Kind::Hidden) {
        bar = bar.push(key_button(action));
    }
    bar = bar.push(Space::new().width(Fill));
    for action in primary {
        bar = bar.push(key_button(action));
    }
    container(bar).width(Fill).height(ACTION_BAR).center_y(ACTION_BAR).padding([0.0, L]).style(plate::bar).into()
}

/// The keys that work everywhere.
fn footer<'a, M: Clone + 'a>(global: Vec<Action<M>>) -> Element<'a, M> {
    let hints = global.into_iter().filter(|action| action.kind != Kind::Hidden).map(hint);
    let bar = row(hints).spacing(M).align_y(Center);
    container(bar).width(Fill).height(FOOTER).center_y(FOOTER).padding([0.0, L]).into()
}

/// A key that works everywhere: small, so that it does not compete with the step's own actions.
fn hint<'a, M: Clone + 'a>(action: Action<M>) -> Element<'a, M> {
    let words = row![key_cap(action.key), text(action.label).size(CAPTION)].spacing(XS).align_y(Center);
    iced::widget::button(words)
        .padding([2.0, XS])
        .style(iced::widget::button::text)
        .on_press_maybe(action.message)
        .into()
}

/// At most so many characters; the toolkit does not cut what is too long.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// How many slots of a step are settled.
pub fn settled(session: &crate::domain::session::Session, step: Step) -> (usize, usize) {
    let slots = crate::domain::session::Slot::of(step);
    let all = slots.len();
    let done = slots.into_iter().filter(|slot| !matches!(session.slot(*slot), SlotState::Open { .. })).count();
    (done, all)
}

/// The keys that work on every screen while somebody works.
pub fn global_keys() -> [(Key, &'static str); 6] {
    [
        (Key::F(1), "key-help"),
        (Key::F(2), "key-work"),
        (Key::F(4), "key-supervisor"),
        (Key::F(6), "key-devices"),
        (Key::F(7), "key-settings"),
        (Key::F(12), "key-lock"),
    ]
}
