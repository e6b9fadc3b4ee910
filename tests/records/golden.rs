//! Records spelled out byte by byte from the layouts in the standards, not by our encoder.

use rekam::interchange::RecordError;
use rekam::interchange::fir::{Certificate, Compression, Fir2005, Fir2011, FirRecord, Image2005, Image2011};
use rekam::interchange::fir::{Picture, QualityScore, Sampling, Unit};
use rekam::interchange::fmr::extended::{Content, Core, Delta, Points, RidgeCounts, Zones};
use rekam::interchange::fmr::{self, Area, Edition, FmrMinutia, FmrRecord, FmrView, Geometry, Impression, MinutiaKind};

/// ISO/IEC 19794-2:2005: two views, the second with every kind of extended data.
#[rustfmt::skip]
pub const FMR_2005: [u8; 106] = [
    b'F', b'M', b'R', 0, b' ', b'2', b'0', 0, // format identifier, version
    0, 0, 0, 106, // record length
    0x80, 0x2a, // equipment: certified by appendix B, device 42
    1, 0x40, 1, 0xe0, // image of 320 x 480
    0, 197, 0, 224, // 500 dpi across, 569 down
    2, 0, // views, reserved
    2, 0, 80, 2, // right index finger, view 0, live plain, quality 80, two minutiae
    0x40, 100, 0, 200, 64, 90, // ending at (100, 200), a quarter turn, quality 90
    0x81, 0x3f, 1, 0xdf, 255, 0, // bifurcation at (319, 479), the last pixel, quality not reported
    0, 0, // no extended data
    2, 0x18, 0, 1, // right index finger, view 1, swipe, quality 0, one minutia
    0, 0, 0, 0, 0, 1, // other at (0, 0), quality 1
    0, 52, // extended data
    0, 1, 0, 11, 2, 0, 1, 3, 0, 2, 7, // ridge counts by octants: 3 between 0 and 1, 7 between 0 and 2
    0, 2, 0, 26, // cores and deltas
    2, 0x40, 9, 0, 8, 32, 0, 7, 0, 6, // core at (9, 8) with an angle, core at (7, 6) without
    2, 0x40, 5, 0, 4, 1, 2, 3, 0, 3, 0, 2, // delta at (5, 4) with angles, delta at (3, 2) without
    0, 3, 0, 8, 160, 240, 2, 0b1101_1000, // zones of 160 x 240 in 2 bits: 3, 1, 2, 0
    1, 0, 0, 7, 1, 2, 3, // a maker's own
];

/// ANSI INCITS 378-2004 with the short length.
#[rustfmt::skip]
pub const FMR_ANSI: [u8; 56] = [
    b'F', b'M', b'R', 0, b' ', b'2', b'0', 0, // format identifier, version
    0, 56, // record length
    0, 0x31, 0, 0x0c, // product
    0, 7, // equipment
    1, 0x40, 1, 0xe0, 0, 197, 0, 197, // 320 x 480 at 500 dpi
    1, 0, // views, reserved
    7, 1, 60, 1, // left index finger, view 0, live rolled, quality 60, one minutia
    0x80, 10, 0, 20, 45, 70, // bifurcation at (10, 20), 90 degrees in steps of two, quality 70
    0, 18, 0, 2, 0, 18, // cores and deltas
    0x41, 0, 9, 0, 8, 90, // one core with an angle of 180 degrees
    0x41, 0, 5, 0, 4, 0, 60, 120, // one delta with angles of 0, 120 and 240 degrees
];

