//! The data, read aloud.
