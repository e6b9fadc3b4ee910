//! The rubber sheet: the iris unrolled between pupil and limbus, with a mask of what is not iris.
//!
//! Coordinates after Daugman (2004): column = angle, row = share of the way from the pupil's border to the limbus at
//! the same angle, which cancels size, place and pupil dilation.

use std::f32::consts::TAU;

use rekam_hal::image::GrayImage;

use super::masking;
use super::segmentation::Fine;

/// Rows of the sheet, from the pupil outwards.
pub(super) const ROWS: usize = 64;
/// Columns of the sheet, clockwise from the right.
pub(super) const COLUMNS: usize = 512;

/// The unrolled iris.
pub(super) struct Sheet {
    /// Grey levels, row by row.
    pub grey: Vec<f32>,
    /// 1 where the sample is iris, else 0.
    pub mask: Vec<f32>,
    /// Share of the sheet under reflections.
    pub glare_share: f32,
    /// Share of the sheet outside the image.
    pub outside_share: f32,
    /// Shares of the sheet hidden by lids and lost to reflections, lashes and the image border.
    pub lid_share: f32,
    pub other_share: f32,
}

/// Unrolls the iris and marks lids, lashes, reflections and the outside of the image.
pub(super) fn unroll(fine: &Fine) -> Sheet {
    let mut grey = Vec::with_capacity(ROWS * COLUMNS);
    let mut mask = Vec::with_capacity(ROWS * COLUMNS);
    let margin = 0.03 * fine.limbus.as_circle().r;
    let (mut lid_count, mut outside) = (0, 0);
    let rays: Vec<Ray> = (0..COLUMNS).map(|column| Ray::new(fine, TAU * column as f32 / COLUMNS as f32)).collect();
    let mut points = Vec::with_capacity(COLUMNS);
    for row in 0..ROWS {
        let t = row as f32 + 0.5;
        points.clear();
        points.extend(rays.iter().map(|ray| (ray.from.0 + ray.step.0 * t, ray.from.1 + ray.step.1 * t)));
        grey.extend(points.iter().map(|&(x, y)| fine.plane.sample(x, y)));
        mask.extend(points.iter().zip(&rays).map(|(&(x, y), ray)| {
            let lidded =
                fine.upper.is_some_and(|l| y < l.at(x) + margin) || fine.lower.is_some_and(|l| y > l.at(x) - margin);
            let here = ray.whole || fine.plane.holds(x, y, 0.0);
            lid_count += usize::from(lidded);
            outside += usize::from(!here);
            f32::from(!lidded && here)
        }));
    }
    let total = (ROWS * COLUMNS) as f32;
    let glare_share = masking::mask_outliers(&grey, &mut mask) as f32 / total;
    let outside_share = outside as f32 / total;
    let valid: f32 = mask.iter().sum();
    let lid_share = lid_count as f32 / total;
    Sheet { grey, mask, glare_share, outside_share, lid_share, other_share: (1.0 - valid / total - lid_share).max(0.0) }
}

/// The way from the pupil's border to the limbus at one angle.
struct Ray {
    from: (f32, f32),
    /// From row to row.
    step: (f32, f32),
    /// Whether all of it lies in the image.
    whole: bool,
}

impl Ray {
    fn new(fine: &Fine, angle: f32) -> Self {
        let (from, to) = (fine.pupil.point(angle), fine.limbus.point(angle));
        let step = ((to.0 - from.0) / ROWS as f32, (to.1 - from.1) / ROWS as f32);
        Self { from, step, whole: [from, to].iter().all(|(x, y)| fine.plane.holds(*x, *y, 0.0)) }
    }
}

/// The sheet of an iris that is already unrolled: `height` rows of `width` grey levels from the pupil outwards, column 0
/// to the right, clockwise. `None` unless the extent fits the samples.
pub(super) fn of_polar(width: usize, height: usize, grey: &[u8]) -> Option<Sheet> {
    if width == 0 || height == 0 || width.checked_mul(height)? != grey.len() {
        return None;
    }
    let image = GrayImage::new(width.try_into().ok()?, height.try_into().ok()?, grey.to_vec()).ok()?;
    let mut grey = Vec::with_capacity(ROWS * COLUMNS);
    for row in 0..ROWS {
        let y = (row as f32 + 0.5) * height as f32 / ROWS as f32 - 0.5;
        for column in 0..COLUMNS {
            let x = column as f32 * width as f32 / COLUMNS as f32;
            let at = |dx: i64, dy: i64| f32::from(image.get((x as i64 + dx) % width as i64, y.floor() as i64 + dy));
            let (fx, fy) = (x.fract(), y - y.floor());
            let top = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
            let bottom = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
            grey.push(top + (bottom - top) * fy);
        }
    }
    let mask = vec![1.0; ROWS * COLUMNS];
    Some(Sheet { grey, mask, glare_share: 0.0, outside_share: 0.0, lid_share: 0.0, other_share: 0.0 })
}
