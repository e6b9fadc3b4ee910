//! Opening the windows on a display.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    let opened = Arc::new(AtomicBool::new(false));
    let (seen, hook) = (opened.clone(), std::panic::take_hook());
    // The toolkit panics where it cannot go on: that is a sentence for the officer and a line for the log.
    std::panic::set_hook(Box::new(|info| tracing::debug!(%info, "panicked")));
    let ended = catch_unwind(AssertUnwindSafe(|| show(boot, seen)));
    std::panic::set_hook(hook);
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(WindowError::Toolkit(error.to_string().into())),
        Err(panic) => {
            let told = panic.downcast_ref::<String>().cloned();
            let told = told.or_else(|| panic.downcast_ref::<&str>().map(|told| (*told).to_owned()));
            let cause = told.unwrap_or_default().into();
            Err(if opened.load(Ordering::Acquire) { WindowError::Failed(cause) } else { WindowError::Toolkit(cause) })
        }
    }
}

fn show(boot: impl Fn() -> (App, Task<Message>) + 'static, opened: Arc<AtomicBool>) -> iced::Result {
    iced::daemon(boot, App::update, view)
        .title(move |app: &App, id: window::Id| {
            // The first question about a window is asked when it opens.
            opened.store(true, Ordering::Release);
            app.title(id)
        })
        .theme(|app: &App, _: window::Id| -> Theme { app.preferences().look.theme() })
        .style(|app: &App, _: &Theme| app.coat())
        .scale_factor(|app: &App, id: window::Id| app.scale_of(id))
        .subscription(App::subscription)
        .settings(settings())
        .run()
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
