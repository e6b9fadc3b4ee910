//! One thread's dealings with libfprint.
#![allow(unsafe_code, reason = "calls into a C library; each block says why it is sound")]

use std::ffi::{CStr, c_char};
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use crate::bindings as sys;
use crate::library::{Canceller, Failure, Library};
use crate::property;

/// `G_IO_ERROR_CANCELLED` of GLib.
const IO_CANCELLED: i32 = 19;
/// A context in which nothing has happened for so long has heard of what left before: the event of a device that is gone
/// comes within some milliseconds.
const QUIET: Duration = Duration::from_millis(60);
const PAUSE: Duration = Duration::from_millis(2);
/// How long a context is heard out at most.
const LONGEST: Duration = Duration::from_millis(500);
/// Largest side of a picture that is believed.
const MAX_SIDE: u32 = 8192;

/// A device the library has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The library's driver.
    pub driver: String,
    /// Bus and address of a USB device, where the library tells them: two scanners of a driver are told apart by nothing
    /// else.
    pub place: Option<(u8, u8)>,
    /// Maker and model.
    pub name: String,
    /// It delivers images, instead of only comparing by itself.
    pub images: bool,
}

/// A picture: ridges dark, one byte a pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row by row.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// A picture, if there are as many bytes as its sides say.
    ///
    /// # Errors
    /// [`Failure::Other`] for sides that cannot be, or another number of bytes.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, Failure> {
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) || pixels.len() != width as usize * height as usize {
            return Err(Failure::Other(format!("{} bytes for a picture of {width} x {height}", pixels.len())));
        }
        Ok(Self { width, height, pixels })
    }
}

/// The thread that has sessions now, and how many: the library's calls run the one default context of the process, so a
/// second thread in it would carry out what belongs to the first.
static OWNER: Mutex<Option<(ThreadId, usize)>> = Mutex::new(None);

/// A share in the right of this thread to call the library.
struct Turn;

impl Turn {
    fn take() -> Result<Self, Failure> {
        let (mut owner, me) = (owner(), std::thread::current().id());
        let sessions = match *owner {
            None => 0,
            Some((thread, sessions)) if thread == me => sessions,
            Some(_) => return Err(Failure::OtherThread),
        };
        *owner = Some((me, sessions + 1));
        Ok(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut owner = owner();
        *owner = owner.filter(|(_, sessions)| *sessions > 1).map(|(thread, sessions)| (thread, sessions - 1));
    }
}

fn owner() -> MutexGuard<'static, Option<(ThreadId, usize)>> {
    OWNER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All dealings of one thread with the library: devices are looked up once, at the beginning. It cannot be sent to
/// another thread, and while one thread has a session no other gets one.
pub struct Session {
    library: Library,
    context: NonNull<sys::FpContext>,
    /// Each with a reference of ours: the context lets go of a device that is pulled out.
    devices: Vec<(Found, NonNull<sys::FpDevice>)>,
    open: Option<usize>,
    /// Given back last, when nothing of the library is called any more.
    _turn: Turn,
}

impl Session {
    /// Looks for devices. Some of the library's drivers talk to theirs in order to find out whether it is one.
    ///
    /// # Errors
    /// [`Failure::OtherThread`] while another thread has a session, and when the library gives no context.
    pub fn new(library: Library) -> Result<Self, Failure> {
        let turn = Turn::take()?;
        // SAFETY: no arguments; the result is checked for null.
        let context = NonNull::new(unsafe { library.0.fp_context_new() });
        let context = context.ok_or_else(|| Failure::Other("no context".to_owned()))?;
        let mut session = Self { library, context, devices: Vec::new(), open: None, _turn: turn };
        session.find();
        Ok(session)
    }

    fn find(&mut self) {
        let library = self.library.0;
        // SAFETY: the context is ours. The array belongs to it, its length is given beside it, and its devices live at
        // least until the context's next event; of each a reference is taken before that, and given back in `drop`.
        let devices: Vec<NonNull<sys::FpDevice>> = unsafe {
            library.fp_context_enumerate(self.context.as_ptr());
            let array = library.fp_context_get_devices(self.context.as_ptr()).as_ref();
            let pointers = match array {
                Some(array) if !array.pdata.is_null() => std::slice::from_raw_parts(array.pdata, array.len as usize),
                Some(_) | None => &[],
            };
            let devices = pointers.iter().filter_map(|device| NonNull::new(device.cast::<sys::FpDevice>()));
            devices.inspect(|device| _ = library.g_object_ref(device.as_ptr().cast())).collect()
        };
        self.devices = devices.into_iter().map(|device| (self.describe(device), device)).collect();
    }

    fn describe(&self, device: NonNull<sys::FpDevice>) -> Found {
        let (library, device) = (self.library.0, device.as_ptr());
        // SAFETY: we hold a reference to the device; the strings belong to it and are copied at once.
        unsafe {
            Found {
                driver: text(library.fp_device_get_driver(device)),
                place: property::place(self.library, device.cast()),
                name: text(library.fp_device_get_name(device)),
                images: library.fp_device_has_feature(device, sys::FpDeviceFeature::FP_DEVICE_FEATURE_CAPTURE) != 0,
            }
        }
    }

