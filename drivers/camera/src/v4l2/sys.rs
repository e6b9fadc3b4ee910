//! `/dev/videoN` itself: the only unsafe code over the kernel's interface.
//!
//! A picture is copied out of the mapped memory while its buffer is ours (between taking it from the kernel's queue and
//! giving it back), so nobody ever holds a reference into memory that the camera writes to.
#![allow(unsafe_code, reason = "ioctl and mmap; each block says why it is sound")]

use std::ffi::{c_int, c_void};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::ptr::NonNull;
use std::time::{Duration, Instant};

use rekam_plug::{Presence, SETTLES, UsbDevice};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::ioctl::{Opcode, Setter, Updater, ioctl};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use super::abi;
use super::pixels::{Frame, Pixels};
use super::video::{Buffer, Control, Mode, Video, VideoError};

/// Pictures that may wait in the kernel.
const BUFFERS: u32 = 4;
/// Formats, sizes or controls that are read of one device: more is a device that counts without end.
const MOST: u32 = 256;
/// Largest picture that is mapped, in bytes.
const LARGEST: u32 = 1 << 28;
/// Sides that are asked for where a camera offers any size within limits.
const USUAL: [(u32, u32); 5] = [(640, 480), (1280, 720), (1280, 960), (1920, 1080), (2592, 1944)];

/// How long the kernel may take to clear a camera away that was pulled.
const CLEARED_WITHIN: Duration = Duration::from_secs(3);

/// An open video device.
#[derive(Debug)]
pub struct Node {
    file: File,
    presence: Presence,
    /// The interface of a USB camera that its driver holds, until it has cleared everything away.
    interface: Option<Presence>,
    buffers: Vec<Mapping>,
    streaming: bool,
}

/// Memory that the camera writes pictures to.
#[derive(Debug)]
struct Mapping {
    start: NonNull<c_void>,
    length: usize,
}

// SAFETY: the memory belongs to this value alone and is not bound to a thread.
unsafe impl Send for Mapping {}

impl Mapping {
    fn new(file: &File, length: u32, offset: u32) -> Result<Self, Errno> {
        let length = length as usize;
        // SAFETY: no address is asked for, so no memory of ours is replaced; the kernel checks length and offset
        // against the buffer it has described.
        let start =
            unsafe { mmap(std::ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, file, u64::from(offset)) }?;
        NonNull::new(start).map(|start| Self { start, length }).ok_or(Errno::NOMEM)
    }

    /// The first bytes, as many as there are.
    fn copy(&self, length: usize) -> Vec<u8> {
        let length = length.min(self.length);
        let mut bytes = Vec::with_capacity(length);
        // SAFETY: the mapping is readable over its whole length until it is dropped, `bytes` has the room, and the
        // two cannot overlap. The kernel writes to it only while the buffer is queued, which it is not here; and
        // bytes that changed all the same would still be bytes.
        unsafe {
            std::ptr::copy_nonoverlapping(self.start.as_ptr().cast::<u8>(), bytes.as_mut_ptr(), length);
            bytes.set_len(length);
        }
        bytes
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped in `new` with this length, and unmapped only here.
        let _ = unsafe { munmap(self.start.as_ptr(), self.length) };
    }
}

/// What the kernel's error means.
fn failure(error: Errno) -> VideoError {
    match error {
        // A pulled camera answers so, or with EIO while it streams.
        Errno::NODEV | Errno::NXIO | Errno::NOENT | Errno::SHUTDOWN => VideoError::Gone,
        Errno::ACCESS | Errno::PERM => VideoError::Denied,
        Errno::BUSY => VideoError::Busy,
        Errno::INVAL | Errno::NOTTY | Errno::RANGE | Errno::NOBUFS | Errno::PIPE | Errno::BADRQC => {
            VideoError::Unsupported
        }
        other => VideoError::Failed(other.raw_os_error()),
    }
}

/// What the kernel's error means of a camera that may just have been pulled: its transfers fail before the kernel
/// notices that it has left, and say no more than that they failed.
fn judged(error: Errno, presence: &Presence) -> VideoError {
    let told = failure(error);
    let there = match told {
        VideoError::Failed(_) => presence.lasts(SETTLES),
        VideoError::Gone | VideoError::Denied | VideoError::Busy | VideoError::Unsupported => true,
    };
    if there { told } else { VideoError::Gone }
}

