//! A reflex camera without a library.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use rekam_camera::dslr::{Dslr, Failure, Reflex};
use rekam_hal::conformance::Rig;
use rekam_hal::{
    Access, Camera, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, RgbImage,
};
use rekam_simulator::faults::Plug;

pub fn file(width: u32, height: u32, covered: bool) -> Vec<u8> {
    let pixel = |at: u32| [(at % width * 250 / width) as u8, (at / width * 250 / height) as u8, 60];
    let pixels: Vec<u8> = (0..width * height).flat_map(|at| if covered { [9; 3] } else { pixel(at) }).collect();
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.write_image(&pixels, width, height, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

#[derive(Clone, Default)]
pub struct Desk {
    pub plug: Plug,
    pub covered: Arc<AtomicBool>,
    pub finder: bool,
    /// Finder pictures that come cut before a whole one.
    pub cut: Arc<AtomicU32>,
    pub raw: bool,
    /// Number with which the camera refuses to take a picture.
    pub refuses: Option<i32>,
}

/// A camera without a library.
pub struct Double {
    pub desk: Desk,
    pub turn: u64,
}

impl Double {
    fn live(&self) -> Result<(), Failure> {
        if self.desk.plug.turn() == self.turn { Ok(()) } else { Err(Failure::new(Failure::GONE, "no such device")) }
    }
}

impl Reflex for Double {
    fn preview(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        self.live()?;
        let mut bytes = file(96, 64, false);
        if self.desk.cut.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok() {
            bytes.truncate(bytes.len() / 2);
        }
        Ok(self.desk.finder.then_some(bytes))
    }

    fn take(&mut self, cancel: &Cancel) -> Result<Vec<u8>, Failure> {
        self.live()?;
        match self.desk.refuses {
            Some(code) => Err(Failure::new(code, "refused")),
            None if cancel.is_cancelled() => Err(Failure::new(Failure::CANCELLED, "cancelled")),
            None if self.desk.raw => Ok(b"II*\0\x10\0\0\0CR\x02\0".to_vec()),
            None => Ok(file(300, 200, self.desk.covered.swap(false, Ordering::AcqRel))),
        }
    }

    fn check(&mut self) -> Result<(), Failure> {
        self.live()
    }
}

pub fn info() -> DeviceInfo {
    DeviceInfo {
        id: "gphoto2:1".to_owned(),
        driver: "gphoto2".to_owned(),
        model: "double".to_owned(),
        transport: "usb:1".to_owned(),
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities { enrolment_grade: true, ..Capabilities::default() },
    }
}

impl Rig<dyn Camera> for Desk {
    fn open(&mut self) -> Result<Box<dyn Camera>, DeviceError> {
        if !self.plug.is_plugged() {
            return Err(DeviceError::new("gphoto2:1", DeviceErrorKind::Gone));
        }
        let double = Double { desk: self.clone(), turn: self.plug.turn() };
        Ok(Box::new(Dslr::over(Box::new(double), info())?))
    }

    fn plug(&mut self) {
        self.plug.plug();
    }

    fn unplug(&mut self) {
        self.plug.unplug();
    }

    fn present(&mut self, _: bool) {}

    fn provoke_retry(&mut self) -> bool {
        self.covered.store(true, Ordering::Release);
        true
    }
}

pub fn take(camera: &mut dyn Camera) -> Result<RgbImage, CaptureError> {
    let (trigger, mut calls) = (Cancel::new(), 0);
    camera.capture(&trigger.clone(), &Cancel::new(), &mut |_| {
        calls += 1;
        if calls >= 1 {
            trigger.cancel();
        }
    })
}
