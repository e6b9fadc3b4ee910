//! Whatever can be written is read back equal, and whatever is read strictly is written back to the same bytes.

use proptest::prelude::*;
use rekam::interchange::fir::{Certificate, QualityScore};
use rekam::interchange::fir::{
    Compression, Fir2005, Fir2011, FirRecord, Image2005, Image2011, Picture, Sampling, Unit,
};
use rekam::interchange::fmr::{self, Area, FmrMinutia, FmrRecord, FmrView, Geometry, Impression, MinutiaKind, card};

use crate::golden::{FIR_2005, FIR_2011, FMR_2005};

fn geometry() -> impl Strategy<Value = Geometry> {
    (1u16..=16_384, 1u16..=16_384, 1u16.., 1u16..).prop_map(|(width, height, resolution_x, resolution_y)| Geometry {
        width,
        height,
        resolution_x,
        resolution_y,
    })
}

fn minutia(geometry: Geometry) -> impl Strategy<Value = FmrMinutia> {
    let kind = prop_oneof![Just(MinutiaKind::Other), Just(MinutiaKind::Ending), Just(MinutiaKind::Bifurcation)];
    (kind, 0..geometry.width, 0..geometry.height, any::<u8>(), 0u8..=100)
        .prop_map(|(kind, x, y, angle, quality)| FmrMinutia { kind, x, y, angle, quality })
}

fn view(geometry: Geometry) -> impl Strategy<Value = FmrView> {
    let area = (any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(code, data)| Area { code, data });
    let minutiae = prop::collection::vec(minutia(geometry), 0..=255);
    let impression = prop::sample::select(&Impression::ALL[..]);
    (0u8..=10, impression, 0u8..=100, minutiae, prop::collection::vec(area, 0..4)).prop_map(
        move |(position, impression, quality, minutiae, extended)| FmrView {
            position,
            number: 0,
            impression,
            quality,
            geometry,
            minutiae,
            extended,
        },
    )
}

fn record() -> impl Strategy<Value = FmrRecord> {
    let views = geometry().prop_flat_map(|geometry| prop::collection::vec(view(geometry), 1..5));
    (any::<u16>(), views).prop_map(|(equipment, mut views)| {
        let mut seen = [0; 11];
        for view in &mut views {
            let count = &mut seen[usize::from(view.position)];
            (view.number, *count) = (*count, *count + 1);
        }
        FmrRecord { equipment, views }
    })
}

fn sampling(codes: &'static [Compression]) -> impl Strategy<Value = Sampling> {
    let unit = prop_oneof![Just(Unit::Inch), Just(Unit::Centimetre)];
    (unit, 1u16.., 1u16.., 1u8..=16, prop::sample::select(codes)).prop_map(
        |(unit, across, down, depth, compression)| {
            let image = (across, down);
            Sampling { unit, scan: (across.max(1000), down.max(1000)), image, depth, compression }
        },
    )
}

const BOTH: [Compression; 6] = [
    Compression::Raw,
    Compression::Packed,
    Compression::Wsq,
    Compression::Jpeg,
    Compression::Jpeg2000,
    Compression::Png,
];
const NEWER: [Compression; 2] = [Compression::Jpeg2000Lossless, Compression::Raw];

fn picture() -> impl Strategy<Value = Picture> {
    let position = prop_oneof![0u8..=10, 13u8..=15, 20u8..=36];
    let data = prop::collection::vec(any::<u8>(), 0..60);
    (position, 0u8..=15, 1u16.., 1u16.., data).prop_map(|(position, impression, width, height, data)| Picture {
        position,
        impression,
        width,
        height,
        data,
    })
}

