//! One eye: where its iris is, how sure that is, how good the capture is and what could be better, from an image or from
//! a record of any maker.

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rekam_hal::GrayImage;
use serde::Serialize;

use crate::biometrics::iris::{self, Cause, Circle, Contour, Extraction, Lid, Metrics, UNSURE};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input::{self, EyeFile, EyeSample, InputError};
use crate::cli::{Outcome, print_json};
use crate::interchange::RecordError;
use crate::interchange::iir::{Extent, EyeImage, EyeLabel, History, IirRecord, ImageFormat, Place, QualityScore};
use crate::office::words::{Language, Words};

/// Points of a contour that are printed.
const POINTS: usize = 64;

/// Arguments for irises alone.
#[derive(Debug, Clone, Args)]
pub(super) struct IrisOptions {
    /// Which eye an image shows, for the record that is written.
    #[arg(long, value_enum, value_name = "EYE")]
    pub(super) eye: Option<Label>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Label {
    Right,
    Left,
    Undefined,
}

/// What is printed: the first eye of the file, and all of them when it is a record. Lengths are in pixels from the centre
/// of the top left one.
#[derive(Debug, Serialize)]
struct Report {
    /// An image, or the record's edition.
    source: &'static str,
    #[serde(flatten)]
    first: Eye,
    /// Every image of a record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    eyes: Vec<Eye>,
}

#[derive(Debug, Clone, Serialize)]
struct Eye {
    /// Which eye the record says it is.
    eye: &'static str,
    width: u32,
    height: u32,
    quality: u8,
    /// 1 (excellent) to 5 (poor): a fifth of the quality scale each.
    class: u8,
    causes: Vec<&'static str>,
    /// What to tell the resident; nothing when nothing could be better.
    advice: Option<String>,
    /// How far the contours can be trusted, 0 to 1.
    confidence: f32,
    /// Whether they cannot.
    flagged: bool,
    pupil: Round,
    limbus: Round,
    /// Borders of the lids where they cover the iris.
    upper_lid: Option<Arch>,
    lower_lid: Option<Arch>,
    /// Points of the contours, clockwise from the right.
    pupil_contour: Vec<(f32, f32)>,
    limbus_contour: Vec<(f32, f32)>,
    metrics: Figures,
    /// Bits of the code that count.
    valid_bits: u32,
}

/// The circle nearest to a contour.
#[derive(Debug, Clone, Copy, Serialize)]
struct Round {
    x: f32,
    y: f32,
    r: f32,
}

/// `y + slope * d + curve * d * d` at `d` pixels to the right of `x`.
#[derive(Debug, Clone, Copy, Serialize)]
struct Arch {
    x: f32,
    y: f32,
    slope: f32,
    curve: f32,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Figures {
    usable_area: f32,
    lid_cover: f32,
    iris_diameter: f32,
    pupil_ratio: f32,
    centre_offset: f32,
    margin: f32,
    pupil_contrast: f32,
    limbus_contrast: f32,
    sharpness: f32,
    glare: f32,
    smear: f32,
    flatness: f32,
    irregularity: f32,
}

/// Runs the command; `out` is the record to write.
pub(super) fn run(
    global: &Global,
    file: &Path,
    out: Option<&Path>,
    options: &IrisOptions,
) -> Result<Outcome, CliError> {
    out.map_or(Ok(()), check_name)?;
    let (source, samples) = match input::eyes(file)? {
        EyeFile::Image(image) => {
            let label = options.eye.map_or(EyeLabel::Undefined, Label::label);
            ("image", vec![EyeSample { label, image, stated: None }])
        }
        EyeFile::Record(_) if options.eye.is_some() => {
            let why = "the record says which eyes it holds; leave out --eye";
            return Err(CliError::Usage(format!("{}: {why}", file.display())));
        }
        EyeFile::Record(samples) => ("ISO/IEC 19794-6:2011", samples),
    };
    let mut seen = Vec::with_capacity(samples.len());
    for (at, sample) in samples.iter().enumerate() {
        let (path, number, count) = (file.to_owned(), at + 1, samples.len());
        let failed = |source| match count {
            1 => InputError::Eye { path, source },
            _ => InputError::EyeOf { path, number, count, source },
        };
        seen.push((sample, iris::extract(&sample.image).map_err(failed)?));
    }
    let eyes: Vec<Eye> = seen.iter().map(|(sample, found)| described(sample, found)).collect();
    // A record without images does not decode.
    let Some(first) = eyes.first().cloned() else {
        return Err(CliError::Usage(format!("{} holds no image; name another file", file.display())));
    };
    if let Some(path) = out {
        write(path, &seen)?;
    }
    let report = Report { source, first, eyes: if source == "image" { Vec::new() } else { eyes } };
    if global.json {
        print_json(&report)?;
        return Ok(Outcome::Passed);
    }
    let eyes = if report.eyes.is_empty() { std::slice::from_ref(&report.first) } else { &report.eyes[..] };
    eyes.iter().try_for_each(print)?;
    Ok(Outcome::Passed)
}

fn described(sample: &EyeSample, found: &Extraction) -> Eye {
    let (segmentation, quality) = (&found.segmentation, &found.quality);
    Eye {
        eye: name(sample.label),
        width: sample.image.width(),
        height: sample.image.height(),
        quality: quality.score,
        class: 5 - (quality.score / 20).min(4),
        causes: quality.causes.iter().map(|cause| told(*cause).0).collect(),
        advice: quality.causes.first().map(|cause| Words::of(Language::English).get(told(*cause).1)),
        confidence: segmentation.confidence,
        flagged: segmentation.confidence < UNSURE,
        pupil: round(segmentation.pupil),
        limbus: round(segmentation.limbus),
        upper_lid: segmentation.upper_lid.map(arch),
        lower_lid: segmentation.lower_lid.map(arch),
        pupil_contour: points(&segmentation.pupil_contour),
        limbus_contour: points(&segmentation.limbus_contour),
        metrics: figures(&quality.metrics),
        valid_bits: found.template.valid_bits(),
    }
}

fn print(eye: &Eye) -> Result<(), CliError> {
    say!("{} eye, {} x {}: quality {} (class {})", eye.eye, eye.width, eye.height, eye.quality, eye.class);
    let trust = if eye.flagged { "not to be trusted" } else { "trusted" };
    say!("contours {trust} (confidence {:.2}), {} valid bits", eye.confidence, eye.valid_bits);
    for (name, circle) in [("pupil", eye.pupil), ("limbus", eye.limbus)] {
        say!("{name:10} {:7.1} {:7.1} radius {:6.1}", circle.x, circle.y, circle.r);
    }
    for (name, lid) in [("upper lid", eye.upper_lid), ("lower lid", eye.lower_lid)] {
        match lid {
            Some(lid) => say!("{name:10} {:7.1} {:7.1} slope {:.3} curve {:.5}", lid.x, lid.y, lid.slope, lid.curve),
            None => say!("{name:10} does not cover the iris"),
        }
    }
    if let Some(advice) = &eye.advice {
        say!("{}: {advice}", eye.causes.join(", "));
    }
    let m = &eye.metrics;
    say!(
        "usable area {:.2}, lids {:.2}, diameter {:.0}, pupil ratio {:.2}",
        m.usable_area,
        m.lid_cover,
        m.iris_diameter,
        m.pupil_ratio
    );
    say!("centre offset {:.2}, margin {:.2}, sharpness {:.2}", m.centre_offset, m.margin, m.sharpness);
    say!("contrast of pupil {:.0} and limbus {:.0} grey levels", m.pupil_contrast, m.limbus_contrast);
    Ok(())
}

fn check_name(path: &Path) -> Result<(), CliError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if [".iir", ".iso"].iter().any(|end| name.ends_with(end)) {
        return Ok(());
    }
    Err(CliError::Usage(format!("{}: no iris record is written by that name; use .iir", path.display())))
}

fn write(path: &Path, seen: &[(&EyeSample, Extraction)]) -> Result<(), CliError> {
    let failed = |error: RecordError| CliError::Usage(format!("{}: cannot be written: {error}", path.display()));
    let images: Result<Vec<EyeImage>, RecordError> =
        (1..).zip(seen).map(|(number, (sample, found))| represented(number, sample, found)).collect();
    let bytes = images.and_then(|images| IirRecord { images }.encode()).map_err(failed)?;
    fs::write(path, bytes).map_err(|source| CliError::Listing { path: PathBuf::from(path), source })
}

fn represented(number: u16, sample: &EyeSample, found: &Extraction) -> Result<EyeImage, RecordError> {
    let place = placed(&sample.image, found.segmentation.limbus);
    let quality = QualityScore { score: found.quality.score, vendor: 0, algorithm: 0 };
    let pixels = EyeImage::of(&sample.image, sample.label)?;
    Ok(match &sample.stated {
        None => EyeImage { number, place, qualities: vec![quality], ..pixels },
        // What a record says of its image stays true; only the pixels are stored anew, upright.
        Some(stated) => EyeImage {
            number,
            place,
            qualities: stated.qualities.iter().copied().chain([quality]).collect(),
            format: pixels.format,
            across: pixels.across,
            down: pixels.down,
            data: pixels.data,
            history: history(stated),
            ..stated.clone()
        },
    })
}

/// What the pixels of an image went through, that they were stored as they are included.
fn history(stated: &EyeImage) -> History {
    match stated.format {
        ImageFormat::Jpeg => History::Lossy,
        ImageFormat::Raw | ImageFormat::Png | ImageFormat::Jpeg2000 => stated.history,
    }
}

/// The limbus as the record wants it; a centre outside the image is not told.
fn placed(image: &GrayImage, limbus: Circle) -> Place {
    let within = |value: f32, side: u32| {
        let inside = (1.0..=side as f32).contains(&value.round());
        Extent::exactly(if inside { value.round() as u16 } else { 0 })
    };
    Place {
        x: within(limbus.x, image.width()),
        y: within(limbus.y, image.height()),
        diameter: within(2.0 * limbus.r, u16::MAX.into()),
    }
}

impl Label {
    fn label(self) -> EyeLabel {
        match self {
            Self::Right => EyeLabel::Right,
            Self::Left => EyeLabel::Left,
            Self::Undefined => EyeLabel::Undefined,
        }
    }
}

fn name(label: EyeLabel) -> &'static str {
    match label {
        EyeLabel::Undefined => "undefined",
        EyeLabel::Right => "right",
        EyeLabel::Left => "left",
    }
}

