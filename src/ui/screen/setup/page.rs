//! The four pages that are typed into.

use iced::widget::{button, column, container, row, text};
use iced::{Center, Fill};

use super::form::{Fault, Field, OfficerForm};
use super::view::{entry, line};
use super::{Message, Setup};
use crate::domain::region::{Regions, Standing};
use crate::domain::user::Role;
use crate::office::zone::Zone;
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, L, M, S, TARGET, VALUE, XS};
use crate::ui::theme::{Tone, ink, plate, press};
use crate::ui::widget::parts::{BOLD, banner, caption, chip, key_cap};
use crate::ui::{Context, Element, text as say};

/// Width of a field of a few digits.
const DIGITS: f32 = 160.0;
/// Width of a field of one line.
const LINE: f32 = 460.0;
/// Width of a public key: 62 characters.
const KEY: f32 = 660.0;
/// Width of an officer's field.
const OFFICER: f32 = 300.0;

/// Region and station number.
pub(super) fn place<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut fields = column![
        entry(setup, ctx, Field::Region, DIGITS, region(setup, ctx)),
        entry(setup, ctx, Field::Station, DIGITS, None),
    ]
    .spacing(M);
    if let (None, Some(station)) = (setup.form.fault(Field::Region), setup.form.station()) {
        let code = format!("{}-{station:02}", setup.form.get(Field::Region).trim());
        fields = fields.push(line(ctx.t("setup-code"), text(code).size(VALUE).font(BOLD).into()));
    }
    fields.into()
}

/// What the digits typed so far name.
fn region(setup: &Setup, ctx: &Context<'_>) -> Option<(Tone, String)> {
    let code = setup.form.get(Field::Region).trim();
    let regions = Regions::embedded();
    let name = |length: usize, of: fn(&'static Regions, &str) -> Option<&'static str>| {
        code.get(..length).and_then(|code| of(regions, code))
    };
    let names = [name(6, Regions::district), name(4, Regions::regency), name(2, Regions::province)];
    if code.len() == 6
        && let Standing::Dissolved { name, successor } = regions.standing(code)
    {
        let today = successor.map_or_else(String::new, |(code, name)| format!("{code} {name}"));
        return Some((Tone::Warning, ctx.say("setup-region-gone", &[("name", name), ("today", &today)])));
    }
    let known: Vec<_> = names.into_iter().flatten().collect();
    let tone = if names[0].is_some() { Tone::Good } else { Tone::Neutral };
    (!known.is_empty()).then(|| (tone, known.join(", ")))
}

/// Letterhead, address, clock.
pub(super) fn office<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let fields = [Field::Head1, Field::Head2, Field::Head3, Field::Address];
    let mut all = column(fields.map(|field| entry(setup, ctx, field, LINE, None))).spacing(M);
    let mut zones = row![].spacing(S).align_y(Center);
    for zone in Zone::ALL {
        zones = zones.push(choice(zone.word().to_owned(), zone == setup.form.zone()));
    }
    all = all.push(line(ctx.t("setup-zone"), zones.push(key_cap(Key::F(3))).into()));
    all.into()
}

/// One of a few values; the key beside them goes on to the next.
fn choice<'a>(words: String, chosen: bool) -> Element<'a, Message> {
    let (mark, tone) = if chosen { ("●", Tone::Primary) } else { ("○", Tone::Neutral) };
    let label = row![text(mark).size(BODY).style(ink::tone(tone)), text(words).size(VALUE)].spacing(XS);
    container(label).padding([XS, M]).style(if chosen { plate::chosen } else { plate::card }).into()
}

/// Public keys for whom batches are sealed.
pub(super) fn keys<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let key = |field: Field| {
        let good = !setup.form.get(field).trim().is_empty() && setup.form.fault(field).is_none();
        let meaning = good.then(|| (Tone::Good, ctx.t("setup-key-good")));
        // A key is pasted, so a wrong one is told at once.
        let wrong = match setup.form.fault(field) {
            Some(fault @ (Fault::Key | Fault::KeyTwice)) => Some((Tone::Bad, ctx.t(fault.key()))),
            Some(_) | None => None,
        };
        entry(setup, ctx, field, KEY, meaning.or(wrong))
    };
    column![key(Field::Key1), key(Field::Key2), key(Field::Key3), caption(ctx.t("setup-keys-paste"))].spacing(M).into()
}

/// The first officers: who they are on the left, the one being typed on the right.
pub(super) fn officers<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut list = column![].spacing(S).width(280.0);
    for (place, one) in setup.form.officers.iter().enumerate() {
        list = list.push(officer(ctx, one, place, place == setup.form.current));
    }
    let arrows = row![key_cap(Key::Up), key_cap(Key::Down), caption(ctx.t("setup-choose-officer"))];
    list = list.push(arrows.spacing(XS).align_y(Center));
    row![list, container(fields(setup, ctx)).width(Fill)].spacing(L).into()
}

fn officer<'a>(ctx: &Context<'a>, one: &'a OfficerForm, place: usize, chosen: bool) -> Element<'a, Message> {
    let name = if one.login.is_empty() { ctx.t("setup-new-officer") } else { shorten(&one.login, 22) };
    let who = column![text(name).size(VALUE).font(BOLD), caption(say::role(ctx.words, one.role))];
    button(container(who).center_y(Fill))
        .width(Fill)
        .height(TARGET + XS)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press(Message::ShowOfficer(place))
        .into()
}

fn fields<'a>(setup: &'a Setup, ctx: &Context<'a>) -> Element<'a, Message> {
    let mut roles = row![].spacing(S).align_y(Center);
    let current = setup.form.officers.get(setup.form.current);
    for role in [Role::Supervisor, Role::Operator, Role::Admin] {
        roles = roles.push(choice(say::role(ctx.words, role), current.is_some_and(|officer| officer.role == role)));
    }
    roles = roles.push(key_cap(Key::F(3)));
    // Above the fields nothing comes and goes: a field that is moved loses its cursor.
    let mut all = column![line(ctx.t("setup-role"), roles.into())].spacing(M);
    for field in super::Page::Officers.fields() {
        all = all.push(entry(setup, ctx, *field, OFFICER, None));
    }
    if setup.supervisor_told && !setup.form.has_supervisor() {
        all = all.push(chip(Tone::Bad, ctx.t("setup-no-supervisor")));
    }
    if setup.removing {
        let known = current.map(|officer| officer.login.clone()).filter(|login| !login.is_empty());
        let name = known.unwrap_or_else(|| ctx.t("setup-new-officer"));
        all = all.push(banner(Tone::Warning, ctx.say("setup-remove-ask", &[("name", &name)])));
    }
    all.into()
}
