//! What is written of a portrait: the record, the cut picture, and what the checks were computed from.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::ExtendedColorType;
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use rekam_hal::RgbImage;
use serde_json::json;

use super::{CUT_DPI, Judged, PhotoOptions};
use crate::biometrics::face::checks::{RULES, Weight};
use crate::biometrics::face::crop::Cut;
use crate::biometrics::face::landmarks::{LEFT_SIDE, RIGHT_SIDE};
use crate::biometrics::face::report::Check;
use crate::biometrics::face::{Seen, Sitter};
use crate::cli::error::CliError;
use crate::interchange::RecordError;
use crate::interchange::fac::{Angle, FacRecord, FaceImage, FaceKind, Landmark, QualityScore};

/// Quality of a cut JPEG picture.
const JPEG: u8 = 95;
/// How far yaw, pitch and roll may be off, degrees: the mesh's own error.
const UNCERTAIN: [f32; 3] = [3.0, 10.0, 2.0];
/// The record's mark of a picture that was made smaller.
const MADE_SMALLER: u16 = 4;
const INCHES_PER_METRE: f64 = 1.0 / 0.0254;

/// Refuses names by which nothing can be written, before any work is done.
pub(super) fn check_names(out: Option<&Path>, options: &PhotoOptions) -> Result<(), CliError> {
    let check = |path: Option<&Path>, ends: &[&str], what: &str| match path {
        Some(path) if !ends_with(path, ends) => {
            Err(CliError::Usage(format!("{}: {what} by that name; use {}", path.display(), ends.join(" or "))))
        }
        Some(_) | None => Ok(()),
    };
    check(out, &[".fac", ".iso"], "no face record is written")?;
    check(options.crop.as_deref(), &[".png", ".jpg", ".jpeg"], "no picture is written")?;
    check(options.landmarks.as_deref(), &[".json"], "no landmarks are written")
}

fn ends_with(path: &Path, ends: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    ends.iter().any(|end| name.ends_with(end))
}

/// Writes what is wanted. Of a picture without a face nothing can be, and that is said.
pub(super) fn write(
    file: &Path,
    out: Option<&Path>,
    options: &PhotoOptions,
    judged: &Judged,
    cut: Option<&Cut>,
) -> Result<(), CliError> {
    if out.is_none() && options.crop.is_none() && options.landmarks.is_none() {
        return Ok(());
    }
    let Some(sitter) = judged.sitter() else {
        let why = "shows no face, so nothing was written; name a portrait";
        return Err(CliError::Usage(format!("{}: {why}", file.display())));
    };
    if let Some(path) = out {
        save(path, record(judged, sitter).map_err(|error| unwritable(path, &error))?)?;
    }
    if let (Some(path), Some(cut)) = (&options.crop, cut) {
        save(path, picture(path, &cut.image)?)?;
    }
    options.landmarks.as_deref().map_or(Ok(()), |path| observed(path, judged))
}

fn save(path: &Path, bytes: Vec<u8>) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|source| CliError::Listing { path: PathBuf::from(path), source })
}

fn unwritable(path: &Path, error: &dyn std::error::Error) -> CliError {
    CliError::Usage(format!("{}: cannot be written: {error}", path.display()))
}

