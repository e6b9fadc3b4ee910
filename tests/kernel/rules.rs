//! Who may use the devices: without the station's rules nobody but root, with them whoever sits at the station, and
//! still nobody else. A live `udevd` reads the rules that are delivered.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rekam_simulator::pad::{PadSettings, VirtualPad};
use rekam_simulator::stu::{self, VirtualStu};
use rekam_simulator::uru4000::{self, VirtualUru};
use rekam_simulator::video::{Coding, Offer, VirtualVideo, within};
use rekam_simulator::{ftdi, uvc};
use serde_json::Value;

use crate::kernel::there;

/// Who sits at the station, and somebody else.
const SEATED: u32 = 65_534;
const STRANGER: u32 = 65_533;
const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/udev/70-rekam.rules");

/// The program where everybody may start it.
struct Program {
    dir: tempfile::TempDir,
}

impl Program {
    fn new() -> io::Result<Self> {
        let dir = tempfile::tempdir_in("/dev/shm")?;
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
        fs::copy(env!("CARGO_BIN_EXE_rekam"), dir.path().join("rekam"))?;
        Ok(Self { dir })
    }

    /// What `rekam devices --json` says to a user of the devices with these serial numbers: access and remedy.
    fn access(&self, user: u32, serials: &[&str]) -> Vec<Option<(String, Option<String>)>> {
        let mut command = Command::new(self.dir.path().join("rekam"));
        command.args(["devices", "--json"]).env("HOME", "/tmp").uid(user).gid(user).stdin(Stdio::null());
        let output = command.output().unwrap();
        let listed: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let devices = listed["devices"].as_array().unwrap();
        let of = |serial: &&str| {
            let found = devices.iter().find(|device| device["id"].as_str().is_some_and(|id| id.contains(*serial)))?;
            Some((found["access"].as_str().unwrap().to_owned(), found["remedy"].as_str().map(str::to_owned)))
        };
        serials.iter().map(of).collect()
    }

    /// Waits until all of them are listed with this access; says their remedies.
    #[track_caller]
    fn awaited(&self, user: u32, serials: &[&str], wanted: &str) -> Vec<Option<String>> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let found = self.access(user, serials);
            if found.iter().all(|it| it.as_ref().is_some_and(|(access, _)| access == wanted)) {
                return found.into_iter().flatten().map(|(_, remedy)| remedy).collect();
            }
            assert!(Instant::now() < until, "{serials:?} are {found:?} and not {wanted} to user {user}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The manager of device nodes with the delivered rules, and a user on the only seat.
struct Udev(Child);

impl Udev {
    fn start() -> Self {
        fs::create_dir_all("/run/systemd/seats").unwrap();
        fs::write("/run/systemd/seats/seat0", format!("IS_SEAT0=1\nACTIVE=c1\nACTIVE_UID={SEATED}\n")).unwrap();
        fs::create_dir_all("/run/udev/rules.d").unwrap();
        fs::copy(RULES, "/run/udev/rules.d/70-rekam.rules").unwrap();
        let udevd = Command::new("/lib/systemd/systemd-udevd").env("SYSTEMD_IGNORE_CHROOT", "1").spawn().unwrap();
        let udev = Self(udevd);
        let until = Instant::now() + Duration::from_secs(30);
        while !Path::new("/run/udev/control").exists() {
            assert!(Instant::now() < until, "udevd does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        udev.admin(&["trigger", "--action=add"]);
        udev.admin(&["settle", "--timeout=60"]);
        udev
    }

    fn admin(&self, arguments: &[&str]) -> String {
        let output = Command::new("udevadm").args(arguments).env("SYSTEMD_IGNORE_CHROOT", "1").output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Udev {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
        let _ = fs::remove_file("/run/udev/rules.d/70-rekam.rules");
        let _ = fs::remove_file("/run/systemd/seats/seat0");
    }
}

/// The pen's own nodes: what a desktop would move its cursor by.
fn pen_inputs() -> Vec<PathBuf> {
    let nodes = fs::read_dir("/sys/class/input").unwrap().map(|entry| entry.unwrap().path());
    let of_wacom = |path: &PathBuf| {
        let event = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("event"));
        event && fs::read_to_string(path.join("device/id/vendor")).is_ok_and(|vendor| vendor.trim() == "056a")
    };
    nodes.into_iter().filter(of_wacom).collect()
}

#[test]
fn only_who_sits_at_the_station_may_use_its_devices_and_the_pen_moves_no_cursor() {
    let scanner = VirtualUru::new(uru4000::Settings::uareu_4500(), || None);
    let scanner_plugged = uru4000::usb::plug_in(&scanner, 0x05ba, 0x000a, "SEAT-SCANNER");
    let Some(_scanner) = there(scanner_plugged, "virtual USB hub") else { return };
    // From here on this machine is known to be a virtual one that is forgotten afterwards: its rules may be changed.
    if std::env::var("REKAM_KERNEL").as_deref() != Ok("require") {
        let _ = io::Write::write_all(&mut io::stderr(), b"skipped: it would change the rules of this machine\n");
        return;
    }
    let stu = VirtualStu::new(stu::Settings::stu_540(), || None);
    let _stu = stu::usb::plug_in(&stu, 0xa8, "SEAT-STU").unwrap();
    let line = VirtualPad::plugged_in("SEAT-TOPAZ", PadSettings::fast()).unwrap();
    let _adapter = ftdi::plug_in(&line.path().unwrap(), "SEAT-TOPAZ").unwrap();
    let grey = rekam_hal::RgbImage::from_fn(64, 64, |_, _| [128; 3]);
    let camera = VirtualVideo::new(vec![Offer::new(Coding::Mjpeg, 320, 240)], move |shot| {
        within(&grey, (shot.width, shot.height))
    });
    let named = uvc::Settings {
        numbers: (0x1209, 0x0001),
        name: "Photo Camera".to_owned(),
        serial: "SEAT-CAMERA".to_owned(),
        interval: Duration::from_millis(200),
    };
    let _camera = uvc::plug_in(&camera, named).unwrap();
    let program = Program::new().unwrap();
    let all = ["SEAT-SCANNER", "SEAT-STU", "SEAT-TOPAZ", "SEAT-CAMERA"];
    program.awaited(0, &all, "ok");
    let remedies = program.awaited(SEATED, &all, "denied");
    assert!(remedies.iter().all(|told| told.as_ref().is_some_and(|told| told.contains("rules"))), "{remedies:?}");

    let udev = Udev::start();
    program.awaited(SEATED, &all, "ok");
    program.awaited(STRANGER, &all, "denied");
    let pens = pen_inputs();
    assert!(!pens.is_empty(), "the kernel makes the pad no input device");
    for pen in pens {
        let known = udev.admin(&["info", "--query=property", &format!("--path={}", pen.display())]);
        assert!(known.lines().any(|line| line == "LIBINPUT_IGNORE_DEVICE=1"), "{known}");
    }
}
