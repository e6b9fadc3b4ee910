//! A device on a card: everything an operator can act on, the advice first.

use iced::widget::{Space, column, container, mouse_area, row, text};
use iced::{Center, Fill};
use rekam_hal::{Access, DeviceErrorKind, DeviceInfo};

use super::{Message, needs_care};
use crate::station::counter::{Device, Light, Spoil, Which};
use crate::ui::spacing::{BODY, CAPTION, L, M, S, TITLE, VALUE, XS};
use crate::ui::text as say;
use crate::ui::theme::{Tone, ink, plate};
use crate::ui::widget::parts::{BOLD, banner, caption, chip, headline, key_cap};
use crate::ui::{Context, Element, keys::Key};

/// The whole screen: what to do next, then the four cards.
pub(super) fn screen<'a>(
    ctx: &Context<'a>,
    chosen: Which,
    ordered: impl Fn(&Device) -> Option<Spoil>,
) -> Element<'a, Message> {
    let devices = &ctx.board.devices;
    let mut parts = column![headline(ctx.t("devices-title"))].spacing(M);
    parts = parts.push(match (devices.is_empty(), devices.iter().find(|device| needs_care(device))) {
        (true, _) => banner(Tone::Warning, ctx.t("devices-none")),
        (false, Some(device)) => banner(Tone::Bad, trouble(ctx, device)),
        (false, None) => match devices.iter().find(|device| device.history.wants_cleaning()) {
            Some(device) => {
                let name = say::which(ctx.words, device.which);
                let advice = ctx.t("devices-clean");
                banner(Tone::Warning, ctx.say("devices-trouble", &[("device", &name), ("advice", &advice)]))
            }
            None => banner(Tone::Good, ctx.t("devices-all-well")),
        },
    });
    let cards = devices.iter().map(|device| card(ctx, device, device.which == chosen, ordered(device)));
    if let Some((path, command)) = &ctx.board.device_rules {
        let saved = ctx.say("devices-rules-saved", &[("path", &path.display().to_string())]);
        parts = parts.push(note(Tone::Primary, saved, command.clone()));
    }
    parts = parts.push(row(cards).spacing(M).height(Fill));
    let hint = if devices.iter().any(|device| device.simulated) { "devices-hint-training" } else { "devices-hint" };
    parts.push(caption(ctx.t(hint))).into()
}

/// What is wrong with a device, by name, and what to do.
fn trouble(ctx: &Context<'_>, device: &Device) -> String {
    let name = say::which(ctx.words, device.which);
    let unsure = device.info.is_none() && !device.candidates.is_empty();
    let advice = match (device.ails, device.last_error) {
        (Some(DeviceErrorKind::Gone), _) if unsure => ctx.t("devices-choose"),
        (Some(DeviceErrorKind::NoPermission), _) => ctx.t("devices-denied"),
        (Some(kind), _) | (None, Some((kind, _))) => say::device_trouble(ctx.words, kind),
        (None, None) => ctx.t("devices-look-after"),
    };
    ctx.say("devices-trouble", &[("device", &name), ("advice", &advice)])
}

fn access(ctx: &Context<'_>, access: Access) -> String {
    ctx.t(match access {
        Access::Ok => "devices-access-ok",
        Access::Denied => "devices-access-denied",
        Access::Busy => "devices-access-busy",
    })
}

fn card<'a>(ctx: &Context<'a>, device: &'a Device, chosen: bool, ordered: Option<Spoil>) -> Element<'a, Message> {
    let digit = Which::ALL.into_iter().zip('1'..).find(|(which, _)| *which == device.which).map(|(_, digit)| digit);
    let light = match device.light {
        Light::Ready => Tone::Good,
        Light::Working => Tone::Primary,
        Light::Trouble => Tone::Warning,
        Light::Missing => Tone::Bad,
    };
    let mut head = row![].spacing(S).align_y(Center);
    head = head.push(digit.map(|digit| key_cap(Key::Char(digit))));
    head = head.push(text(say::which(ctx.words, device.which)).size(TITLE).font(BOLD));
    let mut parts = column![head, chip(light, say::light(ctx.words, device.light))].spacing(S);
    parts = match &device.info {
        Some(info) => parts.push(who(ctx, info, device.simulated)),
        None => parts.push(text(ctx.t("devices-not-found")).size(BODY)),
    };
    parts = parts.push(counts(ctx, device));
    parts = parts.push(history(ctx, device));
    parts = parts.push(Space::new().height(Fill));
    if let Some((kind, at)) = device.last_error {
        let when = ctx.say("devices-last-error", &[("time", &ctx.moment(at))]);
        let tone = if needs_care(device) { Tone::Bad } else { Tone::Neutral };
        parts = parts.push(note(tone, when, say::device_trouble(ctx.words, kind)));
    }
    if let Some(spoil) = ordered {
        parts = parts.push(note(Tone::Warning, ctx.t("devices-next-capture"), spoiled(ctx, device.which, spoil)));
    }
    parts = parts.push(tested(ctx, device));
    let style = if chosen { plate::chosen } else { plate::card };
    let plate = container(parts).padding(L).width(Fill).height(Fill).style(style);
    mouse_area(plate).on_press(Message::Choose(device.which)).into()
}

