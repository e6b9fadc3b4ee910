//! What the day book promises.

use time::macros::{date, datetime};

use super::super::testing::store;
use super::super::within;
use super::*;
use crate::domain::resident::tests::sample;
use crate::domain::session::{ExceptionReason, Invitation, Policy, Slot, StepOrder};
use crate::domain::user::UserId;
use crate::store::{NewEntry, RecordHead, Store};
use rekam_hal::{Eye, Finger};

const MONDAY: Date = date!(2026 - 11 - 23);
const MORNING: OffsetDateTime = datetime!(2026-11-23 02:00 UTC);

/// A record with these events after its opening, one a minute.
fn record(store: &Store, n: u32, at: OffsetDateTime, whats: Vec<(Duration, What)>) {
    let resident =
        crate::domain::resident::Resident { nik: format!("330310570890{:04}", 9000 + n).parse().unwrap(), ..sample() };
    let nik = resident.nik.as_str().to_owned();
    let opening = Session::opening(resident, RecordClass::Register, StepOrder::default(), Policy::default());
    let events: Vec<Event> = std::iter::once((Duration::ZERO, opening))
        .chain(whats)
        .enumerate()
        .map(|(seq, (after, what))| Event {
            seq: seq as u32,
            at: at + after,
            operator: UserId::parse("operator").unwrap(),
            device: None,
            what,
        })
        .collect();
    let id = format!("330310-01-20261123-{n:04}");
    let session = Session::replay(RecordId(id.clone()), events.clone()).unwrap();
    let head = RecordHead {
        nik,
        class: "register".into(),
        status: session.status().word().into(),
        step: session.step().word().into(),
    };
    let entries: Vec<NewEntry> = events
        .iter()
        .map(|event| NewEntry {
            at: event.at,
            actor: "operator".into(),
            device: None,
            kind: event.what.word().into(),
            body: serde_json::to_string(event).unwrap(),
        })
        .collect();
    let (opening, rest) = entries.split_first().map(|(first, rest)| (first.clone(), rest.to_vec())).unwrap();
    store
        .call(move |db| {
            db.append(&id, 0, &head, &[opening], &[])?;
            db.append(&id, 1, &head, &rest, &[])
        })
        .unwrap();
}

fn minutes(n: i64, what: What) -> (Duration, What) {
    (Duration::minutes(n), what)
}

fn completed() -> What {
    What::Completed { invitation: Invitation::NoInvitation { reason: "walk-in".into() } }
}

fn excepted(slot: Slot, reason: ExceptionReason) -> What {
    What::Excepted { exception: Exception { slot, reason, evidence: None, note: String::new() } }
}

fn cancelled(reason: &str) -> What {
    What::Cancelled { reason: reason.into() }
}

fn day(store: &Store, date: Date) -> DayBook {
    within(store, move |db| read(db, date, Zone::Wib, MORNING + Duration::hours(5))).unwrap()
}

#[test]
fn every_record_is_counted_once_under_what_became_of_it() {
    let (_dir, store) = store(true);
    let missing = excepted(Slot::Finger(Finger::LeftThumb), ExceptionReason::Missing);
    record(&store, 1, MORNING, vec![minutes(1, missing), minutes(4, completed())]);
    record(&store, 2, MORNING + Duration::minutes(5), vec![minutes(3, completed())]);
    record(&store, 3, MORNING + Duration::minutes(9), vec![minutes(1, cancelled("pulang"))]);
    record(&store, 4, MORNING + Duration::minutes(11), vec![minutes(1, cancelled("pulang"))]);
    let again = What::Rescheduled { corrections: Vec::new(), date: date!(2026 - 12 - 01) };
    record(&store, 5, MORNING + Duration::minutes(13), vec![minutes(1, again)]);
    record(&store, 6, MORNING + Duration::minutes(15), vec![minutes(1, What::Parked { reason: "istirahat".into() })]);
    let book = day(&store, MONDAY);
    let numbers: Vec<&str> = book.rows.iter().map(|row| &row.record.0[19..]).collect();
    assert_eq!(numbers, ["0001", "0002", "0003", "0004", "0005", "0006"]);
    let totals = &book.totals;
    assert_eq!((totals.rows, totals.recorded, totals.with_exceptions), (6, 2, 1));
    assert_eq!((totals.rescheduled, totals.failed, totals.unfinished, totals.exported), (1, 2, 1, 0));
    assert_eq!(totals.failed_by_reason, [("pulang".to_owned(), 2)].into());
    let first = &book.rows[0];
    assert_eq!((first.ended_at - first.began_at, first.name.as_str()), (Duration::minutes(4), "SITI AISYAH CONTOH"));
    assert_eq!(first.nik.map(|nik| nik.masked()).as_deref(), Some("330310******9001"));
    assert_eq!(book.rows[4].outcome, Outcome::Rescheduled(date!(2026 - 12 - 01)));
}

#[test]
fn who_comes_back_stands_in_the_lists_of_both_days_and_approval_makes_no_day() {
    let (_dir, store) = store(true);
    let again = What::Rescheduled { corrections: Vec::new(), date: date!(2026 - 11 - 25) };
    let supervisor = UserId::parse("supervisor").unwrap();
    let (back, next) = (Duration::days(2), Duration::days(3));
    let blind = excepted(Slot::Eye(Eye::Left), ExceptionReason::EyeDisease);
    record(
        &store,
        1,
        MORNING,
        vec![
            minutes(2, again),
            (back, What::Resumed { resident: None }),
            (back + Duration::minutes(1), blind),
            (back + Duration::minutes(6), completed()),
            (next, What::Approved { supervisor }),
        ],
    );
    let days = [23, 24, 25, 26].map(|n| day(&store, MONDAY.replace_day(n).unwrap()));
    assert_eq!(days.each_ref().map(|book| book.rows.len()), [1, 0, 1, 0]);
    let (monday, wednesday) = (&days[0].rows[0], &days[2].rows[0]);
    assert_eq!(monday.ended_at - monday.began_at, Duration::minutes(2));
    assert_eq!(wednesday.ended_at - wednesday.began_at, Duration::minutes(6));
    assert_eq!(monday.outcome, Outcome::Approved, "the list says what is known now");
}

#[test]
fn the_day_is_the_office_s_and_not_greenwich_s() {
    let (_dir, store) = store(true);
    record(&store, 1, datetime!(2026-11-22 23:30 UTC), Vec::new());
    assert_eq!(day(&store, MONDAY).rows.len(), 1, "half past six in the morning in Java");
    assert!(day(&store, MONDAY.previous_day().unwrap()).rows.is_empty());
}

#[test]
fn what_waits_for_a_supervisor_is_listed_with_its_age() {
    let (_dir, store) = store(true);
    record(&store, 1, MORNING, vec![minutes(1, completed())]);
    store
        .call(|db| {
            db.adjudication_open("330310-01-20261123-0001", "{}", MORNING)?;
            let head = db.summary("330310-01-20261123-0001")?.head;
            let copies = crate::store::SealedCopies { district: b"district", review: b"review", sha256: [7; 32] };
            db.seal("330310-01-20261123-0001", 2, &head, &[], &copies)
        })
        .unwrap();
    let book = day(&store, MONDAY);
    assert_eq!(book.hits.iter().map(|hit| hit.age).collect::<Vec<_>>(), [Duration::hours(5)]);
    let approvals: Vec<Duration> = book.approvals.iter().map(|waiting| waiting.age).collect();
    assert_eq!(approvals, [Duration::minutes(5 * 60 - 1)], "since the record was finished");
    assert_eq!(book.approvals[0].record.0, "330310-01-20261123-0001");
}
