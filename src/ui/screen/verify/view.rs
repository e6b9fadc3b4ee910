//! How the reading looks: on the left everything with its mark, on the right what is read now, large.

use iced::widget::{Column, button, column, container, mouse_area, row, text, text_input};
use iced::{Center, Fill, Length};

use super::super::home::weekday;
use super::register::{Group, line, lines};
use super::wrong::{self, DOCUMENTS, Form};
use super::{Message, Mode, REASON, REASONS, Verify, warning};
use crate::domain::dates::format_dmy;
use crate::domain::eligibility::{Eligibility, Refusal};
use crate::domain::session::{Field, Step};
use crate::station::counter::Seat;
use crate::ui::keys::Key;
use crate::ui::shell::shorten;
use crate::ui::spacing::{BODY, CAPTION, DISPLAY, HEADLINE, L, M, S, TITLE, VALUE, XS};
use crate::ui::theme::{self, Tone, ink, plate, press};
use crate::ui::widget::parts::{BOLD, banner, caption, chip, headline, key_button, key_cap};
use crate::ui::{Action, Context, Element, text as say};

/// Width of the list of all fields.
const LIST: f32 = 446.0;
/// Corrections that are shown whole.
const WHOLE: usize = 3;
/// Values up to this length are shown largest.
const SHORT: usize = 30;

/// The screen.
pub(super) fn view<'a>(screen: &'a Verify, ctx: &Context<'a>) -> Element<'a, Message> {
    let Some(seat) = ctx.seat() else { return text("").into() };
    if let Some(question) = screen.leaving.asking.view(ctx) {
        return question.map(Message::Leave);
    }
    if matches!(screen.mode, Mode::Again) {
        return again(screen, ctx, seat);
    }
    row![list(screen, ctx, seat), reading(screen, ctx, seat)].spacing(L).height(Fill).into()
}

/// All fields with what was found.
fn list<'a>(screen: &Verify, ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    let groups = Group::ALL.into_iter().map(|group| {
        let here = group == Group::of(screen.field());
        let head = text(ctx.t(group.key())).size(CAPTION).style(ink::muted);
        let rows = group.fields().map(|field| list_row(screen, ctx, seat, field));
        let plate = if here { plate::chosen } else { plate::card };
        container(column![head, Column::with_children(rows)].spacing(2.0)).padding([5.0, M]).width(LIST).style(plate)
    });
    Column::with_children(groups.map(Element::from)).spacing(XS).into()
}

fn list_row<'a>(screen: &Verify, ctx: &Context<'a>, seat: &Seat, field: Field) -> Element<'a, Message> {
    let (tone, icon) = mark(screen, seat, field);
    let words = row![
        text(icon).size(BODY).width(18.0).style(ink::tone(tone)),
        text(say::field(ctx.words, field)).size(BODY).width(144.0).style(ink::muted),
        text(shorten(&line(ctx.words, seat, field), 25)).size(BODY).font(BOLD),
    ];
    mouse_area(words.spacing(XS).align_y(Center)).on_press(Message::At(field)).into()
}

fn mark(screen: &Verify, seat: &Seat, field: Field) -> (Tone, &'static str) {
    if screen.wrong.contains_key(&field) {
        (Tone::Bad, "✗")
    } else if screen.is_decided(seat, field) {
        (Tone::Good, "✓")
    } else if screen.unanswered(seat, field).is_some() {
        (Tone::Warning, "▲")
    } else if screen.field() == field {
        (Tone::Primary, "●")
    } else {
        (Tone::Neutral, "○")
    }
}

/// What is read now.
fn reading<'a>(screen: &'a Verify, ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    let current = screen.field();
    let group = Group::of(current);
    let mut parts = column![head(screen, ctx, seat, group)].spacing(M).width(Fill);
    parts = parts.extend(eligibility(ctx, seat));
    if let Mode::Wrong(form) = &screen.mode {
        parts = parts.push(large(screen, ctx, seat, current));
        return parts.push(wrong_form(ctx, form)).into();
    }
    for field in group.fields() {
        if field == current {
            parts = parts.push(large(screen, ctx, seat, field));
            parts = parts.extend(warnings(screen, ctx, seat, field));
        } else {
            parts = parts.push(small(screen, ctx, seat, field));
        }
    }
    parts.into()
}

