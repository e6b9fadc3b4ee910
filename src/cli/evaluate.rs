//! `rekam evaluate`: how accurate is an engine, over all pairs of a folder?
//!
//! Every image counts: one that cannot be processed is a sample that never matches. One thread, so that the times
//! mean something. The score of a pair is what the station itself would see.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use rekam_simulator::replay::folder::DEFAULT_DPI;
use rekam_simulator::replay::read;
use serde::Serialize;

use super::args::Global;
use super::drawn::{self, Drawn};
use super::error::CliError;
use super::input::{self, FingerFile};
use super::predictive::{Judged, Predictive};
use super::rejection::{self, Rejection};
use super::signs::SignsFile;
use super::{Outcome, cpu_time, print_json};
use crate::biometrics::{fingerprint, iris};
use crate::interchange::fmr::convert;
use crate::station::Engines;

/// Arguments of `evaluate`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// Which engine.
    engine: Engine,
    /// Folder of `<identity>_<sample>.png`; for fingerprints without PNG files, of ISO/IEC 19794-2 or ANSI 378 records
    /// of any maker (.fmr, .iso, .fmd), or else of other images (.wsq, .jpg, .fir).
    #[arg(required_unless_present = "drawn")]
    folder: Option<PathBuf>,
    /// Judge the contours and their confidence on so many drawn eyes instead, whose true contours are known.
    #[arg(long, value_name = "N", conflicts_with_all = ["folder", "scores"])]
    drawn: Option<u32>,
    /// The first of the drawn eyes.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "drawn")]
    seed: u64,
    /// Draw eyes spoilt in every way and strength instead of half ordinary, half plainly hard ones.
    #[arg(long, requires = "drawn")]
    spoilt: bool,
    /// Write `name_i,name_j,score` for every pair.
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Write for every eye what its confidence is computed from.
    #[arg(long, value_name = "FILE")]
    signs: Option<PathBuf>,
    /// Resolution of images that do not say it.
    #[arg(long, default_value_t = DEFAULT_DPI, value_name = "N")]
    dpi: f32,
    /// How minutiae are found.
    #[arg(long, value_enum, default_value_t = Extractor::Network)]
    extractor: Extractor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Fingerprint,
    Iris,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Extractor {
    /// The most accurate.
    Network,
    /// The fastest.
    Classical,
}

impl Extractor {
    fn of(self, engines: &Engines) -> Result<fingerprint::Extractor<'_>, CliError> {
        Ok(match self {
            Self::Network => fingerprint::Extractor::Network(engines.network()?),
            Self::Classical => fingerprint::Extractor::Classical,
        })
    }
}

/// The figures; rates are fractions.
#[derive(Debug, Serialize)]
struct Figures {
    images: usize,
    failed: usize,
    genuine: usize,
    impostor: usize,
    eer: f64,
    #[serde(rename = "fnmr_at_fmr_1e-2")]
    fnmr_at_2: f64,
    #[serde(rename = "fnmr_at_fmr_1e-3")]
    fnmr_at_3: f64,
    #[serde(rename = "fnmr_at_fmr_1e-4")]
    fnmr_at_4: f64,
    fnmr_at_zero_fmr: f64,
    extract_cpu_ms_mean: f64,
    compare_per_second: f64,
    #[serde(flatten)]
    predictive: Predictive,
    rejection: Vec<Rejection>,
}

/// A sample of the folder; without features when it could not be processed.
struct Sample {
    name: String,
    identity: String,
    features: Option<Features>,
}

impl Sample {
    /// 0..=100; nothing of a failed one.
    fn quality(&self) -> u8 {
        match self.features {
            Some(Features::Finger(_, quality) | Features::Iris(_, Trust { quality, .. })) => quality,
            None => 0,
        }
    }

    /// How far the engine trusts what it found, 0..=1; -1 of a failed one, which is the first to be taken again.
    fn confidence(&self) -> f32 {
        match self.features {
            Some(Features::Finger(_, quality)) => f32::from(quality) / 100.0,
            Some(Features::Iris(_, Trust { confidence, .. })) => confidence,
            None => -1.0,
        }
    }
}

/// What is compared, and the quality of the sample.
enum Features {
    Finger(Box<fingerprint::Prepared>, u8),
    Iris(Box<(iris::Probe, iris::Template)>, Trust),
}

