//! Promises of the store about who can open it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::path::Path;

use rekam::store::{
    Access, Act, FIRST_WAIT, FREE_TRIES, Kdf, NewEntry, NewSample, NewUser, Provision, RecordHead, Store, StoreError,
    Unlocked,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00 +07:00);

fn training(recovery: Option<String>) -> Provision {
    Provision {
        training: true,
        kdf: Kdf::Cheap,
        users: vec![
            NewUser::new("operator", "latihan", Access::Operator),
            NewUser::new("supervisor", "latihan juga", Access::Supervisor),
        ],
        recovery,
    }
}

fn make(dir: &Path) -> (Store, Unlocked) {
    Store::create(dir, &training(None)).unwrap()
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(make(dir.path()));
    let refused = Store::open(dir.path(), "operator", "salah", NOW);
    assert!(matches!(refused, Err(StoreError::WrongPassphrase)), "{refused:?}");
    let stranger = Store::open(dir.path(), "nobody", "latihan", NOW);
    assert!(matches!(stranger, Err(StoreError::UnknownUser)), "{stranger:?}");
    Store::open(dir.path(), "operator", "latihan", NOW).unwrap();
}

#[test]
fn only_a_supervisor_gets_the_review_identity() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = make(dir.path());
    let operator = store.authenticate("operator", "latihan", NOW).unwrap();
    assert_eq!((operator.access(), operator.review_identity()), (Access::Operator, None));
    let supervisor = store.authenticate("supervisor", "latihan juga", NOW).unwrap();
    let identity: age::x25519::Identity = supervisor.review_identity().unwrap().parse().unwrap();
    let recipient = store.call(|db| db.review_recipient()).unwrap();
    assert_eq!(identity.to_public().to_string(), recipient);
    let user = NewUser::new("third", "x", Access::Operator);
    assert!(matches!(store.add_user(&operator, &user), Err(StoreError::NotPermitted)));
    assert!(matches!(store.remove_user(&operator, "supervisor"), Err(StoreError::NotPermitted)));
    assert!(!format!("{operator:?} {supervisor:?}").contains("AGE-SECRET"));
}

#[test]
fn a_removed_user_is_out_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let (store, keys) = make(dir.path());
    store.add_user(&keys, &NewUser::new("second", "kata", Access::Supervisor)).unwrap();
    assert!(matches!(
        store.add_user(&keys, &NewUser::new("second", "kata", Access::Operator)),
        Err(StoreError::UserExists)
    ));
    store.remove_user(&keys, "operator").unwrap();
    drop(store);
    assert!(matches!(Store::open(dir.path(), "operator", "latihan", NOW), Err(StoreError::UnknownUser)));
    let (store, keys) = Store::open(dir.path(), "second", "kata", NOW).unwrap();
    store.remove_user(&keys, "supervisor").unwrap();
    assert!(matches!(store.remove_user(&keys, "second"), Err(StoreError::LastKey)));
    assert_eq!(store.users(), [("second".to_owned(), Access::Supervisor)]);
}

#[test]
fn a_changed_passphrase_replaces_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = make(dir.path());
    assert!(matches!(store.change_passphrase("supervisor", "salah", "baru", NOW), Err(StoreError::WrongPassphrase)));
    store.change_passphrase("supervisor", "latihan juga", "baru", NOW).unwrap();
    drop(store);
    assert!(matches!(Store::open(dir.path(), "supervisor", "latihan juga", NOW), Err(StoreError::WrongPassphrase)));
    let (_store, keys) = Store::open(dir.path(), "supervisor", "baru", NOW).unwrap();
    assert_eq!(keys.access(), Access::Supervisor);
}

