//! The rubber sheet: the iris unrolled between pupil and limbus, with a mask of what is not iris.
//!
//! Coordinates after Daugman (2004): column = angle, row = share of the way from the pupil's border to the limbus at
//! the same angle, which cancels size, place and pupil dilation.

use std::f32::consts::TAU;

use rekam_hal::image::GrayImage;

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
    let mut grey = vec![0.0; ROWS * COLUMNS];
    let mut mask = vec![1.0; ROWS * COLUMNS];
    let limbus = fine.limbus.as_circle();
    let margin = 0.03 * limbus.r;
    let (mut lid_count, mut outside) = (0, 0);
    let seen = |(x, y): (f32, f32)| fine.plane.holds(x, y, 0.0);
    for column in 0..COLUMNS {
        let angle = TAU * column as f32 / COLUMNS as f32;
        let (inner, outer) = (fine.pupil.point(angle), fine.limbus.point(angle));
        let whole = seen(inner) && seen(outer);
        let step = ((outer.0 - inner.0) / ROWS as f32, (outer.1 - inner.1) / ROWS as f32);
        for row in 0..ROWS {
            let t = row as f32 + 0.5;
            let (x, y) = (inner.0 + step.0 * t, inner.1 + step.1 * t);
            let at = row * COLUMNS + column;
            grey[at] = fine.plane.sample(x, y);
            let lidded =
                fine.upper.is_some_and(|l| y < l.at(x) + margin) || fine.lower.is_some_and(|l| y > l.at(x) - margin);
            if lidded {
                lid_count += 1;
            }
            let here = whole || seen((x, y));
            if !here {
                outside += 1;
            }
            if lidded || !here {
                mask[at] = 0.0;
            }
        }
    }
    let total = (ROWS * COLUMNS) as f32;
    let glare_share = mask_outliers(&grey, &mut mask) as f32 / total;
    let outside_share = outside as f32 / total;
    let valid: f32 = mask.iter().sum();
    let lid_share = lid_count as f32 / total;
    Sheet { grey, mask, glare_share, outside_share, lid_share, other_share: (1.0 - valid / total - lid_share).max(0.0) }
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

/// Rows to either side that tell what a row looks like.
const AROUND: usize = 3;

/// How often each grey level occurs.
struct Levels {
    counts: [i32; 256],
    total: i32,
}

impl Default for Levels {
    fn default() -> Self {
        Self { counts: [0; 256], total: 0 }
    }
}

impl Levels {
    fn count(&mut self, grey: f32, sign: i32) {
        self.counts[(grey as i32).clamp(0, 255) as usize] += sign;
        self.total += sign;
    }

    /// The levels below which the given rising shares lie, to fractions of a level.
    fn quantiles(&self, shares: [f32; 3]) -> [f32; 3] {
        let (mut level, mut below) = (0, 0);
        shares.map(|share| {
            let wanted = share * self.total as f32;
            while level < 255 && ((below + self.counts[level]) as f32) < wanted {
                below += self.counts[level];
                level += 1;
            }
            level as f32 + (wanted - below as f32) / self.counts[level].max(1) as f32
        })
    }
}

/// Masks samples far from what their row looks like: reflections above, lashes below (lashes mostly in the upper half,
/// where the threshold is tighter; crypts elsewhere are dark too and must stay).
/// Returns how many samples glare.
fn mask_outliers(grey: &[f32], mask: &mut [f32]) -> usize {
    let mut bad = vec![false; grey.len()];
    let mut glaring = 0;
    let mut side = Levels::default();
    let mut all = Levels::default();
    let count = |row: usize, sign: i32, side: &mut Levels, all: &mut Levels| {
        for column in (row % 3..COLUMNS).step_by(3) {
            let at = row * COLUMNS + column;
            if mask[at] > 0.0 {
                all.count(grey[at], sign);
                if sideways(column) {
                    side.count(grey[at], sign);
                }
            }
        }
    };
    (0..AROUND).for_each(|row| count(row, 1, &mut side, &mut all));
    for row in 0..ROWS {
        if row + AROUND < ROWS {
            count(row + AROUND, 1, &mut side, &mut all);
        }
        if row > AROUND {
            count(row - AROUND - 1, -1, &mut side, &mut all);
        }
        let levels = if side.total >= 32 { &side } else { &all };
        let [below, middle, above] = levels.quantiles([0.16, 0.5, 0.84]);
        let low = (middle - below).max(4.0);
        // A large reflection must not pass for what is usual here.
        let high = (above - middle).min(2.5 * low).max(4.0);
        for column in 0..COLUMNS {
            let v = grey[row * COLUMNS + column];
            let depth = if column > COLUMNS / 2 { 3.8 } else { 4.5 };
            let glares = v > middle + 4.0 * high.max(6.0);
            glaring += usize::from(glares && mask[row * COLUMNS + column] > 0.0);
            bad[row * COLUMNS + column] = glares || v < middle - depth * low.max(5.0);
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
    glaring
}

/// Columns left, right and below, where lids and lashes are rare.
fn sideways(column: usize) -> bool {
    let degrees = column as f32 * 360.0 / COLUMNS as f32;
    !(200.0..=340.0).contains(&degrees)
}