/// What the engine says of its own work.
struct Trust {
    quality: u8,
    confidence: f32,
}

/// Runs the command.
pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    let folder = match (&options.folder, options.drawn, options.engine) {
        (_, Some(eyes), Engine::Iris) => {
            let drawn = Drawn { eyes, seed: options.seed, spoilt: options.spoilt };
            return drawn::run(global, &drawn, options.signs.as_deref());
        }
        (Some(folder), None, _) => folder,
        _ => return Err(CliError::Usage("only eyes are drawn; name a folder of samples".into())),
    };
    let files = images(folder, options.engine)?;
    if options.engine == Engine::Fingerprint {
        input::check_dpi(options.dpi)?;
    }
    let engines = Engines::new(global.models()).with_threads(1);
    if options.engine == Engine::Fingerprint && options.extractor == Extractor::Network {
        engines.network()?;
    }
    let mut spent = Duration::ZERO;
    let mut samples = Vec::new();
    for (number, path) in files.iter().enumerate() {
        if number % 20 == 0 {
            tell!("{number} of {} images", files.len());
        }
        samples.push(extract(&engines, options, path, &mut spent)?);
    }
    write_signs(options, &files)?;
    let compared = compare_all(&samples, options.scores.as_deref())?;
    if compared.genuine.is_empty() || compared.impostor.is_empty() {
        return Err(CliError::Usage(format!(
            "{} needs two samples of one identity and two identities at least; check the names",
            folder.display()
        )));
    }
    let figures = figures(&samples, compared, spent);
    if global.json {
        print_json(&figures)?;
    } else {
        let steps: Vec<String> =
            figures.rejection.iter().map(|step| format!("{:.3} %", step.fnmr_at_4 * 100.0)).collect();
        say!(
            "{} images, {} failed; EER {:.4} %, FNMR {:.3} % at FMR 0.1 %, {:.3} % at zero false matches; \
             {:.0} ms CPU per image, {:.0} comparisons per second\n\
             FNMR at FMR 0.01 % without the least confident 0, 1, 2, 5 % of the images: {}",
            figures.images,
            figures.failed,
            figures.eer * 100.0,
            figures.fnmr_at_3 * 100.0,
            figures.fnmr_at_zero_fmr * 100.0,
            figures.extract_cpu_ms_mean,
            figures.compare_per_second,
            steps.join(", ")
        );
    }
    Ok(Outcome::Passed)
}

/// The signs of every eye, with `--signs`.
fn write_signs(options: &Options, files: &[PathBuf]) -> Result<(), CliError> {
    let Some(path) = options.signs.as_deref().filter(|_| options.engine == Engine::Iris) else { return Ok(()) };
    let mut signs = SignsFile::create(path)?;
    for file in files {
        let examined = read::gray(file, options.dpi).ok().and_then(|image| iris::examine(&image).ok());
        if let Some(eye) = examined {
            signs.add(&file.file_stem().unwrap_or_default().to_string_lossy(), None, &eye)?;
        }
    }
    signs.finish()
}

/// Kinds of files that are samples: the first kind of which the folder has any counts, so that records kept beside the
/// images they were made of do not stand against them.
const FINGERS: [&[&str]; 3] = [&["png"], &["fmr", "iso", "fmd"], &["wsq", "jpg", "jpeg", "fir"]];
const IRISES: [&[&str]; 1] = [&["png"]];

fn images(folder: &Path, engine: Engine) -> Result<Vec<PathBuf>, CliError> {
    let entries = fs::read_dir(folder).map_err(|source| CliError::Listing { path: folder.to_owned(), source })?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let kinds: &[&[&str]] = match engine {
        Engine::Fingerprint => &FINGERS,
        Engine::Iris => &IRISES,
    };
    let of = |path: &PathBuf, kind: &[&str]| {
        path.extension().is_some_and(|e| kind.iter().any(|known| e.eq_ignore_ascii_case(known)))
    };
    let kind = kinds.iter().find(|kind| files.iter().any(|path| of(path, kind)));
    files.retain(|path| kind.is_some_and(|kind| of(path, kind)));
    files.sort();
    if files.len() < 2 {
        return Err(CliError::Usage(format!(
            "{} holds no pairs of samples; name a folder with <identity>_<sample>.png (or .fmr, .iso)",
            folder.display()
        )));
    }
    Ok(files)
}

