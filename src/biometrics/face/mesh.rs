//! The points of one face.
//!
//! The network wants the face upright and filling two thirds of its picture. From a detection that is only roughly so,
//! and chin and outline wander; the points of a first look give a crop good enough for a second. From frame to frame
//! of a preview the last points are that first look.

use rekam_hal::RgbImage;

use super::detect::Face;
use super::landmarks::{
    EYE_CORNERS, LEFT_IRIS, LID_POINTS, POINTS, REFINED_LEFT_EYE, REFINED_LIPS, REFINED_RIGHT_EYE, RIGHT_IRIS, SURFACE,
};
use super::lids;
use super::networks::{FaceError, Networks, RawMesh};
use super::raster::{Similarity, crop};

/// Side of the network's picture.
const SIDE: usize = 192;

/// The crop is so much larger than what it is made around.
const ROOM: f32 = 1.5;

/// The least presence of a face.
pub(super) const PRESENT: f32 = 0.5;

/// 478 points in pixels of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mesh {
    /// x, y and, in the same unit, z.
    pub points: Vec<[f32; 3]>,
    /// How sure it is that this is a face, 0..=1.
    pub presence: f32,
}

/// The crop around a detection, turned so that its eyes are level.
pub(super) fn around_face(face: &Face) -> Similarity {
    let [left, top, right, bottom] = face.frame;
    let [a, b, ..] = face.points;
    let angle = (b.1 - a.1).atan2(b.0 - a.0);
    let size = ROOM * (right - left).max(bottom - top);
    Similarity::crop(((left + right) / 2.0, (top + bottom) / 2.0), size, angle, SIDE)
}

/// The crop around an earlier look at the same face.
pub(super) fn around_points(points: &[[f32; 3]]) -> Option<Similarity> {
    let [left, top, right, bottom] = extent(points)?;
    let (a, b) = (points.get(EYE_CORNERS[0])?, points.get(EYE_CORNERS[3])?);
    let angle = (b[1] - a[1]).atan2(b[0] - a[0]);
    let size = ROOM * (right - left).max(bottom - top);
    Some(Similarity::crop(((left + right) / 2.0, (top + bottom) / 2.0), size, angle, SIDE))
}

/// Left, top, right and bottom of the surface.
pub(super) fn extent(points: &[[f32; 3]]) -> Option<[f32; 4]> {
    let surface = points.get(..SURFACE)?;
    let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    let found = surface.iter().fold(start, |e, p| [e[0].min(p[0]), e[1].min(p[1]), e[2].max(p[0]), e[3].max(p[1])]);
    found.iter().all(|v| v.is_finite()).then_some(found)
}

/// One look through a crop; `None` when the crop is not one or the answer is no number.
pub(super) fn look(networks: &Networks, image: &RgbImage, map: &Similarity) -> Result<Option<Mesh>, FaceError> {
    if !map.usable() {
        return Ok(None);
    }
    let raw = networks.mesh(crop(image, map, SIDE))?;
    let mut mesh = placed(&raw, map);
    if let Some(mesh) = &mut mesh {
        lids::refine(image, &mut mesh.points);
    }
    Ok(mesh)
}

/// The face of a detection on a still: two looks.
pub(super) fn find(networks: &Networks, image: &RgbImage, face: &Face) -> Result<Option<Mesh>, FaceError> {
    let Some(first) = present(look(networks, image, &around_face(face))?) else { return Ok(None) };
    let Some(map) = around_points(&first.points) else { return Ok(None) };
    Ok(present(look(networks, image, &map)?))
}

/// Only what is a face.
pub(super) fn present(mesh: Option<Mesh>) -> Option<Mesh> {
    mesh.filter(|mesh| mesh.presence >= PRESENT)
}

/// The network's answers put together, in pixels of the picture.
fn placed(raw: &RawMesh, map: &Similarity) -> Option<Mesh> {
    let mut points = vec![[0.0f32; 3]; POINTS];
    points.iter_mut().zip(raw.points.as_chunks::<3>().0).for_each(|(point, xyz)| *point = *xyz);
    refine(&mut points, &REFINED_LIPS, &raw.lips);
    for (eye, refined, iris, values) in [
        (&raw.eyes[0], &REFINED_LEFT_EYE, LEFT_IRIS, &raw.irises[0]),
        (&raw.eyes[1], &REFINED_RIGHT_EYE, RIGHT_IRIS, &raw.irises[1]),
    ] {
        refine(&mut points, refined, eye);
        let depth = refined[..LID_POINTS].iter().map(|i| points[*i][2]).sum::<f32>() / LID_POINTS as f32;
        for (index, xy) in iris.into_iter().zip(values.as_chunks::<2>().0) {
            points[index] = [xy[0], xy[1], depth];
        }
    }
    let scale = map.scale();
    for point in &mut points {
        let (x, y) = map.apply(point[0], point[1]);
        *point = [x, y, point[2] * scale];
    }
    let finite = points.iter().flatten().all(|v| v.is_finite());
    finite.then_some(Mesh { points, presence: raw.presence })
}

fn refine(points: &mut [[f32; 3]], which: &[usize], places: &[f32]) {
    for (index, xy) in which.iter().zip(places.as_chunks::<2>().0) {
        points[*index][..2].copy_from_slice(xy);
    }
}
