//! One finger: its quality, what could be better, and its minutiae, from an image or from a record of any maker.

use serde::Serialize;

use super::Options;
use super::record::Contents;
use crate::biometrics::fingerprint::{self, Cause, Minutia, MinutiaKind, Quality, Template};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input::{self, FingerFile, InputError};
use crate::cli::{Outcome, print_json};
use crate::interchange::RecordError;
use crate::interchange::fmr::convert::{self, About};
use crate::interchange::fmr::{Deviation, Edition, FmrRecord, Impression, Received};
use crate::office::words::{Language, Words};
use crate::station::Engines;
use rekam_hal::GrayImage;

/// What is printed. Minutiae are in pixels at 500 dpi from the image's top left corner.
#[derive(Debug, Serialize)]
struct Report {
    /// Where it was read from: an image, or a record by its edition.
    source: &'static str,
    /// 0 to 100; nothing for a record that does not report it.
    quality: Option<u8>,
    /// 1 (excellent) to 5 (poor); nothing without a quality.
    class: Option<u8>,
    causes: Vec<&'static str>,
    /// What to tell the resident; nothing when nothing could be better.
    advice: Option<String>,
    /// Finger position of the record.
    position: u8,
    /// Other fingers the record holds; `--position` chooses one.
    others: Vec<u8>,
    minutiae: Vec<Point>,
    /// What in the record was not as the standard has it.
    deviations: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Point {
    x: f32,
    y: f32,
    /// Degrees counter-clockwise from the right.
    angle: f32,
    kind: &'static str,
    /// 0 to 100.
    quality: u8,
}

/// Runs the command.
pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    input::check_dpi(options.dpi())?;
    options.out.kind()?;
    match input::finger(&options.file, options.dpi())? {
        FingerFile::Image(image) => of_image(global, options, &image),
        FingerFile::Minutiae(received) => of_record(global, options, received),
    }
}

fn of_image(global: &Global, options: &Options, image: &GrayImage) -> Result<Outcome, CliError> {
    let engines = Engines::new(global.models());
    let found =
        fingerprint::extract(engines.network()?, image).map_err(|source| InputError::extract(&options.file, source))?;
    let Quality { score, class, causes } = &found.quality;
    let record = convert::record(&found.template, &about(options, image, *score));
    let report = Report {
        source: "image",
        quality: Some(*score),
        class: Some(*class),
        causes: causes.iter().map(|cause| code(*cause)).collect(),
        advice: advice(causes, found.template.minutiae().is_empty()),
        position: options.out.position.unwrap_or(0),
        others: Vec::new(),
        minutiae: points(&found.template),
        deviations: Vec::new(),
    };
    finish(global, options, &report, &record, Some(image))
}

fn about(options: &Options, image: &GrayImage, quality: u8) -> About {
    let scale = 500.0 / image.dpi().unwrap_or(500.0);
    let side = |length: u32| (length as f32 * scale).round().clamp(1.0, 16_384.0) as u16;
    About {
        position: options.out.position.unwrap_or(0),
        impression: Impression::LivePlain,
        quality,
        width: side(image.width()),
        height: side(image.height()),
    }
}

fn of_record(global: &Global, options: &Options, received: Received) -> Result<Outcome, CliError> {
    let positions = received.record.positions();
    let record = match options.out.position {
        Some(position) => received.record.of_position(position).ok_or_else(|| absent(options, position, &positions))?,
        None => received.record,
    };
    let unusable = |source| InputError::Record { path: options.file.clone(), source };
    // A received record has a view at least.
    let view = record.best_view().ok_or_else(|| unusable(RecordError::Short { field: "view" }))?;
    let quality = (view.quality > 0).then_some(view.quality);
    let report = Report {
        source: edition(received.edition),
        quality,
        class: quality.map(Quality::class_of),
        causes: Vec::new(),
        advice: None,
        position: view.position,
        others: positions.into_iter().filter(|position| *position != view.position).collect(),
        minutiae: points(&convert::template(view).map_err(unusable)?),
        deviations: received.deviations.iter().map(|deviation| departure(*deviation)).collect(),
    };
    finish(global, options, &report, &record, None)
}