/// ISO/IEC 19794-2:2011: certificates, a quality, minutiae of six and of five bytes in images of different size.
#[rustfmt::skip]
pub const FMR_2011: [u8; 110] = [
    b'F', b'M', b'R', 0, b'0', b'3', b'0', 0, // format identifier, version
    0, 0, 0, 110, 0, 2, 1, // record length, representations, certificates are given
    0, 0, 0, 55, // representation length
    0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4, // 17 August 2026, 10:30:59.500
    1, 0, 9, 0, 8, // device technology, vendor, type
    1, 77, 0, 1, 0, 2, // one quality of 77
    1, 0, 3, 1, // one certificate
    1, 0, // right thumb, representation 0
    0, 197, 0, 197, 0, // 500 dpi, live plain
    1, 0x40, 1, 0xe0, // 320 x 480
    0x60, 2, // six bytes a minutia, two minutiae
    0x40, 100, 0, 200, 64, 254, // quality not reported
    0x80, 50, 0, 60, 128, 0, // the lowest quality
    0, 0,
    0, 0, 0, 40, // representation length
    255, 255, 255, 255, 255, 255, 255, 255, 255, // time unknown
    0, 0, 0, 0, 0, 0, 0, // device unknown, no quality, no certificate
    6, 0, // left thumb, representation 0
    1, 0x8a, 1, 0x8a, 2, // 1000 dpi, from paper plain
    3, 0x20, 2, 0x58, // 800 x 600
    0x50, 1, // five bytes a minutia, one minutia
    0x43, 0x1f, 2, 0x57, 192, // ending at (799, 599), three quarters of a turn
    0, 0,
];

/// ISO/IEC 19794-4:2005 with one uncompressed image of 4 x 2.
#[rustfmt::skip]
pub const FIR_2005: [u8; 54] = [
    b'F', b'I', b'R', 0, b'0', b'1', b'0', 0, // format identifier, version
    0, 0, 0, 0, 0, 54, // record length
    0, 42, 0, 31, // device, acquisition level
    1, 1, // images, scale in inches
    1, 0xf4, 1, 0xf4, 1, 0xf4, 1, 0xf4, // 500 dpi
    8, 0, 0, 0, // depth, uncompressed, reserved
    0, 0, 0, 22, // image length
    7, 1, 1, 254, 0, // left index finger, view 1 of 1, quality not reported, live plain
    0, 4, 0, 2, 0, // 4 x 2, reserved
    0, 255, 0, 255, 10, 20, 30, 40,
];

/// ISO/IEC 19794-4:2011 with one uncompressed image of 2 x 2, a quality and a certificate.
#[rustfmt::skip]
pub const FIR_2011: [u8; 70] = [
    b'F', b'I', b'R', 0, b'0', b'2', b'0', 0, // format identifier, version
    0, 0, 0, 70, 0, 1, 1, 1, // record length, representations, certificates are given, positions
    0, 0, 0, 54, // representation length
    0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4, // 17 August 2026, 10:30:59.500
    3, 0, 9, 0, 8, // device technology, vendor, type
    1, 77, 0, 1, 0, 2, // one quality of 77
    1, 0, 3, 1, // one certificate
    2, 0, 2, // right index finger, representation 0, scale in centimetres
    0, 197, 0, 197, 0, 197, 0, 197, // 500 dpi
    8, 0, 0, // depth, uncompressed, live plain
    0, 2, 0, 2, 0, 0, 0, 4, // 2 x 2, four bytes
    1, 2, 3, 4,
];

fn minutia(kind: MinutiaKind, x: u16, y: u16, angle: u8, quality: u8) -> FmrMinutia {
    FmrMinutia { kind, x, y, angle, quality }
}

fn points() -> Points {
    Points {
        cores: vec![Core { x: 9, y: 8, angle: Some(32) }, Core { x: 7, y: 6, angle: None }],
        deltas: vec![Delta { x: 5, y: 4, angles: Some([1, 2, 3]) }, Delta { x: 3, y: 2, angles: None }],
    }
}

fn contents() -> [Content; 3] {
    let counts = RidgeCounts { method: 2, counts: vec![[0, 1, 3], [0, 2, 7]] };
    let zones = Zones { width: 160, height: 240, bits: 2, packed: vec![0b1101_1000] };
    [Content::RidgeCounts(counts), Content::Points(points()), Content::Zones(zones)]
}

