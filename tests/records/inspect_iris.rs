//! `rekam inspect iris` before every kind of file: a result, or one sentence that names what is wrong.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::{ExtendedColorType, ImageFormat};
use rekam::interchange::iir::{EyeImage, EyeLabel, IirRecord, ImageKind};
use rekam_hal::GrayImage;
use rekam_simulator::people::eye::{Eye, EyeConditions};
use serde_json::Value;

use crate::desk::Desk;
use crate::iris::{IIR_2011, eye};
use crate::support::{Ended, rekam, run};

fn inspect(file: &Path, more: &[&str]) -> Ended {
    run(rekam(["inspect", "iris", "--json"]).arg(file).args(more))
}

fn encoded(image: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let (width, height) = (image.width(), image.height());
    image::write_buffer_with_format(&mut out, image.pixels(), width, height, ExtendedColorType::L8, format).unwrap();
    out.into_inner()
}

fn near(found: &Value, truth: (f32, f32, f32)) -> bool {
    let number = |name: &str| found[name].as_f64().unwrap() as f32;
    let miss = [number("x") - truth.0, number("y") - truth.1, number("r") - truth.2];
    miss.iter().all(|miss| miss.abs() < 6.0)
}

#[test]
fn an_eye_is_described_in_every_format_and_its_record_says_the_same() {
    let desk = Desk::new();
    let (image, truth) = Eye::new(21).capture(&EyeConditions::typical(21));
    let png = desk.file("eye.png", encoded(&image, ImageFormat::Png));
    let out = desk.path("eye.iir");
    let found = inspect(&png, &["--eye", "left", "--out", &out.display().to_string()]).report();
    assert_eq!((&found["source"], &found["eye"]), (&"image".into(), &"left".into()));
    assert_eq!((&found["width"], &found["height"], &found["flagged"]), (&640.into(), &480.into(), &false.into()));
    assert!(near(&found["pupil"], (truth.pupil.x, truth.pupil.y, truth.pupil.r)), "{found}");
    assert!(near(&found["limbus"], (truth.limbus.x, truth.limbus.y, truth.limbus.r)), "{found}");
    assert_eq!(found["limbus_contour"].as_array().unwrap().len(), 64);
    for field in ["quality", "class", "causes", "advice", "confidence", "upper_lid", "lower_lid", "valid_bits"] {
        assert!(found.get(field).is_some(), "no {field} in {found}");
    }
    for field in ["usable_area", "iris_diameter", "pupil_ratio", "margin", "sharpness", "limbus_contrast"] {
        assert!(found["metrics"][field].is_number(), "no {field} in {found}");
    }
    let record = IirRecord::decode(&fs::read(&out).unwrap()).unwrap();
    let [written] = &record.images[..] else { panic!("{record:?}") };
    assert_eq!((written.eye, written.kind), (EyeLabel::Left, ImageKind::Vga));
    assert_eq!(u64::from(written.qualities[0].score), found["quality"].as_u64().unwrap());
    assert!(u32::from(written.place.diameter.least).abs_diff(2 * truth.limbus.r as u32) < 12);
    let again = inspect(&out, &[]).report();
    assert_eq!(again["source"], "ISO/IEC 19794-6:2011");
    for field in ["quality", "pupil", "limbus", "metrics", "eye"] {
        assert_eq!(again[field], found[field], "{field}");
    }
    let bmp = inspect(&desk.file("eye.bmp", encoded(&image, ImageFormat::Bmp)), &[]).report();
    assert_eq!(bmp["limbus"], found["limbus"]);
    let jpeg = inspect(&desk.file("eye.jpg", encoded(&image, ImageFormat::Jpeg)), &[]).report();
    assert!(near(&jpeg["limbus"], (truth.limbus.x, truth.limbus.y, truth.limbus.r)), "{jpeg}");
}

#[test]
fn both_eyes_of_a_record_are_described() {
    let desk = Desk::new();
    let image = |seed, label, number| EyeImage { number, ..EyeImage::of(&eye(seed), label).unwrap() };
    let both = IirRecord { images: vec![image(5, EyeLabel::Right, 1), image(6, EyeLabel::Left, 2)] };
    let file = desk.file("both.iso", both.encode().unwrap());
    let found = inspect(&file, &[]).report();
    let eyes = found["eyes"].as_array().unwrap();
    assert_eq!(eyes.iter().map(|eye| eye["eye"].clone()).collect::<Vec<_>>(), ["right", "left"]);
    assert_eq!(found["limbus"], eyes[0]["limbus"]);
    assert_ne!(eyes[0]["limbus"], eyes[1]["limbus"]);
    let spoken = run(rekam(["inspect", "iris"]).arg(&file));
    assert_eq!(spoken.code, Some(0), "{spoken:?}");
    for words in ["right eye", "left eye", "pupil", "limbus", "upper lid", "confidence", "quality"] {
        assert!(spoken.stdout.contains(words), "{words} is missing in {}", spoken.stdout);
    }
}

#[test]
fn what_is_no_eye_ends_in_one_sentence() {
    let desk = Desk::new();
    let flat = |side: u32, grey: u8| encoded(&GrayImage::from_fn(side, side, |_, _| grey), ImageFormat::Png);
    let whole = encoded(&eye(7), ImageFormat::Png);
    let refused = |name: &str, bytes: &[u8], words: &[&str]| {
        let words: Vec<&str> = [&[name][..], words].concat();
        inspect(&desk.file(name, bytes), &[]).refused(2, &words);
    };
    refused("empty.png", b"", &["is empty", "another file"]);
    refused("words.png", b"only words\n", &["damaged, or neither", "19794-6", "another file"]);
    refused("half.png", &whole[..whole.len() / 2], &["damaged"]);
    refused("white.png", &flat(400, 255), &["no open eye found", "another file"]);
    refused("black.png", &flat(400, 0), &["no open eye found"]);
    refused("small.png", &flat(20, 90), &["at least 64 pixels", "20 x 20"]);
    refused("cut.iir", &IIR_2011[..100], &["record length", "states 133 bytes", "100"]);
    refused("tiny.iir", &IIR_2011, &["at least 64 pixels"]);
    refused("older.iir", b"IIR\x00010\0abcdefghijk", &["iris image record", "version"]);
    refused("finger.fmr", b"FMR\0 20\0abc", &["19794-6"]);
    inspect(&desk.path("absent.png"), &[]).refused(2, &["absent.png", "cannot be read"]);
    inspect(desk.0.path(), &[]).refused(2, &["cannot be read"]);
    let file = desk.file("eye.png", &whole);
    for name in ["out.png", "out", "out.fir"] {
        let out = desk.path(name);
        inspect(&file, &["--out", &out.display().to_string()]).refused(2, &["no iris record", ".iir"]);
        assert!(!out.exists(), "{name} was made");
    }
    inspect(&file, &["--out", &desk.path("absent/out.iir").display().to_string()]).refused(2, &["absent"]);
}

#[test]
fn records_of_another_maker_show_an_eye() {
    for (label, path) in crate::iris::samples() {
        let found = inspect(&path, &[]).report();
        assert_eq!(found["eye"], if label == EyeLabel::Left { "left" } else { "right" }, "{found}");
        let ratio = found["metrics"]["pupil_ratio"].as_f64().unwrap();
        assert!((0.1..0.8).contains(&ratio), "{found}");
    }
}
