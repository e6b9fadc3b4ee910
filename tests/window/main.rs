//! The window without a window: every screen drawn, pressed and typed into by the toolkit's simulator.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
#![allow(dead_code, reason = "fixtures are shared by many screens")]

mod boards;
mod counter;
mod counter_eyes;
mod counter_faults;
mod counter_portrait;
mod day;
mod rig;

mod confirm;
mod devices;
mod display;
mod done;
mod faults;
mod fingerprints;
mod frame;
mod frames;
mod help;
mod home;
mod iris;
mod login;
mod photo;
mod resident;
mod settings;
mod setup;
mod signature;
mod station;
mod supervisor;
mod trouble;
mod verify;
mod words;
