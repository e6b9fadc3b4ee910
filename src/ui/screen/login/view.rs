//! What the login, the lock screen and the wait look like: one card in the middle, the field in the same place on both.

use iced::widget::{Space, button, column, container, progress_bar, row, text, text_input};
use iced::{Center, Fill};

use super::{Login, Message, Missing, NAME, PASSPHRASE};
use crate::domain::user::Role;
use crate::station::counter::{Passphrase, Preparing};
use crate::station::training;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, HEADLINE, L, M, S, TARGET, VALUE, XL, XS};
use crate::ui::theme::{Tone, field, ink, meter, plate, press};
use crate::ui::widget::parts::{BOLD, caption, chip, headline, key_cap};
use crate::ui::{Context, Element, keys::Key, text as say};

/// Officers shown at once.
const ROWS: usize = 6;
/// Width of the middle card's columns.
const COLUMN: f32 = 420.0;

/// The station is being made ready.
pub(super) fn preparing<'a>(ctx: &Context<'a>, now: Preparing) -> Element<'a, Message> {
    let training = ctx.board.place.training || now == Preparing::Training;
    let all = [Preparing::Store, Preparing::Training, Preparing::Gallery, Preparing::Devices];
    let stages: Vec<_> = all.into_iter().filter(|stage| training || *stage != Preparing::Training).collect();
    let here = stages.iter().position(|stage| *stage == now).unwrap_or(0);
    let mut list = column![headline(ctx.t("login-preparing"))].spacing(M);
    for (place, stage) in stages.iter().enumerate() {
        let tone = match place.cmp(&here) {
            std::cmp::Ordering::Less => Tone::Good,
            std::cmp::Ordering::Equal => Tone::Primary,
            std::cmp::Ordering::Greater => Tone::Neutral,
        };
        list = list.push(chip(tone, say::preparing(ctx.words, *stage)));
    }
    let share = (here as f32 + 0.5) / stages.len() as f32 * 100.0;
    list = list.push(progress_bar(0.0..=100.0, share).girth(10.0).style(meter(Tone::Primary)));
    list = list.push(caption(ctx.t("login-preparing-explained")));
    middle(container(list).width(COLUMN + 2.0 * XL))
}

/// Nothing can be done but to read what is wrong.
pub(super) fn broken<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let step = |key| text(ctx.t(key)).size(VALUE);
    let mut words = column![
        row![text("✗").size(HEADLINE).style(ink::tone(Tone::Bad)), headline(ctx.t("login-broken"))].spacing(M),
        step("login-broken-read"),
        step("login-broken-restart"),
        step("login-broken-ask"),
    ];
    let folder = ctx.board.place.folder.display().to_string();
    if !folder.is_empty() {
        words = words.push(caption(ctx.say("login-broken-folder", &[("folder", &folder)])));
    }
    middle(container(words.spacing(M)).width(COLUMN * 2.0))
}

/// Somebody must log in.
pub(super) fn closed<'a>(login: &'a Login, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut right = column![].spacing(S);
    if ctx.board.place.officers.is_empty() {
        right = right.push(text(ctx.t("login-name")).size(BODY).style(ink::muted));
        right = right.push(
            text_input("", &login.name)
                .id(NAME)
                .on_input(Message::NameTyped)
                .on_submit(Message::Enter)
                .size(VALUE)
                .padding(M)
                .style(field),
        );
        right = right.push(missing(login, ctx, Missing::Name));
    }
    right = right.push(passphrase(login, ctx)).push(training_hint(ctx));
    let head = headline(ctx.t("login-headline"));
    if ctx.board.place.officers.is_empty() {
        return middle(container(column![head, right].spacing(L).width(COLUMN)));
    }
    let both = row![officers(login, ctx), right.width(COLUMN)].spacing(XL + L);
    middle(container(column![head, both].spacing(M)))
}

