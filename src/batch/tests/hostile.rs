//! Archives that a malicious sender could encrypt to the district, since its public key is public. Each is refused for
//! its own reason, and nothing appears outside the quarantine, which is gone afterwards.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use super::support::*;
use crate::batch::keys::DistrictKey;
use crate::batch::manifest::*;
use crate::batch::*;

/// One tar entry with every header field in reach.
#[derive(Clone)]
struct Raw {
    path: Vec<u8>,
    kind: u8,
    link: &'static str,
    magic: &'static [u8; 8],
    stated_size: Option<u64>,
    content: Vec<u8>,
}

impl Raw {
    fn file(path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) -> Self {
        let path = path.as_ref().to_vec();
        Self { path, kind: b'0', link: "", magic: b"ustar\x0000", stated_size: None, content: content.into() }
    }

    fn kind(kind: u8, path: &str, link: &'static str) -> Self {
        Self { kind, link, ..Self::file(path, []) }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut header = vec![0; 512];
        let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &self.path[..self.path.len().min(100)]);
        put(100, b"0000644\x000000000\x000000000\x00");
        let size = self.stated_size.unwrap_or(self.content.len() as u64);
        if size < 1 << 33 {
            put(124, format!("{size:011o}\0").as_bytes());
        } else {
            // GNU's base-256 form of sizes that octal digits cannot hold.
            put(124, &[&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat());
        }
        put(136, b"00000000000\0        ");
        put(156, &[self.kind]);
        put(157, self.link.as_bytes());
        put(257, self.magic);
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header.extend(&self.content);
        header.resize(header.len().next_multiple_of(512), 0);
        header
    }
}

/// The files of a good bag by path in the bag, to be spoiled.
fn good_files() -> BTreeMap<String, Vec<u8>> {
    let world = world();
    let records = [world.sealed(1, 100), world.sealed(2, 100)];
    let entries = records.iter().map(|record| ManifestEntry {
        kind: EntryKind::Record,
        id: record.id,
        class: record.class,
        sha256: Digest::of(&record.sealed),
    });
    let plan = world.plan(1);
    let manifest = BatchManifest {
        version: 1,
        batch: plan.name,
        station: plan.name.station(),
        seq: 1,
        class: plan.class,
        mode: plan.mode,
        prev: None,
        count: 2,
        audit_sha256: Digest::of(plan.audit),
        software: "rekam 0.1.0".to_owned(),
        records: entries.collect(),
    };
    let mut files: BTreeMap<String, Vec<u8>> =
        manifest.records.iter().zip(records).map(|(entry, record)| (entry.path(), record.sealed)).collect();
    files.insert(AUDIT.to_owned(), plan.audit.to_vec());
    with_manifest(files, &manifest)
}

/// Adds manifests that fit the files.
fn with_manifest(mut files: BTreeMap<String, Vec<u8>>, manifest: &BatchManifest) -> BTreeMap<String, Vec<u8>> {
    files.insert(MANIFEST_JSON.to_owned(), manifest.to_json());
    files.retain(|path, _| path.starts_with("data/"));
    let bytes = files.values().map(|content| content.len() as u64).sum();
    let info = bag_info(manifest, bytes, files.len());
    let digests: BTreeMap<String, Digest> =
        files.iter().map(|(path, content)| (path.clone(), Digest::of(content))).collect();
    files.insert(PAYLOAD_MANIFEST.to_owned(), bag_manifest(&digests).into_bytes());
    files.insert(BAGIT.to_owned(), BAGIT_TXT.as_bytes().to_vec());
    files.insert(BAG_INFO.to_owned(), info.into_bytes());
    seal_tags(files)
}

/// Makes the tag manifest fit the tag files.
fn seal_tags(mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files.remove(TAG_MANIFEST);
    let digests: BTreeMap<String, Digest> = files
        .iter()
        .filter(|(path, _)| !path.starts_with("data/"))
        .map(|(path, content)| (path.clone(), Digest::of(content)))
        .collect();
    files.insert(TAG_MANIFEST.to_owned(), bag_manifest(&digests).into_bytes());
    files
}

fn manifest_of(files: &BTreeMap<String, Vec<u8>>) -> BatchManifest {
    BatchManifest::parse(&files[MANIFEST_JSON], Path::new("x")).unwrap()
}

fn entries(files: &BTreeMap<String, Vec<u8>>) -> Vec<Raw> {
    files.iter().map(|(path, content)| Raw::file(format!("{}/{path}", name(1)), content.clone())).collect()
}

