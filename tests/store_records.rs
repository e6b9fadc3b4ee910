//! Promises of the store about records: the journal, sealing, batches, the queue, the gallery.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::path::Path;

use rekam::store::{
    Access, BatchState, FINGER, IRIS, Journal, Kdf, NewCorrection, NewEntry, NewGalleryPerson, NewSample, NewTicket,
    NewUser, Origin, Provision, RecordFilter, RecordHead, RecordState, RegisterRow, Result, SealedCopies, Store,
    StoreError, TicketState, rows_follow,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00:00.123456789 +07:00);

fn make(dir: &Path) -> Store {
    let users = vec![NewUser::new("operator", "latihan", Access::Operator)];
    Store::create(dir, &Provision { training: true, kdf: Kdf::Cheap, users, recovery: None }).unwrap().0
}

fn head(nik: &str, step: &str) -> RecordHead {
    RecordHead { nik: nik.into(), class: "adult".into(), status: "RECORDING".into(), step: step.into() }
}

fn entry(kind: &str, minute: i64) -> NewEntry {
    NewEntry {
        at: NOW + Duration::minutes(minute),
        actor: "operator".into(),
        device: Some("pad-1".into()),
        kind: kind.into(),
        body: format!(r#"{{"minute":{minute}}}"#),
    }
}

fn sample(id: &str, bytes: &[u8]) -> NewSample {
    NewSample {
        id: id.into(),
        modality: "fingerprint".into(),
        position: 2,
        media: "image/png".into(),
        bytes: bytes.into(),
        template: Some(vec![1, 2, 3]),
    }
}

fn sealed(store: &Store, record: &'static str, nik: &'static str, minute: i64) -> Result<u32> {
    store.call(move |db| {
        let seq = db.append(record, 0, &head(nik, "photo"), &[entry("photo", minute)], &[sample(record, b"x")])?;
        let copies = SealedCopies { district: b"for the district", review: b"for review", sha256: [7; 32] };
        db.seal(record, seq, &head(nik, "done"), &[entry("confirmed", minute + 1)], &copies)
    })
}

fn approved(store: &Store, record: &'static str, nik: &'static str, minute: i64) -> Result<u32> {
    let seq = sealed(store, record, nik, minute)?;
    store.call(move |db| db.approve(record, seq, &head(nik, "done"), &[entry("approved", minute + 2)]))
}

#[test]
fn what_was_appended_is_loaded_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let before = store
        .call(|db| {
            assert_eq!(db.append("r1", 0, &head("1", "photo"), &[entry("opened", 0), entry("photo", 1)], &[])?, 2);
            assert_eq!(db.append("r1", 2, &head("1", "iris"), &[entry("finger", 2)], &[sample("s1", b"ridge")])?, 3);
            db.load("r1")
        })
        .unwrap();
    drop(store);
    let (store, _) = Store::open(dir.path(), "operator", "latihan", NOW).unwrap();
    let after: Journal = store.call(|db| db.load("r1")).unwrap();
    assert_eq!(before, after);
    assert_eq!(after.entries.len(), 3);
    assert_eq!(after.entries[2].at, NOW + Duration::minutes(2));
    assert_eq!(after.entries[2].body, r#"{"minute":2}"#);
    assert_eq!(after.summary.head, head("1", "iris"));
    let (samples, bytes) = store.call(|db| Ok((db.samples("r1")?, db.sample_bytes("s1")?))).unwrap();
    assert_eq!((samples.len(), samples[0].entry, samples[0].length), (1, 3, 5));
    assert_eq!(samples[0].template.as_deref(), Some(&[1, 2, 3][..]));
    assert_eq!(bytes, b"ridge");
}

#[test]
fn a_failing_step_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(|db| db.append("r1", 0, &head("1", "photo"), &[entry("opened", 0)], &[sample("s1", b"a")])).unwrap();
    let before = store.call(|db| Ok((db.load("r1")?, db.audit_head()?))).unwrap();
    // The second sample's identifier is taken: the whole step must go, the first sample and the entry with it.
    let twice = store
        .call(|db| db.append("r1", 1, &head("1", "iris"), &[entry("x", 1)], &[sample("s2", b"b"), sample("s1", b"c")]));
    assert!(twice.is_err());
    let after = store.call(|db| Ok((db.load("r1")?, db.audit_head()?))).unwrap();
    assert_eq!(before, after);
    assert!(matches!(store.call(|db| db.sample_bytes("s2")), Err(StoreError::NotFound(_))));
    let panicked: Result<()> = store.call(|db| {
        db.atomically(|db| {
            db.setting_put("a", "b")?;
            panic!("on purpose")
        })
    });
    assert!(matches!(panicked, Err(StoreError::Closed)));
    assert_eq!(store.call(|db| db.setting("a")).unwrap(), None);
}

