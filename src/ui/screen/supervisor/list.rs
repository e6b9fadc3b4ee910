//! Lists that are paged, never scrolled: the renderer draws ten rows quickly and two hundred slowly, and a page has a
//! place that one remembers.
//!
//! What is chosen is remembered by its name and not by its place: a list that grows while somebody reads must not put
//! another record under the key.

use std::ops::Range;

use iced::widget::text::Wrapping;
use iced::widget::{Space, button, column, container, row, text};
use iced::{Center, Fill, Length};

use super::panel;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, CAPTION, S, XS};
use crate::ui::theme::{Tone, ink, plate, press};
use crate::ui::widget::parts::BOLD;
use crate::ui::widget::{caption, key_cap};
use crate::ui::{Action, Context, Element};

/// Rows of a page.
pub const ROWS: usize = 10;
/// Height of a row.
const ROW: f32 = 30.0;
/// Place of the mark before the chosen row.
const MARK: f32 = 14.0;

/// Where to go in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The row before.
    Up,
    /// The next row.
    Down,
    /// The page before.
    PageUp,
    /// The next page.
    PageDown,
}

/// The row that counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<K> {
    key: Option<K>,
    place: usize,
}

impl<K> Default for Chosen<K> {
    fn default() -> Self {
        Self { key: None, place: 0 }
    }
}

impl<K: Clone + PartialEq> Chosen<K> {
    /// Its place; where its row is gone, the row that took the place.
    pub fn place(&self, keys: &[K]) -> Option<usize> {
        let last = keys.len().checked_sub(1)?;
        let found = self.key.as_ref().and_then(|key| keys.iter().position(|other| other == key));
        Some(found.unwrap_or(self.place.min(last)))
    }

    /// Its name.
    pub fn key(&self, keys: &[K]) -> Option<K> {
        self.place(keys).and_then(|place| keys.get(place)).cloned()
    }

    /// Chooses a row.
    pub fn choose(&mut self, keys: &[K], key: K) {
        if let Some(place) = keys.iter().position(|other| *other == key) {
            *self = Self { key: Some(key), place };
        }
    }

    /// Goes on.
    pub fn turn(&mut self, keys: &[K], turn: Turn) {
        let Some(at) = self.place(keys) else { return };
        let to = match turn {
            Turn::Up => at.saturating_sub(1),
            Turn::Down => at + 1,
            Turn::PageUp => at.saturating_sub(ROWS),
            Turn::PageDown => at + ROWS,
        };
        let to = to.min(keys.len().saturating_sub(1));
        *self = Self { key: keys.get(to).cloned(), place: to };
    }
}

/// The keys by which one goes through a list.
pub fn turns<M>(wrap: fn(Turn) -> M) -> [Action<M>; 4] {
    [(Key::Up, Turn::Up), (Key::Down, Turn::Down), (Key::PageUp, Turn::PageUp), (Key::PageDown, Turn::PageDown)]
        .map(|(key, turn)| Action::hidden(key, wrap(turn)))
}

/// A column: its head and its share of the width.
pub type Column = (String, u16);

/// One row: its cells, and what a click on it says.
pub struct Row<'a, M> {
    /// One for each column.
    pub cells: Vec<Element<'a, M>>,
    /// Chooses it; rows that are only read have none.
    pub message: Option<M>,
}

/// The rows of the page on which a place lies.
pub fn page(place: usize, count: usize) -> Range<usize> {
    let first = place / ROWS * ROWS;
    first..(first + ROWS).min(count)
}

/// A page of a list of `count` rows.
pub fn table<'a, M: Clone + 'a>(
    ctx: &Context<'a>,
    columns: &[Column],
    chosen: Option<usize>,
    count: usize,
    row_of: impl Fn(usize) -> Row<'a, M>,
) -> Element<'a, M> {
    let shown = page(chosen.unwrap_or(0), count);
    let heads = columns.iter().map(|(head, share)| {
        container(text(head.clone()).size(CAPTION).font(BOLD).style(ink::muted))
            .width(Length::FillPortion(*share))
            .into()
    });
    let heads = row(heads).spacing(S);
    let mut rows = column![container(row![Space::new().width(MARK), heads].spacing(S)).padding([0.0, S])].spacing(XS);
    for place in shown.clone() {
        rows = rows.push(one(columns, row_of(place), chosen == Some(place)));
    }
    if count > ROWS {
        rows = rows.push(page_line(ctx, shown, count));
    }
    rows.into()
}

/// Which rows are shown of how many, and the keys to the others.
pub fn page_line<'a, M: 'a>(ctx: &Context<'a>, shown: Range<usize>, count: usize) -> Element<'a, M> {
    let [from, to, count] = [shown.start + 1, shown.end, count].map(|number| number.to_string());
    let said = ctx.say("supervisor-page", &[("from", &from), ("to", &to), ("count", &count)]);
    row![key_cap(Key::PageUp), key_cap(Key::PageDown), caption(said)].spacing(S).align_y(Center).into()
}

fn one<'a, M: Clone + 'a>(columns: &[Column], made: Row<'a, M>, chosen: bool) -> Element<'a, M> {
    let cells = made
        .cells
        .into_iter()
        .zip(columns)
        .map(|(cell, (_, share))| container(cell).width(Length::FillPortion(*share)).into());
    let mark = text(if chosen { "›" } else { "" }).size(BODY).font(BOLD).style(ink::tone(Tone::Primary));
    let line = row![container(mark).width(MARK), row(cells).spacing(S).align_y(Center)].spacing(S).align_y(Center);
    let line = container(line).center_y(ROW).width(Fill).padding([0.0, S]);
    match made.message {
        Some(message) => {
            button(line).height(ROW).width(Fill).padding(0).style(press::row(chosen)).on_press(message).into()
        }
        // A button that cannot be pressed would look as if the row did not count.
        None => line.style(plate::card).into(),
    }
}

/// A cell of plain text.
pub fn cell<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    text(words).size(BODY).wrapping(Wrapping::None).into()
}

/// A cell that counts.
pub fn strong<'a, M: 'a>(words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    text(words).size(BODY).font(BOLD).wrapping(Wrapping::None).into()
}

/// A cell with the icon and word of a state.
pub fn state<'a, M: 'a>(tone: Tone, words: impl text::IntoFragment<'a>) -> Element<'a, M> {
    let icon = text(panel::icon(tone)).size(BODY).style(ink::tone(tone));
    row![icon, text(words).size(BODY).wrapping(Wrapping::None).style(ink::tone(tone))]
        .spacing(XS)
        .align_y(Center)
        .into()
}
