//! What of the unrolled iris is not iris though it lies between the contours: reflections and lashes.
//!
//! Reflections come first and are the graver: the lamps of a station draw the same pattern on every eye, so that what
//! is left of them makes strangers alike. A lamp is far brighter than the iris, but when it is large it is also much of
//! what a row of the sheet shows. So what is usual is told from the darker samples alone, which are iris whatever shines
//! on the rest. From what is surely lamp the mask grows down the soft slope around it, to where the brightness is no
//! longer unusual. Lashes are told against what remains.

use super::sheet::{COLUMNS, ROWS};

/// Rows to either side that tell what a row looks like.
const AROUND: usize = 3;
/// Least standard deviation of the iris assumed, in grey levels.
const LEAST_SPREAD: f32 = 6.0;
/// How far above the usual a sample surely glares, in standard deviations, within these grey levels: no lamp is fainter
/// and no iris brighter.
const SURE: f32 = 5.0;
const SURE_RISE: (f32, f32) = (40.0, 60.0);
/// The same as a share of the way to white, of which a bright iris has little, but never within the iris's own spread.
const TO_WHITE: f32 = 0.6;
const LEAST_SURE: f32 = 3.3;
/// How far above the usual a sample still belongs to a reflection it slopes down from, in standard deviations and at
/// most in grey levels.
const SLOPE: f32 = 1.5;
const SLOPE_RISE: f32 = 20.0;
/// What a slope may rise from one sample to the next, in grey levels.
const UNEVEN: f32 = 2.0;
/// How far a slope is followed from where it surely glares, in samples of the sheet.
const LONGEST_SLOPE: u8 = 12;
/// How many standard deviations a row may be brighter than the whole sheet before it is taken for a reflection all
/// around.
const BRIGHTER_ROW: f32 = 2.5;

/// Masks reflections and lashes; returns how many samples of what was visible lie under reflections.
pub(super) fn mask_outliers(grey: &[f32], mask: &mut [f32]) -> usize {
    let glare = reflections(grey, mask);
    let glaring = glare.iter().zip(&*mask).filter(|(glares, seen)| **glares && **seen > 0.0).count();
    spread(&glare, mask);
    let dark = lashes(grey, mask);
    spread(&dark, mask);
    glaring
}

/// How often each grey level occurs.
#[derive(Clone)]
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

    /// The levels below which two rising shares lie, to fractions of a level.
    fn quantiles(&self, shares: [f32; 2]) -> [f32; 2] {
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

    /// Mean and standard deviation of the iris, from the darker samples alone.
    fn usual(&self) -> (f32, f32) {
        // A normal distribution has these shares 1.282 and 0.385 standard deviations below its mean.
        let [low, high] = self.quantiles([0.1, 0.35]);
        let spread = ((high - low) / (1.282 - 0.385)).max(LEAST_SPREAD);
        (high + 0.385 * spread, spread)
    }
}

/// What each row of the sheet and its neighbours show, and what all do: where lids and lashes are rare if enough of that
/// is visible, else everywhere.
fn per_row<T>(grey: &[f32], mask: &[f32], look: impl Fn(&Levels) -> T) -> (Vec<T>, T) {
    let mut whole = [Levels::default(), Levels::default()];
    let count = |row: usize, sign: i32, [side, all]: &mut [Levels; 2]| {
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
    let chosen = |[side, all]: &[Levels; 2]| look(if side.total >= 32 { side } else { all });
    let mut near = [Levels::default(), Levels::default()];
    (0..AROUND).for_each(|row| count(row, 1, &mut near));
    let rows = (0..ROWS)
        .map(|row| {
            if row + AROUND < ROWS {
                count(row + AROUND, 1, &mut near);
            }
            if row > AROUND {
                count(row - AROUND - 1, -1, &mut near);
            }
            chosen(&near)
        })
        .collect();
    (0..ROWS).step_by(4).for_each(|row| count(row, 1, &mut whole));
    (rows, chosen(&whole))
}

/// Samples under reflections, slopes included.
fn reflections(grey: &[f32], mask: &[f32]) -> Vec<bool> {
    let (rows, (middle, spread)) = per_row(grey, mask, Levels::usual);
    let brightest = middle + BRIGHTER_ROW * spread;
    let mut glare = vec![false; grey.len()];
    let mut front = Vec::new();
    let limits: Vec<(f32, f32)> = rows
        .iter()
        .map(|(middle, spread)| {
            let middle = middle.min(brightest);
            let sure = (SURE * spread)
                .clamp(SURE_RISE.0, SURE_RISE.1)
                .min((TO_WHITE * (255.0 - middle)).max(LEAST_SURE * spread));
            (middle + sure, middle + (SLOPE * spread).min(SLOPE_RISE).min(0.5 * sure))
        })
        .collect();
    for (at, v) in grey.iter().enumerate() {
        if *v > limits[at / COLUMNS].0 {
            glare[at] = true;
            front.push(at);
        }
    }
    for _ in 0..LONGEST_SLOPE {
        let mut next = Vec::new();
        for at in front {
            let (row, column) = (at / COLUMNS, at % COLUMNS);
            let left = row * COLUMNS + (column + COLUMNS - 1) % COLUMNS;
            let right = row * COLUMNS + (column + 1) % COLUMNS;
            let above = row.checked_sub(1).map(|_| at - COLUMNS);
            let below = (row + 1 < ROWS).then_some(at + COLUMNS);
            for beside in [Some(left), Some(right), above, below].into_iter().flatten() {
                let sloping = grey[beside] < grey[at] + UNEVEN && grey[beside] > limits[beside / COLUMNS].1;
                if !glare[beside] && sloping {
                    glare[beside] = true;
                    next.push(beside);
                }
            }
        }
        front = next;
    }
    glare
}

/// Samples far darker than their row, mostly in the upper half, where the threshold is tighter; crypts elsewhere are
/// dark too and must stay.
fn lashes(grey: &[f32], mask: &[f32]) -> Vec<bool> {
    let (rows, _) = per_row(grey, mask, |levels| levels.quantiles([0.16, 0.5]));
    let mut dark = vec![false; grey.len()];
    for ((row, [below, middle]), dark) in grey.chunks_exact(COLUMNS).zip(rows).zip(dark.chunks_exact_mut(COLUMNS)) {
        let spread = (middle - below).max(5.0);
        for (column, (v, dark)) in row.iter().zip(dark).enumerate() {
            let depth = if column > COLUMNS / 2 { 3.8 } else { 4.5 };
            *dark = *v < middle - depth * spread;
        }
    }
    dark
}

/// Masks samples and what touches them, because lashes and reflections have soft borders.
fn spread(bad: &[bool], mask: &mut [f32]) {
    for (at, _) in bad.iter().enumerate().filter(|(_, bad)| **bad) {
        let (row, column) = (at / COLUMNS, at % COLUMNS);
        for r in row.saturating_sub(1)..(row + 2).min(ROWS) {
            for c in [COLUMNS - 2, COLUMNS - 1, 0, 1, 2] {
                mask[r * COLUMNS + (column + c) % COLUMNS] = 0.0;
            }
        }
    }
}

/// Columns left, right and below, where lids and lashes are rare.
fn sideways(column: usize) -> bool {
    let degrees = column as f32 * 360.0 / COLUMNS as f32;
    !(200.0..=340.0).contains(&degrees)
}
