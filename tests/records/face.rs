//! Face image records: as the standard lays them out, with every kind of image devices put into them, and nothing else.

use std::io::Cursor;

use image::{ExtendedColorType, ImageFormat as FileFormat};
use proptest::prelude::*;
use rekam::interchange::RecordError;
use rekam::interchange::fac::{
    Angle, Colours, FacRecord, FaceFormat, FaceImage, FaceKind, Landmark, QualityScore, Sex,
};
use rekam_hal::RgbImage;
use rekam_simulator::people::portrait::{Backdrop, Look, portrait};

use crate::jpeg2000;

/// ISO/IEC 19794-5:2011: a full frontal portrait with everything that can be told, and its token image of which nothing
/// is known. The pictures are no pictures.
#[rustfmt::skip]
pub const FAC_2011: [u8; 145] = [
    b'F', b'A', b'C', 0, b'0', b'3', b'0', 0, // format identifier, version
    0, 0, 0, 145, 0, 2, 0, 0, 1, // record length, representations, no certificates, in no order
    0, 0, 0, 76, // representation length
    0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4, // 17 August 2026, 10:30:59.500
    2, 0, 9, 0, 8, // device technology, vendor, type
    1, 77, 0, 1, 0, 2, // one quality of 77
    0, 2, // landmarks
    2, 3, 2, 165, // female, brown eyes, black hair, 165 cm
    0, 0, 3, 0, 1, // features told: glasses; neutral expression
    179, 1, 3, 4, 4, 1, // yaw -4, pitch 0, roll 4 degrees; uncertain by 3, 3 and 0
    1, 0xc1, 0, 250, 0, 200, 0, 0, // centre of the left eye
    1, 0xc2, 0, 170, 0, 201, 0, 0, // centre of the right eye
    1, 3, 1, 0x9d, 2, 0x13, 3, // full frontal, PNG, 413 x 531, 300 to 370 pixels across the head
    0, 2, 0, 1, // cropped, made from none, red green blue
    0, 0, 0, 4, 1, 2, 3, 4, // four bytes
    0, 0, 0, 52, // representation length
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, // time unknown
    0, 0, 0, 0, 0, 0, // nothing known of the device, no quality
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // no landmarks, nothing known of the person
    0, 0, 0, 0, 0, 0, // nor of the pose
    2, 0, 0, 240, 1, 64, 0, // token, JPEG, 240 x 320, below 180 pixels across the head
    0, 0, 1, 1, // nothing done, made from the first, red green blue
    0, 0, 0, 1, 9, // one byte
];

fn spelled_out() -> FacRecord {
    let frontal = FaceImage {
        captured: [0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4],
        technology: 2,
        vendor: 9,
        device: 8,
        qualities: vec![QualityScore { score: 77, vendor: 1, algorithm: 2 }],
        sex: Sex::Female,
        eye_colour: 3,
        hair_colour: 2,
        height_cm: 165,
        features: 3,
        expression: 1,
        pose: [Angle::of(-4.0, 3.0), Angle::of(0.2, 3.0), Angle::of(4.4, 0.0)],
        landmarks: Landmark::eyes((250.4, 200.0), (170.9, 201.5)).to_vec(),
        sampling: FaceImage::sampling_of(320),
        processing: 2,
        ..FaceImage::new(FaceKind::FullFrontal, FaceFormat::Png, (413, 531), vec![1, 2, 3, 4])
    };
    let token = FaceImage { made_from: 1, ..FaceImage::new(FaceKind::Token, FaceFormat::Jpeg, (240, 320), vec![9]) };
    FacRecord { images: vec![frontal, token], sequence: 1 }
}

#[test]
fn a_face_record_is_read_and_written_as_spelled_out() {
    assert_eq!(spelled_out().encode().unwrap(), FAC_2011);
    assert_eq!(FacRecord::decode(&FAC_2011).unwrap(), spelled_out());
}

