//! The desk under trouble: cables pulled, residents who present the wrong finger, devices that fall silent; and what
//! desk and supervisor promise about every record whatever happens.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod office;
#[path = "../support/mod.rs"]
mod support;

mod another;
mod export;
mod faces;
mod line;
mod oversight;
mod portrait;
mod returns;
mod sealed;
mod undone;
