//! `rekam inspect photo` before every kind of file: a verdict, or one sentence that names what is wrong.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use image::imageops::FilterType;
use image::{DynamicImage, GenericImage, ImageFormat, Rgb};
use rekam::biometrics::face::report::Check;
use rekam::interchange::fac::{FacRecord, FaceFormat, FaceImage, FaceKind, Sex};
use rekam_hal::RgbImage;
use rekam_simulator::people::finger::{Conditions, Finger};
use rekam_simulator::people::portrait::{Backdrop, HEIGHT, Look, Moment, WIDTH, eye_centres, portrait_at};
use serde_json::Value;

use crate::desk::Desk;
use crate::support::{Ended, rekam, run};

const ASTRONAUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/portrait/astronaut.png");
/// Her head alone, 256 pixels from (96, 0), in four inks.
const FOUR_INKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/portrait/astronaut_cmyk.jpg");
/// Middles of her irises, as measured by hand.
const EYES: [(f32, f32); 2] = [(203.5, 101.0), (246.5, 103.5)];

/// Somebody drawn who passes.
const SITTER: u64 = 30;
const LOOK: Look = Look { backdrop: Backdrop::Red, female: false, veil: false, age: 47 };

impl Desk {
    fn image(&self, name: &str, image: &DynamicImage) -> PathBuf {
        self.file(name, encoded(image, ImageFormat::from_path(name).unwrap()))
    }
}

