//! The suite must find out devices that break a clause.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;
use crate::device::{Access, Capabilities};
use crate::error::Retry;
use crate::image::{GrayImage, RgbImage};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    IgnoresCancel,
    ChattersAfterCancel,
    RevivesByItself,
    CallsGoneBroken,
    NoResolution,
    ClaimsPreview,
    FailsAfterRetry,
    ChangesItsName,
    IgnoresTrigger,
    ShootsByItself,
}

struct Fake {
    info: DeviceInfo,
    defect: Defect,
    world: Arc<World>,
    gone: bool,
}

struct World {
    plugged: AtomicBool,
    there: AtomicBool,
    retry: AtomicBool,
    captures: AtomicU64,
}

impl Fake {
    fn connected(&mut self) -> Result<(), DeviceError> {
        if !self.world.plugged.load(Ordering::Acquire) {
            let first = !std::mem::replace(&mut self.gone, true);
            if !first && self.defect == Defect::RevivesByItself {
                return Ok(());
            }
            let kind =
                if self.defect == Defect::CallsGoneBroken { DeviceErrorKind::Broken } else { DeviceErrorKind::Gone };
            return Err(DeviceError::new("fake", kind));
        }
        Ok(())
    }
}

impl Peripheral for Fake {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.connected()
    }
}

impl FingerprintScanner for Fake {
    fn capture(
        &mut self,
        trigger: &Cancel,
        _: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        let heeds = self.defect != Defect::IgnoresCancel;
        if heeds && cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.connected()?;
        for _ in 0..6 {
            progress(Progress::Waiting);
            if heeds && cancel.is_cancelled() {
                let chatter = if self.defect == Defect::ChattersAfterCancel { 10 } else { 0 };
                (0..chatter).for_each(|_| progress(Progress::Waiting));
                return Err(CaptureError::Cancelled);
            }
            self.connected()?;
        }
        while !self.world.there.load(Ordering::Acquire) {
            if trigger.is_cancelled() && self.defect != Defect::IgnoresTrigger {
                return Err(CaptureError::Retry(Retry::NothingPresented));
            }
            progress(Progress::Waiting);
            if cancel.is_cancelled() {
                return Err(CaptureError::Cancelled);
            }
        }
        if self.world.retry.swap(false, Ordering::AcqRel) {
            if self.defect == Defect::FailsAfterRetry {
                self.world.captures.store(u64::MAX, Ordering::Release);
            }
            return Err(CaptureError::Retry(Retry::TooDry));
        }
        if self.world.captures.load(Ordering::Acquire) == u64::MAX {
            return Err(DeviceError::new("fake", DeviceErrorKind::Broken).into());
        }
        if self.defect == Defect::ChangesItsName {
            self.info.model.push('!');
        }
        let image = GrayImage::from_fn(8, 8, |x, y| (x * y) as u8);
        Ok(if self.defect == Defect::NoResolution { image } else { image.with_dpi(500.0) })
    }
}

impl Camera for Fake {
    fn capture(
        &mut self,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<RgbImage, CaptureError> {
        let picture = RgbImage::new(2, 1, vec![1, 2, 3, 4, 5, 6]).map_err(|_| CaptureError::Cancelled)?;
        let mut news = Progress::Waiting;
        if self.world.retry.swap(false, Ordering::AcqRel) {
            return Err(CaptureError::Retry(Retry::NotCentred));
        }
        for frame in 0.. {
            if cancel.is_cancelled() {
                return Err(CaptureError::Cancelled);
            }
            self.connected()?;
            let shoots = self.defect == Defect::ShootsByItself && frame == 2;
            if shoots || trigger.is_cancelled() && frame > 0 && self.defect != Defect::IgnoresTrigger {
                break;
            }
            progress(std::mem::replace(&mut news, Progress::Frame(picture.clone())));
        }
        Ok(picture)
    }
}

struct FakeRig {
    defect: Defect,
    world: Arc<World>,
}

impl FakeRig {
    fn new(defect: Defect) -> Self {
        let (plugged, there) = (true.into(), true.into());
        Self { defect, world: Arc::new(World { plugged, there, retry: false.into(), captures: 0.into() }) }
    }

