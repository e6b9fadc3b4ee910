//! A stick that is pulled out at any moment of an export takes no record with it, and leaves nothing that passes for a
//! batch.
//!
//! The stick is the kernel's own: its mass storage function behind its dummy USB controller, which the same kernel then
//! sees as a USB stick, with a FAT file system as it comes from the shop.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rekam::batch::{self, BatchState, Exported};
use rekam::domain::session::{RecordClass, Status};
use rekam::station::finished::batch_name;
use rekam::station::{DeskError, Dispatch, training};

use crate::kernel::there;
use crate::office::Office;

const CONFIGFS: &str = "/sys/kernel/config";
const BYTES: u64 = 16 << 20;

struct Stick {
    dir: tempfile::TempDir,
    gadget: PathBuf,
    controller: String,
}

fn run(program: &str, arguments: &[&Path]) -> io::Result<()> {
    let ended = Command::new(program).args(arguments).output()?;
    let said = || io::Error::other(format!("{program}: {}", String::from_utf8_lossy(&ended.stderr)));
    if ended.status.success() { Ok(()) } else { Err(said()) }
}

/// Asks until there is an answer; what the kernel shows, it shows a moment later.
fn awaited<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Stick {
    /// A stick on no computer yet.
    fn new() -> io::Result<Self> {
        let controller = fs::read_dir("/sys/class/udc")?.next().ok_or(io::ErrorKind::NotFound)??;
        if !Path::new(CONFIGFS).join("usb_gadget").exists() {
            run("mount", &["-t", "configfs", "none", CONFIGFS].map(Path::new))?;
        }
        let dir = tempfile::tempdir_in("/dev/shm")?;
        fs::File::create(dir.path().join("image"))?.set_len(BYTES)?;
        fs::create_dir(dir.path().join("stick"))?;
        let gadget = Path::new(CONFIGFS).join("usb_gadget/rekam-stick");
        let (config, function) = (gadget.join("configs/c.1"), gadget.join("functions/mass_storage.0"));
        fs::create_dir_all(gadget.join("strings/0x409"))?;
        fs::create_dir_all(&config)?;
        fs::create_dir_all(&function)?;
        fs::write(gadget.join("idVendor"), "0x1209")?;
        fs::write(gadget.join("idProduct"), "0x0002")?;
        fs::write(gadget.join("strings/0x409/serialnumber"), "REKAM-STICK")?;
        fs::write(function.join("lun.0/removable"), "1")?;
        fs::write(function.join("lun.0/file"), dir.path().join("image").as_os_str().as_encoded_bytes())?;
        std::os::unix::fs::symlink(&function, config.join("mass_storage.0"))?;
        Ok(Self { dir, gadget, controller: controller.file_name().to_string_lossy().into_owned() })
    }

    fn mount_point(&self) -> PathBuf {
        self.dir.path().join("stick")
    }

    /// The disk that hangs on the dummy controller.
    fn disk() -> Option<PathBuf> {
        let disks = fs::read_dir("/sys/block").unwrap().map(|entry| entry.unwrap().path());
        let ours = |path: &PathBuf| {
            fs::canonicalize(path).is_ok_and(|path| path.to_string_lossy().contains("/dummy_hcd"))
                && fs::read_to_string(path.join("size")).is_ok_and(|size| size.trim() != "0")
        };
        let node = disks.into_iter().find(ours).map(|path| Path::new("/dev").join(path.file_name().unwrap()));
        node.filter(|node| node.exists())
    }

    /// Puts it in; an empty one is given its file system by `prepare`.
    fn plug(&self, prepare: bool) {
        fs::write(self.gadget.join("UDC"), &self.controller).unwrap();
        let disk = awaited("the kernel shows no stick", Self::disk);
        if prepare {
            run("busybox", &[Path::new("mkdosfs"), &disk]).unwrap();
        }
        run("mount", &[Path::new("-t"), Path::new("vfat"), &disk, &self.mount_point()]).unwrap();
    }

    /// Pulls it out as people do.
    fn pull(&self) {
        fs::write(self.gadget.join("UDC"), "\n").unwrap();
        awaited("the kernel still shows the stick", || Self::disk().is_none().then_some(()));
    }

    /// What a desktop does with the folder of a stick that is gone.
    fn forget(&self) {
        run("umount", &[Path::new("-l"), &self.mount_point()]).unwrap();
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        let _ = run("umount", &[Path::new("-l"), &self.mount_point()]);
        let _ = fs::write(self.gadget.join("UDC"), "\n");
        let _ = fs::remove_file(self.gadget.join("configs/c.1/mass_storage.0"));
        for folder in ["configs/c.1", "functions/mass_storage.0", "strings/0x409", ""] {
            let _ = fs::remove_dir(self.gadget.join(folder));
        }
    }
}

