//! A portrait: who is in it, every check with its raw value, the backdrop, and the one sentence that mends the next
//! shot.

mod told;
mod written;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::biometrics::face::crop::{Cut, Format, Head, cut};
use crate::biometrics::face::report::{Assessment, Backdrop, Report, Wanted};
use crate::biometrics::face::{self, Seen, Sitter};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input::{self, PhotoFile};
use crate::cli::{Outcome, print_json};
use crate::station::portrait::{backdrop_word, quality};
use crate::station::{EngineError, Engines};

/// Dots per inch of a cut portrait.
const CUT_DPI: u32 = 300;
/// Width of a cut token image: twice the least of the standard.
const TOKEN: u32 = 480;

/// Arguments for portraits alone.
#[derive(Debug, Clone, Args)]
pub(super) struct PhotoOptions {
    /// The backdrop the resident must have; without it any of the three will do.
    #[arg(long, value_enum, value_name = "COLOUR")]
    pub(super) backdrop: Option<Cloth>,
    /// Write the portrait cut from the photograph (.png or .jpg), the eyes level, at 300 dpi.
    #[arg(long, value_name = "FILE")]
    pub(super) crop: Option<PathBuf>,
    /// What is cut: 35 x 45 mm unless given.
    #[arg(long, value_enum, value_name = "SHAPE", requires = "crop")]
    pub(super) shape: Option<Shape>,
    /// Write what the checks are computed from (points, pose, areas, mask) as .json, and the picture they lie in beside
    /// it as .seen.png, so that every formula can be calculated again.
    #[arg(long, value_name = "FILE.json")]
    pub(super) landmarks: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Cloth {
    /// Born in an odd year.
    Red,
    /// Born in an even year.
    Blue,
    /// Foreign resident.
    Orange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shape {
    /// 35 x 45 mm.
    Portrait,
    /// The token image of ISO/IEC 19794-5.
    Token,
    /// The card's 20 x 30 mm.
    Card,
}

impl Cloth {
    fn backdrop(self) -> Backdrop {
        match self {
            Self::Red => Backdrop::Red,
            Self::Blue => Backdrop::Blue,
            Self::Orange => Backdrop::Orange,
        }
    }
}

impl Shape {
    fn format(self) -> Format {
        match self {
            Self::Portrait => Format::Portrait { dpi: CUT_DPI },
            Self::Token => Format::Token { width: TOKEN },
            Self::Card => Format::Card { dpi: CUT_DPI },
        }
    }
}

/// What is printed. Places are in pixels of the file, turned upright; the middle of the upper left pixel is (0.5, 0.5).
#[derive(Debug, Serialize)]
struct Said {
    /// An image, or the record's edition.
    source: &'static str,
    width: u32,
    height: u32,
    faces: usize,
    verdict: &'static str,
    /// 0 to 100; 40 and more only when the verdict is pass.
    quality: u8,
    /// 1 (excellent) to 5 (poor): a fifth of the quality scale each.
    class: u8,
    /// Checks that failed, the gravest first.
    causes: Vec<&'static str>,
    /// Every check by name; none without a face.
    checks: BTreeMap<&'static str, Line>,
    background: Option<Ground>,
    /// Middles of the irises, the picture's left one first.
    eyes: Option<[(f32, f32); 2]>,
    /// Degrees.
    pose: Option<Pose>,
    /// What to do first; nothing when nothing is left to wish for.
    advice: Option<String>,
    /// The picture that was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    crop: Option<Crop>,
}

/// One check.
#[derive(Debug, Clone, Copy, Serialize)]
struct Line {
    raw: f32,
    score: u8,
    pass: bool,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Ground {
    class: &'static str,
    score: u8,
}

/// The picture that was cut, and the eyes in it.
#[derive(Debug, Clone, Copy, Serialize)]
struct Crop {
    width: u32,
    height: u32,
    eyes: [(f32, f32); 2],
    /// Share that lies outside the photograph.
    beyond: f32,
    /// Pixels of the file for each of its pixels.
    scale: f32,
}

/// Yaw negative when the face is turned to the picture's left, pitch negative with the chin up, roll positive when the
/// head is turned counter-clockwise.
#[derive(Debug, Clone, Copy, Serialize)]
struct Pose {
    yaw: f32,
    pitch: f32,
    roll: f32,
}

/// A portrait and all that was found in it.
struct Judged {
    file: PhotoFile,
    seen: Seen,
    report: Report,
    quality: u8,
}

impl Judged {
    fn sitter(&self) -> Option<&Sitter> {
        // A drawing has a face too, but nobody's.
        self.report.eyes.and(self.seen.sitter.as_ref())
    }

    fn frame(&self) -> (f32, f32, f32, f32) {
        frame(&self.file)
    }
}

/// The whole picture is the portrait.
fn frame(file: &PhotoFile) -> (f32, f32, f32, f32) {
    (0.0, 0.0, file.photo.image.width() as f32, file.photo.image.height() as f32)
}

/// Runs the command; `out` is the record to write.
pub(super) fn run(
    global: &Global,
    path: &Path,
    out: Option<&Path>,
    options: &PhotoOptions,
) -> Result<Outcome, CliError> {
    written::check_names(out, options)?;
    let file = input::photo(path)?;
    let engines = Engines::new(global.models());
    let judged = judged(&engines, file, &Wanted { backdrop: options.backdrop.map(Cloth::backdrop), room: false })?;
    let cut = wish(&judged, options)?;
    let said = said(&judged, cut.as_ref());
    if global.json {
        print_json(&said)?;
    } else {
        print(&said, &judged.report)?;
    }
    written::write(path, out, options, &judged, cut.as_ref())?;
    Ok(Outcome::Passed)
}

fn judged(engines: &Engines, file: PhotoFile, wanted: &Wanted) -> Result<Judged, CliError> {
    let seen = engines.portraitist()?.see(&file.photo.image).map_err(EngineError::from)?;
    let report = face::report(&seen, &file.photo.image, frame(&file), wanted);
    let quality = quality(&report);
    Ok(Judged { file, seen, report, quality })
}

/// The picture to cut, where one is wanted and there is a face to cut by.
fn wish(judged: &Judged, options: &PhotoOptions) -> Result<Option<Cut>, CliError> {
    let (Some(_), Some(sitter)) = (&options.crop, judged.sitter()) else { return Ok(None) };
    let format = options.shape.unwrap_or(Shape::Portrait).format();
    let failed = |error| CliError::Usage(format!("nothing was cut: {error}; leave out --crop"));
    cut(&judged.file.photo.image, Head::of(&sitter.points), format).map(Some).map_err(failed)
}

fn said(judged: &Judged, cut: Option<&Cut>) -> Said {
    let report = &judged.report;
    let (width, height) = judged.file.photo.size;
    let scale = judged.file.photo.shrunk as f32;
    let check = |line: &Assessment| {
        let Assessment { check, raw, score, pass } = *line;
        (check.name(), Line { raw, score, pass })
    };
    Said {
        source: if judged.file.stated.is_some() { "ISO/IEC 19794-5:2011" } else { "image" },
        width,
        height,
        faces: report.faces,
        verdict: told::verdict(report.verdict),
        quality: judged.quality,
        class: 5 - (judged.quality / 20).min(4),
        causes: report.causes.iter().map(|check| check.name()).collect(),
        checks: report.checks.iter().map(check).collect(),
        background: report.background.map(|b| Ground { class: backdrop_word(b.class), score: b.score }),
        eyes: report.eyes.map(|eyes| eyes.map(|(x, y)| (x * scale, y * scale))),
        pose: judged.sitter().map(|sitter| {
            let [yaw, pitch, roll] = sitter.pose;
            Pose { yaw, pitch, roll }
        }),
        advice: report.advice.map(told::advice),
        crop: cut.map(|cut| Crop {
            width: cut.image.width(),
            height: cut.image.height(),
            eyes: cut.eyes,
            beyond: cut.beyond,
            scale: cut.scale * scale,
        }),
    }
}

fn print(said: &Said, report: &Report) -> Result<(), CliError> {
    let faces = if said.faces == 1 { "1 face".to_owned() } else { format!("{} faces", said.faces) };
    say!("{}: {faces}, quality {} (class {})", said.verdict, said.quality, said.class);
    if let Some(advice) = &said.advice {
        say!("{advice}");
    }
    if let (Some([left, right]), Some(pose)) = (said.eyes, said.pose) {
        say!("eyes at {:.1}, {:.1} and {:.1}, {:.1}", left.0, left.1, right.0, right.1);
        say!("yaw {:.1}, pitch {:.1}, roll {:.1} degrees", pose.yaw, pose.pitch, pose.roll);
    }
    if let Some(background) = report.background {
        say!("backdrop {} (score {})", backdrop_word(background.class), background.score);
    }
    for line in told::worst_first(report) {
        let word = if line.pass { "ok" } else { "FAIL" };
        say!("{word:4} {:36} {:3} {:12.4}", line.check.name(), line.score, line.raw);
    }
    Ok(())
}
