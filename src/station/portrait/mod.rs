//! The portrait's engine as the station sees it: a picture goes in, what is to be said of it comes out.
//!
//! Two ways lead to it. A still is measured in full and its figures are kept. Frames of the preview are only looked at,
//! some twenty times a second, by a [`Follower`] that may remember where the face was. Everything else of the room
//! (live guidance, the card, the journal) is built on these few types and knows nothing of networks.

mod card;
mod engine;
mod findings;
mod live;

pub use card::{CARD, card, card_jpeg, window, windowed};
pub use engine::{Follower, PortraitEngine, Seen, Still};
pub use findings::{ADVICE, advice_word, backdrop_of, backdrop_word, findings, quality, wanted};
pub use live::{Hold, LiveView, Shutter, Watching};