fn inspect(file: &Path, more: &[&str]) -> Ended {
    run(rekam(["inspect", "photo", "--json"]).arg(file).args(more))
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn dynamic(image: &RgbImage) -> DynamicImage {
    let pixels = image.pixels().to_vec();
    DynamicImage::ImageRgb8(image::RgbImage::from_raw(image.width(), image.height(), pixels).unwrap())
}

fn astronaut() -> DynamicImage {
    image::open(ASTRONAUT).unwrap()
}

/// A drawn person and where the eyes are.
fn drawn(seed: u64, look: Look, moment: &Moment) -> (DynamicImage, [(f32, f32); 2]) {
    (dynamic(&portrait_at(seed, look, moment)), eye_centres(seed, look, moment))
}

fn eyes(found: &Value) -> [(f32, f32); 2] {
    let number = |v: &Value| v.as_f64().unwrap() as f32;
    [0, 1].map(|eye| (number(&found["eyes"][eye][0]), number(&found["eyes"][eye][1])))
}

#[track_caller]
fn near(found: &Value, truth: [(f32, f32); 2], reach: f32) {
    for (found, truth) in eyes(found).into_iter().zip(truth) {
        let off = (found.0 - truth.0).hypot(found.1 - truth.1);
        assert!(off < reach, "{found:?} is {off} pixels from {truth:?}");
    }
}

#[test]
fn a_portrait_is_judged_in_every_format_and_its_record_says_the_same() {
    let desk = Desk::new();
    let (image, truth) = drawn(SITTER, LOOK, &Moment::typical(3));
    let (png, out) = (desk.image("resident.png", &image), desk.path("resident.fac"));
    let found = inspect(&png, &["--out", &out.display().to_string()]).report();
    assert_eq!((&found["source"], &found["faces"]), (&"image".into(), &1.into()));
    assert_eq!((&found["width"], &found["height"]), (&WIDTH.into(), &HEIGHT.into()));
    assert_eq!((&found["verdict"], &found["background"]["class"]), (&"pass".into(), &"red".into()), "{found:#}");
    near(&found, truth, 2.0);
    let checks = found["checks"].as_object().unwrap();
    assert_eq!(checks.len(), Check::ALL.len());
    for check in Check::ALL {
        let line = &checks[check.name()];
        assert!(line["raw"].is_number() && line["pass"].is_boolean() && line["score"].as_u64().unwrap() <= 100);
    }
    assert!(found["quality"].as_u64().unwrap() >= 40 && found["class"].as_u64().unwrap() <= 3, "{found:#}");
    let [written] = &FacRecord::decode(&fs::read(&out).unwrap()).unwrap().images[..] else { panic!("one image") };
    assert_eq!((written.kind, written.format), (FaceKind::FullFrontal, FaceFormat::Png));
    assert_eq!(dynamic(&written.image().unwrap()), image, "a record must lose nothing");
    assert_eq!(u64::from(written.qualities[0].score), found["quality"].as_u64().unwrap());
    // The person's left eye (12.1) is on the picture's right.
    for (code, eye) in [(0xc2, eyes(&found)[0]), (0xc1, eyes(&found)[1])] {
        let point = written.landmarks.iter().find(|point| point.code == code).unwrap();
        assert_eq!((point.x, point.y), (eye.0 as u16, eye.1 as u16));
    }
    for (angle, name) in written.pose.iter().zip(["yaw", "pitch", "roll"]) {
        let said = found["pose"][name].as_f64().unwrap();
        assert!((f64::from(angle.degrees().unwrap()) - said).abs() <= 1.0, "{name} {said}");
    }
    assert!(written.sampling >= 1, "a head of 200 pixels");
    // The name of a record is not asked.
    let again = inspect(&desk.file("record.png", fs::read(&out).unwrap()), &[]).report();
    assert_eq!(again["source"], "ISO/IEC 19794-5:2011");
    for field in ["verdict", "quality", "checks", "background", "eyes", "pose", "causes", "advice"] {
        assert_eq!(again[field], found[field], "{field}");
    }
    assert_eq!(inspect(&desk.image("resident.bmp", &image), &[]).report()["checks"], found["checks"]);
    near(&inspect(&desk.image("resident.jpg", &image), &[]).report(), truth, 2.0);
}

#[test]
fn a_backdrop_of_the_other_birth_year_fails_and_is_what_the_sentence_speaks_of() {
    let desk = Desk::new();
    let (image, _) = drawn(SITTER, Look { backdrop: Backdrop::Blue, ..LOOK }, &Moment::typical(4));
    let file = desk.image("blue.png", &image);
    for (wanted, passes) in [("blue", true), ("red", false), ("orange", false)] {
        let found = inspect(&file, &["--backdrop", wanted]).report();
        assert_eq!(found["background"]["class"], "blue");
        assert_eq!(found["checks"]["backdrop_colour"]["pass"], passes, "{wanted}");
        assert_eq!(found["verdict"], if passes { "pass" } else { "fail" }, "{wanted}: {found:#}");
        if !passes {
            assert_eq!(found["causes"][0], "backdrop_colour");
            assert!(found["advice"].as_str().unwrap().contains("backdrop"), "{found:#}");
            assert!(found["quality"].as_u64().unwrap() < 40);
        }
    }
    let spoken = run(rekam(["inspect", "photo"]).arg(&file).args(["--backdrop", "red"]));
    assert_eq!(spoken.code, Some(0), "{spoken:?}");
    let lines: Vec<&str> = spoken.stdout.lines().collect();
    assert!(lines[0].starts_with("fail: 1 face, quality"), "{spoken:?}");
    assert!(lines[1].contains("backdrop"), "{spoken:?}");
    let first = lines.iter().position(|line| line.starts_with("FAIL")).unwrap();
    assert!(lines[first].contains("backdrop_colour") && lines[first + 1..].iter().any(|line| line.starts_with("ok")));
    assert_eq!(lines.len() - first, Check::ALL.len());
}

#[test]
fn the_cut_picture_has_its_size_its_resolution_and_its_eyes_where_it_says() {
    let desk = Desk::new();
    let (image, _) = drawn(SITTER, LOOK, &Moment { tilt: 4.0, ..Moment::typical(5) });
    let file = desk.image("resident.png", &image);
    for (shape, size) in [("portrait", (413, 531)), ("token", (480, 640)), ("card", (236, 354))] {
        let out = desk.path(&format!("{shape}.png"));
        let found = inspect(&file, &["--crop", &out.display().to_string(), "--shape", shape]).report();
        let bytes = fs::read(&out).unwrap();
        let info = png::Decoder::new(Cursor::new(&bytes)).read_info().unwrap().info().clone();
        assert_eq!((info.width, info.height), size);
        // 300 dots per inch.
        assert_eq!(info.pixel_dims.unwrap().xppu, 11_811);
        let told =
            [0, 1].map(|eye| [0, 1].map(|axis| found["crop"]["eyes"][eye][axis].as_f64().unwrap() as f32).into());
        let [a, b]: [(f32, f32); 2] = told;
        assert!((a.1 - b.1).abs() < 0.01, "the eyes are level: {told:?}");
        near(&inspect(&out, &[]).report(), told, 2.0);
    }
    let out = desk.path("resident.jpeg");
    inspect(&file, &["--crop", &out.display().to_string()]).report();
    let jpeg = fs::read(&out).unwrap();
    // The JFIF header: dots per inch, 300 across and down.
    assert_eq!(&jpeg[6..10], b"JFIF");
    assert_eq!(&jpeg[13..18], [1, 1, 44, 1, 44]);
}

#[test]
fn what_the_checks_were_computed_from_is_written_with_the_picture_it_lies_in() {
    let desk = Desk::new();
    let out = desk.path("seen.json");
    let found = inspect(Path::new(FOUR_INKS), &["--landmarks", &out.display().to_string()]).report();
    let seen: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    let picture = image::open(seen["png"].as_str().unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height()), (256, 256));
    assert_eq!(seen["frame"], serde_json::json!([0.0, 0.0, 256.0, 256.0]));
    let points = seen["points"].as_array().unwrap();
    assert_eq!(points.len(), 478);
    for (eye, index) in [468, 473].into_iter().enumerate() {
        let number = |v: &Value| v.as_f64().unwrap() as f32;
        assert_eq!((number(&points[index][0]), number(&points[index][1])), eyes(&found)[eye]);
    }
    let off = seen["pose"][1].as_f64().unwrap() - found["pose"]["pitch"].as_f64().unwrap();
    assert!(off.abs() < 1e-4, "the pose is off by {off}");
    assert_eq!(seen["areas"].as_array().unwrap().len(), 1);
    let side = |name: &str| seen["mask"][name].as_u64().unwrap() as usize;
    assert_eq!(seen["mask"]["values"].as_array().unwrap().len(), side("width") * side("height"));
    // Judged alone, the picture is the same.
    assert_eq!(inspect(&desk.path("seen.seen.png"), &[]).report()["checks"], found["checks"]);
}

