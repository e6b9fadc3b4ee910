//! The screens.

pub mod capture;
pub mod confirm;
pub mod devices;
pub mod done;
pub mod fingerprints;
pub mod help;
pub mod home;
pub mod iris;
pub mod login;
pub mod photo;
pub mod settings;
pub mod setup;
pub mod signature;
pub mod supervisor;
pub mod verify;
