//! Opening the windows on a display.

use iced::{Task, Theme, window};
use time::OffsetDateTime;

use super::app::{App, Message};
use super::display::{self, WindowError};
use super::preferences::Preferences;
use super::{Element, spacing};
use crate::station::counter::Line;

/// Opens the window and stays until it is closed.
///
/// # Errors
/// [`WindowError`].
pub fn run(line: Line, preferences: Preferences) -> Result<(), WindowError> {
    display::check()?;
    let boot = move || -> (App, Task<Message>) {
        let mut app = App::new(line.clone(), preferences, OffsetDateTime::now_utc());
        let windows = app.open_windows();
        (app, windows)
    };
    iced::daemon(boot, App::update, view)
        .title(|app: &App, id: window::Id| app.title(id))
        .theme(|app: &App, _: window::Id| -> Theme { app.preferences().look.theme() })
        .style(|app: &App, _: &Theme| app.coat())
        .scale_factor(|app: &App, id: window::Id| app.scale_of(id))
        .subscription(App::subscription)
        .settings(settings())
        .run()
        .map_err(|error| WindowError::Toolkit(error.to_string().into()))
}

fn view(app: &App, id: window::Id) -> Element<'_, Message> {
    app.view_of(id)
}

/// Fonts and sizes of every window, and of tests that draw one.
pub fn settings() -> iced::Settings {
    iced::Settings {
        fonts: vec![
            include_bytes!("../../assets/fonts/Inter-Regular.otf").as_slice().into(),
            include_bytes!("../../assets/fonts/Inter-Bold.otf").as_slice().into(),
        ],
        default_font: iced::Font::with_name("Inter"),
        default_text_size: spacing::BODY.into(),
        ..iced::Settings::default()
    }
}
