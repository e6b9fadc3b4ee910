//! Promises of the standard records: read and written as the standards lay them out, tolerant of other makers where the
//! documentation says so and nowhere else, understood by decoders that other people wrote, and one plain sentence for
//! every file that is none of all this.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

#[path = "../support/jpeg2000.rs"]
mod jpeg2000;
#[path = "../support/mod.rs"]
mod support;

mod desk;
mod face;
mod foreign;
mod golden;
mod images;
mod inspect;
mod inspect_iris;
mod inspect_photo;
mod iris;
mod peers;
mod round_trip;
