//! `rekam bench fingerprint`: the fast stage, the full comparison, and everything before them.
//!
//! Fingers are synthetic and have 40 minutiae with a cylinder on each, so that the figures mean the same everywhere. A
//! full comparison is one of strangers, as nearly all comparisons of a search are; mates have a line of their own.

use std::hint::black_box;
use std::time::Duration;

use rekam_hal::image::GrayImage;
use rekam_simulator::people::finger::{Conditions, Finger as SyntheticFinger};

use super::super::args::Global;
use super::super::error::CliError;
use super::{Report, shortest};
use crate::biometrics::fingerprint::{
    Extractor, Minutia, MinutiaKind, MinutiaeNetwork, Prepared, Shelf, SimdLevel, Template, compare_at,
};
use crate::station::{EngineError, Engines};

/// Minutiae of every finger.
const MINUTIAE: usize = 40;
/// Fingers on the shelf of the fast stage, the same ones again and again: 3.2 MB, more than a core's own cache.
const GALLERY: usize = 2_000;
/// Different fingers, compared in full with each other.
const COMPARED: usize = 40;
/// Size of the image that is extracted.
const IMAGE: (u32, u32) = (388, 374);
/// Rounds at least, and how long they go on.
const ROUNDS: usize = 5;
const BUDGET: Duration = Duration::from_millis(400);

/// Measures the engine.
pub(super) fn report(global: &Global) -> Result<Report, CliError> {
    let mut report = Report::new(SimdLevel::current().name());
    let fingers: Vec<Template> = (0..COMPARED as u64).map(finger).collect();
    let prepared: Vec<Prepared> = fingers.iter().map(Prepared::new).collect();
    let mut shelf = Shelf::default();
    prepared.iter().cycle().take(GALLERY).for_each(|finger| shelf.push(finger));
    for level in SimdLevel::available().into_iter().rev() {
        comparison(&mut report, level, &prepared, &shelf);
    }
    let taken = shortest(ROUNDS, BUDGET, || {
        for template in &fingers {
            black_box(Prepared::new(black_box(template)));
        }
    });
    report.add("prepare_template_us", taken.as_secs_f64() * 1e6 / COMPARED as f64);
    extraction(&mut report, global)?;
    Ok(report)
}

fn comparison(report: &mut Report, level: SimdLevel, prepared: &[Prepared], shelf: &Shelf) {
    let per_second = |count: usize, taken: Duration| count as f64 / taken.as_secs_f64().max(1e-12);
    let taken = shortest(ROUNDS, BUDGET, || {
        black_box(shelf.screen_at(level, black_box(&prepared[0])));
    });
    report.add(&format!("fast_stage_{}_per_second", level.name()), per_second(shelf.len(), taken));
    let taken = shortest(ROUNDS, BUDGET, || {
        for (i, a) in prepared.iter().enumerate() {
            for b in &prepared[i + 1..] {
                black_box(compare_at(level, black_box(a), black_box(b)).score);
            }
        }
    });
    let pairs = COMPARED * (COMPARED - 1) / 2;
    report.add(&format!("full_comparison_{}_per_second", level.name()), per_second(pairs, taken));
    if level == SimdLevel::current() {
        report.add("full_comparison_per_second", per_second(pairs, taken));
    }
    let taken = shortest(ROUNDS, BUDGET, || {
        for finger in prepared {
            black_box(compare_at(level, black_box(finger), black_box(finger)).score);
        }
    });
    report.add(&format!("full_comparison_of_mates_{}_per_second", level.name()), per_second(COMPARED, taken));
}

fn extraction(report: &mut Report, global: &Global) -> Result<(), CliError> {
    let (width, height) = IMAGE;
    let capture = SyntheticFinger::new(1).capture(&Conditions::typical(1));
    // From the middle of the capture, where the finger is.
    let left = (i64::from(capture.width()) - i64::from(width)) / 2;
    let top = (i64::from(capture.height()) - i64::from(height)) / 2;
    let at = |x: u32, y: u32| capture.get(left + i64::from(x), top + i64::from(y));
    let image = GrayImage::from_fn(width, height, at).with_polarity(capture.polarity());
    let bytes = Engines::new(global.models()).model_bytes()?;
    for level in SimdLevel::available().into_iter().rev() {
        let network = MinutiaeNetwork::from_onnx(&bytes).map_err(EngineError::from)?.with_level(level);
        let taken = milliseconds(Extractor::Network(&network), &image)?;
        report.add(&format!("network_extraction_{width}x{height}_{}_ms", level.name()), taken);
        if level == SimdLevel::current() {
            report.add(&format!("network_extraction_{width}x{height}_ms"), taken);
        }
    }
    report.add(&format!("classical_extraction_{width}x{height}_ms"), milliseconds(Extractor::Classical, &image)?);
    Ok(())
}

fn milliseconds(extractor: Extractor<'_>, image: &GrayImage) -> Result<f64, CliError> {
    // One run before the clock starts: the first touches its memory.
    let mut failed = extractor.extract(image).err();
    let taken = shortest(ROUNDS, BUDGET, || {
        failed = extractor.extract(black_box(image)).err().or(failed.take());
    });
    match failed {
        Some(error) => Err(EngineError::from(error).into()),
        None => Ok(taken.as_secs_f64() * 1e3),
    }
}

/// The template of a synthetic finger: its [`MINUTIAE`] minutiae nearest to the middle.
fn finger(seed: u64) -> Template {
    let mut minutiae = SyntheticFinger::minutiae_only(seed);
    let n = minutiae.len().max(1) as f32;
    let (x, y) = minutiae.iter().fold((0.0, 0.0), |sum, m| (sum.0 + m.x / n, sum.1 + m.y / n));
    minutiae.sort_by(|a, b| (a.x - x).hypot(a.y - y).total_cmp(&(b.x - x).hypot(b.y - y)));
    minutiae.truncate(MINUTIAE);
    let minutia = |m: &rekam_simulator::people::finger::TrueMinutia| Minutia {
        x: m.x,
        y: m.y,
        angle: m.angle,
        kind: MinutiaKind::Unknown,
        quality: 0.9,
    };
    Template::from_minutiae(minutiae.iter().map(minutia).collect())
}
