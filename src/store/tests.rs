//! Promises that need the bare connection: what somebody with the key could do to the audit chain.

use std::path::Path;

use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{
    Access, Act, AuditHead, Break, Db, Kdf, NewEntry, NewUser, Provision, RecordHead, Result, Store, StoreError,
};

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00 +07:00);
const ROWS: u64 = 24;

fn make(dir: &Path) -> Store {
    let users = vec![NewUser::new("operator", "latihan", Access::Operator)];
    Store::create(dir, &Provision { training: true, kdf: Kdf::Cheap, users, recovery: None }).unwrap().0
}

/// Every third row is an act with a body of its own, the others are journal entries.
fn fill(db: &mut Db) -> Result<AuditHead> {
    let head = RecordHead { nik: "1".into(), class: "c".into(), status: "s".into(), step: "p".into() };
    let mut seq = 0;
    for n in 0..ROWS {
        let body = format!("{{\"n\":{n}}}");
        if n % 3 == 0 {
            db.audit(&Act { at: NOW, actor: "sup", device: None, kind: "look", record: Some("r"), body: &body })?;
        } else {
            let entry = NewEntry { at: NOW, actor: "op".into(), device: Some("d".into()), kind: "k".into(), body };
            seq = db.append("r", seq, &head, &[entry], &[])?;
        }
    }
    db.audit_head()
}

fn sql(db: &Db, statement: &str) -> Result<()> {
    Ok(db.connection.execute_batch(statement)?)
}

#[derive(Debug, Clone)]
enum Tampering {
    Edit(u64, &'static str),
    Delete(u64),
    Swap(u64, u64),
    Truncate(u64),
    EditBody(u64),
    Renumber(u64),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let row = || 1..=ROWS;
    let edit = prop::sample::select(vec![
        "at = at + 1",
        "actor = actor || 'x'",
        "device = coalesce(device, '') || 'x'",
        "device = CASE WHEN device IS NULL THEN '' END",
        "kind = 'other'",
        "record = NULL",
        "record = 'r2'",
        "body_sha256 = randomblob(32)",
        "prev = randomblob(32)",
        "hash = randomblob(32)",
        "hash = x'00'",
    ]);
    prop_oneof![
        4 => (row(), edit).prop_map(|(n, e)| Tampering::Edit(n, e)),
        2 => row().prop_map(Tampering::Delete),
        2 => (row(), row()).prop_filter("two rows", |(a, b)| a != b).prop_map(|(a, b)| Tampering::Swap(a, b)),
        1 => row().prop_map(Tampering::Truncate),
        2 => row().prop_map(Tampering::EditBody),
        1 => row().prop_map(Tampering::Renumber),
    ]
}

fn statements(tampering: &Tampering) -> String {
    match tampering {
        Tampering::Edit(n, what) => format!("UPDATE audit SET {what} WHERE seq = {n}"),
        Tampering::Delete(n) => format!("DELETE FROM entry WHERE audit = {n}; DELETE FROM audit WHERE seq = {n}"),
        Tampering::Swap(a, b) => format!(
            "UPDATE audit SET seq = -1 WHERE seq = {a}; UPDATE audit SET seq = {a} WHERE seq = {b};
             UPDATE audit SET seq = {b} WHERE seq = -1"
        ),
        Tampering::Truncate(n) => {
            format!("DELETE FROM entry WHERE audit >= {n}; DELETE FROM audit WHERE seq >= {n}")
        }
        Tampering::EditBody(n) => format!(
            "UPDATE audit SET body = body || ' ' WHERE seq = {n}; UPDATE entry SET body = body || ' ' WHERE audit = {n}"
        ),
        // Close the gap after a deletion.
        Tampering::Renumber(n) => format!(
            "DELETE FROM entry WHERE audit = {n}; DELETE FROM audit WHERE seq = {n};
             UPDATE entry SET audit = -audit WHERE audit > {n}; UPDATE entry SET audit = -audit - 1 WHERE audit < 0;
             UPDATE audit SET seq = -seq WHERE seq > {n}; UPDATE audit SET seq = -seq - 1 WHERE seq < 0"
        ),
    }
}

#[test]
fn no_tampering_with_the_audit_chain_goes_unnoticed() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let signed = store.call(fill).unwrap();
    store
        .call(|db| {
            sql(
                db,
                "DROP TRIGGER audit_keeps_rows; DROP TRIGGER audit_keeps_facts; DROP TRIGGER audit_only_clears_bodies;
                 PRAGMA foreign_keys = OFF",
            )
        })
        .unwrap();
    assert!(store.call(move |db| db.verify_chain(Some(&signed))).unwrap().is_sound());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(400));
    runner
        .run(&tampering(), |tampering| {
            let statement = statements(&tampering);
            // Everything happens in a transaction that is undone, so that the next case starts sound.
            let report = store
                .call(move |db| {
                    sql(db, "BEGIN")?;
                    let report = sql(db, &statement).and_then(|()| db.verify_chain(Some(&signed)));
                    sql(db, "ROLLBACK")?;
                    report
                })
                .map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
            prop_assert!(!report.is_sound(), "{:?} went unnoticed", tampering);
            Ok(())
        })
        .unwrap();
    assert!(store.call(move |db| db.verify_chain(Some(&signed))).unwrap().is_sound());
}

