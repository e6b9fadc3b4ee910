//! The resident's window: what to do now, in large type; the own data; the own portrait; the own signature. It follows
//! the operator and shows nothing that is not the resident's: no scores, no duplicate check, nobody else, and nothing
//! at all while the station is locked or a supervisor works.
//!
//! It is read from a metre away by people who have never seen it and may not read well. So there is one picture, one
//! sentence, and at most two short ones of explanation.

use iced::widget::{Space, column, container, row, text};
use iced::{Center, Element as Plain, Fill, Length};
use rekam_hal::{Eye, Finger, Fingers, Retry, Slap};

use super::app::Shown;
use super::screen::photo::written_on_card;
use super::spacing::{DISPLAY, HEADLINE, L, M, S, TITLE, VALUE, XL, XS};
use super::theme::{Tone, ink, plate};
use super::widget::Preview;
use super::widget::guide::{Guide, Written};
use super::widget::parts::BOLD;
use super::widget::specimen::specimen;
use super::{Context, Element, text as say};
use crate::domain::session::{ConfirmNeed, Session, Slot, SlotState, Step};
use crate::station::counter::{Aim, Capture, End, Finished, Outcome, Phase, Seat, Stage, Take};

mod data;
mod face;

/// The called number, to be read from the waiting room.
const CALLED: f32 = 150.0;
/// Places for pictures; the smallest window that residents get is 1024 x 768.
const DRAWING: (f32, f32) = (480.0, 400.0);
const PORTRAIT: (f32, f32) = (360.0, 480.0);
/// Width of the card.
const CARD: f32 = 440.0;

/// The window; it only shows.
pub fn view<'a, M: 'a>(ctx: &Context<'a>, shown: Shown) -> Element<'a, M> {
    let page = column![head(ctx), container(body(ctx, shown)).padding(XL).center(Fill), foot(ctx, shown)];
    container(page).width(Fill).height(Fill).style(plate::ground).into()
}

/// The office, and that it costs nothing.
fn head<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    let place = &ctx.board.place;
    let office = place.office.last().cloned().unwrap_or_default();
    let mut bar = row![text(office).size(TITLE).font(BOLD), Space::new().width(Fill)].spacing(L).align_y(Center);
    if place.training {
        let words = text(ctx.t("training-banner")).size(VALUE).font(BOLD);
        bar = bar.push(container(words).padding([XS, M]).style(plate::training));
    }
    bar = bar.push(text(ctx.t("resident-free")).size(TITLE).style(ink::tone(Tone::Good)));
    container(bar).width(Fill).padding([M, XL]).style(plate::bar).into()
}

