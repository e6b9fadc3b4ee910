//! Two people side by side: the record on the left, whom it was found to resemble on the right, and what speaks for it
//! between the heads. Pictures of the other exist only while their record is here; else the register's data must do.

use iced::widget::{Space, column, container, responsive, row, text, text_input};
use iced::{Center, Fill, Length, Size};

use super::duplicates::{Draft, Message, REASON, VERDICTS, usual};
use super::{panel, person, phrase};
use crate::domain::session::{Slot, SlotMatch, Verdict};
use crate::station::counter::{Agreement, PendingHit, Review, Side};
use crate::station::engines::Place;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, TITLE, VALUE, XS};
use crate::ui::theme::{Tone, field, ink, plate};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, key_cap};
use crate::ui::{Action, Context, Element, text as say};

/// Matched slots that are shown as pairs.
const PAIRS: usize = 4;
/// Height of the smallest pictures with their words.
const LEAST: f32 = 270.0;

/// A matched slot with the places that agree with the other's.
type Matched = (Slot, Vec<Place>);

/// The two people and the decision.
pub fn view<'a>(
    pending: &'a PendingHit,
    review: &'a Review,
    draft: &'a Draft,
    ctx: &Context<'a>,
) -> Element<'a, Message> {
    let at = review.hits.iter().position(|state| state.hit.id == pending.hit.id);
    let other = at.and_then(|at| review.others.get(at));
    let agreements = at.and_then(|at| review.agreements.get(at)).filter(|_| draft.marks);
    let places = |one: &SlotMatch, side: usize| {
        let of_both = |agreement: &&Agreement| (agreement.slot, agreement.other) == (one.slot, one.other);
        let agreement = agreements.and_then(|all| all.iter().find(of_both));
        agreement.map_or_else(Vec::new, |agreement| agreement.places.iter().map(|both| both[side]).collect())
    };
    let matches = || pending.hit.matches.iter().take(PAIRS);
    let here: Vec<Matched> = matches().map(|one| (one.slot, places(one, 0))).collect();
    let there: Vec<Matched> = matches().map(|one| (one.other, places(one, 1))).collect();
    let left = column_of(ctx, "supervisor-this", &review.this, &pending.name, &here);
    let right = match other {
        Some(side) => column_of(ctx, "supervisor-other", side, &pending.other_name, &there),
        None => unknown(ctx, pending),
    };
    column![evidence(pending, ctx), row![left, right].spacing(L).height(Fill), decision(draft, ctx)].spacing(S).into()
}

/// How it showed itself and how likely chance is.
fn evidence<'a>(pending: &'a PendingHit, ctx: &Context<'a>) -> Element<'a, Message> {
    let slots: Vec<String> = pending.hit.matches.iter().map(|one| say::slot(ctx.words, one.slot)).collect();
    let slots = panel::short(&slots.join(", "), 64);
    let chance = phrase::one_in(ctx, &pending.hit);
    let mut line = row![
        text("▲").size(TITLE).style(ink::tone(Tone::Warning)),
        text(phrase::ways(ctx, &pending.hit)).size(TITLE).font(BOLD),
    ]
    .spacing(M)
    .align_y(Center);
    if !chance.is_empty() {
        line = line.push(text(ctx.say("supervisor-chance", &[("chance", &chance)])).size(BODY));
    }
    line = line.push(Space::new().width(Fill));
    if !slots.is_empty() {
        line = line.push(caption(ctx.say("supervisor-matched", &[("slots", &slots)])));
    }
    line.into()
}

/// The pictures are as large as the screen allows: they are what the decision rests on.
fn column_of<'a>(
    ctx: &Context<'a>,
    whose: &str,
    side: &'a Side,
    name: &str,
    slots: &[Matched],
) -> Element<'a, Message> {
    let record = side.record.as_ref().map_or("", |record| record.0.as_str());
    let (ctx_here, slots) = (*ctx, slots.to_vec());
    let pictures = responsive(move |room| pictures(&ctx_here, side, &slots, room));
    card(column![head(ctx, whose, &person::name(side, name), record), pictures].spacing(S).into())
}

