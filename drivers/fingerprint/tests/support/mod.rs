//! What the tests of the U.are.U driver share: the driver's transport over the virtual scanner's cable, and fingers.

#![allow(dead_code, reason = "every test program uses another part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

pub mod alone;
pub mod recording;

use std::time::Duration;

use aes::cipher::{BlockEncrypt, KeyInit};
use rekam_fingerprint::uru4000::{Completion, Model, Pipe, Scanner, Seeds, Transfer, TransferError, Transport};
use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Finger, FingerprintScanner,
    GrayImage, Progress, ScanTarget,
};
use rekam_simulator::uru4000::{Cable, Endpoint, Failure, Request, Settings, VirtualUru};

/// The driver's end of a virtual cable.
pub struct Wire(pub Cable);

fn pipe(endpoint: Endpoint) -> Pipe {
    match endpoint {
        Endpoint::Control => Pipe::Control,
        Endpoint::Interrupt => Pipe::Interrupt,
        Endpoint::Bulk => Pipe::Bulk,
    }
}

fn failure(failure: Failure) -> TransferError {
    match failure {
        Failure::Gone => TransferError::Gone,
        Failure::Stalled => TransferError::Stalled,
    }
}

impl Transport for Wire {
    fn submit(&mut self, transfer: Transfer) -> Result<(), TransferError> {
        let request = match transfer {
            Transfer::Read { register, length } => Request::Read { register, length },
            Transfer::Write { register, bytes } => Request::Write { register, bytes },
            Transfer::Report => Request::Interrupt,
            Transfer::Image => Request::Bulk,
        };
        self.0.start(request).map_err(failure)
    }

    fn poll(&mut self, wait: Duration) -> Result<Option<Completion>, TransferError> {
        let ended = self.0.next(wait);
        Ok(ended.map(|(endpoint, result)| Completion { pipe: pipe(endpoint), result: result.map_err(failure) }))
    }

    fn cancel(&mut self, pipe: Pipe) {
        self.0.cancel(match pipe {
            Pipe::Control => Endpoint::Control,
            Pipe::Interrupt => Endpoint::Interrupt,
            Pipe::Bulk => Endpoint::Bulk,
        });
    }
}

/// The numbers of a model that fits these settings.
pub fn model_of(settings: &Settings) -> Model {
    let product = match (settings.turned, settings.answer.is_some()) {
        (true, _) => (0x05ba, 0x000a),
        (false, true) => (0x045e, 0x00ca),
        (false, false) => (0x05ba, 0x0007),
    };
    Model::of(product.0, product.1).expect("a model of the family")
}

/// The driver on a virtual scanner.
pub fn driver(device: &VirtualUru, model: Model) -> Result<Scanner, DeviceError> {
    let gone = |_| DeviceError::new("scanner-1", DeviceErrorKind::Gone);
    Ok(over(Box::new(Wire(device.connect().map_err(gone)?)), model, Seeds::Drawn))
}

/// The driver on any cable.
pub fn over(cable: Box<dyn Transport>, model: Model, seeds: Seeds) -> Scanner {
    let info = DeviceInfo {
        id: "scanner-1".to_owned(),
        driver: "uru4000".to_owned(),
        model: model.name.to_owned(),
        transport: "virtual".to_owned(),
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: true, ..Capabilities::default() },
    };
    Scanner::over(cable, model, info, seeds)
}

/// Ridges of some finger, with a bright border. Where the phase winds once around a point a ridge ends or splits:
/// libfprint takes nothing for a finger that has no such points.
pub fn finger(seed: u32) -> GrayImage {
    let (cx, cy, step) = (150.0 + (seed % 80) as f32, 120.0 + (seed % 50) as f32, 8.5 + (seed % 5) as f32 / 4.0);
    let minutia = |i: u32| {
        let (turn, far) = ((i * 137 + seed * 29) as f32 / 57.3, 25.0 + (i * 9) as f32);
        (cx + far * turn.cos(), cy + 0.8 * far * turn.sin(), if i.is_multiple_of(2) { 1.0 } else { -1.0 })
    };
    let minutiae: Vec<(f32, f32, f32)> = (0..14).map(minutia).collect();
    GrayImage::from_fn(384, 290, |x, y| {
        let (px, py) = (x as f32, y as f32);
        let (dx, dy) = (px - cx, (py - cy) * 1.2);
        let far = (dx * dx + dy * dy).sqrt();
        let winding: f32 = minutiae.iter().map(|(mx, my, sign)| sign * (py - my).atan2(px - mx)).sum();
        let ridge = ((far + dx * 0.2) / step * std::f32::consts::TAU + winding).sin();
        let inside = (1.0 - far / 190.0).clamp(0.0, 0.5) * 2.0;
        (235.0 - inside * (100.0 + 90.0 * ridge)) as u8
    })
}

/// One capture that nobody disturbs.
pub fn capture(scanner: &mut Scanner) -> Result<GrayImage, CaptureError> {
    capture_with(scanner, &Cancel::new(), &Cancel::new(), |_| ())
}

/// One capture with its tokens.
pub fn capture_with(
    scanner: &mut Scanner,
    trigger: &Cancel,
    cancel: &Cancel,
    mut told: impl FnMut(Progress),
) -> Result<GrayImage, CaptureError> {
    scanner.capture(trigger, ScanTarget::Single(Finger::RightIndex), cancel, &mut told)
}

/// What went wrong with the device.
pub fn kind<T: std::fmt::Debug>(result: Result<T, CaptureError>) -> DeviceErrorKind {
    match result {
        Err(CaptureError::Device(error)) => error.kind,
        other => panic!("not an error of the device: {other:?}"),
    }
}

/// What Microsoft's second reader expects, by the block cipher itself.
pub fn answer(challenge: [u8; 16]) -> [u8; 16] {
    let key = 0x79ac_9179_5ca1_478e_98e0_0f3c_598f_5f4b_u128.to_be_bytes();
    let mut block = challenge.into();
    aes::Aes128::new(&key.into()).encrypt_block(&mut block);
    block.into()
}
