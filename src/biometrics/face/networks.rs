//! The six networks, run one at a time on one thread.
//!
//! They are small (ten megabytes together) and come as bytes: where from is not this room's business. One thread,
//! because an office PC has other things to do while a preview runs, and because a figure of time must mean one core.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::raster::Planes;

/// The bytes of the networks as ONNX files.
#[derive(Debug, Clone, Copy)]
pub struct NetworkFiles<'a> {
    /// `face_detector.onnx`: faces that fill a good part of the picture.
    pub near: &'a [u8],
    /// `face_detector_full.onnx`: faces of every size.
    pub full: &'a [u8],
    /// `face_mesh_attention.onnx`: 478 points of one face.
    pub mesh: &'a [u8],
    /// `person.onnx`: where a person is, 256 x 256.
    pub person: &'a [u8],
    /// `person_wide.onnx`: the same with fewer rows.
    pub person_wide: &'a [u8],
    /// `face_embedding.onnx`: 128 numbers that are near for one person.
    pub embedding: &'a [u8],
}

/// Why a picture could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// The file does not load.
    #[error("the network {name} does not load")]
    Load {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<rten::LoadError>,
    },
    /// The file is another network.
    #[error("the network {name} has no {node}, or one of another size")]
    Unlike {
        /// Which.
        name: &'static str,
        /// What it lacks.
        node: &'static str,
    },
    /// It does not run.
    #[error("the network {name} does not run")]
    Run {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<rten::RunError>,
    },
}

/// A network with the outputs this program reads, by name and length.
struct Network<const N: usize> {
    name: &'static str,
    outputs: [(&'static str, usize); N],
    model: Model,
    input: NodeId,
    nodes: [NodeId; N],
    threads: Arc<ThreadPool>,
}

impl<const N: usize> Network<N> {
    fn load(
        name: &'static str,
        bytes: &[u8],
        outputs: [(&'static str, usize); N],
        threads: &Arc<ThreadPool>,
    ) -> Result<Self, FaceError> {
        let mut options = ModelOptions::with_all_ops();
        let loaded = options.prepack_weights(true).load(bytes.to_vec());
        let model = loaded.map_err(|e| FaceError::Load { name, source: Box::new(e) })?;
        let node = |node| model.find_node(node).ok_or(FaceError::Unlike { name, node });
        let input = node("image")?;
        let mut nodes = [input; N];
        for (id, (output, _)) in nodes.iter_mut().zip(outputs) {
            *id = node(output)?;
        }
        Ok(Self { name, outputs, model, input, nodes, threads: Arc::clone(threads) })
    }

    fn run(&self, image: Planes) -> Result<[Vec<f32>; N], FaceError> {
        let name = self.name;
        let failed = |source| FaceError::Run { name, source: Box::new(source) };
        let input = NdTensor::from_data([1, 3, image.height, image.width], image.values);
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let values = self.model.run_n(vec![(self.input, input.into())], self.nodes, Some(options)).map_err(failed)?;
        let mut out = [const { Vec::new() }; N];
        for ((slot, value), (node, length)) in out.iter_mut().zip(values).zip(self.outputs) {
            let unlike = FaceError::Unlike { name, node };
            let Ok(tensor) = rten_tensor::Tensor::<f32>::try_from(value) else { return Err(unlike) };
            *slot = tensor.to_vec();
            if slot.len() != length {
                return Err(unlike);
            }
        }
        Ok(out)
    }
}

/// What the mesh network says of a crop, in pixels of the crop.
pub(super) struct RawMesh {
    /// 468 points, x, y, z.
    pub points: Vec<f32>,
    /// x, y of the refined points of the lips.
    pub lips: Vec<f32>,
    /// The same of both eyes.
    pub eyes: [Vec<f32>; 2],
    /// x, y of the five points of both irises.
    pub irises: [Vec<f32>; 2],
    /// How sure it is that this is a face, 0..=1.
    pub presence: f32,
}

/// Which of the two detectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// Quick; sees faces from about a fifth of the picture's height.
    Near,
    /// Four times the work; sees small ones too.
    Full,
}

/// Which of the two person networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// 256 x 256, for stills.
    Square,
    /// 256 columns and 144 rows, for the preview.
    Wide,
}

impl Grain {
    /// Columns and rows.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Square => (256, 256),
            Self::Wide => (256, 144),
        }
    }
}

/// All networks, loaded.
pub(super) struct Networks {
    near: Network<2>,
    full: Network<2>,
    mesh: Network<7>,
    person: Network<1>,
    person_wide: Network<1>,
    embedding: Network<1>,
}

impl Networks {
    pub fn from_onnx(files: &NetworkFiles<'_>) -> Result<Self, FaceError> {
        let one = &Arc::new(ThreadPool::with_num_threads(1));
        let mesh = [
            ("points", 468 * 3),
            ("lips", 80 * 2),
            ("left_eye", 71 * 2),
            ("right_eye", 71 * 2),
            ("left_iris", 10),
            ("right_iris", 10),
            ("presence", 1),
        ];
        let boxes = |anchors: usize| [("boxes", anchors * 16), ("scores", anchors)];
        Ok(Self {
            near: Network::load("face_detector", files.near, boxes(896), one)?,
            full: Network::load("face_detector_full", files.full, boxes(2304), one)?,
            mesh: Network::load("face_mesh_attention", files.mesh, mesh, one)?,
            person: Network::load("person", files.person, [("person", 256 * 256)], one)?,
            person_wide: Network::load("person_wide", files.person_wide, [("person", 256 * 144)], one)?,
            embedding: Network::load("face_embedding", files.embedding, [("embedding", 128)], one)?,
        })
    }

    /// Boxes (16 numbers an anchor) and logits.
    pub fn detect(&self, range: Range, image: Planes) -> Result<[Vec<f32>; 2], FaceError> {
        match range {
            Range::Near => self.near.run(image),
            Range::Full => self.full.run(image),
        }
    }

    /// The points of the face in a crop of 192 x 192.
    pub fn mesh(&self, image: Planes) -> Result<RawMesh, FaceError> {
        let [points, lips, left_eye, right_eye, left_iris, right_iris, presence] = self.mesh.run(image)?;
        let presence = sigmoid(presence.first().copied().unwrap_or(f32::NEG_INFINITY));
        Ok(RawMesh { points, lips, eyes: [left_eye, right_eye], irises: [left_iris, right_iris], presence })
    }

    /// Probability of a person at every pixel, rows from above.
    pub fn person(&self, grain: Grain, image: Planes) -> Result<Vec<f32>, FaceError> {
        let [values] = match grain {
            Grain::Square => self.person.run(image)?,
            Grain::Wide => self.person_wide.run(image)?,
        };
        Ok(values)
    }

    /// 128 numbers of a chip of 150 x 150.
    pub fn embedding(&self, image: Planes) -> Result<Vec<f32>, FaceError> {
        let [values] = self.embedding.run(image)?;
        Ok(values)
    }
}

/// From a logit to a probability; the networks' logits reach hundreds.
pub(super) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit.clamp(-80.0, 80.0)).exp())
}
