//! The screen between two residents: the line on the left, the day and what is unfinished on the right.

use iced::widget::{button, column, container, row, text};
use iced::{Center, Fill, Length};

use super::{Home, Message, queue_list};
use crate::domain::dates::format_dmy;
use crate::station::counter::{Device, Light, Unfinished};
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, HEADLINE, L, M, S, VALUE, XS};
use crate::ui::theme::{Tone, ink, plate, press};
use crate::ui::widget::parts::{BOLD, banner, caption, card, headline, key_cap, title};
use crate::ui::{Context, Element, text as say};

/// Height of an unfinished record's row.
const ROW: f32 = 36.0;

/// The screen.
pub(super) fn view<'a>(home: &Home, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut right = column![day(ctx)].spacing(M);
    if let Some(warning) = devices(ctx) {
        right = right.push(warning);
    }
    right = right.push(unfinished(ctx));
    row![
        container(queue_list::view(home, ctx)).width(Length::FillPortion(11)),
        container(right).width(Length::FillPortion(12)),
    ]
    .spacing(L)
    .into()
}

/// The screen of an officer who records nobody.
pub(super) fn without_residents<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let words = column![headline(ctx.t("home-admin")), text(ctx.t("home-admin-explained")).size(VALUE)].spacing(M);
    column![card(words), day(ctx)].spacing(M).into()
}

/// The day in numbers.
fn day<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let home = &ctx.board.home;
    let totals = home.totals.clone().unwrap_or_default();
    let waiting = home.counters.waiting + home.counters.absent;
    let tile = |count: usize, words: &str, tone| {
        let number = text(count.to_string()).size(HEADLINE).font(BOLD).style(ink::tone(tone));
        column![number, caption(ctx.t(words))].width(Fill).align_x(Center)
    };
    let failed = if totals.failed == 0 { Tone::Neutral } else { Tone::Bad };
    let tiles = row![
        tile(totals.recorded, "home-recorded", Tone::Good),
        tile(totals.rescheduled, "home-rescheduled", Tone::Warning),
        tile(totals.failed, "home-failed", failed),
        tile(waiting, "home-in-line", Tone::Primary),
        tile(home.expected, "home-expected", Tone::Neutral),
    ];
    let head = match home.day {
        Some(day) => format!("{} {}", weekday(ctx, day), format_dmy(day)),
        None => String::new(),
    };
    card(column![title(head), tiles].spacing(S)).padding([M, L]).into()
}

/// The name of a day of the week.
pub(in crate::ui::screen) fn weekday(ctx: &Context<'_>, day: time::Date) -> String {
    ctx.t(match day.weekday() {
        time::Weekday::Monday => "slip-monday",
        time::Weekday::Tuesday => "slip-tuesday",
        time::Weekday::Wednesday => "slip-wednesday",
        time::Weekday::Thursday => "slip-thursday",
        time::Weekday::Friday => "slip-friday",
        time::Weekday::Saturday => "slip-saturday",
        time::Weekday::Sunday => "slip-sunday",
    })
}

/// A device that is missing is mended before somebody sits down, not after.
fn devices<'a>(ctx: &Context<'a>) -> Option<Element<'a, Message>> {
    let banner_of = |key, is_meant: &dyn Fn(&Device) -> bool| {
        let meant = ctx.board.devices.iter().filter(|device| is_meant(device));
        let names: Vec<_> = meant.map(|device| say::which(ctx.words, device.which)).collect();
        (!names.is_empty()).then(|| banner(Tone::Warning, ctx.say(key, &[("devices", &names.join(", "))])))
    };
    banner_of("home-device-away", &|device| matches!(device.light, Light::Missing | Light::Trouble))
        .or_else(|| banner_of("home-device-dirty", &|device| device.history.wants_cleaning()))
}

/// The unfinished records that have a digit: as many as there is room for.
pub(super) fn numbered<'a>(ctx: &Context<'a>) -> impl Iterator<Item = (char, &'a Unfinished)> {
    let message = ctx.board.trouble.is_some() || ctx.board.busy.is_some();
    let room = 9 - if away(ctx).next().is_some() { 2 } else { 0 } - if message { 2 } else { 0 };
    ('1'..='9').zip(&ctx.board.home.unfinished).take(room)
}

/// Devices that could not record anybody now.
fn away<'a>(ctx: &Context<'a>) -> impl Iterator<Item = &'a Device> {
    let devices = ctx.board.devices.iter();
    devices.filter(|device| matches!(device.light, Light::Missing | Light::Trouble))
}

/// Records to be finished, each with a digit.
fn unfinished<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let all = &ctx.board.home.unfinished;
    let mut list = column![title(ctx.t("home-unfinished"))].spacing(XS);
    if all.is_empty() {
        list = list.push(text(ctx.t("home-unfinished-none")).size(BODY).style(ink::muted));
    }
    for (digit, one) in numbered(ctx) {
        list = list.push(record(ctx, one, digit));
    }
    let shown = numbered(ctx).count();
    if all.len() > shown {
        let more = (all.len() - shown).to_string();
        list = list.push(caption(ctx.say("home-unfinished-more", &[("count", &more)])));
    }
    container(list).padding([M, L]).width(Fill).style(plate::card).into()
}

fn record<'a>(ctx: &Context<'a>, one: &'a Unfinished, digit: char) -> Element<'a, Message> {
    let status = match one.status {
        "parked" => ctx.t("home-status-parked"),
        "rescheduled" => ctx.t("home-status-rescheduled"),
        _ => ctx.t("home-status-open"),
    };
    let where_it_stands = format!("{} · {status}", say::step(ctx.words, one.step));
    let line = row![
        key_cap(Key::Char(digit)),
        container(text(shorten(&one.name, 24)).size(VALUE).font(BOLD)).width(Fill),
        container(text(where_it_stands).size(BODY)).width(230.0),
        text(since(ctx, one)).size(BODY).style(ink::muted),
    ];
    button(container(line.spacing(M).align_y(Center)).center_y(Fill))
        .width(Fill)
        .height(ROW)
        .padding([0.0, M])
        .style(press::row(false))
        .on_press(Message::TakeUp(one.record.clone()))
        .into()
}

/// Of today the time, of another day the day.
fn since(ctx: &Context<'_>, one: &Unfinished) -> String {
    let day = ctx.board.place.zone.date(one.since);
    if ctx.board.home.day == Some(day) { ctx.clock(one.since) } else { format_dmy(day) }
}
