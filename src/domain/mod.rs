//! What the station knows about residents and about recording them, without a screen, a file or a clock.
//!
//! Everything here is pure: dates and times come in as arguments. The rules of the register (NIK, names, regions,
//! code lists, eligibility) answer with errors where a record would be wrong and with warnings where the register is
//! merely old; the [`session`] is the state machine that both the window and the headless line drive.

pub mod codes;
pub mod dates;
mod digits;
pub mod eligibility;
pub mod kk;
pub mod name;
pub mod nik;
pub mod region;
pub mod resident;
pub mod session;
pub mod user;
