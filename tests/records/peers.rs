//! Our records and streams before decoders that other people wrote: an independent reader in Python, and NBIS's WSQ in
//! PyPI `wsq`. A peer that is not installed is skipped with a line that says so, unless `REKAM_PEERS=require`;
//! `REKAM_PYTHON` names the interpreter.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rekam::interchange::fac::{Angle, FacRecord, FaceImage, FaceKind, Landmark, Sex};
use rekam::interchange::fir::{Fir2005, Fir2011, FirRecord, Image2005, Image2011, Picture, Storage};
use rekam::interchange::fmr::{self, FmrRecord};
use rekam::interchange::iir::{Extent, EyeImage, EyeLabel, IirRecord, ImageFormat, Place, QualityScore};
use rekam::interchange::wsq;
use rekam_hal::GrayImage;
use serde_json::{Value, json};

use crate::face::face;
use crate::golden::FMR_2005;
use crate::images::{print, psnr};
use crate::iris::{eye, samples};
use crate::jpeg2000;
use crate::support::Dice;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/records_oracle.py");

/// Says a line that is seen even when the test passes.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

fn python() -> Command {
    Command::new(std::env::var_os("REKAM_PYTHON").unwrap_or_else(|| "python3".into()))
}

/// Whether Python can import something; prints a skip, or fails when peers are required.
fn has(module: &str) -> bool {
    let started = python().args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
    let has = started.is_ok_and(|status| status.success());
    if !has {
        note!("skipped: Python with `{module}` is not installed");
        assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "`{module}` is required");
    }
    has
}

