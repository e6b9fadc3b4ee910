//! What a lens does to an image: blur on demand, and small frames for display.

use rekam_hal::{GrayImage, RgbImage};

/// Longest side of a preview frame, pixels.
const PREVIEW_SIDE: u32 = 320;
/// Radius of a blurred sample, pixels; run twice it takes fingerprint ridges (period about 9 pixels at 500 dpi) away.
const BLUR_RADIUS: usize = 4;

/// The same kind of image with other pixels of the same number.
pub(super) fn like(original: &GrayImage, pixels: Vec<u8>) -> GrayImage {
    let made = GrayImage::new(original.width(), original.height(), pixels).unwrap_or_else(|_| original.clone());
    describe(original, made)
}

fn describe(original: &GrayImage, made: GrayImage) -> GrayImage {
    let made = made.with_source_bits(original.source_bits()).with_polarity(original.polarity());
    match original.dpi() {
        Some(dpi) => made.with_dpi(dpi),
        None => made,
    }
}

/// Out of focus.
pub(super) fn blur_gray(image: GrayImage) -> GrayImage {
    soft(&image, BLUR_RADIUS)
}

/// Out of focus by so many pixels.
pub(super) fn soft(image: &GrayImage, radius: usize) -> GrayImage {
    like(image, blur(image.pixels(), image.width() as usize, 1, radius))
}

/// Out of focus.
pub(super) fn blur_rgb(image: RgbImage) -> RgbImage {
    let pixels = blur(image.pixels(), image.width() as usize, 3, BLUR_RADIUS);
    RgbImage::new(image.width(), image.height(), pixels).unwrap_or(image)
}

/// A small frame for display.
pub(super) fn preview_gray(image: &GrayImage) -> GrayImage {
    let (step, width, height) = shrink(image.width(), image.height());
    let made = GrayImage::from_fn(width, height, |x, y| image.get(i64::from(x * step), i64::from(y * step)));
    smaller(image, made)
}

/// A small frame for display.
pub(super) fn preview_rgb(image: &RgbImage) -> RgbImage {
    let (step, width, height) = shrink(image.width(), image.height());
    let (step, row) = (step as usize, image.width() as usize * 3);
    let rows = image.pixels().chunks_exact(row).step_by(step).take(height as usize);
    let pixels: Vec<u8> =
        rows.flat_map(|row| row.chunks_exact(3).step_by(step).take(width as usize).flatten().copied()).collect();
    RgbImage::new(width, height, pixels).unwrap_or_else(|_| image.clone())
}

/// Every how many pixels, and the size that gives.
fn shrink(width: u32, height: u32) -> (u32, u32, u32) {
    let step = width.max(height).div_ceil(PREVIEW_SIDE).max(1);
    (step, width.div_ceil(step), height.div_ceil(step))
}

/// The image no wider and no higher than this, each pixel the mean of those it covers.
pub(super) fn fit_gray(image: &GrayImage, (wide, high): (u32, u32)) -> GrayImage {
    let Some((width, height)) = fitted((image.width(), image.height()), (wide, high)) else { return image.clone() };
    let pixels = covered(image.pixels(), (image.width(), image.height()), (width, height), 1);
    GrayImage::new(width, height, pixels).map_or_else(|_| image.clone(), |made| smaller(image, made))
}

/// What is known of the original, for the same picture with fewer pixels.
fn smaller(original: &GrayImage, made: GrayImage) -> GrayImage {
    let made = describe(original, made);
    let scale = made.width() as f32 / original.width() as f32;
    match original.dpi() {
        Some(dpi) => made.with_dpi(dpi * scale),
        None => made,
    }
}

/// The image no wider and no higher than this, each pixel the mean of those it covers.
pub fn fit_rgb(image: &RgbImage, (wide, high): (u32, u32)) -> RgbImage {
    let Some((width, height)) = fitted((image.width(), image.height()), (wide, high)) else { return image.clone() };
    let pixels = covered(image.pixels(), (image.width(), image.height()), (width, height), 3);
    RgbImage::new(width, height, pixels).unwrap_or_else(|_| image.clone())
}

