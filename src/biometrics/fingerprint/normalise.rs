//! Brings an image of any sensor to what the network was trained on: ridges dark, 500 dpi.
//!
//! Resampling is a separable triangle filter whose support grows with the reduction, so that 1000 dpi images are
//! averaged and not decimated (aliased ridges become false minutiae).

use std::ops::RangeInclusive;

use rekam_hal::image::{GrayImage, Polarity};

use super::ExtractError;

/// The resolution all features are measured at, in dots per inch (ISO/IEC 19794-2 and 19794-4 level 31).
pub const DPI: f32 = 500.0;

/// Resolutions that can be read, in dots per inch: 250 to 1000, and what rounding makes of these.
pub const RESOLUTIONS: RangeInclusive<f32> = 248.0..=1008.0;

/// Largest side of one finger at 500 dpi: 1024 pixels are 52 mm, a rolled print of any thumb with its margins.
pub const MAX_FINGER: usize = 1024;

/// Smallest side of an image at 500 dpi that can show ridges worth comparing: 3.3 mm.
pub const MIN_FINGER: usize = 64;

/// Largest side after resampling: 4096 pixels are 208 mm, more than a hand's four fingers.
pub const MAX_SIDE: usize = 4096;

/// Grey values 0 (ridge) to 255 (valley) at 500 dpi, row by row.
#[derive(Clone)]
pub struct Plane {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width * height` values.
    pub values: Vec<f32>,
}

impl Plane {
    /// The value at a position; positions outside read the nearest border pixel.
    pub fn get(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.values.get(y * self.width + x).copied().unwrap_or(255.0)
    }
}

/// Width and height of an image after resampling. An image that does not state its resolution has [`DPI`].
///
/// # Errors
/// A stated resolution outside [`RESOLUTIONS`]: that resolution.
pub fn size(image: &GrayImage) -> Result<(usize, usize), f32> {
    match image.dpi() {
        Some(dpi) if !RESOLUTIONS.contains(&dpi) => Err(dpi),
        stated => {
            let side = |n: u32| ((n as f32 * DPI / stated.unwrap_or(DPI)).round() as usize).max(1);
            Ok((side(image.width()), side(image.height())))
        }
    }
}

/// The plane of an image.
///
/// # Errors
/// A stated resolution outside [`RESOLUTIONS`], or a side beyond `largest` (at most [`MAX_SIDE`]) at 500 dpi.
pub fn plane(image: &GrayImage, largest: usize) -> Result<Plane, ExtractError> {
    let (width, height) = size(image).map_err(|dpi| ExtractError::Resolution { dpi })?;
    if width.max(height) > largest.min(MAX_SIDE) {
        return Err(ExtractError::TooLarge { width, height });
    }
    let scale = DPI / image.dpi().unwrap_or(DPI);
    let (w, h) = (image.width() as usize, image.height() as usize);
    let flip = image.polarity() == Polarity::RidgesBright;
    let values = image.pixels().iter().map(|&p| f32::from(if flip { 255 - p } else { p })).collect();
    let source = Plane { width: w, height: h, values };
    // Within half a percent nothing is gained that the filter's blur would not take away.
    if (scale - 1.0).abs() < 0.005 {
        Ok(source)
    } else {
        Ok(transpose_resampled(&transpose_resampled(&source, width), height))
    }
}

/// Resamples the rows to `width` and returns the transposed plane, so that two calls resample both ways.
fn transpose_resampled(source: &Plane, width: usize) -> Plane {
    let step = source.width as f32 / width as f32;
    let support = step.max(1.0);
    let mut values = vec![0.0; width * source.height];
    for (x, column) in values.chunks_exact_mut(source.height).enumerate() {
        let centre = (x as f32 + 0.5) * step - 0.5;
        let first = (centre - support).ceil() as isize;
        let last = (centre + support).floor() as isize;
        let taps: Vec<(isize, f32)> =
            (first..=last).map(|i| (i, 1.0 - (i as f32 - centre).abs() / support)).filter(|t| t.1 > 0.0).collect();
        let total: f32 = taps.iter().map(|t| t.1).sum();
        for (y, out) in column.iter_mut().enumerate() {
            *out = taps.iter().map(|&(i, w)| w * source.get(i, y as isize)).sum::<f32>() / total;
        }
    }
    Plane { width: source.height, height: width, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_dpi_image_is_averaged_to_half_its_size() {
        let image = GrayImage::from_fn(40, 20, |x, _| if x % 2 == 0 { 0 } else { 200 }).with_dpi(1000.0);
        let plane = plane(&image, MAX_SIDE).unwrap();
        assert_eq!((plane.width, plane.height), (20, 10));
        assert!(plane.values.iter().all(|v| (v - 100.0).abs() < 30.0));
    }

    #[test]
    fn bright_ridges_are_turned_dark() {
        let image = GrayImage::from_fn(4, 4, |_, _| 255).with_polarity(Polarity::RidgesBright);
        assert!(plane(&image, MAX_SIDE).unwrap().values.iter().all(|&v| v == 0.0));
    }

    #[test]
    fn an_image_that_would_grow_beyond_its_bound_is_refused() {
        let image = GrayImage::from_fn(600, 10, |_, _| 0).with_dpi(250.0);
        let found = plane(&image, MAX_FINGER).map(|_| ());
        assert!(matches!(found, Err(ExtractError::TooLarge { width: 1200, height: 20 })));
        assert!(plane(&image, MAX_SIDE).is_ok());
        let hand = GrayImage::from_fn(4097, 10, |_, _| 0);
        assert!(matches!(plane(&hand, usize::MAX), Err(ExtractError::TooLarge { width: 4097, height: 10 })));
    }

    #[test]
    fn a_resolution_no_fingerprint_is_taken_at_is_refused_and_an_unknown_one_is_500() {
        let image = || GrayImage::from_fn(80, 80, |_, _| 0);
        for dpi in [60.0, 200.0, 247.0, 1010.0, 1200.0, 4000.0] {
            let found = plane(&image().with_dpi(dpi), MAX_SIDE).map(|_| ());
            assert!(matches!(found, Err(ExtractError::Resolution { dpi: named }) if named == dpi), "{dpi}");
        }
        for dpi in [250.0, 508.0, 569.0, 1000.0, 1000.8] {
            assert!(plane(&image().with_dpi(dpi), MAX_SIDE).is_ok(), "{dpi}");
        }
        assert_eq!(plane(&image(), MAX_SIDE).unwrap().width, 80);
    }
}
