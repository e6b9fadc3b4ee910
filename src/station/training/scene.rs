//! Who stands in front of the virtual devices: a synthetic body, or folders of real images.
//!
//! A capture is a pure function of the person, the slot and how often the slot was captured before, so that a run
//! that was killed and taken up again sees the very images it would have seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekam_hal::{Eye, Finger, GrayImage, RgbImage, Signature};
use rekam_simulator::people::eye::{Eye as SyntheticEye, EyeConditions};
use rekam_simulator::people::finger::{Conditions, Finger as SyntheticFinger};
use rekam_simulator::people::portrait::{self, Backdrop, Look};
use rekam_simulator::people::{ink, register::Row};
use rekam_simulator::replay::folder::Reel;
use rekam_simulator::replay::{
    EyeSource, FaceSource, FingerFolder, FingerSource, IrisFolder, PhotoFolder, SourceError,
};
use time::Date;

use super::finger_seed;

/// The body of a resident.
#[derive(Debug, Clone)]
pub struct Body {
    /// Seed of everything synthetic.
    pub seed: u64,
    /// Index into the folders, where real images are used.
    pub identity: Option<usize>,
    /// Fingers to be excepted; a synthetic body does not have them.
    pub missing_fingers: Vec<Finger>,
    /// Eyes to be excepted.
    pub missing_eyes: Vec<Eye>,
    /// What the portrait shows.
    pub look: Look,
}

impl Body {
    /// The body that belongs to a row of the training register, as old as it is today.
    pub fn of_row(row: &Row, today: Date) -> Self {
        Self {
            seed: row.biometric_seed,
            identity: None,
            missing_fingers: row.missing_fingers.clone(),
            missing_eyes: row.missing_eyes.clone(),
            look: look(row, today),
        }
    }

    /// Whoever is there before the first resident is seated.
    fn nobody() -> Self {
        let look = Look { backdrop: Backdrop::Red, female: false, veil: false, age: 30 };
        Self { seed: 0, identity: None, missing_fingers: Vec::new(), missing_eyes: Vec::new(), look }
    }
}

fn look(row: &Row, today: Date) -> Look {
    let year = row.birthday().map_or(1990, |birthday| birthday.year());
    let female = row.female();
    Look {
        backdrop: Backdrop::of(year, row.nationality == 2),
        female,
        veil: female && row.religion == 1 && !row.biometric_seed.is_multiple_of(3),
        age: u32::try_from(today.year() - year).unwrap_or(30),
    }
}

/// The folders of real images, where given.
#[derive(Clone, Default)]
pub struct Folders {
    fingers: Option<Arc<FingerFolder>>,
    irises: Option<Arc<IrisFolder>>,
    photos: Option<Arc<PhotoFolder>>,
}

impl Folders {
    /// Reads the names in the folders; the images are read when they are captured.
    ///
    /// # Errors
    /// A [`FolderError`](rekam_simulator::replay::FolderError) that names the folder or file.
    pub fn read(
        fingerprints: Option<&Path>,
        irises: Option<&Path>,
        photos: Option<&Path>,
    ) -> Result<Self, SourceError> {
        let fingers = fingerprints.map(FingerFolder::read).transpose()?;
        let irises = irises.map(IrisFolder::read).transpose()?;
        let photos = photos.map(PhotoFolder::read).transpose()?;
        Ok(Self { fingers: fingers.map(Arc::new), irises: irises.map(Arc::new), photos: photos.map(Arc::new) })
    }

    /// How many people the folders hold; `None` when everybody is synthetic.
    pub fn people(&self) -> Option<usize> {
        let fingers = self.fingers.as_ref().map(|folder| folder.identities.len());
        let irises = self.irises.as_ref().map(|folder| folder.subjects.len());
        [fingers, irises].into_iter().flatten().min()
    }

