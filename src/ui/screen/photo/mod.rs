//! The portrait, shown to the resident and approved.
//!
//! Nobody but the resident judges it, as often as they like; so there is no exception and no limit, and what was not
//! liked is set aside at once.

mod guide;

use iced::widget::{Space, column, container, row, stack, text};
use iced::{Center, Fill, Size};

use super::capture::advice::Advice;
use super::capture::{self, Capturing, parts};
use crate::domain::codes::Nationality;
use crate::domain::resident::Resident;
use crate::domain::session::{Purpose, Session, Slot, Step};
use crate::station::counter::Seat;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, VALUE};
use crate::ui::theme::{Tone, ink};
use crate::ui::widget::{caption, card, chip, title};
use crate::ui::{Action, Context, Element, Outcome};

pub use super::capture::Message;

/// Three to four, as the portrait on the card.
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
            actions.push(if session.is_done(Step::Photo) {
                capture::onward(ctx, session)
            } else {
                Action::primary(Key::Enter, ctx.t("photo-approve"), Message::Approve)
            });
            let retake = Message::Retake { slot: Slot::Photo, discard: true };
            actions.push(Action::secondary(Key::Char('r'), ctx.t("photo-again"), retake));
        }
        actions.extend(capture::ways_out(ctx));
        actions
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(seat) = ctx.seat() else { return Space::new().into() };
        let side = match self.capturing.asking.view(ctx) {
            Some(question) => question,
            None => column![backdrop(ctx, seat.session.resident()), wishes(ctx), tries(ctx, &seat.session)]
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
        return stack![stage, guide::guide(PORTRAIT)].into();
    }
    stage
}

fn advice(ctx: &Context<'_>, seat: &Seat) -> Advice {
    if still(ctx).is_some() && !seat.session.is_done(Step::Photo) {
        return Advice::new(Tone::Primary, ctx.t("photo-show"));
    }
    Advice::of(ctx, Step::Photo, |_| ctx.t("photo-place"), ctx.t("photo-done"))
}

/// The colour of the cloth behind the resident: by the year of birth, another for foreigners.
fn backdrop<'a>(ctx: &Context<'a>, resident: &Resident) -> Element<'a, Message> {
    let year = resident.birth_date.year();
    let (colour, why) = match (resident.nationality, year % 2 == 0) {
        (Nationality::Foreign, _) => ("photo-orange", ctx.t("photo-orange-why")),
        (Nationality::Indonesian | Nationality::Dual, true) => {
            ("photo-blue", ctx.say("photo-blue-why", &[("year", &year.to_string())]))
        }
        (Nationality::Indonesian | Nationality::Dual, false) => {
            ("photo-red", ctx.say("photo-red-why", &[("year", &year.to_string())]))
        }
    };
    card(column![title(ctx.t(colour)), caption(why)].spacing(S)).into()
}

/// What the operator asks of the resident before, and what both look at afterwards.
fn wishes<'a>(ctx: &Context<'a>) -> Element<'a, Message> {
    let (head, lines) = if still(ctx).is_some() {
        ("photo-checks", ["photo-check-face", "photo-check-eyes", "photo-check-sharp", "photo-check-backdrop"])
    } else {
        ("photo-wishes", ["photo-wish-straight", "photo-wish-eyes", "photo-wish-glasses", "photo-wish-light"])
    };
    let lines = lines.into_iter().map(|key| text(format!("•  {}", ctx.t(key))).size(VALUE).into());
    let list = iced::widget::Column::with_children(lines).spacing(S);
    card(column![title(ctx.t(head)), list].spacing(M)).into()
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