fn record() -> FmrRecord {
    let geometry = Geometry { width: 320, height: 480, resolution_x: 197, resolution_y: 224 };
    let mut extended: Vec<Area> = contents().iter().map(|content| content.area().unwrap().unwrap()).collect();
    extended.push(Area { code: 256, data: vec![1, 2, 3] });
    let first = FmrView {
        position: 2,
        number: 0,
        impression: Impression::LivePlain,
        quality: 80,
        geometry,
        minutiae: vec![
            minutia(MinutiaKind::Ending, 100, 200, 64, 90),
            minutia(MinutiaKind::Bifurcation, 319, 479, 255, 0),
        ],
        extended: Vec::new(),
    };
    let second = FmrView {
        number: 1,
        impression: Impression::Swipe,
        quality: 0,
        minutiae: vec![minutia(MinutiaKind::Other, 0, 0, 0, 1)],
        extended,
        ..first.clone()
    };
    FmrRecord { equipment: 0x802a, views: vec![first, second] }
}

#[test]
fn a_minutiae_record_is_read_and_written_as_spelled_out() {
    assert_eq!(fmr::decode(&FMR_2005).unwrap(), record());
    assert_eq!(record().encode().unwrap(), FMR_2005);
    let received = fmr::receive(&FMR_2005).unwrap();
    assert_eq!((received.edition, received.record, received.deviations), (Edition::Iso2005, record(), vec![]));
}

#[test]
fn extended_data_say_what_they_are() {
    let areas = &record().views[1].extended;
    let found: Vec<Content> = areas.iter().map(|area| area.content().unwrap()).collect();
    assert_eq!(found, [&contents()[..], &[Content::Other]].concat());
    for area in areas.iter().take(3) {
        for damaged in [area.data[..area.data.len() - 1].to_vec(), [&area.data[..], &[0]].concat()] {
            let damaged = Area { code: area.code, data: damaged };
            // Zonal quality fills what there is; the others must end where they end.
            assert!(area.code == 3 || damaged.content().is_err(), "{damaged:?}");
        }
    }
}

#[test]
fn an_ansi_record_reads_as_the_same_finger() {
    let received = fmr::receive(&FMR_ANSI).unwrap();
    assert_eq!((received.edition, received.deviations.len()), (Edition::Ansi2004, 0));
    let view = &received.record.views[0];
    assert_eq!((view.position, view.impression, view.quality), (7, Impression::LiveRolled, 60));
    assert_eq!(view.minutiae, [minutia(MinutiaKind::Bifurcation, 10, 20, 64, 70)]);
    let expected = Points {
        cores: vec![Core { x: 9, y: 8, angle: Some(128) }],
        deltas: vec![Delta { x: 5, y: 4, angles: Some([0, 85, 171]) }],
    };
    assert_eq!(view.extended[0].content().unwrap(), Content::Points(expected));
    assert!(fmr::decode(&FMR_ANSI).is_err(), "strictly it is another record");
    // The long length stands behind two zeros.
    let long = [&FMR_ANSI[..8], &[0, 0, 0, 0, 0, 60], &FMR_ANSI[10..]].concat();
    assert_eq!(fmr::receive(&long).unwrap(), received);
}

#[test]
fn a_record_of_2011_reads_as_the_same_fingers() {
    let received = fmr::receive(&FMR_2011).unwrap();
    assert_eq!((received.edition, received.deviations.len()), (Edition::Iso2011, 0));
    let [first, second] = &received.record.views[..] else { panic!("{received:?}") };
    assert_eq!((first.position, first.quality, first.geometry.width), (1, 77, 320));
    let expected = [minutia(MinutiaKind::Ending, 100, 200, 64, 0), minutia(MinutiaKind::Bifurcation, 50, 60, 128, 1)];
    assert_eq!(first.minutiae, expected);
    assert_eq!((second.position, second.impression), (6, Impression::NonlivePlain));
    assert_eq!(second.geometry, Geometry { width: 800, height: 600, resolution_x: 394, resolution_y: 394 });
    assert_eq!(second.minutiae, [minutia(MinutiaKind::Ending, 799, 599, 192, 0)]);
    assert!(matches!(received.record.encode(), Err(RecordError::Mixed { .. })), "2005 states one size for all");
}

