//! libfprint-2, loaded at run time.
//!
//! The station starts without the library and says so ([`Missing`]) instead of failing to start. `bindings` is generated
//! from its headers by the example `generate` and committed, so that nobody needs libclang to build; [`library`],
//! [`session`] and `property` are all of the unsafe code over it, and safe to use. libfprint's licence (LGPL) asks for
//! this kind of linking.
//!
//! Everything in the library happens inside a GLib main context, and the synchronous calls run the default one. So all
//! calls must come from one thread: a [`Session`] cannot be sent to another, and another gets none meanwhile. Only a
//! [`Canceller`] crosses threads, with an order that the session's thread carries out.

#[allow(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    dead_code,
    missing_docs,
    non_snake_case,
    non_upper_case_globals,
    non_camel_case_types,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "generated"
)]
#[rustfmt::skip]
mod bindings;
pub mod library;
mod property;
pub mod session;

pub use library::{Canceller, Failure, Library, Missing};
pub use session::{Found, Picture, Session};