impl Node {
    /// Opens a device that captures pictures and streams them.
    ///
    /// # Errors
    /// Gone, denied or busy; unsupported when it is another kind of device.
    pub fn open(path: &Path) -> Result<Self, VideoError> {
        let flags = i32::try_from((OFlags::NONBLOCK | OFlags::CLOEXEC).bits()).unwrap_or(0);
        let opened = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path);
        let file = opened.map_err(|error| failure(Errno::from_io_error(&error).unwrap_or(Errno::IO)))?;
        // Its folder in sysfs tells best; where there is none the node does.
        let class = Path::new("/sys/class/video4linux").join(path.file_name().unwrap_or_default());
        let presence = Presence::of(&std::fs::canonicalize(&class).unwrap_or_else(|_| path.to_owned()));
        let device = std::fs::canonicalize(class.join("device")).ok();
        let interface = device.filter(|device| UsbDevice::above(device).is_some()).as_deref().map(Presence::of);
        let mut node = Self { file, presence, interface, buffers: Vec::new(), streaming: false };
        let needed = abi::CAP_VIDEO_CAPTURE | abi::CAP_STREAMING;
        if node.capabilities()? & needed == needed { Ok(node) } else { Err(VideoError::Unsupported) }
    }

    fn judged(&self, error: Errno) -> VideoError {
        judged(error, &self.presence)
    }

    fn capabilities(&mut self) -> Result<u32, VideoError> {
        let mut told = abi::Capability::default();
        self.exchange::<{ abi::QUERYCAP }, _>(&mut told).map_err(|error| self.judged(error))?;
        // A device with several nodes tells what this one can separately.
        Ok(if told.capabilities & abi::CAP_DEVICE_CAPS == 0 { told.capabilities } else { told.device_caps })
    }

    /// One call that reads and writes a structure.
    fn exchange<const CALL: Opcode, T>(&self, value: &mut T) -> Result<(), Errno> {
        loop {
            // SAFETY: every use in this file pairs a call of `abi` with the structure whose size its number carries
            // (checked there while compiling), so the kernel stays within `value`. All of them are plain numbers,
            // valid whatever the kernel writes; the one pointer is set by `set_extension` alone.
            match unsafe { ioctl(&self.file, Updater::<CALL, T>::new(value)) } {
                Err(Errno::INTR) => {}
                other => return other,
            }
        }
    }

    fn switch<const CALL: Opcode>(&self) -> Result<(), Errno> {
        let kind = abi::VIDEO_CAPTURE as c_int;
        // SAFETY: both calls used here read one int and write nothing.
        unsafe { ioctl(&self.file, Setter::<CALL, c_int>::new(kind)) }
    }

    /// Sizes of one kind of pixels.
    fn sizes(&self, fourcc: u32) -> Vec<(u32, u32)> {
        let mut sizes = Vec::new();
        for index in 0..MOST {
            let mut entry = abi::FrmSizeEnum { index, pixel_format: fourcc, ..Default::default() };
            if self.exchange::<{ abi::ENUM_FRAMESIZES }, _>(&mut entry).is_err() {
                break;
            }
            let [least_w, most_w, _, least_h, most_h, _] = entry.stepwise;
            if entry.kind == abi::SIZE_DISCRETE {
                sizes.push((least_w, most_w));
            } else {
                let fits = |(w, h): &(u32, u32)| (least_w..=most_w).contains(w) && (least_h..=most_h).contains(h);
                sizes.extend(USUAL.iter().filter(|size| fits(size)));
                break;
            }
        }
        sizes
    }

    fn request(&self, count: u32) -> Result<u32, VideoError> {
        let (kind, memory) = (abi::VIDEO_CAPTURE, abi::MEMORY_MMAP);
        let mut wish = abi::RequestBuffers { count, kind, memory, ..Default::default() };
        self.exchange::<{ abi::REQBUFS }, _>(&mut wish).map_err(|error| self.judged(error))?;
        Ok(wish.count)
    }

    fn buffer(index: u32) -> abi::Buffer {
        abi::Buffer { index, kind: abi::VIDEO_CAPTURE, memory: abi::MEMORY_MMAP, ..Default::default() }
    }

    fn queue(&self, index: u32) -> Result<(), VideoError> {
        self.exchange::<{ abi::QBUF }, _>(&mut Self::buffer(index)).map_err(|error| self.judged(error))
    }

    fn map(&self, index: u32) -> Result<Mapping, VideoError> {
        let mut told = Self::buffer(index);
        self.exchange::<{ abi::QUERYBUF }, _>(&mut told).map_err(|error| self.judged(error))?;
        if !(1..=LARGEST).contains(&told.length) {
            return Err(VideoError::Unsupported);
        }
        Mapping::new(&self.file, told.length, told.m.offset()).map_err(|error| self.judged(error))
    }

    /// Takes a picture off the queue, if one waits.
    fn take(&self) -> Result<Option<Buffer>, VideoError> {
        let mut told = Self::buffer(0);
        match self.exchange::<{ abi::DQBUF }, _>(&mut told) {
            Ok(()) => {}
            Err(Errno::AGAIN) => return Ok(None),
            // The kernel says so of a picture that was lost, and of a camera that was pulled; another call tells.
            Err(Errno::IO) => {
                let mut any = abi::Capability::default();
                self.exchange::<{ abi::QUERYCAP }, _>(&mut any).map_err(|error| self.judged(error))?;
                return Ok(Some(Buffer { bytes: Vec::new(), damaged: true }));
            }
            Err(error) => return Err(self.judged(error)),
        }
        let mapping = self.buffers.get(told.index as usize).ok_or(VideoError::Failed(0))?;
        let bytes = mapping.copy(told.bytesused as usize);
        self.queue(told.index)?;
        Ok(Some(Buffer { bytes, damaged: told.flags & abi::FLAG_ERROR != 0 }))
    }
}