fn tar(entries: &[Raw]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(Raw::bytes).collect();
    bytes.extend([0; 1024]);
    bytes
}

fn encrypt(plain: &[u8]) -> Vec<u8> {
    let recipients = DistrictKey::parse_all(&world().recipients, 2).unwrap();
    let mut writer = DistrictKey::encryptor(&recipients).unwrap().wrap_output(Vec::new()).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn pack(tar: &[u8]) -> Vec<u8> {
    encrypt(&zstd::bulk::compress(tar, 1).unwrap())
}

/// Opens an encrypted batch made of these bytes; afterwards only the batch and what was opened may lie there.
fn try_open(bytes: &[u8]) -> Result<()> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("in").join(name(1).file_name());
    std::fs::create_dir(dir.path().join("in")).unwrap();
    std::fs::write(&file, bytes).unwrap();
    let out = dir.path().join("out");
    let outcome = open(&world().request(&file, &out, false));
    let expected = if outcome.is_ok() { vec!["in", "out"] } else { vec!["in"] };
    let mut found: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    found.sort();
    assert_eq!(found, expected, "{outcome:?}");
    outcome.map(|_| ())
}

/// The archive is refused, and the sentence says why.
fn refused(what: &str, bytes: &[u8], reason: &str) {
    let error = try_open(bytes).err().unwrap_or_else(|| panic!("{what} was accepted"));
    let mut sentence = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        sentence = format!("{sentence}: {cause}");
        source = cause.source();
    }
    assert!(sentence.contains(reason), "{what}: {sentence}");
}

#[test]
fn the_bag_that_the_hostile_ones_are_made_from_is_good() {
    try_open(&pack(&tar(&entries(&good_files())))).unwrap();
}

#[test]
fn entries_that_are_no_plain_files_of_a_batch_are_refused() {
    let good = entries(&good_files());
    let inside = |path: &str| format!("{}/{path}", name(1));
    let cases: Vec<(&str, Raw, &str)> = vec![
        ("traversal", Raw::file("../evil", "x"), "has a name no batch uses"),
        ("inner traversal", Raw::file(inside("data/../../../evil"), "x"), "has a name no batch uses"),
        ("absolute", Raw::file("/tmp/rekam-evil", "x"), "has a name no batch uses"),
        ("backslashes", Raw::file(inside("data\\..\\evil"), "x"), "has a name no batch uses"),
        ("dot name", Raw::file("./bagit.txt", "x"), "has a name no batch uses"),
        ("another bag", Raw::file(format!("{}/bagit.txt", name(2)), "x"), "has a name no batch uses"),
        ("empty name", Raw::file("", "x"), "has a name no batch uses"),
        ("no UTF-8", Raw::file(b"\xff\xfe/x", "x"), "has a name no batch uses"),
        ("unknown tag file", Raw::file(inside("fetch.txt"), "x"), "has a name no batch uses"),
        ("resident's number as a name", Raw::file(inside("data/3174040101900001.age"), "x"), "no batch uses"),
        ("symlink", Raw::kind(b'2', &inside("data/manifest.json"), "/etc/passwd"), "not a regular file"),
        ("symlink that calls itself a file", Raw { link: "/etc", ..Raw::file(inside(AUDIT), "") }, "not a regular"),
        ("hard link", Raw::kind(b'1', &inside(AUDIT), "/etc/passwd"), "not a regular file"),
        ("character device", Raw::kind(b'3', &inside(AUDIT), ""), "not a regular file"),
        ("block device", Raw::kind(b'4', &inside(AUDIT), ""), "not a regular file"),
        ("folder", Raw::kind(b'5', &inside("data/sub"), ""), "not a regular file"),
        ("pipe", Raw::kind(b'6', &inside(AUDIT), ""), "not a regular file"),
        ("long name", Raw { kind: b'L', ..Raw::file("././@LongLink", "../../evil\0") }, "not a regular file"),
        ("pax header", Raw { kind: b'x', ..Raw::file("pax", "17 path=../evil\n") }, "not a regular file"),
        ("global pax header", Raw { kind: b'g', ..Raw::file("pax", "17 path=../evil\n") }, "not a regular file"),
        ("sparse", Raw::kind(b'S', &inside(AUDIT), ""), "not a regular file"),
        ("old style", Raw { kind: 0, ..Raw::file(inside(AUDIT), "") }, "not a regular file"),
        ("no ustar", Raw { magic: &[0; 8], ..Raw::file(inside(AUDIT), "") }, "not in the ustar format"),
        ("duplicate", good[0].clone(), "is there twice"),
        ("huge size", Raw { stated_size: Some(1 << 32), ..Raw::file(inside(AUDIT), "") }, "is too large"),
        ("largest size", Raw { stated_size: Some(u64::MAX), ..Raw::file(inside(AUDIT), "") }, "is too large"),
        ("larger than the rest", Raw { stated_size: Some(9999), ..Raw::file(inside("data/x"), "") }, "no batch uses"),
    ];
    assert!(cases.len() >= 20);
    for (what, evil, reason) in cases {
        for first in [true, false] {
            let mut all = good.clone();
            all.insert(if first { 0 } else { all.len() }, evil.clone());
            // A duplicate is one only when the other was there before; either way the second is refused.
            refused(what, &pack(&tar(&all)), reason);
        }
    }
}

