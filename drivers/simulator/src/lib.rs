//! Virtual peripherals and synthetic people.
//!
//! What stands in front of the station when no hardware does: [`pad`] speaks a signature pad's wire protocol over a
//! pseudo terminal to the real driver, [`replay`] puts images (a folder's, or a synthetic person's) behind the traits
//! of camera, fingerprint scanner and iris camera, [`faults`] makes any of them fail on purpose, and [`people`]
//! invents the residents. Training mode, simulation and tests use the same ones.

pub mod faults;
pub mod pad;
pub mod people;
pub mod replay;
