//! The windows, and what the program listens to.

use std::time::Duration;

use iced::{Size, Subscription, Task, keyboard, window};

use super::{App, Element, Message, SMALLEST, focus};
use crate::station::counter::{Line, Phase};
use crate::ui::keys::Press;
use crate::ui::preferences::Preferences;
use crate::ui::widget::stopwatch::Stopwatch;

/// Between two looks for a new frame.
const FRAME: Duration = Duration::from_millis(33);

impl App {
    /// Opens the windows; from here on the program is visible.
    pub(in crate::ui) fn open_windows(&mut self) -> Task<Message> {
        self.headless = false;
        let smallest = Some(Size::new(1024.0, 600.0));
        let (id, opened) = window::open(window::Settings {
            size: SMALLEST,
            min_size: smallest,
            maximized: true,
            ..Default::default()
        });
        self.main = Some(id);
        let mut tasks = vec![opened.map(Message::WindowOpened)];
        if self.preferences.resident_window {
            tasks.push(self.open_resident_window());
        }
        tasks.extend(self.first_field().map(focus));
        Task::batch(tasks)
    }

    /// What a window shows.
    pub(in crate::ui) fn view_of(&self, id: window::Id) -> Element<'_, Message> {
        if self.resident == Some(id) {
            return self.resident_view();
        }
        iced::widget::stack![self.view(), Stopwatch(self.last_press)].into()
    }

    /// How large a window is drawn. The resident's follows the preference alone: it flows.
    pub(in crate::ui) fn scale_of(&self, id: window::Id) -> f32 {
        if self.resident == Some(id) { self.preferences().scale() } else { self.scale() }
    }

    /// The ground under everything, in one of two shades that nobody can tell apart.
    ///
    /// The software renderer presents only what has changed, and on a display without a compositor a window that was
    /// covered comes back with holes. Another ground makes it present everything; no screen lets the ground be seen.
    pub(in crate::ui) fn coat(&self) -> iced::theme::Style {
        let tokens = self.preferences().look.tokens();
        let shade = if self.coat { 1.0 / 255.0 } else { 0.0 };
        let ground = iced::Color { b: (tokens.ground.b - shade).abs(), ..tokens.ground };
        iced::theme::Style { background_color: ground, text_color: tokens.text }
    }

    /// The words of the window's frame.
    pub(in crate::ui) fn title(&self, id: window::Id) -> String {
        self.context().t(if self.resident == Some(id) { "window-title-resident" } else { "window-title" })
    }

    pub(super) fn toggle_resident_window(&mut self) -> Task<Message> {
        if self.headless {
            return Task::none();
        }
        let open = self.resident.take();
        self.prefer(Preferences { resident_window: open.is_none(), ..self.preferences });
        match open {
            Some(id) => window::close(id),
            None => self.open_resident_window(),
        }
    }

    pub(super) fn open_resident_window(&mut self) -> Task<Message> {
        let (id, opened) =
            window::open(window::Settings { size: Size::new(1024.0, 768.0), ..window::Settings::default() });
        self.resident = Some(id);
        opened.map(Message::WindowOpened)
    }

    pub(super) fn closed(&mut self, id: window::Id) -> Task<Message> {
        if self.main == Some(id) {
            return iced::exit();
        }
        if self.resident == Some(id) {
            self.resident = None;
            self.prefer(Preferences { resident_window: false, ..self.preferences });
        }
        Task::none()
    }

    /// What the program listens to.
    pub fn subscription(&self) -> Subscription<Message> {
        let keys = keyboard::listen().filter_map(|event| Press::of(&event).map(Message::Pressed));
        let boards = Subscription::run_with(Boards(self.line.clone()), boards);
        let seconds = iced::time::every(Duration::from_secs(1)).map(|_| Message::SecondPassed);
        let closed = window::close_events().map(Message::WindowClosed);
        let resized = window::resize_events().map(|(id, size)| Message::Resized(id, size));
        let uncovered = iced::event::listen_with(|event, _, _| match event {
            iced::Event::Window(window::Event::Focused | window::Event::Unfocused) => Some(Message::Uncovered),
            _ => None,
        });
        let mut all = vec![keys, boards, seconds, closed, resized, uncovered];
        if self.board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live) {
            all.push(iced::time::every(FRAME).map(|_| Message::FrameDue));
        }
        Subscription::batch(all)
    }
}

/// The line as the identity of a subscription: there is one for the whole run.
struct Boards(Line);

impl std::hash::Hash for Boards {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        "boards".hash(state);
    }
}

fn boards(line: &Boards) -> impl iced::futures::Stream<Item = Message> + use<> {
    iced::futures::stream::unfold(Some(line.0.boards()), async |latest| {
        let mut latest = latest?;
        if latest.changed().await.is_err() {
            return Some((Message::CounterGone, None));
        }
        latest.mark_unchanged();
        Some((Message::BoardArrived, Some(latest)))
    })
}
