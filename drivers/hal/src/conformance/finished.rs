//! The operator says that the resident has finished signing.

use std::sync::Arc;

use super::supervised::{Capture, Seen, Tokens};
use super::{Bench, Kind, Release, Rig, outcome, samples};
use crate::device::{Progress, SignaturePad};
use crate::error::{CaptureError, Retry};
use crate::ink::Signature;

/// A capture that the operator finishes at the first news that `when` accepts.
fn finished(
    rig: &mut dyn Rig<dyn SignaturePad>,
    there: bool,
    when: fn(&Progress) -> bool,
) -> Result<Seen<Signature>, String> {
    let capture: Capture<dyn SignaturePad, _> =
        Arc::new(|device, tokens, progress| device.capture(&tokens.trigger, &tokens.cancel, progress));
    let kind = Kind { capture, judge: samples::signature, release: Release::Device };
    let mut bench = Bench::open(rig, &kind)?;
    rig.present(there);
    let tokens = Tokens::default();
    let seen = bench.capture_with(&tokens, |_, news| {
        if when(news) {
            tokens.trigger.cancel();
        }
    });
    rig.present(true);
    seen
}

pub(super) fn with_ink(rig: &mut dyn Rig<dyn SignaturePad>) -> Result<(), String> {
    let seen = finished(rig, true, |news| matches!(news, Progress::Pen(_)))?;
    match seen.result {
        Ok(signature) if signature.points() > 0 => Ok(()),
        other => Err(format!("finishing a written signature gives {}", outcome(&other))),
    }
}

pub(super) fn without_ink(rig: &mut dyn Rig<dyn SignaturePad>) -> Result<(), String> {
    let seen = finished(rig, false, |_| true)?;
    match seen.result {
        Err(CaptureError::Retry(Retry::NothingWritten)) => Ok(()),
        other => Err(format!("finishing an empty pad gives {}", outcome(&other))),
    }
}
