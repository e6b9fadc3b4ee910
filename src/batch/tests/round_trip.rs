use std::ops::ControlFlow;
use std::path::Path;

use proptest::prelude::*;

use super::support::*;
use crate::batch::*;

#[test]
fn an_exported_batch_verifies_opens_and_gives_every_record_back() {
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    let exported = world.export_to(&RealDisk, dir.path(), 4000).unwrap();
    assert_eq!(exported.file.file_name().unwrap(), "REKAM-317404-01-20261123-0001.tar.zst.age");
    assert_eq!(exported.bytes, std::fs::metadata(&exported.file).unwrap().len());

    let verified = verify(&exported.file, world.keys.public_key()).unwrap();
    assert_eq!(verified.receipt, exported.receipt);
    assert!(verified.receipt_found);

    for identity in [&world.district.district, &world.district.national] {
        let out = dir.path().join(format!("out-{}", identity.recipients()[0]));
        let unseal = std::ptr::eq(identity, world.identity());
        let request = OpenRequest { identity, unseal, ..world.request(&exported.file, &out, true) };
        let opened = open(&request).unwrap();
        assert_eq!(opened.manifest, exported.manifest);
        assert_eq!(opened.manifest.count, 2);
        assert_eq!(opened.verified.unwrap().receipt, exported.receipt);
        let recalls: Vec<_> = opened.recalls.iter().map(|recall| (recall.record(), recall.batch())).collect();
        assert_eq!(recalls, [(id(9), name(7))]);
        assert!(opened.bag.join("data").join(format!("{}.age", id(1))).is_file());
        for number in opened.unsealed.iter().map(|id| id.as_bytes()[0]) {
            let folder = out.join(id(number).to_string());
            for (name, content) in bundle(number, 4000).entries() {
                assert_eq!(std::fs::read(folder.join(name.as_str())).unwrap(), content);
            }
        }
        assert_eq!(opened.unsealed.len(), if unseal { 2 } else { 0 });
    }
}

#[test]
fn the_audit_rows_and_the_manifest_in_the_bag_are_the_ones_given() {
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    let exported = world.export_to(&RealDisk, dir.path(), 100).unwrap();
    let out = dir.path().join("out");
    let opened = open(&world.request(&exported.file, &out, false)).unwrap();
    assert!(opened.verified.is_none());
    assert_eq!(std::fs::read(opened.bag.join("data/audit.jsonl")).unwrap(), world.plan(1).audit);
    let sealed = std::fs::read(opened.bag.join(format!("data/{}.age", id(2)))).unwrap();
    assert_eq!(opened.manifest.records[1].sha256, Digest::of(&sealed));
    assert_eq!(unseal(&sealed, &world.identity().to_file()).unwrap(), bundle(2, 100));
}

#[test]
fn the_receipt_and_the_signature_hold_no_more_than_they_should() {
    let world = world();
    let disk = SimDisk::new(Fault::Never);
    let exported = world.export_to(&disk, Path::new("stick"), 100).unwrap();
    let receipt: serde_json::Value = serde_json::from_slice(&disk.content(&exported.receipt_file)).unwrap();
    let mut keys: Vec<&str> = receipt.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["batch", "count", "mode", "prev", "seq", "sha256", "station"]);
    let signature = String::from_utf8(disk.content(&exported.signature)).unwrap();
    let expected = format!(
        "\ntrusted comment: batch=REKAM-317404-01-20261123-0001 station=317404-01 seq=1 count=2 sha256={} prev=none mode=training\n",
        exported.receipt.sha256
    );
    assert!(signature.contains(&expected), "{signature}");
}

#[test]
fn batches_form_a_chain_and_a_gap_a_fork_and_a_replay_are_seen() {
    let world = world();
    let disk = SimDisk::new(Fault::Never);
    let mut receipts: Vec<Receipt> = Vec::new();
    for sequence in 1..=3 {
        let plan = BatchPlan { previous: receipts.last().map(|last| last.sha256), ..world.plan(sequence) };
        let items = world.items(50);
        let go = &mut |_| ControlFlow::Continue(());
        receipts.push(export(&disk, Path::new("s"), &plan, items, &world.keys, go).unwrap().receipt);
    }
    let [first, second, third] = receipts.as_slice() else { panic!("three batches") };
    first.follows(None).unwrap();
    second.follows(Some(first)).unwrap();
    third.follows(Some(second)).unwrap();
    for (this, previous) in [(third, Some(first)), (second, Some(second)), (second, None), (first, Some(first))] {
        assert!(matches!(this.follows(previous), Err(BatchError::Chain { .. })));
    }
    let forged = Receipt { prev: Some(Digest::of(b"another")), ..second.clone() };
    assert!(forged.follows(Some(first)).is_err());
}

