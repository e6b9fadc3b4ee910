//! From a captured image to a judged sample: quality, template, and the bytes that will be kept.
//!
//! The networks are loaded when the first finger or face needs them, and their SHA-256 is checked then: a damaged model
//! would make worthless templates without anybody noticing.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::OnceLock;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use rekam_hal::{Finger, Fingers, GrayImage, Retry, RgbImage, Signature, Slap};

use crate::biometrics::face::{FaceError, Portraitist, Wanted};
use crate::biometrics::fingerprint::{
    self, Expected, FingerProblem, MinutiaeNetwork, Prepared, Segmented, SlapProblem,
};
use crate::biometrics::iris::{self, PairVerdict};
use crate::domain::session::{Findings, Slot};
use crate::station::kept::{gray_of_png, gray_png};
use crate::station::models::{self, Models};
use crate::station::portrait::{self, PortraitEngine, Still};

/// Why an image became no sample.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The model file cannot be read.
    #[error("the model {} cannot be read; put it there or leave out --models", path.display())]
    ModelMissing {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The model is not the one this program was made for.
    #[error("the model {0} is damaged (its SHA-256 differs); install the program again or leave out --models")]
    ModelDamaged(String),
    /// The model does not load.
    #[error("the model leader.onnx does not load; install the program again")]
    Network(#[from] fingerprint::NetworkError),
    /// A network of the portrait engine does not load or run.
    #[error("the portrait cannot be examined; install the program again")]
    Face(#[from] FaceError),
    /// The finger cannot be read.
    #[error("the fingerprint cannot be processed; capture it again")]
    Fingerprint(#[from] fingerprint::ExtractError),
    /// The fingers cannot be told apart.
    #[error("the fingers cannot be processed; capture them again")]
    Slap(#[from] fingerprint::SlapError),
    /// The eye cannot be read.
    #[error("the iris cannot be processed; capture it again")]
    Iris(#[from] iris::ExtractError),
    /// The image cannot be stored.
    #[error("the image cannot be encoded; capture it again")]
    Encode(#[from] image::ImageError),
    /// The grey sample cannot be encoded.
    #[error("the image cannot be encoded; capture it again")]
    EncodeGray(#[from] png::EncodingError),
    /// The strokes cannot be stored.
    #[error("the signature cannot be encoded; capture it again")]
    Ink(#[from] serde_json::Error),
    /// A template in the store is not readable.
    #[error("a stored template cannot be read; capture the sample again")]
    Template(#[from] crate::dedup::gallery::TemplateUnreadable),
}

/// A place in a picture as shares of its width and height, from the upper left corner.
pub type Place = (f32, f32);

/// A sample ready to be accepted.
#[derive(Clone)]
pub struct Judged {
    /// File type of the bytes: `image/png` or `application/json`.
    pub media: &'static str,
    /// What is kept.
    pub bytes: Vec<u8>,
    /// What is compared.
    pub template: Option<Vec<u8>>,
    /// 0..=100.
    pub quality: u8,
    /// What to do better next time, when there is something.
    pub advice: Option<Retry>,
    /// What was measured of a portrait.
    pub portrait: Option<Box<Findings>>,
}

impl Judged {
    /// A picture of which nothing is known yet.
    pub fn png(bytes: Vec<u8>) -> Self {
        Self { media: "image/png", bytes, template: None, quality: 0, advice: None, portrait: None }
    }
}

/// The fingers of a slap, each judged as if it had come alone.
#[derive(Clone)]
pub struct SlapJudged {
    /// What was asked for.
    pub slap: Slap,
    /// What was found, from left to right.
    pub fingers: Vec<(Finger, Judged)>,
    /// Fingers that should be there and are not.
    pub missing: Fingers,
    /// Found fingers that could be others of the hand: under this name they are not to be kept.
    pub doubtful: Fingers,
    /// The other hand lies on the glass; the fingers are not to be kept.
    pub wrong_hand: bool,
    /// What to do better next time, when there is something.
    pub advice: Option<Retry>,
}

/// The engines of the station.
pub struct Engines {
    models: Models,
    threads: usize,
    network: OnceLock<MinutiaeNetwork>,
    portrait: PortraitEngine,
}

impl Engines {
    /// Engines whose networks come from `models`; nothing is loaded yet.
    pub fn new(models: Models) -> Self {
        let portrait = PortraitEngine::new(models.clone());
        Self { models, threads: 2, network: OnceLock::new(), portrait }
    }

    /// The same engines with another number of threads for the network.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The minutiae network, loaded and checked at the first call.
    pub fn network(&self) -> Result<&MinutiaeNetwork, EngineError> {
        if let Some(network) = self.network.get() {
            return Ok(network);
        }
        let network = MinutiaeNetwork::from_onnx(self.model_bytes()?)?.with_threads(self.threads);
        Ok(self.network.get_or_init(|| network))
    }

    /// The bytes of the minutiae network, checked.
    pub fn model_bytes(&self) -> Result<Vec<u8>, EngineError> {
        Ok(self.models.read(&models::LEADER)?.into_owned())
    }

    /// What sees and measures portraits, its networks loaded and checked at the first call.
    pub fn portraitist(&self) -> Result<&Portraitist, EngineError> {
        self.portrait.portraitist()
    }

    /// Judges a fingerprint. An image without a finger, or with too little of one, is a sample of no quality.
    pub fn finger(&self, image: &GrayImage) -> Result<Judged, EngineError> {
        use fingerprint::{ExtractError, Template};
        let (template, quality, advice) = match fingerprint::extract(self.network()?, image) {
            Ok(found) => (found.template, found.quality.score, found.quality.causes.first().map(finger_advice)),
            Err(ExtractError::NoFinger | ExtractError::TooSmall { .. }) => {
                (Template::default(), 0, Some(Retry::TooShort))
            }
            Err(error @ (ExtractError::TooLarge { .. } | ExtractError::Resolution { .. })) => return Err(error.into()),
        };
        let bytes = gray_png(image)?;
        Ok(Judged { template: Some(template.to_bytes()), quality, advice, ..Judged::png(bytes) })
    }

    /// Takes a slap apart and judges its fingers; `expected` are those that the resident can lay down.
    pub fn slap(&self, image: &GrayImage, slap: Slap, expected: Fingers) -> Result<SlapJudged, EngineError> {
        let absent = slap.fingers().iter().copied().filter(|finger| !expected.contains(*finger));
        let known = absent.fold(Expected::all(slap), Expected::without);
        let taken = fingerprint::segment(image, &known)?;
        let wrong_hand = taken.problems.iter().any(|problem| matches!(problem, SlapProblem::WrongHand { .. }));
        let mut fingers = Vec::new();
        // Another hand's fingers would be judged under false names.
        for found in taken.fingers.iter().filter(|_| !wrong_hand) {
            fingers.push((found.finger, self.finger(&found.cut(image))?));
        }
        let mut doubtful: Fingers = Fingers::default();
        for found in &taken.fingers {
            if found.problems.contains(&FingerProblem::UncertainPosition) {
                doubtful.insert(found.finger);
            }
        }
        let poorest = fingers.iter().min_by_key(|(_, judged)| judged.quality);
        let advice = slap_advice(&taken).or_else(|| poorest.and_then(|(_, judged)| judged.advice));
        let missing = taken.missing.into_iter().collect();
        Ok(SlapJudged { slap, fingers, missing, doubtful, wrong_hand, advice })
    }

    /// Where two prints agree, surest first, as shares of the width and the height of either picture.
    ///
    /// # Errors
    /// When the network or one of the prints cannot be read.
    pub fn agreeing_places(&self, a: &GrayImage, b: &GrayImage) -> Result<Vec<[Place; 2]>, EngineError> {
        let network = self.network()?;
        let (ours, theirs) = (fingerprint::extract(network, a)?.template, fingerprint::extract(network, b)?.template);
        let compared = fingerprint::compare(&Prepared::new(&ours), &Prepared::new(&theirs));
        let place = |template: &fingerprint::Template, index: u16, image: &GrayImage| -> Option<Place> {
            let minutia = template.minutiae().get(usize::from(index))?;
            // Templates count pixels of 500 dpi.
            let scale = image.dpi().unwrap_or(500.0) / 500.0;
            Some((minutia.x * scale / image.width() as f32, minutia.y * scale / image.height() as f32))
        };
        let pairs = compared.pairs.iter();
        Ok(pairs.filter_map(|(i, k)| Some([place(&ours, *i, a)?, place(&theirs, *k, b)?])).collect())
    }

    /// Judges an eye.
    pub fn eye(&self, image: &GrayImage) -> Result<Judged, EngineError> {
        let extraction = iris::extract(image)?;
        Ok(Judged {
            template: Some(extraction.template.to_bytes()),
            quality: extraction.quality.score,
            advice: extraction.quality.causes.first().map(iris_advice),
            ..Judged::png(gray_png(image)?)
        })
    }

    /// What measures portraits.
    pub fn portrait(&self) -> &PortraitEngine {
        &self.portrait
    }

    /// Judges a portrait. What is wrong with it refuses nothing here: the session asks who answers for it.
    pub fn photo(&self, image: &RgbImage, wanted: Wanted) -> Result<Judged, EngineError> {
        let Still { report, embedding } = self.portrait.still(image, wanted)?;
        let findings = portrait::findings(&report, wanted, self.portrait.models());
        let bytes = rgb_png(image)?;
        Ok(Judged {
            template: embedding,
            quality: portrait::quality(&report),
            portrait: Some(Box::new(findings)),
            ..Judged::png(bytes)
        })
    }

    /// Keeps a photo that shows why something is empty; there is nothing to measure.
    pub fn evidence(&self, image: &RgbImage) -> Result<Judged, EngineError> {
        Ok(Judged { quality: 100, ..Judged::png(rgb_png(image)?) })
    }

    /// Keeps a signature. Less than a centimetre of ink is hardly one.
    pub fn signature(&self, signature: &Signature) -> Result<Judged, EngineError> {
        let bytes = serde_json::to_vec(signature)?;
        let quality = (signature.ink_mm() * 10.0).clamp(0.0, 100.0) as u8;
        let advice = (quality < 100).then_some(Retry::NothingWritten);
        Ok(Judged { media: "application/json", quality, advice, ..Judged::png(bytes) })
    }

    /// Compares two stored templates of the same kind of slot: -log10 of the false match rate.
    pub fn compare(&self, slot: Slot, probe: &[u8], reference: &[u8]) -> Result<f32, EngineError> {
        let unreadable = crate::dedup::gallery::TemplateUnreadable::from;
        match slot {
            Slot::Finger(_) => {
                let read = |bytes| fingerprint::Template::from_bytes(bytes).map_err(unreadable);
                let [probe, reference] = [read(probe)?, read(reference)?].map(|t| fingerprint::Prepared::new(&t));
                Ok(fingerprint::compare(&probe, &reference).score)
            }
            Slot::Eye(_) => {
                let read =
                    |bytes| iris::Template::from_bytes(bytes).map_err(crate::dedup::gallery::TemplateUnreadable::from);
                Ok(iris::compare(&read(probe)?, &read(reference)?).score)
            }
            Slot::Photo | Slot::Signature | Slot::Approval => Ok(0.0),
        }
    }
}

/// What two stored templates of eyes, as (left, right), are to each other and to those held before.
///
/// # Errors
/// A template that cannot be read.
pub fn judge_eyes(eyes: (&[u8], &[u8]), earlier: Option<(&[u8], &[u8])>) -> Result<PairVerdict, EngineError> {
    let read = |bytes| iris::Template::from_bytes(bytes).map_err(crate::dedup::gallery::TemplateUnreadable::from);
    let pair = |(left, right)| Ok::<_, EngineError>((read(left)?, read(right)?));
    let (eyes, earlier) = (pair(eyes)?, earlier.map(pair).transpose()?);
    Ok(iris::judge_pair((&eyes.0, &eyes.1), earlier.as_ref().map(|(left, right)| (left, right))))
}

/// Whether two kept pictures of eyes, as (left, right), look as if each were in the other's place. A picture that is not
/// an eye, or one whose contours are uncertain, raises no doubt.
pub fn eyes_seem_swapped(left: &[u8], right: &[u8]) -> bool {
    let sure = |bytes| {
        let eye = iris::extract(&gray_of_png(bytes).ok()?).ok()?.segmentation;
        (eye.confidence >= iris::UNSURE).then_some(eye)
    };
    sure(left).zip(sure(right)).is_some_and(|(left, right)| iris::seems_swapped(&left, &right))
}

/// A colour picture without loss.
pub fn rgb_png(image: &RgbImage) -> Result<Vec<u8>, EngineError> {
    png(image.pixels(), image.width(), image.height(), ExtendedColorType::Rgb8)
}

fn png(pixels: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Result<Vec<u8>, EngineError> {
    let mut out = Cursor::new(Vec::new());
    PngEncoder::new(&mut out).write_image(pixels, width, height, colour)?;
    Ok(out.into_inner())
}

/// The one thing to tell the resident about a finger.
pub(super) fn finger_advice(cause: &fingerprint::Cause) -> Retry {
    use fingerprint::Cause;
    match cause {
        Cause::TooDark => Retry::TooWet,
        Cause::TooLight | Cause::LowContrast => Retry::TooDry,
        Cause::NotCentred => Retry::NotCentred,
        Cause::Smudged => Retry::Blurred,
        Cause::SmallArea | Cause::TooFewMinutiae => Retry::TooShort,
    }
}

/// The one thing to tell the resident about how the hand lies.
fn slap_advice(slap: &Segmented) -> Option<Retry> {
    let tilted = slap.problems.contains(&SlapProblem::TooTilted);
    let cut = |problem: &FingerProblem| matches!(problem, FingerProblem::CutAtEdge(_));
    let cut = slap.fingers.iter().any(|finger| finger.problems.iter().any(cut));
    (tilted || cut).then_some(Retry::LayStraight)
}

/// The one thing to tell the resident about an eye.
fn iris_advice(cause: &iris::Cause) -> Retry {
    use iris::Cause;
    match cause {
        Cause::SmallUsableArea | Cause::LidsClosed => Retry::OpenEyes,
        Cause::Blurred | Cause::Moved => Retry::Blurred,
        Cause::LooksAside => Retry::LookStraight,
        Cause::Reflections | Cause::PatternedLens => Retry::TakeOffGlasses,
        Cause::OffCentre => Retry::NotCentred,
        Cause::TooFar => Retry::ComeCloser,
        Cause::TooClose => Retry::GoFarther,
        Cause::PupilRatio => Retry::ChangeLight,
        Cause::SegmentationUnsure => Retry::OpenEyes,
    }
}
