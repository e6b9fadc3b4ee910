//! The fault script of a run: what goes wrong with which device at which capture.

use rekam_hal::Retry;
use rekam_simulator::faults::Fault;

use crate::station::devices::Which;
use crate::station::training::presenter::Scripts;

/// Captures for which a dead device stays silent: more than anybody waits for.
const FOREVER: u64 = 64;

/// Reads `device:fault@capture,...`.
pub(super) fn parse(text: &str) -> Result<Scripts, String> {
    let mut scripts = Scripts::default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let unreadable = || format!("the fault {part:?} is not device:fault@capture, for example scanner:unplug@3");
        let (device, rest) = part.split_once(':').ok_or_else(unreadable)?;
        let (name, capture) = rest.split_once('@').ok_or_else(unreadable)?;
        let capture: u64 = capture.parse().map_err(|_| unreadable())?;
        let (fault, times) = match name {
            "retry" => (Fault::Retry(Retry::NotCentred), 1),
            "unplug" => (Fault::Unplug { for_captures: 2 }, 1),
            "wrong" => (Fault::WrongFinger, 1),
            "blur" => (Fault::Blur, 1),
            "wet" => (Fault::Wet, 1),
            "dry" => (Fault::Dry, 1),
            "silence" => (Fault::Silence, 1),
            "dead" => (Fault::Silence, FOREVER),
            _ => {
                let known = "retry, unplug, wrong, blur, wet, dry, silence or dead";
                return Err(format!("there is no fault {name:?}; use {known}"));
            }
        };
        let captures = (capture..capture.saturating_add(times)).map(|at| (at, fault));
        match device {
            "camera" => captures.for_each(|(at, fault)| scripts.camera.add(at, fault)),
            "scanner" => captures.for_each(|(at, fault)| scripts.scanner.add(at, fault)),
            "iris" => captures.for_each(|(at, fault)| scripts.iris.add(at, fault)),
            "pad" => scripts.pad.extend(captures),
            _ => return Err(format!("there is no device {device:?}; use camera, pad, scanner or iris")),
        }
    }
    Ok(scripts)
}

/// Reads the script of a run with real drivers: only cables can be pulled there, those of scanner and pad.
pub(super) fn pulls(text: &str) -> Result<Vec<(Which, u64)>, String> {
    let pull = |part: &str| {
        let (device, capture) = part.split_once(":unplug@")?;
        let which = Which::ALL.into_iter().find(|which| which.word() == device)?;
        Some((which, capture.parse().ok()?))
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = |part: &str| {
        pull(part).ok_or_else(|| {
            format!("{part:?} cannot be done to real drivers; use camera, pad, scanner or iris:unplug@N")
        })
    };
    parts.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_or_refused_with_its_part_named() {
        assert!(parse("").is_ok());
        assert_eq!(parse("pad:unplug@1, pad:retry@4").unwrap().pad.len(), 2);
        assert_eq!(pulls("scanner:unplug@3, pad:unplug@0"), Ok(vec![(Which::Scanner, 3), (Which::Pad, 0)]));
        assert_eq!(pulls("camera:unplug@1,iris:unplug@2"), Ok(vec![(Which::Camera, 1), (Which::Iris, 2)]));
        assert!(pulls("door:unplug@1").is_err() && pulls("scanner:wet@1").is_err());
        for bad in ["scanner", "scanner:unplug", "scanner:unplug@x", "printer:unplug@1", "scanner:melt@1"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
