//! Where faces are.
//!
//! BlazeFace (Bazarevsky et al. 2019) answers at fixed anchors with a score, a box and six points, all relative to the
//! anchor. A face answers at many anchors at once; their boxes are averaged by score instead of picking the best, which
//! keeps the box of a still head still.

use rekam_hal::RgbImage;

use super::networks::{FaceError, Networks, Range, sigmoid};
use super::raster::{Planes, Window, stretch};
use super::report::Point;

/// Boxes that share more than this of their union are one face.
const SAME: f32 = 0.3;

/// Most anchors looked at together: noise can answer at all of them, and comparing all with all would take seconds.
const MOST: usize = 400;

/// A face as the detector sees it, in pixels of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// 0..=1.
    pub score: f32,
    /// Left, top, right, bottom.
    pub frame: [f32; 4],
    /// Left eye, right eye, tip of the nose, mouth, left ear, right ear; left and right of the picture.
    pub points: [Point; 6],
}

impl Face {
    /// Square pixels.
    pub fn area(&self) -> f32 {
        let [left, top, right, bottom] = self.frame;
        (right - left).max(0.0) * (bottom - top).max(0.0)
    }

    /// Shared area over the area of both together.
    pub fn overlap(&self, other: &Self) -> f32 {
        let (a, b) = (self.frame, other.frame);
        let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
        let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
        let both = width * height;
        both / (self.area() + other.area() - both).max(1e-6)
    }
}

impl Range {
    /// Side of the network's picture.
    fn side(self) -> usize {
        match self {
            Self::Near => 128,
            Self::Full => 192,
        }
    }

    /// The grids of anchors: cells a side, and how many anchors in each.
    fn grids(self) -> &'static [(usize, usize)] {
        match self {
            Self::Near => &[(16, 2), (8, 6)],
            Self::Full => &[(48, 1)],
        }
    }

    /// Middles of the anchors as parts of the side, in the order of the network's output.
    pub(super) fn anchors(self) -> impl Iterator<Item = Point> {
        self.grids().iter().flat_map(|&(cells, each)| {
            (0..cells * cells * each).map(move |i| {
                let cell = i / each;
                let middle = |k: usize| (k as f32 + 0.5) / cells as f32;
                (middle(cell % cells), middle(cell / cells))
            })
        })
    }
}

/// How much of the network's square the picture fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fill {
    /// All of it.
    #[default]
    Whole,
    /// Six tenths: a face that fills the picture is too large for the full detector, which knows faces with something
    /// around them.
    Inner,
}

impl Fill {
    fn share(self) -> f32 {
        match self {
            Self::Whole => 1.0,
            Self::Inner => 0.6,
        }
    }
}

/// The part of the network's square that shows the picture.
struct Letterbox {
    at: (f32, f32),
    scale: (f32, f32),
}

impl Letterbox {
    fn new(image: &RgbImage, side: usize, fill: Fill) -> (Self, Planes) {
        let (width, height) = (image.width() as f32, image.height() as f32);
        let scale = side as f32 * fill.share() / width.max(height);
        let fitted = |length: f32| ((length * scale).round() as usize).clamp(1, side);
        let (w, h) = (fitted(width), fitted(height));
        let at = ((side - w) / 2, (side - h) / 2);
        let mut planes = Planes::black(side, side);
        stretch(image, Window::whole(image), &mut planes, at, (w, h));
        (Self { at: (at.0 as f32, at.1 as f32), scale: (w as f32 / width, h as f32 / height) }, planes)
    }

    fn back(&self, x: f32, y: f32) -> Point {
        ((x - self.at.0) / self.scale.0, (y - self.at.1) / self.scale.1)
    }
}

/// All faces of at least this score, the surest first.
pub(super) fn detect(
    networks: &Networks,
    image: &RgbImage,
    range: Range,
    fill: Fill,
    threshold: f32,
) -> Result<Vec<Face>, FaceError> {
    let (letterbox, planes) = Letterbox::new(image, range.side(), fill);
    let [boxes, scores] = networks.detect(range, planes)?;
    let side = range.side() as f32;
    let mut found: Vec<Face> = Vec::new();
    for ((row, logit), anchor) in boxes.chunks_exact(16).zip(&scores).zip(range.anchors()) {
        let score = sigmoid(*logit);
        if score >= threshold
            && let Some(face) = decoded(row, score, anchor, side, &letterbox)
        {
            found.push(face);
        }
    }
    Ok(merged(found))
}

fn decoded(row: &[f32], score: f32, anchor: Point, side: f32, letterbox: &Letterbox) -> Option<Face> {
    let &[x, y, width, height, ref points @ ..] = row else { return None };
    let place = |x: f32, y: f32| letterbox.back(x + anchor.0 * side, y + anchor.1 * side);
    let ((left, top), (right, bottom)) =
        (place(x - width / 2.0, y - height / 2.0), place(x + width / 2.0, y + height / 2.0));
    let mut face = Face { score, frame: [left, top, right, bottom], points: [(0.0, 0.0); 6] };
    for (point, xy) in face.points.iter_mut().zip(points.as_chunks::<2>().0) {
        *point = place(xy[0], xy[1]);
    }
    let finite = face.points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    (finite && face.area().is_finite() && face.area() > 0.0).then_some(face)
}

/// One face for every group of boxes around a best one: their mean, weighted by score, with the best one's score.
fn merged(mut found: Vec<Face>) -> Vec<Face> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(MOST);
    let mut out = Vec::new();
    while let Some(best) = found.first().cloned() {
        let (group, rest): (Vec<Face>, Vec<Face>) = found.into_iter().partition(|face| best.overlap(face) > SAME);
        found = rest;
        out.push(mean(&group, best.score));
    }
    out
}

fn mean(group: &[Face], score: f32) -> Face {
    let total: f32 = group.iter().map(|face| face.score).sum();
    let mut out = Face { score, frame: [0.0; 4], points: [(0.0, 0.0); 6] };
    for face in group {
        let share = face.score / total;
        out.frame.iter_mut().zip(face.frame).for_each(|(sum, v)| *sum += share * v);
        for (sum, point) in out.points.iter_mut().zip(face.points) {
            *sum = (sum.0 + share * point.0, sum.1 + share * point.1);
        }
    }
    out
}
