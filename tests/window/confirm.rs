//! The confirm step.
