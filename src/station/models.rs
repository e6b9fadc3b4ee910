//! The networks that come with the program, and how their bytes are trusted.
//!
//! A damaged network would make worthless templates without anybody noticing; so its SHA-256 is checked whenever it is
//! loaded, wherever it comes from.

use std::borrow::Cow;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::engines::EngineError;

/// A network as it lies in `assets/models`.
pub(super) struct Model {
    pub(super) name: &'static str,
    bytes: &'static [u8],
    sha256: &'static str,
}

macro_rules! model {
    ($name:literal) => {
        Model {
            name: $name,
            bytes: include_bytes!(concat!("../../assets/models/", $name)),
            sha256: include_str!(concat!("../../assets/models/", $name, ".sha256")),
        }
    };
}

/// Minutiae of a fingerprint.
pub(super) static LEADER: Model = model!("leader.onnx");
/// The portrait's networks, in the order of [`NetworkFiles`](crate::biometrics::face::NetworkFiles).
pub(super) static FACE: [Model; 6] = [
    model!("face_detector.onnx"),
    model!("face_detector_full.onnx"),
    model!("face_mesh_attention.onnx"),
    model!("person.onnx"),
    model!("person_wide.onnx"),
    model!("face_embedding.onnx"),
];

impl Model {
    /// What the bytes must hash to, lower-case hexadecimal.
    pub(super) fn digest(&self) -> &'static str {
        self.sha256.trim()
    }
}

/// Where the networks come from.
#[derive(Debug, Clone, Default)]
pub enum Models {
    /// Out of this program.
    #[default]
    Embedded,
    /// Out of a folder with the same file names, checked against the same digests.
    Folder(PathBuf),
}

impl Models {
    /// The bytes of a network, checked.
    pub(super) fn read(&self, model: &Model) -> Result<Cow<'static, [u8]>, EngineError> {
        let bytes = match self {
            Self::Embedded => Cow::Borrowed(model.bytes),
            Self::Folder(folder) => {
                let path = folder.join(model.name);
                Cow::Owned(std::fs::read(&path).map_err(|source| EngineError::ModelMissing { path, source })?)
            }
        };
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        if digest == model.digest() { Ok(bytes) } else { Err(EngineError::ModelDamaged(model.name.into())) }
    }
}
