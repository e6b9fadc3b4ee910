//! A finger, an eye or a face in a file: an image of any of the usual formats, or a record of any maker. What the file
//! is, its first bytes say; its name is not asked.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rekam_hal::GrayImage;
use rekam_simulator::replay::photograph::{self, Photograph};
use rekam_simulator::replay::read::{self, ReadError};

use super::error::CliError;
use crate::biometrics::fingerprint::{ExtractError, RESOLUTIONS, SlapError};
use crate::biometrics::iris;
use crate::interchange::fac::{FacRecord, FaceImage};
use crate::interchange::iir::{EyeImage, EyeLabel, IirRecord};
use crate::interchange::wsq::{self, WsqError};
use crate::interchange::{RecordError, fir, fmr};

/// Largest file that is read; an uncompressed image of a hand at 1000 dpi has 17 megabytes.
const LARGEST_FILE: u64 = 1 << 28;

/// What a file holds.
pub(super) enum FingerFile {
    /// An image with a resolution.
    Image(GrayImage),
    /// Minutiae found by whomever.
    Minutiae(fmr::Received),
}

/// An eye of a file.
pub(super) struct EyeSample {
    /// Which eye, as the record says.
    pub(super) label: EyeLabel,
    pub(super) image: GrayImage,
    /// What a record says of the image.
    pub(super) stated: Option<EyeImage>,
}

/// The eyes of a file.
pub(super) enum EyeFile {
    /// An image of one eye.
    Image(GrayImage),
    /// Every image of a record; at least one.
    Record(Vec<EyeSample>),
}

/// A portrait of a file.
pub(super) struct PhotoFile {
    /// The picture, upright.
    pub(super) photo: Photograph,
    /// What a record says of it; nothing for an image.
    pub(super) stated: Option<FaceImage>,
}

/// Why a file holds no finger, eye or face; each a whole sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    #[error("{}: cannot be read; check the file's name and permissions", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: is larger than any image or record ({} bytes); name another file", path.display(), LARGEST_FILE)]
    Large { path: PathBuf },
    #[error("{}: is empty; name another file", path.display())]
    Empty { path: PathBuf },
    #[error("{}: damaged, or neither a PNG, JPEG or WSQ image nor an ISO/IEC 19794 record; name another file", path.display())]
    Unknown { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}: damaged, or neither a PNG, JPEG or BMP image nor an ISO/IEC 19794-6 record; name another file", path.display())]
    UnknownEye { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}: damaged, or neither a PNG, JPEG or BMP image nor an ISO/IEC 19794-5 record; name another file", path.display())]
    UnknownFace { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}: {source}; ask its maker for another, or name another file", path.display())]
    Record { path: PathBuf, source: RecordError },
    #[error("{}: {source}; name another file", path.display())]
    Wsq { path: PathBuf, source: WsqError },
    #[error("{}: states {dpi} dots per inch, but fingerprints are read from 250 to 1000; correct the resolution in the file", path.display())]
    Resolution { path: PathBuf, dpi: f32 },
    #[error(transparent)]
    Image(ReadError),
    #[error("{}: {source}; capture the eye again, or name another file", path.display())]
    Eye { path: PathBuf, source: iris::ExtractError },
    #[error("{}, image {number} of {count}: {source}; capture the eye again, or name another file", path.display())]
    EyeOf { path: PathBuf, number: usize, count: usize, source: iris::ExtractError },
    #[error("{}: {source}; correct its resolution, or name the image of a single finger", path.display())]
    Extent { path: PathBuf, source: ExtractError },
    #[error("{}: {source}; name the image of a finger", path.display())]
    NoFinger { path: PathBuf, source: ExtractError },
    #[error("{}: {source}; correct its resolution or name another file", path.display())]
    Hand { path: PathBuf, source: SlapError },
}

impl InputError {
    /// Why an image yields no template.
    pub(super) fn extract(path: &Path, source: ExtractError) -> Self {
        let path = path.to_owned();
        match source {
            ExtractError::Resolution { dpi } => Self::Resolution { path, dpi },
            ExtractError::TooLarge { .. } => Self::Extent { path, source },
            ExtractError::TooSmall { .. } | ExtractError::NoFinger => Self::NoFinger { path, source },
        }
    }

    /// Why an image is no slap.
    pub(super) fn slap(path: &Path, source: SlapError) -> Self {
        let path = path.to_owned();
        match source {
            SlapError::Resolution { dpi } => Self::Resolution { path, dpi },
            SlapError::TooLarge { .. } => Self::Hand { path, source },
        }
    }
}

/// Refuses a resolution given for images that state none.
pub(super) fn check_dpi(dpi: f32) -> Result<(), CliError> {
    if RESOLUTIONS.contains(&dpi) {
        return Ok(());
    }
    Err(CliError::Usage(format!("--dpi {dpi} is no resolution of fingerprints; give one from 250 to 1000")))
}