fn record(judged: &Judged, sitter: &Sitter) -> Result<Vec<u8>, RecordError> {
    let photo = &judged.file.photo;
    let pixels = FaceImage::of(&photo.image, kind(judged))?;
    let [left, right] = sitter.eyes();
    let quality = QualityScore { score: judged.quality, vendor: 0, algorithm: 0 };
    let [yaw, pitch, roll] = sitter.pose;
    // The person's left eye is on the picture's right. Eyes beyond the border have no place in a record.
    let mut landmarks = Landmark::eyes(right, left).to_vec();
    let inside = |v: u16, side: u16| v < side;
    landmarks.retain(|point| inside(point.x, pixels.width) && inside(point.y, pixels.height));
    let made_smaller = if photo.shrunk > 1 { MADE_SMALLER } else { 0 };
    let found = FaceImage {
        pose: [Angle::of(yaw, UNCERTAIN[0]), Angle::of(pitch, UNCERTAIN[1]), Angle::of(roll, UNCERTAIN[2])],
        landmarks,
        sampling: FaceImage::sampling_of(head_width(sitter) as u32),
        qualities: vec![quality],
        processing: pixels.processing | made_smaller,
        ..pixels
    };
    FacRecord::single(match &judged.file.stated {
        None => found,
        // What a record says of the person and the capture stays true; only pixels and measures are new.
        Some(stated) => FaceImage {
            qualities: stated.qualities.iter().copied().take(254).chain([quality]).collect(),
            pose: found.pose,
            landmarks: found.landmarks,
            kind: if stated.kind == FaceKind::Basic { found.kind } else { stated.kind },
            format: found.format,
            sampling: found.sampling,
            colours: found.colours,
            made_from: 0,
            data: found.data,
            ..stated.clone()
        },
    })
    .encode()
}

/// Full frontal when everything the standard asks of one holds; the colour behind is the ministry's own rule.
fn kind(judged: &Judged) -> FaceKind {
    let required = |check: Check| RULES.iter().any(|rule| rule.check == check && rule.weight == Weight::Required);
    let mut asked =
        judged.report.checks.iter().filter(|line| line.check != Check::BackdropColour && required(line.check));
    if asked.all(|line| line.pass) { FaceKind::FullFrontal } else { FaceKind::Basic }
}

/// From ear to ear, pixels.
fn head_width(sitter: &Sitter) -> f32 {
    let at = |index: usize| sitter.points.get(index).copied().unwrap_or_default();
    let ([x, y, _], [u, v, _]) = (at(LEFT_SIDE), at(RIGHT_SIDE));
    (x - u).hypot(y - v)
}

/// A picture in a file that says its resolution.
fn picture(path: &Path, image: &RgbImage) -> Result<Vec<u8>, CliError> {
    let mut file = Cursor::new(Vec::new());
    if ends_with(path, &[".png"]) {
        png(&mut file, image, Some(CUT_DPI)).map_err(|error| unwritable(path, &error))?;
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut file, JPEG);
        encoder.set_pixel_density(PixelDensity::dpi(CUT_DPI as u16));
        encoder
            .encode(image.pixels(), image.width(), image.height(), ExtendedColorType::Rgb8)
            .map_err(|error| unwritable(path, &error))?;
    }
    Ok(file.into_inner())
}

fn png(out: &mut Cursor<Vec<u8>>, image: &RgbImage, dpi: Option<u32>) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(out, image.width(), image.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(dpi.map(|dpi| {
        let per_metre = (f64::from(dpi) * INCHES_PER_METRE).round() as u32;
        png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }
    }));
    encoder.write_header()?.write_image_data(image.pixels())
}

/// Writes what the checks were computed from, and the picture it lies in.
fn observed(path: &Path, judged: &Judged) -> Result<(), CliError> {
    let image = &judged.file.photo.image;
    let beside = path.with_extension("seen.png");
    let mut file = Cursor::new(Vec::new());
    png(&mut file, image, None).map_err(|error| unwritable(&beside, &error))?;
    let absolute = std::path::absolute(&beside).unwrap_or_else(|_| beside.clone());
    let Some(text) = observation(&judged.seen, image, judged.frame(), &absolute) else { return Ok(()) };
    save(&beside, file.into_inner())?;
    save(path, text.into_bytes())
}

fn observation(seen: &Seen, image: &RgbImage, frame: (f32, f32, f32, f32), png: &Path) -> Option<String> {
    let seen = seen.observation(image, frame)?;
    let (left, top, width, height) = frame;
    let all = json!({
        "png": png.to_string_lossy(),
        "points": seen.points,
        "pose": seen.pose,
        "areas": seen.areas,
        "frame": [left, top, width, height],
        "mask": { "width": seen.person.width, "height": seen.person.height, "values": seen.person.values },
    });
    Some(all.to_string())
}