fn extract(engines: &Engines, options: &Options, path: &Path, spent: &mut Duration) -> Result<Sample, CliError> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let identity = name.rsplit_once('_').map_or(name.as_str(), |(identity, _)| identity).to_owned();
    let features = match options.engine {
        Engine::Fingerprint => finger(engines, options, path, spent)?,
        Engine::Iris => iris(options, path, spent),
    };
    Ok(Sample { name, identity, features })
}

fn failed(why: &dyn std::fmt::Display) -> Option<Features> {
    tell!("{why} (counts as failed)");
    None
}

fn finger(
    engines: &Engines,
    options: &Options,
    path: &Path,
    spent: &mut Duration,
) -> Result<Option<Features>, CliError> {
    let file = match input::finger(path, options.dpi) {
        Ok(file) => file,
        Err(why) => return Ok(failed(&why)),
    };
    let start = cpu_time();
    let (template, quality) = match file {
        FingerFile::Image(image) => match options.extractor.of(engines)?.extract(&image) {
            Ok(found) => (found.template, found.quality.score),
            Err(why) => return Ok(failed(&format_args!("{}: {why}", path.display()))),
        },
        FingerFile::Minutiae(received) => {
            // A received record has a view at least.
            let Some(view) = received.record.best_view() else { return Ok(None) };
            let positions = received.record.positions();
            if positions.len() > 1 {
                tell!("{}: holds fingers {positions:?}; finger {} counts alone", path.display(), view.position);
            }
            match convert::template(view) {
                Ok(template) => (template, view.quality),
                Err(why) => return Ok(failed(&format_args!("{}: {why}", path.display()))),
            }
        }
    };
    let prepared = || Features::Finger(Box::new(fingerprint::Prepared::new(&template)), quality);
    let features = (!template.minutiae().is_empty()).then(prepared);
    *spent += cpu_time().saturating_sub(start);
    Ok(features)
}

fn iris(options: &Options, path: &Path, spent: &mut Duration) -> Option<Features> {
    let image = match read::gray(path, options.dpi) {
        Ok(image) => image,
        Err(why) => return failed(&why),
    };
    let start = cpu_time();
    let features = iris::extract(&image).ok().map(|found| {
        let trust = Trust { quality: found.quality.score, confidence: found.segmentation.confidence };
        Features::Iris(Box::new((iris::Probe::new(&found.template), found.template)), trust)
    });
    *spent += cpu_time().saturating_sub(start);
    features
}

fn score(a: &Sample, b: &Sample) -> f32 {
    match (&a.features, &b.features) {
        (Some(Features::Finger(a, _)), Some(Features::Finger(b, _))) => fingerprint::compare(a, b).score,
        (Some(Features::Iris(a, _)), Some(Features::Iris(b, _))) => a.0.compare(&b.1).score,
        _ => f32::NEG_INFINITY,
    }
}

struct Compared {
    genuine: Vec<f32>,
    impostor: Vec<f32>,
    seconds: f64,
    judged: Vec<Judged>,
    pairs: Vec<rejection::Pair>,
}

fn compare_all(samples: &[Sample], scores: Option<&Path>) -> Result<Compared, CliError> {
    let mut out = match scores {
        Some(path) => {
            let file = fs::File::create(path).map_err(|source| CliError::Listing { path: path.to_owned(), source })?;
            Some((path, BufWriter::new(file)))
        }
        None => None,
    };
    let judged = samples.iter().map(|sample| Judged { quality: sample.quality(), mated: Vec::new() }).collect();
    let (genuine, impostor, pairs) = (Vec::new(), Vec::new(), Vec::new());
    let mut compared = Compared { genuine, impostor, seconds: 0.0, judged, pairs };
    for (i, a) in samples.iter().enumerate() {
        let start = cpu_time();
        let row: Vec<f32> = samples[i + 1..].iter().map(|b| score(a, b)).collect();
        compared.seconds += cpu_time().saturating_sub(start).as_secs_f64();
        for ((j, b), score) in samples.iter().enumerate().skip(i + 1).zip(row) {
            if let Some((path, out)) = &mut out {
                let text = if score.is_finite() { score.to_string() } else { "-inf".into() };
                writeln!(out, "{},{},{text}", a.name, b.name).map_err(|source| CliError::file(*path, source))?;
            }
            let mated = a.identity == b.identity;
            compared.pairs.push(rejection::Pair { samples: [i as u32, j as u32], score, mated });
            if mated {
                compared.genuine.push(score);
                [i, j].iter().for_each(|side| compared.judged[*side].mated.push(score));
            } else {
                compared.impostor.push(score);
            }
        }
    }
    if let Some((path, mut out)) = out {
        out.flush().map_err(|source| CliError::file(path, source))?;
    }
    Ok(compared)
}