/// What to do, in one sentence, and how far it is.
fn head<'a>(screen: &Verify, ctx: &Context<'a>, seat: &Seat, group: Group) -> Element<'a, Message> {
    let decided = Field::ALL.into_iter().filter(|field| screen.is_decided(seat, *field)).count();
    let count = [("count", decided.to_string()), ("all", Field::ALL.len().to_string())];
    let count = count.each_ref().map(|(name, value)| (*name, value.as_str()));
    let words = if matches!(screen.mode, Mode::Wrong(_)) {
        ctx.t("verify-head-document")
    } else if seat.session.is_done(Step::Verify) && screen.wrong.is_empty() {
        ctx.t("verify-head-confirmed")
    } else if !screen.is_decided_all(seat) {
        ctx.say("verify-head-read", &[("group", &ctx.t(group.key()))])
    } else if screen.wrong.is_empty() {
        ctx.t("verify-head-all-right")
    } else {
        ctx.say("verify-head-wrong", &[("count", &screen.wrong.len().to_string())])
    };
    let keys = row![key_cap(Key::Up), key_cap(Key::Down), caption(ctx.t("verify-move"))].spacing(XS).align_y(Center);
    let mut line = row![headline(words), iced::widget::space::horizontal()].spacing(L).align_y(Center);
    if matches!(screen.mode, Mode::Reading) {
        line = line.push(keys);
    }
    line.push(caption(ctx.say("verify-progress", &count))).into()
}

/// Who is recorded early, or should not be here at all.
fn eligibility<'a>(ctx: &Context<'a>, seat: &Seat) -> Option<Element<'a, Message>> {
    match seat.eligibility {
        Eligibility::Obliged(_) => None,
        Eligibility::Early { turns_17 } => {
            Some(banner(Tone::Warning, ctx.say("verify-early", &[("date", &format_dmy(turns_17))])))
        }
        Eligibility::Refused(refusal) => Some(banner(Tone::Bad, refused(ctx, refusal))),
    }
}

fn refused(ctx: &Context<'_>, refusal: Refusal) -> String {
    match refusal {
        Refusal::TooYoung { turns_16 } => ctx.say("verify-refused-young", &[("date", &format_dmy(turns_16))]),
        Refusal::Deceased => ctx.t("verify-refused-deceased"),
        Refusal::Moved => ctx.t("verify-refused-moved"),
        Refusal::NotActive(status) => ctx.say("verify-refused-status", &[("status", status.text())]),
        Refusal::ForeignWithoutItap => ctx.t("verify-refused-no-itap"),
        Refusal::ItapExpired(until) => ctx.say("verify-refused-itap", &[("date", &format_dmy(until))]),
    }
}

/// The field that is read: as large as it fits.
fn large<'a>(screen: &Verify, ctx: &Context<'a>, seat: &Seat, field: Field) -> Element<'a, Message> {
    let values = lines(ctx.words, seat, field);
    let single = values.len() == 1;
    let mut parts = column![row![
        text(say::field(ctx.words, field)).size(VALUE).style(ink::muted),
        iced::widget::space::horizontal(),
        state_of(screen, ctx, seat, field),
    ]]
    .spacing(XS);
    for value in values {
        let size = if single && value.chars().count() <= SHORT { DISPLAY } else { HEADLINE };
        parts = parts.push(text(value).size(size).font(BOLD));
    }
    if let Some(correction) = screen.wrong.get(&field) {
        let words = [("new", correction.new.as_str()), ("document", correction.document.as_str())];
        parts = parts.push(text(ctx.say("verify-should-be", &words)).size(VALUE).style(ink::tone(Tone::Bad)));
    }
    container(parts).padding([M, L]).width(Fill).style(plate::chosen).into()
}

