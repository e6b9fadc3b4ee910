//! The resident's window: what to do now, in large type; the own data; the own portrait; the own signature. It follows
//! the operator and shows nothing that is not the resident's.

use iced::widget::text;

use super::{Context, Element};

/// The window; it only shows.
pub fn view<'a, M: 'a>(_: &Context<'a>) -> Element<'a, M> {
    text("").into()
}
