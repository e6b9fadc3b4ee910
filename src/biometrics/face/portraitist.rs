//! The portrait engine: a picture goes in, the people in it come out.
//!
//! A still is looked at with everything there is. A preview has forty milliseconds: see [`Track`].

use rekam_hal::RgbImage;

use super::detect::{Face, Fill, detect};
use super::embedding::{Embedding, embed};
use super::landmarks::{LEFT_IRIS, RIGHT_IRIS};
use super::mesh::{self, Mesh};
use super::networks::{FaceError, Grain, NetworkFiles, Networks, Range};
use super::person::{Substance, person_of, substance};
use super::pose::pose;
use super::report::{Mask, Observation, Point};

/// The least score of the full detector for a sitter, whose mesh must agree.
pub(super) const SITTER: f32 = 0.5;

/// The least score of the full detector for anybody else: textures, fingerprints and noise stay below it.
const OTHER: f32 = 0.55;

/// How many of the largest faces are looked at for the sitter: behind a face that is none there may be a real one.
const CANDIDATES: usize = 3;

/// What there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// No face.
    Nobody,
    /// A drawn face.
    Drawing,
    /// A person.
    Person,
}

/// The person the portrait is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitter {
    /// 478 points as in [`Observation::points`].
    pub points: Vec<[f32; 3]>,
    /// Yaw, pitch and roll as in [`Observation::pose`].
    pub pose: [f32; 3],
    /// How sure the mesh is that this is a face, 0..=1.
    pub presence: f32,
    /// Where people are in the picture.
    pub person: Mask,
    /// What the face is made of.
    pub substance: Substance,
}

impl Sitter {
    /// Middles of the irises, the picture's left one first.
    pub fn eyes(&self) -> [Point; 2] {
        [LEFT_IRIS[0], RIGHT_IRIS[0]].map(|i| self.points.get(i).map_or((0.0, 0.0), |p| (p[0], p[1])))
    }
}

/// Everything seen in one picture; owns what an [`Observation`] borrows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// All faces, the sitter's first, the others by area.
    pub faces: Vec<Face>,
    /// Areas of the faces in the same order.
    areas: Vec<f32>,
    /// The owner of the first face.
    pub sitter: Option<Sitter>,
}

impl Seen {
    pub(super) fn new(faces: Vec<Face>, sitter: Option<Sitter>) -> Self {
        Self { areas: faces.iter().map(Face::area).collect(), faces, sitter }
    }

    /// Somebody, nobody, or only the picture of somebody.
    pub fn nature(&self) -> Nature {
        match &self.sitter {
            None => Nature::Nobody,
            Some(sitter) if sitter.substance.is_drawing() => Nature::Drawing,
            Some(_) => Nature::Person,
        }
    }

    /// What the checks are computed from; `None` when there is no face. `image` is the picture this was seen in, `frame`
    /// the part of it that becomes the portrait (left, top, width, height).
    pub fn observation<'a>(&'a self, image: &'a RgbImage, frame: (f32, f32, f32, f32)) -> Option<Observation<'a>> {
        let sitter = self.sitter.as_ref()?;
        Some(Observation {
            image,
            frame,
            points: &sitter.points,
            pose: sitter.pose,
            person: &sitter.person,
            areas: &self.areas,
        })
    }
}

/// The engine: looks at pictures and compares faces. It remembers nothing of them.
pub struct Portraitist {
    pub(super) networks: Networks,
}

impl Portraitist {
    /// Loads the networks.
    ///
    /// # Errors
    /// A file that is not the network it should be.
    pub fn from_onnx(files: &NetworkFiles<'_>) -> Result<Self, FaceError> {
        Ok(Self { networks: Networks::from_onnx(files)? })
    }

    /// Looks at a still with everything there is.
    ///
    /// # Errors
    /// When a network does not run; no picture makes it so.
    pub fn see(&self, image: &RgbImage) -> Result<Seen, FaceError> {
        for fill in [Fill::Whole, Fill::Inner] {
            let mut faces = detect(&self.networks, image, Range::Full, fill, SITTER)?;
            by_area(&mut faces);
            if let Some(seen) = self.see_one_of(image, faces)? {
                return Ok(seen);
            }
        }
        Ok(Seen::default())
    }

    /// The largest of these faces that has a mesh.
    fn see_one_of(&self, image: &RgbImage, mut faces: Vec<Face>) -> Result<Option<Seen>, FaceError> {
        for first in 0..faces.len().min(CANDIDATES) {
            let Some(mesh) = mesh::find(&self.networks, image, &faces[first])? else { continue };
            let Some(pose) = pose(&mesh.points) else { continue };
            let mask = person_of(&self.networks, image, Grain::Square, &mesh.points)?;
            let own = faces.swap_remove(first);
            faces.retain(|face| face.area() <= own.area()); // larger ones are no faces: they have no mesh
            return Ok(Some(Seen::new(with_others(own, &faces), Some(sitter(image, mesh, pose, mask)))));
        }
        Ok(None)
    }

    /// What is compared of the sitter's face; `None` when there is no face.
    ///
    /// # Errors
    /// When the network does not run.
    pub fn embedding(&self, image: &RgbImage, seen: &Seen) -> Result<Option<Embedding>, FaceError> {
        match &seen.sitter {
            Some(sitter) => embed(&self.networks, image, &sitter.points),
            None => Ok(None),
        }
    }
}

/// The sitter's face and, by area, those that are surely others'.
pub(super) fn with_others(own: Face, others: &[Face]) -> Vec<Face> {
    let mut faces: Vec<Face> = others.iter().filter(|face| face.score >= OTHER).cloned().collect();
    by_area(&mut faces);
    faces.insert(0, own);
    faces
}

/// The largest first.
pub(super) fn by_area(faces: &mut [Face]) {
    faces.sort_by(|a, b| b.area().total_cmp(&a.area()));
}

pub(super) fn sitter(image: &RgbImage, mesh: Mesh, pose: [f32; 3], person: Mask) -> Sitter {
    let substance = substance(image, &mesh.points, &person);
    Sitter { points: mesh.points, pose, presence: mesh.presence, person, substance }
}
