//! Pen strokes, drawn.