fn body<'a, M: 'a>(ctx: &Context<'a>, shown: Shown) -> Element<'a, M> {
    match ctx.board.stage {
        Stage::Preparing(_) | Stage::Broken | Stage::Unprovisioned | Stage::Closed | Stage::Locked => return wait(ctx),
        Stage::Open => {}
    }
    match shown {
        Shown::Login | Shown::Setup | Shown::Supervisor => return wait(ctx),
        Shown::Home
        | Shown::Verify
        | Shown::Photo
        | Shown::Signature
        | Shown::Fingerprints
        | Shown::Iris
        | Shown::Confirm
        | Shown::Done
        | Shown::Devices
        | Shown::Settings => {}
    }
    if let Some(finished) = &ctx.board.finished {
        return ended(ctx, finished);
    }
    let Some(seat) = ctx.seat() else { return welcome(ctx) };
    if let Some(capture) = capture(ctx, |_| true).filter(|capture| capture.aim == Aim::Evidence) {
        return evidence(ctx, capture);
    }
    match seat.session.step() {
        Step::Verify => data::page(ctx, seat, "resident-verify", "resident-verify-more"),
        Step::Photo => photo(ctx, seat),
        Step::Signature => signature(ctx, seat),
        Step::Fingerprints => fingers(ctx, &seat.session),
        Step::Iris => irises(ctx, &seat.session),
        Step::Confirm => confirm(ctx, seat),
    }
}

/// How far the resident is: the steps, without a word about how well.
fn foot<'a, M: 'a>(ctx: &Context<'a>, shown: Shown) -> Option<Element<'a, M>> {
    let seat = ctx.seat().filter(|_| ctx.board.stage == Stage::Open && shown != Shown::Supervisor)?;
    let session = &seat.session;
    let mut bar = row![].spacing(L).align_y(Center);
    for step in session.order().steps() {
        let here = session.step() == *step;
        let (mark, tone) = match (here, session.is_done(*step)) {
            (true, _) => ("●", Tone::Primary),
            (false, true) => ("✓", Tone::Good),
            (false, false) => ("○", Tone::Neutral),
        };
        let words = text(say::step(ctx.words, *step)).size(VALUE);
        let words = if here { words.font(BOLD) } else { words.style(ink::muted) };
        bar = bar.push(row![text(mark).size(VALUE).style(ink::tone(tone)), words].spacing(S).align_y(Center));
    }
    Some(container(bar).center_x(Fill).padding([M, L]).style(plate::bar).into())
}

/// A picture beside one large sentence and what explains it.
fn page<'a, M: 'a>(picture: Element<'a, M>, sentence: String, more: Option<String>, tone: Tone) -> Element<'a, M> {
    let large = text(sentence).size(DISPLAY).font(BOLD);
    let large = match tone {
        Tone::Neutral | Tone::Primary => large,
        Tone::Good | Tone::Warning | Tone::Bad => large.style(ink::tone(tone)),
    };
    let words = column![large].push(more.map(|more| text(more).size(HEADLINE))).spacing(XL);
    row![container(picture).center_y(Fill), container(words.width(Fill)).center_y(Fill)].spacing(XL * 1.5).into()
}

fn drawn<'a, M: 'a>(guide: Guide) -> Element<'a, M> {
    guide.sized(DRAWING.0, DRAWING.1)
}

fn wait<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    page(drawn(Guide::Wait), ctx.t("resident-wait"), None, Tone::Neutral)
}

/// Nobody is at the desk: who is called, or a welcome.
fn welcome<'a, M: 'a>(ctx: &Context<'a>) -> Element<'a, M> {
    let Some(called) = &ctx.board.home.called else {
        return page(
            drawn(Guide::Card),
            ctx.t("resident-welcome"),
            Some(ctx.t("resident-welcome-more")),
            Tone::Neutral,
        );
    };
    let number = text(called.ticket.number.to_string()).size(CALLED).font(BOLD).style(ink::tone(Tone::Primary));
    column![
        text(ctx.t("resident-number")).size(DISPLAY),
        number,
        text(ctx.t("resident-come")).size(DISPLAY).font(BOLD),
        text(ctx.t("resident-bring")).size(HEADLINE).style(ink::muted),
    ]
    .align_x(Center)
    .spacing(L)
    .into()
}

/// The capture of this slot that is under way.
fn capture<'a>(ctx: &Context<'a>, wanted: impl Fn(Slot) -> bool) -> Option<&'a Capture> {
    ctx.board.capture.as_ref().filter(|capture| wanted(capture.slot))
}

/// What interrupts a capture, as far as the resident should know: it is not their fault.
fn interrupted(capture: &Capture) -> bool {
    match capture.phase {
        Phase::NoDevice(_) | Phase::Paused => true,
        Phase::Live | Phase::Judging => false,
    }
}

fn photo<'a, M: 'a>(ctx: &Context<'a>, seat: &'a Seat) -> Element<'a, M> {
    let under_way = capture(ctx, |slot| slot == Slot::Photo);
    if under_way.is_some_and(interrupted) {
        return wait(ctx);
    }
    let live = under_way.and(ctx.frame).and_then(|frame| frame.image.clone());
    if under_way.is_some() {
        let picture = match live {
            Some(image) => framed(Some(image)),
            None => drawn(Guide::Face),
        };
        let seen = ctx.frame.and_then(|frame| frame.portrait.as_ref());
        let asked = seen.and_then(|view| view.seen.report.advice).and_then(face::asked);
        return match (seen.is_some_and(|view| view.held > 0.0), asked) {
            (true, _) => page(picture, ctx.t("resident-face-hold"), None, Tone::Good),
            (false, Some(key)) => page(picture, ctx.t(key), None, Tone::Neutral),
            (false, None) => page(picture, ctx.t("resident-photo"), Some(ctx.t("resident-photo-more")), Tone::Neutral),
        };
    }
    match &seat.shown.photo {
        Some(photo) => {
            let picture = framed(ctx.handle(photo).map(|handle| (handle, photo.width, photo.height)));
            let approved = seat.session.is_done(Step::Photo);
            let words = if approved { "resident-photo-approved" } else { "resident-photo-approve" };
            let more = (!approved).then(|| ctx.t("resident-photo-approve-more"));
            let large = text(ctx.t(words)).size(DISPLAY).font(BOLD);
            let large = if approved { large.style(ink::tone(Tone::Good)) } else { large };
            let card = seat.shown.card.as_ref();
            let card = card.and_then(|card| Some((ctx.handle(card)?, card.width, card.height)));
            let words = column![large].push(more.map(|more| text(more).size(HEADLINE))).push(specimen(
                written_on_card(ctx, seat),
                card,
                CARD,
            ));
            let words = words.spacing(XL).width(Fill);
            row![container(picture).center_y(Fill), container(words).center_y(Fill)].spacing(XL * 1.5).into()
        }
        None => page(drawn(Guide::Face), ctx.t("resident-photo"), Some(ctx.t("resident-photo-more")), Tone::Neutral),
    }
}