/// An EXIF block that says how a picture is to be turned.
fn exif(code: u8) -> Vec<u8> {
    [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[code][..], &[0; 6]].concat()
}

#[test]
fn a_portrait_that_was_stored_lying_is_judged_standing() {
    let desk = Desk::new();
    let upright = astronaut().crop_imm(60, 0, 360, 480);
    let truth = EYES.map(|(x, y)| (x - 60.0, y));
    for (code, stored) in [(6, upright.rotate270()), (8, upright.rotate90()), (3, upright.rotate180())] {
        let jpeg = encoded(&stored, ImageFormat::Jpeg);
        let block = [b"Exif\0\0", &exif(code)[..]].concat();
        let length = (block.len() as u16 + 2).to_be_bytes();
        let file = [&jpeg[..2], &[0xff, 0xe1], &length, &block, &jpeg[2..]].concat();
        let found = inspect(&desk.file("lying.jpg", file), &[]).report();
        assert_eq!((&found["width"], &found["height"]), (&360.into(), &480.into()), "{code}");
        near(&found, truth, 2.0);
        assert!(found["pose"]["roll"].as_f64().unwrap().abs() < 6.0, "{code}: {found:#}");
    }
}

#[test]
fn the_same_face_is_found_in_every_colour_and_depth() {
    let desk = Desk::new();
    let image = astronaut();
    let ink = inspect(Path::new(FOUR_INKS), &[]).report();
    near(&ink, EYES.map(|(x, y)| (x - 96.0, y)), 2.0);
    assert_eq!(ink["checks"]["natural_colour"]["pass"], true, "the inks are not inverted: {ink:#}");
    let plain = inspect(Path::new(ASTRONAUT), &[]).report();
    near(&plain, EYES, 2.0);
    let deep = desk.image("deep.png", &DynamicImage::ImageRgb16(image.to_rgb16()));
    assert_eq!(inspect(&deep, &[]).report()["checks"], plain["checks"]);
    let alpha = desk.image("alpha.png", &DynamicImage::ImageRgba8(image.to_rgba8()));
    assert_eq!(inspect(&alpha, &[]).report()["checks"], plain["checks"]);
    let grey = DynamicImage::ImageLuma8(image.to_luma8());
    let found = inspect(&desk.image("grey.png", &grey), &[]).report();
    near(&found, EYES, 2.0);
    assert_eq!(found["checks"]["natural_colour"]["pass"], false, "grey skin is not natural: {found:#}");
    near(&inspect(&desk.image("grey16.png", &DynamicImage::ImageLuma16(grey.to_luma16())), &[]).report(), EYES, 2.0);
    near(&inspect(&desk.file("palette.png", palette(&image)), &[]).report(), EYES, 2.0);
}

/// A PNG with 216 colours.
fn palette(image: &DynamicImage) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, image.width(), image.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    let step = |i: u32| (i % 6 * 51) as u8;
    encoder.set_palette((0..216).flat_map(|i| [step(i / 36), step(i / 6), step(i)]).collect::<Vec<u8>>());
    let index = |p: &Rgb<u8>| p.0.iter().fold(0, |sum, v| sum * 6 + (u32::from(*v) + 25) / 51) as u8;
    let pixels: Vec<u8> = image.to_rgb8().pixels().map(index).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    out
}

