//! The four devices.

use iced::widget::text;

use crate::ui::{Action, Context, Element, Outcome};

/// The screen.
#[derive(Debug, Default)]
pub struct Devices {}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {}

impl Devices {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, _: &Context<'_>) -> Vec<Outcome> {
        match message {}
    }

    /// What can be done now.
    pub fn actions(&self, _: &Context<'_>) -> Vec<Action<Message>> {
        Vec::new()
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, _: &Context<'a>) -> Element<'a, Message> {
        text("").into()
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        None
    }
}
