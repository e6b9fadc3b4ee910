//! The Topaz driver keeps all that a station relies on.
#![allow(clippy::expect_used, reason = "a test may fail")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rekam_hal::conformance::{Rig, Verdict, assert_conforms, signature_pad};
use rekam_hal::{DeviceError, DeviceErrorKind, PenPoint, Signature, SignaturePad};
use rekam_signature_pad::{Model, TimeBase, TopazPad};
use rekam_simulator::pad::{AttendedPad, PadSettings, VirtualPad};

struct Desk {
    pad: VirtualPad,
    there: Arc<AtomicBool>,
    /// The resident lets the whole patience pass at the next capture.
    dawdles: Arc<AtomicBool>,
    /// Seconds by which the driver's clock is ahead, so that no test has to wait for its patience.
    ahead: Arc<AtomicU64>,
}

const PATIENCE: Duration = Duration::from_secs(30);

fn zigzag() -> Signature {
    let stroke = |from: u32| {
        let point =
            |i: u32| PenPoint { x: 20.0 + i as f32, y: 10.0 + (i % 5) as f32, t: (from + i) * 5, pressure: 1.0 };
        (0..40).map(point).collect()
    };
    Signature { width_mm: 123.9, height_mm: 37.2, strokes: vec![stroke(0), stroke(50)] }
}

impl Rig<dyn SignaturePad> for Desk {
    fn open(&mut self) -> Result<Box<dyn SignaturePad>, DeviceError> {
        let path = self.pad.path().ok_or_else(|| DeviceError::new(self.pad.id(), DeviceErrorKind::Gone))?;
        let driver = TopazPad::open(&path, Model::SignatureGem1x5)?
            .with_id(self.pad.id())
            .with_time_base(TimeBase::Packets(Duration::from_secs(1) / 150))
            .with_waits(Duration::from_millis(1500), PATIENCE)
            .with_clock(self.clock());
        let (there, dawdles, ahead) = (Arc::clone(&self.there), Arc::clone(&self.dawdles), Arc::clone(&self.ahead));
        let pen = move || {
            if dawdles.swap(false, Ordering::AcqRel) {
                ahead.fetch_add(PATIENCE.as_secs(), Ordering::AcqRel);
                return None;
            }
            there.load(Ordering::Acquire).then(zigzag)
        };
        Ok(Box::new(AttendedPad::new(driver, self.pad.clone(), pen)))
    }

    fn plug(&mut self) {
        self.pad.plug().expect("a pseudo terminal");
    }

    fn unplug(&mut self) {
        self.pad.unplug();
    }

    fn present(&mut self, there: bool) {
        self.there.store(there, Ordering::Release);
    }

    fn provoke_retry(&mut self) -> bool {
        self.dawdles.store(true, Ordering::Release);
        true
    }
}

impl Desk {
    fn clock(&self) -> Box<dyn FnMut() -> Duration + Send> {
        let (start, ahead) = (Instant::now(), Arc::clone(&self.ahead));
        Box::new(move || start.elapsed() + Duration::from_secs(ahead.load(Ordering::Acquire)))
    }
}

#[test]
fn the_driver_on_a_virtual_pad_conforms() {
    let pad = VirtualPad::plugged_in("pad-1", PadSettings::fast()).unwrap();
    let mut desk = Desk { pad, there: Arc::new(true.into()), dawdles: Arc::default(), ahead: Arc::default() };
    let report = signature_pad(&mut desk);
    assert_conforms(&report).unwrap();
    assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
}
