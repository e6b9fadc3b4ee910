//! Between records and our templates, so that whatever maker found the minutiae, they are compared like ours.
//!
//! Our minutiae are in pixels at 500 dpi and have the standard's directions already, so coordinates are scaled and
//! angles rescaled, nothing is turned. A record of 197 pixels per centimetre is one of 500 dpi (500.4 to the letter).

use std::f32::consts::TAU;

use super::{FmrMinutia, FmrRecord, FmrView, Geometry, Impression, LARGEST_SIDE, MinutiaKind, PIXELS_PER_CM_500_PPI};
use super::{RecordError, Result};
use crate::biometrics::fingerprint::{self, Minutia, Template};

/// Steps of an angle in a turn.
const TURN: f32 = 256.0;
/// Certainty of a minutia whose quality is not reported: that of a middling one of our own.
const UNREPORTED: f32 = 0.7;
/// Share by which a resolution may differ from 500 dpi and be meant as it: no more than rounding makes.
const ROUNDING: f32 = 0.005;

/// What a template does not know of its finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Finger position 0 (unknown), 1 to 10.
    pub position: u8,
    /// How the impression was made.
    pub impression: Impression,
    /// Quality of the sample, 0 to 100.
    pub quality: u8,
    /// Width of the image in pixels at 500 dpi.
    pub width: u16,
    /// Height of the image in pixels at 500 dpi.
    pub height: u16,
}

/// Resolutions in pixels per centimetre that fingers are scanned at: 250 to 1000 dpi.
const RESOLUTIONS: std::ops::RangeInclusive<u16> = 98..=400;

/// The record of one finger with all minutiae of its template, the doubtful ones with their low quality: what is left
/// out of a record cannot be asked for later ([`super::chip`] chooses). They are ordered by x, then y: some readers
/// (Bozorth3 among them) compare in the order of the record and rely on this one, none is known to rely on another. The
/// image is taken larger than stated where a minutia lies beyond, so that the record can always be written.
pub fn record(template: &Template, about: &About) -> FmrRecord {
    let mut minutiae: Vec<FmrMinutia> = template.minutiae().iter().map(of_minutia).collect();
    minutiae.sort_by_key(place);
    let needed = |of: fn(&FmrMinutia) -> u16| minutiae.iter().map(of).max().map_or(1, |most| most + 1);
    let geometry = Geometry {
        width: about.width.clamp(1, LARGEST_SIDE).max(needed(|minutia| minutia.x)),
        height: about.height.clamp(1, LARGEST_SIDE).max(needed(|minutia| minutia.y)),
        resolution_x: PIXELS_PER_CM_500_PPI,
        resolution_y: PIXELS_PER_CM_500_PPI,
    };
    let view = FmrView {
        position: if about.position <= 10 { about.position } else { 0 },
        number: 0,
        impression: about.impression,
        quality: about.quality.min(100),
        geometry,
        minutiae,
        extended: Vec::new(),
    };
    FmrRecord { equipment: 0, views: vec![view] }
}

/// What minutiae of a record are ordered by.
pub(super) fn place(minutia: &FmrMinutia) -> (u16, u16) {
    (minutia.x, minutia.y)
}

fn of_minutia(minutia: &Minutia) -> FmrMinutia {
    // Templates hold places in 0..4096 and angles in 0..2 pi only.
    let pixel = |v: f32| v.round().clamp(0.0, f32::from(LARGEST_SIDE - 1)) as u16;
    FmrMinutia {
        kind: match minutia.kind {
            fingerprint::MinutiaKind::Ending => MinutiaKind::Ending,
            fingerprint::MinutiaKind::Bifurcation => MinutiaKind::Bifurcation,
            fingerprint::MinutiaKind::Unknown => MinutiaKind::Other,
        },
        x: pixel(minutia.x),
        y: pixel(minutia.y),
        angle: ((minutia.angle / TAU).rem_euclid(1.0) * TURN).round() as u32 as u8,
        quality: (minutia.quality * 100.0).round().clamp(1.0, 100.0) as u8,
    }
}

/// The template of a view of any maker: all its minutiae (a template has room for as many as a view), the best first.
///
/// # Errors
/// A resolution no finger is scanned at, and a minutia farther off than a hand reaches: the one or the other is wrong,
/// and a comparison of what is left would say nothing.
pub fn template(view: &FmrView) -> Result<Template> {
    let scale_x = scale("horizontal resolution", view.geometry.resolution_x)?;
    let scale_y = scale("vertical resolution", view.geometry.resolution_y)?;
    for minutia in &view.minutiae {
        for (field, pixel, scale) in [("minutia x", minutia.x, scale_x), ("minutia y", minutia.y, scale_y)] {
            if resampled(pixel, scale) > fingerprint::FARTHEST {
                return Err(RecordError::Unsupported { field, value: pixel.into() });
            }
        }
    }
    let minutia = |m: &FmrMinutia| Minutia {
        x: resampled(m.x, scale_x),
        y: resampled(m.y, scale_y),
        angle: f32::from(m.angle) * (TAU / TURN),
        kind: match m.kind {
            MinutiaKind::Ending => fingerprint::MinutiaKind::Ending,
            MinutiaKind::Bifurcation => fingerprint::MinutiaKind::Bifurcation,
            MinutiaKind::Other => fingerprint::MinutiaKind::Unknown,
        },
        quality: if m.quality == 0 { UNREPORTED } else { f32::from(m.quality) / 100.0 },
    };
    Ok(Template::from_minutiae(view.minutiae.iter().map(minutia).collect()))
}

