//! A slap: which hand, which fingers, where each lies and how good it is; each finger as a file of its own.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use image::ImageEncoder;
use image::codecs::png::PngEncoder;
use rekam_hal::{Finger, GrayImage, Slap};
use serde::Serialize;

use crate::biometrics::fingerprint::{
    self, Edge, Expected, ExtractError, FingerBox, FingerProblem, Quality, Segmented, SlapFinger, SlapProblem,
};
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::input::{self, FingerFile, InputError};
use crate::cli::{Outcome, print_json};
use crate::station::Engines;

/// Arguments for slaps alone.
#[derive(Debug, Clone, Args)]
pub(super) struct SlapOptions {
    /// Which fingers a slap should show.
    #[arg(long, value_enum)]
    pub(super) expect: Option<Expect>,
    /// Finger positions (1 to 10) that the resident has not.
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(super) absent: Vec<u8>,
    /// Write every finger of a slap as `<position>.png` into this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) fingers: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Expect {
    Right,
    Left,
    Thumbs,
    Unknown,
}

impl SlapOptions {
    fn expected(&self) -> Expected {
        let expected = match self.expect.unwrap_or(Expect::Unknown) {
            Expect::Right => Expected::all(Slap::RightFour),
            Expect::Left => Expected::all(Slap::LeftFour),
            Expect::Thumbs => Expected::all(Slap::Thumbs),
            Expect::Unknown => Expected::unknown(),
        };
        self.absent.iter().filter_map(|code| Finger::from_code(*code)).fold(expected, Expected::without)
    }
}

/// What is printed. Places are in pixels of the file.
#[derive(Debug, Serialize)]
struct Report {
    /// `right`, `left` or `thumbs`; nothing without fingers.
    hand: Option<&'static str>,
    /// How sure the hand is from the picture alone, 0 to 1.
    confidence: f32,
    /// Lean of the hand in degrees counter-clockwise from upright.
    angle: f32,
    /// From left to right.
    fingers: Vec<Found>,
    /// Positions that should be there and are not.
    missing: Vec<u8>,
    /// Prints that have no place on the hand.
    strays: Vec<Place>,
    /// What is wrong with the whole.
    problems: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Found {
    position: u8,
    #[serde(rename = "box")]
    place: Place,
    /// Degrees counter-clockwise from upright.
    angle: f32,
    confidence: f32,
    /// Quality of the print, 0 to 100, and its class, 1 to 5.
    quality: u8,
    class: u8,
    problems: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Place {
    /// Centre.
    x: f32,
    y: f32,
    /// Across and along the finger.
    width: f32,
    height: f32,
    /// Tip left, tip right, crease right, crease left.
    corners: [(f32, f32); 4],
}

impl Place {
    fn of(place: &FingerBox) -> Self {
        Self { x: place.x, y: place.y, width: place.width, height: place.height, corners: place.corners() }
    }
}

/// Runs the command; `dpi` counts for a file that states no resolution.
pub(super) fn run(global: &Global, file: &Path, dpi: f32, options: &SlapOptions) -> Result<Outcome, CliError> {
    input::check_dpi(dpi)?;
    let FingerFile::Image(image) = input::finger(file, dpi)? else {
        return Err(CliError::Usage(format!("{} holds minutiae and no image; name an image", file.display())));
    };
    let slap = fingerprint::segment(&image, &options.expected()).map_err(|source| InputError::slap(file, source))?;
    let engines = Engines::new(global.models());
    let mut fingers = Vec::with_capacity(slap.fingers.len());
    for finger in &slap.fingers {
        let cut = finger.cut(&image);
        if let Some(folder) = &options.fingers {
            write(&folder.join(format!("{}.png", finger.finger.code())), &cut)?;
        }
        fingers.push(found(&engines, finger, &cut)?);
    }
    report(global, &slap, fingers)
}

fn found(engines: &Engines, finger: &SlapFinger, cut: &GrayImage) -> Result<Found, CliError> {
    let (quality, class) = match fingerprint::extract(engines.network()?, cut) {
        Ok(found) => (found.quality.score, found.quality.class),
        // Too little of a finger to read: the place is told all the same.
        Err(ExtractError::TooSmall { .. } | ExtractError::NoFinger) => (0, Quality::class_of(0)),
        Err(error @ (ExtractError::TooLarge { .. } | ExtractError::Resolution { .. })) => {
            return Err(CliError::Engine(error.into()));
        }
    };
    Ok(Found {
        position: finger.finger.code(),
        place: Place::of(&finger.place),
        angle: finger.place.angle.to_degrees(),
        confidence: finger.confidence,
        quality,
        class,
        problems: finger.problems.iter().map(|problem| of_finger(*problem)).collect(),
    })
}

fn report(global: &Global, slap: &Segmented, fingers: Vec<Found>) -> Result<Outcome, CliError> {
    let report = Report {
        hand: slap.layout.map(hand),
        confidence: slap.certainty,
        angle: slap.tilt.to_degrees(),
        fingers,
        missing: slap.missing.iter().map(|finger| finger.code()).collect(),
        strays: slap.strays.iter().map(Place::of).collect(),
        problems: slap.problems.iter().map(|problem| of_slap(*problem)).collect(),
    };
    if global.json {
        print_json(&report)?;
        return Ok(Outcome::Passed);
    }
    say!(
        "{} (confidence {:.2}), leaning {:.0} degrees",
        report.hand.unwrap_or("no hand"),
        report.confidence,
        report.angle
    );
    for finger in &report.fingers {
        say!(
            "{:2} at {:.0}, {:.0}, {:.0} x {:.0}, {:.0} degrees, confidence {:.2}, quality {} {}",
            finger.position,
            finger.place.x,
            finger.place.y,
            finger.place.width,
            finger.place.height,
            finger.angle,
            finger.confidence,
            finger.quality,
            finger.problems.join(", ")
        );
    }
    for position in &report.missing {
        say!("{position:2} is missing");
    }
    if !report.problems.is_empty() {
        say!("{}", report.problems.join(", "));
    }
    Ok(Outcome::Passed)
}

fn hand(layout: Slap) -> &'static str {
    match layout {
        Slap::RightFour => "right",
        Slap::LeftFour => "left",
        Slap::Thumbs => "thumbs",
    }
}

fn of_finger(problem: FingerProblem) -> &'static str {
    match problem {
        FingerProblem::CutAtEdge(Edge::Top) => "cut_at_top",
        FingerProblem::CutAtEdge(Edge::Left) => "cut_at_left",
        FingerProblem::CutAtEdge(Edge::Right) => "cut_at_right",
        FingerProblem::CutAtEdge(Edge::Bottom) => "cut_at_bottom",
        FingerProblem::Touching => "touching",
        FingerProblem::Partial => "partial",
        FingerProblem::Faint => "faint",
        FingerProblem::UncertainPosition => "uncertain_position",
        FingerProblem::NotExpected => "not_expected",
    }
}

fn of_slap(problem: SlapProblem) -> &'static str {
    match problem {
        SlapProblem::Empty => "empty",
        SlapProblem::WrongHand { .. } => "wrong_hand",
        SlapProblem::WrongCount { .. } => "wrong_count",
        SlapProblem::TooTilted => "too_tilted",
    }
}

fn write(path: &Path, image: &GrayImage) -> Result<(), CliError> {
    let file = std::fs::File::create(path).map_err(|source| CliError::Listing { path: path.to_owned(), source })?;
    PngEncoder::new(BufWriter::new(file))
        .write_image(image.pixels(), image.width(), image.height(), image::ExtendedColorType::L8)
        .map_err(|error| CliError::file(path, std::io::Error::other(error)))
}
