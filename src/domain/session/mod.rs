//! The enrollment session: one resident at one desk, from opening the record to its end.
//!
//! It is a state machine that knows nothing of screens, devices or files. Whoever drives it (the window, the headless
//! line) *wishes* something; [`Session::decide`] answers with the event that follows or with the reason why not; the
//! caller makes the event durable and then applies it. Nothing else changes the state, so reading the events back
//! after a power cut restores exactly what was acknowledged, and a rule that holds for `decide` holds for every record.

mod alike;
mod confirm;
mod event;
mod exception;
mod policy;
mod portrait;
mod rules;
mod sample;
mod state;
mod status;
mod step;
mod wish;

#[cfg(test)]
mod alike_test;
#[cfg(test)]
mod model_test;
#[cfg(test)]
mod portrait_test;

pub use alike::{FaceAlike, FacesFound};
pub use confirm::ConfirmNeed;
pub use event::{
    Acknowledged, Correction, Doubt, Event, Field, Hit, HitBy, HitId, Invitation, Probe, RecordClass, RecordId,
    SlotMatch, Verdict, VoidReason, What,
};
pub use exception::{Exception, ExceptionReason};
pub use policy::{EYES, INDEX_FINGERS, Policy};
pub use portrait::{BackdropSeen, Finding, Findings, PhotoOverride, PortraitVerdict};
pub use rules::Refused;
pub use sample::{Purpose, SampleId, SampleRef, Slot};
pub use state::{HitState, ReplayError, Session, SlotState};
pub use status::{Status, Undone};
pub use step::{Step, StepOrder, StepOrderError};
pub use wish::Wish;