#[test]
fn nested_work_is_undone_level_by_level() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store
        .call(|db| {
            db.atomically(|db| {
                db.setting_put("outer", "1")?;
                let inner: Result<()> = db.atomically(|db| {
                    db.setting_put("inner", "1")?;
                    Err(StoreError::NotFound("anything"))
                });
                assert!(inner.is_err());
                Ok(())
            })
        })
        .unwrap();
    let both = store.call(|db| Ok((db.setting("outer")?, db.setting("inner")?))).unwrap();
    assert_eq!(both, (Some("1".to_owned()), None));
}

#[test]
fn a_record_that_moved_on_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(|db| db.append("r1", 0, &head("1", "photo"), &[entry("opened", 0)], &[])).unwrap();
    for (expected, found) in [(0, 1), (2, 1)] {
        let refused = store.call(move |db| db.append("r1", expected, &head("1", "x"), &[entry("x", 1)], &[]));
        assert!(matches!(refused, Err(StoreError::Conflict { expected: e, found: f }) if (e, f) == (expected, found)));
    }
    let stranger = store.call(|db| db.append("r1", 1, &head("2", "x"), &[entry("x", 1)], &[]));
    assert!(matches!(stranger, Err(StoreError::State { .. })), "a record never changes hands");
    let unknown = store.call(|db| db.append("r2", 4, &head("2", "x"), &[entry("x", 1)], &[]));
    assert!(matches!(unknown, Err(StoreError::Conflict { expected: 4, found: 0 })));
}

#[test]
fn one_resident_has_one_live_record() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    sealed(&store, "r1", "1", 0).unwrap();
    let again = store.call(|db| db.append("r2", 0, &head("1", "photo"), &[entry("opened", 0)], &[]));
    assert!(matches!(again, Err(StoreError::NikTaken { record }) if record == "r1"));
    store
        .call(|db| {
            db.gallery_put(&[NewGalleryPerson {
                nik: "1".into(),
                origin: Origin::Own { record: "r1".into() },
                templates: vec![(FINGER, 2, vec![1])],
            }])?;
            db.void("r1", 2, &head("1", "void"), &[entry("void", 3)])
        })
        .unwrap();
    assert_eq!(store.call(|db| db.gallery_count()).unwrap(), 0);
    assert!(matches!(store.call(|db| db.district_copy("r1")), Err(StoreError::NotFound(_))));
    approved(&store, "r2", "1", 5).unwrap();
    let at = datetime!(2026-11-23 10:00 UTC);
    let seq = store.call(move |db| db.batch_begin("b", &["r2"], "supervisor", at)).unwrap().seq;
    let late = store.call(|db| db.void("r2", 3, &head("1", "void"), &[entry("void", 3)]));
    assert!(matches!(late, Err(StoreError::State { .. })), "what is on its way is recalled, not voided");
    store.call(move |db| db.batch_abandon(seq, "supervisor", at)).unwrap();
    store.call(|db| db.void("r2", 3, &head("1", "void"), &[entry("void", 3)])).unwrap();
    assert_eq!(store.call(|db| db.live_record("1")).unwrap(), None);
}

#[test]
fn a_recalled_record_frees_its_nik_and_keeps_what_the_recall_names() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    approved(&store, "r1", "1", 0).unwrap();
    store.call(|db| db.recall("r1", 3, &head("1", "recall_due"), &[entry("voided", 3)])).unwrap();
    assert_eq!(store.call(|db| db.live_record("1")).unwrap(), None);
    assert!(store.call(|db| db.district_copy("r1")).is_ok());
}