/// The officer has left for a moment.
pub(super) fn locked<'a>(login: &'a Login, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut form = column![headline(ctx.t("login-locked"))].spacing(L).width(COLUMN + 2.0 * XL);
    if let Some(officer) = &ctx.board.officer {
        let name = text(shorten(&officer.name, 34)).size(VALUE).font(BOLD);
        let who = column![name, caption(say::role(ctx.words, officer.role))].spacing(XS);
        form = form.push(container(who).padding(M).width(Fill).style(plate::chosen));
    }
    form = form.push(passphrase(login, ctx)).push(training_hint(ctx));
    let change = row![key_cap(Key::F(5)), text(ctx.t("login-change-explained")).size(BODY)].spacing(S).align_y(Center);
    middle(container(form.push(change)))
}

fn officers<'a>(login: &'a Login, ctx: &Context<'a>) -> Element<'a, Message> {
    let all = &ctx.board.place.officers;
    let place = login.place(ctx);
    let first = place.saturating_sub(ROWS / 2).min(all.len().saturating_sub(ROWS));
    let who = text(ctx.t("login-who")).size(BODY).style(ink::muted);
    let mut list = column![who].spacing(XS).width(COLUMN);
    for (n, (id, name, role)) in all.iter().enumerate().skip(first).take(ROWS) {
        list = list.push(officer(ctx, (id, name, *role), n == place));
    }
    if all.len() > ROWS {
        let shown = [first + 1, (first + ROWS).min(all.len()), all.len()].map(|count| count.to_string());
        let [from, to, all] = &shown;
        list = list.push(caption(ctx.say("login-shown", &[("from", from), ("to", to), ("all", all)])));
    }
    let arrows = row![key_cap(Key::Up), key_cap(Key::Down), caption(ctx.t("login-choose"))];
    list.push(arrows.spacing(XS).align_y(Center)).into()
}

/// While the database is closed only the login name is known.
fn officer<'a>(ctx: &Context<'a>, it: (&'a str, &'a str, Option<Role>), chosen: bool) -> Element<'a, Message> {
    let (id, name, role) = it;
    let shown = if name.is_empty() { id } else { name };
    let mark = if chosen { "●" } else { "○" };
    let tone = if chosen { Tone::Primary } else { Tone::Neutral };
    let mut who = column![text(shorten(shown, 34)).size(VALUE).font(BOLD)];
    if let Some(role) = role {
        who = who.push(caption(format!("{id} · {}", say::role(ctx.words, role))));
    }
    let line = row![text(mark).size(BODY).style(ink::tone(tone)), who].spacing(M).align_y(Center);
    button(container(line).center_y(Fill))
        .width(Fill)
        .height(TARGET + XS)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press(Message::Choose(id.to_owned()))
        .into()
}

fn passphrase<'a>(login: &'a Login, ctx: &Context<'a>) -> Element<'a, Message> {
    let input = text_input("", &login.passphrase.0)
        .id(PASSPHRASE)
        .secure(true)
        .on_input(|text| Message::PassphraseTyped(Passphrase::new(text)))
        .on_submit(Message::Enter)
        .size(VALUE)
        .padding(M)
        .style(field);
    let label = text(ctx.t("login-passphrase")).size(BODY).style(ink::muted);
    column![label, input, missing(login, ctx, Missing::Passphrase)].spacing(XS).into()
}

/// The place of the sentence is kept free, so that nothing jumps when it appears.
fn missing<'a>(login: &'a Login, ctx: &Context<'a>, what: Missing) -> Element<'a, Message> {
    if login.missing != Some(what) {
        return Space::new().height(BODY + S).into();
    }
    let key = match what {
        Missing::Name => "login-name-missing",
        Missing::Passphrase => "login-passphrase-missing",
    };
    container(chip(Tone::Bad, ctx.t(key))).height(BODY + S).into()
}

fn training_hint<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    if !ctx.board.place.training {
        return Space::new().into();
    }
    let words = row![text(ctx.t("login-training")).size(BODY), text(training::PASSPHRASE).size(VALUE).font(BOLD)];
    container(words.spacing(S).align_y(Center)).padding(M).width(Fill).style(plate::outlined(Tone::Primary)).into()
}

fn middle<'a>(card: container::Container<'a, Message, iced::Theme, iced::Renderer>) -> Element<'a, Message> {
    container(card.padding(XL).style(plate::card)).center(Fill).into()
}
