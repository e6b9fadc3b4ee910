//! Two irises.
