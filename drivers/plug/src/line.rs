//! A serial line.

use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use rekam_hal::{DeviceError, DeviceErrorKind};
use serialport::{ClearBuffer, FlowControl, SerialPort};
pub use serialport::{DataBits, Parity, StopBits};

/// How long the system may take to put bytes on the line.
const WRITES_WITHIN: Duration = Duration::from_secs(1);

/// A byte line to a device.
pub trait Line: Send {
    /// Reads what has arrived, waiting at most `wait` for the first byte; `TimedOut` means that nothing came, `Ok(0)`
    /// that the line has ended.
    ///
    /// # Errors
    /// See [`transfer_failure`].
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize>;

    /// Writes all bytes.
    ///
    /// # Errors
    /// See [`transfer_failure`].
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Changes the speed, in bits per second, and forgets what has arrived at the old one.
    ///
    /// # Errors
    /// See [`transfer_failure`].
    fn set_baud(&mut self, baud: u32) -> io::Result<()>;

    /// Forgets what has arrived and was not read.
    ///
    /// # Errors
    /// See [`transfer_failure`].
    fn clear_input(&mut self) -> io::Result<()> {
        let mut old = [0; 256];
        // What talks without end is read as it comes.
        for _ in 0..256 {
            match self.read(&mut old, Duration::ZERO) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if transfer_failure(&error).is_none() => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether the line still exists; transfers nothing.
    ///
    /// # Errors
    /// See [`transfer_failure`].
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
    /// Eight data bits, no parity, one stop bit.
    pub const fn plain_8(baud: u32) -> Self {
        Self { baud, data_bits: DataBits::Eight, parity: Parity::None, stop_bits: StopBits::One }
    }

    /// Eight data bits, odd parity, one stop bit.
    pub const fn odd_8(baud: u32) -> Self {
        Self { baud, data_bits: DataBits::Eight, parity: Parity::Odd, stop_bits: StopBits::One }
    }

    /// Seven data bits, odd parity, one stop bit.
    pub const fn odd_7(baud: u32) -> Self {
        Self { baud, data_bits: DataBits::Seven, parity: Parity::Odd, stop_bits: StopBits::One }
    }

    /// Bits one character takes on the line, start bit included.
    pub fn bits_per_character(self) -> u32 {
        let parity = u32::from(self.parity != Parity::None);
        let stop = if self.stop_bits == StopBits::Two { 2 } else { 1 };
        1 + u32::from(u8::from(self.data_bits)) + parity + stop
    }
}

/// A bare speed means the usual framing: eight data bits, no parity, one stop bit.
impl From<u32> for LineSettings {
    fn from(baud: u32) -> Self {
        Self::plain_8(baud)
    }
}

/// A serial port of the operating system.
///
/// Pseudo terminals ignore parity and data bits and know no modem lines; nothing here insists on either, because no
/// device of ours needs the modem lines.
pub struct SerialLine {
    port: Box<dyn SerialPort>,
}

impl SerialLine {
    /// Opens `path` exclusively with these settings.
    ///
    /// # Errors
    /// [`DeviceErrorKind::Gone`] when the path does not exist, `NoPermission`, `Busy` when another program holds it,
    /// `Unsupported` when it is no serial line or knows no such settings, otherwise `Broken`.
    pub fn open(path: &Path, settings: impl Into<LineSettings>) -> Result<Self, DeviceError> {
        let (name, settings) = (path.to_string_lossy(), settings.into());
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

impl Line for SerialLine {
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.port.set_timeout(wait)?;
        self.port.read(buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(WRITES_WITHIN)?;
        self.port.write_all(bytes)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.port.set_baud_rate(baud)?;
        self.clear_input()
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
        Kind::Unknown if is_no_line(&error.description) => DeviceErrorKind::Unsupported,
        Kind::Unknown if is_cut(&error.description) => DeviceErrorKind::Gone,
        Kind::Io(_) | Kind::Unknown => DeviceErrorKind::Broken,
    }
}

/// What a failed transfer means, or `None` when merely nothing arrived.
///
/// A pulled cable shows as `EIO`, `ENODEV` or `ENXIO`, some of which `serialport` passes on as text only; as a hang-up,
/// an end or a reset; as a write that takes nothing; as a vanished path or a permission that went with the node; or as
/// a line that is none any more (`ENOTTY`), for nothing here asks a living one for what it may not know, such as the
/// modem lines of a pseudo terminal.
pub fn transfer_failure(error: &io::Error) -> Option<DeviceErrorKind> {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::TimedOut | Kind::WouldBlock | Kind::Interrupted => None,
        Kind::BrokenPipe
        | Kind::NotFound
        | Kind::PermissionDenied
        | Kind::UnexpectedEof
        | Kind::WriteZero
        | Kind::NotConnected
        | Kind::ConnectionReset
        | Kind::ConnectionAborted => Some(DeviceErrorKind::Gone),
        // EIO, ENXIO, ENODEV, ENOTTY: the same numbers on every Unix.
        _ if matches!(error.raw_os_error(), Some(5 | 6 | 19 | 25)) => Some(DeviceErrorKind::Gone),
        _ if is_cut(&error.to_string()) || is_no_line(&error.to_string()) => Some(DeviceErrorKind::Gone),
        _ => Some(DeviceErrorKind::Broken),
    }
}

fn is_cut(text: &str) -> bool {
    ["I/O error", "Input/output error", "No such device"].iter().any(|known| text.contains(known))
}

fn is_no_line(text: &str) -> bool {
    ["Not a typewriter", "Inappropriate ioctl"].iter().any(|known| text.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_of_8_odd_1_takes_eleven_bits() {
        let taken = [LineSettings::odd_8(19_200), LineSettings::plain_8(9_600), LineSettings::odd_7(19_200)];
        assert_eq!(taken.map(LineSettings::bits_per_character), [11, 10, 10]);
    }

    #[test]
    fn waiting_is_not_an_error_and_a_cut_line_is_gone() {
        use io::ErrorKind as Kind;
        for waiting in [Kind::TimedOut, Kind::WouldBlock, Kind::Interrupted] {
            assert_eq!(transfer_failure(&waiting.into()), None);
        }
        let cut = [
            Kind::BrokenPipe,
            Kind::UnexpectedEof,
            Kind::WriteZero,
            Kind::NotConnected,
            Kind::ConnectionReset,
            Kind::ConnectionAborted,
            Kind::PermissionDenied,
            Kind::NotFound,
        ];
        for kind in cut {
            assert_eq!(transfer_failure(&kind.into()), Some(DeviceErrorKind::Gone), "{kind}");
        }
        for number in [5, 6, 19, 25] {
            assert_eq!(transfer_failure(&io::Error::from_raw_os_error(number)), Some(DeviceErrorKind::Gone));
        }
        for text in ["I/O error", "Not a typewriter", "No such device or address"] {
            assert_eq!(transfer_failure(&io::Error::other(text)), Some(DeviceErrorKind::Gone));
        }
        assert_eq!(transfer_failure(&io::Error::other("overrun")), Some(DeviceErrorKind::Broken));
    }

    #[test]
    fn a_path_that_is_not_there_is_gone_and_one_that_is_no_line_unsupported() {
        let kind = |path| SerialLine::open(Path::new(path), LineSettings::odd_8(19_200)).err().map(|it| it.kind);
        assert_eq!(kind("/dev/no-such-line"), Some(DeviceErrorKind::Gone));
        assert_eq!(kind("/dev/null"), Some(DeviceErrorKind::Unsupported));
    }

    /// A line that has these reads to give and then is quiet.
    struct Script(Vec<io::Result<usize>>);

    impl Line for Script {
        fn read(&mut self, _: &mut [u8], _: Duration) -> io::Result<usize> {
            self.0.pop().unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
        }

        fn write(&mut self, _: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn set_baud(&mut self, _: u32) -> io::Result<()> {
            Ok(())
        }

        fn check(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn old_bytes_are_read_away_and_an_ended_line_is_told() {
        let mut line = Script(vec![Ok(9), Ok(256)]);
        assert!(line.clear_input().is_ok() && line.0.is_empty());
        assert!(Script(vec![Ok(0), Ok(5)]).clear_input().is_err());
        assert!(Script((0..1000).map(|_| Ok(1)).collect()).clear_input().is_ok(), "a chatterer");
    }
}