fn round(circle: Circle) -> Round {
    Round { x: circle.x, y: circle.y, r: circle.r }
}

fn arch(lid: Lid) -> Arch {
    Arch { x: lid.x, y: lid.y, slope: lid.slope, curve: lid.curve }
}

fn points(contour: &Contour) -> Vec<(f32, f32)> {
    (0..POINTS).map(|i| contour.point(i as f32 / POINTS as f32 * TAU)).collect()
}

fn figures(metrics: &Metrics) -> Figures {
    Figures {
        usable_area: metrics.usable_area,
        lid_cover: metrics.lid_cover,
        iris_diameter: metrics.iris_diameter,
        pupil_ratio: metrics.pupil_ratio,
        centre_offset: metrics.centre_offset,
        margin: metrics.margin,
        pupil_contrast: metrics.pupil_contrast,
        limbus_contrast: metrics.limbus_contrast,
        sharpness: metrics.sharpness,
        glare: metrics.glare,
        smear: metrics.smear,
        flatness: metrics.flatness,
        irregularity: metrics.irregularity,
    }
}

/// A cause's code and the sentence that helps against it.
fn told(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::SmallUsableArea => ("small_usable_area", "advice-open-eyes"),
        Cause::Blurred => ("blurred", "advice-blurred"),
        Cause::OffCentre => ("off_centre", "advice-not-centred"),
        Cause::TooFar => ("too_far", "advice-come-closer"),
        Cause::TooClose => ("too_close", "advice-go-farther"),
        Cause::LidsClosed => ("lids_closed", "advice-open-eyes"),
        Cause::PupilRatio => ("pupil_ratio", "advice-change-light"),
        Cause::SegmentationUnsure => ("segmentation_unsure", "advice-open-eyes"),
        Cause::Moved => ("moved", "advice-blurred"),
        Cause::LooksAside => ("looks_aside", "advice-look-straight"),
        Cause::Reflections => ("reflections", "advice-take-off-glasses"),
        Cause::PatternedLens => ("patterned_lens", "advice-take-off-glasses"),
    }
}
