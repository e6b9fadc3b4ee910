//! How long a press takes to show.
//!
//! A part without size that notes, while it is drawn, when the last key went down and when its effect was on its way to
//! the screen. It speaks only where the log of `rekam::latency` is read, and knows neither keys nor people.

use std::cell::Cell;
use std::time::Instant;

use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer;
use iced::advanced::widget::{Tree, Widget};
use iced::{Length, Rectangle, Size, mouse};

thread_local! {
    /// The press that was told last; the window's thread alone draws.
    static TOLD: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The stopwatch of one press.
pub struct Stopwatch(pub Instant);

impl<Message, Theme, Renderer: renderer::Renderer> Widget<Message, Theme, Renderer> for Stopwatch {
    fn size(&self) -> Size<Length> {
        Size::new(Length::Shrink, Length::Shrink)
    }

    fn layout(&mut self, _: &mut Tree, _: &Renderer, _: &layout::Limits) -> layout::Node {
        layout::Node::new(Size::ZERO)
    }

    fn draw(
        &self,
        _: &Tree,
        _: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        _: Layout<'_>,
        _: mouse::Cursor,
        _: &Rectangle,
    ) {
        if TOLD.get() != Some(self.0) {
            TOLD.set(Some(self.0));
            let milliseconds = self.0.elapsed().as_secs_f64() * 1000.0;
            tracing::debug!(target: "rekam::latency", milliseconds, "a press shows");
        }
    }
}

impl<'a, Message: 'a> From<Stopwatch> for super::super::Element<'a, Message> {
    fn from(stopwatch: Stopwatch) -> Self {
        Self::new(stopwatch)
    }
}