    /// With a folder only its real images are used: of fingers, the right index finger.
    pub fn missing_fingers(&self) -> Vec<Finger> {
        let real = self.fingers.is_some();
        Finger::ALL.into_iter().filter(|finger| !real || *finger != Finger::RightIndex).collect()
    }

    /// Eyes of which the folder has no image.
    pub fn missing_eyes(&self, identity: usize) -> Vec<Eye> {
        Eye::ALL.into_iter().filter(|eye| self.eye_samples(identity, *eye).is_empty()).collect()
    }

    fn eye_samples(&self, identity: usize, eye: Eye) -> &[PathBuf] {
        let subject = self.irises.as_ref().and_then(|folder| folder.subjects.get(identity));
        subject.map_or(&[], |subject| match eye {
            Eye::Right => &subject.right,
            Eye::Left => &subject.left,
        })
    }
}

/// What is in front of the devices right now.
struct Scene {
    body: Body,
    /// Captures made of the slot before this one, by this person.
    round: u64,
    masters: BTreeMap<Finger, SyntheticFinger>,
    folders: Folders,
    dpi: f32,
    visitor: usize,
}

impl Scene {
    fn finger(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        let round = self.round;
        if let (Some(folder), Some(identity)) = (&self.folders.fingers, self.body.identity) {
            let samples = folder.identities.get(identity).map(|i| i.samples.clone()).unwrap_or_default();
            return Ok(Reel::new(samples, self.dpi, self.body.seed).after(round as usize).capture()?);
        }
        if self.body.missing_fingers.contains(&finger) {
            return Ok(None);
        }
        let seed = finger_seed(self.body.seed, finger);
        let master = self.masters.entry(finger).or_insert_with(|| SyntheticFinger::new(seed));
        Ok(Some(master.capture(&Conditions::typical(seed ^ (round + 1)))))
    }

    fn eye(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        let round = self.round;
        if let (Some(_), Some(identity)) = (&self.folders.irises, self.body.identity) {
            let samples = self.folders.eye_samples(identity, eye).to_vec();
            return Ok(Reel::new(samples, self.dpi, self.body.seed).after(round as usize).capture()?);
        }
        let conditions = EyeConditions::typical(self.body.seed ^ (u64::from(eye.code()) << 32) ^ (round + 1));
        Ok(Some(SyntheticEye::of(self.body.seed, eye).capture(&conditions).0))
    }

    fn face(&mut self) -> Result<Option<RgbImage>, SourceError> {
        match &self.folders.photos {
            Some(folder) => Ok(folder.photo(self.visitor)?),
            None => Ok(Some(portrait::portrait(self.body.seed, self.round, self.body.look))),
        }
    }

    fn signature(&self) -> Signature {
        ink::signature(self.body.seed, self.round)
    }
}

/// The scene as all devices see it.
#[derive(Clone)]
pub(super) struct Stage(Arc<Mutex<Scene>>);

impl Stage {
    pub(super) fn new(folders: Folders, dpi: f32) -> Self {
        let body = Body::nobody();
        Self(Arc::new(Mutex::new(Scene { body, round: 0, masters: BTreeMap::new(), folders, dpi, visitor: 0 })))
    }

    pub(super) fn seat(&self, body: Body, visitor: usize) {
        let mut scene = self.scene();
        (scene.body, scene.visitor) = (body, visitor);
        scene.masters.clear();
    }

    pub(super) fn present(&self, round: u64) {
        self.scene().round = round;
    }

    pub(super) fn signature(&self) -> Signature {
        self.scene().signature()
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The face on the stage.
pub(super) struct FaceOf(pub(super) Stage);
/// The fingers on the stage.
pub(super) struct FingerOf(pub(super) Stage);
/// The eyes on the stage.
pub(super) struct EyeOf(pub(super) Stage);

impl FaceSource for FaceOf {
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError> {
        self.0.scene().face()
    }
}

impl FingerSource for FingerOf {
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        self.0.scene().finger(finger)
    }
}

impl EyeSource for EyeOf {
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        self.0.scene().eye(eye)
    }
}