fn state_of<'a>(screen: &Verify, ctx: &Context<'a>, seat: &Seat, field: Field) -> Element<'a, Message> {
    if screen.wrong.contains_key(&field) || matches!(screen.mode, Mode::Wrong(_)) {
        chip(Tone::Bad, ctx.t("verify-state-wrong"))
    } else if screen.is_decided(seat, field) {
        chip(Tone::Good, ctx.t("verify-state-right"))
    } else {
        chip(Tone::Primary, ctx.t("verify-state-now"))
    }
}

/// Another field of the group.
fn small<'a>(screen: &Verify, ctx: &Context<'a>, seat: &Seat, field: Field) -> Element<'a, Message> {
    let (tone, icon) = mark(screen, seat, field);
    let words = row![
        text(icon).size(VALUE).width(20.0).style(ink::tone(tone)),
        text(say::field(ctx.words, field)).size(BODY).width(Length::Fixed(170.0)).style(ink::muted),
        text(line(ctx.words, seat, field)).size(TITLE).font(BOLD),
    ];
    button(words.spacing(S).align_y(Center))
        .padding([10.0, L])
        .width(Fill)
        .style(press::row(false))
        .on_press(Message::At(field))
        .into()
}

/// The warnings of a field, and the reasons that answer them.
fn warnings<'a>(screen: &'a Verify, ctx: &Context<'a>, seat: &Seat, field: Field) -> Option<Element<'a, Message>> {
    let places = screen.warnings(seat, field);
    if places.is_empty() || screen.wrong.contains_key(&field) {
        return None;
    }
    let mut parts = column![].spacing(S);
    for place in places {
        let Some(warning) = seat.warnings.get(place) else { continue };
        let words = warning::sentence(ctx.words, warning);
        let answer = screen.answers.get(&place);
        let tone = if answer.is_some() { Tone::Good } else { Tone::Warning };
        let icon = if answer.is_some() { "✓" } else { "▲" };
        let mut said = column![text(words).size(VALUE)];
        if let Some(reason) = answer {
            said = said.push(text(ctx.say("verify-answered", &[("reason", reason)])).size(BODY).style(ink::muted));
        }
        let line = row![text(icon).size(TITLE).style(ink::tone(tone)), said].spacing(M).align_y(Center);
        parts = parts.push(container(line).padding([S, L]).width(Fill).style(plate::outlined(tone)));
    }
    parts = parts.push(match &screen.mode {
        Mode::Reason { typed, empty } => own_reason(ctx, typed, *empty),
        Mode::Reading | Mode::Wrong(_) | Mode::Again => reasons(ctx),
    });
    if screen.unanswered {
        parts = parts.push(chip(Tone::Bad, ctx.t("verify-answer-first")));
    }
    Some(parts.into())
}

fn reasons<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let [first, second] = REASONS;
    let buttons = row![
        key_button(Action::secondary(Key::Char('1'), ctx.t(first), Message::Answer(0))),
        key_button(Action::secondary(Key::Char('2'), ctx.t(second), Message::Answer(1))),
        key_button(Action::secondary(Key::Char('3'), ctx.t("verify-own-words"), Message::OwnAnswer)),
    ];
    buttons.spacing(S).into()
}

fn own_reason<'a>(ctx: &Context<'a>, typed: &str, empty: bool) -> Element<'a, Message> {
    let field = text_input(&ctx.t("verify-own-words-hint"), typed)
        .id(REASON)
        .on_input(Message::TypedAnswer)
        .size(TITLE)
        .padding(M)
        .style(theme::field);
    let mut parts = column![field].spacing(XS);
    if empty {
        parts = parts.push(chip(Tone::Bad, ctx.t("verify-reason-missing")));
    }
    parts.into()
}