#[test]
fn every_field_is_checked_and_named() {
    let complaint = |at: usize, value: u8| {
        let mut bytes = FAC_2011.to_vec();
        bytes[at] = value;
        FacRecord::decode(&bytes).map(|_| ()).unwrap_err().to_string()
    };
    for (at, value, name) in [
        (0, b'X', "face image record"),
        (5, b'1', "version"),
        (11, 144, "record length states 144 bytes, but there are 145"),
        (13, 0, "number of representations"),
        (13, 1, "record length"),
        (13, 3, "representation length"),
        (14, 1, "certification flag"),
        (20, 50, "representation length"),
        (20, 75, "length of the image data"),
        (23, 13, "capture month"),
        (36, 101, "quality score"),
        (43, 3, "gender"),
        (52, 182, "pose angle"),
        (55, 200, "pose angle uncertainty"),
        (60, 2, "landmark abscissa"),
        (62, 3, "landmark ordinate"),
        (74, 0x80, "face image type"),
        (74, 4, "face image type"),
        (75, 4, "image data type"),
        (80, 8, "spatial sampling rate level"),
        (84, 5, "image colour space"),
        (88, 5, "length of the image data"),
    ] {
        let found = complaint(at, value);
        assert!(found.contains(name), "byte {at} = {value}: {found}");
    }
    assert!(complaint(74, 0x81).contains("not supported"), "three dimensions are lawful");
    for end in 0..FAC_2011.len() {
        assert!(FacRecord::decode(&FAC_2011[..end]).is_err(), "cut after {end}");
    }
}

/// A drawn portrait.
pub fn face(seed: u64) -> RgbImage {
    portrait(seed, 1, Look { backdrop: Backdrop::Red, female: false, veil: false, age: 30 })
}

fn stored(image: &RgbImage, format: FaceFormat, data: Vec<u8>) -> FaceImage {
    FaceImage::new(FaceKind::Basic, format, (image.width() as u16, image.height() as u16), data)
}

fn through(image: FaceImage) -> Result<RgbImage, RecordError> {
    FacRecord::decode(&FacRecord::single(image).encode().unwrap()).unwrap().images[0].image()
}

fn written(image: &RgbImage, format: FileFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let (width, height) = (image.width(), image.height());
    image::write_buffer_with_format(&mut out, image.pixels(), width, height, ExtendedColorType::Rgb8, format).unwrap();
    out.into_inner()
}

#[test]
fn a_portrait_comes_back_from_its_record() {
    let image = face(3);
    let ours = FaceImage::of(&image, FaceKind::FullFrontal).unwrap();
    assert_eq!((ours.kind, ours.format, ours.colours), (FaceKind::FullFrontal, FaceFormat::Png, Colours::Rgb));
    assert!(through(ours).unwrap() == image);
    let lossy = through(stored(&image, FaceFormat::Jpeg, written(&image, FileFormat::Jpeg))).unwrap();
    let far = lossy.pixels().iter().zip(image.pixels()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
    assert!(far < 4 * image.pixels().len() as u64, "{far}");
}

#[test]
fn jpeg_2000_is_read_in_colour_and_in_grey() {
    let (width, height) = jpeg2000::SIZE;
    let drawn = |of: &dyn Fn(u32, u32) -> [u8; 3]| {
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| of(x, y))).collect();
        RgbImage::new(width, height, pixels).unwrap()
    };
    let (colour, grey) = (drawn(&jpeg2000::colour), drawn(&|x, y| [jpeg2000::pixel(x, y); 3]));
    for format in [FaceFormat::Jpeg2000, FaceFormat::Jpeg2000Lossless] {
        assert!(through(stored(&colour, format, jpeg2000::COLOUR.to_vec())).unwrap() == colour);
        assert!(through(stored(&grey, format, jpeg2000::FILE.to_vec())).unwrap() == grey);
    }
    for end in [0, 3, 20, 60, jpeg2000::COLOUR.len() / 2, jpeg2000::COLOUR.len() - 40] {
        let cut = stored(&colour, FaceFormat::Jpeg2000, jpeg2000::COLOUR[..end].to_vec());
        assert!(through(cut).is_err(), "cut after {end}");
    }
}