fn sampling(unit: Unit, resolution: u16) -> Sampling {
    let both = (resolution, resolution);
    Sampling { unit, scan: both, image: both, depth: 8, compression: Compression::Raw }
}

#[test]
fn image_records_are_read_and_written_as_spelled_out() {
    let data = vec![0, 255, 0, 255, 10, 20, 30, 40];
    let picture = Picture { position: 7, impression: 0, width: 4, height: 2, data };
    let image = Image2005 { views: 1, view: 1, quality: None, picture };
    let older = Fir2005 { device: 42, level: 31, sampling: sampling(Unit::Inch, 500), images: vec![image] };
    let image = Image2011 {
        captured: [0x07, 0xea, 8, 17, 10, 30, 59, 1, 0xf4],
        technology: 3,
        vendor: 9,
        device: 8,
        qualities: vec![QualityScore { score: 77, vendor: 1, algorithm: 2 }],
        certificates: Some(vec![Certificate { authority: 3, scheme: 1 }]),
        number: 0,
        sampling: sampling(Unit::Centimetre, 197),
        picture: Picture { position: 2, impression: 0, width: 2, height: 2, data: vec![1, 2, 3, 4] },
    };
    let newer = Fir2011 { images: vec![image] };
    let both = [
        (&FIR_2005[..], FirRecord::Edition2005(older), vec![0, 255, 0, 255, 10, 20, 30, 40]),
        (&FIR_2011[..], FirRecord::Edition2011(newer), vec![1, 2, 3, 4]),
    ];
    for (bytes, record, pixels) in both {
        assert_eq!(FirRecord::decode(bytes).unwrap(), record);
        assert_eq!(record.encode().unwrap(), bytes);
        let (sampling, picture) = record.images()[0];
        let image = picture.image(sampling).unwrap();
        assert_eq!((image.pixels(), image.dpi()), (&pixels[..], Some(500.0)));
    }
}

/// What the strict reader says of a golden record with one byte changed.
fn complaint(golden: &[u8], at: usize, value: u8) -> String {
    let mut bytes = golden.to_vec();
    bytes[at] = value;
    let error = if bytes.starts_with(b"FMR") {
        if bytes[4] == b'0' { fmr::receive(&bytes).map(|_| ()).err() } else { fmr::decode(&bytes).map(|_| ()).err() }
    } else {
        FirRecord::decode(&bytes).map(|_| ()).err()
    };
    error.unwrap_or_else(|| panic!("byte {at} = {value} passes")).to_string()
}

