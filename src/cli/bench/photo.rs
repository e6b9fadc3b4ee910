//! `rekam bench photo`: a preview frame by frame, a still as a whole, and every part of both.
//!
//! Drawn people sit in front of the camera and move a little, as people do. A preview does another share of the work on
//! every frame, so what counts is the mean of a run; the first frame does all of it. The runs are repeated and each
//! frame counts with its shortest time.

use std::hint::black_box;
use std::time::Duration;

use rekam_hal::RgbImage;
use rekam_simulator::people::portrait::{Backdrop, Look, Moment, portrait_at};

use super::super::args::Global;
use super::super::cpu_time;
use super::super::error::CliError;
use super::{Report, shortest};
use crate::biometrics::face::crop::{Format, Head, cut};
use crate::biometrics::face::report::Wanted;
use crate::biometrics::face::{self, FaceError, Part, Portraitist, Seen, Track};
use crate::biometrics::iris::SimdLevel;
use crate::station::{EngineError, Engines};

/// Size of the preview, and how many frames of each person.
const PREVIEW: (u32, u32) = (640, 480);
const FRAMES: usize = 45;
/// Size of the still.
const STILL: (u32, u32) = (1920, 1280);
/// Different people.
const PEOPLE: u64 = 4;
/// Rounds at least, and how long they go on.
const ROUNDS: usize = 3;
const BUDGET: Duration = Duration::from_millis(250);

/// Measures the engine.
pub(super) fn report(global: &Global) -> Result<Report, CliError> {
    let engines = Engines::new(global.models());
    let engine = engines.portraitist()?;
    // The networks come with kernels of their own, which take the best there is.
    let mut report = Report::new(SimdLevel::detect().name());
    preview(engine, &mut report)?;
    parts(engine, &mut report)?;
    still(engine, &mut report)?;
    Ok(report)
}

