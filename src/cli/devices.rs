//! `rekam devices`: what is plugged in, whether it may be opened, and what it sees.
//!
//! The list comes from descriptors alone, without a transfer to any device: a list must not wake, hold or confuse one.
//! `test` takes one sample with one device and asks no other driver anything.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rekam_camera::{dslr, v4l2};
use rekam_fingerprint::uru4000::{self, Seeds};
use rekam_fingerprint::{libfprint, usb, zfm};
use rekam_hal::{
    Access, Camera, Cancel, CaptureError, DeviceInfo, Eye, EyeSet, Finger, FingerprintScanner, GrayImage, IrisCamera,
    Progress, RgbImage, ScanTarget, Signature, SignaturePad,
};
use rekam_signature_pad::{Model, TopazPad, stu, topaz};
use serde::Serialize;

use super::args::Global;
use super::error::CliError;
use super::{Outcome, print_json};

/// Arguments of `devices`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Option<DevicesCommand>,
}

#[derive(Debug, Clone, Subcommand)]
enum DevicesCommand {
    /// Take one sample with one device and say what it saw.
    Test {
        /// The device, as `rekam devices` names it.
        id: String,
        /// Write the picture there (PNG); ridges are dark.
        #[arg(long, value_name = "FILE.png")]
        out: Option<PathBuf>,
        /// The random numbers of the device's protocol (hexadecimal, 32 bits), for a recording that is played back.
        #[arg(long, value_name = "HEX", value_parser = hexadecimal)]
        seed: Option<u32>,
    },
}

fn hexadecimal(text: &str) -> Result<u32, String> {
    let digits = text.trim_start_matches("0x");
    u32::from_str_radix(digits, 16).map_err(|_| "write it as up to 8 hexadecimal digits".to_owned())
}

#[derive(Serialize)]
struct Listed {
    devices: Vec<DeviceInfo>,
    missing: Vec<MissingDriver>,
}

/// A driver that cannot work here.
#[derive(Serialize)]
struct MissingDriver {
    driver: &'static str,
    remedy: String,
}

pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    match &options.command {
        None => list(global),
        Some(DevicesCommand::Test { id, out, seed }) => test(global, id, out.as_deref(), *seed),
    }
}

/// A family of devices: its name begins the identity of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Uru4000,
    Zfm,
    Topaz,
    Stu,
    Video,
    Libfprint,
    Dslr,
}

impl Family {
    const ALL: [Self; 7] = [Self::Uru4000, Self::Zfm, Self::Topaz, Self::Stu, Self::Video, Self::Libfprint, Self::Dslr];

    fn name(self) -> &'static str {
        match self {
            Self::Uru4000 => uru4000::DRIVER,
            Self::Zfm => zfm::DRIVER,
            Self::Topaz => "topaz",
            Self::Stu => stu::DRIVER,
            Self::Video => "v4l2",
            Self::Libfprint => libfprint::DRIVER,
            Self::Dslr => dslr::DRIVER,
        }
    }

    /// Its devices; a sentence where the driver cannot work.
    fn devices(self) -> Result<Vec<DeviceInfo>, String> {
        Ok(match self {
            Self::Uru4000 => usb::devices(),
            Self::Zfm => zfm::devices(),
            Self::Topaz => topaz::devices(),
            Self::Stu => stu::devices(),
            Self::Video => v4l2::devices(&[]).into_iter().map(|found| found.info).collect(),
            Self::Libfprint => libfprint::devices().map_err(ToString::to_string)?,
            Self::Dslr => {
                let library = dslr::Library::load().map_err(|missing| missing.to_string())?;
                dslr::devices(&library).map_err(|error| error.to_string())?
            }
        })
    }
}

fn list(global: &Global) -> Result<Outcome, CliError> {
    let mut listed = Listed { devices: Vec::new(), missing: Vec::new() };
    for family in Family::ALL {
        match family.devices() {
            Ok(devices) => listed.devices.extend(devices),
            Err(remedy) => listed.missing.push(MissingDriver { driver: family.name(), remedy }),
        }
    }
    if global.json {
        print_json(&listed)?;
    } else {
        print(&listed)?;
    }
    Ok(Outcome::Passed)
}

fn print(listed: &Listed) -> Result<(), CliError> {
    if listed.devices.is_empty() {
        say!("no device is plugged in");
    }
    for device in &listed.devices {
        let access = match device.access {
            Access::Ok => "ok",
            Access::Denied => "denied",
            Access::Busy => "busy",
        };
        say!("{access:6} {:32} {} ({})", device.id, device.model, device.transport);
        if let Some(remedy) = &device.remedy {
            say!("       {remedy}");
        }
    }
    for MissingDriver { driver, remedy } in &listed.missing {
        say!("no {driver}: {remedy}");
    }
    Ok(())
}

/// What one device delivered.
enum Sample {
    Grey(GrayImage),
    Colour(RgbImage),
    Ink(Signature),
}

#[derive(Serialize)]
struct Tested {
    id: String,
    driver: String,
    width: Option<u32>,
    height: Option<u32>,
    dpi: Option<f32>,
    points: Option<usize>,
    out: Option<PathBuf>,
}