#[test]
fn a_discarded_batch_gives_its_records_back_and_keeps_its_number() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    approved(&store, "r1", "1", 0).unwrap();
    let at = datetime!(2026-11-23 10:00 UTC);
    let first = store.call(move |db| db.batch_begin("b1", &["r1"], "supervisor", at)).unwrap();
    store.call(move |db| db.batch_written(first.seq, [7; 32])).unwrap();
    store.call(move |db| db.batch_discard(first.seq, "supervisor", at)).unwrap();
    let second = store.call(move |db| db.batch_begin("b2", &["r1"], "supervisor", at)).unwrap();
    assert_eq!((second.seq, second.prev_sha256), (first.seq + 1, None));
}

#[test]
fn sealing_forgets_the_samples_and_approval_the_review_copy() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    sealed(&store, "r1", "1", 0).unwrap();
    store
        .call(|db| {
            assert!(db.samples("r1")?.is_empty());
            assert!(matches!(db.sample_bytes("r1"), Err(StoreError::NotFound(_))));
            assert_eq!(db.review_copy("r1")?, b"for review");
            assert_eq!(db.sealed_sha256("r1")?, [7; 32]);
            assert!(db.open_records()?.is_empty());
            assert!(db.approved_unexported()?.is_empty());
            let more = db.append("r1", 2, &head("1", "x"), &[entry("x", 1)], &[]);
            assert!(matches!(more, Err(StoreError::State { .. })));
            db.approve("r1", 2, &head("1", "done"), &[entry("approved", 9)])?;
            assert!(matches!(db.review_copy("r1"), Err(StoreError::NotFound(_))));
            assert_eq!(db.district_copy("r1")?, b"for the district");
            assert_eq!(db.approved_unexported()?[0].id, "r1");
            Ok(())
        })
        .unwrap();
}

#[test]
fn batches_are_numbered_linked_and_take_each_record_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    for (record, nik) in [("r1", "1"), ("r2", "2"), ("r3", "3")] {
        approved(&store, record, nik, 0).unwrap();
    }
    sealed(&store, "r4", "4", 0).unwrap();
    store
        .call(|db| {
            let early = db.batch_begin("b", &["r1", "r4"], "supervisor", NOW);
            assert!(matches!(early, Err(StoreError::State { .. })));
            assert!(db.batches()?.is_empty());
            let first = db.batch_begin("b1", &["r1", "r2"], "supervisor", NOW)?;
            assert_eq!((first.seq, first.records, first.prev_sha256, first.state), (1, 2, None, BatchState::Begun));
            assert!(matches!(db.batch_begin("b2", &["r3"], "supervisor", NOW), Err(StoreError::State { .. })));
            db.batch_abandon(1, "supervisor", NOW)?;
            assert_eq!(db.approved_unexported()?.len(), 3);
            assert_eq!(db.batch_begin("b1", &["r1", "r2"], "supervisor", NOW)?.seq, 1);
            assert_eq!(db.batch_commit(1, [1; 32], "supervisor", NOW)?.state, BatchState::Committed);
            assert!(matches!(db.batch_commit(1, [2; 32], "supervisor", NOW), Err(StoreError::State { .. })));
            let second = db.batch_begin("b2", &["r3"], "supervisor", NOW)?;
            assert_eq!((second.seq, second.prev_sha256), (2, Some([1; 32])));
            assert_eq!((db.batch_of("r1")?, db.batch_of("r3")?, db.batch_of("r4")?), (Some(1), Some(2), None));
            assert!(matches!(db.batch_acknowledge(2, "supervisor", NOW), Err(StoreError::State { .. })));
            db.batch_acknowledge(1, "supervisor", NOW)?;
            let past = db.past_retention(NOW + Duration::days(30))?;
            assert_eq!(past.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["r1", "r2"]);
            db.close("r1", 3, &head("1", "done"), &[entry("closed", 99)])?;
            assert!(db.district_copy("r1").is_err());
            assert!(db.load("r1")?.entries.iter().all(|e| e.body.is_empty()));
            assert_eq!(db.summary("r1")?.state, RecordState::Closed);
            assert!(db.verify_chain(None)?.is_sound());
            Ok(())
        })
        .unwrap();
}

