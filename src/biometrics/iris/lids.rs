//! Eyelid borders as parabolas over the iris.

use super::contour::{Circle, open_path, parabola};
use super::raster::Plane;

/// An eyelid border as a parabola in image coordinates, meant between `left` and `right`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lid {
    /// Horizontal origin of the parabola in pixels.
    pub x: f32,
    /// Height at the origin in pixels.
    pub y: f32,
    /// Slope at the origin.
    pub slope: f32,
    /// Coefficient of the square term, per pixel; positive is arched like an upper lid.
    pub curve: f32,
}

impl Lid {
    /// Height of the border at a column, in pixels.
    pub fn at(&self, x: f32) -> f32 {
        let d = x - self.x;
        self.y + self.slope * d + self.curve * d * d
    }

    pub(super) fn shifted(&self, (dx, dy): (f32, f32)) -> Lid {
        Lid { x: self.x + dx, y: self.y + dy, ..*self }
    }

    pub(super) fn rescaled(&self, factor: f32) -> Lid {
        Lid {
            x: (self.x + 0.5) * factor - 0.5,
            y: (self.y + 0.5) * factor - 0.5,
            slope: self.slope,
            curve: self.curve / factor,
        }
    }
}

/// Which lid is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Upper,
    Lower,
}

const COLUMNS: usize = 49;
const ROWS: usize = 64;

/// The lid's border over the limbus, or `None` where nothing but the limbus itself is found.
///
/// Going outwards from the iris a lid begins with a brightening (skin is bright in near infrared); lashes on the way
/// only delay it. The pupil's border looks the same and is blanked out.
pub(super) fn find(smooth: &Plane, pupil: &Circle, limbus: &Circle, side: Side) -> Option<Lid> {
    let sign = if side == Side::Upper { -1.0 } else { 1.0 };
    let reach = (0.06 * limbus.r).max(1.0);
    let column_x = |k: usize| limbus.x + limbus.r * 0.96 * (2.0 * k as f32 / (COLUMNS - 1) as f32 - 1.0);
    // Distance outwards from the middle line of the iris.
    let out_of = |s: usize| limbus.r * (-0.25 + 1.4 * s as f32 / (ROWS - 1) as f32);
    let blanked = (1.2 * pupil.r + reach).powi(2);
    let gain_at = |k: usize, s: usize| {
        let (x, y) = (column_x(k), limbus.y + sign * out_of(s));
        if (x - pupil.x).powi(2) + (y - pupil.y).powi(2) < blanked || !smooth.holds(x, y + sign * reach, 0.0) {
            return 0.0;
        }
        (smooth.sample(x, y + sign * reach) - smooth.sample(x, y - sign * reach)).clamp(-10.0, 40.0)
    };
    let gains: Vec<f32> = (0..COLUMNS * ROWS).map(|at| gain_at(at / ROWS, at % ROWS)).collect();
    let gain = |k: usize, s: usize| gains[k * ROWS + s];
    let path = open_path(&gains, ROWS, 2, 1.0, None);
    let mut weights: Vec<f32> = path.iter().enumerate().map(|(k, &s)| gain(k, s).max(0.0) + 0.1).collect();
    let points: Vec<(f32, f32)> = path
        .iter()
        .enumerate()
        .map(|(k, &s)| ((column_x(k) - limbus.x) / limbus.r, sign * out_of(s) / limbus.r))
        .collect();
    let mut fit = [0.0; 3];
    for _ in 0..4 {
        fit = parabola(points.iter().zip(&weights).map(|(&(x, y), &w)| (x, y, w)), 0.002)?;
        // A lid's arch is open towards the eye; the other bend is noise.
        let bent = -sign * fit[2];
        if bent < 0.0 {
            let line = parabola(points.iter().zip(&weights).map(|(&(x, y), &w)| (x, y, w)), 1e6)?;
            fit = [line[0], line[1], 0.0];
        }
        for ((w, &(x, y)), (k, &s)) in weights.iter_mut().zip(&points).zip(path.iter().enumerate()) {
            let miss = (y - (fit[0] + fit[1] * x + fit[2] * x * x)) / 0.08;
            *w = (gain(k, s).max(0.0) + 0.1) * (1.0 - miss * miss).max(0.0).powi(2) + 1e-3;
        }
    }
    let lid = Lid { x: limbus.x, y: limbus.y + fit[0] * limbus.r, slope: fit[1], curve: fit[2] / limbus.r };
    // A lid over the middle of the pupil would leave nothing to see: that is some other edge.
    let clears_pupil = sign * (lid.at(pupil.x) - pupil.y) > 0.1 * pupil.r;
    (clears_pupil && covers(smooth, &lid, limbus, sign, reach)).then_some(lid)
}

/// Whether the border really cuts the limbus and is an edge inside it.
fn covers(smooth: &Plane, lid: &Lid, limbus: &Circle, sign: f32, reach: f32) -> bool {
    let (mut inside, mut rise) = (0, 0.0);
    for k in 0..COLUMNS {
        let x = limbus.x + limbus.r * (2.0 * k as f32 / (COLUMNS - 1) as f32 - 1.0);
        let y = lid.at(x);
        if (x - limbus.x).hypot(y - limbus.y) < 0.96 * limbus.r {
            inside += 1;
            rise += smooth.sample(x, y + sign * reach) - smooth.sample(x, y - sign * reach);
        }
    }
    inside >= 3 && rise / inside as f32 > 4.0
}