fn absent(options: &Options, position: u8, positions: &[u8]) -> CliError {
    CliError::Usage(format!(
        "{}: holds no finger {position}; give --position one of {positions:?} or leave it out",
        options.file.display()
    ))
}

fn finish(
    global: &Global,
    options: &Options,
    report: &Report,
    minutiae: &FmrRecord,
    image: Option<&GrayImage>,
) -> Result<Outcome, CliError> {
    options.out.write(&Contents { minutiae, image, quality: report.quality.unwrap_or(0) })?;
    if global.json {
        print_json(report)?;
        return Ok(Outcome::Passed);
    }
    match (report.quality, report.class) {
        (Some(quality), Some(class)) => say!("quality {quality} (class {class}), {} minutiae", report.minutiae.len()),
        (None, _) | (_, None) => say!("quality not reported, {} minutiae", report.minutiae.len()),
    }
    if !report.others.is_empty() {
        say!("finger {}; the record also holds {:?}, see --position", report.position, report.others);
    }
    if let Some(advice) = &report.advice {
        say!("{}: {advice}", report.causes.join(", "));
    }
    if !report.deviations.is_empty() {
        say!("not as the standard has it: {}", report.deviations.join(", "));
    }
    for point in &report.minutiae {
        say!("{:7.1} {:7.1} {:6.1} {:3} {}", point.x, point.y, point.angle, point.quality, point.kind);
    }
    Ok(Outcome::Passed)
}

fn points(template: &Template) -> Vec<Point> {
    let point = |m: &Minutia| Point {
        x: m.x,
        y: m.y,
        angle: m.angle.to_degrees(),
        kind: match m.kind {
            MinutiaKind::Ending => "ending",
            MinutiaKind::Bifurcation => "bifurcation",
            MinutiaKind::Unknown => "other",
        },
        quality: (m.quality * 100.0).round() as u8,
    };
    template.minutiae().iter().map(point).collect()
}

fn code(cause: Cause) -> &'static str {
    match cause {
        Cause::TooFewMinutiae => "too_few_minutiae",
        Cause::SmallArea => "small_area",
        Cause::LowContrast => "low_contrast",
        Cause::TooDark => "too_dark",
        Cause::TooLight => "too_light",
        Cause::NotCentred => "not_centred",
        Cause::Smudged => "smudged",
    }
}

/// The one sentence for the first of the causes.
fn advice(causes: &[Cause], empty: bool) -> Option<String> {
    let key = match causes.first()? {
        Cause::TooFewMinutiae | Cause::SmallArea if empty => "advice-nothing-presented",
        Cause::TooDark => "advice-too-wet",
        Cause::TooLight | Cause::LowContrast => "advice-too-dry",
        Cause::NotCentred => "advice-not-centred",
        Cause::Smudged => "advice-blurred",
        Cause::TooFewMinutiae | Cause::SmallArea => "advice-too-short",
    };
    Some(Words::of(Language::English).get(key))
}

fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Iso2005 => "ISO/IEC 19794-2:2005",
        Edition::Iso2011 => "ISO/IEC 19794-2:2011",
        Edition::Ansi2004 => "ANSI INCITS 378-2004",
    }
}

fn departure(deviation: Deviation) -> &'static str {
    match deviation {
        Deviation::Padding => "padding",
        Deviation::NoExtendedLength => "no_extended_length",
        Deviation::ExtendedData => "extended_data",
        Deviation::ReservedBits => "reserved_bits",
        Deviation::Position => "position",
        Deviation::Impression => "impression",
        Deviation::FingerQuality => "finger_quality",
        Deviation::MinutiaQuality => "minutia_quality",
        Deviation::MinutiaKind => "minutia_kind",
        Deviation::Angle => "angle",
        Deviation::ImageSize => "image_size",
        Deviation::OutsideImage => "outside_image",
        Deviation::NoResolution => "no_resolution",
        Deviation::ResolutionInInches => "resolution_in_inches",
        Deviation::ViewNumber => "view_number",
    }
}
