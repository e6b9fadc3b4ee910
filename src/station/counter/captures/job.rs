//! The job of a capture, whichever device does it, and the judgement of what it brings.
//!
//! Each device has a job of its own kind, with a sample of its own kind. Here they are one, so that whoever looks after
//! a capture need not know which device takes it.

use rekam_hal::{CaptureError, EyeSample, EyeSet, Fingers, GrayImage, Retry, RgbImage, ScanTarget, Signature, Slap};
use tokio::sync::watch;

use crate::biometrics::face::Wanted;
use crate::domain::session::Slot;
use crate::station::counter::board::Aim;
use crate::station::desk::{judge_eye, judge_finger, judge_slap};
use crate::station::engines::{Engines, Judged, SlapJudged};
use crate::station::job::News;
use crate::station::{Bays, DeskError, Job, JobError};

use super::target::Need;

pub(super) enum AnyJob {
    Photo(Job<RgbImage>),
    Ink(Job<Signature>),
    Finger(Job<GrayImage>),
    Eyes(Job<Vec<EyeSample>>),
}

pub(super) enum Raw {
    Photo(RgbImage),
    /// A portrait with what it is judged for.
    Portrait(RgbImage, Wanted),
    Ink(Signature),
    Finger(GrayImage),
    /// Several fingers in one image, and those that can be on it.
    Slap(GrayImage, Slap, Fingers),
    Eye(Option<GrayImage>),
}

/// What judging says.
pub(super) enum Verdict {
    One(Judged),
    Slap(SlapJudged),
}

impl AnyJob {
    pub(super) fn start(bays: &Bays, need: Need) -> Result<Self, JobError> {
        if need.aim == Aim::Evidence {
            return Ok(Self::Photo(bays.photo()?));
        }
        if let Some(slap) = need.slap {
            return Ok(Self::Finger(bays.finger(ScanTarget::Slap(slap))?));
        }
        Ok(match need.slot {
            Slot::Photo => Self::Photo(bays.photo()?),
            Slot::Signature | Slot::Approval => Self::Ink(bays.signature()?),
            Slot::Finger(finger) => Self::Finger(bays.finger(ScanTarget::Single(finger))?),
            Slot::Eye(eye) => Self::Eyes(bays.eyes(EyeSet::One(eye))?),
        })
    }

    pub(super) fn news(&self) -> watch::Receiver<News> {
        match self {
            Self::Photo(job) => job.news(),
            Self::Ink(job) => job.news(),
            Self::Finger(job) => job.news(),
            Self::Eyes(job) => job.news(),
        }
    }

    pub(super) fn finish(&self) {
        match self {
            Self::Photo(job) => job.finish(),
            Self::Ink(job) => job.finish(),
            Self::Finger(job) => job.finish(),
            Self::Eyes(job) => job.finish(),
        }
    }

    pub(super) fn cancel(&self) {
        match self {
            Self::Photo(job) => job.cancel(),
            Self::Ink(job) => job.cancel(),
            Self::Finger(job) => job.cancel(),
            Self::Eyes(job) => job.cancel(),
        }
    }

    pub(super) fn poll(&self, slot: Slot) -> Option<Result<Raw, JobError>> {
        let eye_of = |samples: Vec<EyeSample>| {
            let found = samples.into_iter().find(|sample| Slot::Eye(sample.eye) == slot);
            Raw::Eye(found.map(|sample| sample.image))
        };
        match self {
            Self::Photo(job) => job.poll().map(|done| done.map(Raw::Photo)),
            Self::Ink(job) => job.poll().map(|done| done.map(Raw::Ink)),
            Self::Finger(job) => job.poll().map(|done| done.map(Raw::Finger)),
            Self::Eyes(job) => job.poll().map(|done| done.map(eye_of)),
        }
    }
}

pub(super) fn judge(engines: &Engines, raw: Raw) -> Result<Verdict, DeskError> {
    Ok(Verdict::One(match raw {
        Raw::Slap(image, slap, expected) => return Ok(Verdict::Slap(judge_slap(engines, &image, slap, expected)?)),
        Raw::Portrait(image, wanted) => engines.photo(&image, wanted)?,
        Raw::Photo(image) => engines.evidence(&image)?,
        Raw::Ink(signature) => engines.signature(&signature)?,
        Raw::Finger(image) => judge_finger(engines, &image)?,
        Raw::Eye(Some(image)) => judge_eye(engines, &image)?,
        Raw::Eye(None) => return Err(JobError::from(CaptureError::Retry(Retry::NothingPresented)).into()),
    }))
}
