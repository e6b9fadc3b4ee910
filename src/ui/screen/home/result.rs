//! One found resident: may they be recorded, and what to say to them if not.

use iced::widget::{button, container, row, text};
use iced::{Center, Fill};

use super::Message;
use super::search::Message as Search;
use crate::domain::codes::BasicStatus;
use crate::domain::dates::format_dmy;
use crate::domain::eligibility::{Eligibility, Obligation, Refusal};
use crate::station::counter::FoundRow;
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, M, TARGET, VALUE};
use crate::ui::theme::{Tone, ink, press};
use crate::ui::widget::parts::{BOLD, chip, key_cap};
use crate::ui::{Action, Context, Element};

/// What can be done with the chosen resident. Recording somebody anew is possible, but never by the key that records.
pub(super) fn actions(ctx: &Context<'_>, one: &FoundRow) -> Vec<Action<Message>> {
    let (nik, may) = (one.resident.nik, one.eligibility.may_enroll());
    let begin = Message::Search(Search::Begin(nik));
    if let Some(record) = &one.record {
        let go_on = Message::Search(Search::TakeUp(record.clone()));
        return vec![Action::primary(Key::Enter, ctx.t("search-take-up"), go_on)];
    }
    let whose = Message::DrawFor(nik, one.resident.titled_name());
    let mut actions = vec![
        Action::secondary(Key::Char('n'), ctx.t("search-draw"), whose)
            .when(may && one.number.is_none() && !one.recorded),
    ];
    if one.recorded {
        actions.push(Action::secondary(Key::Char('r'), ctx.t("search-record-again"), begin.clone()).when(may));
    }
    actions.push(Action::primary(Key::Enter, ctx.t("search-begin"), begin).when(may && !one.recorded));
    actions
}

/// A row of the list.
pub(super) fn view<'a>(
    ctx: &Context<'a>,
    one: &'a FoundRow,
    place: usize,
    digit: char,
    chosen: bool,
) -> Element<'a, Message> {
    let resident = &one.resident;
    let name = text(shorten(&resident.titled_name(), 40)).size(VALUE).font(BOLD);
    let number =
        one.number.map_or_else(String::new, |number| ctx.say("search-number", &[("number", &number.to_string())]));
    let (tone, state) = state(ctx, one);
    let line = row![
        key_cap(Key::Char(digit)),
        container(name).width(Fill),
        container(text(resident.nik.as_str().to_owned()).size(VALUE)).width(170.0),
        container(text(format_dmy(resident.birth_date)).size(VALUE)).width(110.0),
        container(text(number).size(BODY).style(ink::muted)).width(110.0),
        container(chip(tone, state)).width(300.0),
    ];
    button(container(line.spacing(M).align_y(Center)).center_y(Fill))
        .width(Fill)
        .height(TARGET)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press(Message::Search(Search::Choose(place)))
        .into()
}

/// The state of a resident in two or three words.
fn state(ctx: &Context<'_>, one: &FoundRow) -> (Tone, String) {
    if one.record.is_some() {
        return (Tone::Warning, ctx.t("search-unfinished"));
    }
    if one.recorded {
        return (Tone::Neutral, ctx.t("search-recorded"));
    }
    let (tone, key) = match one.eligibility {
        Eligibility::Obliged(_) => (Tone::Good, "search-obliged"),
        Eligibility::Early { .. } => (Tone::Good, "search-early"),
        Eligibility::Refused(refusal) => (Tone::Bad, refused(refusal)),
    };
    (tone, ctx.t(key))
}

fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TooYoung { .. } => "search-too-young",
        Refusal::Deceased => "search-deceased",
        Refusal::Moved => "search-moved",
        Refusal::NotActive(_) => "search-not-active",
        Refusal::ForeignWithoutItap => "search-without-itap",
        Refusal::ItapExpired(_) => "search-itap-expired",
    }
}

/// What the chosen resident may hear, and what is to be done.
pub(super) fn advice(ctx: &Context<'_>, one: &FoundRow) -> (Tone, String) {
    if one.record.is_some() {
        return (Tone::Warning, ctx.t("search-unfinished-advice"));
    }
    match one.eligibility {
        Eligibility::Refused(refusal) => (Tone::Bad, refusal_advice(ctx, refusal)),
        Eligibility::Obliged(_) | Eligibility::Early { .. } if one.recorded => {
            (Tone::Warning, ctx.t("search-recorded-advice"))
        }
        Eligibility::Obliged(obligation) => (Tone::Good, ctx.t(obliged(obligation))),
        Eligibility::Early { turns_17 } => {
            (Tone::Good, ctx.say("search-early-advice", &[("date", &format_dmy(turns_17))]))
        }
    }
}

fn obliged(obligation: Obligation) -> &'static str {
    match obligation {
        Obligation::Age17 => "search-obliged-age",
        Obligation::Married => "search-obliged-married",
        Obligation::EverMarried => "search-obliged-ever-married",
    }
}

fn refusal_advice(ctx: &Context<'_>, refusal: Refusal) -> String {
    match refusal {
        Refusal::TooYoung { turns_16 } => ctx.say("search-too-young-advice", &[("date", &format_dmy(turns_16))]),
        Refusal::Deceased => ctx.t("search-deceased-advice"),
        Refusal::Moved => ctx.t("search-moved-advice"),
        Refusal::NotActive(status) => ctx.say("search-not-active-advice", &[("status", &ctx.t(status_words(status)))]),
        Refusal::ForeignWithoutItap => ctx.t("search-without-itap-advice"),
        Refusal::ItapExpired(until) => ctx.say("search-itap-expired-advice", &[("date", &format_dmy(until))]),
    }
}

fn status_words(status: BasicStatus) -> &'static str {
    match status {
        BasicStatus::Alive => "search-status-alive",
        BasicStatus::Deceased => "search-status-deceased",
        BasicStatus::Moved => "search-status-moved",
        BasicStatus::Missing => "search-status-missing",
        BasicStatus::Departed => "search-status-departed",
        BasicStatus::Invalid => "search-status-invalid",
    }
}