fn older() -> impl Strategy<Value = Fir2005> {
    let image = (1u8.., 0.0f32..1.0, prop::option::of(0u8..=100), picture()).prop_map(|(views, which, quality, p)| {
        let view = 1 + (f32::from(views - 1) * which) as u8;
        Image2005 { views, view, quality, picture: p }
    });
    (any::<u16>(), any::<u16>(), sampling(&BOTH), prop::collection::vec(image, 1..4))
        .prop_map(|(device, level, sampling, images)| Fir2005 { device, level, sampling, images })
}

fn newer() -> impl Strategy<Value = Fir2011> {
    let quality = (0u8..=100, any::<u16>(), any::<u16>()).prop_map(|(score, vendor, algorithm)| QualityScore {
        score,
        vendor,
        algorithm,
    });
    let certificate = (any::<u16>(), any::<u8>()).prop_map(|(authority, scheme)| Certificate { authority, scheme });
    let certificates = prop::collection::vec(certificate, 0..3);
    let qualities = prop::collection::vec(quality, 0..3);
    let sampling = prop_oneof![sampling(&BOTH), sampling(&NEWER)];
    let device = (0u8..=20, any::<u16>(), any::<u16>(), any::<u8>());
    let image = (device, qualities, certificates, sampling, picture()).prop_map(
        |((technology, vendor, device, number), qualities, certificates, sampling, picture)| Image2011 {
            technology,
            vendor,
            device,
            number,
            qualities,
            certificates: Some(certificates),
            ..Image2011::new((sampling, picture))
        },
    );
    (any::<bool>(), prop::collection::vec(image, 1..4)).prop_map(|(certified, mut images)| {
        if !certified {
            images.iter_mut().for_each(|image| image.certificates = None);
        }
        Fir2011 { images }
    })
}

proptest! {
    #[test]
    fn a_minutiae_record_reads_back_as_it_was_written(record in record()) {
        let bytes = record.encode().unwrap();
        prop_assert_eq!(&fmr::decode(&bytes).unwrap(), &record);
        let received = fmr::receive(&bytes).unwrap();
        prop_assert_eq!(received.record.encode().unwrap().len(), bytes.len());
    }

    #[test]
    fn an_image_record_reads_back_as_it_was_written(older in older(), newer in newer()) {
        for record in [FirRecord::Edition2005(older), FirRecord::Edition2011(newer)] {
            let bytes = record.encode().unwrap();
            let back = FirRecord::decode(&bytes).unwrap();
            prop_assert_eq!(&back, &record);
            prop_assert_eq!(back.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn what_reads_strictly_is_written_back_to_the_same_bytes(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let flipped = |golden: &[u8]| {
            let mut bytes = golden.to_vec();
            flips.iter().for_each(|(at, value)| bytes[at.index(golden.len())] = *value);
            bytes
        };
        let bytes = flipped(&FMR_2005);
        if let Ok(record) = fmr::decode(&bytes) {
            prop_assert_eq!(record.encode().unwrap(), bytes);
        }
        for golden in [&FIR_2005[..], &FIR_2011] {
            let bytes = flipped(golden);
            if let Ok(record) = FirRecord::decode(&bytes) {
                prop_assert_eq!(record.encode().unwrap(), bytes);
            }
        }
    }

    #[test]
    fn what_was_received_can_always_be_written(
        flips in prop::collection::vec((8..106_usize, any::<u8>()), 0..8),
    ) {
        let mut bytes = FMR_2005;
        flips.iter().for_each(|(at, value)| bytes[*at] = *value);
        bytes[8..12].copy_from_slice(&106u32.to_be_bytes());
        if let Ok(received) = fmr::receive(&bytes) {
            let again = fmr::decode(&received.record.encode().unwrap()).unwrap();
            prop_assert_eq!(again, received.record);
        }
    }

    #[test]
    fn a_card_reads_back_as_it_was_written(record in record()) {
        let found = card::of_view(&record.views[0]);
        prop_assert!(found.len() <= record.views[0].minutiae.len());
        prop_assert_eq!(card::decode(&card::encode(&found)).unwrap(), found);
    }
}
