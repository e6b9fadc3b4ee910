//! `rekam inspect` and `rekam evaluate` before every kind of file: a result, or one sentence that names what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use image::{ExtendedColorType, ImageFormat};
use rekam::interchange::fir::FirRecord;
use rekam::interchange::{fmr, wsq};
use rekam_hal::GrayImage;
use serde_json::Value;

use crate::golden::{FMR_2005, FMR_2011, FMR_ANSI};
use crate::images::print;
use crate::support::{Ended, rekam, run};

/// An image file; `dpi` writes a pHYs chunk.
fn png(image: &GrayImage, dpi: Option<f32>) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let (width, height) = (image.width(), image.height());
    image::write_buffer_with_format(&mut out, image.pixels(), width, height, ExtendedColorType::L8, ImageFormat::Png)
        .unwrap();
    let bytes = out.into_inner();
    let Some(dpi) = dpi else { return bytes };
    let per_metre = ((dpi / 0.0254).round() as u32).to_be_bytes();
    let chunk = [b"pHYs", &per_metre[..], &per_metre, &[1]].concat();
    let check = crc32(&chunk).to_be_bytes();
    // Behind signature and IHDR.
    [&bytes[..33], &9u32.to_be_bytes(), &chunk, &check, &bytes[33..]].concat()
}

/// The check of a PNG chunk (PNG 3rd edition, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _: u32| if crc & 1 == 1 { 0xedb8_8320 ^ crc >> 1 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn inspect(file: &Path, more: &[&str]) -> Ended {
    run(rekam(["inspect", "fingerprint", "--json"]).arg(file).args(more))
}

fn flat(width: u32, height: u32, grey: u8) -> GrayImage {
    GrayImage::from_fn(width, height, |_, _| grey)
}

fn field<'a>(found: &'a Value, name: &str) -> &'a Value {
    found.get(name).unwrap_or_else(|| panic!("no {name} in {found}"))
}