#[test]
fn damaged_archives_and_hidden_bytes_are_refused() {
    let files = good_files();
    let good = tar(&entries(&files));
    let end = good.len() - 1024;
    let mut sum = good.clone();
    sum[0] = b'S';
    let mut padding = good.clone();
    padding[512 + entries(&files)[0].content.len()] = 1;
    let more = |bytes: &[u8]| [&good, bytes].concat();
    let compressed = zstd::bulk::compress(&good, 1).unwrap();
    let twice = encrypt(&[&compressed[..], &compressed].concat());
    let tail = encrypt(&[&compressed[..], b"tail"].concat());
    let half = encrypt(&compressed[..compressed.len() / 2]);

    refused("header sum", &pack(&sum), "damaged header");
    refused("padding", &pack(&padding), "hides bytes in its padding");
    refused("no end mark", &pack(&good[..end]), "cannot be decrypted");
    refused("half an end mark", &pack(&good[..end + 512]), "cannot be decrypted");
    refused("second archive", &pack(&more(&good)), "follows the end");
    refused("endless end", &pack(&more(&[0; 1 << 20])), "follows the end");
    refused("two compressed streams", &twice, "something follows");
    refused("bytes after the stream", &tail, "something follows");
    refused("half a stream", &half, "cannot be decrypted");
    refused("no compression", &encrypt(&good), "cannot be decrypted");
    refused("nothing", &encrypt(b""), "cannot be decrypted");
    refused("empty archive", &pack(&[0; 1024]), "is missing");
    refused("no age file", b"just text", "cannot be decrypted");
    let stranger = Identity::generate().recipients();
    let mut for_others = DistrictKey::encryptor(&stranger).unwrap().wrap_output(Vec::new()).unwrap();
    for_others.write_all(&compressed).unwrap();
    refused("for others", &for_others.finish().unwrap(), "not encrypted to this identity");
}

#[test]
fn bombs_are_refused_by_size_and_by_number() {
    // One file of 60 MiB of zeros compresses a thousandfold and more.
    let inside = |path: String| format!("{}/{path}", name(1));
    let bomb: Vec<Raw> =
        (0..3).map(|at| Raw::file(inside(format!("data/{}.age", id(at))), vec![0; 12 << 20])).collect();
    let bytes = pack(&tar(&bomb));
    assert!(bytes.len() < 36 * 1024, "{}", bytes.len());
    refused("many zeros", &bytes, "is too large");

    let crowd: Vec<Raw> = (0..20_001_u32)
        .map(|at| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&at.to_be_bytes());
            Raw::file(inside(format!("data/{}.age", RecordId::from_bytes(id))), "")
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name(1).file_name());
    std::fs::write(&file, pack(&tar(&crowd))).unwrap();
    let out = dir.path().join("out");
    let limits = Limits { entries: 1000, ..Limits::default() };
    let error = open(&OpenRequest { limits, ..world().request(&file, &out, false) }).unwrap_err();
    assert!(error.to_string().contains("one more than the 1000 allowed"), "{error}");

    // A record that explodes when it is unsealed.
    let mut zeros = RecordBundle::new(b"{}".to_vec());
    zeros.insert("photo.png".parse().unwrap(), vec![0; 40 << 20]).unwrap();
    let sealed = seal(&zeros, &world().recipients).unwrap();
    let error = unseal(&sealed, &world().identity().to_file()).unwrap_err();
    assert!(error.to_string().contains("is too large"), "{error}");
}

