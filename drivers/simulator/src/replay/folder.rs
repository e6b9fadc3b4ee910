//! Folders of real samples as people.
//!
//! `<finger>_<sample>.png` is one identity's finger, `<subject>_<eye>_<sample>.png` one subject's eye. Identities come
//! in the order of their names (bytewise), their samples in the order of their numbers, so a folder means the same
//! people in the same order everywhere. Each capture takes the next sample; after the last one it comes again with
//! fresh noise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rekam_hal::{Eye, Finger, GrayImage, RgbImage};

use super::noise::fresh;
use super::read::{self, ReadError};
use super::source::{EyeSource, FaceSource, FingerSource, SourceError};

/// Resolution of a file that states none, dots per inch.
pub const DEFAULT_DPI: f32 = 500.0;

/// Why a folder gives no people.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder cannot be listed.
    #[error("{}: cannot be listed; check the folder's name and permissions", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A PNG file whose name does not tell whose sample it is.
    #[error("{}: the name must be {expected}; rename the file or take it out of the folder", path.display())]
    Name {
        /// The file.
        path: PathBuf,
        /// The pattern.
        expected: &'static str,
    },
    /// No image in the folder.
    #[error("{}: holds no image; name a folder with PNG files", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

/// The people of a fingerprint folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FingerFolder {
    /// In order of their names.
    pub identities: Vec<Identity>,
}

/// One identity of a fingerprint folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What stands before the sample number.
    pub name: String,
    /// In order of their numbers, at least one.
    pub samples: Vec<PathBuf>,
}

/// The people of an iris folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IrisFolder {
    /// In order of their names.
    pub subjects: Vec<Subject>,
}

/// One subject of an iris folder; at least one eye has samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What stands before the eye letter.
    pub name: String,
    /// Samples of the right eye (`R`, or any letter but `L`) in order of their numbers.
    pub right: Vec<PathBuf>,
    /// Samples of the left eye (`L`).
    pub left: Vec<PathBuf>,
}

/// The pictures of a photo folder in order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFolder {
    /// PNG and JPEG files.
    pub photos: Vec<PathBuf>,
}

impl FingerFolder {
    /// Reads the names in `folder`; the images are read when they are captured.
    ///
    /// # Errors
    /// When the folder cannot be listed, holds no PNG file, or one whose name is not `<finger>_<sample>.png`.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let mut found: BTreeMap<String, Vec<(u64, PathBuf)>> = BTreeMap::new();
        for path in images(folder, &["png"])? {
            let named = stem(&path).and_then(|stem| {
                let (name, sample) = stem.rsplit_once('_')?;
                Some((name.to_owned(), sample.parse().ok()?))
            });
            let expected = "<finger>_<sample>.png";
            let (name, sample) = named.ok_or_else(|| FolderError::Name { path: path.clone(), expected })?;
            found.entry(name).or_default().push((sample, path));
        }
        let identities = found.into_iter().map(|(name, samples)| Identity { name, samples: ordered(samples) });
        Ok(Self { identities: identities.collect() })
    }
}

impl IrisFolder {
    /// Reads the names in `folder`; the images are read when they are captured.
    ///
    /// # Errors
    /// When the folder cannot be listed, holds no PNG file, or one whose name is not `<subject>_<eye>_<sample>.png`.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        type Numbered = Vec<(u64, PathBuf)>;
        let mut found: BTreeMap<String, (Numbered, Numbered)> = BTreeMap::new();
        for path in images(folder, &["png"])? {
            let named = stem(&path).and_then(|stem| {
                let mut parts = stem.rsplitn(3, '_');
                let (sample, eye, name) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
                Some((name.to_owned(), eye.eq_ignore_ascii_case("l"), sample))
            });
            let expected = "<subject>_<eye>_<sample>.png";
            let (name, is_left, sample) = named.ok_or_else(|| FolderError::Name { path: path.clone(), expected })?;
            let (right, left) = found.entry(name).or_default();
            if is_left { left.push((sample, path)) } else { right.push((sample, path)) }
        }
        let subjects =
            found.into_iter().map(|(name, (right, left))| Subject { name, right: ordered(right), left: ordered(left) });
        Ok(Self { subjects: subjects.collect() })
    }
}

