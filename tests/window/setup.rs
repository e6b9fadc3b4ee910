//! Making a station.
