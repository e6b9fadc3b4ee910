//! Two irises, side by side as the operator sees them: the resident's right eye on the left.

use iced::widget::{Space, column, container, row, text};
use iced::{Center, Fill, Size};
use rekam_hal::Eye;

use super::capture::advice::{self, Advice};
use super::capture::{self, Capturing, evidence, parts};
use crate::domain::session::{Doubt, Session, Slot, SlotState, Step};
use crate::station::counter::Capture;
use crate::ui::keys::Key;
use crate::ui::spacing::{L, M, S, TITLE};
use crate::ui::theme::{Tone, plate};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, card, key_button, key_cap, title};
use crate::ui::{Action, Context, Element, Kind, Outcome, text as say};

pub use super::capture::Message;

const PICTURE: Size = Size::new(336.0, 252.0);
/// Both eyes on their cards, and what lies between.
const EYES: f32 = 2.0 * (PICTURE.width + 2.0 * M) + L;
/// So that a meter is as high as a word.
const STATE: f32 = 34.0;

/// The screen.
#[derive(Debug, Default)]
pub struct Iris {
    capturing: Capturing,
}

impl Iris {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        self.capturing.update(message, ctx)
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if let Some(answers) = self.capturing.answers(ctx) {
            return answers;
        }
        if let Some(actions) = evidence::actions(ctx, Step::Iris) {
            return actions;
        }
        // Going on waits for the answer: an Enter out of habit would give one that nobody thought of.
        let mut actions = match capture::doubt(ctx, Step::Iris) {
            Some(doubt) => answers(ctx, doubt).into(),
            None => capture::next_of_automatic(ctx, Step::Iris),
        };
        actions.extend(self.about_subject(ctx));
        actions.extend(capture::ways_out(ctx));
        for eye in Eye::ALL {
            actions.push(Action::hidden(key(eye), Message::Pick(Slot::Eye(eye))));
        }
        actions
    }

    /// What can be done about the eye looked at; the buttons stand beside it.
    fn about_subject(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let subject = self.capturing.subject(ctx, Step::Iris);
        let hidden = |action: Action<Message>| Action { kind: Kind::Hidden, ..action };
        subject.map_or_else(Vec::new, |slot| capture::about(ctx, slot)).into_iter().map(hidden).collect()
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let Some(session) = ctx.board.session() else { return Space::new().into() };
        if let Some(photo) = evidence::view(ctx, Step::Iris) {
            return photo;
        }
        let doubt = capture::doubt(ctx, Step::Iris);
        let side = match (self.capturing.asking.view(ctx), doubt) {
            (Some(question), _) => question,
            (None, Some(doubt)) => asked(ctx, doubt),
            (None, None) => self.details(ctx, session),
        };
        let mut eyes = row![].spacing(L);
        for eye in Eye::ALL {
            eyes = eyes.push(self.eye(ctx, session, eye));
        }
        // Of its own width: the note below would else share the row in halves and squeeze the second eye.
        let mut left = column![eyes].spacing(M).width(EYES);
        if let Some(outcome) = advice::outcome(ctx, Step::Iris) {
            left = left.push(parts::note(outcome));
        }
        left = left.push(evidence::state(ctx, Step::Iris));
        let first = match doubt {
            Some(Doubt::EyesSwapped) => Advice::new(Tone::Warning, ctx.t("iris-doubt")),
            None => advice(ctx, session),
        };
        column![parts::advice(first), row![left, container(side).width(Fill)].spacing(L)].spacing(M).into()
    }

    fn eye<'a>(&'a self, ctx: &Context<'a>, session: &Session, eye: Eye) -> Element<'a, Message> {
        let slot = Slot::Eye(eye);
        let in_turn = capture::in_turn(ctx, Step::Iris) == Some(slot);
        let head = row![key_cap(key(eye)), text(say::eye(ctx.words, eye)).size(TITLE).font(BOLD)];
        let side = ctx.t(match eye {
            Eye::Right => "eye-side-left",
            Eye::Left => "eye-side-right",
        });
        let picture = if in_turn && capture::capture(ctx, Step::Iris).is_some() {
            parts::stage(ctx, Step::Iris, PICTURE)
        } else {
            held(ctx, session, eye)
        };
        let lines = column![
            head.spacing(S).align_y(Center),
            caption(side),
            picture,
            container(parts::state(ctx, slot)).height(STATE)
        ];
        let content = container(lines.spacing(S).width(PICTURE.width)).padding(M);
        let subject = self.capturing.subject(ctx, Step::Iris) == Some(slot);
        content.style(if subject { plate::chosen } else { plate::card }).into()
    }

    /// The eye looked at.
    fn details<'a>(&'a self, ctx: &Context<'a>, session: &Session) -> Element<'a, Message> {
        let hints = caption(ctx.t("iris-choose-how"));
        let Some(slot) = self.capturing.subject(ctx, Step::Iris) else {
            return card(column![title(ctx.t("iris-choose")), hints].spacing(S)).into();
        };
        let mut lines = column![title(say::slot(ctx.words, slot))].spacing(M);
        match session.slot(slot) {
            SlotState::Excepted(exception) if !exception.note.is_empty() => {
                lines = lines.push(caption(exception.note.clone()));
            }
            SlotState::Excepted(_) => {}
            SlotState::Open { .. } | SlotState::Filled(_) => lines = lines.push(parts::attempts(ctx, slot)),
        }
        let possible = self.about_subject(ctx).into_iter().filter(|action| action.message.is_some());
        let buttons = possible.map(key_button);
        lines = lines.push(iced::widget::Column::with_children(buttons).spacing(S));
        card(lines.push(hints).push(caption(ctx.t("iris-lenses")))).into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }
}

