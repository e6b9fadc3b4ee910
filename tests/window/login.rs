//! Login and lock screen.