fn framed<'a, M: 'a>(image: Option<(iced::advanced::image::Handle, u32, u32)>) -> Element<'a, M> {
    let preview: Plain<'a, M, iced::Theme, iced::Renderer> = Preview::new(image, PORTRAIT).into();
    container(preview).style(plate::stage).into()
}

fn signature<'a, M: 'a>(ctx: &Context<'a>, seat: &'a Seat) -> Element<'a, M> {
    let under_way = capture(ctx, |slot| slot == Slot::Signature);
    if under_way.is_some_and(interrupted) {
        return wait(ctx);
    }
    let done = seat.session.is_done(Step::Signature);
    let (words, more) = match (under_way.is_some(), done, &seat.shown.signature) {
        (true, _, _) | (false, false, None) => ("resident-sign", Some("resident-sign-more")),
        (false, _, Some(_)) => ("resident-signed", Some("resident-signed-more")),
        (false, true, None) => ("resident-step-done", None),
    };
    written(ctx, under_way.is_some(), seat.shown.signature.as_deref(), words, more)
}

/// A picture that shows why something cannot be captured: not the finger is asked for, but to let it be seen.
fn evidence<'a, M: 'a>(ctx: &Context<'a>, capture: &Capture) -> Element<'a, M> {
    if interrupted(capture) {
        return wait(ctx);
    }
    let picture = match ctx.frame.and_then(|frame| frame.image.clone()) {
        Some(image) => framed(Some(image)),
        None => drawn(Guide::Face),
    };
    page(picture, ctx.t("resident-evidence"), Some(ctx.t("resident-evidence-more")), Tone::Neutral)
}

/// A sentence above, the ink as large as it can be below.
fn written<'a, M: 'a>(
    ctx: &Context<'a>,
    live: bool,
    kept: Option<&rekam_hal::Signature>,
    words: &str,
    more: Option<&str>,
) -> Element<'a, M> {
    let ink = match (ctx.frame.filter(|frame| live && !frame.ink.is_empty()), kept.filter(|_| !live)) {
        (Some(frame), _) => Some(Written { strokes: frame.ink.clone(), pad: Written::USUAL_PAD }),
        (None, Some(kept)) => Some(Written { strokes: kept.strokes.clone(), pad: (kept.width_mm, kept.height_mm) }),
        (None, None) => None,
    };
    let more = more.map(|more| ctx.t(more));
    let Some(ink) = ink else { return page(drawn(Guide::Pad), ctx.t(words), more, Tone::Neutral) };
    column![
        text(ctx.t(words)).size(DISPLAY).font(BOLD),
        container(ink.filling()).padding(L).width(Fill).height(320.0).style(plate::card),
    ]
    .push(more.map(|more| text(more).size(HEADLINE)))
    .spacing(L)
    .into()
}

fn fingers<'a, M: 'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, M> {
    let under_way = capture(ctx, |slot| matches!(slot, Slot::Finger(_)));
    let open = |finger: &Finger| matches!(session.slot(Slot::Finger(*finger)), SlotState::Open { .. });
    let next = || Finger::ALL.into_iter().find(open);
    let slot = under_way.map(|capture| capture.slot).or_else(|| next().map(Slot::Finger));
    let asked = match (under_way, slot) {
        (Some(capture), Some(slot)) => Some(Asked { slot, slap: capture.slap, fingers: capture.fingers(session) }),
        (_, slot) => slot.and_then(Asked::finger),
    };
    finger_page(ctx, session, asked, under_way, "resident-finger-more")
}