#[test]
fn a_finger_is_described_and_every_record_of_it_can_be_read_again() {
    let desk = Desk::new();
    let image = print(41);
    let file = desk.file("finger.png", png(&image, Some(500.0)));
    let out = |name: &str, more: &[&str]| {
        let path = desk.path(name);
        let target = path.display().to_string();
        let arguments = [more, &["--out", &target]].concat();
        (inspect(&file, &arguments).report(), path)
    };
    let (found, whole) = out("finger.fmr", &["--position", "7"]);
    let minutiae = field(&found, "minutiae").as_array().unwrap();
    // Doubtful ones among them: a record keeps all.
    let doubtful = minutiae.iter().filter(|minutia| minutia["quality"].as_u64().unwrap() < 40).count();
    assert!(minutiae.len() > 40 && doubtful > 0, "{found}");
    assert!(field(&found, "quality").as_u64().unwrap() <= 100);
    assert!((1..=5).contains(&field(&found, "class").as_u64().unwrap()));
    assert!(found["causes"].is_array() && found.get("advice").is_some());
    for minutia in minutiae {
        assert!((0.0..f64::from(image.width())).contains(&minutia["x"].as_f64().unwrap()));
        assert!((0.0..f64::from(image.height())).contains(&minutia["y"].as_f64().unwrap()));
        assert!((0.0..=360.0).contains(&minutia["angle"].as_f64().unwrap()));
        assert!(["ending", "bifurcation"].contains(&minutia["kind"].as_str().unwrap()));
        assert!(minutia["quality"].as_u64().unwrap() <= 100);
    }
    let record = fmr::decode(&fs::read(&whole).unwrap()).unwrap();
    let view = &record.views[0];
    assert_eq!((view.position, view.minutiae.len()), (7, minutiae.len()));
    assert_eq!((u32::from(view.geometry.width), u32::from(view.geometry.height)), (image.width(), image.height()));
    assert_eq!(u64::from(view.quality), found["quality"].as_u64().unwrap());

    let again = inspect(&whole, &[]).report();
    assert_eq!((&again["quality"], &again["class"]), (&found["quality"], &found["class"]));
    assert_eq!(again["minutiae"].as_array().unwrap().len(), minutiae.len());
    assert_eq!(again["position"], 7);

    let (_, chip) = out("finger.chip.fmr", &[]);
    let bytes = fs::read(&chip).unwrap();
    let chip = fmr::decode(&bytes).unwrap();
    assert!(bytes.len() <= 512 && chip.views[0].minutiae.len() <= 60);

    for (name, more) in [("a.fir", &[][..]), ("b.fir", &["--edition", "2005"]), ("c.fir", &["--lossless"])] {
        let (_, path) = out(name, more);
        let record = FirRecord::decode(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(matches!(record, FirRecord::Edition2005(_)), name == "b.fir");
        let found = inspect(&path, &[]).report();
        assert!(found["minutiae"].as_array().unwrap().len() > 10, "{name}");
        let (sampling, picture) = record.images()[0];
        assert_eq!(picture.image(sampling).unwrap() == image, name == "c.fir", "{name}");
    }
    let (_, stream) = out("finger.wsq", &[]);
    assert_eq!(wsq::decode(&fs::read(&stream).unwrap(), wsq::MAX_PIXELS).unwrap().dpi(), Some(500.0));
    assert!(inspect(&stream, &[]).report()["minutiae"].as_array().unwrap().len() > 10);
}

#[test]
fn records_of_every_edition_are_described() {
    let desk = Desk::new();
    for (name, bytes, edition, count) in [
        ("a.fmr", &FMR_2005[..], "ISO/IEC 19794-2:2005", 2),
        ("b.iso", &FMR_2011, "ISO/IEC 19794-2:2011", 2),
        ("c.fmd", &FMR_ANSI, "ANSI INCITS 378-2004", 1),
    ] {
        let found = inspect(&desk.file(name, bytes), &[]).report();
        assert_eq!((&found["source"], found["minutiae"].as_array().unwrap().len()), (&edition.into(), count));
    }
    let padded = desk.file("padded.iso", [&FMR_2005[..], &[0; 100]].concat());
    assert_eq!(inspect(&padded, &[]).report()["deviations"], serde_json::json!(["padding"]));
    // Whatever came in goes out in one form.
    let out = desk.path("out.fmr");
    inspect(&desk.file("ansi", FMR_ANSI), &["--out", &out.display().to_string()]).report();
    assert_eq!(fmr::decode(&fs::read(&out).unwrap()).unwrap(), fmr::receive(&FMR_ANSI).unwrap().record);
}

#[test]
fn an_image_without_a_finger_ends_in_one_sentence_and_no_record() {
    let desk = Desk::new();
    let record = desk.path("none.fmr");
    for (name, image, words) in [
        ("white.png", flat(400, 400, 255), "shows no finger"),
        ("black.png", flat(400, 400, 0), "shows no finger"),
        ("grey.png", flat(300, 500, 128), "shows no finger"),
        ("dot.png", flat(1, 1, 255), "1 x 1 pixels, less than a finger"),
        ("line.png", flat(2000, 1, 0), "2000 x 1 pixels, less than a finger"),
    ] {
        let file = desk.file(name, png(&image, None));
        inspect(&file, &["--out", &record.display().to_string()])
            .refused(2, &[name, words, "name the image of a finger"]);
        assert!(!record.exists(), "{name}");
    }
}

#[test]
fn of_a_record_of_several_fingers_one_is_taken_by_its_position() {
    let desk = Desk::new();
    let mut record = fmr::decode(&FMR_2005).unwrap();
    (record.views[1].position, record.views[1].number) = (7, 0);
    let file = desk.file("two.fmr", record.encode().unwrap());
    let found = inspect(&file, &[]).report();
    assert_eq!((&found["position"], &found["others"]), (&2.into(), &serde_json::json!([7])));
    let found = inspect(&file, &["--position", "7"]).report();
    assert_eq!((&found["position"], &found["others"]), (&7.into(), &serde_json::json!([2])));
    assert_eq!((&found["quality"], &found["class"]), (&Value::Null, &Value::Null), "0 is not reported");
    let chip = desk.path("seven.chip.fmr");
    let out = ["--out", &chip.display().to_string()];
    inspect(&file, &out).refused(2, &["seven.chip.fmr", "2 fingers"]);
    assert!(!chip.exists());
    inspect(&file, &[&["--position", "7"], &out[..]].concat()).report();
    let written = fmr::decode(&fs::read(&chip).unwrap()).unwrap();
    assert_eq!((written.views.len(), written.views[0].position), (1, 7));
    inspect(&file, &["--position", "3"]).refused(2, &["two.fmr", "no finger 3", "[2, 7]"]);
    fs::copy(&file, desk.path("1_1.fmr")).unwrap();
    fs::copy(&file, desk.path("1_2.fmr")).unwrap();
    let ended = run(rekam(["evaluate", "fingerprint", "--json"]).arg(desk.dir.path()));
    assert!(ended.stderr.contains("1_1.fmr: holds fingers [2, 7]"), "{}", ended.stderr);
}

#[test]
fn a_record_of_a_senseless_resolution_ends_in_one_sentence() {
    let desk = Desk::new();
    let mut bytes = FMR_2005;
    bytes[19] = 50;
    inspect(&desk.file("coarse.fmr", bytes), &[]).refused(2, &["coarse.fmr", "horizontal resolution", "50"]);
}

#[test]
fn sixteen_bits_and_colours_are_read_as_the_same_finger() {
    let desk = Desk::new();
    let image = print(32);
    let (width, height) = (image.width(), image.height());
    let plain = inspect(&desk.file("plain.png", png(&image, None)), &[]).report();
    let deep: Vec<u8> = image.pixels().iter().flat_map(|p| [*p, *p]).collect();
    let colour: Vec<u8> = image.pixels().iter().flat_map(|p| [*p, *p, *p]).collect();
    for (name, pixels, kind) in
        [("deep.png", deep, ExtendedColorType::L16), ("colour.png", colour, ExtendedColorType::Rgb8)]
    {
        let mut out = std::io::Cursor::new(Vec::new());
        image::write_buffer_with_format(&mut out, &pixels, width, height, kind, ImageFormat::Png).unwrap();
        let found = inspect(&desk.file(name, out.into_inner()), &[]).report();
        assert_eq!(found["minutiae"], plain["minutiae"], "{name}");
    }
}

#[test]
fn what_is_no_finger_ends_in_one_sentence() {
    let desk = Desk::new();
    let whole = png(&print(33), None);
    let refused = |name: &str, bytes: &[u8], words: &[&str]| {
        let words: Vec<&str> = [&[name][..], words].concat();
        inspect(&desk.file(name, bytes), &[]).refused(2, &words);
    };
    refused("empty.png", b"", &["is empty", "another file"]);
    refused("words.png", b"only words\n", &["damaged, or neither", "another file"]);
    refused("half.png", &whole[..whole.len() / 2], &["damaged"]);
    refused("large.png", &png(&flat(8000, 8000, 255), None), &["8000 x 8000", "more than one finger", "resolution"]);
    let mut beyond = std::io::Cursor::new(Vec::new());
    image::write_buffer_with_format(&mut beyond, &[255; 9000], 9000, 1, ExtendedColorType::L8, ImageFormat::Png)
        .unwrap();
    refused("beyond.png", beyond.get_ref(), &["more than 8192 pixels", "smaller"]);
    refused("screen.png", &png(&print(33), Some(72.0)), &["72 dots per inch", "250 to 1000", "correct"]);
    refused("fine.png", &png(&print(33), Some(2400.0)), &["2400 dots per inch", "250 to 1000"]);
    refused("cut.fmr", &FMR_2005[..60], &["record length", "states 106 bytes", "60"]);
    refused("cut.wsq", &wsq::encode(&print(33), 0.75).unwrap()[..500], &["WSQ stream is damaged"]);
    refused("cut.fir", b"FIR\x00020\x00abc", &["cut short", "record length"]);
    refused("other.fmr", b"FMR\x00 99\0abcdefghijk", &["finger minutiae record", "version"]);
    inspect(&desk.path("absent.png"), &[]).refused(2, &["absent.png", "cannot be read"]);
    inspect(desk.dir.path(), &[]).refused(2, &["cannot be read"]);
}

#[test]
fn a_resolution_out_of_range_is_refused_before_any_work() {
    let desk = Desk::new();
    let file = desk.file("a_1.png", png(&flat(20, 20, 255), None));
    let folder = desk.dir.path().display().to_string();
    for dpi in ["0", "72", "249.0e-2", "1200", "NaN", "inf", "1e30"] {
        inspect(&file, &["--dpi", dpi]).refused(2, &["--dpi", "250 to 1000"]);
    }
    desk.file("b_1.png", png(&flat(20, 20, 255), None));
    run(&mut rekam(["evaluate", "fingerprint", &folder, "--dpi", "72"])).refused(2, &["--dpi", "250 to 1000"]);
}

#[test]
fn a_record_that_cannot_be_written_is_refused() {
    let desk = Desk::new();
    let minutiae = desk.file("a.fmr", FMR_2005);
    let out = |file: &Path, name: &str| inspect(file, &["--out", &desk.path(name).display().to_string()]);
    out(&minutiae, "out.png").refused(2, &["out.png", ".fmr, .chip.fmr, .fir or .wsq"]);
    out(&minutiae, "out").refused(2, &["no record is written by that name"]);
    out(&minutiae, "out.fir").refused(2, &["holds no image", ".fmr"]);
    out(&minutiae, "absent/out.fmr").refused(2, &["absent"]);
    out(&desk.file("two.iso", FMR_2011), "out.fmr").refused(2, &["cannot be written", "image size or resolution"]);
    let refused = inspect(&minutiae, &["--position", "11"]);
    assert_eq!(refused.code, Some(2));
    for name in ["out.png", "out", "out.fir", "out.fmr"] {
        assert!(!desk.path(name).exists(), "{name} was made");
    }
}

#[test]
fn a_folder_of_records_of_other_makers_is_evaluated_like_images() {
    let desk = Desk::new();
    // Two fingers in three resolutions; the record of 2011 has them in pixels of its own.
    for seed in [41, 42] {
        let image = desk.file("image.png", png(&print(seed), None));
        for sample in 1..=3 {
            let out = desk.path(&format!("{seed}_{sample}.iso")).display().to_string();
            inspect(&image, &["--out", &out]).report();
        }
        fs::remove_file(image).unwrap();
    }
    desk.file("43_1.iso", &FMR_2005[..50]);
    let scores = desk.dir.path().join("scores.csv");
    let command = |more: &[&str]| run(rekam(["evaluate", "fingerprint", "--json"]).arg(desk.dir.path()).args(more));
    let found = command(&["--scores", &scores.display().to_string()]).report();
    assert_eq!((&found["images"], &found["failed"]), (&7.into(), &1.into()), "{found}");
    assert_eq!((&found["genuine"], &found["impostor"]), (&6.into(), &15.into()));
    assert_eq!(found["eer"].as_f64(), Some(0.0));
    let lines = fs::read_to_string(&scores).unwrap();
    assert!(lines.contains("41_1,43_1,-inf"), "{lines}");
}

#[test]
fn images_that_cannot_be_read_count_as_failed() {
    let desk = Desk::new();
    let finger = png(&print(44), None);
    desk.file("1_1.png", &finger);
    desk.file("1_2.png", &finger);
    desk.file("2_1.png", b"");
    desk.file("2_2.png", png(&flat(8000, 8000, 255), None));
    desk.file("3_1.png", png(&flat(400, 400, 255), None));
    desk.file("3_2.png", png(&print(45), Some(72.0)));
    desk.file("4_1.fmr", FMR_2005);
    let ended = run(rekam(["evaluate", "fingerprint", "--json"]).arg(desk.dir.path()));
    let found = ended.report();
    assert_eq!((&found["images"], &found["failed"]), (&6.into(), &4.into()), "{found}");
    for named in ["2_1.png", "2_2.png", "3_1.png: the image shows no finger", "3_2.png"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
}
