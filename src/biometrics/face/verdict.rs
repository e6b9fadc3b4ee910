//! From what is seen to what is said of it.

use rekam_hal::RgbImage;

use super::checks::{judge, nobody};
use super::portraitist::{Nature, Seen};
use super::report::{Advice, Report, Wanted};

/// What is said of a picture: `seen` in it, and to be judged within `frame` (left, top, width, height). A drawing of a
/// face is nobody's face, however well it is drawn.
pub fn report(seen: &Seen, image: &RgbImage, frame: (f32, f32, f32, f32), wanted: &Wanted) -> Report {
    match (seen.nature(), seen.observation(image, frame)) {
        (Nature::Person, Some(observation)) => judge(&observation, wanted),
        (Nature::Drawing, Some(_)) => Report { advice: Some(Advice::NotAPerson), ..nobody() },
        (Nature::Nobody, _) | (Nature::Person | Nature::Drawing, None) => nobody(),
    }
}