#[test]
fn an_end_cut_off_is_seen_only_against_a_signed_head() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let signed = store.call(fill).unwrap();
    store
        .call(move |db| {
            sql(
                db,
                "DROP TRIGGER audit_keeps_rows; DELETE FROM entry WHERE audit = 24; DELETE FROM audit WHERE seq = 24",
            )?;
            assert!(db.verify_chain(None)?.is_sound());
            let report = db.verify_chain(Some(&signed))?;
            assert_eq!((report.rows, report.first_break), (23, Some((24, Break::Head))));
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_chain_outlives_the_bodies() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let signed = store.call(fill).unwrap();
    store
        .call(move |db| {
            assert_eq!(db.audit_body(1)?.as_deref(), Some("{\"n\":0}"));
            assert_eq!(db.audit_clear_bodies(NOW + time::Duration::SECOND)?, 8);
            assert_eq!(db.audit_body(1)?, None);
            assert!(db.verify_chain(Some(&signed))?.is_sound());
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_database_itself_refuses_to_rewrite_the_chain() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(fill).unwrap();
    for statement in [
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit SET actor = 'x' WHERE seq = 3",
        "UPDATE audit SET body = 'x' WHERE seq = 1",
    ] {
        let refused = store.call(move |db| sql(db, statement));
        assert!(matches!(refused, Err(StoreError::Database(_))), "{statement}: {refused:?}");
    }
}

#[test]
fn the_chain_is_the_same_for_the_same_facts() {
    // The hash of a row is part of what districts keep: it must not change between versions of the program.
    let row = super::AuditRow {
        seq: 1,
        at: OffsetDateTime::UNIX_EPOCH,
        actor: "a".into(),
        device: None,
        kind: "k".into(),
        record: Some("r".into()),
        body_sha256: [1; 32],
        prev: [2; 32],
        hash: [0; 32],
    };
    assert_eq!(
        super::keyring::encode_hex(&row.compute_hash()),
        "2c6273860675e6be609b5db06922b08dc057e774685f3f0d2a3038a77d0e2dd5"
    );
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(|db| sql(db, "PRAGMA user_version = 99")).unwrap();
    drop(store);
    let refused = Store::open(dir.path(), "operator", "latihan", NOW);
    assert!(matches!(refused, Err(StoreError::NewerSchema)), "{refused:?}");
}

#[test]
fn training_and_real_files_do_not_mix() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(|db| sql(db, "UPDATE meta SET value = 'no' WHERE name = 'training'")).unwrap();
    drop(store);
    let refused = Store::open(dir.path(), "operator", "latihan", NOW);
    assert!(matches!(refused, Err(StoreError::TrainingMismatch)), "{refused:?}");
}

#[test]
fn settings_that_protect_the_data_are_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store
        .call(|db| {
            let ask = |name: &str| -> Result<String> {
                let sql = format!("SELECT CAST((SELECT * FROM pragma_{name}) AS TEXT)");
                Ok(db.connection.query_row(&sql, [], |r| r.get(0))?)
            };
            let found = ["journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store", "page_size"]
                .map(|name| ask(name).unwrap_or_else(|e| e.to_string()));
            assert_eq!(found, ["wal", "2", "1", "1", "2", "16384"]);
            Ok(())
        })
        .unwrap();
}
