//! One sample of one device: taken, told and kept as a picture where it is wanted.

use std::path::{Path, PathBuf};

use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceInfo, Eye, EyeSet, Finger, FingerprintScanner, GrayImage, IrisCamera, Progress,
    RgbImage, ScanTarget, Signature, SignaturePad,
};
use serde::Serialize;

use super::ink;
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::{Outcome, print_json};
use crate::station::Opened;
use crate::station::kept::gray_png;

/// What one device delivered.
enum Sample {
    Grey(GrayImage),
    Colour(RgbImage),
    Ink(Signature),
}

#[derive(Serialize)]
struct Tested<'a> {
    id: &'a str,
    driver: &'a str,
    width: Option<u32>,
    height: Option<u32>,
    dpi: Option<f32>,
    points: Option<usize>,
    /// What the person before the device must do differently; then there is no sample.
    retry: Option<String>,
    out: Option<PathBuf>,
}

/// Takes one sample and says what it is; a sample that the person must give again is a failed check.
pub(super) fn take(
    global: &Global,
    info: &DeviceInfo,
    opened: Opened,
    out: Option<&Path>,
) -> Result<Outcome, CliError> {
    let mut tested = Tested {
        id: &info.id,
        driver: &info.driver,
        width: None,
        height: None,
        dpi: None,
        points: None,
        retry: None,
        out: None,
    };
    match taken(opened) {
        Ok(sample) => {
            let (grey, colour) = match sample {
                Sample::Grey(image) => (Some(image.into_ridges_dark()), None),
                Sample::Colour(image) => (None, Some(image)),
                Sample::Ink(signature) => {
                    tested.points = Some(signature.points());
                    (ink::picture(&signature), None)
                }
            };
            if tested.points.is_none() {
                let size = grey.as_ref().map(|image| (image.width(), image.height()));
                let size = size.or(colour.as_ref().map(|image| (image.width(), image.height())));
                (tested.width, tested.height) = (size.map(|size| size.0), size.map(|size| size.1));
                tested.dpi = grey.as_ref().and_then(GrayImage::dpi);
            }
            if let Some(path) = out {
                save(path, grey.as_ref(), colour.as_ref())?;
                tested.out = Some(path.to_owned());
            }
        }
        Err(CaptureError::Device(device)) => return Err(CliError::from(device)),
        Err(again @ (CaptureError::Retry(_) | CaptureError::Cancelled)) => tested.retry = Some(again.to_string()),
    }
    if global.json {
        print_json(&tested)?;
    } else {
        match (tested.width.zip(tested.height), tested.points, &tested.retry) {
            (_, _, Some(again)) => say!("{}: no sample; {again}", tested.id),
            (Some((width, height)), _, None) => say!("{}: {width} x {height} pixels", tested.id),
            (None, points, None) => say!("{}: {} points written", tested.id, points.unwrap_or(0)),
        }
    }
    Ok(if tested.retry.is_none() { Outcome::Passed } else { Outcome::Failed })
}

fn taken(opened: Opened) -> Result<Sample, CaptureError> {
    match opened {
        Opened::Camera(mut camera) => photo(&mut *camera),
        Opened::Pad(mut pad) => signature(&mut *pad),
        Opened::Scanner(mut scanner) => finger(&mut *scanner),
        Opened::Iris(mut camera) => eye(&mut *camera),
    }
}

fn finger(scanner: &mut dyn FingerprintScanner) -> Result<Sample, CaptureError> {
    tell!("put a finger on {}", scanner.info().model);
    let target = ScanTarget::Single(Finger::RightIndex);
    scanner.capture(&Cancel::new(), target, &Cancel::new(), &mut told()).map(Sample::Grey)
}

fn eye(camera: &mut dyn IrisCamera) -> Result<Sample, CaptureError> {
    tell!("look into {}", camera.info().model);
    let eyes = camera.capture(&Cancel::new(), EyeSet::One(Eye::Right), &Cancel::new(), &mut told())?;
    let first = eyes.into_iter().next().map(|sample| Sample::Grey(sample.image));
    first.ok_or(CaptureError::Retry(rekam_hal::Retry::NothingPresented))
}

fn photo(camera: &mut dyn Camera) -> Result<Sample, CaptureError> {
    let now = Cancel::new();
    now.cancel();
    camera.capture(&now, &Cancel::new(), &mut told()).map(Sample::Colour)
}

fn signature(pad: &mut dyn SignaturePad) -> Result<Sample, CaptureError> {
    tell!("write on {}", pad.info().model);
    pad.capture(&Cancel::new(), &Cancel::new(), &mut told()).map(Sample::Ink)
}

/// How far a long transfer is.
fn told() -> impl FnMut(Progress) {
    let mut last = 0;
    move |progress| {
        if let Progress::Transferred(share) = progress {
            let percent = (share * 100.0) as u32 / 10 * 10;
            if percent > last {
                tell!("{percent} %");
                last = percent;
            }
        }
    }
}

/// Writes the picture; a grey one says its resolution, so that whoever reads it need not be told.
fn save(path: &Path, grey: Option<&GrayImage>, colour: Option<&RgbImage>) -> Result<(), CliError> {
    let unwritten =
        |error: &dyn std::fmt::Display| CliError::Usage(format!("{} cannot be written: {error}", path.display()));
    if let Some(image) = grey {
        let file = gray_png(image).map_err(|error| unwritten(&error))?;
        std::fs::write(path, file).map_err(|error| unwritten(&error))?;
    }
    if let Some(image) = colour {
        let size = (image.width(), image.height());
        let colour = image::ColorType::Rgb8;
        image::save_buffer_with_format(path, image.pixels(), size.0, size.1, colour, image::ImageFormat::Png)
            .map_err(|error| unwritten(&error))?;
    }
    Ok(())
}
