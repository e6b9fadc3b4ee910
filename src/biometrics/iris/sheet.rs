//! The rubber sheet: the iris unrolled between pupil and limbus, with a mask of what is not iris.
//!
//! Coordinates after Daugman (2004): column = angle, row = share of the way from the pupil's border to the limbus at
//! the same angle, which cancels size, place and pupil dilation.

use std::f32::consts::TAU;

use rekam_hal::image::GrayImage;

use super::raster::quantile;
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
    /// Shares of the sheet hidden by lids and lost to reflections, lashes and the image border.
    pub lid_share: f32,
    pub other_share: f32,
}

/// Unrolls the iris and marks lids, lashes, reflections and the outside of the image.
pub(super) fn unroll(fine: &Fine) -> Sheet {
    let mut grey = vec![0.0; ROWS * COLUMNS];
    let mut mask = vec![1.0; ROWS * COLUMNS];
    let limbus = fine.limbus.as_circle();
    let margin = 0.03 * limbus.r;
    let mut lid_count = 0;
    for column in 0..COLUMNS {
        let angle = TAU * column as f32 / COLUMNS as f32;
        let (inner, outer) = (fine.pupil.point(angle), fine.limbus.point(angle));
        for row in 0..ROWS {
            let t = (row as f32 + 0.5) / ROWS as f32;
            let (x, y) = (inner.0 + (outer.0 - inner.0) * t, inner.1 + (outer.1 - inner.1) * t);
            let at = row * COLUMNS + column;
            grey[at] = fine.plane.sample(x, y);
            let lidded =
                fine.upper.is_some_and(|l| y < l.at(x) + margin) || fine.lower.is_some_and(|l| y > l.at(x) - margin);
            if lidded {
                lid_count += 1;
            }
            if lidded || !fine.plane.holds(x, y, 0.0) {
                mask[at] = 0.0;
            }
        }
    }
    mask_outliers(&grey, &mut mask);
    let total = (ROWS * COLUMNS) as f32;
    let valid: f32 = mask.iter().sum();
    let lid_share = lid_count as f32 / total;
    Sheet { grey, mask, lid_share, other_share: (1.0 - valid / total - lid_share).max(0.0) }
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
    Some(Sheet { grey, mask, lid_share: 0.0, other_share: 0.0 })
}

/// Masks samples far from what their row looks like: reflections above, lashes below (lashes mostly in the upper half,
/// where the threshold is tighter; crypts elsewhere are dark too and must stay).
fn mask_outliers(grey: &[f32], mask: &mut [f32]) {
    let mut bad = vec![false; grey.len()];
    for row in 0..ROWS {
        let (from, to) = (row.saturating_sub(3), (row + 4).min(ROWS));
        let mut values: Vec<f32> = (from * COLUMNS..to * COLUMNS)
            .step_by(3)
            .filter(|&i| mask[i] > 0.0 && sideways(i % COLUMNS))
            .map(|i| grey[i])
            .collect();
        if values.len() < 32 {
            values = (from * COLUMNS..to * COLUMNS).filter(|&i| mask[i] > 0.0).map(|i| grey[i]).collect();
        }
        let middle = quantile(&mut values, 0.5);
        let low = (middle - quantile(&mut values, 0.16)).max(4.0);
        let high = (quantile(&mut values, 0.84) - middle).max(4.0);
        for column in 0..COLUMNS {
            let v = grey[row * COLUMNS + column];
            let depth = if column > COLUMNS / 2 { 3.0 } else { 4.5 };
            bad[row * COLUMNS + column] = v > middle + 4.0 * high.max(6.0) || v < middle - depth * low.max(5.0);
        }
    }
    // Lashes and reflections have soft borders: what touches them goes with them.
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            if !bad[row * COLUMNS + column] {
                continue;
            }
            for r in row.saturating_sub(1)..(row + 2).min(ROWS) {
                for c in [COLUMNS - 2, COLUMNS - 1, 0, 1, 2] {
                    mask[r * COLUMNS + (column + c) % COLUMNS] = 0.0;
                }
            }
        }
    }
}

/// Columns left, right and below, where lids and lashes are rare.
fn sideways(column: usize) -> bool {
    let degrees = column as f32 * 360.0 / COLUMNS as f32;
    !(200.0..=340.0).contains(&degrees)
}