    fn fake(&self, preview: bool) -> Result<Fake, DeviceError> {
        if !self.world.plugged.load(Ordering::Acquire) {
            return Err(DeviceError::new("fake", DeviceErrorKind::Gone));
        }
        let capabilities = Capabilities { fingers_at_once: 1, preview, ..Capabilities::default() };
        let info = DeviceInfo {
            id: "fake".to_owned(),
            driver: "fake".to_owned(),
            model: "fake".to_owned(),
            transport: "none".to_owned(),
            serial: None,
            access: Access::Ok,
            remedy: None,
            capabilities,
        };
        Ok(Fake { info, defect: self.defect, world: Arc::clone(&self.world), gone: false })
    }
}

macro_rules! rig {
    ($kind:ident, $preview:expr) => {
        impl Rig<dyn $kind> for FakeRig {
            fn open(&mut self) -> Result<Box<dyn $kind>, DeviceError> {
                Ok(Box::new(self.fake($preview(self.defect))?))
            }

            fn plug(&mut self) {
                self.world.plugged.store(true, Ordering::Release);
            }

            fn unplug(&mut self) {
                self.world.plugged.store(false, Ordering::Release);
            }

            fn present(&mut self, there: bool) {
                self.world.there.store(there, Ordering::Release);
            }

            fn provoke_retry(&mut self) -> bool {
                self.world.retry.store(true, Ordering::Release);
                true
            }
        }
    };
}

rig!(FingerprintScanner, |defect| defect == Defect::ClaimsPreview);
rig!(Camera, |_| true);

fn broken_clauses(defect: Defect) -> Vec<&'static str> {
    broken(&fingerprint_scanner(&mut FakeRig::new(defect)))
}

fn broken(report: &Report) -> Vec<&'static str> {
    assert_eq!(assert_conforms(report).is_ok(), report.failures().count() == 0);
    report.failures().map(|clause| clause.name).collect()
}

#[test]
fn a_sound_device_conforms() {
    assert_eq!(broken_clauses(Defect::None), Vec::<&str>::new());
}

#[test]
fn every_defect_is_found_by_its_clause() {
    for (defect, clause) in [
        (Defect::IgnoresCancel, "cancelled before, it does not begin"),
        (Defect::ChattersAfterCancel, "cancelled in the middle, it ends at once"),
        (Defect::RevivesByItself, "unplugged at rest, it is gone until it is plugged in again"),
        (Defect::CallsGoneBroken, "unplugged in a capture, it is gone until it is plugged in again"),
        (Defect::NoResolution, "a capture reports, delivers a valid sample and claims only what it can"),
        (Defect::ClaimsPreview, "a capture reports, delivers a valid sample and claims only what it can"),
        (Defect::FailsAfterRetry, "a retry is no fault: the next capture works"),
        (Defect::IgnoresTrigger, triggered::CLAUSE),
        (Defect::ChangesItsName, "it says who it is, and the same every time"),
    ] {
        let found = broken_clauses(defect);
        assert!(found.contains(&clause), "{defect:?} was found by {found:?}");
    }
}

#[test]
fn a_camera_takes_a_picture_when_told_and_only_then() {
    let found = |defect| broken(&camera(&mut FakeRig::new(defect)));
    assert_eq!(found(Defect::None), Vec::<&str>::new());
    let sample = "a capture reports, delivers a valid sample and claims only what it can";
    assert!(found(Defect::ShootsByItself).contains(&sample));
    let ignored = found(Defect::IgnoresTrigger);
    assert!(ignored.contains(&sample) && ignored.contains(&triggered::CLAUSE), "{ignored:?}");
}

#[test]
fn an_empty_report_conforms_to_nothing() {
    assert!(assert_conforms(&Report::default()).is_err());
}
