//! A near-infrared camera for one eye, by whatever video device shows grey pictures.
//!
//! The camera does not know an eye: it knows light and focus. It takes the sharpest of a few pictures in a row that
//! are well lit and in focus, under the eye's name that the operator has asked for; whether it is an eye, and a good
//! one, is for the station to judge.

use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, EyeSample, EyeSet, GrayImage, IrisCamera,
    Peripheral, Progress, Retry,
};

use super::emitter::{Emitter, IrisConfig};
use super::handle::Handle;
use super::pixels::Pixels;
use super::stream::Stream;
use super::video::{Mode, Video};
use crate::lens::is_flat;
use crate::tokens::unless_cancelled;

/// Pictures in a row that must be in focus.
const STEADY: usize = 3;
/// Looks at the camera before it gives up: about a minute, for a look at a streaming camera takes a thirtieth of a
/// second or, when nothing comes, longer.
const PATIENCE: u32 = 1_800;
/// Mean grey between which a picture is lit.
const LIT: std::ops::RangeInclusive<f32> = 25.0..=230.0;
/// Least width at which an iris has the pixels that are needed.
const LEAST_WIDTH: u32 = 640;

/// An iris camera.
pub struct Iris {
    handle: Handle,
    emitter: Option<Emitter>,
    mode: Option<Mode>,
    focus: f32,
    patience: u32,
}

impl Iris {
    /// A camera on an open device; nothing is asked yet.
    pub fn over(video: Box<dyn Video>, info: DeviceInfo, config: Option<&IrisConfig>) -> Self {
        let stream = Stream::new(video).with_bits(config.and_then(|config| config.bits));
        let emitter = config.and_then(|config| config.emitter.clone());
        Self { handle: Handle::new(stream, info), emitter, mode: None, focus: 3.0, patience: PATIENCE }
    }

    /// Sharpness from which a picture counts as in focus (default 3): the mean step, in grey levels, between a pixel
    /// and the middle of its neighbours two pixels away.
    pub fn with_focus(mut self, least: f32) -> Self {
        self.focus = least;
        self
    }

    /// Looks at the camera before it gives up (default 1800, a minute).
    pub fn with_patience(mut self, looks: u32) -> Self {
        self.patience = looks;
        self
    }

    /// The best mode for an iris, asked once. A camera without grey pictures is another kind of camera.
    fn mode(&mut self) -> Result<Mode, DeviceError> {
        if let Some(mode) = self.mode {
            return Ok(mode);
        }
        let offered = self.handle.call(|video| video.modes())?;
        let cause = "the camera offers no grey pictures of 640 pixels or more";
        let wrong = || self.handle.error(DeviceErrorKind::WrongModel).because(cause);
        let chosen = best(&offered).ok_or_else(wrong)?;
        self.mode = Some(chosen);
        Ok(chosen)
    }

    fn light(&mut self, on: bool) -> Result<(), DeviceError> {
        let Some(emitter) = &self.emitter else { return Ok(()) };
        let value = if on { &emitter.on } else { &emitter.off };
        self.handle.call(|video| video.set_extension(emitter.unit, emitter.selector, value))
    }

    fn watch(
        &mut self,
        mode: Mode,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        self.light(true)?;
        self.handle.run(mode)?;
        progress(Progress::Waiting);
        // Since the picture was last out of focus: how many, and the sharpest of them.
        let (mut steady, mut best): (usize, Option<(f32, GrayImage)>) = (0, None);
        let mut looks = 0;
        loop {
            unless_cancelled(cancel)?;
            let picture = self.handle.next(|frame, bytes| frame.gray(bytes))?;
            looks += 1;
            if let Some(picture) = picture {
                let sharp = sharpness(&picture);
                let (lit, forced) = (is_lit(&picture), trigger.is_cancelled());
                match (lit, forced) {
                    (true, true) => return Ok(best.filter(|(known, _)| *known > sharp).map_or(picture, |(_, it)| it)),
                    (false, true) => return Err(CaptureError::Retry(Retry::NothingPresented)),
                    (true, false) if sharp >= self.focus => {
                        steady += 1;
                        if best.as_ref().is_none_or(|(known, _)| *known < sharp) {
                            best = Some((sharp, picture.clone()));
                        }
                    }
                    (true | false, false) => (steady, best) = (0, None),
                }
                progress(Progress::GrayFrame(picture));
                if steady >= STEADY
                    && let Some((_, sharpest)) = best.take()
                {
                    return Ok(sharpest);
                }
            }
            if looks >= self.patience {
                return Err(CaptureError::Retry(Retry::NothingPresented));
            }
        }
    }
}

