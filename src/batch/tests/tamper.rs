use std::path::Path;

use super::support::*;
use crate::batch::verify::verify_on;
use crate::batch::*;

/// A small batch in memory: disk and paths.
fn batch() -> (SimDisk, Exported) {
    let disk = SimDisk::new(Fault::Never);
    let exported = world().export_to(&disk, Path::new("stick"), 300).unwrap();
    (disk, exported)
}

/// Replaces a file by each of the given contents and counts how many the check lets pass.
fn accepted(disk: &SimDisk, file: &Path, changed: &Path, contents: impl Iterator<Item = Vec<u8>>) -> (usize, usize) {
    let original = disk.content(changed);
    let (mut tried, mut accepted) = (0, 0);
    for content in contents {
        assert_ne!(content, original);
        disk.put(changed, content);
        tried += 1;
        accepted += usize::from(verify_on(disk, file, world().keys.public_key()).is_ok());
    }
    disk.put(changed, original);
    verify_on(disk, file, world().keys.public_key()).unwrap();
    (accepted, tried)
}

fn flips(bytes: Vec<u8>) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).map(move |at| {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        flipped
    })
}

fn cuts(bytes: Vec<u8>, step: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).step_by(step).map(move |length| bytes[..length].to_vec())
}

#[test]
fn a_flip_of_any_byte_of_the_batch_is_refused_by_verify() {
    let (disk, exported) = batch();
    let bytes = disk.content(&exported.file);
    let (passed, tried) = accepted(&disk, &exported.file, &exported.file, flips(bytes.clone()));
    assert_eq!(passed, 0);
    assert!(tried > 2000);
    assert_eq!(accepted(&disk, &exported.file, &exported.file, cuts(bytes.clone(), 17)).0, 0);
    let longer = [&b"\0"[..], b"\n", b"age", &bytes].map(|more| [&bytes[..], more].concat());
    assert_eq!(accepted(&disk, &exported.file, &exported.file, longer.into_iter()), (0, 4));
}

#[test]
fn a_flip_or_cut_at_any_byte_of_the_signature_or_the_receipt_is_refused() {
    let (disk, exported) = batch();
    for small in [&exported.signature, &exported.receipt_file] {
        let bytes = disk.content(small);
        for bit in 0..8 {
            let flipped = (0..bytes.len()).map(|at| {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                flipped
            });
            assert_eq!(accepted(&disk, &exported.file, small, flipped).0, 0);
        }
        assert_eq!(accepted(&disk, &exported.file, small, cuts(bytes.clone(), 1)).0, 0);
        assert_eq!(accepted(&disk, &exported.file, small, [[&bytes[..], b"\n"].concat()].into_iter()).0, 0);
    }
}

#[test]
fn a_missing_signature_is_refused_and_a_missing_receipt_is_not() {
    let (disk, exported) = batch();
    disk.take_away(&exported.receipt_file);
    assert!(!verify_on(&disk, &exported.file, world().keys.public_key()).unwrap().receipt_found);
    disk.take_away(&exported.signature);
    let outcome = verify_on(&disk, &exported.file, world().keys.public_key());
    assert!(matches!(outcome, Err(BatchError::Unsigned { .. })));
}

#[test]
fn another_stations_key_and_another_name_are_refused() {
    let (disk, exported) = batch();
    let stranger = StationKeys::generate().unwrap();
    let outcome = verify_on(&disk, &exported.file, stranger.public_key());
    assert!(matches!(outcome, Err(BatchError::Signature { .. })));

    // A batch copied under the name of another day still carries its own name in the signature.
    let renamed = Path::new("stick").join(name(2).file_name());
    disk.put(&renamed, disk.content(&exported.file));
    disk.put(&Path::new("stick").join(name(2).file_name() + ".minisig"), disk.content(&exported.signature));
    let outcome = verify_on(&disk, &renamed, world().keys.public_key());
    assert!(matches!(outcome, Err(BatchError::Mismatch { .. })));
}

#[test]
fn a_changed_batch_is_refused_by_open_with_and_without_the_public_key_and_leaves_nothing() {
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    let stick = dir.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let exported = world.export_to(&RealDisk, &stick, 300).unwrap();
    let bytes = std::fs::read(&exported.file).unwrap();
    let flipped = (0..bytes.len()).step_by(23).map(|at| {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        flipped
    });
    let longer = [bytes.as_slice(), b"\0"].map(|more| [&bytes[..], more].concat());
    let all: Vec<Vec<u8>> = flipped.chain(cuts(bytes.clone(), 61)).chain(longer).collect();
    assert!(all.len() > 100);
    let out = dir.path().join("out");
    for changed in all {
        std::fs::write(&exported.file, changed).unwrap();
        for signed in [true, false] {
            assert!(open(&world.request(&exported.file, &out, signed)).is_err());
            assert_eq!(everything_in(dir.path()).len(), 4, "the stick and its three files");
        }
    }
    std::fs::write(&exported.file, bytes).unwrap();
    open(&world.request(&exported.file, &out, true)).unwrap();
}

#[test]
fn a_cut_at_the_very_end_of_an_encrypted_chunk_is_refused_by_open() {
    // age encrypts in chunks of 64 KiB and releases each before it has seen the next.
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    let exported = world.export_to(&RealDisk, dir.path(), 150_000).unwrap();
    let bytes = std::fs::read(&exported.file).unwrap();
    let header = bytes.windows(5).position(|window| window == b"\n--- ").unwrap();
    let payload = header + 1 + bytes[header + 1..].iter().position(|byte| *byte == b'\n').unwrap() + 1 + 16;
    let chunk = 64 * 1024 + 16;
    let ends: Vec<usize> = (1..).map(|count| payload + count * chunk).take_while(|end| *end < bytes.len()).collect();
    assert!(ends.len() >= 4);
    for end in ends {
        std::fs::write(&exported.file, &bytes[..end]).unwrap();
        let out = dir.path().join("out");
        assert!(matches!(open(&world.request(&exported.file, &out, false)), Err(BatchError::Decrypt { .. })));
        assert!(!out.exists());
    }
}
