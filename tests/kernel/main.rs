//! The station on a real kernel: a stick that is pulled out while a batch is written to it, and the rules that say who
//! may use the devices.
//!
//! Sticks and devices are virtual ones which only a virtual machine has. Where they are missing, a case is a skip with
//! its reason, and a failure under `REKAM_KERNEL=require`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on shall stop")]
#![allow(dead_code, reason = "the office of the desk has more than is used here")]

#[path = "../../drivers/plug/tests/support/kernel.rs"]
mod kernel;
#[path = "../desk/office.rs"]
mod office;
#[path = "../support/mod.rs"]
mod support;

mod rules;
mod stick;
