//! The line between pad and station, as narrow as the protocol needs it.

use std::io;
use std::path::Path;
use std::time::Duration;

use rekam_hal::{DeviceError, DeviceErrorKind};
use serialport::{ClearBuffer, DataBits, FlowControl, Parity, SerialPort, StopBits};

/// A byte line to a device.
pub trait Transport: Send {
    /// Reads what has arrived, waiting at most `wait` for the first byte. `TimedOut` means that nothing came;
    /// `Ok(0)` means that the line has ended.
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize>;

    /// Forgets what has arrived and was not read.
    fn clear_input(&mut self) -> io::Result<()>;

    /// Whether the line still exists; transfers nothing.
    fn check(&mut self) -> io::Result<()>;
}

/// Speed and framing of a serial line without flow control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineSettings {
    /// Bits per second.
    pub baud: u32,
    /// Data bits per character.
    pub data_bits: DataBits,
    /// Parity bit.
    pub parity: Parity,
    /// Stop bits.
    pub stop_bits: StopBits,
}

impl LineSettings {
    /// Eight data bits, odd parity, one stop bit: what all Topaz pads of the five-byte format use.
    pub const fn odd_8(baud: u32) -> Self {
        Self { baud, data_bits: DataBits::Eight, parity: Parity::Odd, stop_bits: StopBits::One }
    }

    /// Bits one character takes on the line, start bit included.
    pub fn bits_per_character(self) -> u32 {
        let parity = u32::from(self.parity != Parity::None);
        let stop = if self.stop_bits == StopBits::Two { 2 } else { 1 };
        1 + u32::from(u8::from(self.data_bits)) + parity + stop
    }
}

/// A serial port of the operating system.
///
/// Pseudo terminals ignore parity and data bits and know no modem lines; nothing here insists on either, because no
/// pad needs the modem lines.
pub struct SerialLine {
    port: Box<dyn SerialPort>,
}

impl SerialLine {
    /// Opens `path` exclusively with these settings.
    ///
    /// # Errors
    /// [`DeviceErrorKind::Gone`] when the path does not exist, `NoPermission`, `Busy` when another program holds it,
    /// otherwise `Broken`.
    pub fn open(path: &Path, settings: LineSettings) -> Result<Self, DeviceError> {
        let name = path.to_string_lossy();
        serialport::new(name.as_ref(), settings.baud)
            .data_bits(settings.data_bits)
            .parity(settings.parity)
            .stop_bits(settings.stop_bits)
            .flow_control(FlowControl::None)
            .timeout(Duration::from_millis(20))
            .open()
            .map(|port| Self { port })
            .map_err(|error| DeviceError::new(name.as_ref(), open_failure(&error, path)).because(error))
    }
}

impl Transport for SerialLine {
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.port.set_timeout(wait)?;
        self.port.read(buffer)
    }

    fn clear_input(&mut self) -> io::Result<()> {
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
        Kind::Unknown if is_input_output_error(&error.description) => DeviceErrorKind::Gone,
        Kind::Io(_) | Kind::Unknown => DeviceErrorKind::Broken,
    }
}

/// What a failed transfer means, or `None` when merely nothing arrived.
///
/// A pulled cable shows as `EIO`, `ENODEV` or `ENXIO`, which `serialport` passes on as text only, as a hang-up
/// (`BrokenPipe`), as a vanished path, or as a permission that went with the device node.
pub fn transfer_failure(error: &io::Error) -> Option<DeviceErrorKind> {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::TimedOut | Kind::WouldBlock | Kind::Interrupted => None,
        Kind::BrokenPipe
        | Kind::NotFound
        | Kind::PermissionDenied
        | Kind::UnexpectedEof
        | Kind::NotConnected
        | Kind::ConnectionReset
        | Kind::ConnectionAborted => Some(DeviceErrorKind::Gone),
        // A pseudo terminal knows no modem lines; a line without them is as good.
        _ if error.to_string().contains("Not a typewriter") => None,
        _ if is_vanished_code(error) || is_input_output_error(&error.to_string()) => Some(DeviceErrorKind::Gone),
        _ => Some(DeviceErrorKind::Broken),
    }
}

fn is_vanished_code(error: &io::Error) -> bool {
    // EIO, ENXIO, ENODEV: the same numbers on every Unix.
    matches!(error.raw_os_error(), Some(5 | 6 | 19))
}

fn is_input_output_error(text: &str) -> bool {
    ["I/O error", "Input/output error", "No such device"].iter().any(|known| text.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_of_8_odd_1_takes_eleven_bits() {
        assert_eq!(LineSettings::odd_8(19_200).bits_per_character(), 11);
    }

    #[test]
    fn waiting_is_not_an_error_and_a_cut_line_is_gone() {
        assert_eq!(transfer_failure(&io::ErrorKind::TimedOut.into()), None);
        assert_eq!(transfer_failure(&io::ErrorKind::BrokenPipe.into()), Some(DeviceErrorKind::Gone));
        assert_eq!(transfer_failure(&io::Error::from_raw_os_error(5)), Some(DeviceErrorKind::Gone));
        assert_eq!(transfer_failure(&io::Error::other("I/O error")), Some(DeviceErrorKind::Gone));
        assert_eq!(transfer_failure(&io::Error::other("overrun")), Some(DeviceErrorKind::Broken));
    }

    #[test]
    fn a_path_that_is_not_there_is_gone() {
        let refused = SerialLine::open(Path::new("/dev/no-such-pad"), LineSettings::odd_8(19_200));
        assert_eq!(refused.err().map(|e| e.kind), Some(DeviceErrorKind::Gone));
    }
}