/// Reads a file; `dpi` counts for an image that states no resolution.
pub(super) fn finger(path: &Path, dpi: f32) -> Result<FingerFile, InputError> {
    let bytes = load(path)?;
    let owned = || path.to_owned();
    let record = |source| InputError::Record { path: owned(), source };
    if bytes.is_empty() {
        return Err(InputError::Empty { path: owned() });
    }
    if bytes.starts_with(b"FMR\0") {
        return fmr::receive(&bytes).map(FingerFile::Minutiae).map_err(record);
    }
    let image = if bytes.starts_with(b"FIR\0") {
        first_image(&bytes).map_err(record)?
    } else if wsq::recognised(&bytes) {
        let image = wsq::decode(&bytes, wsq::MAX_PIXELS).map_err(|source| InputError::Wsq { path: owned(), source })?;
        let stated = image.dpi().unwrap_or(dpi);
        image.with_dpi(stated)
    } else {
        read::gray(path, dpi).map_err(|source| match source {
            ReadError::File { path, source } => InputError::File { path, source },
            ReadError::Decode { path, source } => InputError::Unknown { path, source: source.into() },
            ReadError::Extent { path, source } => InputError::Unknown { path, source: source.into() },
            ReadError::Pixels { .. } | ReadError::Cut { .. } | ReadError::Size { .. } | ReadError::Vast { .. } => {
                InputError::Image(source)
            }
        })?
    };
    resolution(path, &bytes, image).map(FingerFile::Image)
}

/// Reads the eyes of a file.
pub(super) fn eyes(path: &Path) -> Result<EyeFile, InputError> {
    let bytes = load(path)?;
    let owned = || path.to_owned();
    if bytes.is_empty() {
        return Err(InputError::Empty { path: owned() });
    }
    if IirRecord::recognised(&bytes) {
        let sample = |eye: &EyeImage| Ok(EyeSample { label: eye.eye, image: eye.image()?, stated: Some(eye.clone()) });
        let record = IirRecord::decode(&bytes).and_then(|record| record.images.iter().map(sample).collect());
        return record.map(EyeFile::Record).map_err(|source| InputError::Record { path: owned(), source });
    }
    // The resolution of an eye means nothing.
    read::gray(path, 0.0).map(EyeFile::Image).map_err(|source| match source {
        ReadError::File { path, source } => InputError::File { path, source },
        ReadError::Decode { path, source } => InputError::UnknownEye { path, source: source.into() },
        ReadError::Extent { path, source } => InputError::UnknownEye { path, source: source.into() },
        ReadError::Pixels { .. } | ReadError::Cut { .. } | ReadError::Size { .. } | ReadError::Vast { .. } => {
            InputError::Image(source)
        }
    })
}

/// Reads the portrait of a file, the first one of a record.
pub(super) fn photo(path: &Path) -> Result<PhotoFile, InputError> {
    let bytes = load(path)?;
    let owned = || path.to_owned();
    if bytes.is_empty() {
        return Err(InputError::Empty { path: owned() });
    }
    if FacRecord::recognised(&bytes) {
        let record = |source| InputError::Record { path: owned(), source };
        let first = FacRecord::decode(&bytes).map_err(record)?.images.into_iter().next();
        // A record without images does not decode.
        let stated = first.ok_or(RecordError::Short { field: "image" }).map_err(record)?;
        let image = stated.image().map_err(record)?;
        let photo = Photograph { size: (image.width(), image.height()), shrunk: 1, image };
        return Ok(PhotoFile { photo, stated: Some(stated) });
    }
    let photo = photograph::decode(path, &bytes).map_err(|source| match source {
        ReadError::File { path, source } => InputError::File { path, source },
        ReadError::Decode { path, source } => InputError::UnknownFace { path, source: source.into() },
        ReadError::Extent { path, source } => InputError::UnknownFace { path, source: source.into() },
        ReadError::Pixels { .. } | ReadError::Cut { .. } | ReadError::Size { .. } | ReadError::Vast { .. } => {
            InputError::Image(source)
        }
    })?;
    Ok(PhotoFile { photo, stated: None })
}

fn first_image(bytes: &[u8]) -> Result<GrayImage, RecordError> {
    let record = fir::FirRecord::decode(bytes)?;
    let images = record.images();
    // A record without images does not decode.
    let (sampling, picture) = images.first().ok_or(RecordError::Short { field: "image" })?;
    picture.image(*sampling)
}

/// An image forgets a resolution out of all reason, so what a PNG states is asked once more; records and WSQ streams
/// were asked when they were read.
fn resolution(path: &Path, bytes: &[u8], image: GrayImage) -> Result<GrayImage, InputError> {
    let stated = read::png_dpi(bytes).or(image.dpi());
    match stated.filter(|dpi| !RESOLUTIONS.contains(dpi)) {
        Some(dpi) => Err(InputError::Resolution { path: path.to_owned(), dpi }),
        None => Ok(image),
    }
}

fn load(path: &Path) -> Result<Vec<u8>, InputError> {
    let failed = |source| InputError::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(InputError::Large { path: path.to_owned() });
    }
    Ok(bytes)
}