/// Follow and checks on every frame, over all people.
fn preview(engine: &Portraitist, report: &mut Report) -> Result<(), CliError> {
    let (mut all, mut first) = (Vec::new(), Vec::new());
    let (mut tracking, mut checking) = (0.0, 0.0);
    for person in 0..PEOPLE {
        let drawn = drawn(person);
        let frames: Vec<RgbImage> = (0..FRAMES).map(|frame| framed(&drawn, frame, PREVIEW)).collect();
        let mut best = vec![[f64::INFINITY; 2]; FRAMES];
        for _ in 0..ROUNDS {
            let mut track = Track::default();
            for (frame, best) in frames.iter().zip(&mut best) {
                let times = followed(engine, &mut track, frame)?;
                best.iter_mut().zip(times).for_each(|(best, time)| *best = best.min(time));
            }
        }
        let whole = best.iter().map(|[follow, checks]| follow + checks);
        first.extend(whole.clone().next());
        all.extend(whole);
        tracking += best.iter().map(|times| times[0]).sum::<f64>();
        checking += best.iter().map(|times| times[1]).sum::<f64>();
    }
    all.sort_by(f64::total_cmp);
    let count = all.len().max(1) as f64;
    let at = |share: f64| all.get(((count * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or_default();
    report.add("preview_640x480_cpu_ms", (tracking + checking) / count);
    report.add("preview_640x480_p50_cpu_ms", at(0.5));
    report.add("preview_640x480_p99_cpu_ms", at(0.99));
    report.add("preview_640x480_first_cpu_ms", first.iter().sum::<f64>() / first.len().max(1) as f64);
    report.add("preview_640x480_follow_cpu_ms", tracking / count);
    report.add("preview_640x480_checks_cpu_ms", checking / count);
    report.add("preview_640x480_frames", count);
    Ok(())
}

/// One frame: milliseconds of following and of the checks.
fn followed(engine: &Portraitist, track: &mut Track, frame: &RgbImage) -> Result<[f64; 2], CliError> {
    let start = cpu_time();
    let seen = engine.follow(track, frame).map_err(failed)?;
    let middle = cpu_time();
    let said = black_box(face::report(&seen, frame, whole(frame), &Wanted::default()));
    let end = cpu_time();
    if said.checks.is_empty() {
        return Err(unseen());
    }
    Ok([middle.saturating_sub(start), end.saturating_sub(middle)].map(milliseconds))
}

/// What a preview frame is made of.
fn parts(engine: &Portraitist, report: &mut Report) -> Result<(), CliError> {
    let frames: Vec<RgbImage> = (0..PEOPLE).map(|person| framed(&drawn(person), 0, PREVIEW)).collect();
    for part in Part::ALL {
        let mut sum = 0.0;
        for frame in &frames {
            let seen = engine.see(frame).map_err(failed)?;
            let sitter = seen.sitter.as_ref().ok_or_else(unseen)?;
            sum += timed(|| engine.run_part(part, frame, sitter))?;
        }
        report.add(&format!("part_{}_640x480_cpu_ms", part.name()), sum / frames.len().max(1) as f64);
    }
    Ok(())
}

/// Everything that is done with a still.
fn still(engine: &Portraitist, report: &mut Report) -> Result<(), CliError> {
    let mut sums = [0.0; 5];
    for person in 0..PEOPLE {
        let image = framed(&drawn(person), 0, STILL);
        let seen = engine.see(&image).map_err(failed)?;
        let sitter = seen.sitter.as_ref().ok_or_else(unseen)?;
        let check = |seen: &Seen| face::report(seen, &image, whole(&image), &Wanted::default());
        let times = [
            timed(|| {
                let seen = engine.see(&image)?;
                black_box(check(&seen));
                black_box(engine.embedding(&image, &seen)?);
                Ok(())
            })?,
            timed(|| engine.see(&image).map(|seen| drop(black_box(seen))))?,
            timed(|| {
                black_box(check(&seen));
                Ok(())
            })?,
            timed(|| {
                black_box(engine.embedding(&image, &seen)?);
                Ok(())
            })?,
            timed(|| {
                drop(black_box(cut(&image, Head::of(&sitter.points), Format::Portrait { dpi: 300 })));
                Ok(())
            })?,
        ];
        sums.iter_mut().zip(times).for_each(|(sum, time)| *sum += time);
    }
    let names = ["still_1920x1280", "still_see_1920x1280", "still_checks_1920x1280", "embedding", "crop_413x531"];
    for (name, sum) in names.into_iter().zip(sums) {
        report.add(&format!("{name}_cpu_ms"), sum / PEOPLE as f64);
    }
    Ok(())
}

/// The shortest of several runs, milliseconds.
fn timed(mut work: impl FnMut() -> Result<(), FaceError>) -> Result<f64, CliError> {
    // One run before the clock starts: the first touches its memory.
    let mut outcome = work();
    let taken = shortest(ROUNDS, BUDGET, || {
        let result = work();
        if outcome.is_ok() {
            outcome = result;
        }
    });
    outcome.map_err(failed)?;
    Ok(milliseconds(taken))
}

fn milliseconds(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1e3
}

fn failed(error: FaceError) -> CliError {
    EngineError::from(error).into()
}

/// The figures of an engine that sees nobody would mean nothing.
fn unseen() -> CliError {
    CliError::Usage("the engine sees no face in a drawn portrait; install the program again".into())
}

fn whole(image: &RgbImage) -> (f32, f32, f32, f32) {
    (0.0, 0.0, image.width() as f32, image.height() as f32)
}

fn drawn(person: u64) -> RgbImage {
    let backdrop = [Backdrop::Red, Backdrop::Blue, Backdrop::Orange][(person % 3) as usize];
    let look = Look { backdrop, female: person % 2 == 1, veil: person % 4 == 3, age: 20 + 9 * person as u32 };
    portrait_at(person, look, &Moment::typical(person + 70))
}

/// A portrait in the middle of a picture as wide as a camera's, moved a little from frame to frame.
fn framed(portrait: &RgbImage, frame: usize, (width, height): (u32, u32)) -> RgbImage {
    let scale = portrait.height() as f32 / height as f32;
    let (swing, nod) = ((frame as f32 * 0.21).sin(), (frame as f32 * 0.13).sin());
    let shift = (4.0 * swing, 2.5 * nod);
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let u = (x as f32 + 0.5 - width as f32 / 2.0) * scale + portrait.width() as f32 / 2.0 + shift.0;
            pixels.extend(between(portrait, u - 0.5, (y as f32 + 0.5) * scale + shift.1 - 0.5));
        }
    }
    // Sides within the limits give a picture.
    RgbImage::new(width, height, pixels).unwrap_or_else(|_| portrait.clone())
}

/// The colour between four pixels; the border goes on beyond itself.
fn between(image: &RgbImage, x: f32, y: f32) -> [u8; 3] {
    let (right, low) = (image.width() - 1, image.height() - 1);
    let (x, y) = (x.clamp(0.0, right as f32), y.clamp(0.0, low as f32));
    let (left, top) = (x as u32, y as u32);
    let pixel = |x: u32, y: u32| &image.pixels()[((y * image.width() + x) * 3) as usize..][..3];
    let (next, below) = ((left + 1).min(right), (top + 1).min(low));
    let corners = [pixel(left, top), pixel(next, top), pixel(left, below), pixel(next, below)];
    let (fx, fy) = (x.fract(), y.fract());
    [0, 1, 2].map(|c| {
        let [a, b, d, e] = corners.map(|corner| f32::from(corner[c]));
        ((a + (b - a) * fx) * (1.0 - fy) + (d + (e - d) * fx) * fy + 0.5) as u8
    })
}
