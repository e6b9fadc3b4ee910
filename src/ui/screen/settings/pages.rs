//! The settings at a glance, and the page for a register extract.

use iced::widget::{Space, button, column, container, row, text, text_input};
use iced::{Center, Fill, Length};

use super::form::{Draft, written};
use super::{Message, PATH, may_change, next_language, next_look, next_size};
use crate::office::register::ImportReport;
use crate::station::counter::Busy;
use crate::ui::keys::Key;
use crate::ui::preferences::Tongue;
use crate::ui::spacing::{BODY, L, M, S, TARGET, VALUE, XL, XS};
use crate::ui::theme::{self, Look, Tone, ink, press};
use crate::ui::widget::parts::{BOLD, banner, caption, card, chip, field_row, headline, key_cap, title};
use crate::ui::{Context, Element, Preferences, text as say};

/// Refused rows that are shown; the office that keeps the register gets all of them in a file.
const REFUSALS: usize = 6;
/// Days without service that fit into the overview.
const HOLIDAYS: usize = 8;

/// The preferences with their keys: what the key does next.
pub(super) fn choices(ctx: &Context<'_>) -> [(Key, &'static str, Message); 4] {
    let now = *ctx.preferences;
    [
        (
            Key::Char('1'),
            "settings-language",
            Message::Prefer(Preferences { language: next_language(now.language), ..now }),
        ),
        (Key::Char('2'), "settings-look", Message::Prefer(Preferences { look: next_look(now.look), ..now })),
        (Key::Char('3'), "settings-size", Message::Prefer(Preferences { size: next_size(now.size), ..now })),
        (Key::Char('4'), "settings-resident-window", Message::ResidentWindow),
    ]
}

/// Everything at a glance: this screen on the left, the station on the right.
pub(super) fn overview<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let cards = row![card(screen(ctx)).height(Fill), card(station(ctx)).height(Fill)].spacing(L).height(Fill);
    column![headline(ctx.t("settings-title")), cards].spacing(M).into()
}

fn screen<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let now = *ctx.preferences;
    let languages = [(Tongue::Indonesian, "Bahasa Indonesia"), (Tongue::English, "English")].map(|(tongue, name)| {
        let message = Message::Prefer(Preferences { language: tongue, ..now });
        (name.to_owned(), now.language == tongue, message)
    });
    let looks =
        Look::ALL.map(|look| (ctx.t(look.key()), now.look == look, Message::Prefer(Preferences { look, ..now })));
    let sizes = Preferences::SIZES
        .map(|size| (format!("{size} %"), now.size == size, Message::Prefer(Preferences { size, ..now })));
    let open = now.resident_window;
    let windows = [("settings-shut", false), ("settings-open", true)]
        .map(|(words, state)| (ctx.t(words), open == state, Message::ResidentWindow));
    let [language, look, size, window] = choices(ctx).map(|(key, words, _)| (key, words));
    column![
        title(ctx.t("settings-this-screen")),
        caption(ctx.t("settings-this-screen-advice")),
        choice(ctx, language, languages),
        choice(ctx, look, looks),
        choice(ctx, size, sizes),
        choice(ctx, window, windows),
        caption(ctx.t("settings-resident-window-advice")),
    ]
    .spacing(M)
    .into()
}

/// A preference: its key, its name, and what there is to choose from.
fn choice<'a>(
    ctx: &Context<'a>,
    (key, words): (Key, &'static str),
    options: impl IntoIterator<Item = (String, bool, Message)>,
) -> Element<'a, Message> {
    let options = options.into_iter().map(|(label, chosen, message)| {
        let mark = if chosen { "● " } else { "" };
        let words = text(format!("{mark}{label}")).size(BODY);
        let words = if chosen { words.font(BOLD) } else { words };
        // What is chosen already stays so; for the window its message would close it.
        let pressed = if chosen { Message::Stay } else { message };
        button(container(words).center_y(Fill))
            .height(TARGET)
            .padding([0.0, M])
            .style(press::row(chosen))
            .on_press(pressed)
            .into()
    });
    let head = row![key_cap(key), text(ctx.t(words)).size(VALUE).font(BOLD)].spacing(S).align_y(Center);
    column![head, row(options).spacing(S)].spacing(XS).into()
}