#[test]
fn a_picture_of_another_size_than_stated_is_refused() {
    let image = face(4);
    for (format, file) in [(FaceFormat::Png, FileFormat::Png), (FaceFormat::Jpeg, FileFormat::Jpeg)] {
        let honest = stored(&image, format, written(&image, file));
        assert!(honest.image().is_ok(), "{format:?}");
        for (width, height) in [(479, 640), (480, 641), (2000, 2000), (65_535, 65_535)] {
            let said = FaceImage { width, height, ..honest.clone() }.image().unwrap_err().to_string();
            assert!(said.contains("image"), "{format:?} {width} x {height}: {said}");
        }
    }
}

#[test]
fn a_record_without_portraits_or_with_a_lie_is_not_written() {
    assert!(FacRecord { images: Vec::new(), sequence: 0 }.encode().is_err());
    let image = spelled_out().images[0].clone();
    let unfit = |image: FaceImage| FacRecord::single(image).encode().unwrap_err().to_string();
    assert!(unfit(FaceImage { width: 0, ..image.clone() }).contains("image width"));
    assert!(unfit(FaceImage { features: 1 << 24, ..image.clone() }).contains("features"));
    assert!(unfit(FaceImage { width: 200, ..image.clone() }).contains("landmark abscissa"));
    let angle = Angle { code: 182, uncertainty: 0 };
    assert!(unfit(FaceImage { pose: [angle; 3], ..image }).contains("pose angle"));
}

fn landmark() -> impl Strategy<Value = Landmark> {
    (any::<u8>(), any::<u8>(), 0u16..100, 0u16..100, any::<u16>()).prop_map(|(kind, code, x, y, z)| Landmark {
        kind,
        code,
        x,
        y,
        z,
    })
}

fn image() -> impl Strategy<Value = FaceImage> {
    let codes = (
        prop::sample::select(vec![Sex::Unspecified, Sex::Male, Sex::Female, Sex::Unknown]),
        prop::sample::select(vec![FaceKind::Basic, FaceKind::FullFrontal, FaceKind::Token, FaceKind::Processed]),
        prop::sample::select(vec![
            FaceFormat::Jpeg,
            FaceFormat::Jpeg2000,
            FaceFormat::Jpeg2000Lossless,
            FaceFormat::Png,
        ]),
        prop::sample::select(vec![Colours::Unspecified, Colours::Rgb, Colours::Grey, Colours::Other]),
    );
    let numbers = (any::<[u8; 5]>(), any::<[u16; 4]>(), 0u32..1 << 24, 0u8..8);
    let angle = || (0u8..=181, 0u8..=181).prop_map(|(code, uncertainty)| Angle { code, uncertainty });
    let data = prop::collection::vec(any::<u8>(), 0..60);
    let rest = ([angle(), angle(), angle()], prop::collection::vec(landmark(), 0..4), 100u16.., 100u16.., data);
    (codes, numbers, rest).prop_map(
        |((sex, kind, format, colours), (bytes, words, features, sampling), (pose, landmarks, width, height, data))| {
            FaceImage {
                technology: bytes[0],
                eye_colour: bytes[1],
                hair_colour: bytes[2],
                height_cm: bytes[3],
                made_from: bytes[4],
                vendor: words[0],
                device: words[1],
                expression: words[2],
                processing: words[3],
                sex,
                colours,
                features,
                sampling,
                pose,
                landmarks,
                ..FaceImage::new(kind, format, (width, height), data)
            }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(images in prop::collection::vec(image(), 1..4), sequence in any::<u16>()) {
        let record = FacRecord { images, sequence };
        prop_assert_eq!(FacRecord::decode(&record.encode().unwrap()).unwrap(), record);
    }
}
