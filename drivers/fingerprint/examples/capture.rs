//! Takes one fingerprint with a scanner that is plugged in: `capture [ID] [--out FILE.png] [--seed HEX]`.

use std::error::Error;

use rekam_fingerprint::{uru4000::Seeds, usb};
use rekam_hal::{Cancel, Finger, FingerprintScanner, ScanTarget};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut id, mut out, mut seeds) = (None, None, Seeds::Drawn);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = arguments.next(),
            "--seed" => seeds = Seeds::Fixed(u32::from_str_radix(&arguments.next().unwrap_or_default(), 16)?),
            _ => id = Some(argument),
        }
    }
    let found = usb::devices();
    for device in &found {
        eprintln!("{} {} {} {:?}", device.id, device.model, device.transport, device.access);
    }
    let chosen = found.iter().find(|device| id.as_ref().is_none_or(|id| *id == device.id)).ok_or("no such scanner")?;
    let mut scanner = usb::open(chosen, seeds)?;
    let target = ScanTarget::Single(Finger::RightIndex);
    let told = &mut |news| eprintln!("{news:?}");
    let image =
        scanner.capture(&Cancel::new(), target, &Cancel::new(), told).map_err(|error| match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        })?;
    println!("{image:?}");
    if let Some(path) = out {
        image::save_buffer(path, image.pixels(), image.width(), image.height(), image::ColorType::L8)?;
    }
    Ok(())
}
