//! A supervisor approves and vouches for what an operator recorded: never an operator in a supervisor's name, and never
//! a supervisor for a record of their own.

use crate::office::{Office, accept, finish, sample, verify};
use rekam::domain::session::{ConfirmNeed, Exception, Invitation, Purpose, RecordClass, Refused, Slot, Status, Wish};
use rekam::station::finished::batch_name;
use rekam::station::training::{self, OPERATOR, PASSPHRASE, SUPERVISOR};
use rekam::station::{DeskError, Supervisor};
use rekam::store::StoreError;
use rekam_hal::{Eye, Finger};

#[test]
fn nobody_approves_their_own_record() {
    let office = Office::new();
    let mut desk = office.desk_of(SUPERVISOR);
    let record = office.open(&mut desk, 0, RecordClass::Register);
    finish(&mut desk, 0);
    let refused = office.supervisor().approve(&record);
    assert!(matches!(refused, Err(DeskError::Refused(Refused::OwnRecord))), "{refused:?}");
    assert_eq!(office.status(&record), Status::Completed);
    assert!(office.export().is_empty());
}

#[test]
fn only_a_supervisor_may_work_as_one() {
    let office = Office::new();
    let authenticate = |user: &str, passphrase: &str| {
        let user = training::user(user).unwrap();
        Supervisor::authenticate(office.ledger.clone(), office.worker.clone(), user, passphrase).err()
    };
    assert!(matches!(authenticate(OPERATOR, PASSPHRASE), Some(DeskError::NotSupervisor)));
    let wrong = authenticate(SUPERVISOR, "wrong");
    assert!(matches!(wrong, Some(DeskError::Store(StoreError::WrongPassphrase))), "{wrong:?}");
}

#[test]
fn missing_fingers_and_eyes_are_excepted_and_a_supervisor_vouches() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    let photo = accept(&mut desk, 0, Slot::Photo);
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    accept(&mut desk, 0, Slot::Signature);
    desk.wish(Wish::Next).unwrap();
    let slots = Finger::ALL.map(Slot::Finger).into_iter().chain(Eye::ALL.map(Slot::Eye));
    for slot in slots {
        if desk.session().unwrap().step() != slot.step() {
            desk.wish(Wish::Next).unwrap();
        }
        let reason = rekam::domain::session::ExceptionReason::Missing;
        let evidence = Some(desk.accept(Purpose::Evidence(slot), sample(0, Slot::Photo), None).unwrap());
        desk.wish(Wish::Except { exception: Exception { slot, reason, evidence, note: String::new() } }).unwrap();
    }
    desk.wish(Wish::Next).unwrap();
    assert_eq!(desk.session().unwrap().confirm_need(), ConfirmNeed::Supervisor);
    // The operator cannot do it in a supervisor's name.
    let supervisor = training::user(SUPERVISOR).unwrap();
    let alone = desk.wish(Wish::ExceptConfirm { reason: "nothing to compare".into(), supervisor });
    assert!(matches!(alone, Err(DeskError::NotSupervisor)), "{alone:?}");
    desk.vouch(&office.supervisor(), "nothing to compare").unwrap();
    accept(&mut desk, 0, Slot::Approval);
    desk.complete(Invitation::NoInvitation { reason: "walk-in".into() }).unwrap();
    let bundle = office.supervisor().review(&record).unwrap();
    let evidence = bundle.entries().filter(|(name, _)| name.as_str().starts_with("evidence-")).count();
    assert_eq!(evidence, 12);
    office.supervisor().approve(&record).unwrap();
    assert_eq!(office.district(&office.export()[0]).unsealed, [batch_name(&record)]);
}
