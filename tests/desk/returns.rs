//! A record that was put aside comes back as it was left, over a restart and under the same case, and a refused opening
//! takes nobody's place.

use crate::office::{Office, accept, finish, verify};
use rekam::domain::session::{Correction, Field, Policy, RecordClass, RecordId, Slot, Status, Step, StepOrder, Wish};
use rekam::station::DeskError;
use rekam::store::StoreError;
use rekam_hal::Finger;
use time::macros::date;

#[test]
fn parking_keeps_the_step_and_every_sample_over_a_restart() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    let photo = accept(&mut desk, 0, Slot::Photo);
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    accept(&mut desk, 0, Slot::Signature);
    desk.wish(Wish::Next).unwrap();
    accept(&mut desk, 0, Slot::Finger(Finger::RightThumb));
    accept(&mut desk, 0, Slot::Finger(Finger::RightIndex));
    desk.wish(Wish::Park { reason: "needs to sit down".into() }).unwrap();
    let parked = desk.leave().unwrap();
    assert_eq!((parked.status(), parked.step(), parked.samples().len()), (&Status::Parked, Step::Fingerprints, 4));
    drop(desk);
    office.completed(1, RecordClass::Register);
    let office = office.restarted();
    let mut desk = office.desk();
    desk.take_up(&record).unwrap();
    assert_eq!(desk.session().unwrap(), &parked);
    desk.wish(Wish::Resume { resident: None }).unwrap();
    let session = desk.session().unwrap();
    assert_eq!((session.status(), session.step()), (&Status::Open, Step::Fingerprints));
    assert_eq!(session.samples(), parked.samples());
    finish(&mut desk, 0);
    assert_eq!(office.status(&record), Status::Completed);
    let kept = office.ledger.load(&record).unwrap();
    assert!(kept.samples().starts_with(parked.samples()), "a sample was taken again");
}

#[test]
fn a_rescheduled_resident_comes_back_under_the_same_case() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    let correction =
        Correction { field: Field::Name, old: "SITI".into(), new: "SITTI".into(), document: "AKTA KELAHIRAN".into() };
    let date = date!(2026 - 03 - 09);
    desk.wish(Wish::Reschedule { corrections: vec![correction], date }).unwrap();
    desk.leave();
    let nik = office.resident(0).nik;
    let (appointments, corrections) = office
        .training
        .store
        .call(move |db| Ok((db.appointments_of(nik.as_str())?, db.corrections_of(nik.as_str())?)))
        .unwrap();
    assert_eq!((appointments.len(), corrections.len()), (1, 1));
    assert_eq!(corrections[0].record.as_ref(), Some(&record.0));
    // Nobody opens a second case for the same NIK meanwhile.
    let second = RecordId("330301-01-20260302-9999".into());
    let refused = desk.open(second, office.resident(0), RecordClass::Register, StepOrder::default(), Policy::default());
    let Err(DeskError::Store(StoreError::NikTaken { record: first })) = &refused else { panic!("{refused:?}") };
    assert_eq!(*first, record.0);
    drop(desk);
    let office = office.restarted();
    assert_eq!(office.status(&record), Status::Rescheduled(date));
    let mut desk = office.desk();
    desk.take_up(&record).unwrap();
    desk.wish(Wish::Resume { resident: None }).unwrap();
    assert_eq!(desk.session().unwrap().step(), Step::Verify);
    finish(&mut desk, 0);
    assert_eq!(office.status(&record), Status::Completed);
}

#[test]
fn a_refused_opening_leaves_the_desk_free() {
    let office = Office::new();
    let record = office.completed(0, RecordClass::Register);
    let mut desk = office.desk();
    let again = RecordId("330301-01-20260302-9999".into());
    let refused = desk.open(again, office.resident(0), RecordClass::Register, StepOrder::default(), Policy::default());
    assert!(matches!(refused, Err(DeskError::Store(StoreError::NikTaken { .. }))), "{refused:?}");
    assert!(matches!(desk.session(), Err(DeskError::NoRecord)));
    office.open(&mut desk, 1, RecordClass::Register);
    let taken = desk.take_up(&record);
    assert!(matches!(taken, Err(DeskError::DeskTaken)), "{taken:?}");
}
