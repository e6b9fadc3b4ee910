//! Brings an image of any sensor to what the network was trained on: ridges dark, 500 dpi.
//!
//! Resampling is a separable triangle filter whose support grows with the reduction, so that 1000 dpi images are
//! averaged and not decimated (aliased ridges become false minutiae).

use rekam_hal::image::{GrayImage, Polarity};

/// The resolution all features are measured at, in dots per inch (ISO/IEC 19794-2 and 19794-4 level 31).
pub const DPI: f32 = 500.0;

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

/// The plane of an image, or the size it would have when that is beyond [`MAX_SIDE`].
pub fn plane(image: &GrayImage) -> Result<Plane, (usize, usize)> {
    let scale = DPI / image.dpi().unwrap_or(DPI);
    let (w, h) = (image.width() as usize, image.height() as usize);
    let side = |n: usize| ((n as f32 * scale).round() as usize).max(1);
    let (width, height) = (side(w), side(h));
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err((width, height));
    }
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
        let plane = plane(&image).map_err(|_| ()).unwrap();
        assert_eq!((plane.width, plane.height), (20, 10));
        assert!(plane.values.iter().all(|v| (v - 100.0).abs() < 30.0));
    }

    #[test]
    fn bright_ridges_are_turned_dark() {
        let image = GrayImage::from_fn(4, 4, |_, _| 255).with_polarity(Polarity::RidgesBright);
        assert!(plane(&image).map_err(|_| ()).unwrap().values.iter().all(|&v| v == 0.0));
    }

    #[test]
    fn an_image_that_would_grow_beyond_a_hand_is_refused() {
        let image = GrayImage::from_fn(1000, 10, |_, _| 0).with_dpi(50.0);
        assert_eq!(plane(&image).map(|_| ()), Err((10_000, 100)));
    }
}
