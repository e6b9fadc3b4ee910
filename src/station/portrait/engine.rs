//! What sees and measures portraits: the networks, loaded when the first picture needs them, and what is said of it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rekam_hal::RgbImage;

use super::card::window;
use crate::biometrics::face::replace::replace;
use crate::biometrics::face::report::{Backdrop, Report, Wanted};
use crate::biometrics::face::{self, NetworkFiles, Portraitist, Track};
use crate::station::engines::EngineError;
use crate::station::models::{FACE, Models};

/// A still, measured.
#[derive(Debug, Clone)]
pub struct Still {
    /// What is said of it.
    pub report: Report,
    /// What the face check compares; none without a face.
    pub embedding: Option<Vec<u8>>,
}

/// A frame of the preview, looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What is said of it.
    pub report: Report,
    /// The face's box, pixels of the frame (left, top, width, height).
    pub face: Option<(f32, f32, f32, f32)>,
}

/// Measures portraits. Copies share the networks.
#[derive(Clone)]
pub struct PortraitEngine {
    shared: Arc<Shared>,
}

struct Shared {
    models: Models,
    portraitist: OnceLock<Portraitist>,
}

impl PortraitEngine {
    /// An engine whose networks come from `models`; nothing is loaded yet.
    pub fn new(models: Models) -> Self {
        Self { shared: Arc::new(Shared { models, portraitist: OnceLock::new() }) }
    }

    /// The networks, loaded and checked at the first call.
    ///
    /// # Errors
    /// A network that is missing or damaged.
    pub fn portraitist(&self) -> Result<&Portraitist, EngineError> {
        if let Some(portraitist) = self.shared.portraitist.get() {
            return Ok(portraitist);
        }
        let read = |at: usize| self.shared.models.read(&FACE[at]);
        let (near, full, mesh) = (read(0)?, read(1)?, read(2)?);
        let (person, person_wide, embedding) = (read(3)?, read(4)?, read(5)?);
        let portraitist = Portraitist::from_onnx(&NetworkFiles {
            near: &near,
            full: &full,
            mesh: &mesh,
            person: &person,
            person_wide: &person_wide,
            embedding: &embedding,
        })?;
        Ok(self.shared.portraitist.get_or_init(|| portraitist))
    }

    /// Measures a still in full, within its [`window`].
    ///
    /// # Errors
    /// When a network cannot be loaded.
    pub fn still(&self, image: &RgbImage, wanted: Wanted) -> Result<Still, EngineError> {
        let portraitist = self.portraitist()?;
        let seen = portraitist.see(image)?;
        let report = face::report(&seen, image, window(image.width(), image.height()), &wanted);
        let embedding = portraitist.embedding(image, &seen)?.map(|embedding| embedding.to_bytes());
        Ok(Still { report, embedding })
    }

    /// Looks at the frames of one capture, one after the other.
    pub fn follower(&self) -> Follower {
        Follower { engine: self.clone(), track: Track::default() }
    }

    /// The picture with its backdrop painted in this colour; as it is where there is nobody, or no such colour.
    ///
    /// # Errors
    /// When a network cannot be loaded.
    pub fn repainted(&self, image: &RgbImage, backdrop: Backdrop) -> Result<RgbImage, EngineError> {
        let seen = self.portraitist()?.see(image)?;
        let painted = cloth(backdrop).zip(seen.sitter.as_ref());
        Ok(painted.map_or_else(|| image.clone(), |(colour, sitter)| replace(image, &sitter.person, colour)))
    }

    /// The networks that measure: file name and SHA-256.
    pub fn models(&self) -> BTreeMap<String, String> {
        FACE.iter().map(|model| (model.name.to_owned(), model.digest().to_owned())).collect()
    }
}

/// Looks at frames; each report may lean on the one before.
pub struct Follower {
    engine: PortraitEngine,
    track: Track,
}

impl Follower {
    /// Looks at the next frame.
    ///
    /// # Errors
    /// When a network cannot be loaded.
    pub fn look(&mut self, frame: &RgbImage, wanted: Wanted) -> Result<Seen, EngineError> {
        let seen = self.engine.portraitist()?.follow(&mut self.track, frame)?;
        let report = face::report(&seen, frame, window(frame.width(), frame.height()), &wanted);
        let face = seen.faces.first().map(|face| {
            let [left, top, right, bottom] = face.frame;
            (left, top, right - left, bottom - top)
        });
        Ok(Seen { report, face })
    }
}

/// The usual colour of the cloth.
fn cloth(backdrop: Backdrop) -> Option<[u8; 3]> {
    match backdrop {
        Backdrop::Red => Some([0xdb, 0x15, 0x14]),
        Backdrop::Blue => Some([0x00, 0x90, 0xff]),
        Backdrop::Orange => Some([0xff, 0x8c, 0x1a]),
        Backdrop::Other | Backdrop::Uneven => None,
    }
}