#[test]
fn lists_of_records_are_filtered() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    sealed(&store, "r1", "1", 0).unwrap();
    store
        .call(|db| {
            db.append("r2", 0, &head("2", "photo"), &[entry("opened", 24 * 60)], &[])?;
            let ids = |filter: RecordFilter| -> Result<Vec<String>> {
                Ok(db.records(&filter)?.into_iter().map(|r| r.id).collect())
            };
            assert_eq!(ids(RecordFilter::default())?, ["r2", "r1"]);
            assert_eq!(
                ids(RecordFilter { opened: Some(NOW..NOW + Duration::hours(1)), ..Default::default() })?,
                ["r1"]
            );
            assert_eq!(ids(RecordFilter { nik: Some("2".into()), ..Default::default() })?, ["r2"]);
            assert_eq!(ids(RecordFilter { state: Some(RecordState::Sealed), ..Default::default() })?, ["r1"]);
            assert_eq!(ids(RecordFilter { status: Some("none".into()), ..Default::default() })?, [""; 0]);
            assert_eq!(ids(RecordFilter { limit: Some(1), ..Default::default() })?, ["r2"]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_register_is_found_by_number_family_and_name() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let row = |nik: &str, name: &str, import: &str| RegisterRow {
        nik: nik.into(),
        kk: nik[..2].into(),
        name: name.into(),
        birth_date: "1990-08-17".into(),
        village: "V".into(),
        status: "ACTIVE".into(),
        import: import.into(),
        body: "{}".into(),
    };
    let rows = vec![row("110", "SITI AMINAH", "a"), row("119", "BUDI", "a"), row("120", "100% AMIN_", "a")];
    let again = row("119", "BUDI SANTOSO", "b");
    store
        .call(move |db| {
            db.register_put(&rows)?;
            db.register_put(&[again])?;
            assert_eq!(db.register_count()?, 3);
            let names = |text: &str, limit| -> Result<Vec<String>> {
                Ok(db.register_search(text, limit)?.into_iter().map(|r| r.name).collect())
            };
            assert_eq!(names("amin", 9)?, ["100% AMIN_", "SITI AMINAH"]);
            assert_eq!(names("amin", 1)?, ["100% AMIN_"]);
            assert_eq!(names("%", 9)?, ["100% AMIN_"]);
            assert_eq!(names("n_", 9)?, ["100% AMIN_"]);
            assert_eq!(names("11", 9)?, ["SITI AMINAH", "BUDI SANTOSO"]);
            assert_eq!(names("119", 9)?, ["BUDI SANTOSO"]);
            assert!(names(" ", 9)?.is_empty());
            assert_eq!(db.register_family("11")?.len(), 2);
            assert_eq!(db.register_get("119")?.map(|r| r.import).as_deref(), Some("b"));
            assert_eq!(db.register_drop_others("b")?, 2);
            db.recorded_put("119", "2015", "PRINT_READY_RECORD", "list")?;
            assert_eq!(db.recorded_get("119")?.map(|r| r.status).as_deref(), Some("PRINT_READY_RECORD"));
            assert_eq!(db.recorded_get("120")?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn templates_name_nobody_without_the_identity_table() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let people: Vec<NewGalleryPerson> = (0..20_u8)
        .map(|i| NewGalleryPerson {
            nik: format!("nik-{i}"),
            origin: if i % 2 == 0 { Origin::Cached } else { Origin::Own { record: format!("r{i}") } },
            templates: vec![(FINGER, 2, vec![i; 9]), (FINGER, 2, vec![i; 8]), (IRIS, 1, vec![i; 7])],
        })
        .collect();
    store
        .call(move |db| {
            let first = db.gallery_put(&people)?;
            let second = db.gallery_put(&people)?;
            assert!(first.iter().all(|r| !second.contains(r)), "a person put again gets a new reference");
            assert_eq!(db.gallery_count()?, 20);
            let mut seen = Vec::new();
            db.gallery_each(|person, modality, position, bytes| {
                seen.push((person, modality, position, bytes.to_vec()))
            })?;
            assert_eq!(seen.len(), 60);
            for (person, modality, _, bytes) in &seen {
                let (nik, origin) = db.gallery_identity(*person)?.unwrap();
                assert_eq!(nik, format!("nik-{}", bytes[0]));
                assert_eq!(origin == Origin::Cached, bytes[0] % 2 == 0);
                assert_eq!(*modality == IRIS, bytes.len() == 7);
            }
            assert_eq!(db.gallery_templates(second[3])?.len(), 3);
            assert!(db.gallery_delete("r1")? && !db.gallery_delete("r1")?);
            db.gallery_delete_cached()?;
            assert_eq!(db.gallery_count()?, 9);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_queue_calls_each_ticket_once_and_priority_first() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store
        .call(|db| {
            let draw = |db: &mut rekam::store::Db, priority| {
                db.ticket_draw(&NewTicket { day: "2026-11-23".into(), priority, ..Default::default() }, NOW)
            };
            let numbers = [draw(db, false)?.number, draw(db, false)?.number, draw(db, true)?.number];
            assert_eq!(numbers, [1, 2, 3]);
            let other = db.ticket_draw(&NewTicket { day: "2026-11-24".into(), ..Default::default() }, NOW)?;
            assert_eq!(other.number, 1);
            let mut called = Vec::new();
            while let Some(ticket) = db.ticket_call_next("2026-11-23", "desk 1", NOW)? {
                called.push(ticket);
            }
            assert_eq!(called.iter().map(|t| t.number).collect::<Vec<_>>(), [3, 1, 2]);
            let id = called[0].id;
            db.ticket_move(id, TicketState::Absent, NOW)?;
            assert_eq!(db.ticket_call(id, "desk 2", NOW)?.calls, 2);
            db.ticket_move(id, TicketState::Serving, NOW)?;
            db.ticket_link(id, Some("1"), Some("r1"))?;
            let done = db.ticket_move(id, TicketState::Done, NOW)?;
            assert_eq!((done.nik.as_deref(), done.ended_at), (Some("1"), Some(NOW)));
            assert!(matches!(db.ticket_call(id, "desk 1", NOW), Err(StoreError::State { .. })));
            Ok(())
        })
        .unwrap();
}

#[test]
fn corrections_appointments_and_decisions_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store
        .call(|db| {
            let new = NewCorrection {
                record: None,
                nik: "1".into(),
                field: "name".into(),
                old: "A".into(),
                new: "B".into(),
                document: "akta".into(),
            };
            let correction = db.correction_put(&new, NOW)?;
            db.appointment_put("1", "2026-12-01", "correction", Some(correction))?;
            assert_eq!(db.appointments_on("2026-12-01")?[0].correction, Some(correction));
            assert_eq!(db.appointments_count("2026-12-02")?, 0);
            assert_eq!(db.corrections_of("1")?[0].document, "akta");
            db.append("r1", 0, &head("1", "x"), &[entry("opened", 0)], &[])?;
            let id = db.adjudication_open("r1", "{}", NOW)?;
            assert_eq!(db.adjudications_pending()?.len(), 1);
            db.adjudication_decide(id, r#""different""#, NOW)?;
            assert!(db.adjudications_pending()?.is_empty());
            assert!(matches!(db.adjudication_decide(id, "{}", NOW), Err(StoreError::State { .. })));
            db.key_put("station", b"secret")?;
            assert_eq!(db.key("station")?.as_deref().map(Vec::as_slice), Some(&b"secret"[..]));
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_rows_of_a_day_prove_themselves_to_the_district() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    sealed(&store, "r1", "1", 0).unwrap();
    let yesterday = store.call(|db| db.audit_head()).unwrap();
    sealed(&store, "r2", "2", 5).unwrap();
    let (rows, head) = store.call(move |db| Ok((db.audit_since(yesterday.seq)?, db.audit_head()?))).unwrap();
    assert_eq!(rows_follow(&yesterday, &rows), Ok(head));
    assert!(rows_follow(&yesterday, &rows[1..]).is_err());
    let mut edited = rows.clone();
    edited[0].actor = "somebody".into();
    assert!(rows_follow(&yesterday, &edited).is_err());
}

#[test]
fn answers_can_be_awaited_and_jobs_cannot_lock_themselves_out() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let answers: Vec<_> =
        (0..10).map(|i| store.submit(move |db| db.setting_put("n", &i.to_string()).map(|()| i))).collect();
    for (i, answer) in (0..).zip(answers) {
        assert_eq!(answer.wait().unwrap(), i);
    }
    let inner = store.clone();
    let reentered = store.call(move |_| Ok(inner.call(|db| db.setting("n")).is_err())).unwrap();
    assert!(reentered);
}

#[test]
fn a_healthy_store_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    sealed(&store, "r1", "1", 0).unwrap();
    let health = store.self_check(None).unwrap();
    assert!(health.is_sound(), "{health:?}");
    assert_eq!(health.audit.rows, 2);
    assert!(health.free_bytes.is_none_or(|b| b > 0));
}
