//! The resident's window.
