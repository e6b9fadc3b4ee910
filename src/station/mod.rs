//! The station: which devices there are, captures on their own threads, and the desk at which a record is made.
//!
//! The window and the headless line both work through [`Desk`]: it asks the session what follows from a wish, makes
//! the event durable in the store, and only then lets the session (and so the screen) move on. Supervisors work on
//! finished records through [`Ledger`], by the same session calls.

pub mod clock;
pub mod counter;
pub mod desk;
pub mod devices;
pub mod engines;
pub mod error;
pub mod finished;
pub mod gallery;
pub mod glass;
pub mod guide;
pub mod health;
pub mod job;
pub mod kept;
pub mod ledger;
mod models;
pub mod papers;
pub mod plugged;
pub mod portrait;
pub mod supervisor;
pub mod training;

pub use clock::{Clock, SimulatedClock, SystemClock};
pub use desk::Desk;
pub use devices::{Bay, Bays, Opened};
pub use engines::{EngineError, Engines, Judged};
pub use error::DeskError;
pub use glass::Glass;
pub use job::{Job, JobError, News};
pub use ledger::{Ledger, Recipients};
pub use models::Models;
pub use supervisor::{Dispatch, Supervisor};
