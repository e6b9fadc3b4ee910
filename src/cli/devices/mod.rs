//! `rekam devices`: what is plugged in, whether it may be opened, and what it sees.
//!
//! The list comes from descriptors alone, without a transfer to any device: a list must not wake, hold or confuse one.
//! `test` takes one sample with one device and asks no other driver anything; a serial device that no adapter
//! announces is named by its line, as `zfm:/dev/ttyS0`.

mod ink;
mod sample;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rekam_camera::v4l2::IrisConfig;
use rekam_fingerprint::uru4000::Seeds;
use rekam_fingerprint::usb;
use rekam_hal::{Access, DeviceInfo};
use serde::Serialize;

use super::args::Global;
use super::error::CliError;
use super::{Outcome, print_json};
use crate::station::Opened;
use crate::station::plugged::{Catalog, Drivers, Family, Found, Missing, Setup, pad_model, rules};

/// Arguments of `devices`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Option<DevicesCommand>,
    /// Near-infrared cameras that do not say so, and how their lamps are switched (JSON).
    #[arg(long, value_name = "FILE", global = true)]
    iris: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
enum DevicesCommand {
    /// Take one sample with one device and say what it saw.
    Test {
        /// The device, as `rekam devices` names it; or a serial one by its line, as zfm:/dev/ttyS0 or topaz:/dev/ttyS0.
        id: String,
        /// Write the picture there (PNG); ridges are dark, a signature is drawn.
        #[arg(long, value_name = "FILE.png")]
        out: Option<PathBuf>,
        /// The random numbers of the device's protocol (hexadecimal, 32 bits), for a recording that is played back.
        #[arg(long, value_name = "HEX", value_parser = hexadecimal)]
        seed: Option<u32>,
        /// Model of a pad that cannot say its own.
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
        /// Speed of a serial scanner; otherwise all usual ones are tried.
        #[arg(long, value_name = "BAUD")]
        baud: Option<u32>,
        /// Address of a serial scanner (hexadecimal).
        #[arg(long, value_name = "HEX", value_parser = hexadecimal)]
        address: Option<u32>,
        /// Password of a serial scanner (hexadecimal).
        #[arg(long, value_name = "HEX", value_parser = hexadecimal)]
        password: Option<u32>,
    },
    /// Write the udev rules that let an officer's account open the devices, and say how they are installed.
    Rules {
        /// Folder for the file; without one the rules are printed.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
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

/// What the command has to do with.
struct Devices {
    drivers: Drivers,
    iris: Vec<IrisConfig>,
}

pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    let read = |file: &PathBuf| IrisConfig::load(file).map_err(|error| CliError::Usage(error.to_string()));
    let iris = options.iris.as_ref().map(read).transpose()?.unwrap_or_default();
    let devices = Devices { drivers: Drivers::default(), iris };
    match &options.command {
        None => devices.list(global),
        Some(DevicesCommand::Test { id, out, seed, model, baud, address, password }) => {
            let setup = Setup { model: model.clone(), baud: *baud, address: *address, password: *password };
            devices.test(global, id, out.as_deref(), *seed, &setup)
        }
        Some(DevicesCommand::Rules { out }) => offer_rules(out.as_deref()),
    }
}

fn offer_rules(out: Option<&Path>) -> Result<Outcome, CliError> {
    match out {
        None => say!("{}", rules::TEXT.trim_end()),
        Some(folder) => {
            let path = rules::save(folder)
                .map_err(|error| CliError::Usage(format!("{} cannot be written: {error}", folder.display())))?;
            say!("{}", path.display());
            tell!("to install them, as root: {}", rules::command(&path));
        }
    }
    Ok(Outcome::Passed)
}

impl Devices {
    fn list(&self, global: &Global) -> Result<Outcome, CliError> {
        let mut listed = Listed { devices: Vec::new(), missing: Vec::new() };
        for family in Family::ALL {
            if let Err(Missing(remedy)) = self.drivers.is_whole(family) {
                listed.missing.push(MissingDriver { driver: family.name(), remedy });
            }
            // Without its library a driver lists nothing, which has been said.
            let found = self.drivers.of(family, &self.iris).unwrap_or_default();
            listed.devices.extend(found.into_iter().map(|found| found.info));
        }
        if global.json {
            print_json(&listed)?;
        } else {
            print(&listed)?;
        }
        Ok(Outcome::Passed)
    }

    fn test(
        &self,
        global: &Global,
        id: &str,
        out: Option<&Path>,
        seed: Option<u32>,
        setup: &Setup,
    ) -> Result<Outcome, CliError> {
        let found = self.find(id)?;
        if let (Access::Denied | Access::Busy, Some(remedy)) = (found.info.access, &found.info.remedy) {
            return Err(CliError::Usage(format!("{id} cannot be opened; {remedy}")));
        }
        pad_model(setup).map_err(|unknown| CliError::Usage(unknown.to_string()))?;
        let opened = match (found.family, seed) {
            (Family::Uru4000, Some(seed)) => Opened::Scanner(Box::new(usb::open(&found.info, Seeds::Fixed(seed))?)),
            (_, Some(_)) => {
                return Err(CliError::Usage("only uru4000 devices draw random numbers; leave --seed out".into()));
            }
            (_, None) => self.drivers.open(&found, setup, &self.iris)?,
        };
        sample::take(global, &found.info, opened, out)
    }

    /// The device of this name; only the family that its name begins with is asked.
    fn find(&self, id: &str) -> Result<Found, CliError> {
        let unknown =
            || CliError::Usage(format!("there is no device {id}; rekam devices lists those that are plugged in"));
        let driver = id.split(':').next().unwrap_or_default();
        // Cameras for faces and for eyes are one family of two names.
        for family in Family::ALL.into_iter().filter(|family| driver.starts_with(family.name())) {
            let listed = self.drivers.of(family, &self.iris).map_err(|Missing(remedy)| CliError::Usage(remedy))?;
            if let Some(found) = listed.into_iter().find(|found| found.info.id == id) {
                return Ok(found);
            }
            if let Some(found) = self.drivers.named(family, id) {
                return Ok(found);
            }
        }
        Err(unknown())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_not_there_is_one_sentence() {
        for id in ["uru4000:nowhere", "zfm:/dev/nothing", "nobody", ""] {
            let devices = Devices { drivers: Drivers::default(), iris: Vec::new() };
            let Err(CliError::Usage(sentence)) = devices.find(id) else { panic!("{id} was found") };
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
