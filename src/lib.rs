//! Rekam: the station at which a resident is recorded for the electronic identity card (KTP-el).
//!
//! The map, from the inside out; arrows point inward only:
//!
//! - [`domain`]: what a resident, a NIK and an enrolment session are. Pure.
//! - [`biometrics`]: from an image to quality and template, from two templates to a score. Pure.
//! - [`interchange`]: standard records, written and strictly read.
//! - [`store`]: the encrypted database: journal, register, gallery, audit chain.
//! - [`dedup`]: has this person been recorded before?
//! - [`batch`]: sealing records, and the signed file that leaves on a USB stick.
//! - [`station`]: devices, captures, the desk, the supervisor.
//! - [`office`]: register import, queue, appointments, slips.
//! - `ui`: the window (feature `gui`); the only room that knows the toolkit.
//! - [`cli`]: the command line; the only room that reads arguments and prints.

pub mod batch;
pub mod biometrics;
pub mod cli;
pub mod dedup;
pub mod domain;
pub mod interchange;
pub mod office;
pub mod station;
pub mod store;
#[cfg(feature = "gui")]
pub mod ui;
