//! The portrait, measured, shown to the resident and approved.
//!
//! While the resident moves, one sentence says what to do and the picture takes itself when everything holds. Of the
//! picture taken, what is wrong is listed; the resident judges it, as often as they like, so there is no exception and
//! no limit, and what was not liked is set aside at once. A picture with faults is taken again, unless the operator says
//! why it is good enough.

mod guide;
mod still;

use iced::widget::{Space, column, container, row, stack, text};
use iced::{Center, Fill, Size};

use super::capture::advice::Advice;
use super::capture::{self, Capturing, Question, parts};
use crate::domain::codes::Nationality;
use crate::domain::resident::Resident;
use crate::domain::session::{Purpose, SampleRef, Session, Slot, Step, Wish};
use crate::station::counter::Seat;
use crate::station::portrait::{advice_word, backdrop_word, wanted};
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, VALUE};
use crate::ui::theme::{Tone, ink};
use crate::ui::widget::{caption, card, chip, title};
use crate::ui::{Action, Context, Element, Outcome, text as say};

pub use super::capture::Message;
pub use still::written as written_on_card;

/// Three to four, as the window of the camera.
const PORTRAIT: Size = Size::new(354.0, 472.0);

/// The screen.
#[derive(Debug, Default)]
pub struct Photo {
    capturing: Capturing,
}

impl Photo {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        self.capturing.update(message, ctx)
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if let Some(answers) = self.capturing.answers(ctx) {
            return answers;
        }
        let Some(session) = ctx.board.session() else { return Vec::new() };
        let mut actions = Vec::new();
        if capture::capture(ctx, Step::Photo).is_some() {
            actions.extend(capture::next_of_manual(ctx, Step::Photo, "photo-shutter"));
        } else if still(ctx).is_some() {
            actions.extend(about_still(ctx, session));
        }
        actions.extend(capture::ways_out(ctx));
        actions
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(seat) = ctx.seat() else { return Space::new().into() };
        let taken = still(ctx).and_then(|_| latest(&seat.session));
        let side = match (self.capturing.asking.view(ctx), taken) {
            (Some(question), _) => question,
            (None, Some(sample)) => {
                column![still::view(ctx, seat, sample), tries(ctx, &seat.session), alike(ctx, &seat.session)]
                    .spacing(M)
                    .into()
            }
            (None, None) => column![
                backdrop(ctx, seat.session.resident()),
                wishes(ctx),
                tries(ctx, &seat.session),
                alike(ctx, &seat.session)
            ]
            .spacing(M)
            .into(),
        };
        row![picture(ctx), column![parts::advice(advice(ctx, seat)), side].spacing(M).width(Fill)].spacing(L).into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }
}

/// What can be done with the portrait taken last. One with faults is taken again, before all.
fn about_still(ctx: &Context<'_>, session: &Session) -> Vec<Action<Message>> {
    let retake = || Message::Retake { slot: Slot::Photo, discard: true };
    let Some(sample) = latest(session) else { return Vec::new() };
    let approve = Wish::ApprovePhoto { sample: sample.id.clone() };
    let mut actions = Vec::new();
    if session.is_done(Step::Photo) {
        actions.push(capture::onward(ctx, session));
    } else if capture::possible(session, approve) {
        actions.push(Action::primary(Key::Enter, ctx.t("photo-approve"), Message::Approve));
    } else {
        actions.push(Action::primary(Key::Enter, ctx.t("photo-again"), retake()));
        actions.push(Action::hidden(Key::Char('r'), retake()));
        actions.push(Action::secondary(Key::Char('o'), ctx.t("photo-override"), Message::Ask(Question::Override)));
    }
    if actions.iter().all(|action| action.key != Key::Char('r')) {
        actions.push(Action::secondary(Key::Char('r'), ctx.t("photo-again"), retake()));
    }
    if session.policy().repaint && !session.is_done(Step::Photo) && session.original_of(&sample.id).is_none() {
        actions.push(Action::secondary(Key::Char('b'), ctx.t("photo-repaint"), Message::Repaint));
    }
    actions
}

/// The portrait taken last.
fn latest(session: &Session) -> Option<&SampleRef> {
    session.attempts(Slot::Photo).last()
}

/// The portrait taken last, while no other is being taken.
fn still<'a>(ctx: &Context<'a>) -> Option<&'a crate::station::counter::Picture> {
    if capture::capture(ctx, Step::Photo).is_some() {
        return None;
    }
    ctx.seat()?.shown.photo.as_ref()
}

fn picture<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    if let Some(still) = still(ctx) {
        return parts::shown(parts::kept(ctx, Some(still)), PORTRAIT);
    }
    let stage = parts::stage(ctx, Step::Photo, PORTRAIT);
    if capture::is_live(ctx, Step::Photo) && parts::live(ctx).is_some() {
        let view = ctx.frame.and_then(|frame| frame.portrait.as_ref());
        return stack![stage, guide::guide(PORTRAIT, view)].into();
    }
    stage
}

