//! Two hands, drawn: which finger is in turn, which are done and how well.
