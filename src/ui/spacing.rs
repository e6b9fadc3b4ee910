//! Distances and sizes, so that everything stands on one grid. All in logical pixels.

/// Between a label and its value.
pub const XS: f32 = 4.0;
/// Between parts of one thing.
pub const S: f32 = 8.0;
/// Between things of one group.
pub const M: f32 = 12.0;
/// Around groups.
pub const L: f32 = 16.0;
/// Between groups.
pub const XL: f32 = 24.0;

/// Text that explains.
pub const CAPTION: f32 = 13.0;
/// Text that is read.
pub const BODY: f32 = 15.0;
/// Values: names, numbers.
pub const VALUE: f32 = 17.0;
/// Heads of groups.
pub const TITLE: f32 = 20.0;
/// Heads of screens, advice.
pub const HEADLINE: f32 = 26.0;
/// The one thing seen from afar.
pub const DISPLAY: f32 = 40.0;

/// Least height of anything that is pressed.
pub const TARGET: f32 = 44.0;
/// Height of the bar with the station's state.
pub const TOP_BAR: f32 = 40.0;
/// Height of the bar with the actions.
pub const ACTION_BAR: f32 = 64.0;
/// Height of the line with the keys that work everywhere.
pub const FOOTER: f32 = 30.0;
/// Roundness of corners.
pub const RADIUS: f32 = 6.0;