impl Video for Node {
    fn modes(&mut self) -> Result<Vec<Mode>, VideoError> {
        let mut modes = Vec::new();
        for index in 0..MOST {
            let mut entry = abi::FmtDesc { index, kind: abi::VIDEO_CAPTURE, ..Default::default() };
            match self.exchange::<{ abi::ENUM_FMT }, _>(&mut entry) {
                Ok(()) => {}
                Err(Errno::INVAL) => break,
                Err(error) => return Err(self.judged(error)),
            }
            if let Some(pixels) = Pixels::of(entry.pixelformat) {
                let sizes = self.sizes(entry.pixelformat);
                modes.extend(sizes.into_iter().map(|(width, height)| Mode { pixels, width, height }));
            }
        }
        Ok(modes)
    }

    fn set_mode(&mut self, mode: Mode) -> Result<Frame, VideoError> {
        self.stop();
        let mut wish = abi::Format::default();
        wish.pix.width = mode.width;
        wish.pix.height = mode.height;
        wish.pix.pixelformat = mode.pixels.fourcc();
        wish.pix.field = abi::FIELD_NONE;
        // Row length zero: the driver chooses. What it has chosen is in the answer.
        self.exchange::<{ abi::S_FMT }, _>(&mut wish).map_err(|error| self.judged(error))?;
        if Pixels::of(wish.pix.pixelformat) != Some(mode.pixels) {
            return Err(VideoError::Unsupported);
        }
        let frame = Frame::new(mode.pixels, wish.pix.width, wish.pix.height, wish.pix.bytesperline);
        frame.ok_or(VideoError::Unsupported)
    }

    fn start(&mut self) -> Result<(), VideoError> {
        let granted = self.request(BUFFERS)?;
        let begun = (0..granted.min(MOST))
            .try_for_each(|index| {
                self.buffers.push(self.map(index)?);
                self.queue(index)
            })
            .and_then(|()| self.switch::<{ abi::STREAMON }>().map_err(|error| self.judged(error)));
        self.streaming = true;
        if begun.is_err() {
            self.stop();
        }
        begun
    }

