//! The operator takes what is there now.
//!
//! A pulled trigger ends every capture soon: with a sample when somebody is there, and else with advice. The operator
//! pulls it because the device's own decision does not come, so this must hold for a device that would wait on.

use super::supervised::{Seen, Tokens};
use super::{Bench, CALLS_AFTER_TRIGGER, Kind, Release, Rig, outcome};
use crate::device::Peripheral;
use crate::error::CaptureError;

/// The clause that this file tries.
pub(super) const CLAUSE: &str = "triggered, it takes what is there";

/// Pulls the trigger before the capture, at each of its moments, and with nobody there.
pub(super) fn clause<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    for moment in bench.moments()?.into_iter().map(Some).chain([None]) {
        let seen = pulled(&mut bench, moment)?;
        let early = moment.is_none_or(|call| call == 0) && kind.release == Release::Device;
        match &seen.result {
            Ok(sample) => (kind.judge)(&bench.info()?, sample)?,
            // The finger or eye may not have been there yet.
            Err(CaptureError::Retry(_)) if early => {}
            Err(_) => return Err(format!("triggered {} it gives {}", named(moment), outcome(&seen.result))),
        }
    }
    rig.present(false);
    let seen = pulled(&mut bench, Some(0))?;
    rig.present(true);
    match &seen.result {
        Ok(_) | Err(CaptureError::Retry(_)) => bench.works().map(drop),
        Err(_) => Err(format!("triggered with nobody there it gives {}", outcome(&seen.result))),
    }
}

/// A capture whose trigger is pulled at one piece of news, or before all; one that then goes on and on is ended.
fn pulled<D, T>(bench: &mut Bench<'_, D, T>, moment: Option<usize>) -> Result<Seen<T>, String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let tokens = Tokens::default();
    if moment.is_none() {
        tokens.trigger.cancel();
    }
    let last = moment.unwrap_or(0) + CALLS_AFTER_TRIGGER;
    let seen = bench.capture_with(&tokens, |call, _| {
        if moment.is_some_and(|moment| call >= moment) {
            tokens.trigger.cancel();
        }
        if call > last {
            tokens.cancel.cancel();
        }
    })?;
    if seen.news.len() > last + 1 {
        return Err(format!("triggered {} it goes on", named(moment)));
    }
    Ok(seen)
}

fn named(moment: Option<usize>) -> String {
    moment.map_or("beforehand".to_owned(), |call| format!("at call {call}"))
}