fn advice(ctx: &Context<'_>, seat: &Seat) -> Advice {
    let session = &seat.session;
    if still(ctx).is_some() && !session.is_done(Step::Photo) {
        return match latest(session).and_then(|sample| still::wrong(ctx, session, sample)) {
            Some(wrong) => wrong,
            None => Advice::new(Tone::Primary, ctx.t("photo-show")),
        };
    }
    if capture::is_live(ctx, Step::Photo)
        && let Some(view) = ctx.frame.and_then(|frame| frame.portrait.as_ref())
    {
        return match view.seen.report.advice {
            Some(advice) => Advice::new(Tone::Warning, say::face_advice(ctx.words, advice_word(advice))),
            None if view.held > 0.0 => Advice::new(Tone::Good, ctx.t("photo-hold")),
            None => Advice::new(Tone::Good, ctx.t("photo-now")),
        };
    }
    Advice::of(ctx, Step::Photo, |_| ctx.t("photo-place"), ctx.t("photo-done"))
}

/// The colour of the cloth behind the resident: by the year of birth, another for foreigners; and what is seen of it.
fn backdrop<'a>(ctx: &Context<'a>, resident: &Resident) -> Element<'a, Message> {
    let view = ctx.frame.and_then(|frame| frame.portrait.as_ref());
    let seen = view.and_then(|view| view.seen.report.background).map(|seen| backdrop_word(seen.class).to_owned());
    let (colour, why) = cloth(ctx, resident);
    let mut head = row![title(colour), Space::new().width(Fill)].align_y(Center);
    if let Some(seen) = seen {
        head = head.push(seen_backdrop(ctx, resident, &seen));
    }
    card(column![head, caption(why)].spacing(S)).into()
}

/// Which cloth is wanted, and why.
fn cloth(ctx: &Context<'_>, resident: &Resident) -> (String, String) {
    let year = resident.birth_date.year();
    let because = |key: &str| ctx.say(key, &[("year", &year.to_string())]);
    match (resident.nationality, year % 2 == 0) {
        (Nationality::Foreign, _) => (ctx.t("photo-orange"), ctx.t("photo-orange-why")),
        (Nationality::Indonesian | Nationality::Dual, true) => (ctx.t("photo-blue"), because("photo-blue-why")),
        (Nationality::Indonesian | Nationality::Dual, false) => (ctx.t("photo-red"), because("photo-red-why")),
    }
}

/// The cloth that is seen, and whether it is the right one.
fn seen_backdrop<'a>(ctx: &Context<'a>, resident: &Resident, seen: &str) -> Element<'a, Message> {
    let right = wanted(resident).backdrop.map(backdrop_word) == Some(seen);
    let words = ctx.say("photo-backdrop-seen", &[("colour", &say::backdrop(ctx.words, seen))]);
    chip(if right { Tone::Good } else { Tone::Bad }, words)
}

/// What the operator asks of the resident before.
fn wishes<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let lines = ["photo-wish-straight", "photo-wish-eyes", "photo-wish-glasses", "photo-wish-light"];
    let lines = lines.into_iter().map(|key| text(format!("•  {}", ctx.t(key))).size(VALUE).into());
    let list = iced::widget::Column::with_children(lines).spacing(S);
    let how = if ctx.board.rules.by_itself { "photo-by-itself" } else { "photo-by-hand" };
    card(column![title(ctx.t("photo-wishes")), list, caption(ctx.t(how))].spacing(M)).into()
}

/// That the face looks like somebody else's, quietly: it is no fault of the portrait, and nothing waits for an answer.
/// Whose it is only supervisors see, as with possible duplicates; the operator has the resident to look at.
fn alike<'a>(ctx: &Context<'a>, session: &Session) -> Option<Element<'a, Message>> {
    let said = || chip(Tone::Warning, ctx.t("photo-face-alike"));
    (!session.faces_alike().is_empty()).then(said)
}

/// How many portraits were taken.
fn tries<'a>(ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
    /// So many are drawn; more are only counted.
    const DRAWN: usize = 12;
    let count = session.samples().iter().filter(|sample| sample.purpose == Purpose::Slot(Slot::Photo)).count();
    if count == 0 {
        return chip(Tone::Neutral, ctx.t("photo-none-yet"));
    }
    let dots: String = std::iter::repeat_n("● ", count.min(DRAWN)).collect();
    let words = ctx.say("photo-count", &[("count", &count.to_string())]);
    let approved = session.is_done(Step::Photo);
    let state = if approved { chip(Tone::Good, ctx.t("photo-approved")) } else { Space::new().into() };
    container(row![text(dots).size(BODY).style(ink::muted), text(words).size(BODY), state].spacing(M).align_y(Center))
        .into()
}