fn figures(samples: &[Sample], mut compared: Compared, spent: Duration) -> Figures {
    let Compared { genuine, impostor, seconds, judged, pairs: all } = &mut compared;
    genuine.sort_by(f32::total_cmp);
    impostor.sort_by(f32::total_cmp);
    let pairs = (genuine.len() + impostor.len()) as f64;
    let confidences: Vec<f32> = samples.iter().map(Sample::confidence).collect();
    Figures {
        images: samples.len(),
        failed: samples.iter().filter(|sample| sample.features.is_none()).count(),
        genuine: genuine.len(),
        impostor: impostor.len(),
        eer: eer(genuine, impostor),
        fnmr_at_2: fnmr_at(genuine, impostor, 1e-2),
        fnmr_at_3: fnmr_at(genuine, impostor, 1e-3),
        fnmr_at_4: fnmr_at(genuine, impostor, 1e-4),
        fnmr_at_zero_fmr: fnmr_at(genuine, impostor, 0.0),
        extract_cpu_ms_mean: spent.as_secs_f64() * 1e3 / samples.len().max(1) as f64,
        compare_per_second: if *seconds > 0.0 { pairs / *seconds } else { 0.0 },
        predictive: Predictive::of(judged, all),
        rejection: rejection::curve(&confidences, all),
    }
}

/// Share of a sorted list that is below `threshold`.
fn below(sorted: &[f32], threshold: f32) -> usize {
    sorted.partition_point(|score| *score < threshold)
}

/// FNMR at the lowest threshold whose FMR is at most `fmr`: a pair is accepted strictly above the threshold.
pub(super) fn fnmr_at(genuine: &[f32], impostor: &[f32], fmr: f64) -> f64 {
    if genuine.is_empty() || impostor.is_empty() {
        return 0.0;
    }
    let allowed = (fmr * impostor.len() as f64 + 1e-9).floor() as usize;
    let threshold = impostor[impostor.len() - allowed.min(impostor.len() - 1) - 1];
    genuine.partition_point(|score| *score <= threshold) as f64 / genuine.len() as f64
}

/// Equal error rate: the mean of both rates where they are closest, thresholds at every score that occurs.
pub(super) fn eer(genuine: &[f32], impostor: &[f32]) -> f64 {
    if genuine.is_empty() || impostor.is_empty() {
        return 0.0;
    }
    let mut thresholds: Vec<f32> =
        genuine.iter().chain(impostor).copied().filter(|score| *score > f32::NEG_INFINITY).collect();
    thresholds.push(f32::INFINITY);
    thresholds.sort_by(f32::total_cmp);
    thresholds.dedup();
    let rates = thresholds.iter().map(|threshold| {
        let fnmr = below(genuine, *threshold) as f64 / genuine.len() as f64;
        let fmr = (impostor.len() - below(impostor, *threshold)) as f64 / impostor.len() as f64;
        (fnmr, fmr)
    });
    let best = rates.reduce(|best, next| if gap(next) < gap(best) { next } else { best });
    best.map_or(0.0, |(fnmr, fmr)| (fnmr + fmr) / 2.0)
}

fn gap((fnmr, fmr): (f64, f64)) -> f64 {
    (fnmr - fmr).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Vec<f32> {
        (0..1000).map(|i| i as f32 / 1000.0).collect()
    }

    #[test]
    fn the_rates_follow_their_definitions() {
        assert_eq!(fnmr_at(&[2.0, 3.0], &ramp(), 0.0), 0.0);
        assert_eq!(eer(&[2.0, 3.0], &ramp()), 0.0);
        assert!((eer(&ramp(), &ramp()) - 0.5).abs() < 0.01);
        assert_eq!(fnmr_at(&[0.985, 0.995], &ramp(), 0.01), 0.5);
        assert_eq!(fnmr_at(&[f32::NEG_INFINITY, 3.0], &[f32::NEG_INFINITY, 0.0], 0.0), 0.5);
    }
}
