//! What a capture does to a face, and what is wrong with it.

use crate::people::Dice;

/// What of a picture is of this capture; [`Moment::typical`] is a photo that passes, every field a way to spoil it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Seed of the noise.
    pub seed: u64,
    /// Middle of the face in pixels.
    pub centre: (f32, f32),
    /// Half the width of the head in pixels.
    pub scale: f32,
    /// Tilt of the head, degrees clockwise in the image.
    pub tilt: f32,
    /// Turn of the head, degrees, negative to the picture's left, up to 30.
    pub yaw: f32,
    /// How far the eyes are open, 0..=1.
    pub eyes: f32,
    /// Where the eyes look: -1..=1 from left to right and from up to down, as parts of what eyes can do.
    pub gaze: (f32, f32),
    /// How far the mouth is open, 0..=1.
    pub mouth: f32,
    /// Wears spectacles.
    pub glasses: bool,
    /// Gain of the exposure, 1 is right.
    pub exposure: f32,
    /// Light from one side only: 1 leaves the picture's right side of the face dark, -1 the left.
    pub side_light: f32,
    /// Blur, standard deviation in pixels.
    pub blur: f32,
    /// The cloth behind, when it is not the usual one of [`Look::backdrop`](super::Look).
    pub backdrop: Option<[u8; 3]>,
    /// Folds and shadows on the cloth behind, 0..=1.
    pub uneven: f32,
    /// The colour of the veil, when it is not the person's own.
    pub veil: Option<[u8; 3]>,
    /// Somebody else stands behind.
    pub second: bool,
}

impl Moment {
    /// A good photo.
    pub fn typical(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x71);
        Self {
            seed,
            centre: (240.0 + 4.0 * dice.gauss(), 288.0 + 4.0 * dice.gauss()),
            scale: dice.range(102.0, 112.0),
            tilt: 1.3 * dice.gauss(),
            yaw: 0.0,
            eyes: dice.range(0.85, 1.0),
            gaze: (0.0, 0.0),
            mouth: 0.0,
            glasses: false,
            exposure: dice.range(0.95, 1.05),
            side_light: 0.0,
            blur: dice.range(0.5, 0.8),
            backdrop: None,
            uneven: 0.0,
            veil: None,
            second: false,
        }
    }
}