/// Pixels at 500 dpi for each pixel of the record.
fn scale(field: &'static str, pixels_per_cm: u16) -> Result<f32> {
    if !RESOLUTIONS.contains(&pixels_per_cm) {
        return Err(RecordError::Unsupported { field, value: pixels_per_cm.into() });
    }
    let scale = 500.0 / (f32::from(pixels_per_cm) * 2.54);
    Ok(if (scale - 1.0).abs() < ROUNDING { 1.0 } else { scale })
}

/// Pixels are areas: their centres lie half a pixel inside, at any resolution.
fn resampled(pixel: u16, scale: f32) -> f32 {
    ((f32::from(pixel) + 0.5) * scale - 0.5).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutia(x: u16, y: u16, angle: u8) -> FmrMinutia {
        FmrMinutia { kind: MinutiaKind::Ending, x, y, angle, quality: 0 }
    }

    fn view(resolution: (u16, u16), minutiae: Vec<FmrMinutia>) -> FmrView {
        FmrView {
            position: 2,
            number: 0,
            impression: Impression::LivePlain,
            quality: 60,
            geometry: Geometry { width: 1000, height: 1000, resolution_x: resolution.0, resolution_y: resolution.1 },
            minutiae,
            extended: Vec::new(),
        }
    }

    #[test]
    fn another_resolution_is_brought_to_500_dpi_on_each_axis() {
        let found = template(&view((394, 99), vec![minutia(401, 51, 64)])).unwrap();
        let m = found.minutiae()[0];
        assert!((m.x - 200.1).abs() < 0.1, "{}", m.x);
        assert!((m.y - 101.9).abs() < 0.1, "{}", m.y);
        assert!((m.angle - TAU / 4.0).abs() < 1e-4);
        assert_eq!(template(&view((197, 197), vec![minutia(401, 51, 64)])).unwrap().minutiae()[0].x, 401.0);
    }

    #[test]
    fn a_template_survives_its_record_to_a_pixel_and_an_angle_step() {
        let m = |x: f32, angle: f32| Minutia {
            x,
            y: 4095.0,
            angle,
            kind: fingerprint::MinutiaKind::Bifurcation,
            quality: 0.81,
        };
        let ours = Template::from_minutiae(vec![m(0.4, 0.0), m(100.6, TAU - 0.001), m(399.5, 3.0)]);
        let about = About { position: 7, impression: Impression::LivePlain, quality: 55, width: 388, height: 374 };
        let record = record(&ours, &about);
        let bytes = record.encode().unwrap();
        let back = template(&super::super::decode(&bytes).unwrap().views[0]).unwrap();
        for (a, b) in ours.minutiae().iter().zip(back.minutiae()) {
            assert!((a.x - b.x).abs() <= 0.5 && (a.y - b.y).abs() <= 0.5);
            let turn = (a.angle - b.angle + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
            assert!(turn.abs() <= TAU / 512.0 + 1e-3, "{turn}");
            assert_eq!(a.kind, b.kind);
            assert!((a.quality - b.quality).abs() < 0.01);
        }
    }

    #[test]
    fn every_minutia_of_a_template_is_written_the_doubtful_ones_too() {
        let m = |i: usize| Minutia {
            x: 10.0 + 3.0 * i as f32,
            y: 50.0,
            angle: 0.0,
            kind: fingerprint::MinutiaKind::Ending,
            quality: 1.0 - i as f32 / 300.0,
        };
        let about = About { position: 1, impression: Impression::LivePlain, quality: 9, width: 800, height: 100 };
        for count in [0, 41, 120, 255] {
            let ours = Template::from_minutiae((0..count).map(m).collect());
            let record = record(&ours, &about);
            assert_eq!(record.views[0].minutiae.len(), count);
            assert!(record.encode().is_ok());
        }
    }

    #[test]
    fn a_resolution_no_finger_is_scanned_at_and_a_minutia_off_every_hand_are_refused_by_name() {
        let refused = |view: &FmrView| match template(view) {
            Err(RecordError::Unsupported { field, value }) => (field, value),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&view((97, 197), vec![minutia(1, 1, 0)])), ("horizontal resolution", 97));
        assert_eq!(refused(&view((197, 1), vec![minutia(1, 1, 0)])), ("vertical resolution", 1));
        assert_eq!(refused(&view((401, 197), vec![])), ("horizontal resolution", 401));
        assert_eq!(refused(&view((98, 98), vec![minutia(1, 1, 0), minutia(2041, 1, 0)])), ("minutia x", 2041));
        assert_eq!(refused(&view((197, 197), vec![minutia(1, 16_383, 0)])), ("minutia y", 16_383));
        let farthest = view((197, 197), vec![minutia(4095, 4095, 0)]);
        assert_eq!(template(&farthest).unwrap().minutiae().len(), 1);
    }

    #[test]
    fn qualities_that_are_not_reported_weigh_alike() {
        let found = template(&view((197, 197), vec![minutia(1, 1, 0), minutia(9, 9, 0)])).unwrap();
        assert!(found.minutiae().iter().all(|m| (m.quality - UNREPORTED).abs() < 0.01));
    }
}
