//! The mesh points by name: which of the 478 are lids, lips and jaw, and the few lengths everything is measured in.
//!
//! Left and right are those of the picture, as everywhere in this module.

use super::super::report::Point;

/// Round the whole face, from the forehead clockwise in the picture.
pub(crate) const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/// Jaw from ear to ear and both brows: the points the 98 landmarks of OFIQ enclose, without the forehead, so that
/// neither a fringe nor a hijab counts as face.
const JAW_AND_BROWS: [usize; 29] = [
    454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 70, 63, 105,
    66, 296, 334, 293, 300,
];
/// Lips from outside.
pub(crate) const LIPS: [usize; 20] =
    [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146];
/// Upper and lower lid of the picture's left eye, three pairs.
const LIDS_LEFT: [(usize, usize); 3] = [(160, 144), (159, 145), (158, 153)];
const LIDS_RIGHT: [(usize, usize); 3] = [(385, 380), (386, 374), (387, 373)];
/// Inner rims of the lips.
const LIP_PAIRS: [(usize, usize); 3] = [(82, 87), (13, 14), (312, 317)];
/// Contour of each eye between the lids.
const EYE_LEFT: [usize; 16] = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7];
const EYE_RIGHT: [usize; 16] = [362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382];

/// One of the two eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one on the picture's left.
    Left,
    /// The other.
    Right,
}

/// The points of one face, all finite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Landmarks<'a> {
    points: &'a [[f32; 3]],
}

impl<'a> Landmarks<'a> {
    /// `None` when points are missing, not finite, or lie all on one another.
    pub(crate) fn new(points: &'a [[f32; 3]]) -> Option<Self> {
        let sound = points.len() >= 478 && points.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e6);
        let this = Self { points };
        (sound && this.eye_distance() > 1e-2 && this.eyes_to_chin() > 1e-2).then_some(this)
    }

    pub(crate) fn at(&self, index: usize) -> Point {
        (self.points[index][0], self.points[index][1])
    }

    pub(crate) fn many(&self, indices: &[usize]) -> Vec<Point> {
        indices.iter().map(|&i| self.at(i)).collect()
    }

    /// Middle between the corners of an eye: OFIQ's eye centre.
    pub(crate) fn eye(&self, side: Side) -> Point {
        let (outer, inner) = self.corners(side);
        middle(outer, inner)
    }

    /// Corners of an eye from left to right in the picture.
    pub(crate) fn corners(&self, side: Side) -> (Point, Point) {
        match side {
            Side::Left => (self.at(33), self.at(133)),
            Side::Right => (self.at(362), self.at(263)),
        }
    }

    /// Centre and mean radius of an iris.
    pub(crate) fn iris(&self, side: Side) -> (Point, f32) {
        let first = match side {
            Side::Left => 468,
            Side::Right => 473,
        };
        let centre = self.at(first);
        let radius = (1..5).map(|k| distance(centre, self.at(first + k))).sum::<f32>() / 4.0;
        (centre, radius)
    }

    /// Outline of an eye between its lids.
    pub(crate) fn eye_outline(&self, side: Side) -> Vec<Point> {
        match side {
            Side::Left => self.many(&EYE_LEFT),
            Side::Right => self.many(&EYE_RIGHT),
        }
    }

    /// Middle between the eyes.
    pub(crate) fn eyes_middle(&self) -> Point {
        middle(self.eye(Side::Left), self.eye(Side::Right))
    }

    /// Distance of the eye centres in the picture, pixels.
    pub(crate) fn eye_distance(&self) -> f32 {
        distance(self.eye(Side::Left), self.eye(Side::Right))
    }

    /// OFIQ's T: from between the eyes to the chin, pixels.
    pub(crate) fn eyes_to_chin(&self) -> f32 {
        distance(self.eyes_middle(), self.at(152))
    }

    pub(crate) fn mouth(&self) -> Point {
        middle(self.at(61), self.at(291))
    }

    /// Largest lid distance of the less open eye, pixels.
    pub(crate) fn lid_gap(&self) -> f32 {
        self.widest(&LIDS_LEFT).min(self.widest(&LIDS_RIGHT))
    }

    /// Largest distance of the inner rims of the lips, pixels.
    pub(crate) fn lip_gap(&self) -> f32 {
        self.widest(&LIP_PAIRS)
    }

    fn widest(&self, pairs: &[(usize, usize)]) -> f32 {
        pairs.iter().map(|&(a, b)| distance(self.at(a), self.at(b))).fold(0.0, f32::max)
    }

    /// Convex hull of jaw and brows.
    pub(crate) fn face_hull(&self) -> Vec<Point> {
        hull(self.many(&JAW_AND_BROWS))
    }
}

pub(crate) fn middle(a: Point, b: Point) -> Point {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}

pub(crate) fn distance(a: Point, b: Point) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Convex hull by the monotone chain.
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let half = |forward: bool| {
        let mut chain: Vec<Point> = Vec::new();
        let mut push = |p: Point| {
            while let [.., a, b] = chain[..] {
                if (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(p);
        };
        if forward {
            points.iter().copied().for_each(&mut push);
        } else {
            points.iter().rev().copied().for_each(&mut push);
        }
        chain.pop();
        chain
    };
    let mut out = half(true);
    out.extend(half(false));
    out
}

/// Spans of a polygon: for the row through `y`, the sorted crossings with its border.
pub(crate) fn crossings(polygon: &[Point], y: f32) -> Vec<f32> {
    let mut out = Vec::new();
    for (i, &a) in polygon.iter().enumerate() {
        let b = polygon[(i + 1) % polygon.len()];
        if (a.1 <= y) != (b.1 <= y) {
            out.push(a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0));
        }
    }
    out.sort_by(f32::total_cmp);
    out
}
