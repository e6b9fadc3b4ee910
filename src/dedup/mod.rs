//! Has this person been recorded before, perhaps under another NIK?
//!
//! The station screens every captured person against the templates it holds: people recorded here and those cached
//! from the district. It never decides: a finding becomes a hit in the record, a supervisor looks at it, and the
//! centre has the final word. The search runs on its own thread while the operator goes on.

pub mod fusion;
pub mod gallery;
mod screen;
pub mod search;
pub mod worker;

pub use fusion::fuse;
pub use gallery::{Gallery, Person, PersonRef, Templates};
pub use search::{Candidate, Evidence, search};
pub use worker::{Pending, Worker};
