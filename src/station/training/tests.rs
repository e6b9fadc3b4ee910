//! The simulated devices under the hands of a trainer.

use std::time::Duration;

use rekam_hal::{CaptureError, DeviceErrorKind, Eye, EyeSet, Finger, GrayImage, Progress, Retry, ScanTarget, Slap};
use rekam_simulator::faults::Fault;
use rekam_simulator::people::register::{self, Rates};
use rekam_simulator::replay::Tempo;
use time::macros::date;

use super::presenter::{Body, Folders, Presenter, Scripts, Which};
use super::*;
use crate::domain::session::Slot;
use crate::station::engines::SlapJudged;
use crate::station::{Engines, JobError, Judged, Models};

const LIMIT: Duration = Duration::from_secs(30);
const QUICK: Tempo = Tempo::Live { fps: 60, settle: Duration::from_millis(120) };
/// Nobody would see its end.
const ENDLESS: Tempo = Tempo::Live { fps: 60, settle: Duration::from_secs(3600) };

fn rows() -> Vec<Row> {
    register::generate(3, 40, &places(), day(date!(2026 - 03 - 02)), &Rates::default())
}

fn presenter(tempo: Tempo) -> Presenter {
    let presenter = Presenter::new(Folders::default(), Scripts::default(), 500.0, tempo).unwrap();
    presenter.seat(Body::of_row(&rows()[0], date!(2026 - 03 - 02)), 0);
    presenter
}

fn scan(presenter: &Presenter, finger: Finger) -> Result<GrayImage, JobError> {
    presenter.bays.finger(ScanTarget::Single(finger))?.wait(LIMIT)
}

/// What a device captures, whatever it is; the operator takes the picture at once.
fn capture(presenter: &Presenter, which: Which) -> Result<(), JobError> {
    let bays = &presenter.bays;
    match which {
        Which::Camera => {
            let job = bays.photo()?;
            job.finish();
            job.wait(LIMIT).map(drop)
        }
        Which::Pad => bays.signature()?.wait(LIMIT).map(drop),
        Which::Scanner => scan(presenter, Finger::RightIndex).map(drop),
        Which::Iris => bays.eyes(EyeSet::One(Eye::Left))?.wait(LIMIT).map(drop),
    }
}

fn kind(result: &Result<(), JobError>) -> Option<DeviceErrorKind> {
    result.as_ref().err().and_then(JobError::device).map(|error| error.kind)
}

#[test]
fn a_presenter_may_be_moved_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Presenter>();
}

#[test]
fn every_cable_may_be_pulled_and_put_in_and_the_device_is_the_same() {
    let mut presenter = presenter(Tempo::AtOnce);
    for which in Which::ALL {
        assert!(presenter.is_plugged(which));
        assert!(capture(&presenter, which).is_ok(), "{which:?}");
        presenter.unplug(which);
        presenter.unplug(which);
        assert!(!presenter.is_plugged(which));
        assert_eq!(kind(&capture(&presenter, which)), Some(DeviceErrorKind::Gone), "{which:?}");
        assert_eq!(presenter.plug_in(which).unwrap_err().kind, DeviceErrorKind::Gone, "{which:?}");
        presenter.plug(which);
        assert!(presenter.is_plugged(which));
        presenter.plug_in(which).unwrap();
        assert!(capture(&presenter, which).is_ok(), "{which:?} after it came back");
    }
    let ids: Vec<String> = presenter.bays.infos().iter().map(|info| info.id.clone()).collect();
    assert_eq!(ids, ["sim-camera", "sim-pad", "sim-scanner", "sim-iris"]);
}

#[test]
fn a_cable_pulled_in_the_middle_of_a_live_capture_ends_it_for_every_device() {
    for which in Which::ALL {
        let presenter = presenter(ENDLESS);
        let result = match which {
            Which::Camera => pulled(&presenter, which, presenter.bays.photo().unwrap()),
            Which::Pad => pulled(&presenter, which, presenter.bays.signature().unwrap()),
            Which::Scanner => {
                let target = ScanTarget::Single(Finger::LeftThumb);
                pulled(&presenter, which, presenter.bays.finger(target).unwrap())
            }
            Which::Iris => pulled(&presenter, which, presenter.bays.eyes(EyeSet::Both).unwrap()),
        };
        assert_eq!(kind(&result), Some(DeviceErrorKind::Gone), "{which:?}");
    }
}

