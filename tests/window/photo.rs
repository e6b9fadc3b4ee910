//! The portrait.
