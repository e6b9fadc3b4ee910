//! The end of a record.
