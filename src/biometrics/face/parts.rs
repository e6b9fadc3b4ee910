//! Each part of the chain alone, so that its time can be told.

use std::hint::black_box;

use rekam_hal::RgbImage;

use super::detect::{Fill, detect};
use super::mesh;
use super::networks::{FaceError, Grain, Range};
use super::person::{person, substance};
use super::portraitist::{Portraitist, SITTER, Sitter};
use super::pose::pose;

/// A part of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The detector of near faces.
    DetectNear,
    /// The detector of faces of every size.
    DetectFull,
    /// The points of a face whose place is known.
    Mesh,
    /// The pose the points imply.
    Pose,
    /// Where people are, as on previews.
    PersonWide,
    /// Where people are, as on stills.
    Person,
    /// What the face is made of.
    Substance,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 7] =
        [Self::DetectNear, Self::DetectFull, Self::Mesh, Self::Pose, Self::PersonWide, Self::Person, Self::Substance];

    /// Its name in snake_case.
    pub fn name(self) -> &'static str {
        match self {
            Self::DetectNear => "detect_near",
            Self::DetectFull => "detect_full",
            Self::Mesh => "mesh",
            Self::Pose => "pose",
            Self::PersonWide => "person_wide",
            Self::Person => "person",
            Self::Substance => "substance",
        }
    }
}

impl Portraitist {
    /// Runs one part on a picture whose sitter is known, and forgets what it finds.
    ///
    /// # Errors
    /// When a network does not run.
    pub fn run_part(&self, part: Part, image: &RgbImage, sitter: &Sitter) -> Result<(), FaceError> {
        let networks = &self.networks;
        match part {
            Part::DetectNear => drop(black_box(detect(networks, image, Range::Near, Fill::Whole, SITTER)?)),
            Part::DetectFull => drop(black_box(detect(networks, image, Range::Full, Fill::Whole, SITTER)?)),
            Part::Mesh => {
                if let Some(map) = mesh::around_points(&sitter.points) {
                    drop(black_box(mesh::look(networks, image, &map)?));
                }
            }
            Part::Pose => drop(black_box(pose(&sitter.points))),
            Part::PersonWide => drop(black_box(person(networks, image, Grain::Wide)?)),
            Part::Person => drop(black_box(person(networks, image, Grain::Square)?)),
            Part::Substance => drop(black_box(substance(image, &sitter.points, &sitter.person))),
        }
        Ok(())
    }
}
