//! The driver on a virtual video device.
#![allow(dead_code, reason = "each test program uses a part")]

use std::time::Duration;

use rekam_camera::v4l2::{Buffer, Control, Frame, Mode, Photo, Pixels, Video, VideoError};
use rekam_hal::{
    Access, Camera, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Progress, RgbImage,
};
use rekam_simulator::video::{Coding, Failure, Handle, Offer, Shot, VirtualVideo};

/// The driver's view of a virtual device.
pub struct Wire(pub Handle);

pub fn failure(failure: Failure) -> VideoError {
    match failure {
        Failure::Gone => VideoError::Gone,
        Failure::Busy => VideoError::Busy,
        Failure::Unsupported => VideoError::Unsupported,
    }
}

pub fn pixels(coding: Coding) -> Pixels {
    match coding {
        Coding::Mjpeg => Pixels::Mjpeg,
        Coding::Yuyv => Pixels::Yuyv,
        Coding::Grey => Pixels::Grey,
        Coding::Y16 => Pixels::Y16,
    }
}

pub fn coding(wanted: Pixels) -> Result<Coding, VideoError> {
    let known = [Coding::Mjpeg, Coding::Yuyv, Coding::Grey, Coding::Y16];
    known.into_iter().find(|coding| pixels(*coding) == wanted).ok_or(VideoError::Unsupported)
}

impl Video for Wire {
    fn modes(&mut self) -> Result<Vec<Mode>, VideoError> {
        let offers = self.0.offers().map_err(failure)?;
        let mode = |offer: &Offer| Mode { pixels: pixels(offer.coding), width: offer.width, height: offer.height };
        Ok(offers.iter().map(mode).collect())
    }

    fn set_mode(&mut self, mode: Mode) -> Result<Frame, VideoError> {
        let chosen = self.0.choose(coding(mode.pixels)?, mode.width, mode.height);
        let (offer, row) = chosen.map_err(failure)?;
        Frame::new(pixels(offer.coding), offer.width, offer.height, row).ok_or(VideoError::Unsupported)
    }

    fn start(&mut self) -> Result<(), VideoError> {
        self.0.start().map_err(failure)
    }

    fn stop(&mut self) {
        self.0.stop();
    }

    fn next(&mut self, _: Duration) -> Result<Option<Buffer>, VideoError> {
        let picture = self.0.next().map_err(failure)?;
        Ok(picture.map(|picture| Buffer { bytes: picture.bytes, damaged: picture.damaged }))
    }

    fn controls(&mut self) -> Result<Vec<Control>, VideoError> {
        Ok(Vec::new())
    }

    fn set_control(&mut self, _: u32, _: i32) -> Result<(), VideoError> {
        Err(VideoError::Unsupported)
    }

    fn set_extension(&mut self, unit: u8, selector: u8, value: &[u8]) -> Result<(), VideoError> {
        self.0.set_extension(unit, selector, value).map_err(failure)
    }

    fn check(&mut self) -> Result<(), VideoError> {
        self.0.check().map_err(failure)
    }
}

pub const STILL: (u32, u32) = (800, 600);

pub fn webcam() -> Vec<Offer> {
    vec![
        Offer::new(Coding::Mjpeg, STILL.0, STILL.1),
        Offer { padding: 64, ..Offer::new(Coding::Yuyv, 640, 480) },
        Offer::new(Coding::Mjpeg, 640, 480),
    ]
}

pub fn scene(width: u32, height: u32) -> RgbImage {
    let channels = |at: u32| {
        let (x, y) = (at % width, at / width);
        [(x * 255 / width) as u8, (y * 255 / height) as u8, 90]
    };
    RgbImage::new(width, height, (0..width * height).flat_map(channels).collect()).unwrap()
}

pub fn any_scene(shot: Shot) -> RgbImage {
    scene(shot.width, shot.height)
}

pub fn info(iris: bool) -> DeviceInfo {
    DeviceInfo {
        id: "camera-1".to_owned(),
        driver: "v4l2".to_owned(),
        model: "virtual".to_owned(),
        transport: "virtual".to_owned(),
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities {
            preview: true,
            eyes_at_once: u8::from(iris),
            enrolment_grade: true,
            ..Capabilities::default()
        },
    }
}

pub fn wire(device: &VirtualVideo) -> Result<Box<Wire>, DeviceError> {
    let handle = device.open().map_err(|_| DeviceError::new("camera-1", DeviceErrorKind::Gone))?;
    Ok(Box::new(Wire(handle)))
}

pub fn photo(device: &VirtualVideo) -> Photo {
    Photo::over(wire(device).unwrap(), info(false))
}

/// A capture in which the operator takes the picture at the n-th frame.
pub fn taken_at(camera: &mut Photo, frames: u32) -> Result<RgbImage, CaptureError> {
    let (trigger, mut seen) = (Cancel::new(), 0);
    camera.capture(&trigger.clone(), &Cancel::new(), &mut |news| {
        if let Progress::Frame(frame) = news {
            assert_eq!((frame.width(), frame.height()), (640, 480));
            seen += 1;
            if seen >= frames {
                trigger.cancel();
            }
        }
    })
}

#[track_caller]
pub fn kind<T: std::fmt::Debug>(result: Result<T, CaptureError>) -> DeviceErrorKind {
    match result {
        Err(CaptureError::Device(error)) => error.kind,
        other => panic!("not an error of the device: {other:?}"),
    }
}
