//! The truth about a capture.

use rekam_hal::GrayImage;

use super::geometry::Circle;

/// Where things are in a capture, in pixels (pixel centres at whole numbers, y downwards).
#[derive(Debug, Clone, PartialEq)]
pub struct EyeTruth {
    /// Inner border of the iris as seen from the front, about its centre.
    pub pupil: Circle,
    /// Outer border of the iris as seen from the front.
    pub limbus: Circle,
    /// Inner border of the iris in the picture: turned away, and no circle at best.
    pub pupil_outline: Outline,
    /// Outer border of the iris in the picture, also where a lid hides it.
    pub limbus_outline: Outline,
    /// Edge of the upper lid from corner to corner.
    pub upper_lid: Vec<(f32, f32)>,
    /// Edge of the lower lid from corner to corner.
    pub lower_lid: Vec<(f32, f32)>,
    /// Where free iris is seen: 255, elsewhere 0. What a lash, a lid, a lamp or a lens hides is not free.
    pub iris: GrayImage,
    /// Share of the iris ring that is in the picture and not under lids, lashes or reflections, 0..=1.
    pub visible: f32,
    /// Column shift of the texture: the angle in degrees, clockwise, by which the iris is turned.
    pub tilt: f32,
}

impl EyeTruth {
    /// Whether a place of the eye is in the picture and between the lids.
    pub fn seen(&self, (x, y): (f32, f32)) -> bool {
        let inside = (0.0..self.iris.width() as f32).contains(&x) && (0.0..self.iris.height() as f32).contains(&y);
        inside && at(&self.upper_lid, x).is_some_and(|lid| y > lid) && at(&self.lower_lid, x).is_some_and(|lid| y < lid)
    }
}

/// Height of a line from left to right at an abscissa it reaches.
fn at(line: &[(f32, f32)], x: f32) -> Option<f32> {
    let next = line.windows(2).find(|pair| (pair[0].0..=pair[1].0).contains(&x))?;
    let along = (x - next[0].0) / (next[1].0 - next[0].0).max(1e-6);
    Some(next[0].1 + along * (next[1].1 - next[0].1))
}

/// A closed curve in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    points: Vec<(f32, f32)>,
}

impl Outline {
    /// The curve through points in order, closed behind the last.
    pub fn new(points: Vec<(f32, f32)>) -> Self {
        Self { points }
    }

    /// Points of the curve, evenly spread around its centre, clockwise from the right.
    pub fn points(&self) -> &[(f32, f32)] {
        &self.points
    }

    /// How far a point lies from the curve, in pixels.
    pub fn distance(&self, x: f32, y: f32) -> f32 {
        let next = self.points.iter().cycle().skip(1);
        self.points.iter().zip(next).map(|(a, b)| from_segment((x, y), *a, *b)).fold(f32::INFINITY, f32::min)
    }

    /// Mean and largest distance of points from the curve, in pixels.
    pub fn errors(&self, points: impl IntoIterator<Item = (f32, f32)>) -> (f32, f32) {
        let (mut sum, mut most, mut count) = (0.0, 0.0_f32, 0);
        for (x, y) in points {
            let miss = self.distance(x, y);
            (sum, most, count) = (sum + miss, most.max(miss), count + 1);
        }
        (sum / count.max(1) as f32, most)
    }
}

fn from_segment((x, y): (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((x - a.0) * dx + (y - a.1) * dy) / (dx * dx + dy * dy).max(1e-12);
    let t = along.clamp(0.0, 1.0);
    (x - a.0 - t * dx).hypot(y - a.1 - t * dy)
}