/// The fingers that the resident is asked for.
struct Asked {
    slot: Slot,
    slap: Option<Slap>,
    fingers: Fingers,
}

impl Asked {
    /// One finger alone; nothing for another slot.
    fn finger(slot: Slot) -> Option<Self> {
        match slot {
            Slot::Finger(finger) => Some(Self { slot, slap: None, fingers: [finger].into_iter().collect() }),
            Slot::Photo | Slot::Signature | Slot::Approval | Slot::Eye(_) => None,
        }
    }

    fn words(&self, ctx: &Context<'_>) -> String {
        match self.slap {
            Some(slap) => ctx.say("resident-slap", &[("fingers", &say::slap(ctx.words, slap).to_lowercase())]),
            None => ctx.say("resident-finger", &[("finger", &say::slot(ctx.words, self.slot).to_lowercase())]),
        }
    }
}

fn finger_page<'a, M: 'a>(
    ctx: &Context<'a>,
    session: &Session,
    asked: Option<Asked>,
    under_way: Option<&Capture>,
    more: &str,
) -> Element<'a, M> {
    if under_way.is_some_and(interrupted) {
        return wait(ctx);
    }
    let now = asked.as_ref().map_or_else(Fingers::default, |asked| asked.fingers);
    let filled = |finger: &Finger| matches!(session.slot(Slot::Finger(*finger)), SlotState::Filled(_));
    let done = Finger::ALL.into_iter().filter(|finger| filled(finger) && !now.contains(*finger)).collect();
    let picture = drawn(Guide::Hands { now, done });
    let Some(asked) = asked else {
        return page(picture, ctx.t("resident-fingers-done"), None, Tone::Good);
    };
    let more = if asked.slap.is_some() { "resident-slap-more" } else { more };
    page(picture, asked.words(ctx), Some(hint(ctx, asked.slot, more)), Tone::Neutral)
}

fn eye_of(slot: Slot) -> Option<Eye> {
    match slot {
        Slot::Eye(eye) => Some(eye),
        Slot::Photo | Slot::Signature | Slot::Approval | Slot::Finger(_) => None,
    }
}

fn irises<'a, M: 'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, M> {
    let under_way = capture(ctx, |slot| matches!(slot, Slot::Eye(_)));
    let open = |eye: &Eye| matches!(session.slot(Slot::Eye(*eye)), SlotState::Open { .. });
    let captured = under_way.and_then(|capture| eye_of(capture.slot));
    let now = captured.or_else(|| Eye::ALL.into_iter().find(open));
    eye_page(ctx, session, now, under_way)
}

fn eye_page<'a, M: 'a>(
    ctx: &Context<'a>,
    session: &Session,
    now: Option<Eye>,
    under_way: Option<&Capture>,
) -> Element<'a, M> {
    if under_way.is_some_and(interrupted) {
        return wait(ctx);
    }
    let filled = |eye: &Eye| matches!(session.slot(Slot::Eye(*eye)), SlotState::Filled(_));
    let done = Eye::ALL.into_iter().filter(|eye| filled(eye) && Some(*eye) != now).collect();
    let Some(eye) = now else {
        return page(drawn(Guide::Eyes { now: None, done }), ctx.t("resident-eyes-done"), None, Tone::Good);
    };
    let words = ctx.say("resident-eye", &[("eye", &say::eye(ctx.words, eye).to_lowercase())]);
    page(drawn(Guide::Eyes { now, done }), words, Some(hint(ctx, Slot::Eye(eye), "resident-eye-more")), Tone::Neutral)
}

/// What to do better: what the frame shows now, else what the last try of this slot showed, else the usual sentence.
fn hint(ctx: &Context<'_>, slot: Slot, usual: &str) -> String {
    let seen = ctx.frame.filter(|_| capture(ctx, |at| at == slot).is_some()).and_then(|frame| frame.advice);
    let last = ctx.board.last.as_ref().filter(|take| take.slot == slot);
    let tried = last.and_then(|take| match take.outcome {
        Outcome::Again | Outcome::Kept { settled: false, .. } | Outcome::Slap(_) => take.advice,
        Outcome::Kept { settled: true, .. }
        | Outcome::Evidence
        | Outcome::WrongFinger { .. }
        | Outcome::WrongEye { .. }
        | Outcome::WrongHand { .. }
        | Outcome::Unlike
        | Outcome::Compared { .. } => None,
    });
    let wrong = |take: &Take| {
        take.mistaken_for().is_some() || matches!(take.outcome, Outcome::WrongHand { .. } | Outcome::Unlike)
    };
    let wrong = last.is_some_and(wrong);
    match (seen.or(tried), wrong) {
        (Some(retry), _) => ctx.t(advice(retry)),
        (None, true) if eye_of(slot).is_some() => ctx.t("resident-wrong-eye"),
        (None, true) => ctx.t("resident-wrong-finger"),
        (None, false) => ctx.t(usual),
    }
}