impl PhotoFolder {
    /// Reads the names in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be listed or holds no PNG or JPEG file.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        Ok(Self { photos: images(folder, &["png", "jpg", "jpeg"])? })
    }

    /// The `index`-th picture; after the last the first comes again.
    ///
    /// # Errors
    /// When the file is damaged; the error names it.
    pub fn photo(&self, index: usize) -> Result<Option<RgbImage>, ReadError> {
        let cycled = index.checked_rem(self.photos.len()).and_then(|i| self.photos.get(i));
        cycled.map(|path| read::rgb(path)).transpose()
    }
}

/// The samples of one finger or eye as they are captured, one after the other.
#[derive(Debug, Clone)]
pub struct Reel {
    samples: Vec<PathBuf>,
    dpi: f32,
    seed: u64,
    next: usize,
}

impl Reel {
    /// From the first sample; `default_dpi` for files that state no resolution, `seed` for the noise of repeated
    /// samples.
    pub fn new(samples: Vec<PathBuf>, default_dpi: f32, seed: u64) -> Self {
        Self { samples, dpi: default_dpi, seed, next: 0 }
    }

    /// As if `captures` had been taken already.
    pub fn after(mut self, captures: usize) -> Self {
        self.next = captures;
        self
    }

    /// How many captures have been taken.
    pub fn taken(&self) -> usize {
        self.next
    }

    /// The next capture, or `None` when there is no sample at all.
    ///
    /// # Errors
    /// When the file is damaged; the error names it.
    pub fn capture(&mut self) -> Result<Option<GrayImage>, ReadError> {
        let Some(path) = self.samples.get(self.next).or(self.samples.last()) else { return Ok(None) };
        let image = read::gray(path, self.dpi)?;
        let round = self.next;
        self.next += 1;
        let repeated = round >= self.samples.len();
        Ok(Some(if repeated { fresh(&image, self.seed, round as u64) } else { image }))
    }
}

/// An identity as one person's finger.
#[derive(Debug, Clone)]
pub struct FolderFinger {
    finger: Finger,
    reel: Reel,
}

impl FolderFinger {
    /// `reel` holds this finger; no other is presented.
    pub fn new(finger: Finger, reel: Reel) -> Self {
        Self { finger, reel }
    }

    /// How many captures have been taken.
    pub fn taken(&self) -> usize {
        self.reel.taken()
    }
}

impl FingerSource for FolderFinger {
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        if finger == self.finger { Ok(self.reel.capture()?) } else { Ok(None) }
    }
}

/// A subject as one person's eyes.
#[derive(Debug, Clone)]
pub struct FolderEyes {
    right: Reel,
    left: Reel,
}

impl FolderEyes {
    /// The subject's eyes, each with noise of its own.
    pub fn new(subject: &Subject, seed: u64) -> Self {
        let reel = |samples: &[PathBuf], salt| Reel::new(samples.to_vec(), DEFAULT_DPI, seed ^ salt);
        Self { right: reel(&subject.right, 0), left: reel(&subject.left, 1 << 63) }
    }

    /// As if so many captures of the right and the left eye had been taken already.
    pub fn after(self, right: usize, left: usize) -> Self {
        Self { right: self.right.after(right), left: self.left.after(left) }
    }

    /// How many captures of the right and the left eye have been taken.
    pub fn taken(&self) -> (usize, usize) {
        (self.right.taken(), self.left.taken())
    }
}

impl EyeSource for FolderEyes {
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        Ok(match eye {
            Eye::Right => self.right.capture(),
            Eye::Left => self.left.capture(),
        }?)
    }
}

/// A photo folder as the faces of one resident after another.
#[derive(Debug, Clone)]
pub struct FolderFaces {
    folder: PhotoFolder,
    next: usize,
}

impl FolderFaces {
    /// From the `first`-th picture.
    pub fn new(folder: PhotoFolder, first: usize) -> Self {
        Self { folder, next: first }
    }
}

impl FaceSource for FolderFaces {
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError> {
        let picture = self.folder.photo(self.next)?;
        self.next += 1;
        Ok(picture)
    }
}

/// Image files of `folder` in bytewise order of their names; hidden files are passed over.
fn images(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, FolderError> {
    let unlisted = |source| FolderError::List { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(unlisted)?;
    let mut paths = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(unlisted)?;
    paths.retain(|path| {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let hidden = stem(path).is_none_or(|stem| stem.starts_with('.'));
        !hidden && extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)) && path.is_file()
    });
    paths.sort();
    if paths.is_empty() { Err(FolderError::Empty { path: folder.to_owned() }) } else { Ok(paths) }
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn ordered(mut samples: Vec<(u64, PathBuf)>) -> Vec<PathBuf> {
    samples.sort();
    samples.into_iter().map(|(_, path)| path).collect()
}
