//! Ten fingers.