    /// The devices that were there at the beginning.
    pub fn devices(&self) -> impl Iterator<Item = &Found> {
        self.devices.iter().map(|(found, _)| found)
    }

    /// Opens a device of [`devices`](Self::devices) by its number; one that is open is closed before.
    ///
    /// # Errors
    /// As the library has it; a number without a device is one that was removed.
    pub fn open(&mut self, number: usize) -> Result<(), Failure> {
        self.close();
        let device = self.device(number)?;
        let mut error = ptr::null_mut();
        // SAFETY: we hold a reference to the device; the error is taken over below.
        let opened = unsafe { self.library.0.fp_device_open_sync(device, ptr::null_mut(), &raw mut error) };
        if opened == 0 {
            return Err(self.failure(error));
        }
        self.open = Some(number);
        Ok(())
    }

    /// Waits for a finger on the open device and takes its picture.
    ///
    /// # Errors
    /// As the library has it.
    pub fn capture(&mut self, canceller: &Canceller) -> Result<Picture, Failure> {
        let device = self.device(self.open.unwrap_or(usize::MAX))?;
        let cancellable = canceller.0.cancellable.as_ptr();
        let mut error = ptr::null_mut();
        // SAFETY: device and cancellable live through the call; picture and error are taken over below.
        let image = unsafe { self.library.0.fp_device_capture_sync(device, 1, cancellable, &raw mut error) };
        match NonNull::new(image) {
            Some(image) => self.picture(image),
            None => Err(self.failure(error)),
        }
    }

    /// Copies a picture and lets go of it.
    fn picture(&self, image: NonNull<sys::FpImage>) -> Result<Picture, Failure> {
        let (library, mut length) = (self.library.0, 0);
        // SAFETY: the picture is ours. Its data lives as long as it and has the length that is given; it is copied
        // before the picture is let go.
        let (width, height, pixels) = unsafe {
            let (width, height) =
                (library.fp_image_get_width(image.as_ptr()), library.fp_image_get_height(image.as_ptr()));
            let data = library.fp_image_get_data(image.as_ptr(), &raw mut length);
            let pixels = if data.is_null() { &[] } else { std::slice::from_raw_parts(data, length as usize) };
            let pixels = pixels.to_vec();
            library.g_object_unref(image.as_ptr().cast());
            (width, height, pixels)
        };
        Picture::new(width, height, pixels)
    }

    /// Closes the open device, as far as it lets itself.
    pub fn close(&mut self) {
        let Some(device) = self.open.take().and_then(|number| self.device(number).ok()) else { return };
        let mut error = ptr::null_mut();
        // SAFETY: we hold a reference to the device; the error is let go below.
        if unsafe { self.library.0.fp_device_close_sync(device, ptr::null_mut(), &raw mut error) } == 0 {
            drop(self.failure(error));
        }
    }

    /// Lets everything happen that the library has on its mind, until it has been quiet for a while.
    ///
    /// A device that leaves is told to the context by an event, which GUsb does not take back when the context goes: the
    /// next session would then carry out an event of one that is no more, and end the process.
    fn hear_out(&self) {
        let until = Instant::now() + LONGEST;
        let mut heard = Instant::now();
        while heard.elapsed() < QUIET && Instant::now() < until {
            // SAFETY: this thread runs the default context, and does not wait in it.
            if unsafe { self.library.0.g_main_context_iteration(ptr::null_mut(), 0) } != 0 {
                heard = Instant::now();
            } else {
                std::thread::sleep(PAUSE);
            }
        }
    }

    fn device(&self, number: usize) -> Result<*mut sys::FpDevice, Failure> {
        self.devices.get(number).map(|(_, device)| device.as_ptr()).ok_or_else(Failure::removed)
    }

    /// Takes over an error.
    fn failure(&self, error: *mut sys::GError) -> Failure {
        let library = self.library.0;
        let Some(error) = NonNull::new(error) else { return Failure::Other("no reason given".to_owned()) };
        // SAFETY: the error is ours and is let go once its parts are copied.
        unsafe {
            let sys::GError { domain, code, message } = *error.as_ref();
            let message = text(message);
            library.g_error_free(error.as_ptr());
            match domain {
                domain if domain == library.fp_device_retry_quark() => Failure::Retry { code, message },
                domain if domain == library.fp_device_error_quark() => Failure::Device { code, message },
                domain if domain == library.g_io_error_quark() && code == IO_CANCELLED => Failure::Cancelled,
                _ => Failure::Other(message),
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
        self.hear_out();
        // SAFETY: of each device and of the context one reference is ours, and none is used after this.
        unsafe {
            for (_, device) in self.devices.drain(..) {
                self.library.0.g_object_unref(device.as_ptr().cast());
            }
            self.library.0.g_object_unref(self.context.as_ptr().cast());
        }
    }
}

impl std::fmt::Debug for Picture {
    /// Size only: pixels are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// A copy of a C string, empty when there is none.
///
/// # Safety
/// `text` is null or ends with a zero byte.
unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: as promised by the caller.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
