//! Iris image records: as the standard lays them out, with every kind of image devices put into them, and nothing else.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use image::{ExtendedColorType, ImageFormat as FileFormat};
use proptest::prelude::*;
use rekam::interchange::RecordError;
use rekam::interchange::iir::{
    Extent, EyeImage, EyeLabel, History, IirRecord, ImageFormat, ImageKind, Mirroring, Place, QualityScore,
};
use rekam_hal::GrayImage;
use rekam_simulator::people::eye::{Eye, EyeConditions};

use crate::jpeg2000;

/// ISO/IEC 19794-6:2011: both eyes of 2 x 2 raw pixels, the left one mirrored, with everything that can be told.
#[rustfmt::skip]
pub const IIR_2011: [u8; 133] = [
    b'I', b'I', b'R', 0, b'0', b'2', b'0', 0, // format identifier, version
    0, 0, 0, 133, 0, 2, 0, 2, // record length, representations, no certificates, eyes
    0, 0, 0, 61, // representation length
    0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4, // 17 August 2026, 10:30:59.500
    1, 0, 9, 0, 8, // device technology, vendor, type
    1, 77, 0, 1, 0, 2, // one quality of 77
    0, 1, 1, 3, 2, // representation 1, right eye, cropped, raw
    0b0100_0101, // upright, never compressed with loss
    0, 2, 0, 2, 8, 0, 120, // 2 x 2, 8 bits, 120 mm away
    0x40, 0, 1, 0, // rolled by a quarter turn, uncertain by a 256th of one
    0, 1, 0, 2, 0, 1, 0, 1, 0, 200, 0, 210, // centre and diameter
    0, 0, 0, 4, 1, 2, 3, 4, // four bytes
    0, 0, 0, 56, // representation length
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, // time unknown
    0, 0, 0, 0, 0, 0, // nothing known of the device, no quality
    0, 2, 2, 1, 2, // representation 2, left eye, uncropped, raw
    0b1000_0110, // mirrored across, upright, compressed with loss before
    0, 2, 0, 2, 8, 0, 0, // 2 x 2, 8 bits, distance unknown
    0xff, 0xff, 0xff, 0xff, // roll unknown
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // centre and diameter unknown
    0, 0, 0, 4, 1, 2, 3, 4, // four bytes
];

fn spelled_out() -> IirRecord {
    let raw = |eye, kind| EyeImage::new(eye, kind, ImageFormat::Raw, (2, 2), vec![1, 2, 3, 4]);
    let right = EyeImage {
        captured: [0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4],
        technology: 1,
        vendor: 9,
        device: 8,
        qualities: vec![QualityScore { score: 77, vendor: 1, algorithm: 2 }],
        history: History::Lossless,
        range: 120,
        roll: Some(0x4000),
        roll_uncertainty: Some(0x100),
        place: Place {
            x: Extent { least: 1, most: 2 },
            y: Extent::exactly(1),
            diameter: Extent { least: 200, most: 210 },
        },
        ..raw(EyeLabel::Right, ImageKind::Cropped)
    };
    let left = EyeImage {
        number: 2,
        across: Mirroring::Flipped,
        history: History::Lossy,
        ..raw(EyeLabel::Left, ImageKind::Uncropped)
    };
    IirRecord { images: vec![right, left] }
}

#[test]
fn an_iris_record_is_read_and_written_as_spelled_out() {
    assert_eq!(spelled_out().encode().unwrap(), IIR_2011);
    let record = IirRecord::decode(&IIR_2011).unwrap();
    assert_eq!(record, spelled_out());
    assert_eq!(record.images[0].image().unwrap().pixels(), [1, 2, 3, 4]);
    assert_eq!(record.images[1].image().unwrap().pixels(), [2, 1, 4, 3], "the mirror is undone");
}

