//! Which serial adapters could be a Topaz pad.
//!
//! The pads carry a stock FTDI chip whose vendor and product number (`0403:6001`) they share with countless serial
//! adapters, so an entry here is a candidate: the operator chooses the model in the settings.

use std::path::Path;

use rekam_hal::{Capabilities, DeviceInfo};
use rekam_plug::serial;

use super::DRIVER;

const FT232R: (u16, u16) = (0x0403, 0x6001);

/// The candidates present, from descriptors alone: no port is opened, so none can be seen to be busy (see
/// [`rekam_plug::access`]).
pub fn devices() -> Vec<DeviceInfo> {
    serial::candidates(DRIVER, &serial::ports(), |numbers| numbers == FT232R, &capabilities())
}

/// The pad on the serial port at `path`, which need not be listed: a built-in port, a Bluetooth one, a pseudo terminal.
/// `None` when the path does not exist or is no character device.
pub fn at(path: &Path) -> Option<DeviceInfo> {
    serial::at(DRIVER, path, &capabilities())
}

fn capabilities() -> Capabilities {
    Capabilities { enrolment_grade: true, ..Capabilities::default() }
}

#[cfg(test)]
mod tests {
    use rekam_hal::Access;

    use super::*;

    #[test]
    fn a_port_named_by_its_path_is_a_pad_and_one_that_is_not_there_none() {
        let found = at(Path::new("/dev/null")).unwrap();
        assert_eq!((found.id.as_str(), found.driver.as_str(), found.access), ("topaz:/dev/null", "topaz", Access::Ok));
        assert!(found.capabilities.enrolment_grade);
        assert_eq!(at(Path::new("/dev/no-such-port")), None);
    }
}