#[test]
fn with_every_user_gone_the_recovery_identity_loses_nothing() {
    use age::secrecy::ExposeSecret;
    let dir = tempfile::tempdir().unwrap();
    let district = age::x25519::Identity::generate();
    let (store, keys) = Store::create(dir.path(), &training(Some(district.to_public().to_string()))).unwrap();
    let review = keys.review_identity().unwrap().to_owned();
    store.call(|db| db.setting_put("district", "3275")).unwrap();
    store.remove_user(&keys, "operator").unwrap();
    store.remove_user(&keys, "supervisor").unwrap();
    drop(store);

    let stranger = age::x25519::Identity::generate().to_string();
    let refused = Store::recover(dir.path(), stranger.expose_secret());
    assert!(matches!(refused, Err(StoreError::WrongRecoveryIdentity)), "{refused:?}");
    assert!(matches!(Store::recover(dir.path(), "not a key"), Err(StoreError::BadKey(_))));

    let (store, keys) = Store::recover(dir.path(), district.to_string().expose_secret()).unwrap();
    assert_eq!(keys.review_identity(), Some(review.as_str()));
    store.add_user(&keys, &NewUser::new("new", "baru", Access::Supervisor)).unwrap();
    drop(store);
    let (store, keys) = Store::open(dir.path(), "new", "baru", NOW).unwrap();
    assert_eq!(store.call(|db| db.setting("district")).unwrap().as_deref(), Some("3275"));
    assert_eq!(keys.review_identity(), Some(review.as_str()));
}

#[test]
fn a_real_station_takes_the_real_derivation_and_no_weaker() {
    let dir = tempfile::tempdir().unwrap();
    let user = NewUser::new("budi", "kata sandi yang panjang", Access::Supervisor);
    let weak = Provision { training: false, kdf: Kdf::Cheap, users: vec![user.clone()], recovery: None };
    assert!(matches!(Store::create(dir.path(), &weak), Err(StoreError::WeakKdf)));
    assert!(!Store::exists(dir.path()));

    let real = Provision { kdf: Kdf::Standard, ..weak };
    drop(Store::create(dir.path(), &real).unwrap());
    assert!(matches!(Store::open(dir.path(), "budi", "salah", NOW), Err(StoreError::WrongPassphrase)));
    let (store, _) = Store::open(dir.path(), "budi", "kata sandi yang panjang", NOW).unwrap();
    assert!(!store.is_training());
    drop(store);

    let keyring = dir.path().join("keyring.json");
    let text = std::fs::read_to_string(&keyring).unwrap();
    std::fs::write(&keyring, text.replace("standard", "cheap")).unwrap();
    assert!(matches!(Store::open(dir.path(), "budi", "kata sandi yang panjang", NOW), Err(StoreError::WeakKdf)));
    std::fs::write(&keyring, text.replace("\"training\": false", "\"training\": true")).unwrap();
    assert!(matches!(
        Store::open(dir.path(), "budi", "kata sandi yang panjang", NOW),
        Err(StoreError::TrainingMismatch)
    ));
}

#[test]
fn a_secret_cannot_be_moved_to_another_slot() {
    let dir = tempfile::tempdir().unwrap();
    let mut provision = training(None);
    // The same passphrase and, after the edit below, the same salt: only the associated data differ.
    provision.users[1].passphrase = provision.users[0].passphrase.clone();
    drop(Store::create(dir.path(), &provision).unwrap());
    let path = dir.path().join("keyring.json");
    let mut keyring: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    keyring["slots"]["operator"] = keyring["slots"]["supervisor"].clone();
    std::fs::write(&path, keyring.to_string()).unwrap();
    assert!(matches!(Store::open(dir.path(), "operator", "latihan", NOW), Err(StoreError::WrongPassphrase)));
    Store::open(dir.path(), "supervisor", "latihan", NOW).unwrap();
}

#[test]
fn five_wrong_tries_lock_out_through_restarts_and_clock_changes() {
    let dir = tempfile::tempdir().unwrap();
    drop(make(dir.path()));
    let open = |passphrase: &str, now| Store::open(dir.path(), "operator", passphrase, now).map(drop);
    for _ in 0..FREE_TRIES {
        assert!(matches!(open("salah", NOW), Err(StoreError::WrongPassphrase)));
    }
    let Err(StoreError::LockedOut { until }) = open("latihan", NOW) else { panic!("not locked out") };
    assert_eq!(until, NOW + FIRST_WAIT);
    assert!(matches!(open("latihan", NOW - Duration::days(1)), Err(StoreError::LockedOut { .. })));
    Store::open(dir.path(), "supervisor", "latihan juga", NOW).map(drop).unwrap();
    assert!(matches!(open("salah", until), Err(StoreError::WrongPassphrase)));
    let Err(StoreError::LockedOut { until: second }) = open("latihan", until) else { panic!("not locked out") };
    assert_eq!(second - until, FIRST_WAIT * 2);
    open("latihan", second).unwrap();
    for _ in 1..FREE_TRIES {
        assert!(matches!(open("salah", second), Err(StoreError::WrongPassphrase)));
    }
    open("latihan", second).unwrap();
}