fn station<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let rules = &ctx.board.rules;
    let policy = &rules.policy;
    let minutes = match rules.lock_after {
        0 => ctx.t("settings-never"),
        minutes => minutes.to_string(),
    };
    let rows = [
        ("settings-finger-quality", policy.finger_quality.to_string()),
        ("settings-iris-quality", policy.iris_quality.to_string()),
        ("settings-tries", policy.tries.to_string()),
        ("settings-confirm-score", written(policy.confirm_score)),
        ("settings-slaps", ctx.t(slaps_word(rules.slaps))),
        ("settings-by-itself", ctx.t(by_itself_word(rules.by_itself))),
        ("settings-repaint", ctx.t(repaint_word(policy.repaint))),
        ("settings-faces", ctx.t(faces_word(policy.faces))),
        ("settings-zone", rules.zone.to_string()),
        ("settings-capacity", rules.capacity.to_string()),
        ("settings-lock-after", minutes),
    ];
    let order: Vec<String> = rules.order.steps().iter().map(|step| say::step(ctx.words, *step)).collect();
    let mut parts = column![title(ctx.t("settings-station"))].spacing(S);
    parts = parts.push(caption(ctx.t("settings-order")));
    parts = parts.push(text(order.join(" › ")).size(BODY).font(BOLD));
    for (key, value) in rows {
        parts = parts.push(field_row(ctx.t(key), value));
    }
    let today = rules.zone.date(ctx.now);
    let days = Draft::of(rules).coming(today);
    parts = parts.push(caption(ctx.t("settings-holidays")));
    parts = parts.push(text(listed(ctx, &days, HOLIDAYS)).size(BODY));
    parts = parts.push(Space::new().height(Fill));
    let (tone, who) = if may_change(ctx) {
        (Tone::Primary, "settings-may-change")
    } else {
        (Tone::Neutral, "settings-supervisor-only")
    };
    parts.push(chip(tone, ctx.t(who))).into()
}

/// How fingers are taken, in the words of the form.
pub(super) fn slaps_word(slaps: bool) -> &'static str {
    if slaps { "settings-slaps-together" } else { "settings-slaps-single" }
}

/// How portraits are taken, in the words of the form.
pub(super) fn by_itself_word(by_itself: bool) -> &'static str {
    if by_itself { "settings-by-itself-on" } else { "settings-by-itself-off" }
}

/// What becomes of backdrops, in the words of the form.
pub(super) fn repaint_word(repaint: bool) -> &'static str {
    if repaint { "settings-repaint-on" } else { "settings-repaint-off" }
}

/// Whether faces are compared, in the words of the form.
pub(super) fn faces_word(faces: bool) -> &'static str {
    if faces { "settings-faces-on" } else { "settings-faces-off" }
}

/// The first of a list, and how many more there are.
pub(super) fn listed(ctx: &Context<'_>, days: &[String], most: usize) -> String {
    if days.is_empty() {
        return ctx.t("settings-no-holidays");
    }
    let shown = days[..days.len().min(most)].join(" · ");
    match days.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} · {}", ctx.say("settings-more", &[("count", &more.to_string())])),
    }
}

/// Bringing in a register extract.
pub(super) fn import<'a>(ctx: &Context<'a>, path: &'a str, missing: bool, done: bool) -> Element<'a, Message> {
    let input = text_input(&ctx.t("settings-path-example"), path)
        .id(PATH)
        .size(VALUE)
        .padding(10)
        .style(theme::field)
        .on_input(Message::Path);
    let mut fields = column![
        text(ctx.t("settings-import-advice")).size(VALUE),
        text(ctx.t("settings-path")).size(BODY).style(ink::muted),
        input,
    ]
    .spacing(S);
    if missing {
        fields = fields.push(chip(Tone::Bad, ctx.t("settings-path-missing")));
    }
    if let Some(Busy::Importing(rows)) = ctx.board.busy {
        fields = fields.push(chip(Tone::Primary, say::busy(ctx.words, Busy::Importing(rows))));
    }
    let mut parts = column![headline(ctx.t("settings-import-title")), card(fields)].spacing(M);
    if done {
        parts = parts.push(banner(Tone::Good, ctx.t("settings-imported")));
        parts = parts.push(ctx.board.imported.as_deref().map(|report| outcome(ctx, report)));
    }
    parts.into()
}

fn outcome<'a>(ctx: &Context<'a>, report: &ImportReport) -> Element<'a, Message> {
    let counts = [
        ("settings-imported-accepted", report.accepted),
        ("settings-imported-replaced", report.replaced),
        ("settings-imported-recorded", report.recorded),
        ("settings-imported-refused", report.refused),
    ];
    let counts = counts.map(|(key, count)| {
        column![text(count.to_string()).size(VALUE).font(BOLD), caption(ctx.t(key))]
            .width(Length::FillPortion(1))
            .into()
    });
    let mut parts = column![row(counts).spacing(XL)].spacing(S);
    for refused in report.refusals.iter().take(REFUSALS) {
        parts = parts.push(text(report.sentence(refused, ctx.words)).size(BODY));
    }
    let left = report.refused.saturating_sub(REFUSALS.min(report.refusals.len()) as u64);
    if left > 0 {
        parts = parts.push(caption(ctx.say("settings-more", &[("count", &left.to_string())])));
    }
    card(parts).into()
}
