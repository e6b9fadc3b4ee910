//! F1: what this screen is for and what each key does. The keys come from the screen's own actions.

use iced::widget::text;

use crate::ui::action::Action;
use crate::ui::app::Shown;
use crate::ui::{Context, Element};

/// The help of a screen.
pub fn view<'a, M: Clone + 'a>(_: &Context<'a>, _: Shown, _: Vec<Action<M>>) -> Element<'a, M> {
    text("").into()
}
