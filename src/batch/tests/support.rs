//! A station, a district and batches of invented bytes.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use crate::batch::*;

/// A station's keys and a training district, made once.
pub(crate) struct World {
    pub(crate) keys: StationKeys,
    pub(crate) district: TrainingDistrict,
    pub(crate) recipients: Vec<String>,
}

pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let district = TrainingDistrict::generate().unwrap();
        let recipients = district.recipients().iter().map(ToString::to_string).collect();
        World { keys: StationKeys::generate().unwrap(), district, recipients }
    })
}

impl World {
    pub(crate) fn identity(&self) -> &Identity {
        &self.district.district
    }

    pub(crate) fn plan(&self, sequence: u16) -> BatchPlan<'_> {
        BatchPlan {
            name: name(sequence),
            class: RecordClass::Register,
            mode: Mode::Training,
            previous: None,
            software: "rekam 0.1.0",
            recipients: &self.recipients,
            audit: b"{\"row\":1}\n{\"row\":2}\n",
            expected_bytes: 100_000,
            expected_items: 3,
        }
    }

    /// A record of about `size` incompressible bytes, sealed to the district.
    pub(crate) fn sealed(&self, number: u8, size: usize) -> SealedRecord {
        let sealed = seal(&bundle(number, size), &self.recipients[..1]).unwrap();
        SealedRecord { id: id(number), class: RecordClass::Register, sealed }
    }

    pub(crate) fn recall(&self, number: u8) -> Recall {
        let sha = Digest::of(&[number]);
        Recall::sign(id(number), name(7), sha, RecallReason::WrongPerson, &self.keys).unwrap()
    }

    /// Two records and a recall.
    pub(crate) fn items(&self, size: usize) -> Vec<std::result::Result<BatchItem, SourceError>> {
        vec![
            Ok(BatchItem::Record(self.sealed(1, size))),
            Ok(BatchItem::Record(self.sealed(2, size))),
            Ok(BatchItem::Recall(self.recall(9))),
        ]
    }

    pub(crate) fn export_to(&self, disk: &dyn Disk, folder: &Path, size: usize) -> Result<Exported> {
        export(disk, folder, &self.plan(1), self.items(size), &self.keys, &mut |_| ControlFlow::Continue(()))
    }

    pub(crate) fn request<'a>(&'a self, file: &'a Path, out: &'a Path, signed: bool) -> OpenRequest<'a> {
        OpenRequest {
            file,
            public_key: signed.then(|| self.keys.public_key()),
            identity: self.identity(),
            out,
            unseal: true,
            limits: Limits::default(),
        }
    }
}

pub(crate) fn name(sequence: u16) -> BatchName {
    let date = time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap();
    BatchName::new(StationCode::new(317_404, 1).unwrap(), date, sequence).unwrap()
}

pub(crate) fn id(number: u8) -> RecordId {
    RecordId::from_bytes([number; 16])
}

/// Bytes that do not compress, the same for the same seed.
pub(crate) fn noise(seed: u8, size: usize) -> Vec<u8> {
    let mut state = u64::from(seed) + 0x9e37_79b9_7f4a_7c15;
    let mut step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..size).map(|_| step()).collect()
}

pub(crate) fn bundle(number: u8, size: usize) -> RecordBundle {
    let mut bundle = RecordBundle::new(format!("{{\"record\":{number}}}\n").into_bytes());
    bundle.insert("finger-02.png".parse().unwrap(), noise(number, size)).unwrap();
    bundle.insert("iris-1.png".parse().unwrap(), noise(number + 100, size / 2)).unwrap();
    bundle
}

/// Everything below a folder, as paths.
pub(crate) fn everything_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(std::result::Result::unwrap) {
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(everything_in(&entry.path()));
        }
    }
    found.sort();
    found
}

/// How a simulated disk misbehaves; operations are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    Never,
    /// The k-th operation fails, later ones work: a full disk, an I/O error.
    Once(usize, io::ErrorKind),
    /// From the k-th operation on everything fails: the stick was pulled out.
    Dead(usize),
    /// Syncs succeed, but only this many bytes of a file reach the medium: a counterfeit stick.
    Counterfeit(usize),
    /// This byte of every file larger than it reads back flipped.
    Rotten(usize),
}

