//! The window: the only room that says `iced`.
//!
//! It draws the latest [`Board`](crate::station::counter::Board) of the counter and turns keys into acts; it holds
//! nothing of its own but what is being typed and chosen. Every screen is a struct with its `Message`, an `update` that
//! answers with [`Outcome`]s for the parent, a list of [`Action`]s (a key, its words, its message: so that no button
//! can promise a key that does not work), and a `view`.
//!
//! What the toolkit forbids is settled here once: frames are drawn by a widget of our own that never measures them
//! ([`widget::preview`]), images reach it decoded only, fonts are embedded, and a missing display is one sentence
//! instead of a panic ([`display`]).

pub mod action;
pub mod app;
pub mod context;
pub mod display;
pub mod keys;
pub mod outcome;
pub mod pictures;
pub mod preferences;
pub mod resident;
pub mod run;
pub mod screen;
pub mod shell;
pub mod spacing;
pub mod text;
pub mod theme;
pub mod trouble;
pub mod widget;

pub use action::{Action, Kind};
pub use app::App;
pub use context::Context;
pub use outcome::{Outcome, Route};
pub use preferences::Preferences;
pub use run::{run, settings};

/// An element of this program's windows.
pub type Element<'a, Message> = iced::Element<'a, Message, iced::Theme, iced::Renderer>;
