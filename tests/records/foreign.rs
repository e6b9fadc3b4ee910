//! What real makers do and the standard does not allow: read, made lawful, and noted.

use rekam::biometrics::fingerprint::{Prepared, compare};
use rekam::interchange::RecordError;
use rekam::interchange::fmr::{self, Deviation, Edition, FmrMinutia, FmrRecord, FmrView, Geometry, convert};

use crate::golden::{FMR_2005, FMR_2011, FMR_ANSI};
use crate::support::Dice;

/// The golden record with bytes replaced.
fn changed(golden: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = golden.to_vec();
    changes.iter().for_each(|(at, value)| bytes[*at] = *value);
    bytes
}

#[test]
fn each_known_habit_is_forgiven_noted_and_made_lawful() {
    let padded = [&FMR_2005[..], &[0; 300]].concat();
    let first_alone = changed(&FMR_2005[..40], &[(11, 40), (22, 1)]);
    let habits: [(&str, Vec<u8>, Deviation); 16] = [
        ("buffer of fixed size", padded, Deviation::Padding),
        ("no length of extended data at the end", first_alone, Deviation::NoExtendedLength),
        ("areas that do not add up", changed(&FMR_2005, &[(57, 3)]), Deviation::ExtendedData),
        ("reserved byte", changed(&FMR_2005, &[(23, 1)]), Deviation::ReservedBits),
        ("reserved bits of y", changed(&FMR_2005, &[(30, 0x80)]), Deviation::ReservedBits),
        ("a slap as position", changed(&FMR_2005, &[(24, 13)]), Deviation::Position),
        ("impression out of the list", changed(&FMR_2005, &[(25, 0x0f)]), Deviation::Impression),
        ("finger quality not reported", changed(&FMR_2005, &[(26, 254)]), Deviation::FingerQuality),
        ("qualities up to 255", changed(&FMR_2005, &[(33, 201)]), Deviation::MinutiaQuality),
        ("minutia type 3", changed(&FMR_2005, &[(28, 0xc0)]), Deviation::MinutiaKind),
        ("no image size", changed(&FMR_2005, &[(14, 0), (15, 0), (16, 0), (17, 0)]), Deviation::ImageSize),
        ("image cut after extraction", changed(&FMR_2005, &[(14, 0), (15, 50)]), Deviation::OutsideImage),
        ("no resolution", changed(&FMR_2005, &[(19, 0), (21, 0)]), Deviation::NoResolution),
        ("two views of one number", changed(&FMR_2005, &[(43, 0x08)]), Deviation::ViewNumber),
        ("views that count from 1", changed(&FMR_2005, &[(25, 0x10), (43, 0x28)]), Deviation::ViewNumber),
        (
            "dots per inch",
            changed(&FMR_2005, &[(18, 1), (19, 0xf4), (20, 1), (21, 0xf4)]),
            Deviation::ResolutionInInches,
        ),
    ];
    for (habit, bytes, deviation) in habits {
        let received = fmr::receive(&bytes).unwrap_or_else(|error| panic!("{habit}: {error}"));
        assert!(received.deviations.contains(&deviation), "{habit}: {:?}", received.deviations);
        let strict = fmr::decode(&bytes);
        assert!(strict.is_err() || deviation == Deviation::ResolutionInInches, "{habit} passes the strict reader");
        let again = fmr::receive(&received.record.encode().unwrap()).unwrap();
        assert_eq!((again.record, again.deviations), (received.record, vec![]), "{habit}: not lawful afterwards");
    }
    let received = fmr::receive(&changed(&FMR_ANSI, &[(34, 180)])).unwrap();
    assert_eq!(received.deviations, [Deviation::Angle]);
    let received = fmr::receive(&changed(&FMR_2011, &[(44, 77)])).unwrap();
    assert_eq!(received.deviations, [Deviation::ViewNumber]);
    assert_eq!(received.record.views[0].number, 0);
    let received = fmr::receive(&changed(&FMR_2005, &[(25, 0x30), (43, 0x38)])).unwrap();
    assert_eq!(received.record.views.iter().map(|view| view.number).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn which_of_two_like_records_it_is_the_better_reading_says() {
    let long = [&FMR_ANSI[..8], &[0, 0, 0, 0, 0, 60], &FMR_ANSI[10..]].concat();
    for ansi in [&FMR_ANSI[..], &long] {
        let plain = fmr::receive(ansi).unwrap();
        // In a buffer of fixed size no length is exact.
        let padded = fmr::receive(&[ansi, &[0; 100]].concat()).unwrap();
        assert_eq!((plain.edition, plain.deviations), (Edition::Ansi2004, vec![]));
        assert_eq!((padded.edition, padded.deviations), (Edition::Ansi2004, vec![Deviation::Padding]));
        assert_eq!(padded.record, plain.record);
    }
    let padded = fmr::receive(&[&FMR_2005[..], &[0; 100]].concat()).unwrap();
    assert_eq!((padded.edition, padded.deviations), (Edition::Iso2005, vec![Deviation::Padding]));
}

#[test]
fn more_views_of_a_finger_than_can_be_numbered_are_refused() {
    let one = fmr::decode(&FMR_2005).unwrap().views.remove(0);
    let body: Vec<u8> = FMR_2005[24..42].repeat(17);
    let mut bytes = [&FMR_2005[..24], &body].concat();
    bytes[22] = 17;
    bytes[10..12].copy_from_slice(&(24 + 17 * 18_u16).to_be_bytes());
    let refused = fmr::receive(&bytes).unwrap_err();
    assert!(matches!(refused, RecordError::Field { field: "view number", .. }), "{refused}");
    let views = (0..16).map(|number| FmrView { number, ..one.clone() }).collect();
    assert!(FmrRecord { equipment: 0, views }.check().is_ok());
}

#[test]
fn a_resolution_no_finger_is_scanned_at_is_refused_when_it_is_compared() {
    for (bytes, field) in [
        (changed(&FMR_2005, &[(18, 0), (19, 50)]), "horizontal resolution"),
        (changed(&FMR_2005, &[(20, 0), (21, 97)]), "vertical resolution"),
        (changed(&FMR_2005, &[(18, 0xff), (19, 0xff)]), "horizontal resolution"),
    ] {
        let received = fmr::receive(&bytes).unwrap();
        let refused = convert::template(&received.record.views[0]).unwrap_err();
        assert!(matches!(refused, RecordError::Unsupported { field: named, .. } if named == field), "{refused}");
    }
}

#[test]
fn what_was_forgiven_leaves_the_rest_as_it_was() {
    let geometry = |bytes: &[u8]| fmr::receive(bytes).unwrap().record.views[0].geometry;
    let inches = changed(&FMR_2005, &[(18, 1), (19, 0xf4), (20, 1), (21, 0xf4)]);
    assert_eq!(geometry(&inches), Geometry { width: 320, height: 480, resolution_x: 197, resolution_y: 197 });
    let none = changed(&FMR_2005, &[(14, 0), (15, 0), (16, 0), (17, 0), (19, 0), (21, 0)]);
    assert_eq!(geometry(&none), Geometry { width: 320, height: 480, resolution_x: 197, resolution_y: 197 });
    let scale = fmr::receive(&changed(&FMR_2005, &[(33, 201)])).unwrap().record;
    assert!(scale.views[0].minutiae.iter().all(|minutia| minutia.quality == 0), "another scale is no quality");
    assert_eq!(scale.views[1].minutiae[0].quality, 1, "another view has a scale of its own");
}

/// Uniform between two numbers.
fn span(dice: &mut Dice, from: f32, to: f32) -> f32 {
    from + (to - from) * (dice.below(1 << 20) as f32 / (1 << 20) as f32)
}

/// A finger as some maker would find it: minutiae of one kind, no quality, at some resolution.
fn finger(dice: &mut Dice, count: usize) -> Vec<(f32, f32, u8)> {
    (0..count).map(|_| (span(dice, 20.0, 380.0), span(dice, 20.0, 460.0), span(dice, 0.0, 255.9) as u8)).collect()
}

fn foreign(minutiae: &[(f32, f32, u8)], pixels_per_cm: u16, dice: &mut Dice) -> FmrRecord {
    let scale = f32::from(pixels_per_cm) * 2.54 / 500.0;
    let mut record = fmr::decode(&FMR_2005).unwrap();
    record.views.truncate(1);
    let view = &mut record.views[0];
    view.geometry = Geometry { width: 1000, height: 1000, resolution_x: pixels_per_cm, resolution_y: pixels_per_cm };
    let like = view.minutiae[0];
    let near = |v: f32, dice: &mut Dice| ((v + span(dice, -2.0, 2.0)) * scale).round() as u16;
    let minutia = |&(x, y, angle): &(f32, f32, u8), dice: &mut Dice| FmrMinutia {
        x: near(x, dice),
        y: near(y, dice),
        angle: angle.wrapping_add(span(dice, -4.0, 4.0) as i8 as u8),
        quality: 0,
        ..like
    };
    view.minutiae = minutiae.iter().map(|m| minutia(m, dice)).collect();
    fmr::receive(&record.encode().unwrap()).unwrap().record
}

#[test]
fn fingers_of_other_makers_match_across_resolutions_and_strangers_do_not() {
    let mut dice = Dice(11);
    for _ in 0..20 {
        let (one, other) = (finger(&mut dice, 40), finger(&mut dice, 40));
        let mut prepared = |minutiae: &[(f32, f32, u8)], per_cm| {
            Prepared::new(&convert::template(foreign(minutiae, per_cm, &mut dice).best_view().unwrap()).unwrap())
        };
        let (a, b, stranger) = (prepared(&one, 197), prepared(&one, 224), prepared(&other, 197));
        assert!(compare(&a, &b).score > 5.0, "{}", compare(&a, &b).score);
        assert!(compare(&a, &stranger).score < 3.5, "{}", compare(&a, &stranger).score);
    }
}
