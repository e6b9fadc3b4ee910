//! The supervisors' room: whoever has its key approves, decides, exports and audits by keyboard alone, and nothing
//! irrevocable is done there without a question.

mod fixtures;

mod approvals;
mod audit;
mod day;
mod decisions;
mod door;
mod export;
mod looks;
mod officers;
mod parts;
mod review;

pub use fixtures::{inside, room};
