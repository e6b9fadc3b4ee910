//! The line between module and station.

use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use rekam_hal::{DeviceError, DeviceErrorKind};
use serialport::{ClearBuffer, DataBits, FlowControl, Parity, SerialPort, StopBits};

/// A byte line to a module.
pub trait Line: Send {
    /// Reads what has arrived, waiting at most `wait` for the first byte; `TimedOut` means that nothing came, `Ok(0)`
    /// that the line has ended.
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize>;

    /// Writes all bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Changes the speed, in bits per second.
    fn set_baud(&mut self, baud: u32) -> io::Result<()>;

    /// Whether the line still exists; transfers nothing.
    fn check(&mut self) -> io::Result<()>;
}

/// A serial port of the operating system: eight data bits, no parity, one stop bit.
pub struct SerialLine {
    port: Box<dyn SerialPort>,
}

impl SerialLine {
    /// Opens `path` exclusively.
    ///
    /// # Errors
    /// Gone when the path does not exist, no permission, busy when another program holds it, otherwise broken.
    pub fn open(path: &Path, baud: u32) -> Result<Self, DeviceError> {
        let name = path.to_string_lossy();
        serialport::new(name.as_ref(), baud)
            .data_bits(DataBits::Eight)
            .parity(Parity::None)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None)
            .timeout(Duration::from_millis(20))
            .open()
            .map(|port| Self { port })
            .map_err(|error| DeviceError::new(name.as_ref(), open_failure(&error, path)).because(error))
    }
}

impl Line for SerialLine {
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.port.set_timeout(wait)?;
        self.port.read(buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(Duration::from_secs(1))?;
        self.port.write_all(bytes)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.port.set_baud_rate(baud)?;
        Ok(self.port.clear(ClearBuffer::Input)?)
    }

    fn check(&mut self) -> io::Result<()> {
        self.port.bytes_to_read()?;
        Ok(())
    }
}

/// What a failed opening means. `serialport` reports a held port as `NoDevice`, so the path decides.
fn open_failure(error: &serialport::Error, path: &Path) -> DeviceErrorKind {
    use serialport::ErrorKind as Kind;
    match error.kind() {
        Kind::Io(io::ErrorKind::PermissionDenied) => DeviceErrorKind::NoPermission,
        _ if !path.exists() => DeviceErrorKind::Gone,
        Kind::NoDevice | Kind::Io(io::ErrorKind::WouldBlock) => DeviceErrorKind::Busy,
        Kind::InvalidInput => DeviceErrorKind::Unsupported,
        Kind::Unknown if is_cut(&error.description) => DeviceErrorKind::Gone,
        Kind::Io(_) | Kind::Unknown => DeviceErrorKind::Broken,
    }
}

/// What a failed transfer means, or `None` when merely nothing arrived. A pulled cable shows as `EIO`, `ENODEV` or
/// `ENXIO`, as a hang-up, or as a permission that went with the device node.
pub(super) fn transfer_failure(error: &io::Error) -> Option<DeviceErrorKind> {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::TimedOut | Kind::WouldBlock | Kind::Interrupted => None,
        Kind::BrokenPipe
        | Kind::NotFound
        | Kind::PermissionDenied
        | Kind::UnexpectedEof
        | Kind::NotConnected
        | Kind::WriteZero => Some(DeviceErrorKind::Gone),
        _ if matches!(error.raw_os_error(), Some(5 | 6 | 19)) || is_cut(&error.to_string()) => {
            Some(DeviceErrorKind::Gone)
        }
        _ => Some(DeviceErrorKind::Broken),
    }
}

fn is_cut(text: &str) -> bool {
    ["I/O error", "Input/output error", "No such device"].iter().any(|known| text.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_an_error_and_a_cut_line_is_gone() {
        assert_eq!(transfer_failure(&io::ErrorKind::TimedOut.into()), None);
        assert_eq!(transfer_failure(&io::Error::from_raw_os_error(5)), Some(DeviceErrorKind::Gone));
        assert_eq!(transfer_failure(&io::Error::other("I/O error")), Some(DeviceErrorKind::Gone));
        assert_eq!(transfer_failure(&io::Error::other("overrun")), Some(DeviceErrorKind::Broken));
        let refused = SerialLine::open(Path::new("/dev/no-such-module"), 57_600);
        assert_eq!(refused.err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
    }
}
