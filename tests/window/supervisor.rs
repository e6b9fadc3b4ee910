//! The supervisors' room.