#[test]
fn every_field_is_checked_and_named() {
    let complaint = |at: usize, value: u8| {
        let mut bytes = IIR_2011.to_vec();
        bytes[at] = value;
        IirRecord::decode(&bytes).map(|_| ()).unwrap_err().to_string()
    };
    for (at, value, name) in [
        (0, b'X', "iris image record"),
        (5, b'3', "version"),
        (11, 132, "record length states 132 bytes, but there are 133"),
        (13, 0, "number of representations"),
        (13, 1, "record length"),
        (13, 3, "representation length"),
        (14, 1, "certification flag"),
        (15, 1, "number of eyes"),
        (19, 51, "representation length"),
        (19, 60, "length of the image data"),
        (22, 13, "capture month"),
        (34, 2, "quality vendor"),
        (35, 101, "quality score"),
        (41, 0, "representation number"),
        (42, 3, "eye"),
        (43, 4, "image type"),
        (44, 4, "image format"),
        (45, 0b0101_0101, "image properties"),
        (45, 0b0100_0111, "horizontal orientation"),
        (45, 0b0100_1101, "vertical orientation"),
        (45, 0b1100_0101, "compression history"),
        (47, 0, "image width"),
        (49, 0, "image height"),
        (50, 17, "bit depth"),
        (58, 3, "abscissa of the iris' centre"),
        (64, 3, "ordinate of the iris' centre"),
        (65, 1, "iris diameter"),
        (72, 5, "length of the image data"),
    ] {
        // Lengths that no longer fit may be met first; then the record still must not pass.
        let found = complaint(at, value);
        let lengths = name.contains("vendor") && found.contains("the field");
        assert!(found.contains(name) || lengths, "byte {at} = {value}: {found}");
    }
    for end in 0..IIR_2011.len() {
        assert!(IirRecord::decode(&IIR_2011[..end]).is_err(), "cut after {end}");
    }
}

/// A synthetic eye.
pub fn eye(seed: u64) -> GrayImage {
    Eye::new(seed).capture(&EyeConditions::typical(seed)).0
}

fn stored(image: &GrayImage, format: ImageFormat, data: Vec<u8>) -> EyeImage {
    let size = (image.width() as u16, image.height() as u16);
    EyeImage::new(EyeLabel::Right, ImageKind::Uncropped, format, size, data)
}

fn through(image: EyeImage) -> Result<GrayImage, RecordError> {
    IirRecord::decode(&IirRecord { images: vec![image] }.encode().unwrap()).unwrap().images[0].image()
}

