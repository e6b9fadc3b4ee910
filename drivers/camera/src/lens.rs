//! What a picture tells of the lens.

use rekam_hal::RgbImage;

/// Grey levels between the darkest and the brightest pixel below which a picture shows nothing but noise.
const CONTRAST: u8 = 8;

/// Whether the lens sees nothing: a cover before it leaves a picture without any contrast.
pub(crate) fn is_covered(picture: &RgbImage) -> bool {
    is_flat(picture.pixels().iter().skip(1).step_by(3))
}

/// Whether pixels have no contrast.
pub(crate) fn is_flat<'p>(pixels: impl Iterator<Item = &'p u8>) -> bool {
    let range = |(low, high): (u8, u8), value: &u8| (low.min(*value), high.max(*value));
    let (low, high) = pixels.fold((u8::MAX, u8::MIN), range);
    high.saturating_sub(low) < CONTRAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_of_a_dark_sensor_is_a_cover_and_a_dim_room_is_none() {
        let picture = |range: u32| {
            RgbImage::new(16, 16, (0..16 * 16).flat_map(|i| [(i * 37 % range) as u8; 3]).collect()).unwrap()
        };
        assert!(is_covered(&picture(5)));
        assert!(!is_covered(&picture(20)));
    }
}
