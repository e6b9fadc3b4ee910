//! Who stands in front of a virtual device.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekam_hal::{Eye, Finger, GrayImage, RgbImage};

/// Why a source could not deliver; the cause names the file.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Somebody's fingers.
pub trait FingerSource: Send {
    /// A new sample of this finger, or `None` when it is not presented.
    ///
    /// # Errors
    /// When the sample exists but cannot be read.
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError>;
}

/// Somebody's eyes.
pub trait EyeSource: Send {
    /// A new sample of this eye, or `None` when it is not presented.
    ///
    /// # Errors
    /// When the sample exists but cannot be read.
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError>;
}

/// Somebody's face.
pub trait FaceSource: Send {
    /// A new picture, or `None` when nobody is there.
    ///
    /// # Errors
    /// When the picture exists but cannot be read.
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError>;
}

impl<F: FnMut(Finger) -> Option<GrayImage> + Send> FingerSource for F {
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        Ok(self(finger))
    }
}

impl<F: FnMut(Eye) -> Option<GrayImage> + Send> EyeSource for F {
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        Ok(self(eye))
    }
}

impl<F: FnMut() -> Option<RgbImage> + Send> FaceSource for F {
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError> {
        Ok(self())
    }
}

/// A source whose person changes while the device stays: the next resident sits down.
#[derive(Debug, Default)]
pub struct Shared<S>(Arc<Mutex<S>>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> Shared<S> {
    /// Starts with this one.
    pub fn new(source: S) -> Self {
        Self(Arc::new(Mutex::new(source)))
    }

    /// The next one, please; gives back the last.
    pub fn replace(&self, source: S) -> S {
        std::mem::replace(&mut *self.lock(), source)
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: FingerSource> FingerSource for Shared<S> {
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        self.lock().next(finger)
    }
}

impl<S: EyeSource> EyeSource for Shared<S> {
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        self.lock().next(eye)
    }
}

impl<S: FaceSource> FaceSource for Shared<S> {
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError> {
        self.lock().next()
    }
}

impl FingerSource for Box<dyn FingerSource> {
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        (**self).next(finger)
    }
}

impl EyeSource for Box<dyn EyeSource> {
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        (**self).next(eye)
    }
}

impl FaceSource for Box<dyn FaceSource> {
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError> {
        (**self).next()
    }
}
