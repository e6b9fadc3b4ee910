//! A finished record opens only to whom it is sealed: not to the operator, to the supervisor until approval, and to the
//! recovery identity even when no user is left.

use crate::office::{MORNING, Office, accept, finish, sample, verify};
use crate::support::{journals, replay};
use rekam::batch;
use rekam::domain::session::{RecordClass, SampleId, Slot, Status, Wish};
use rekam::station::DeskError;
use rekam::station::training::{OPERATOR, PASSPHRASE, SUPERVISOR};
use rekam::store::{NewUser, Store, StoreError};
use rekam_hal::Finger;

#[test]
fn approval_destroys_the_review_copy() {
    let office = Office::new();
    let record = office.completed(0, RecordClass::Register);
    let supervisor = office.supervisor();
    let bundle = supervisor.review(&record).unwrap();
    assert_eq!(bundle.get("finger-01.png"), Some(sample(0, Slot::Finger(Finger::RightThumb)).bytes.as_slice()));
    supervisor.approve(&record).unwrap();
    let reviewed = supervisor.review(&record);
    assert!(matches!(reviewed, Err(DeskError::Store(StoreError::NotFound(_)))), "{reviewed:?}");
    let id = record.0.clone();
    assert!(office.training.store.call(move |db| db.review_copy(&id)).is_err());
    drop(supervisor);
    assert_eq!(office.restarted().status(&record), Status::Approved);
}

#[test]
fn after_completion_the_operator_cannot_read_a_sample() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    let photo = accept(&mut desk, 0, Slot::Photo).0;
    let id = photo.clone();
    assert_eq!(office.training.store.call(move |db| db.sample_bytes(&id)).unwrap(), sample(0, Slot::Photo).bytes);
    desk.wish(Wish::ApprovePhoto { sample: SampleId(photo.clone()) }).unwrap();
    finish(&mut desk, 0);
    assert!(office.training.unlocked.review_identity().is_none(), "the operator holds the review key");
    let name = record.0.clone();
    let (samples, bytes, copies) = office
        .training
        .store
        .call(move |db| {
            Ok((db.samples(&name)?, db.sample_bytes(&photo).ok(), [db.review_copy(&name)?, db.district_copy(&name)?]))
        })
        .unwrap();
    assert!(samples.is_empty() && bytes.is_none(), "samples are left beside the sealed copies");
    let plain = sample(0, Slot::Photo).bytes;
    let national = std::fs::read_to_string(&office.training.keys.national).unwrap();
    for copy in &copies {
        assert!(!copy.windows(plain.len()).any(|window| window == plain), "a copy is not sealed");
        assert!(batch::unseal(copy, &national).is_err(), "a copy opens for somebody it is not sealed to");
    }
    // The district alone reads its copy, the supervisor the other one.
    let district = std::fs::read_to_string(&office.training.keys.identity).unwrap();
    assert_eq!(batch::unseal(&copies[1], &district).unwrap(), office.supervisor().review(&record).unwrap());
    assert!(batch::unseal(&copies[0], &district).is_err());
}

#[test]
fn without_any_user_the_recovery_identity_opens_everything() {
    let office = Office::new();
    let finished = office.completed(0, RecordClass::Register);
    let mut desk = office.desk();
    let open = office.open(&mut desk, 1, RecordClass::Register);
    verify(&mut desk);
    accept(&mut desk, 1, Slot::Photo);
    drop(desk);
    let before = journals(&office.training.store);
    let store = &office.training.store;
    let unlocked = store.authenticate(SUPERVISOR, PASSPHRASE, MORNING).unwrap();
    store.remove_user(&unlocked, OPERATOR).unwrap();
    store.remove_user(&unlocked, SUPERVISOR).unwrap();
    assert!(store.users().is_empty());
    let text = std::fs::read_to_string(&office.training.keys.identity).unwrap();
    let Office { dir, training, ledger, worker, .. } = office;
    drop((training, ledger, worker));
    let login = Store::open(dir.path(), SUPERVISOR, PASSPHRASE, MORNING).err();
    assert!(matches!(login, Some(StoreError::UnknownUser)), "{login:?}");
    let (store, recovered) = Store::recover(dir.path(), &text).unwrap();
    assert_eq!(journals(&store), before);
    let photo = before.iter().flat_map(|(_, events)| replay(&open.0, events).samples().to_vec()).last().unwrap();
    let (id, name) = (photo.id.0.clone(), finished.0.clone());
    let (bytes, copy) = store.call(move |db| Ok((db.sample_bytes(&id)?, db.review_copy(&name)?))).unwrap();
    assert_eq!(batch::Digest::of(&bytes).to_string(), photo.sha256);
    assert!(batch::unseal(&copy, recovered.review_identity().unwrap()).is_ok());
    let access = rekam::store::Access::Supervisor;
    store.add_user(&recovered, &NewUser::new(SUPERVISOR, "baru", access)).unwrap();
    drop(store);
    Store::open(dir.path(), SUPERVISOR, "baru", MORNING).unwrap();
}