#[test]
fn a_picture_without_a_face_of_one_person_has_a_verdict_of_its_own() {
    let desk = Desk::new();
    let finger = Finger::new(1).capture(&Conditions::typical(1));
    let finger = image::GrayImage::from_raw(finger.width(), finger.height(), finger.pixels().to_vec()).unwrap();
    let nobody = [
        desk.image("finger.png", &DynamicImage::ImageLuma8(finger)),
        desk.image("pixel.png", &DynamicImage::new_rgb8(1, 1)),
        desk.image("cloth.jpg", &DynamicImage::ImageRgb8(image::RgbImage::from_pixel(600, 800, Rgb([219, 21, 20])))),
        desk.image("drawing.png", &cartoon()),
    ];
    for file in &nobody {
        let found = inspect(file, &[]).report();
        assert_eq!((&found["verdict"], &found["faces"]), (&"no_face".into(), &0.into()), "{}", file.display());
        assert_eq!((&found["background"], &found["eyes"], &found["pose"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((&found["checks"], &found["quality"]), (&serde_json::json!({}), &0.into()));
        assert!(found["advice"].as_str().unwrap().ends_with('.'));
        // Nothing can be written of nobody.
        let (record, cut) = (desk.path("nobody.fac"), desk.path("nobody.png"));
        for (option, out) in [("--out", &record), ("--crop", &cut)] {
            let ended = inspect(file, &[option, &out.display().to_string()]);
            ended.refused(2, &["shows no face", "name a portrait"]);
            assert!(ended.stdout.contains("no_face") && !out.exists());
        }
    }
    let mut two = DynamicImage::new_rgb8(1024, 1024);
    two.copy_from(&astronaut(), 0, 256).unwrap();
    two.copy_from(&astronaut(), 512, 256).unwrap();
    let found = inspect(&desk.image("two.png", &two), &[]).report();
    assert_eq!((&found["verdict"], &found["faces"]), (&"many_faces".into(), &2.into()));
    let (behind, _) = drawn(SITTER, LOOK, &Moment { second: true, ..Moment::typical(3) });
    let found = inspect(&desk.image("behind.png", &behind), &[]).report();
    assert_eq!((&found["faces"], &found["checks"]["single_face_present"]["pass"]), (&2.into(), &false.into()));
    assert!(found["advice"].as_str().unwrap().contains("one person"), "{found:#}");
}

/// A face of ellipses in plain colours.
fn cartoon() -> DynamicImage {
    let ellipse = |x: u32, y: u32, u: f32, v: f32, a: f32, b: f32| {
        ((x as f32 - u) / a).powi(2) + ((y as f32 - v) / b).powi(2) < 1.0
    };
    DynamicImage::ImageRgb8(image::RgbImage::from_fn(480, 640, |x, y| {
        let eye = ellipse(x, y, 195.0, 275.0, 8.0, 8.0) || ellipse(x, y, 285.0, 275.0, 8.0, 8.0);
        let white = ellipse(x, y, 195.0, 275.0, 24.0, 12.0) || ellipse(x, y, 285.0, 275.0, 24.0, 12.0);
        Rgb(match () {
            () if eye => [20, 16, 14],
            () if white => [250; 3],
            () if ellipse(x, y, 240.0, 375.0, 42.0, 9.0) => [170, 40, 50],
            () if ellipse(x, y, 240.0, 300.0, 110.0, 145.0) => [236, 190, 150],
            () => [0, 144, 255],
        })
    }))
}

#[test]
fn what_is_no_portrait_ends_in_one_sentence() {
    let desk = Desk::new();
    let whole = fs::read(ASTRONAUT).unwrap();
    let jpeg = encoded(&astronaut(), ImageFormat::Jpeg);
    let refused = |name: &str, bytes: &[u8], words: &[&str]| {
        let words: Vec<&str> = [&[name][..], words].concat();
        inspect(&desk.file(name, bytes), &[]).refused(2, &words);
    };
    refused("empty.png", b"", &["is empty", "another file"]);
    refused("words.png", b"only words\n", &["damaged, or neither", "19794-5", "another file"]);
    refused("half.png", &whole[..whole.len() / 2], &["damaged"]);
    refused("half.jpg", &jpeg[..jpeg.len() / 2], &["cut short", "copy the file again"]);
    refused("head.jpg", &jpeg[..40], &["cut short"]);
    refused("archive.zip", b"PK\x03\x04\x14\0\0\0\x08\0abcdefghijklmnopqrstuvwxyz", &["damaged, or neither"]);
    refused("older.fac", b"FAC\x00010\0abcdefghijk", &["face image record"]);
    refused("finger.fmr", b"FMR\0 20\0abc", &["19794-5"]);
    let record = FaceImage::of(&portrait_at(2, LOOK, &Moment::typical(2)), FaceKind::Basic).unwrap();
    let record = FacRecord::single(record).encode().unwrap();
    refused("cut.fac", &record[..record.len() / 2], &["record length"]);
    inspect(&desk.path("absent.png"), &[]).refused(2, &["absent.png", "cannot be read"]);
    inspect(desk.0.path(), &[]).refused(2, &["cannot be read"]);
    let file = desk.file("resident.png", &whole);
    for (option, name, ending) in
        [("--out", "out.png", ".fac"), ("--crop", "out.fac", ".png"), ("--landmarks", "out.txt", ".json")]
    {
        let out = desk.path(name);
        inspect(&file, &[option, &out.display().to_string()]).refused(2, &[name, ending]);
        assert!(!out.exists(), "{name} was made");
        inspect(&file, &[option, &desk.path(&format!("absent/out{ending}")).display().to_string()])
            .refused(2, &["absent"]);
    }
    run(rekam(["inspect", "iris", "--backdrop", "red"]).arg(&file)).refused(2, &["--backdrop means nothing here"]);
    inspect(&file, &["--eye", "left"]).refused(2, &["--eye means nothing here"]);
}

#[test]
fn what_another_office_wrote_of_the_person_stays_in_the_record() {
    let desk = Desk::new();
    let image = FaceImage::of(&portrait_at(6, LOOK, &Moment::typical(6)), FaceKind::Processed).unwrap();
    let theirs = FaceImage { sex: Sex::Female, height_cm: 158, vendor: 7, ..image };
    let file = desk.file("theirs.fac", FacRecord::single(theirs.clone()).encode().unwrap());
    let out = desk.path("ours.iso");
    inspect(&file, &["--out", &out.display().to_string()]).report();
    let ours = FacRecord::decode(&fs::read(&out).unwrap()).unwrap().images.remove(0);
    assert_eq!((ours.sex, ours.height_cm, ours.vendor, ours.kind), (Sex::Female, 158, 7, FaceKind::Processed));
    assert_eq!(ours.image().unwrap(), theirs.image().unwrap());
    assert_eq!((ours.landmarks.len(), ours.qualities.len()), (2, 1));
}

/// A PNG of one colour, written row by row.
fn plain(side: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = [219, 21, 20].repeat(side as usize);
    (0..side).for_each(|_| std::io::Write::write_all(&mut stream, &row).unwrap());
    stream.finish().unwrap();
    drop(writer);
    out
}

/// With so many megabytes of memory and no more.
#[cfg(target_os = "linux")]
fn within(megabytes: u32, file: &Path) -> Ended {
    let command = rekam(["inspect", "photo", "--json"]);
    let limit = format!("ulimit -v {}; exec \"$0\" \"$@\"", megabytes * 1024);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(limit).arg(command.get_program()).args(command.get_args()).arg(file).stdin(Stdio::null());
    run(&mut shell)
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_megapixels_are_looked_at_within_bounded_memory_and_more_are_refused() {
    let desk = Desk::new();
    let found = within(1000, &desk.file("cloth.png", plain(10_000))).report();
    assert_eq!((&found["verdict"], &found["width"]), (&"no_face".into(), &10_000.into()));
    // A header alone promises nine hundred.
    let mut vast = plain(1);
    vast[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = crc32(&vast[12..29]).to_be_bytes();
    vast[29..33].copy_from_slice(&crc);
    within(300, &desk.file("vast.png", vast)).refused(2, &["vast.png", "120 megapixels", "make it smaller"]);
}

/// The checksum of a PNG chunk.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    })
}

#[test]
fn eyes_of_a_picture_that_was_made_smaller_are_told_in_the_pixels_of_the_file() {
    let desk = Desk::new();
    let head = astronaut().crop_imm(96, 0, 256, 256).resize_exact(6000, 6000, FilterType::Triangle);
    let mut tall = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(6000, 8200, Rgb([0, 144, 255])));
    tall.copy_from(&head, 0, 1100).unwrap();
    let found = inspect(&desk.image("tall.jpg", &tall), &[]).report();
    assert_eq!((&found["width"], &found["height"]), (&6000.into(), &8200.into()));
    let scale = 6000.0 / 256.0;
    // A twenty-fifth of the distance of the eyes.
    near(&found, EYES.map(|(x, y)| ((x - 96.0) * scale, y * scale + 1100.0)), 40.0);
}