#[test]
fn values_outside_their_range_are_refused_by_the_name_of_their_field() {
    let minutiae: [(usize, u8, &str); 21] = [
        (0, b'G', "format identifier"),
        (11, 107, "record length"),
        (14, 0x80, "image width"),
        (16, 0x80, "image height"),
        (19, 0, "horizontal resolution"),
        (21, 0, "vertical resolution"),
        (22, 0, "number of views"),
        (23, 1, "reserved byte"),
        (24, 11, "finger position"),
        (25, 10, "impression type"),
        (26, 101, "finger quality"),
        (27, 255, "minutia"),
        (28, 0xc0, "minutia kind"),
        (28, 0x42, "minutia x"),
        (30, 0x40, "reserved bits of minutia y"),
        (31, 255, "minutia y"),
        (33, 101, "minutia quality"),
        (41, 9, "extended"),
        (43, 0x08, "view number"),
        (43, 0x28, "view number"),
        (57, 3, "extended area length"),
    ];
    for (at, value, name) in minutiae {
        let (at, value) = if name == "minutia y" { (30, 2) } else { (at, value) };
        let said = complaint(&FMR_2005, at, value);
        assert!(said.contains(name), "{name}: {said}");
    }
    let newer = [(11, 111, "record length"), (13, 0, "number of representations"), (14, 2, "certification flag")];
    let inside = [(18, 33, "representation length"), (54, 0x70, "bytes of a minutia")];
    for (at, value, name) in newer.into_iter().chain(inside) {
        let said = complaint(&FMR_2011, at, value);
        assert!(said.contains(name), "{name}: {said}");
    }
    let older_images = [
        (13, 55, "record length"),
        (18, 0, "number of images"),
        (19, 3, "scale units"),
        (21, 0xf5, "image resolution"),
        (28, 17, "pixel depth"),
        (29, 6, "image compression"),
        (31, 1, "reserved bytes"),
        (35, 13, "image length"),
        (36, 12, "finger position"),
        (38, 2, "view number"),
        (39, 101, "finger quality"),
        (40, 16, "impression type"),
        (42, 0, "image width"),
        (44, 0, "image height"),
        (45, 1, "reserved byte of an image"),
    ];
    for (at, value, name) in older_images {
        let (at, value) = if name == "image resolution" { (20, 0) } else { (at, value) };
        let said = complaint(&FIR_2005, at, value);
        assert!(said.contains(name), "{name}: {said}");
    }
    let newer_images = [
        (11, 71, "record length"),
        (13, 0, "number of representations"),
        (14, 2, "certification flag"),
        (15, 2, "number of positions"),
        (19, 40, "representation length"),
        (22, 13, "capture month"),
        (23, 32, "capture day"),
        (24, 24, "capture hour"),
        (25, 60, "capture minute"),
        (26, 61, "capture second"),
        (27, 4, "capture milliseconds"),
        (29, 21, "device technology"),
        (35, 101, "quality score"),
        (44, 12, "finger position"),
        (46, 0, "scale units"),
        (56, 7, "image compression"),
        (57, 16, "impression type"),
        (59, 0, "image width"),
        (65, 5, "length of the image data"),
    ];
    for (at, value, name) in newer_images {
        let said = complaint(&FIR_2011, at, value);
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn a_wrong_length_is_named_as_such_whatever_it_looks_like() {
    let named = |refused: RecordError| matches!(refused, RecordError::Length { field: "record length", .. });
    // Bytes that are not zero at the top of the length would begin an ANSI header.
    for (at, value) in [(8, 1), (9, 1), (9, 106), (10, 1), (11, 105), (11, 107)] {
        let mut bytes = FMR_2005;
        bytes[at] = value;
        assert!(named(fmr::decode(&bytes).unwrap_err()), "{at} {value}");
    }
    for at in [8, 10] {
        let mut bytes = FMR_2005;
        bytes[at] = 1;
        assert!(named(fmr::receive(&bytes).unwrap_err()), "{at}");
    }
    for strict in [&FMR_ANSI[..], &[&FMR_ANSI[..8], &[0, 0, 0, 0, 0, 60], &FMR_ANSI[10..]].concat()] {
        assert!(matches!(fmr::decode(strict), Err(RecordError::Length { field: "record length", .. })));
    }
}

#[test]
fn every_cut_and_every_surplus_byte_is_refused() {
    for golden in [&FMR_2005[..], &FMR_ANSI, &FMR_2011, &FIR_2005, &FIR_2011] {
        for length in 0..golden.len() {
            let cut = &golden[..length];
            assert!(fmr::receive(cut).is_err() && FirRecord::decode(cut).is_err(), "{length} bytes");
        }
        let longer = [golden, &[0]].concat();
        assert!(fmr::decode(&longer).is_err() && FirRecord::decode(&longer).is_err());
    }
    // Even where the stated length agrees with the cut, fields are missing.
    for length in 12..FMR_2005.len() as u8 {
        let mut lying = FMR_2005[..length.into()].to_vec();
        lying[11] = length;
        assert!(fmr::decode(&lying).is_err(), "{length} bytes, stated so");
    }
}