/// The largest grey mode; of equal ones the plainest.
fn best(modes: &[Mode]) -> Option<Mode> {
    let plain = |pixels: Pixels| match pixels {
        Pixels::Grey => 3,
        Pixels::Y16 => 2,
        Pixels::Y10 | Pixels::Y12 => 1,
        Pixels::Mjpeg | Pixels::Yuyv => 0,
    };
    let fit = modes.iter().filter(|mode| mode.pixels.is_grey() && mode.width >= LEAST_WIDTH);
    fit.max_by_key(|mode| (mode.area(), plain(mode.pixels))).copied()
}

/// Whether there is something to be seen: light, and anything in it.
fn is_lit(picture: &GrayImage) -> bool {
    let sum: u64 = picture.pixels().iter().map(|value| u64::from(*value)).sum();
    LIT.contains(&(sum as f32 / picture.pixels().len().max(1) as f32)) && !is_flat(picture.pixels().iter())
}

/// Mean absolute second difference over two pixels in both directions, in the middle half of the picture.
pub fn sharpness(picture: &GrayImage) -> f32 {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let (mut sum, mut count) = (0u64, 0u64);
    for y in height / 4..height - height / 4 {
        for x in width / 4..width - width / 4 {
            let at = |dx: i64, dy: i64| i32::from(picture.get(x + dx, y + dy));
            let bend = |one: i32, other: i32| u64::from((2 * at(0, 0) - one - other).unsigned_abs());
            sum += bend(at(-2, 0), at(2, 0)) + bend(at(0, -2), at(0, 2));
            count += 4;
        }
    }
    sum as f32 / count.max(1) as f32
}

impl Peripheral for Iris {
    fn info(&self) -> &DeviceInfo {
        &self.handle.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.handle.probe()
    }
}

impl IrisCamera for Iris {
    fn capture(
        &mut self,
        trigger: &Cancel,
        eyes: EyeSet,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<EyeSample>, CaptureError> {
        unless_cancelled(cancel)?;
        self.handle.still_there()?;
        let EyeSet::One(eye) = eyes else {
            return Err(self.handle.error(DeviceErrorKind::Unsupported).into());
        };
        let mode = self.mode()?;
        let watched = self.watch(mode, trigger, cancel, progress);
        self.handle.stop();
        // The light goes off however the capture ended; a camera in trouble has said so already.
        if self.handle.still_there().is_ok() {
            let _ = self.light(false);
        }
        watched.map(|image| vec![EyeSample { eye, image }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharpness_falls_as_a_picture_blurs() {
        let picture = |blur: u32| {
            GrayImage::from_fn(64, 64, move |x, y| {
                let wave = |at: u32| (at as f32 * 1.2).sin() / (1 + blur) as f32;
                (128.0 + 60.0 * wave(x) * wave(y + 7)) as u8
            })
        };
        let ladder: Vec<f32> = (0..4).map(|blur| sharpness(&picture(blur))).collect();
        assert!(ladder.windows(2).all(|pair| pair[0] > pair[1]), "{ladder:?}");
        assert_eq!(sharpness(&GrayImage::from_fn(16, 16, |_, _| 90)), 0.0);
        assert!(sharpness(&GrayImage::from_fn(1, 1, |_, _| 90)).is_finite());
    }

    #[test]
    fn the_largest_grey_mode_is_taken_and_colour_never() {
        let mode = |pixels, width| Mode { pixels, width, height: width * 3 / 4 };
        let offered = [mode(Pixels::Mjpeg, 4000), mode(Pixels::Y16, 640), mode(Pixels::Grey, 640)];
        assert_eq!(best(&offered), Some(mode(Pixels::Grey, 640)));
        assert_eq!(best(&[mode(Pixels::Yuyv, 1280), mode(Pixels::Grey, 320)]), None);
    }
}