fn jpeg(image: &GrayImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let (width, height) = (image.width(), image.height());
    image::write_buffer_with_format(&mut out, image.pixels(), width, height, ExtendedColorType::L8, FileFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

#[test]
fn an_eye_comes_back_from_its_record() {
    let image = eye(3);
    let ours = EyeImage::of(&image, EyeLabel::Left).unwrap();
    assert_eq!((ours.kind, ours.format, ours.eye), (ImageKind::Vga, ImageFormat::Png, EyeLabel::Left));
    assert!(through(ours).unwrap() == image);
    assert!(through(stored(&image, ImageFormat::Raw, image.pixels().to_vec())).unwrap() == image);
    let lossy = through(stored(&image, ImageFormat::Jpeg, jpeg(&image))).unwrap();
    assert!(crate::images::psnr(&image, &lossy) > 30.0);
}

#[test]
fn jpeg_2000_is_read_as_its_makers_meant_it() {
    let (width, height) = jpeg2000::SIZE;
    let pattern = GrayImage::from_fn(width, height, jpeg2000::pixel);
    for data in [&jpeg2000::FILE[..], &jpeg2000::STREAM] {
        assert!(through(stored(&pattern, ImageFormat::Jpeg2000, data.to_vec())).unwrap() == pattern);
        for end in [0, 3, 20, 60, data.len() / 2, data.len() - 40] {
            assert!(through(stored(&pattern, ImageFormat::Jpeg2000, data[..end].to_vec())).is_err(), "cut after {end}");
        }
    }
    let lossy = through(stored(&pattern, ImageFormat::Jpeg2000, jpeg2000::LOSSY.to_vec())).unwrap();
    assert!(crate::images::psnr(&pattern, &lossy) > 40.0);
}

/// A few hundred bytes that ask for gigabytes.
#[test]
fn jpeg_2000_of_countless_tiles_or_precincts_is_refused_before_it_is_decoded() {
    let stream = jpeg2000::STREAM.to_vec();
    let refused = |data: Vec<u8>, side: u16, words: &str| {
        let image = EyeImage::new(EyeLabel::Left, ImageKind::Cropped, ImageFormat::Jpeg2000, (side, side), data);
        let said = image.image().unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    };
    let large = |mut data: Vec<u8>, tile: u32| {
        data[8..16].copy_from_slice(&[0, 0, 8, 0, 0, 0, 8, 0]);
        data[24..32].copy_from_slice(&[tile.to_be_bytes(), tile.to_be_bytes()].concat());
        data
    };
    refused(large(stream.clone(), 1), 2048, "number of JPEG 2000 tiles");
    refused(large(stream.clone(), 0), 2048, "number of JPEG 2000 tiles");
    let coding = stream.windows(2).position(|two| two == [0xff, 0x52]).unwrap();
    let mut precincts = large(stream, 2048);
    let (length, levels) = (usize::from(precincts[coding + 3]), usize::from(precincts[coding + 9]));
    precincts[coding + 4] |= 1;
    precincts[coding + 3] += levels as u8 + 1;
    precincts.splice(coding + 2 + length..coding + 2 + length, vec![0x11; levels + 1]);
    refused(precincts, 2048, "JPEG 2000 precinct size");
}

#[test]
fn an_image_of_another_size_or_depth_than_stated_is_refused() {
    let (width, height) = jpeg2000::SIZE;
    let pattern = GrayImage::from_fn(width, height, jpeg2000::pixel);
    let png = EyeImage::of(&pattern, EyeLabel::Right).unwrap().data;
    for (format, data) in [
        (ImageFormat::Raw, pattern.pixels().to_vec()),
        (ImageFormat::Png, png),
        (ImageFormat::Jpeg, jpeg(&pattern)),
        (ImageFormat::Jpeg2000, jpeg2000::FILE.to_vec()),
    ] {
        let honest = stored(&pattern, format, data);
        assert!(honest.image().is_ok(), "{format:?}");
        for (width, height) in [(23, 18), (24, 19), (2000, 2000), (65_535, 65_535)] {
            let lying = EyeImage { width, height, ..honest.clone() };
            let said = lying.image().unwrap_err().to_string();
            assert!(said.contains("image"), "{format:?} {width} x {height}: {said}");
        }
        let deep = EyeImage { depth: 16, ..honest };
        assert!(deep.image().unwrap_err().to_string().contains("bit depth"), "{format:?}");
    }
}

#[test]
fn a_record_without_images_or_with_a_lie_is_not_written() {
    assert!(IirRecord { images: Vec::new() }.encode().is_err());
    let image = spelled_out().images[0].clone();
    let unfit = |image: EyeImage| IirRecord { images: vec![image] }.encode().unwrap_err().to_string();
    assert!(unfit(EyeImage { roll: Some(u16::MAX), ..image.clone() }).contains("roll angle"));
    assert!(unfit(EyeImage { width: 0, ..image.clone() }).contains("image width"));
    let outside = Place { x: Extent::exactly(3), ..Place::default() };
    assert!(unfit(EyeImage { place: outside, ..image }).contains("abscissa"));
}

fn extent(limit: u16) -> impl Strategy<Value = Extent> {
    (0..=limit, 0..=limit).prop_map(|(a, b)| Extent { least: a.min(b), most: a.max(b) })
}

fn image() -> impl Strategy<Value = EyeImage> {
    let codes = (
        prop::sample::select(vec![EyeLabel::Undefined, EyeLabel::Right, EyeLabel::Left]),
        prop::sample::select(vec![
            ImageKind::Uncropped,
            ImageKind::Vga,
            ImageKind::Cropped,
            ImageKind::CroppedAndMasked,
        ]),
        prop::sample::select(vec![ImageFormat::Raw, ImageFormat::Jpeg, ImageFormat::Jpeg2000, ImageFormat::Png]),
        prop::sample::select(vec![Mirroring::Undefined, Mirroring::Base, Mirroring::Flipped]),
        prop::sample::select(vec![Mirroring::Undefined, Mirroring::Base, Mirroring::Flipped]),
        prop::sample::select(vec![History::Undefined, History::Lossless, History::Lossy]),
    );
    let quality = (0u8..=100, any::<u16>(), any::<u16>()).prop_map(|(score, vendor, algorithm)| QualityScore {
        score,
        vendor,
        algorithm,
    });
    let numbers = (any::<u8>(), any::<u16>(), any::<u16>(), 1u16.., 1u8..=16, any::<u16>());
    let angles = (prop::option::of(0..u16::MAX), prop::option::of(0..u16::MAX));
    let size = (1u16.., 1u16..);
    let data = prop::collection::vec(any::<u8>(), 0..60);
    (codes, prop::collection::vec(quality, 0..3), numbers, angles, size, data).prop_flat_map(
        |(codes, qualities, (technology, vendor, device, number, depth, range), angles, size, data)| {
            let (eye, kind, format, across, down, history) = codes;
            let image = EyeImage::new(eye, kind, format, size, data);
            (extent(size.0), extent(size.1), extent(u16::MAX)).prop_map(move |(x, y, diameter)| EyeImage {
                technology,
                vendor,
                device,
                number,
                depth,
                range,
                across,
                down,
                history,
                qualities: qualities.clone(),
                roll: angles.0,
                roll_uncertainty: angles.1,
                place: Place { x, y, diameter },
                ..image.clone()
            })
        },
    )
}

proptest! {
    #[test]
    fn an_iris_record_reads_back_as_it_was_written(images in prop::collection::vec(image(), 1..5)) {
        let record = IirRecord { images };
        let bytes = record.encode().unwrap();
        let back = IirRecord::decode(&bytes).unwrap();
        prop_assert_eq!(&back, &record);
        prop_assert_eq!(back.encode().unwrap(), bytes);
    }

    #[test]
    fn what_reads_strictly_as_an_iris_record_is_written_back_to_the_same_bytes(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = IIR_2011.to_vec();
        flips.iter().for_each(|(at, value)| bytes[at.index(IIR_2011.len())] = *value);
        if let Ok(record) = IirRecord::decode(&bytes) {
            prop_assert_eq!(record.encode().unwrap(), bytes);
        }
    }
}

/// Records that a maker's simulated device writes.
pub fn samples() -> Vec<(EyeLabel, PathBuf)> {
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        let _ = writeln!(std::io::stderr(), "skipped: REKAM_DATA does not name a folder of records");
        return Vec::new();
    };
    let folder = PathBuf::from(data).join("formats");
    vec![(EyeLabel::Left, folder.join("Left_Iris.iso")), (EyeLabel::Right, folder.join("Right_Iris.iso"))]
}

#[test]
fn records_of_another_maker_are_read_to_the_last_byte() {
    for (label, path) in samples() {
        let bytes = std::fs::read(&path).unwrap();
        let record = IirRecord::decode(&bytes).unwrap();
        assert_eq!(record.encode().unwrap(), bytes);
        let [image] = &record.images[..] else { panic!("{record:?}") };
        assert_eq!((image.eye, image.format), (label, ImageFormat::Jpeg2000));
        let found = image.image().unwrap();
        assert_eq!((found.width(), found.height()), (image.width.into(), image.height.into()));
        // An eye and not noise or a blank: dark pupil, bright skin.
        let mut grey = found.pixels().to_vec();
        grey.sort_unstable();
        assert!(grey[grey.len() / 50] < 70 && grey[grey.len() * 9 / 10] > 100, "{path:?}");
    }
}