#[test]
fn bags_that_do_not_agree_with_themselves_are_refused() {
    type Spoil = fn(&mut BTreeMap<String, Vec<u8>>);
    let record = || format!("data/{}.age", id(1));
    let cases: Vec<(&str, Spoil, &str)> = vec![
        ("record missing", |files| drop(files.remove(&format!("data/{}.age", id(1)))), "is missing"),
        ("record changed", |files| files.values_mut().next().unwrap().push(b'!'), "differs from its manifest"),
        ("record extra", |files| drop(files.insert(format!("data/{}.age", id(3)), vec![1])), "is in no manifest"),
        ("no bagit.txt", |files| drop(files.remove(BAGIT)), "is missing"),
        (
            "other bagit.txt",
            |files| drop(files.insert(BAGIT.to_owned(), b"BagIt-Version: 9".to_vec())),
            "something else",
        ),
        ("no payload manifest", |files| drop(files.remove(PAYLOAD_MANIFEST)), "is missing"),
        ("no tag manifest", |files| drop(files.remove(TAG_MANIFEST)), "is missing"),
        ("no manifest.json", |files| drop(files.remove(MANIFEST_JSON)), "is missing"),
        ("no audit", |files| drop(files.remove(AUDIT)), "is missing"),
        ("no bag-info", |files| drop(files.remove(BAG_INFO)), "is missing"),
        ("respelled manifest", |files| files.get_mut(PAYLOAD_MANIFEST).unwrap().push(b'\n'), "not spelled"),
        ("tag changed", |files| files.get_mut(BAG_INFO).unwrap().push(b'\n'), "differs from its manifest"),
    ];
    for (what, spoil, reason) in cases {
        let mut files = good_files();
        spoil(&mut files);
        refused(what, &pack(&tar(&entries(&files))), reason);
    }
    assert!(good_files().contains_key(&record()));

    type Lie = fn(&mut BatchManifest);
    let lies: Vec<(&str, Lie, &str)> = vec![
        ("count", |manifest| manifest.count = 3, "counts other records"),
        ("version", |manifest| manifest.version = 2, "version"),
        ("station", |manifest| manifest.station = "111111-11".parse().unwrap(), "another station"),
        ("batch", |manifest| (manifest.batch, manifest.seq) = (name(2), 2), "is expected"),
        ("class", |manifest| manifest.records[0].class = RecordClass::Unverified, "mixes classes"),
        ("hash", |manifest| manifest.records[0].sha256 = Digest::of(b""), "differs from the manifest"),
        ("audit", |manifest| manifest.audit_sha256 = Digest::of(b""), "differs from the manifest"),
        (
            "recall for record",
            |manifest| {
                manifest.records[0].kind = EntryKind::Recall;
                manifest.count = 1;
            },
            "is missing",
        ),
        ("twice", |manifest| manifest.records[1] = manifest.records[0].clone(), "is listed twice"),
        (
            "unlisted",
            |manifest| {
                manifest.records.pop();
                manifest.count = 1;
            },
            "is not in the manifest",
        ),
    ];
    for (what, lie, reason) in lies {
        let files = good_files();
        let mut manifest = manifest_of(&files);
        lie(&mut manifest);
        refused(what, &pack(&tar(&entries(&with_manifest(files, &manifest)))), reason);
    }

    // Plain text where a sealed record belongs, with manifests that all agree.
    let mut files = good_files();
    let mut manifest = manifest_of(&files);
    files.insert(record(), b"{\"nik\":1}".to_vec());
    manifest.records[0].sha256 = Digest::of(b"{\"nik\":1}");
    refused("plain record", &pack(&tar(&entries(&with_manifest(files, &manifest)))), "not a sealed record");

    let mut files = good_files();
    files.insert(BAG_INFO.to_owned(), b"Payload-Oxum: 1.1\n".to_vec());
    refused("bag-info lies", &pack(&tar(&entries(&seal_tags(files)))), "something else");
}

#[test]
fn an_output_folder_with_something_in_it_is_refused_and_untouched() {
    let world = world();
    let dir = tempfile::tempdir().unwrap();
    let exported = world.export_to(&RealDisk, dir.path(), 10).unwrap();
    let out = dir.path().join("out");
    std::fs::create_dir(&out).unwrap();
    open(&world.request(&exported.file, &out, true)).unwrap();
    let before = everything_in(dir.path());
    assert!(matches!(open(&world.request(&exported.file, &out, true)), Err(BatchError::Exists { .. })));
    assert_eq!(everything_in(dir.path()), before);
}
