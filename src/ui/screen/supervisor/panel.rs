//! The panel beside a list: what the chosen row says, or the question that wants an answer. A question takes the place
//! of the details instead of covering the list.

use iced::widget::text::Wrapping;
use iced::widget::{button, column, container, row, text};
use iced::{Center, Fill};

use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, HEADLINE, L, M, S, TARGET, TITLE, VALUE};
use crate::ui::theme::{Tone, ink, plate, press};
use crate::ui::widget::key_cap;
use crate::ui::widget::parts::BOLD;
use crate::ui::{Action, Context, Element, shell};

/// Width of the panel.
pub const WIDTH: f32 = 380.0;

/// A list and its panel.
pub fn beside<'a, M: 'a>(list: Element<'a, M>, panel: Element<'a, M>) -> Element<'a, M> {
    row![container(list).width(Fill), panel].spacing(L).into()
}

/// The panel of details.
pub fn details<'a, M: 'a>(content: impl Into<Element<'a, M>>) -> Element<'a, M> {
    container(content).padding(L).width(WIDTH).height(Fill).style(plate::card).into()
}

/// The panel that asks: what, what follows from it, and the answers that are chosen by a digit.
pub fn question<'a, M: Clone + 'a>(
    tone: Tone,
    what: String,
    follows: String,
    choices: Vec<Action<M>>,
) -> Element<'a, M> {
    let mut asked = column![text(what).size(TITLE).font(BOLD).wrapping(Wrapping::WordOrGlyph)].spacing(M);
    if !follows.is_empty() {
        asked = asked.push(text(follows).size(BODY));
    }
    for each in choices {
        asked = asked.push(choice(each, false));
    }
    container(asked).padding(L).width(WIDTH).height(Fill).style(plate::outlined(tone)).into()
}

/// The answers to a question whose yes loses something: F9 is the yes as on every screen, and Enter leads back, so that
/// impatience loses nothing.
pub fn perilous<M: Clone>(ctx: &Context<'_>, yes: String, confirm: M, back: M) -> Vec<Action<M>> {
    vec![
        Action::danger(Key::F(9), yes, confirm),
        Action::hidden(Key::Escape, back.clone()),
        Action::primary(Key::Enter, ctx.t("key-back"), back),
    ]
}

/// One numbered choice.
pub fn choice<'a, M: Clone + 'a>(action: Action<M>, chosen: bool) -> Element<'a, M> {
    let words = row![key_cap(action.key), text(action.label).size(VALUE)].spacing(S).align_y(Center);
    button(container(words).center_y(Fill))
        .height(TARGET)
        .width(Fill)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press_maybe(action.message)
        .into()
}

/// The icon of a tone: colour is never alone.
pub fn icon(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "○",
        Tone::Primary => "●",
        Tone::Good => "✓",
        Tone::Warning => "▲",
        Tone::Bad => "✗",
    }
}

/// A sentence with its icon, in the tone of what it says.
pub fn sentence<'a, M: 'a>(tone: Tone, words: String) -> Element<'a, M> {
    row![text(icon(tone)).size(BODY).style(ink::tone(tone)), text(words).size(BODY)].spacing(S).into()
}

/// An empty part: that there is nothing, and how something comes to be here.
pub fn empty<'a, M: 'a>(what: String, how: String) -> Element<'a, M> {
    let words = column![text(what).size(HEADLINE).font(BOLD), text(how).size(BODY).style(ink::muted)];
    container(words.spacing(M).align_x(Center)).center(Fill).style(plate::card).into()
}

/// What fits.
pub fn short(text: &str, most: usize) -> String {
    shell::shorten(text, most)
}
