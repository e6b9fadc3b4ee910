//! A record that is undone frees its NIK, never leaves afterwards, and is recalled if it had left; its journal stays.

use crate::office::{Office, accept, finish, verify};
use rekam::domain::session::{Policy, RecordClass, RecordId, Slot, Status, StepOrder, Undone, VoidReason, Wish};
use rekam::station::finished::batch_name;
use rekam::store::RecordState;

#[test]
fn a_record_voided_before_it_left_frees_the_nik() {
    let office = Office::new();
    let (completed, approved) = (office.completed(0, RecordClass::Register), office.approved(1, RecordClass::Register));
    for (n, record) in [completed, approved].iter().enumerate() {
        let nik = office.resident(n).nik;
        let of =
            move |office: &Office| office.training.store.call(move |db| db.gallery_of(nik.as_str())).unwrap().len();
        assert_eq!((office.live(nik.as_str()).as_ref(), of(&office)), (Some(&record.0), 1));
        office.supervisor().void(record, VoidReason::EnteredInError).unwrap();
        assert_eq!(office.status(record), Status::Voided(Undone::Here));
        assert_eq!((office.live(nik.as_str()), of(&office)), (None, 0), "{record}");
        let mut desk = office.desk();
        let again = RecordId(format!("330301-01-20260302-9{n:03}"));
        desk.open(again, office.resident(n), RecordClass::Register, StepOrder::default(), Policy::default()).unwrap();
        finish(&mut desk, n as u64);
    }
    assert!(office.export().is_empty(), "what was undone left all the same");
}

#[test]
fn a_record_voided_after_it_left_is_recalled_by_the_next_batch() {
    let office = Office::new();
    let wrong = office.approved(0, RecordClass::Register);
    let first = office.export();
    assert_eq!(office.status(&wrong), Status::Exported);
    office.supervisor().void(&wrong, VoidReason::WrongPerson).unwrap();
    assert_eq!(office.status(&wrong), Status::Voided(Undone::RecallDue));
    let right = office.approved(1, RecordClass::Register);
    let second = office.export();
    let opened = office.district(&second[0]);
    let [recall] = &opened.recalls[..] else { panic!("{:?}", opened.recalls) };
    assert_eq!((recall.record(), opened.unsealed.as_slice()), (batch_name(&wrong), [batch_name(&right)].as_slice()));
    let text = serde_json::to_value(recall).unwrap();
    assert_eq!(text["reason"], "wrong-person");
    assert_eq!(text["batch"].as_str(), Some(first[0].receipt.batch.to_string().as_str()));
    assert_eq!(office.status(&wrong), Status::Voided(Undone::RecallSent));
    assert!(office.export().is_empty(), "a recall is sent once");
}

#[test]
fn a_cancelled_record_frees_the_nik_and_keeps_its_journal() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    accept(&mut desk, 0, Slot::Photo);
    desk.wish(Wish::Cancel { reason: "went home".into() }).unwrap();
    desk.leave();
    assert_eq!((office.live(office.resident(0).nik.as_str()), office.status(&record)), (None, Status::Cancelled));
    let id = record.0.clone();
    let (summary, samples) = office.training.store.call(move |db| Ok((db.summary(&id)?, db.samples(&id)?))).unwrap();
    assert_eq!((summary.state, summary.seq, samples.len()), (RecordState::Void, 5, 0));
}