/// Advice as one would say it to a neighbour.
fn advice(retry: Retry) -> &'static str {
    match retry {
        Retry::TooDry => "resident-advice-too-dry",
        Retry::TooWet => "resident-advice-too-wet",
        Retry::NotCentred => "resident-advice-not-centred",
        Retry::TooShort => "resident-advice-too-short",
        Retry::LiftFinger => "resident-advice-lift-finger",
        Retry::Blurred => "resident-advice-blurred",
        Retry::ComeCloser => "resident-advice-come-closer",
        Retry::GoFarther => "resident-advice-go-farther",
        Retry::OpenEyes => "resident-advice-open-eyes",
        Retry::LookStraight => "resident-advice-look-straight",
        Retry::TakeOffGlasses => "resident-advice-take-off-glasses",
        Retry::ChangeLight => "resident-advice-change-light",
        Retry::NothingPresented => "resident-advice-nothing-presented",
        Retry::NothingWritten => "resident-advice-nothing-written",
        Retry::CleanGlass => "resident-advice-clean-glass",
        Retry::LayStraight => "resident-advice-lay-straight",
    }
}

fn confirm<'a, M: 'a>(ctx: &Context<'a>, seat: &'a Seat) -> Element<'a, M> {
    let session = &seat.session;
    let compared = capture(ctx, |_| true).filter(|capture| capture.aim == Aim::Compare);
    let slot = match (compared, session.confirm_need()) {
        (Some(capture), _) => Some(capture.slot),
        (None, ConfirmNeed::Compare(slot)) => Some(slot),
        (None, ConfirmNeed::Supervisor) => return wait(ctx),
        (None, ConfirmNeed::Nothing) => None,
    };
    match slot {
        Some(Slot::Finger(finger)) => {
            finger_page(ctx, session, Asked::finger(Slot::Finger(finger)), compared, "resident-compare-more")
        }
        Some(Slot::Eye(eye)) => eye_page(ctx, session, Some(eye), compared),
        Some(Slot::Photo | Slot::Signature | Slot::Approval) | None => approval(ctx, seat),
    }
}

/// The data once more, and the signature under them.
fn approval<'a, M: 'a>(ctx: &Context<'a>, seat: &'a Seat) -> Element<'a, M> {
    let under_way = capture(ctx, |slot| slot == Slot::Approval);
    if under_way.is_some_and(interrupted) {
        return wait(ctx);
    }
    let writing = under_way.is_some() && ctx.frame.is_some_and(|frame| !frame.ink.is_empty());
    match (writing, seat.shown.approval.as_deref()) {
        (true, _) => written(ctx, true, None, "resident-sign", Some("resident-sign-more")),
        (false, Some(kept)) if under_way.is_none() => {
            written(ctx, false, Some(kept), "resident-approved", Some("resident-approved-more"))
        }
        (false, Some(_) | None) => data::page(ctx, seat, "resident-approve", "resident-approve-more"),
    }
}

fn ended<'a, M: 'a>(ctx: &Context<'a>, finished: &Finished) -> Element<'a, M> {
    match finished.end {
        End::Completed => {
            page(drawn(Guide::Done), ctx.t("resident-done"), Some(ctx.t("resident-done-more")), Tone::Good)
        }
        End::Rescheduled(date) => {
            let date = crate::domain::dates::format_dmy(date);
            let words = ctx.say("resident-rescheduled", &[("date", &date)]);
            page(drawn(Guide::Card), words, Some(ctx.t("resident-rescheduled-more")), Tone::Neutral)
        }
        End::Cancelled => {
            page(drawn(Guide::Card), ctx.t("resident-cancelled"), Some(ctx.t("resident-cancelled-more")), Tone::Neutral)
        }
    }
}

/// The width that both columns of a page share.
pub(super) const HALF: Length = Length::FillPortion(1);