/// The size that fits into a frame with its proportions kept; `None` when it fits as it is.
fn fitted((width, height): (u32, u32), (wide, high): (u32, u32)) -> Option<(u32, u32)> {
    let scale = (f64::from(wide) / f64::from(width)).min(f64::from(high) / f64::from(height));
    let side = |side: u32, most: u32| ((f64::from(side) * scale).round() as u32).clamp(1, most.max(1));
    (scale < 1.0).then(|| (side(width, wide), side(height, high)))
}

/// Each pixel of the smaller image is the mean of the pixels it touches.
fn covered(pixels: &[u8], from: (u32, u32), to: (u32, u32), channels: usize) -> Vec<u8> {
    let touched = |at: u32, from: u32, to: u32| {
        let (low, high) = (u64::from(at) * u64::from(from), u64::from(at + 1) * u64::from(from));
        (low / u64::from(to)) as usize..high.div_ceil(u64::from(to)).min(u64::from(from)) as usize
    };
    let row = from.0 as usize * channels;
    let mut made = Vec::with_capacity(to.0 as usize * to.1 as usize * channels);
    for y in 0..to.1 {
        let rows = touched(y, from.1, to.1);
        for x in 0..to.0 {
            let columns = touched(x, from.0, to.0);
            for channel in 0..channels {
                let places = rows.clone().flat_map(|r| columns.clone().map(move |c| r * row + c * channels + channel));
                let sum: u32 = places.filter_map(|place| pixels.get(place)).map(|p| u32::from(*p)).sum();
                made.push((sum / (rows.len() * columns.len()).max(1) as u32) as u8);
            }
        }
    }
    made
}

/// Two box filters in each direction.
fn blur(pixels: &[u8], width: usize, channels: usize, radius: usize) -> Vec<u8> {
    let row = width * channels;
    let height = pixels.len() / row.max(1);
    let mut current = pixels.to_vec();
    for _ in 0..2 {
        for y in 0..height {
            (0..channels).for_each(|c| smooth(&mut current, y * row + c, channels, width, radius));
        }
        for x in 0..row {
            smooth(&mut current, x, row, height, radius);
        }
    }
    current
}

/// One box filter along `count` pixels that start at `start` and lie `stride` apart.
fn smooth(pixels: &mut [u8], start: usize, stride: usize, count: usize, radius: usize) {
    let line: Vec<u32> = pixels.iter().skip(start).step_by(stride.max(1)).take(count).map(|p| u32::from(*p)).collect();
    let sums: Vec<u32> = std::iter::once(0)
        .chain(line.iter().scan(0, |sum, value| {
            *sum += value;
            Some(*sum)
        }))
        .collect();
    for (i, pixel) in pixels.iter_mut().skip(start).step_by(stride.max(1)).take(count).enumerate() {
        let (low, high) = (i.saturating_sub(radius), (i + radius + 1).min(line.len()));
        let total = sums.get(high).copied().unwrap_or(0) - sums.get(low).copied().unwrap_or(0);
        *pixel = (total / (high - low).max(1) as u32) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_takes_stripes_away_and_keeps_the_mean() {
        let stripes =
            GrayImage::from_fn(64, 48, |x, _| if (x / 4).is_multiple_of(2) { 0 } else { 200 }).with_dpi(500.0);
        let soft = blur_gray(stripes);
        let inner: Vec<i32> = (16..48).map(|x| i32::from(soft.get(x, 24))).collect();
        assert!(inner.iter().all(|v| (v - 100).abs() < 15), "{inner:?}");
        assert_eq!(soft.dpi(), Some(500.0));
    }

    #[test]
    fn frames_are_small_and_show_the_same_picture() {
        let image = GrayImage::from_fn(1001, 700, |x, y| (x / 8 + y / 8) as u8);
        let frame = preview_gray(&image);
        assert!(frame.width() <= PREVIEW_SIDE && frame.height() <= PREVIEW_SIDE);
        assert_eq!(frame.get(10, 10), image.get(40, 40));
        let fitted = fit_gray(&image, (320, 400));
        assert_eq!((fitted.width(), fitted.height()), (320, 224));
        assert!(fitted.get(100, 100).abs_diff(image.get(313, 313)) <= 1);
        assert!(fit_gray(&fitted, (320, 400)) == fitted);
        let colour = RgbImage::new(1001, 2, [1, 2, 3].repeat(2002)).unwrap();
        let frame = preview_rgb(&colour);
        assert_eq!((frame.width(), frame.height(), &frame.pixels()[..3]), (251, 1, &[1u8, 2, 3][..]));
    }
}