#[test]
fn a_wrong_request_is_refused_before_anything_is_written() {
    let world = world();
    let record = |class| BatchItem::Record(SealedRecord { class, ..world.sealed(1, 10) });
    let good = || vec![Ok(record(RecordClass::Register))];
    let one = [world.recipients[0].clone(), world.recipients[0].clone()];
    let plain = SealedRecord { sealed: b"{\"nik\":1}".to_vec(), ..world.sealed(1, 10) };
    let plan = world.plan(1);
    type Case<'a> = (&'a str, BatchPlan<'a>, Vec<std::result::Result<BatchItem, SourceError>>, ErrorKind);
    let cases: Vec<Case<'_>> = vec![
        ("one recipient twice", BatchPlan { recipients: &one, ..plan.clone() }, good(), ErrorKind::Key),
        ("no recipient", BatchPlan { recipients: &[], ..plan.clone() }, good(), ErrorKind::Key),
        ("nothing", plan.clone(), vec![], ErrorKind::Request),
        ("mixed classes", plan.clone(), vec![Ok(record(RecordClass::Unverified))], ErrorKind::Request),
        ("not sealed", plan.clone(), vec![Ok(BatchItem::Record(plain))], ErrorKind::Request),
        ("twice", plan.clone(), [good(), good()].into_iter().flatten().collect(), ErrorKind::Request),
        ("broken source", plan.clone(), vec![Err("no such row".into())], ErrorKind::Request),
        ("audit without end", BatchPlan { audit: b"{\"a\":1}", ..plan.clone() }, good(), ErrorKind::Request),
        ("audit is no JSON", BatchPlan { audit: b"{}\nrow\n", ..plan.clone() }, good(), ErrorKind::Request),
        ("software", BatchPlan { software: "a\nb", ..plan.clone() }, good(), ErrorKind::Request),
    ];
    for (what, plan, items, kind) in cases {
        let disk = SimDisk::new(Fault::Never);
        let error = export(&disk, Path::new("s"), &plan, items, &world.keys, &mut |_| ControlFlow::Continue(()));
        assert_eq!(error.unwrap_err().kind(), kind, "{what}");
        assert_eq!(disk.files(), Vec::<std::path::PathBuf>::new(), "{what}");
    }
}

#[test]
fn a_batch_is_never_overwritten() {
    let world = world();
    let disk = SimDisk::new(Fault::Never);
    let first = world.export_to(&disk, Path::new("s"), 10).unwrap();
    let before = disk.content(&first.file);
    assert!(matches!(world.export_to(&disk, Path::new("s"), 10), Err(BatchError::Exists { .. })));
    assert_eq!(disk.content(&first.file), before);
    verify::verify_on(&disk, &first.file, world.keys.public_key()).unwrap();
}