/// What the field should be, and what shows it.
fn wrong_form<'a>(ctx: &Context<'a>, form: &'a Form) -> Element<'a, Message> {
    let field = |id: &'static str, hint: String, typed: &'a str, said: fn(String) -> Message| {
        text_input(&hint, typed).id(id).on_input(said).size(TITLE).padding(M).style(theme::field)
    };
    let hint = match form.field {
        Field::BirthDate => "verify-hint-date",
        Field::Nik | Field::FamilyCard => "verify-hint-number",
        Field::Name
        | Field::BirthPlace
        | Field::Sex
        | Field::BloodGroup
        | Field::Religion
        | Field::MaritalStatus
        | Field::Occupation
        | Field::Nationality
        | Field::Address
        | Field::ParentNames => "verify-hint-value",
    };
    let mut parts = column![text(ctx.t("verify-right-value")).size(VALUE).font(BOLD)].spacing(S);
    parts = parts.push(field(wrong::VALUE, ctx.t(hint), &form.value, Message::TypedValue));
    if let Some(choices) = wrong::choices(form.field) {
        parts = parts.push(caption(ctx.say("verify-choices", &[("list", &choices)])));
    }
    parts = parts.push(text(ctx.t("verify-document")).size(VALUE).font(BOLD));
    parts = parts.push(field(wrong::DOCUMENT, ctx.t("verify-hint-document"), &form.document, Message::TypedDocument));
    parts = parts.push(documents(ctx));
    if let Some(complaint) = form.complaint {
        parts = parts.push(chip(Tone::Bad, ctx.t(complaint.key())));
    }
    container(parts).padding(L).width(Fill).style(plate::outlined(Tone::Bad)).into()
}

fn documents<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let keys = [Key::F(3), Key::F(5), Key::F(8)];
    let buttons = DOCUMENTS.into_iter().zip(keys).enumerate();
    let buttons =
        buttons.map(|(n, (words, key))| key_button(Action::secondary(key, ctx.t(words), Message::Document(n))));
    row(buttons).spacing(S).into()
}

/// What will be filed, and the new date.
fn again<'a>(screen: &'a Verify, ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    let (field, document) = (150.0, 216.0);
    // A few are shown whole; many only as far as each has room in one line.
    let whole = screen.wrong.len() <= WHOLE;
    let cut = |text: &str, most| if whole { text.to_owned() } else { shorten(text, most) };
    let rows = screen.wrong.values().map(|correction| {
        row![
            text(say::field(ctx.words, correction.field)).size(BODY).width(field).style(ink::muted),
            text(cut(&correction.old, 28)).size(BODY).width(Fill),
            text(cut(&correction.new, 28)).size(BODY).width(Fill).font(BOLD),
            text(cut(&correction.document, 26)).size(BODY).width(document).style(ink::muted),
        ]
        .spacing(M)
        .into()
    });
    let titles = row![
        text(ctx.t("verify-again-field")).size(CAPTION).width(field).style(ink::muted),
        text(ctx.t("verify-again-old")).size(CAPTION).width(Fill).style(ink::muted),
        text(ctx.t("verify-again-new")).size(CAPTION).width(Fill).style(ink::muted),
        text(ctx.t("verify-document")).size(CAPTION).width(document).style(ink::muted),
    ];
    let table = column![titles.spacing(M), Column::with_children(rows).spacing(XS)].spacing(S);
    let table = container(table).padding(L).width(Fill).style(plate::card);
    column![
        headline(ctx.say("verify-head-wrong", &[("count", &screen.wrong.len().to_string())])),
        row![table, again_date(ctx, seat)].spacing(L),
    ]
    .spacing(M)
    .into()
}

fn again_date<'a>(ctx: &Context<'a>, seat: &Seat) -> Element<'a, Message> {
    let date = match seat.next_day {
        Some(date) => {
            column![text(weekday(ctx, date)).size(TITLE).font(BOLD), text(format_dmy(date)).size(DISPLAY).font(BOLD)]
        }
        None => column![text(ctx.t("verify-again-no-date")).size(TITLE).font(BOLD)],
    };
    let parts = column![
        text(ctx.t("verify-again-date")).size(VALUE).style(ink::muted),
        date,
        text(ctx.t("verify-again-explained")).size(BODY),
        text(ctx.t("verify-again-ask")).size(TITLE).font(BOLD),
    ];
    container(parts.spacing(M)).padding(L).width(340.0).style(plate::chosen).into()
}