fn test(global: &Global, id: &str, out: Option<&Path>, seed: Option<u32>) -> Result<Outcome, CliError> {
    let (family, listed) = find(id)?;
    if let (Access::Denied | Access::Busy, Some(remedy)) = (listed.access, &listed.remedy) {
        return Err(CliError::Usage(format!("{id} cannot be opened; {remedy}")));
    }
    let sample = taken(family, &listed, seed)?;
    let mut tested = Tested {
        id: listed.id,
        driver: listed.driver,
        width: None,
        height: None,
        dpi: None,
        points: None,
        out: out.map(Path::to_owned),
    };
    match sample {
        Sample::Grey(image) => {
            let image = image.into_ridges_dark();
            (tested.width, tested.height, tested.dpi) = (Some(image.width()), Some(image.height()), image.dpi());
            save(out, image.pixels(), (image.width(), image.height()), image::ColorType::L8)?;
        }
        Sample::Colour(image) => {
            (tested.width, tested.height) = (Some(image.width()), Some(image.height()));
            save(out, image.pixels(), (image.width(), image.height()), image::ColorType::Rgb8)?;
        }
        Sample::Ink(ink) => {
            tested.points = Some(ink.strokes.iter().map(Vec::len).sum());
            tested.out = None;
        }
    }
    if global.json {
        print_json(&tested)?;
    } else {
        match (tested.width.zip(tested.height), tested.points) {
            (Some((width, height)), _) => say!("{}: {width} x {height} pixels", tested.id),
            (None, points) => say!("{}: {} points written", tested.id, points.unwrap_or(0)),
        }
    }
    Ok(Outcome::Passed)
}

/// The device of this name; only the family that its name begins with is asked.
fn find(id: &str) -> Result<(Family, DeviceInfo), CliError> {
    let unknown = || CliError::Usage(format!("there is no device {id}; rekam devices lists those that are plugged in"));
    let driver = id.split(':').next().unwrap_or_default();
    // Cameras for faces and for eyes are one family of two names.
    let named = Family::ALL.into_iter().filter(|family| driver.starts_with(family.name()));
    for family in named {
        let devices = family.devices().map_err(CliError::Usage)?;
        if let Some(found) = devices.into_iter().find(|device| device.id == id) {
            return Ok((family, found));
        }
    }
    Err(unknown())
}

fn taken(family: Family, listed: &DeviceInfo, seed: Option<u32>) -> Result<Sample, CliError> {
    let transport = Path::new(&listed.transport);
    match family {
        Family::Uru4000 => finger(&mut usb::open(listed, seed.map_or(Seeds::Drawn, Seeds::Fixed))?),
        Family::Zfm => finger(&mut zfm::ZfmScanner::open(transport, None)?),
        Family::Libfprint => finger(&mut libfprint::LibfprintScanner::open(listed)?),
        Family::Topaz => ink(&mut TopazPad::open_listed(listed, Model::default())?),
        Family::Stu => ink(&mut stu::open(listed)?),
        Family::Video if v4l2::devices(&[]).iter().any(|found| found.iris && found.info.id == listed.id) => {
            eye(&mut v4l2::open_iris(listed, &[])?)
        }
        Family::Video => photo(&mut v4l2::open_photo(listed)?),
        Family::Dslr => {
            let library = dslr::Library::load().map_err(|missing| CliError::Usage(missing.to_string()))?;
            photo(&mut dslr::open(&library, listed)?)
        }
    }
}

fn finger(scanner: &mut dyn FingerprintScanner) -> Result<Sample, CliError> {
    tell!("put a finger on {}", scanner.info().model);
    let target = ScanTarget::Single(Finger::RightIndex);
    scanner.capture(&Cancel::new(), target, &Cancel::new(), &mut told()).map(Sample::Grey).map_err(failed)
}

fn eye(camera: &mut dyn IrisCamera) -> Result<Sample, CliError> {
    tell!("look into {}", camera.info().model);
    let eyes = camera.capture(&Cancel::new(), EyeSet::One(Eye::Right), &Cancel::new(), &mut told()).map_err(failed)?;
    let first = eyes.into_iter().next().map(|sample| Sample::Grey(sample.image));
    first.ok_or_else(|| CliError::Usage("the camera delivered no eye; try again".into()))
}

fn photo(camera: &mut dyn Camera) -> Result<Sample, CliError> {
    let now = Cancel::new();
    now.cancel();
    camera.capture(&now, &Cancel::new(), &mut told()).map(Sample::Colour).map_err(failed)
}

fn ink(pad: &mut dyn SignaturePad) -> Result<Sample, CliError> {
    tell!("write on {}", pad.info().model);
    pad.capture(&Cancel::new(), &Cancel::new(), &mut told()).map(Sample::Ink).map_err(failed)
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

fn failed(error: CaptureError) -> CliError {
    match error {
        CaptureError::Device(device) => CliError::from(device),
        CaptureError::Retry(_) | CaptureError::Cancelled => CliError::Usage(error.to_string()),
    }
}

fn save(
    out: Option<&Path>,
    pixels: &[u8],
    (width, height): (u32, u32),
    colour: image::ColorType,
) -> Result<(), CliError> {
    let Some(path) = out else { return Ok(()) };
    image::save_buffer_with_format(path, pixels, width, height, colour, image::ImageFormat::Png)
        .map_err(|error| CliError::Usage(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_not_there_is_one_sentence() {
        for id in ["uru4000:nowhere", "zfm:/dev/nothing", "nobody", ""] {
            let Err(CliError::Usage(sentence)) = find(id) else { panic!("{id} was found") };
            assert!(sentence.contains("rekam devices"), "{sentence}");
        }
    }

    #[test]
    fn seeds_are_hexadecimal() {
        assert_eq!(hexadecimal("51ea2124"), Ok(0x51ea_2124));
        assert_eq!(hexadecimal("0xFF"), Ok(255));
        assert!(hexadecimal("hello").is_err() && hexadecimal("123456789").is_err());
    }
}
