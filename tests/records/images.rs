//! Images in records: what goes in comes out, in every way of storing it, and a size that lies is refused.

use rekam::interchange::fir::{Compression, Fir2011, FirRecord, Image2011, Picture, Sampling, Storage, Unit};
use rekam::interchange::{RecordError, wsq};
use rekam_hal::{GrayImage, Polarity};
use rekam_simulator::people::finger::{Conditions, Finger};

/// A synthetic print at 500 dpi.
pub fn print(seed: u64) -> GrayImage {
    Finger::new(seed).capture(&Conditions::typical(seed)).into_ridges_dark().with_dpi(500.0)
}

/// Peak signal-to-noise ratio in decibels.
pub fn psnr(a: &GrayImage, b: &GrayImage) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let squares = a.pixels().iter().zip(b.pixels()).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2));
    let mean = squares.sum::<f64>() / a.pixels().len() as f64;
    10.0 * (255.0 * 255.0 / mean.max(1e-9)).log10()
}

fn stored(image: &GrayImage, storage: Storage) -> FirRecord {
    FirRecord::Edition2011(Fir2011 { images: vec![Image2011::new(Picture::of(image, 2, 0, storage).unwrap())] })
}

fn restored(record: &FirRecord) -> Result<GrayImage, RecordError> {
    let record = FirRecord::decode(&record.encode().unwrap()).unwrap();
    let (sampling, picture) = record.images()[0];
    picture.image(sampling)
}

#[test]
fn an_image_comes_back_from_its_record() {
    for seed in 1..4 {
        let image = print(seed);
        for storage in [Storage::Raw, Storage::Png] {
            assert!(restored(&stored(&image, storage)).unwrap() == image, "{storage:?}");
        }
        let lossy = stored(&image, Storage::Wsq(wsq::BITS_PER_PIXEL));
        let back = restored(&lossy).unwrap();
        assert_eq!(back.dpi(), Some(500.0));
        assert!(psnr(&image, &back) > 28.0, "{}", psnr(&image, &back));
        let size = lossy.encode().unwrap().len();
        assert!(size * 6 < image.pixels().len(), "{size} bytes");
    }
}

#[test]
fn bright_ridges_are_stored_dark() {
    let bright = print(5).with_polarity(Polarity::RidgesBright);
    let back = restored(&stored(&bright, Storage::Raw)).unwrap();
    assert!(back == bright.into_ridges_dark());
}

#[test]
fn shallow_and_deep_pixels_keep_their_black_and_white() {
    let of = |depth: u8, compression: Compression, data: Vec<u8>| {
        let sampling = Sampling { unit: Unit::Inch, scan: (500, 500), image: (500, 500), depth, compression };
        let picture = Picture { position: 0, impression: 0, width: 5, height: 1, data };
        picture.image(sampling).map(|image| image.pixels().to_vec())
    };
    assert_eq!(of(1, Compression::Packed, vec![0b1010_1000]).unwrap(), [255, 0, 255, 0, 255]);
    assert_eq!(of(4, Compression::Packed, vec![0x0f, 0x70, 0xf0]).unwrap(), [0, 255, 119, 0, 255]);
    assert_eq!(of(4, Compression::Raw, vec![0, 15, 7, 0, 15]).unwrap(), [0, 255, 119, 0, 255]);
    assert_eq!(of(16, Compression::Raw, vec![0, 0, 255, 255, 128, 0, 0, 1, 255, 0]).unwrap(), [0, 255, 128, 0, 254]);
    assert_eq!(of(10, Compression::Raw, vec![0, 0, 3, 255, 2, 0, 0, 1, 3, 255]).unwrap(), [0, 255, 128, 0, 255]);
    for data in [vec![0; 4], vec![0; 6]] {
        let refused = of(8, Compression::Raw, data).unwrap_err();
        assert!(matches!(refused, RecordError::Length { field: "image data", stated: 5, .. }), "{refused}");
    }
}

#[test]
fn an_image_of_another_size_than_stated_is_refused() {
    let image = print(6);
    for storage in [Storage::Png, Storage::Wsq(wsq::BITS_PER_PIXEL)] {
        let (sampling, picture) = Picture::of(&image, 0, 0, storage).unwrap();
        for (width, height) in
            [(picture.width + 1, picture.height), (picture.width, picture.height - 1), (65_535, 65_535)]
        {
            let lying = Picture { width, height, ..picture.clone() };
            assert!(lying.image(sampling).is_err(), "{storage:?} {width} x {height}");
        }
        let cut = Picture { data: picture.data[..picture.data.len() / 2].to_vec(), ..picture.clone() };
        assert!(cut.image(sampling).is_err(), "{storage:?} cut");
    }
}

