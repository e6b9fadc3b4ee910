//! Small parts: text of each rank, cards, chips, buttons with their key, messages.

use iced::widget::{button, column, container, progress_bar, row, text};
use iced::{Center, Fill, Font, Length, font};

use crate::ui::Element;
use crate::ui::action::{Action, Kind};
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, CAPTION, HEADLINE, L, M, S, TARGET, TITLE, VALUE, XS};
use crate::ui::theme::{Tone, ink, meter as meter_style, plate, press};

/// Least width of what is written on a key cap, logical pixels.
const LEAST_CAP: f32 = 9.0;

/// Most width of a choice, logical pixels.
const CHOICE: f32 = 400.0;

/// The bold cut of the program's font.
pub const BOLD: Font = Font { weight: font::Weight::Bold, ..Font::with_name("Inter") };

/// Head of a screen.
pub fn headline<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    text(words).size(HEADLINE).font(BOLD).into()
}

/// Head of a group.
pub fn title<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    text(words).size(TITLE).font(BOLD).into()
}

/// Text that explains.
pub fn caption<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    text(words).size(CAPTION).style(ink::muted).into()
}

/// A value: a name, a number.
pub fn value<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    text(words).size(VALUE).font(BOLD).into()
}

/// A label and its value in one line.
pub fn field_row<'a, M: 'a>(label: impl text::IntoFragment<'a>, said: impl text::IntoFragment<'a>) -> Element<'a, M> {
    row![
        container(text(label).size(BODY).style(ink::muted)).width(Length::FillPortion(2)),
        container(text(said).size(VALUE).font(BOLD)).width(Length::FillPortion(4)),
    ]
    .spacing(S)
    .align_y(Center)
    .into()
}

/// A group of things on a card that fills its width.
pub fn card<'a, M: 'a>(content: impl Into<Element<'a, M>>) -> container::Container<'a, M> {
    container(content).padding(L).width(Fill).style(plate::card)
}

/// Icon and word of a state: colour is never alone.
pub fn chip<'a, M: 'a>(tone: Tone, words: impl std::fmt::Display) -> Element<'a, M> {
    let icon = match tone {
        Tone::Neutral => "○",
        Tone::Primary => "●",
        Tone::Good => "✓",
        Tone::Warning => "▲",
        Tone::Bad => "✗",
    };
    row![text(icon).size(BODY).style(ink::tone(tone)), text(words.to_string()).size(BODY).style(ink::tone(tone))]
        .spacing(XS)
        .align_y(Center)
        .into()
}

/// A key as it is written on buttons.
pub fn key_cap<'a, M: 'a>(key: Key) -> Element<'a, M> {
    // Narrow digits and wide ones take the same place, so that what stands behind them is flush.
    let least = iced::widget::Space::new().width(LEAST_CAP);
    let cap = column![text(key.cap()).size(CAPTION).font(BOLD), least].align_x(Center);
    container(cap).padding([2.0, 6.0]).style(plate::key_cap).into()
}

/// A button with its key.
pub fn key_button<'a, M: Clone + 'a>(action: Action<M>) -> Element<'a, M> {
    let (size, style): (f32, fn(&iced::Theme, button::Status) -> button::Style) = match action.kind {
        Kind::Primary => (TITLE, press::primary),
        Kind::Secondary | Kind::Hidden => (BODY, press::secondary),
        Kind::Danger => (BODY, press::danger),
    };
    let words = row![key_cap(action.key), text(action.label).size(size).font(BOLD)].spacing(S).align_y(Center);
    button(container(words).center_y(Fill))
        .height(if action.kind == Kind::Primary { TARGET + XS } else { TARGET })
        .padding([0.0, M])
        .style(style)
        .on_press_maybe(action.message)
        .into()
}

/// A numbered choice; all of a list are equally wide.
pub fn choice<'a, M: Clone + 'a>(digit: char, words: String, chosen: bool, message: M) -> Element<'a, M> {
    let mark = if chosen { "●" } else { "" };
    let line = row![
        key_cap(Key::Char(digit)),
        text(words).size(VALUE).font(BOLD),
        iced::widget::space::horizontal(),
        text(mark).size(VALUE).style(ink::tone(Tone::Primary)),
    ];
    let choice = button(container(line.spacing(M).align_y(Center)).center_y(Fill))
        .height(TARGET)
        .width(Fill)
        .padding([0.0, M])
        .style(press::row(chosen))
        .on_press(message);
    container(choice).max_width(CHOICE).into()
}

/// A message that fills the width: icon, sentence, what to do.
pub fn banner<'a, M: 'a>(tone: Tone, words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    let icon = match tone {
        Tone::Neutral | Tone::Primary => "●",
        Tone::Good => "✓",
        Tone::Warning => "▲",
        Tone::Bad => "✗",
    };
    let line = row![text(icon).size(TITLE).style(ink::tone(tone)), text(words).size(VALUE)].spacing(M).align_y(Center);
    container(line).padding([S, L]).width(Fill).style(plate::outlined(tone)).into()
}

/// A bar of 0..=100 with its number and word.
pub fn meter<'a, M: 'a>(tone: Tone, share: f32, words: impl std::fmt::Display) -> Element<'a, M> {
    column![chip(tone, words), progress_bar(0.0..=100.0, share.clamp(0.0, 100.0)).girth(10.0).style(meter_style(tone)),]
        .spacing(XS)
        .into()
}