    fn stop(&mut self) {
        if !self.streaming {
            return;
        }
        // Of a camera that is gone nothing more can be asked.
        let _ = self.switch::<{ abi::STREAMOFF }>();
        self.buffers.clear();
        let _ = self.request(0);
        self.streaming = false;
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Buffer>, VideoError> {
        let until = Instant::now() + wait;
        loop {
            if let Some(buffer) = self.take()? {
                return Ok(Some(buffer));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&timeout)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(self.judged(error)),
            }
        }
    }

    fn controls(&mut self) -> Result<Vec<Control>, VideoError> {
        let mut found: Vec<Control> = Vec::new();
        let mut id = 0;
        for _ in 0..MOST {
            let mut entry = abi::QueryCtrl { id: id | abi::CTRL_NEXT, ..Default::default() };
            match self.exchange::<{ abi::QUERYCTRL }, _>(&mut entry) {
                Ok(()) if entry.id > id => id = entry.id,
                Ok(()) | Err(Errno::INVAL | Errno::NOTTY) => break,
                Err(error) => return Err(self.judged(error)),
            }
            let fixed = entry.flags & (abi::CTRL_DISABLED | abi::CTRL_READ_ONLY) != 0;
            if !fixed && (entry.minimum < entry.maximum || entry.kind == abi::CTRL_BUTTON) {
                found.push(Control {
                    id,
                    name: abi::text(&entry.name),
                    minimum: entry.minimum,
                    maximum: entry.maximum,
                    default: entry.default_value,
                });
            }
        }
        Ok(found)
    }

    fn set_control(&mut self, id: u32, value: i32) -> Result<(), VideoError> {
        self.exchange::<{ abi::S_CTRL }, _>(&mut abi::Control { id, value }).map_err(|error| self.judged(error))
    }

    fn set_extension(&mut self, unit: u8, selector: u8, value: &[u8]) -> Result<(), VideoError> {
        let mut copy = value.to_vec();
        let size = u16::try_from(copy.len()).map_err(|_| VideoError::Unsupported)?;
        let data = copy.as_mut_ptr();
        let mut query = abi::ExtensionQuery { unit, selector, query: abi::UVC_SET_CUR, size, data };
        match self.exchange::<{ abi::UVC_CTRL_QUERY }, _>(&mut query) {
            Ok(()) => Ok(()),
            // A camera without this unit; of the device itself this would say that it is gone.
            Err(Errno::NOENT) => Err(VideoError::Unsupported),
            Err(error) => Err(self.judged(error)),
        }
    }

    fn check(&mut self) -> Result<(), VideoError> {
        self.capabilities().map(drop)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop();
        // A handle that is closed while the kernel (6.1) still clears a pulled camera away meets a race in it, which ends
        // in an oops of the whole computer. Who waits until it has finished is out of it; the file closes after this.
        let is_leaving = !self.presence.is_there() || self.check() == Err(VideoError::Gone);
        if let Some(interface) = self.interface.as_ref().filter(|_| is_leaving) {
            interface.lasts(CLEARED_WITHIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_camera_is_told_from_what_is_not_there() {
        assert_eq!(Node::open(Path::new("/dev/no-such-camera")).unwrap_err(), VideoError::Gone);
        assert_eq!(Node::open(Path::new("/dev/null")).unwrap_err(), VideoError::Unsupported);
    }

    #[test]
    fn a_failed_call_to_a_camera_that_leaves_is_a_pulled_cable_and_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("video7");
        std::fs::create_dir(&device).unwrap();
        let presence = Presence::of(&device);
        let errors = [Errno::IO, Errno::PROTO, Errno::NODEV, Errno::BUSY];
        let told = || errors.map(|error| judged(error, &presence));
        let of = |error: Errno| VideoError::Failed(error.raw_os_error());
        assert_eq!(told(), [of(Errno::IO), of(Errno::PROTO), VideoError::Gone, VideoError::Busy]);
        let leaves = device.clone();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(40));
            std::fs::remove_dir(leaves).unwrap();
        });
        assert_eq!(judged(Errno::PROTO, &presence), VideoError::Gone);
        pulled.join().unwrap();
        assert_eq!(told(), [VideoError::Gone, VideoError::Gone, VideoError::Gone, VideoError::Busy]);
    }
}