#[test]
fn a_second_station_is_kept_out_until_the_first_has_closed() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = make(dir.path());
    let clone = store.clone();
    drop(store);
    assert!(matches!(Store::open(dir.path(), "operator", "latihan", NOW), Err(StoreError::InUse { .. })));
    drop(clone);
    Store::open(dir.path(), "operator", "latihan", NOW).unwrap();
}

#[test]
fn a_store_is_neither_invented_nor_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(dir.path(), "operator", "x", NOW), Err(StoreError::NoStore { .. })));
    drop(make(dir.path()));
    assert!(matches!(Store::create(dir.path(), &training(None)), Err(StoreError::AlreadyExists { .. })));
    std::fs::remove_file(dir.path().join("rekam.db")).unwrap();
    let gone = Store::open(dir.path(), "operator", "latihan", NOW);
    assert!(matches!(gone, Err(StoreError::Corrupt { .. })), "{gone:?}");
}

#[test]
fn a_power_cut_while_making_a_store_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    drop(make(dir.path()));
    std::fs::rename(dir.path().join("rekam.db"), dir.path().join("rekam.db.new")).unwrap();
    Store::open(dir.path(), "operator", "latihan", NOW).map(drop).unwrap();

    let half = tempfile::tempdir().unwrap();
    std::fs::write(half.path().join("rekam.db.new"), b"half a database").unwrap();
    make(half.path());
}

#[test]
fn a_damaged_keyring_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    drop(make(dir.path()));
    let path = dir.path().join("keyring.json");
    let whole = std::fs::read(&path).unwrap();
    for cut in (0..whole.len()).step_by(37) {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let refused = Store::open(dir.path(), "operator", "latihan", NOW);
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{cut}: {refused:?}");
    }
    let text = String::from_utf8(whole).unwrap();
    std::fs::write(&path, text.replace("\"nonce\": \"", "\"nonce\": \"00")).unwrap();
    assert!(matches!(Store::open(dir.path(), "operator", "latihan", NOW), Err(StoreError::Corrupt { .. })));
}

#[test]
fn nothing_personal_is_readable_in_any_file() {
    const NIK: &str = "3275015708909901";
    let marker: Vec<u8> = (0..64_u8).map(|i| i.wrapping_mul(37) ^ 0xa5).collect();
    let dir = tempfile::tempdir().unwrap();
    let (store, keys) = make(dir.path());
    let bytes = marker.repeat(500);
    store
        .call(move |db| {
            let head = RecordHead { nik: NIK.into(), class: "c".into(), status: "s".into(), step: "p".into() };
            let entry =
                NewEntry { at: NOW, actor: "operator".into(), device: None, kind: "k".into(), body: NIK.into() };
            let sample = NewSample {
                id: "sample".into(),
                modality: "iris".into(),
                position: 1,
                media: "image/png".into(),
                bytes,
                template: None,
            };
            db.append("record", 0, &head, &[entry], &[sample])?;
            db.audit(&Act { at: NOW, actor: "a", device: None, kind: "k", record: None, body: NIK })
        })
        .unwrap();
    let identity = keys.review_identity().unwrap().to_owned();
    let search = || {
        let mut files = 0;
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            files += 1;
            for needle in [NIK.as_bytes(), &marker, &marker[..16], identity.as_bytes(), b"SQLite format 3"] {
                assert!(!bytes.windows(needle.len()).any(|w| w == needle));
            }
        }
        files
    };
    assert!(search() >= 4, "the write-ahead log is among the files");
    drop(store);
    search();
}