fn ask(arguments: &[&Path]) -> Value {
    let output = python().arg(SCRIPT).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What another reader finds in these bytes.
fn told(dir: &Path, bytes: &[u8]) -> Value {
    let path = dir.join("record");
    std::fs::write(&path, bytes).unwrap();
    ask(&[&path])
}

/// A record drawn at random, with extended data of whatever content.
fn drawn(dice: &mut Dice) -> FmrRecord {
    let mut record = fmr::decode(&FMR_2005).unwrap();
    for view in &mut record.views {
        view.position = dice.below(11) as u8;
        view.quality = dice.below(101) as u8;
        let like = view.minutiae[0];
        view.minutiae = (0..dice.below(256))
            .map(|_| fmr::FmrMinutia {
                x: dice.below(view.geometry.width.into()) as u16,
                y: dice.below(view.geometry.height.into()) as u16,
                angle: dice.below(256) as u8,
                quality: dice.below(101) as u8,
                ..like
            })
            .collect();
    }
    record.views[1].number = u8::from(record.views[0].position == record.views[1].position);
    record
}

fn as_told(record: &FmrRecord) -> Value {
    let geometry = record.views[0].geometry;
    let views: Vec<Value> = record
        .views
        .iter()
        .map(|view| {
            let minutiae: Vec<Value> =
                view.minutiae.iter().map(|m| json!([m.kind as u8, m.x, m.y, m.angle, m.quality])).collect();
            let areas: Vec<Value> = view.extended.iter().map(|area| json!([area.code, hex(&area.data)])).collect();
            json!({
                "position": view.position, "number": view.number, "impression": view.impression as u8,
                "quality": view.quality, "minutiae": minutiae, "areas": areas,
            })
        })
        .collect();
    json!({
        "kind": "fmr", "equipment": record.equipment, "width": geometry.width, "height": geometry.height,
        "rx": geometry.resolution_x, "ry": geometry.resolution_y, "views": views,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_reader_finds_the_same_minutiae_in_our_records() {
    if !has("struct") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(3);
    for _ in 0..20 {
        let record = drawn(&mut dice);
        assert_eq!(told(dir.path(), &record.encode().unwrap()), as_told(&record));
        let one = record.of_position(record.views[0].position).unwrap();
        let chip = fmr::chip::record(&one).unwrap();
        assert_eq!(told(dir.path(), &chip.encode().unwrap()), as_told(&chip));
    }
}

#[test]
fn another_reader_finds_the_same_image_in_our_records() {
    if !has("struct") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let image = print(9);
    for (storage, code) in [(Storage::Raw, [0, 0]), (Storage::Wsq(0.75), [2, 2]), (Storage::Png, [5, 6])] {
        let (sampling, picture) = Picture::of(&image, 3, 0, storage).unwrap();
        let data = hex(&picture.data);
        let older = Image2005 { views: 1, view: 1, quality: Some(50), picture: picture.clone() };
        let both = [
            FirRecord::Edition2005(Fir2005 { device: 0, level: 31, sampling, images: vec![older] }),
            FirRecord::Edition2011(Fir2011 { images: vec![Image2011::new((sampling, picture))] }),
        ];
        for (record, code) in both.iter().zip(code) {
            let found = told(dir.path(), &record.encode().unwrap());
            assert_eq!((&found["unit"], &found["x"], &found["y"]), (&json!(1), &json!(500), &json!(500)));
            let stated = &found["images"][0];
            assert_eq!((&stated["compression"], &stated["position"]), (&json!(code), &json!(3)));
            assert_eq!((&stated["width"], &stated["height"]), (&json!(image.width()), &json!(image.height())));
            assert_eq!(stated["data"], data);
        }
    }
}

/// What NBIS decodes from a stream.
fn decoded_by_peer(dir: &Path, stream: &[u8]) -> GrayImage {
    let (source, target) = (dir.join("stream.wsq"), dir.join("pixels"));
    std::fs::write(&source, stream).unwrap();
    let size = ask(&[Path::new("wsq-decode"), &source, &target]);
    let side = |name: &str| size[name].as_u64().unwrap() as u32;
    GrayImage::new(side("width"), side("height"), std::fs::read(&target).unwrap()).unwrap()
}

fn encoded_by_peer(dir: &Path, image: &GrayImage) -> Vec<u8> {
    let (source, target) = (dir.join("raw"), dir.join("peer.wsq"));
    std::fs::write(&source, image.pixels()).unwrap();
    let (width, height) = (PathBuf::from(image.width().to_string()), PathBuf::from(image.height().to_string()));
    ask(&[Path::new("wsq-encode"), &width, &height, &source, &target]);
    std::fs::read(&target).unwrap()
}

/// Largest difference of two images of one size.
fn farthest(a: &GrayImage, b: &GrayImage) -> u8 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    a.pixels().iter().zip(b.pixels()).map(|(x, y)| x.abs_diff(*y)).max().unwrap_or(0)
}

#[test]
fn wsq_streams_mean_the_same_to_nbis_and_to_us() {
    if !has("wsq") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for seed in 20..26 {
        let image = print(seed);
        let ours = wsq::encode(&image, wsq::BITS_PER_PIXEL).unwrap();
        let theirs = encoded_by_peer(dir.path(), &image);
        for stream in [&ours, &theirs] {
            let (here, there) = (wsq::decode(stream, wsq::MAX_PIXELS).unwrap(), decoded_by_peer(dir.path(), stream));
            // Both compute in f32; the last bit of a rounding may differ, no more.
            assert!(farthest(&here, &there) <= 1, "seed {seed}: {}", farthest(&here, &there));
            assert!(psnr(&image, &here) > 28.0);
        }
    }
}

#[test]
fn another_reader_finds_the_same_eyes_in_our_records() {
    if !has("struct") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let place = Place { x: Extent::exactly(320), y: Extent { least: 230, most: 250 }, diameter: Extent::exactly(222) };
    let qualities = vec![QualityScore { score: 61, vendor: 5, algorithm: 6 }];
    let right = EyeImage { qualities, place, range: 300, ..EyeImage::of(&eye(4), EyeLabel::Right).unwrap() };
    let left = EyeImage { number: 2, roll: Some(700), ..EyeImage::of(&eye(5), EyeLabel::Left).unwrap() };
    let record = IirRecord { images: vec![right, left] };
    let found = told(dir.path(), &record.encode().unwrap());
    assert_eq!((&found["kind"], &found["eyes"]), (&json!("iir"), &json!(2)));
    for (image, found) in record.images.iter().zip(found["images"].as_array().unwrap()) {
        let scores: Vec<u8> = image.qualities.iter().map(|quality| quality.score).collect();
        let extents = [image.place.x, image.place.y, image.place.diameter].map(|e| [e.least, e.most]).concat();
        let expected = json!({
            "number": image.number, "eye": image.eye as u8, "type": 2, "format": 14, "properties": 5,
            "width": 640, "height": 480, "depth": 8, "range": image.range, "qualities": scores,
            "roll": image.roll.unwrap_or(u16::MAX), "place": extents, "data": hex(&image.data),
        });
        assert_eq!(*found, expected);
    }
}

#[test]
fn another_reader_finds_the_same_faces_in_our_records() {
    if !has("struct") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let frontal = FaceImage {
        qualities: vec![QualityScore { score: 61, vendor: 5, algorithm: 6 }],
        sex: Sex::Male,
        height_cm: 170,
        pose: [Angle::of(-6.0, 2.0), Angle::of(8.0, 2.0), Angle::of(0.0, 1.0)],
        landmarks: Landmark::eyes((280.0, 255.0), (200.0, 256.0)).to_vec(),
        sampling: FaceImage::sampling_of(200),
        processing: 3,
        ..FaceImage::of(&face(6), FaceKind::FullFrontal).unwrap()
    };
    let token = FaceImage { made_from: 1, ..FaceImage::of(&face(7), FaceKind::Token).unwrap() };
    let record = FacRecord { images: vec![frontal, token], sequence: 1 };
    let found = told(dir.path(), &record.encode().unwrap());
    assert_eq!((&found["kind"], &found["sequence"]), (&json!("fac"), &json!(1)));
    let points = json!([[1, 0xc1, 280, 255, 0], [1, 0xc2, 200, 256, 0]]);
    let expected = [
        (json!([61]), json!([-6, 8, 0]), points, json!([1, 170, 1, 3, 1, 3, 0])),
        (json!([]), json!([-2, -2, -2]), json!([]), json!([0, 0, 2, 3, 0, 0, 1])),
    ];
    for ((image, found), (qualities, angles, landmarks, numbers)) in
        record.images.iter().zip(found["images"].as_array().unwrap()).zip(expected)
    {
        assert_eq!((&found["qualities"], &found["landmarks"]), (&qualities, &landmarks));
        // An angle that is not told has the code 0, which is none.
        assert_eq!(found["angles"], angles);
        let names = ["gender", "height", "type", "format", "level", "processing", "source"];
        assert_eq!(json!(names.map(|name| &found[name])), numbers);
        assert_eq!((&found["width"], &found["rows"], &found["colours"]), (&json!(480), &json!(640), &json!(1)));
        assert_eq!(found["data"], json!(hex(&image.data)));
    }
}

/// OpenJPEG, by way of Pillow, on the JPEG 2000 images in records of another maker.
#[test]
fn jpeg_2000_means_the_same_to_openjpeg_and_to_us() {
    if !has("PIL.Jpeg2KImagePlugin") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (width, height) = jpeg2000::SIZE;
    let of = |data: &[u8]| {
        EyeImage::new(
            EyeLabel::Undefined,
            rekam::interchange::iir::ImageKind::Uncropped,
            ImageFormat::Jpeg2000,
            (width as u16, height as u16),
            data.to_vec(),
        )
    };
    let mut images = vec![of(&jpeg2000::FILE), of(&jpeg2000::STREAM), of(&jpeg2000::LOSSY)];
    for (_, path) in samples() {
        images.extend(IirRecord::decode(&std::fs::read(path).unwrap()).unwrap().images);
    }
    for image in images {
        let (source, target) = (dir.path().join("image.jp2"), dir.path().join("pixels"));
        std::fs::write(&source, &image.data).unwrap();
        let size = ask(&[Path::new("decode"), &source, &target]);
        assert_eq!((&size["width"], &size["height"]), (&json!(image.width), &json!(image.height)));
        let (width, height) = (image.width.into(), image.height.into());
        let theirs = GrayImage::new(width, height, std::fs::read(&target).unwrap()).unwrap();
        // The irreversible wavelet is computed in floating point; the last bit of a rounding may differ.
        assert!(farthest(&image.image().unwrap(), &theirs) <= 1);
    }
}