/// Model, driver, place, access.
fn who<'a>(ctx: &Context<'a>, info: &'a DeviceInfo, simulated: bool) -> Element<'a, Message> {
    let driver = if simulated { ctx.t("devices-simulated") } else { info.driver.clone() };
    let tone = if info.access == Access::Ok { Tone::Good } else { Tone::Bad };
    column![
        text(info.model.clone()).size(VALUE).font(BOLD),
        text(format!("{driver} · {}", info.transport)).size(CAPTION).style(ink::muted),
        chip(tone, access(ctx, info.access)),
    ]
    .spacing(XS)
    .into()
}

fn counts<'a>(ctx: &Context<'a>, device: &Device) -> Element<'a, Message> {
    let counts = [("devices-captures", device.captures), ("devices-retries", device.retries)];
    let mut parts = row(counts.map(|(key, count)| count_of(ctx, key, count))).spacing(M);
    parts = parts.push(count_of(ctx, "devices-failures", device.failures));
    parts.into()
}

/// How it has done over all days, in one line; and a cloth when the glass asks for it.
fn history<'a>(ctx: &Context<'a>, device: &Device) -> Option<Element<'a, Message>> {
    let mut parts = column![].spacing(S);
    let seconds = device.history.mean_seconds();
    if seconds.is_none() && !device.history.wants_cleaning() {
        return None;
    }
    if let Some(seconds) = seconds {
        let numbers = [
            ("captures", device.history.captures.to_string()),
            ("seconds", format!("{seconds:.1}").replace('.', ",")),
            ("timeouts", device.history.timeouts.to_string()),
        ];
        let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
        parts = parts.push(text(ctx.say("devices-history", &numbers)).size(CAPTION).style(ink::muted));
    }
    if device.history.wants_cleaning() {
        parts = parts.push(note(Tone::Warning, ctx.t("devices-dirty"), ctx.t("devices-clean")));
    }
    Some(parts.into())
}

fn count_of<'a>(ctx: &Context<'a>, key: &str, count: u32) -> Element<'a, Message> {
    column![text(count.to_string()).size(TITLE).font(BOLD), text(ctx.t(key)).size(CAPTION).style(ink::muted),].into()
}

fn tested<'a>(ctx: &Context<'a>, device: &Device) -> Element<'a, Message> {
    match device.tested {
        None if device.is_testing => chip(Tone::Primary, ctx.t("devices-testing")),
        None => chip(Tone::Neutral, ctx.t("devices-untested")),
        Some(Ok(())) => chip(Tone::Good, ctx.t("devices-test-passed")),
        // The same sentence stands above already.
        Some(Err(kind)) if device.last_error.is_some_and(|(last, _)| last == kind) => {
            chip(Tone::Bad, ctx.t("devices-test-failed"))
        }
        Some(Err(kind)) => note(Tone::Bad, ctx.t("devices-test-failed"), say::device_trouble(ctx.words, kind)),
    }
}

fn spoiled(ctx: &Context<'_>, which: Which, spoil: Spoil) -> String {
    let presented = match which {
        Which::Iris => "devices-will-wrong-eye",
        Which::Camera | Which::Pad | Which::Scanner => "devices-will-wrong-finger",
    };
    ctx.t(match spoil {
        Spoil::Wet => "devices-will-wet",
        Spoil::Dry => "devices-will-dry",
        Spoil::Blur => "devices-will-blur",
        Spoil::Wrong => presented,
        Spoil::Silence => "devices-will-silence",
    })
}

/// A head with icon and what it says.
fn note<'a>(tone: Tone, head: String, said: String) -> Element<'a, Message> {
    column![chip(tone, head), text(said).size(CAPTION + 1.0)].spacing(XS).into()
}