#[test]
fn progress_is_told_and_can_stop_the_export_at_every_call() {
    let world = world();
    let run = |stop_at: usize| {
        let disk = SimDisk::new(Fault::Never);
        let (mut calls, mut last) = (0, None);
        let items = world.items(700_000);
        let outcome = export(&disk, Path::new("s"), &world.plan(1), items, &world.keys, &mut |progress| {
            calls += 1;
            last = Some(progress);
            if calls == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (outcome, calls, last.unwrap(), disk)
    };
    let (outcome, calls, last, _) = run(usize::MAX);
    let bytes = outcome.unwrap().bytes;
    assert_eq!(last, Progress { stage: Stage::ReadingBack, items: 3, bytes, expected_bytes: bytes });
    for stop_at in (1..=calls).step_by(calls / 12) {
        let (outcome, told, _, disk) = run(stop_at);
        assert!(matches!(outcome, Err(BatchError::Cancelled)), "{stop_at}: {outcome:?}");
        assert_eq!(told, stop_at);
        assert!(disk.files().is_empty());
    }
}

#[test]
fn a_folder_is_listed_with_the_state_of_each_batch() {
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    for sequence in 1..=3 {
        let go = &mut |_| ControlFlow::Continue(());
        export(&RealDisk, dir.path(), &world.plan(sequence), world.items(10), &world.keys, go).unwrap();
    }
    let file = |sequence| dir.path().join(name(sequence).file_name());
    std::fs::remove_file(dir.path().join(format!("{}.minisig", name(2).file_name()))).unwrap();
    let mut third = std::fs::read(file(3)).unwrap();
    third[500] ^= 1;
    std::fs::write(file(3), third).unwrap();
    std::fs::write(dir.path().join(format!("{}.part", name(4).file_name())), b"half").unwrap();
    std::fs::write(dir.path().join("holiday.jpg"), b"x").unwrap();

    let listed = list(dir.path(), Some(world.keys.public_key())).unwrap();
    let states: Vec<_> = listed.iter().map(|batch| (batch.name.sequence(), &batch.state)).collect();
    assert!(matches!(
        states.as_slice(),
        [
            (1, BatchState::Verified(_)),
            (2, BatchState::Unsigned),
            (3, BatchState::Broken(_)),
            (4, BatchState::Unfinished),
        ]
    ));
    assert!(matches!(list(dir.path(), None).unwrap()[0].state, BatchState::Signed));
}

#[test]
fn an_acknowledgement_is_believed_only_with_the_districts_signature() {
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    let answers = vec![Answer { id: id(1), status: RecordStatus::SentForEnrollment }];
    let answer = Acknowledgement {
        version: 1,
        batch: name(1),
        sha256: Digest::of(b"batch"),
        decision: Decision::Accepted,
        records: answers.clone(),
    };
    let (bytes, signature) = answer.sign(&world.district.signing).unwrap();
    let file = dir.path().join("answer.json");
    std::fs::write(&file, &bytes).unwrap();
    let district = world.district.signing.public_key();
    assert!(matches!(acknowledge(&file, district), Err(BatchError::Unsigned { .. })));
    std::fs::write(dir.path().join("answer.json.minisig"), &signature).unwrap();
    assert_eq!(acknowledge(&file, district).unwrap(), answer);
    assert!(acknowledge(&file, world.keys.public_key()).is_err());

    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        assert!(Acknowledgement::read(&changed, signature.as_bytes(), district, &file).is_err(), "byte {at}");
    }
    let twice = Acknowledgement { records: [answers.clone(), answers].concat(), ..answer.clone() };
    let (bytes, signature) = twice.sign(&world.district.signing).unwrap();
    assert!(matches!(
        Acknowledgement::read(&bytes, signature.as_bytes(), district, &file),
        Err(BatchError::Refused { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_record_comes_back_from_its_sealing(
        record in proptest::collection::vec(any::<u8>(), 0..3000),
        files in proptest::collection::btree_map("[a-z0-9]{1,8}(-[a-z0-9]{1,4}){0,2}\\.(png|fmr|json|jpg)",
            proptest::collection::vec(any::<u8>(), 0..2000), 0..6),
    ) {
        let world = world();
        let mut bundle = RecordBundle::new(record.clone());
        let mut reversed = RecordBundle::new(record);
        for (name, content) in files.iter().filter(|(name, _)| *name != "record.json") {
            bundle.insert(name.parse().unwrap(), content.clone()).unwrap();
        }
        for (name, content) in files.iter().rev().filter(|(name, _)| *name != "record.json") {
            reversed.insert(name.parse().unwrap(), content.clone()).unwrap();
        }
        prop_assert_eq!(canonical_sha256(&bundle), canonical_sha256(&reversed));
        let sealed = seal(&bundle, &world.recipients).unwrap();
        prop_assert_eq!(unseal(&sealed, &world.identity().to_file()).unwrap(), bundle);
        let stranger = Identity::generate();
        let refused = matches!(unseal(&sealed, &stranger.to_file()), Err(BatchError::NotForYou { .. }));
        prop_assert!(refused);
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let path = Path::new("x");
        prop_assert!(unseal(&bytes, &world().identity().to_file()).is_err());
        prop_assert!(Receipt::parse(&bytes, path).is_err());
        prop_assert!(BatchManifest::parse(&bytes, path).is_err());
        prop_assert!(Recall::parse(&bytes, path).is_err());
        prop_assert!(Acknowledgement::read(&bytes, &bytes, world().keys.public_key(), path).is_err());
        prop_assert!(StationKeys::from_bytes(&bytes).is_err());
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(text.parse::<PublicKey>().is_err());
        prop_assert!(text.parse::<Identity>().is_err());
        prop_assert!(Receipt::from_trusted_comment(&text).is_none());
    }
}
