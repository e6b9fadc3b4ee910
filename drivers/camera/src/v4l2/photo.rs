//! A photo camera: small quick frames while the resident is placed, one picture of full size when the operator says.
//!
//! A USB camera cannot stream at full size fast enough to aim by, so the format is switched for the still and back.
//! After a switch the first pictures are thrown away: exposure and white balance begin anew. A camera that has just begun
//! to stream is dark: also an operator who takes the picture at once gets it only when the camera has woken up.

use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry, RgbImage,
};

use super::handle::Handle;
use super::pixels::Pixels;
use super::stream::Stream;
use super::video::{Control, Mode, Video};
use crate::lens::is_covered;
use crate::tokens::unless_cancelled;

/// Good pictures thrown away after the format was switched.
const SETTLE: u32 = 2;
/// Good pictures after which a camera that has begun to stream is awake: a fifth of a second at the usual speed.
const AWAKE: u32 = 6;
/// Looks at the camera after which it is taken as awake all the same: the picture must come within a second.
const WAKES_WITHIN: u32 = 12;
/// Width from which a preview is worth looking at.
const PREVIEW_WIDTH: u32 = 640;

/// A photo camera.
pub struct Photo {
    handle: Handle,
    /// Preview and still, once the camera was asked.
    modes: Option<(Mode, Mode)>,
}

impl Photo {
    /// A camera on an open device; nothing is asked yet.
    pub fn over(video: Box<dyn Video>, info: DeviceInfo) -> Self {
        Self { handle: Handle::new(Stream::new(video), info), modes: None }
    }

    /// The settings that can be changed.
    ///
    /// # Errors
    /// The device's.
    pub fn controls(&mut self) -> Result<Vec<Control>, DeviceError> {
        self.handle.call(|video| video.controls())
    }

    /// Changes a setting; it stays until the camera is unplugged.
    ///
    /// # Errors
    /// Unsupported when there is none of this number, or not with this value.
    pub fn set_control(&mut self, id: u32, value: i32) -> Result<(), DeviceError> {
        self.handle.call(|video| video.set_control(id, value))
    }

    /// Bad pictures dropped since it was opened.
    pub fn dropped(&self) -> u64 {
        self.handle.dropped()
    }

    fn modes(&mut self) -> Result<(Mode, Mode), DeviceError> {
        if let Some(modes) = self.modes {
            return Ok(modes);
        }
        let offered = self.handle.call(|video| video.modes())?;
        let chosen = preview(&offered).zip(still(&offered));
        self.modes = chosen;
        chosen.ok_or_else(|| self.handle.error(DeviceErrorKind::Unsupported).because("no known kind of pictures"))
    }

    /// Shows frames until the operator takes the picture.
    fn aim(
        &mut self,
        mode: Mode,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CaptureError> {
        self.handle.run(mode)?;
        progress(Progress::Waiting);
        let (mut looks, mut seen) = (0u32, 0u32);
        loop {
            unless_cancelled(cancel)?;
            if trigger.is_cancelled() && (seen >= AWAKE || looks >= WAKES_WITHIN) {
                return Ok(());
            }
            looks = looks.saturating_add(1);
            if let Some(frame) = self.handle.next(|frame, bytes| frame.rgb(bytes))? {
                seen = seen.saturating_add(1);
                progress(Progress::Frame(frame));
            }
        }
    }

    fn take(&mut self, mode: Mode, switched: bool, cancel: &Cancel) -> Result<RgbImage, CaptureError> {
        self.handle.run(mode)?;
        let mut thrown = if switched { SETTLE } else { 0 };
        loop {
            unless_cancelled(cancel)?;
            match self.handle.next(|frame, bytes| frame.rgb(bytes))? {
                Some(_) if thrown > 0 => thrown -= 1,
                Some(picture) if is_covered(&picture) => return Err(CaptureError::Retry(Retry::CleanGlass)),
                Some(picture) => return Ok(picture),
                None => {}
            }
        }
    }
}

/// The smallest mode that is wide enough, or the widest; of equal ones the one that is cheapest to decode.
fn preview(modes: &[Mode]) -> Option<Mode> {
    let cost = |mode: &Mode| match mode.pixels {
        Pixels::Yuyv => 0,
        Pixels::Mjpeg => 1,
        Pixels::Grey | Pixels::Y16 | Pixels::Y10 | Pixels::Y12 => 2,
    };
    let wide = modes.iter().filter(|mode| mode.width >= PREVIEW_WIDTH).min_by_key(|mode| (mode.area(), cost(mode)));
    wide.or_else(|| modes.iter().max_by_key(|mode| (mode.area(), 3 - cost(mode)))).copied()
}

/// The largest mode; of equal ones the one with colour that comes fastest at that size.
fn still(modes: &[Mode]) -> Option<Mode> {
    let worth = |mode: &Mode| match mode.pixels {
        Pixels::Mjpeg => 2,
        Pixels::Yuyv => 1,
        Pixels::Grey | Pixels::Y16 | Pixels::Y10 | Pixels::Y12 => 0,
    };
    modes.iter().filter(|mode| !mode.pixels.is_grey()).max_by_key(|mode| (mode.area(), worth(mode))).copied()
}

impl Peripheral for Photo {
    fn info(&self) -> &DeviceInfo {
        &self.handle.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.handle.probe()
    }
}

impl Camera for Photo {
    fn capture(
        &mut self,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<RgbImage, CaptureError> {
        unless_cancelled(cancel)?;
        self.handle.still_there()?;
        let (preview, still) = self.modes()?;
        let taken =
            self.aim(preview, trigger, cancel, progress).and_then(|()| self.take(still, still != preview, cancel));
        self.handle.stop();
        // Back to the small format, so that the next preview begins at once. Whether it can, the next one will see.
        if still != preview && self.handle.still_there().is_ok() {
            let _ = self.handle.call(|video| video.set_mode(preview));
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(pixels: Pixels, width: u32, height: u32) -> Mode {
        Mode { pixels, width, height }
    }

    #[test]
    fn the_preview_is_small_and_cheap_and_the_still_large_and_in_colour() {
        let offered = [
            mode(Pixels::Mjpeg, 1920, 1080),
            mode(Pixels::Yuyv, 1920, 1080),
            mode(Pixels::Grey, 4000, 3000),
            mode(Pixels::Mjpeg, 640, 480),
            mode(Pixels::Yuyv, 640, 480),
            mode(Pixels::Yuyv, 320, 240),
        ];
        assert_eq!(preview(&offered), Some(mode(Pixels::Yuyv, 640, 480)));
        assert_eq!(still(&offered), Some(mode(Pixels::Mjpeg, 1920, 1080)));
        let small = [mode(Pixels::Mjpeg, 320, 240), mode(Pixels::Yuyv, 320, 240)];
        assert_eq!(preview(&small), Some(mode(Pixels::Yuyv, 320, 240)));
        assert_eq!(still(&offered[2..3]), None);
    }
}