/// Waits until something is to be seen, then pulls the cable.
fn pulled<T: Send + 'static>(presenter: &Presenter, which: Which, job: crate::station::Job<T>) -> Result<(), JobError> {
    let news = job.news();
    for _ in 0..10_000 {
        let seen = {
            let news = news.borrow();
            !news.ink.is_empty() || matches!(news.latest, Some(Progress::Frame(_) | Progress::GrayFrame(_)))
        };
        if seen {
            presenter.unplug(which);
            return job.wait(LIMIT).map(drop);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("{which:?} shows nothing");
}

#[test]
fn live_samples_are_those_of_a_run_without_waiting() {
    let (live, at_once) = (presenter(QUICK), presenter(Tempo::AtOnce));
    assert!(scan(&live, Finger::LeftRing).unwrap() == scan(&at_once, Finger::LeftRing).unwrap());
    let photo = |presenter: &Presenter| {
        let job = presenter.bays.photo().unwrap();
        job.finish();
        job.wait(LIMIT).unwrap()
    };
    assert!(photo(&live) == photo(&at_once));
    let written = |presenter: &Presenter| presenter.bays.signature().unwrap().wait(LIMIT).unwrap();
    assert_eq!(written(&live), written(&at_once));
}

#[test]
fn the_operator_takes_what_a_live_device_shows() {
    let presenter = presenter(ENDLESS);
    let job = presenter.bays.finger(ScanTarget::Single(Finger::RightIndex)).unwrap();
    assert!(job.poll().is_none());
    job.finish();
    assert!(job.wait(LIMIT).is_ok());
    let job = presenter.bays.eyes(EyeSet::Both).unwrap();
    job.finish();
    assert_eq!(job.wait(LIMIT).unwrap().len(), 2);
}

#[test]
fn a_spoilt_capture_goes_wrong_and_the_next_one_does_not() {
    let mut presenter = presenter(QUICK);
    for which in Which::ALL {
        presenter.spoil(which, Fault::Unplug { for_captures: 1 });
        assert_eq!(kind(&capture(&presenter, which)), Some(DeviceErrorKind::Gone), "{which:?}");
        presenter.plug_in(which).unwrap();
        assert!(capture(&presenter, which).is_ok(), "{which:?}");
    }
    presenter.spoil(Which::Scanner, Fault::Retry(Retry::TooShort));
    let spoilt = scan(&presenter, Finger::RightIndex);
    assert!(matches!(spoilt, Err(JobError::Capture(CaptureError::Retry(Retry::TooShort)))));
    assert!(scan(&presenter, Finger::RightIndex).is_ok());
}

#[test]
fn of_wet_and_dry_fingers_little_is_read_and_the_advice_is_right() {
    let presenter = presenter(Tempo::AtOnce);
    let engines = Engines::new(Models::Embedded);
    let fingers = [Finger::RightThumb, Finger::RightIndex, Finger::RightLittle, Finger::LeftMiddle, Finger::LeftRing];
    let judge = |finger| -> Judged { engines.finger(&scan(&presenter, finger).unwrap()).unwrap() };
    for (fault, advice) in [(Fault::Wet, Retry::TooWet), (Fault::Dry, Retry::TooDry)] {
        let mut noticed = Vec::new();
        for finger in fingers {
            presenter.spoil(Which::Scanner, fault);
            let judged = judge(finger);
            noticed.push((judged.quality, judged.advice));
        }
        let told = noticed.iter().filter(|(quality, told)| *quality < 40 && *told == Some(advice)).count();
        assert!(told >= 4, "{fault:?}: {noticed:?}");
    }
    let good = fingers.map(|finger| judge(finger).quality);
    assert!(good.iter().all(|quality| *quality >= 40), "nothing is left of the faults: {good:?}");
}

/// What the engines make of one slap.
fn slapped(presenter: &Presenter, engines: &Engines, slap: Slap) -> SlapJudged {
    let image = presenter.bays.finger(ScanTarget::Slap(slap)).unwrap().wait(LIMIT).unwrap();
    engines.slap(&image, slap, slap.fingers().iter().copied().collect()).unwrap()
}

#[test]
fn fingers_laid_down_together_are_told_apart_and_each_is_the_finger_that_comes_alone() {
    let presenter = presenter(Tempo::AtOnce);
    let engines = Engines::new(Models::Embedded);
    for slap in Slap::ALL {
        let judged = slapped(&presenter, &engines, slap);
        assert!(!judged.wrong_hand && judged.missing.is_empty(), "{slap:?} misses {:?}", judged.missing);
        assert_eq!(judged.fingers.len(), slap.fingers().len(), "{slap:?}");
        for (finger, judged) in judged.fingers {
            let alone = engines.finger(&scan(&presenter, finger).unwrap()).unwrap();
            let templates = (judged.template.unwrap(), alone.template.unwrap());
            let score = engines.compare(Slot::Finger(finger), &templates.0, &templates.1).unwrap();
            assert!(score >= 4.0, "{finger:?} scores {score}");
        }
    }
}

#[test]
fn a_finger_that_is_not_there_is_named_and_the_other_hand_is_noticed() {
    let presenter = presenter(Tempo::AtOnce);
    let engines = Engines::new(Models::Embedded);
    let body = Body { missing_fingers: vec![Finger::RightMiddle], ..Body::of_row(&rows()[0], date!(2026 - 03 - 02)) };
    presenter.seat(body, 0);
    let judged = slapped(&presenter, &engines, Slap::RightFour);
    assert_eq!(judged.missing.iter().collect::<Vec<_>>(), [Finger::RightMiddle]);
    assert_eq!(judged.fingers.len(), 3);
    presenter.spoil(Which::Scanner, Fault::WrongFinger);
    let judged = slapped(&presenter, &engines, Slap::RightFour);
    assert!(judged.wrong_hand && judged.fingers.is_empty());
}

#[test]
fn a_body_is_that_of_its_row_and_as_old_as_it_is_today() {
    let rows = rows();
    let row = rows.iter().find(|row| !row.missing_fingers.is_empty() || row.female()).unwrap();
    let (now, later) = (Body::of_row(row, date!(2026 - 03 - 02)), Body::of_row(row, date!(2031 - 03 - 02)));
    assert_eq!((now.seed, &now.missing_fingers), (row.biometric_seed, &row.missing_fingers));
    assert_eq!(now.look.age + 5, later.look.age);
}

#[test]
fn every_slot_has_its_device() {
    let slots = [Slot::Photo, Slot::Signature, Slot::Finger(Finger::LeftThumb), Slot::Eye(Eye::Right)];
    assert_eq!(slots.map(Presenter::device_of), Which::ALL);
    assert_eq!(Presenter::device_of(Slot::Approval), Which::Pad);
    assert_eq!(Which::ALL.map(Which::word), ["camera", "pad", "scanner", "iris"]);
}