/// A file system in memory that tells what was synced from what was not.
pub(crate) struct SimDisk {
    state: Mutex<State>,
    free: Option<u64>,
}

#[derive(Clone, Default)]
struct SimFile {
    content: Vec<u8>,
    synced: Vec<u8>,
}

struct State {
    files: BTreeMap<PathBuf, SimFile>,
    operations: usize,
    fault: Fault,
}

impl SimDisk {
    pub(crate) fn new(fault: Fault) -> Self {
        let state = State { files: BTreeMap::new(), operations: 0, fault };
        Self { state: Mutex::new(state), free: None }
    }

    pub(crate) fn with_free(free: u64) -> Self {
        Self { free: Some(free), ..Self::new(Fault::Never) }
    }

    pub(crate) fn operations(&self) -> usize {
        self.state.lock().unwrap().operations
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.state.lock().unwrap().files.keys().cloned().collect()
    }

    pub(crate) fn content(&self, path: &Path) -> Vec<u8> {
        self.state.lock().unwrap().files[path].content.clone()
    }

    pub(crate) fn put(&self, path: &Path, content: Vec<u8>) {
        self.state.lock().unwrap().files.insert(path.to_owned(), SimFile { synced: content.clone(), content });
    }

    pub(crate) fn take_away(&self, path: &Path) {
        self.state.lock().unwrap().files.remove(path);
    }

    /// The same medium plugged in again, without faults; `lost` keeps only what was synced.
    pub(crate) fn plugged_in_again(&self, lost: bool) -> Self {
        let mut files = self.state.lock().unwrap().files.clone();
        if lost {
            files.values_mut().for_each(|file| file.content.clone_from(&file.synced));
        }
        let fresh = Self::new(Fault::Never);
        fresh.state.lock().unwrap().files = files;
        fresh
    }

    fn operation(&self) -> io::Result<std::sync::MutexGuard<'_, State>> {
        let mut state = self.state.lock().unwrap();
        state.operations += 1;
        match state.fault {
            Fault::Once(at, kind) if at == state.operations => Err(kind.into()),
            Fault::Dead(at) if at <= state.operations => Err(io::ErrorKind::NotFound.into()),
            _ => Ok(state),
        }
    }
}

struct Handle<'a> {
    disk: &'a SimDisk,
    path: PathBuf,
}

impl Write for Handle<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.disk.operation() {
            Ok(mut state) => {
                // A short write now and then, as the contract of `write` allows.
                let count = if state.operations % 3 == 0 { data.len().div_ceil(2) } else { data.len() };
                state.files.get_mut(&self.path).unwrap().content.extend(&data[..count]);
                Ok(count)
            }
            Err(error) => {
                // The failed write is torn: half of it is there.
                let mut state = self.disk.state.lock().unwrap();
                if let Some(file) = state.files.get_mut(&self.path) {
                    file.content.extend(&data[..data.len() / 2]);
                }
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for Handle<'_> {
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.operation()?;
        let fault = state.fault;
        let file = state.files.get_mut(&self.path).unwrap();
        if let Fault::Counterfeit(capacity) = fault {
            let lost = file.content.iter_mut().skip(capacity);
            lost.for_each(|byte| *byte = 0);
        }
        file.synced.clone_from(&file.content);
        Ok(())
    }
}

impl Disk for SimDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile + '_>> {
        self.operation()?.files.insert(path.to_owned(), SimFile::default());
        Ok(Box::new(Handle { disk: self, path: path.to_owned() }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        let state = self.operation()?;
        let mut content = state.files.get(path).ok_or(io::ErrorKind::NotFound)?.content.clone();
        if let Fault::Rotten(at) = state.fault
            && let Some(byte) = content.get_mut(at)
        {
            *byte ^= 1;
        }
        drop(state);
        Ok(Box::new(FaultyReader { disk: self, inner: Cursor::new(content) }))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(self.operation()?.files.contains_key(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.operation()?;
        let file = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operation()?.files.remove(path).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.operation().map(|_| ())
    }

    fn free_bytes(&self, _: &Path) -> io::Result<Option<u64>> {
        self.operation().map(|_| self.free)
    }
}

struct FaultyReader<'a> {
    disk: &'a SimDisk,
    inner: Cursor<Vec<u8>>,
}

impl Read for FaultyReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        drop(self.disk.operation()?);
        self.inner.read(buffer)
    }
}
