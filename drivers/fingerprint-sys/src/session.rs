//! One thread's dealings with libfprint.
#![allow(unsafe_code, reason = "calls into a C library; each block says why it is sound")]

use std::ffi::{CStr, c_char};
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::bindings as sys;

/// Name under which every distribution installs the library.
const LIBRARY: &str = "libfprint-2.so.2";
/// `G_IO_ERROR_CANCELLED` of GLib.
const IO_CANCELLED: i32 = 19;
/// Largest side of a picture that is believed.
const MAX_SIDE: u32 = 8192;

/// The library is not installed, or too old.
#[derive(Debug, thiserror::Error)]
#[error("{LIBRARY} cannot be loaded; install the package libfprint-2-2")]
pub struct Missing(#[source] libloading::Error);

/// The loaded library. Clones share it.
#[derive(Clone)]
pub struct Library(Arc<sys::Fprint>);

/// A device the library has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The library's driver.
    pub driver: String,
    /// The library's id, unique among the devices of a driver.
    pub id: String,
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

/// Why the library did not do it. Codes are those of `FpDeviceError` and `FpDeviceRetry`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Try again.
    #[error("try again ({code}): {message}")]
    Retry {
        /// 0 in general, 1 too short, 2 centre the finger, 3 lift the finger, 4 too fast.
        code: i32,
        /// The library's words.
        message: String,
    },
    /// The device is in trouble.
    #[error("device error {code}: {message}")]
    Device {
        /// As in the library's header; 256 is a device that was pulled out.
        code: i32,
        /// The library's words.
        message: String,
    },
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// Code of a device that was pulled out.
    pub const REMOVED: i32 = 0x100;
}

impl Library {
    /// Loads it.
    ///
    /// # Errors
    /// [`Missing`], when it is not installed or lacks a function.
    pub fn load() -> Result<Self, Missing> {
        // SAFETY: libfprint's and GLib's initialisers do nothing but register types.
        unsafe { sys::Fprint::new(LIBRARY) }.map(|loaded| Self(Arc::new(loaded))).map_err(Missing)
    }

    /// Something with which another thread can end a capture.
    pub fn canceller(&self) -> Option<Canceller> {
        // SAFETY: no arguments; the result is checked for null.
        let cancellable = unsafe { self.0.g_cancellable_new() };
        NonNull::new(cancellable)
            .map(|cancellable| Canceller(Arc::new(Cancellable { library: self.clone(), cancellable })))
    }
}

struct Cancellable {
    library: Library,
    cancellable: NonNull<sys::GCancellable>,
}

// SAFETY: GLib documents a cancellable as usable from any thread at once; reference counts are atomic.
unsafe impl Send for Cancellable {}
// SAFETY: as above.
unsafe impl Sync for Cancellable {}

impl Drop for Cancellable {
    fn drop(&mut self) {
        // SAFETY: this value holds one reference.
        unsafe { self.library.0.g_object_unref(self.cancellable.as_ptr().cast()) };
    }
}

/// Ends a capture from any thread. Clones end the same one.
#[derive(Clone)]
pub struct Canceller(Arc<Cancellable>);

impl Canceller {
    /// Ends it; a second time does nothing.
    pub fn cancel(&self) {
        // SAFETY: the reference is held as long as `self`.
        unsafe { self.0.library.0.g_cancellable_cancel(self.0.cancellable.as_ptr()) };
    }
}

/// All dealings of one thread with the library: devices are looked up once, at the beginning.
pub struct Session {
    library: Library,
    context: NonNull<sys::FpContext>,
    devices: Vec<(Found, NonNull<sys::FpDevice>)>,
    open: Option<usize>,
}

impl Session {
    /// Looks for devices.
    ///
    /// # Errors
    /// When the library gives no context.
    pub fn new(library: &Library) -> Result<Self, Failure> {
        // SAFETY: no arguments; the result is checked for null.
        let context = NonNull::new(unsafe { library.0.fp_context_new() });
        let context = context.ok_or_else(|| Failure::Other("no context".to_owned()))?;
        let mut session = Self { library: library.clone(), context, devices: Vec::new(), open: None };
        session.find();
        Ok(session)
    }

    fn find(&mut self) {
        let library = Arc::clone(&self.library.0);
        // SAFETY: the context is ours. The array belongs to it and holds pointers to devices that live as long as it;
        // its length is given beside it.
        let devices = unsafe {
            library.fp_context_enumerate(self.context.as_ptr());
            match library.fp_context_get_devices(self.context.as_ptr()).as_ref() {
                Some(array) if !array.pdata.is_null() => {
                    std::slice::from_raw_parts(array.pdata, array.len as usize).to_vec()
                }
                Some(_) | None => Vec::new(),
            }
        };
        self.devices = devices
            .into_iter()
            .filter_map(|device| NonNull::new(device.cast::<sys::FpDevice>()))
            .map(|device| (self.describe(device), device))
            .collect();
    }

    fn describe(&self, device: NonNull<sys::FpDevice>) -> Found {
        let (library, device) = (&self.library.0, device.as_ptr());
        // SAFETY: the device lives as long as the context; the strings belong to it and are copied at once.
        unsafe {
            Found {
                driver: text(library.fp_device_get_driver(device)),
                id: text(library.fp_device_get_device_id(device)),
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
        // SAFETY: the device lives as long as the context; the error is taken over below.
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
        let (library, mut length) = (&self.library.0, 0);
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
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) || pixels.len() != (width * height) as usize {
            return Err(Failure::Other(format!("{} bytes for a picture of {width} x {height}", pixels.len())));
        }
        Ok(Picture { width, height, pixels })
    }

    /// Closes the open device, as far as it lets itself.
    pub fn close(&mut self) {
        let Some(device) = self.open.take().and_then(|number| self.device(number).ok()) else { return };
        let mut error = ptr::null_mut();
        // SAFETY: the device lives as long as the context; the error is let go below.
        if unsafe { self.library.0.fp_device_close_sync(device, ptr::null_mut(), &raw mut error) } == 0 {
            drop(self.failure(error));
        }
    }

    fn device(&self, number: usize) -> Result<*mut sys::FpDevice, Failure> {
        let removed = || Failure::Device { code: Failure::REMOVED, message: "no such device".to_owned() };
        self.devices.get(number).map(|(_, device)| device.as_ptr()).ok_or_else(removed)
    }

    /// Takes over an error.
    fn failure(&self, error: *mut sys::GError) -> Failure {
        let library = &self.library.0;
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
        // SAFETY: the context is ours, and its devices are not used after it.
        unsafe { self.library.0.g_object_unref(self.context.as_ptr().cast()) };
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