/// When the stick is pulled out.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// When news have come this many times.
    News(usize),
    /// This long after the last news, while files get their names.
    AfterNews(usize, Duration),
    /// When the export has said that it is done.
    Done,
}

/// What an export came to.
struct Ended {
    exported: Result<Vec<Exported>, DeskError>,
    news: usize,
    /// From the last news to the end.
    naming: Duration,
}

/// Exports to the stick, which is pulled out at a moment.
fn export(office: &Office, stick: &Stick, moment: Moment) -> Ended {
    let folder = stick.mount_point();
    let recipients = &office.training.keys.recipients;
    let dispatch = Dispatch { station: office.training.station, folder: &folder, recipients };
    let (mut news, mut last) = (0, Instant::now());
    let ended = std::thread::scope(|scope| {
        let exported = office.supervisor().export(&dispatch, &mut |_| {
            match moment {
                Moment::News(at) if at == news => stick.pull(),
                Moment::AfterNews(at, delay) if at == news => {
                    scope.spawn(move || {
                        std::thread::sleep(delay);
                        stick.pull();
                    });
                }
                _ => {}
            }
            (news, last) = (news + 1, Instant::now());
            ControlFlow::Continue(())
        });
        (exported, last.elapsed())
    });
    if matches!(moment, Moment::Done) {
        stick.pull();
    }
    Ended { exported: ended.0, news, naming: ended.1 }
}

/// The batches on the stick that pass for one; there is nothing that claims to be and is not.
fn batches(office: &Office, folder: &Path) -> usize {
    let key = training::public_key(&office.training.keys.public_key).unwrap();
    let found = batch::list(folder, Some(&key)).unwrap();
    assert!(found.iter().all(|it| matches!(it.state, BatchState::Verified(_) | BatchState::Unfinished)), "{found:?}");
    found.iter().filter(|it| matches!(it.state, BatchState::Verified(_))).count()
}

fn whole_sentence(error: &DeskError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// One export of three records to an empty stick that is pulled out and put back, to the end of every record.
fn pulled(stick: &Stick, moment: Moment) -> Ended {
    let office = Office::new();
    let folder = stick.mount_point();
    let records = [0, 1, 2].map(|number| office.approved(number, RecordClass::Register));
    stick.plug(true);
    let mut ended = export(&office, stick, moment);
    stick.forget();
    stick.plug(false);
    if let Err(error) = &ended.exported {
        let said = whole_sentence(error);
        assert!(said.contains(&*folder.to_string_lossy()) && said.contains("plugged in"), "{moment:?}: {said}");
        assert!(records.iter().all(|it| office.status(it) == Status::Approved), "{moment:?}");
    }
    let exported = match &mut ended.exported {
        Ok(exported) => std::mem::take(exported),
        Err(_) => office.try_export(&folder).unwrap_or_else(|error| panic!("{moment:?}: {}", whole_sentence(&error))),
    };
    assert_eq!(batches(&office, &folder), 1, "{moment:?}");
    // A batch that got its name before the stick went is noted as exported, not written again.
    let inside = match exported.first() {
        Some(exported) => office.district(exported).unsealed.into_iter().collect(),
        None => BTreeSet::from_iter(records.iter().map(batch_name)),
    };
    assert_eq!(inside, records.iter().map(batch_name).collect::<BTreeSet<_>>(), "{moment:?}");
    assert!(records.iter().all(|it| office.status(it) == Status::Exported), "{moment:?}");
    assert!(office.try_export(&folder).unwrap().is_empty(), "{moment:?}");
    stick.pull();
    stick.forget();
    ended
}

#[test]
fn a_stick_pulled_at_any_moment_of_an_export_takes_no_record_with_it() {
    const WHILE_NAMED: u32 = 6;
    let Some(stick) = there(Stick::new(), "virtual USB stick") else { return };
    let whole = pulled(&stick, Moment::Done);
    assert!(whole.exported.is_ok() && whole.news >= 4);
    for at in 0..whole.news {
        assert!(pulled(&stick, Moment::News(at)).exported.is_err(), "{at}");
    }
    let mut refused = 0;
    for part in 0..WHILE_NAMED {
        let moment = Moment::AfterNews(whole.news - 1, whole.naming * part / WHILE_NAMED);
        refused += u32::from(pulled(&stick, moment).exported.is_err());
    }
    assert!(refused > 0, "the stick was never pulled while the batch got its name");
}