/// Portrait and data above, the matched slots below, in this much room.
fn pictures<'a>(ctx: &Context<'a>, side: &'a Side, slots: &[Matched], room: Size) -> Element<'a, Message> {
    let spare = (room.height - LEAST).max(0.0);
    let portrait = (148.0 + spare * 0.4).min(260.0);
    let print = (72.0 + spare * 0.6).min(200.0);
    let here = side.shown.photo.is_some() || !side.shown.fingers.is_empty() || !side.shown.eyes.is_empty();
    let size = Size::new(portrait * 0.75, portrait);
    let above =
        row![person::picture(ctx, side.shown.photo.as_ref(), size, "supervisor-no-portrait"), person::data(ctx, side),]
            .spacing(M);
    let below: Element<'a, Message> = if here {
        let count = slots.len().max(1) as f32;
        let size = Size::new((room.width / count - S).clamp(60.0, (print * 1.25).max(122.0)), print);
        row(slots.iter().map(|(slot, places)| person::marked(ctx, side, *slot, places, size))).spacing(S).into()
    } else {
        panel::sentence(Tone::Neutral, ctx.t("supervisor-no-pictures"))
    };
    column![above, below].spacing(S).into()
}

/// Who stands in the column.
fn head<'a>(ctx: &Context<'a>, whose: &str, name: &str, record: &str) -> Element<'a, Message> {
    row![
        text(panel::short(name, 34)).size(VALUE).font(BOLD),
        Space::new().width(Fill),
        caption(ctx.t(whose)),
        caption(record.to_owned()),
    ]
    .spacing(S)
    .align_y(Center)
    .into()
}

fn card<'a>(content: Element<'a, Message>) -> Element<'a, Message> {
    container(content).padding(M).width(Length::FillPortion(1)).height(Fill).style(plate::card).into()
}

/// The other person is known by number only.
fn unknown<'a>(ctx: &Context<'a>, pending: &'a PendingHit) -> Element<'a, Message> {
    let words = column![
        head(ctx, "supervisor-other", &pending.other_name, ""),
        text(pending.hit.other_nik.as_str().to_owned()).size(BODY),
        panel::sentence(Tone::Neutral, ctx.t("supervisor-other-elsewhere")),
    ]
    .spacing(S);
    card(words.into())
}

fn decision<'a>(draft: &'a Draft, ctx: &Context<'a>) -> Element<'a, Message> {
    let Some(verdict) = draft.verdict else {
        let choices = VERDICTS.map(|(key, verdict)| {
            let label = say::verdict(ctx.words, verdict);
            panel::choice(Action { label, ..Action::hidden(key, Message::Verdict(verdict)) }, false)
        });
        return column![text(ctx.t("supervisor-verdict-ask")).size(TITLE).font(BOLD), row(choices).spacing(S)]
            .spacing(S)
            .into();
    };
    reasons(draft, verdict, ctx)
}

fn reasons<'a>(draft: &'a Draft, verdict: Verdict, ctx: &Context<'a>) -> Element<'a, Message> {
    let head = ctx.say("supervisor-reason-ask", &[("verdict", &say::verdict(ctx.words, verdict))]);
    let mut head = row![text(head).size(TITLE).font(BOLD)].spacing(L).align_y(Center);
    if draft.nudged {
        head = head.push(panel::sentence(Tone::Warning, ctx.t("supervisor-reason-missing")));
    }
    let choices = usual(ctx, verdict).map(|(key, reason)| {
        let chosen = draft.reason == reason;
        let message = Message::Usual(reason.clone());
        panel::choice(Action { label: reason, ..Action::hidden(key, message) }, chosen)
    });
    let words = text_input(&ctx.t("supervisor-reason-own"), &draft.reason)
        .id(REASON)
        .on_input(Message::Reason)
        .on_submit(Message::Decide)
        .size(BODY)
        .padding(S)
        .style(field);
    let own = row![key_cap(Key::F(3)), words].spacing(S).align_y(Center);
    column![head, row(choices).spacing(S), own].spacing(XS).into()
}