#[test]
fn what_is_lawful_and_not_supported_is_named() {
    let (sampling, picture) = Picture::of(&print(7), 0, 0, Storage::Raw).unwrap();
    for compression in [Compression::Jpeg2000, Compression::Jpeg2000Lossless] {
        let refused = picture.image(Sampling { compression, ..sampling }).unwrap_err().to_string();
        assert!(refused.contains("image compression") && refused.contains("not supported"), "{refused}");
    }
    let oblong = Sampling { image: (500, 250), ..sampling };
    assert!(picture.image(oblong).unwrap_err().to_string().contains("vertical image resolution"));
}

#[test]
fn a_resolution_no_finger_is_taken_at_is_refused_by_the_name_of_its_field() {
    let (sampling, picture) = Picture::of(&print(7), 0, 0, Storage::Raw).unwrap();
    let stated = |unit, across, down| {
        let scan = (u16::MAX, u16::MAX);
        picture.image(Sampling { unit, scan, image: (across, down), ..sampling })
    };
    for resolution in [1, 30, 200, 1100, 6000, u16::MAX] {
        match stated(Unit::Inch, resolution, resolution).unwrap_err() {
            RecordError::Unsupported { field: "horizontal image resolution", value } => {
                assert_eq!(value, u64::from(resolution));
            }
            other => panic!("{other}"),
        }
    }
    assert!(stated(Unit::Centimetre, 60, 60).is_err() && stated(Unit::Centimetre, 500, 500).is_err());
    for (unit, resolution) in [(Unit::Inch, 250), (Unit::Inch, 1000), (Unit::Centimetre, 98), (Unit::Centimetre, 394)] {
        assert!(stated(unit, resolution, resolution).is_ok(), "{resolution}");
    }
    // What the record says counts, not a comment in the stream inside.
    let (sampling, picture) = Picture::of(&print(7).with_dpi(60.0), 0, 0, Storage::Wsq(0.75)).unwrap();
    let image = picture.image(Sampling { scan: (500, 500), image: (500, 500), ..sampling }).unwrap();
    assert_eq!(image.dpi(), Some(500.0));
}

#[test]
fn a_wsq_stream_of_a_senseless_resolution_is_refused_and_an_unknown_one_is_left_open() {
    let of =
        |dpi: f32| wsq::decode(&wsq::encode(&print(7).with_dpi(dpi), wsq::BITS_PER_PIXEL).unwrap(), wsq::MAX_PIXELS);
    for dpi in [60.0, 200.0, 1200.0, 5000.0] {
        assert!(matches!(of(dpi), Err(wsq::WsqError::Resolution { ppi }) if ppi == dpi as u32), "{dpi}");
    }
    assert_eq!(of(569.0).unwrap().dpi(), Some(569.0));
    // Beyond what an image keeps: not stated.
    assert_eq!(of(9000.0).unwrap().dpi(), None);
    let mut stream = wsq::encode(&print(7), wsq::BITS_PER_PIXEL).unwrap();
    let at = stream.windows(7).position(|part| part == b"PPI 500").unwrap();
    stream[at..at + 7].copy_from_slice(b"PPI 020");
    assert!(matches!(wsq::decode(&stream, wsq::MAX_PIXELS), Err(wsq::WsqError::Resolution { ppi: 20 })));
    stream[at..at + 7].copy_from_slice(b"PPI 000");
    assert_eq!(wsq::decode(&stream, wsq::MAX_PIXELS).unwrap().dpi(), None);
}

#[test]
fn a_sampling_no_record_can_have_is_refused_and_never_a_panic() {
    let (sampling, picture) = Picture::of(&print(7), 0, 0, Storage::Raw).unwrap();
    for compression in [Compression::Raw, Compression::Packed, Compression::Png, Compression::Wsq] {
        for depth in [0, 17, 31, 32, 33, 255] {
            let refused = picture.image(Sampling { depth, compression, ..sampling }).unwrap_err();
            assert!(matches!(refused, RecordError::Field { field: "pixel depth", .. }), "{refused}");
        }
    }
    assert!(picture.image(Sampling { image: (501, 501), ..sampling }).is_err(), "finer than its scanner");
    assert!(Picture { width: 0, ..picture }.image(sampling).is_err());
}

#[test]
fn wsq_refuses_more_pixels_than_it_may_decode() {
    let image = print(8);
    let stream = wsq::encode(&image, wsq::BITS_PER_PIXEL).unwrap();
    assert!(wsq::recognised(&stream));
    assert!(wsq::decode(&stream, image.pixels().len()).is_ok());
    assert!(wsq::decode(&stream, image.pixels().len() - 1).is_err());
}
