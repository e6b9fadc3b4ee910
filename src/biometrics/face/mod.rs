//! Portraits: who is in the picture, where every part of the face is, and what there is to mend.
//!
//! A chain of small networks (`assets/models/NOTICE` says whose): a detector ([`detect`]), 478 points ([`mesh`]), the
//! pose they imply ([`pose`]), where the person is ([`person`]) and 128 numbers to compare faces by ([`embedding`]).
//! [`Portraitist`] runs them on stills and on previews; what is said of a portrait is computed from its
//! [`report::Observation`] with plain arithmetic.

pub mod backdrop;
pub mod checks;
pub mod crop;
pub mod detect;
pub mod embedding;
pub mod landmarks;
mod lids;
mod mesh;
mod networks;
mod parts;
pub mod person;
mod portraitist;
mod pose;
mod raster;
pub mod replace;
pub mod report;
#[cfg(test)]
mod tests;
mod track;
mod verdict;

pub use embedding::Embedding;
pub use networks::{FaceError, NetworkFiles};
pub use parts::Part;
pub use portraitist::{Nature, Portraitist, Seen, Sitter};
pub use report::{Advice, Assessment, Backdrop, Background, Check, Point, Report, Verdict, Wanted};
pub use track::Track;
pub use verdict::report;
