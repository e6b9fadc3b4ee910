//! A batch holds records of one class, and whatever cuts it off, every approved record leaves exactly once.

use crate::office::Office;
use crate::support::copy_dir;
use rekam::batch::{self, Exported};
use rekam::domain::session::{RecordClass, Status};
use rekam::station::finished::batch_name;
use rekam::station::{DeskError, Dispatch};

#[test]
fn an_unverified_record_never_shares_a_batch_with_register_ones() {
    let office = Office::new();
    let register = [office.approved(0, RecordClass::Register), office.approved(2, RecordClass::Register)];
    let unverified = office.approved(1, RecordClass::Unverified);
    let exported = office.export();
    let inside: Vec<_> = exported.iter().map(|batch| office.district(batch)).collect();
    let records = |n: usize| inside[n].manifest.records.iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(inside.len(), 2);
    assert_eq!(inside[0].manifest.class, batch::RecordClass::Register);
    assert_eq!(inside[1].manifest.class, batch::RecordClass::Unverified);
    assert_eq!(records(0), register.iter().map(batch_name).collect::<Vec<_>>());
    assert_eq!(records(1), [batch_name(&unverified)]);
    let carries_other =
        |n: usize| inside[n].manifest.records.iter().any(|entry| entry.class != inside[n].manifest.class);
    assert!(!carries_other(0) && !carries_other(1));
    // The second batch follows the first, so that the district would miss either.
    assert_eq!(exported[1].receipt.prev, Some(exported[0].receipt.sha256));
}

/// Exports and keeps a copy of the data directory as it is while the batch is being read back: begun, not committed.
fn exported_with_a_copy(office: &Office) -> (Exported, tempfile::TempDir) {
    let (copy, mut taken) = (tempfile::tempdir().unwrap(), false);
    let recipients = &office.training.keys.recipients;
    let dispatch = Dispatch { station: office.training.station, folder: &office.outbox, recipients };
    let exported = office.supervisor().export(&dispatch, &mut |progress| {
        if progress.stage == batch::Stage::ReadingBack && !taken {
            taken = true;
            copy_dir(office.dir.path(), copy.path());
        }
        std::ops::ControlFlow::Continue(())
    });
    assert!(taken);
    (exported.unwrap().remove(0), copy)
}

#[test]
fn a_batch_cut_off_while_it_was_written_is_written_again_under_its_number() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let (first, copy) = exported_with_a_copy(&office);
    let cut = Office::at(copy);
    assert_eq!(cut.status(&record), Status::Approved);
    let again = cut.export();
    assert_eq!((again.len(), again[0].receipt.batch, again[0].receipt.count), (1, first.receipt.batch, 1));
    assert_eq!(cut.district(&again[0]).unsealed, [batch_name(&record)]);
    assert_eq!(cut.status(&record), Status::Exported);
}

#[test]
fn a_batch_that_was_finished_but_not_noted_is_noted_and_not_written_twice() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let (first, copy) = exported_with_a_copy(&office);
    // The power went after the batch got its name: the stick holds it, the store knows no more than its digest.
    std::fs::remove_dir_all(copy.path().join("outbox")).unwrap();
    copy_dir(&office.outbox, &copy.path().join("outbox"));
    let cut = Office::at(copy).with_digest(&first);
    let later = cut.approved(1, RecordClass::Register);
    let next = cut.export();
    assert_eq!((cut.status(&record), cut.status(&later)), (Status::Exported, Status::Exported));
    assert_eq!((next.len(), next[0].receipt.seq, next[0].receipt.prev), (1, 2, Some(first.receipt.sha256)));
    assert_eq!(cut.district(&next[0]).unsealed, [batch_name(&later)]);
}

#[test]
fn a_batch_that_went_with_its_stick_is_asked_for_and_can_be_given_up() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let (first, copy) = exported_with_a_copy(&office);
    std::fs::remove_dir_all(copy.path().join("outbox")).unwrap();
    let cut = Office::at(copy).with_digest(&first);
    let asked = cut.try_export(&cut.outbox);
    let Err(DeskError::BatchElsewhere { file }) = &asked else { panic!("{asked:?}") };
    assert_eq!(*file, first.receipt.batch.file_name());
    assert_eq!(cut.status(&record), Status::Approved);
    assert_eq!(cut.supervisor().discard_begun().unwrap().as_ref(), Some(file));
    let next = cut.export();
    // Its number is gone with it, so that two batches of one number can never meet.
    assert_eq!((next[0].receipt.seq, next[0].receipt.count), (2, 1));
    assert_eq!(cut.district(&next[0]).unsealed, [batch_name(&record)]);
}

#[test]
fn a_batch_that_cannot_be_written_leaves_its_records_to_the_next_one() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let gone = office.dir.path().join("unplugged");
    let failed = office.try_export(&gone);
    assert!(matches!(failed, Err(DeskError::Batch(_))), "{failed:?}");
    let recipients = &office.training.keys.recipients;
    let dispatch = Dispatch { station: office.training.station, folder: &office.outbox, recipients };
    let stopped = office.supervisor().export(&dispatch, &mut |_| std::ops::ControlFlow::Break(()));
    assert!(matches!(stopped, Err(DeskError::Batch(batch::BatchError::Cancelled))), "{stopped:?}");
    assert_eq!(office.status(&record), Status::Approved);
    assert_eq!(std::fs::read_dir(&office.outbox).unwrap().count(), 0, "something was left of a batch");
    let exported = office.export();
    assert_eq!((exported[0].receipt.seq, exported[0].receipt.count), (1, 1));
    assert_eq!(office.status(&record), Status::Exported);
}
