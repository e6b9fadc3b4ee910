use std::io;
use std::path::Path;

use super::support::*;
use crate::batch::verify::verify_on;
use crate::batch::*;

/// Large enough for several chunks of 1 MiB.
const SIZE: usize = 900_000;

fn folder() -> &'static Path {
    Path::new("stick")
}

/// How many disk operations an undisturbed export makes.
fn operations() -> usize {
    let disk = SimDisk::new(Fault::Never);
    let exported = world().export_to(&disk, folder(), SIZE).unwrap();
    assert!(exported.bytes > 2 << 20);
    disk.operations()
}

/// Everything with a batch's final name must verify; gives how many there are.
fn finals_verify(disk: &SimDisk, context: &str) -> usize {
    let finals: Vec<_> = disk.files().into_iter().filter(|file| file.to_string_lossy().ends_with(".age")).collect();
    for file in &finals {
        verify_on(disk, file, world().keys.public_key()).unwrap_or_else(|error| panic!("{context}: {error}"));
    }
    finals.len()
}

/// The places to disturb: all of the few writes, syncs and renames, and some of the many reads.
fn places() -> Vec<usize> {
    let all = operations();
    let reads = 40;
    (1..=all).filter(|at| *at <= 24 || *at + 40 >= all || at % (all / reads).max(1) == 0).collect()
}

#[test]
fn a_failure_of_any_single_operation_leaves_nothing_behind_and_the_next_export_succeeds() {
    let world = world();
    for at in places() {
        let kind = if at % 2 == 0 { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
        let disk = SimDisk::new(Fault::Once(at, kind));
        let outcome = world.export_to(&disk, folder(), SIZE);
        let error = outcome.err().unwrap_or_else(|| panic!("operation {at} failed unnoticed"));
        let expected = if at % 2 == 0 { ErrorKind::Space } else { ErrorKind::Medium };
        assert_eq!(error.kind(), expected, "operation {at}: {error}");
        assert_eq!(disk.files(), Vec::<std::path::PathBuf>::new(), "operation {at}");
        world.export_to(&disk, folder(), 100).unwrap();
        assert_eq!(finals_verify(&disk, "the next export"), 1);
    }
}

#[test]
fn a_stick_pulled_out_at_any_operation_holds_no_final_name_that_does_not_verify() {
    let world = world();
    let mut seen = [0, 0];
    for at in places() {
        let disk = SimDisk::new(Fault::Dead(at));
        assert!(world.export_to(&disk, folder(), SIZE).is_err(), "operation {at} failed unnoticed");
        for lost in [false, true] {
            let context = format!("pulled out at {at}, unsynced bytes lost: {lost}");
            let again = disk.plugged_in_again(lost);
            let finals = finals_verify(&again, &context);
            seen[finals] += 1;
            if finals == 0 {
                world.export_to(&again, folder(), 100).unwrap_or_else(|error| panic!("{context}: {error}"));
                assert_eq!(finals_verify(&again, &context), 1);
                assert!(!again.files().iter().any(|file| file.to_string_lossy().ends_with(".part")), "{context}");
            }
        }
    }
    assert!(seen[0] > 40 && seen[1] > 0, "both outcomes were met: {seen:?}");
}

#[test]
fn a_counterfeit_stick_and_a_rotten_one_are_found_by_reading_back() {
    for fault in [Fault::Counterfeit(1_000_000), Fault::Counterfeit(100), Fault::Rotten(0), Fault::Rotten(2_000_000)] {
        let disk = SimDisk::new(fault);
        let outcome = world().export_to(&disk, folder(), SIZE);
        assert!(matches!(outcome, Err(BatchError::ReadBack { .. })), "{fault:?}: {outcome:?}");
        assert!(disk.files().is_empty(), "{fault:?}");
    }
}

#[test]
fn too_little_space_is_seen_before_anything_is_written() {
    let world = world();
    let plan = world.plan(1);
    let disk = SimDisk::with_free(plan.expected_bytes);
    let outcome = world.export_to(&disk, folder(), 100);
    let Err(BatchError::NoSpace { needed, free, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(free, plan.expected_bytes);
    assert!(needed > free + free / 20);
    assert!(disk.files().is_empty());
    world.export_to(&SimDisk::with_free(needed), folder(), 100).unwrap();
}
