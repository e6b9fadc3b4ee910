//! Has this person been recorded before, perhaps under another NIK?
//!
//! The station screens every captured person against the templates it holds: people recorded here and those cached
//! from the district. It never decides: a finding becomes a hit in the record, a supervisor looks at it, and the
//! centre has the final word. The search runs on its own thread while the operator goes on.
//!
//! Faces take part beside it: whom a portrait looks like is said to the officers and never becomes a hit of its own.

pub mod faces;
pub mod fusion;
pub mod gallery;
mod screen;
pub mod search;
pub mod worker;

pub use faces::Alike;
pub use fusion::fuse;
pub use gallery::{Gallery, Person, PersonRef, Templates};
pub use search::{Candidate, Evidence, search};
pub use worker::{Pending, Worker};