/// What may be answered to a doubt: one key each, and either answer is recorded.
fn answers(ctx: &Context<'_>, doubt: Doubt) -> [Action<Message>; 2] {
    let (wanted, shown) = match doubt {
        Doubt::EyesSwapped => (Slot::Eye(Eye::Right), Slot::Eye(Eye::Left)),
    };
    [
        Action::secondary(Key::Char('t'), ctx.t("iris-doubt-swap"), Message::Swap { wanted, shown }),
        Action::primary(Key::Char('b'), ctx.t("iris-doubt-keep"), Message::Dismiss(doubt)),
    ]
}

/// What the doubt rests on, where else the details stand; its answers are in the bar.
fn asked<'a>(ctx: &Context<'a>, doubt: Doubt) -> Element<'a, Message> {
    let (head, why, then) = match doubt {
        Doubt::EyesSwapped => ("iris-doubt-head", "iris-doubt-how", "iris-doubt-then"),
    };
    card(column![title(ctx.t(head)), text(ctx.t(why)), caption(ctx.t(then))].spacing(M)).into()
}

/// The resident's right eye comes first, as everywhere.
fn key(eye: Eye) -> Key {
    match eye {
        Eye::Right => Key::Char('1'),
        Eye::Left => Key::Char('2'),
    }
}

/// What was kept of an eye that is not being captured.
fn held<'a>(ctx: &Context<'a>, session: &Session, eye: Eye) -> Element<'a, Message> {
    let picture = ctx.seat().and_then(|seat| seat.shown.eyes.get(&eye));
    match session.slot(Slot::Eye(eye)) {
        SlotState::Excepted(exception) => {
            parts::placard(Tone::Warning, say::reason(ctx.words, exception.reason), PICTURE)
        }
        SlotState::Open { .. } | SlotState::Filled(_) => match parts::kept(ctx, picture) {
            Some(picture) => parts::shown(Some(picture), PICTURE),
            None => parts::placard(Tone::Neutral, ctx.t("capture-empty"), PICTURE),
        },
    }
}

fn advice(ctx: &Context<'_>, session: &Session) -> Advice {
    let instruction = |capture: &Capture| ctx.say("iris-place", &[("eye", &say::slot(ctx.words, capture.slot))]);
    let excepted = session.exceptions().filter(|exception| exception.slot.step() == Step::Iris).count();
    let done = match excepted {
        0 => ctx.t("iris-done"),
        count => ctx.say("iris-done-with", &[("count", &count.to_string())]),
    };
    Advice::of(ctx, Step::Iris, instruction, done)
}
