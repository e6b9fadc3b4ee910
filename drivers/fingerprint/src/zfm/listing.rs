//! Which serial adapters could have a module behind them.
//!
//! A module has no USB of its own: it hangs on whatever adapter was at hand. So an entry here is a candidate, named by
//! its adapter, and the operator chooses it in the settings; nothing is opened to find out.

use std::path::Path;

use rekam_hal::{Capabilities, DeviceInfo};
use rekam_plug::serial;

use super::DRIVER;

/// Vendor and product numbers of the adapters that such modules are sold with.
const ADAPTERS: [(u16, u16); 5] =
    [(0x1a86, 0x7523), (0x1a86, 0x5523), (0x10c4, 0xea60), (0x067b, 0x2303), (0x0403, 0x6001)];

/// The candidates present. None can be seen to be busy (see [`rekam_plug::access`]).
pub fn devices() -> Vec<DeviceInfo> {
    serial::candidates(DRIVER, &serial::ports(), |numbers| ADAPTERS.contains(&numbers), &capabilities())
}

/// The module on the serial port at `path`, which need not be listed: a built-in port, a Bluetooth one, a pseudo
/// terminal. `None` when the path does not exist or is no character device.
pub fn at(path: &Path) -> Option<DeviceInfo> {
    serial::at(DRIVER, path, &capabilities())
}

fn capabilities() -> Capabilities {
    Capabilities { fingers_at_once: 1, enrolment_grade: false, ..Capabilities::default() }
}

#[cfg(test)]
mod tests {
    use rekam_hal::Access;

    use super::*;

    #[test]
    fn a_port_named_by_its_path_is_a_module_of_screening_grade() {
        let found = at(Path::new("/dev/null")).unwrap();
        assert_eq!((found.id.as_str(), found.driver.as_str(), found.access), ("zfm:/dev/null", "zfm", Access::Ok));
        assert!(!found.capabilities.enrolment_grade && found.capabilities.fingers_at_once == 1);
        assert_eq!(at(Path::new("/dev/no-such-port")), None);
    }
}
