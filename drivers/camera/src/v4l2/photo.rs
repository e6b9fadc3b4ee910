//! A photo camera: small quick frames while the resident is placed, one picture of full size when the operator says.
//!
//! A USB camera cannot stream at full size fast enough to aim by, so the format is switched for the still and back.
//! After a switch the first pictures are thrown away: exposure and white balance begin anew.

use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry, RgbImage,
};

use super::pixels::Pixels;
use super::stream::Stream;
use super::video::{Control, Mode, Video, VideoError};
use crate::lens::is_covered;

/// Good pictures thrown away after the format was switched.
const SETTLE: u32 = 2;
/// Width from which a preview is worth looking at.
const PREVIEW_WIDTH: u32 = 640;

/// A photo camera.
pub struct Photo {
    info: DeviceInfo,
    stream: Stream,
    /// Preview and still, once the camera was asked.
    modes: Option<(Mode, Mode)>,
    gone: bool,
}

impl Photo {
    /// A camera on an open device; nothing is asked yet.
    pub fn over(video: Box<dyn Video>, info: DeviceInfo) -> Self {
        Self { info, stream: Stream::new(video), modes: None, gone: false }
    }

    /// The settings that can be changed.
    ///
    /// # Errors
    /// The device's.
    pub fn controls(&mut self) -> Result<Vec<Control>, DeviceError> {
        let found = self.stream.video().controls();
        found.map_err(|error| self.failed(error.into()))
    }

    /// Changes a setting; it stays until the camera is unplugged.
    ///
    /// # Errors
    /// Unsupported when there is none of this number, or not with this value.
    pub fn set_control(&mut self, id: u32, value: i32) -> Result<(), DeviceError> {
        let set = self.stream.video().set_control(id, value);
        set.map_err(|error| self.failed(error.into()))
    }

    /// Bad pictures dropped since it was opened.
    pub fn dropped(&self) -> u64 {
        self.stream.dropped()
    }

    fn failed(&mut self, trouble: super::stream::Trouble) -> DeviceError {
        self.gone |= trouble.kind() == DeviceErrorKind::Gone;
        trouble.of(&self.info.id)
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(DeviceError::new(self.info.id.as_str(), DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    fn modes(&mut self) -> Result<(Mode, Mode), DeviceError> {
        if let Some(modes) = self.modes {
            return Ok(modes);
        }
        let offered = self.stream.video().modes().map_err(|error| self.failed(error.into()))?;
        let chosen = preview(&offered).zip(still(&offered));
        self.modes = chosen;
        chosen.ok_or_else(|| self.failed(VideoError::Unsupported.into()))
    }

    /// Shows frames until the operator takes the picture.
    fn aim(
        &mut self,
        mode: Mode,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CaptureError> {
        self.stream.run(mode).map_err(|trouble| self.failed(trouble))?;
        progress(Progress::Waiting);
        loop {
            unless_cancelled(cancel)?;
            if trigger.is_cancelled() {
                return Ok(());
            }
            let frame = self.stream.next(|frame, bytes| frame.rgb(bytes));
            if let Some(frame) = frame.map_err(|trouble| self.failed(trouble))? {
                progress(Progress::Frame(frame));
            }
        }
    }

    fn take(&mut self, mode: Mode, switched: bool, cancel: &Cancel) -> Result<RgbImage, CaptureError> {
        self.stream.run(mode).map_err(|trouble| self.failed(trouble))?;
        let mut thrown = if switched { SETTLE } else { 0 };
        loop {
            unless_cancelled(cancel)?;
            let picture = self.stream.next(|frame, bytes| frame.rgb(bytes));
            match picture.map_err(|trouble| self.failed(trouble))? {
                Some(_) if thrown > 0 => thrown -= 1,
                Some(picture) if is_covered(&picture) => return Err(CaptureError::Retry(Retry::CleanGlass)),
                Some(picture) => return Ok(picture),
                None => {}
            }
        }
    }
}

fn unless_cancelled(cancel: &Cancel) -> Result<(), CaptureError> {
    if cancel.is_cancelled() { Err(CaptureError::Cancelled) } else { Ok(()) }
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
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        let checked = self.stream.video().check();
        checked.map_err(|error| self.failed(error.into()))
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
        self.still_there()?;
        let (preview, still) = self.modes()?;
        let taken =
            self.aim(preview, trigger, cancel, progress).and_then(|()| self.take(still, still != preview, cancel));
        self.stream.stop();
        // Back to the small format, so that the next preview begins at once. Whether it can, the next one will see.
        if !self.gone && still != preview {
            let _ = self.stream.video().set_mode(preview);
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
