//! The loaded library, why it does not do something, and the end of a capture from another thread.
#![allow(unsafe_code, reason = "calls into a C library; each block says why it is sound")]

use std::ptr::{self, NonNull};
use std::sync::{Arc, OnceLock};

use crate::bindings as sys;

/// Name under which every distribution installs the library.
const LIBRARY: &str = "libfprint-2.so.2";
/// Before everything else that waits in the context: `G_PRIORITY_HIGH`.
const AT_ONCE: i32 = -100;

/// The library is not installed, or too old.
#[derive(Debug, thiserror::Error)]
#[error("{LIBRARY} cannot be loaded; install the package libfprint-2-2")]
pub struct Missing(#[source] libloading::Error);

/// The loaded library. Once loaded it stays: GLib keeps pointers into it for as long as the process lives.
#[derive(Clone, Copy)]
pub struct Library(pub(crate) &'static sys::Fprint, pub(crate) Option<Usb>);

/// Functions of GUsb, on which libfprint stands and whose headers it does not bring along:
/// `guint8 g_usb_device_get_bus (GUsbDevice *)` and the same for the address.
#[derive(Clone, Copy)]
pub(crate) struct Usb {
    pub(crate) bus: unsafe extern "C" fn(sys::gpointer) -> u8,
    pub(crate) address: unsafe extern "C" fn(sys::gpointer) -> u8,
}

impl Usb {
    /// Found among what libfprint has loaded, if it still stands on GUsb.
    fn find() -> Option<Self> {
        // SAFETY: loaded already, so no initialiser runs; the functions have these types in all versions of GUsb, and
        // stay where they are because libfprint does.
        unsafe {
            let library = libloading::Library::new(LIBRARY).ok()?;
            let bus = *library.get(b"g_usb_device_get_bus\0").ok()?;
            let address = *library.get(b"g_usb_device_get_address\0").ok()?;
            Some(Self { bus, address })
        }
    }
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
    /// Another thread has a session: the library works on one thread at a time.
    #[error("another thread works with the library")]
    OtherThread,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// Code of a device that was pulled out.
    pub const REMOVED: i32 = 0x100;

    /// A device that is not there.
    pub fn removed() -> Self {
        Self::Device { code: Self::REMOVED, message: "no such device".to_owned() }
    }
}

impl Library {
    /// Loads it, once in a process. No device is touched.
    ///
    /// # Errors
    /// [`Missing`], when it is not installed or lacks a function; the next call tries anew.
    pub fn load() -> Result<Self, Missing> {
        static LOADED: OnceLock<(sys::Fprint, Option<Usb>)> = OnceLock::new();
        if let Some((loaded, usb)) = LOADED.get() {
            return Ok(Self(loaded, *usb));
        }
        // SAFETY: libfprint's and GLib's initialisers do nothing but register types.
        let loaded = unsafe { sys::Fprint::new(LIBRARY) }.map_err(Missing)?;
        let (loaded, usb) = LOADED.get_or_init(|| (loaded, Usb::find()));
        Ok(Self(loaded, *usb))
    }

    /// Something with which another thread can end a capture.
    pub fn canceller(self) -> Option<Canceller> {
        // SAFETY: no arguments; the result is checked for null.
        let cancellable = NonNull::new(unsafe { self.0.g_cancellable_new() })?;
        Some(Canceller(Arc::new(Cancellable { library: self, cancellable })))
    }
}

pub(crate) struct Cancellable {
    library: Library,
    pub(crate) cancellable: NonNull<sys::GCancellable>,
}

// SAFETY: a cancellable's reference count is atomic, and nothing else of it is used but on the session's thread.
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
pub struct Canceller(pub(crate) Arc<Cancellable>);

impl Canceller {
    /// Ends it; a second time does nothing.
    ///
    /// Cancelling runs the library's own handlers, and those are not made for two threads. So nothing is cancelled here:
    /// the order is laid into the context in which the session's thread runs its calls, which wakes that thread if it
    /// sleeps there. An order that comes after the capture is carried out in the thread's next call, and changes nothing.
    pub fn cancel(&self) {
        let library = self.0.library.0;
        let order = Arc::into_raw(Arc::clone(&self.0));
        // SAFETY: sources may be made and attached on any thread. The context takes a reference of its own to the source,
        // so ours is let go; the source owns `order` and gives it back through `forget`, exactly once.
        unsafe {
            let Some(source) = NonNull::new(library.g_idle_source_new()) else {
                return drop(Arc::from_raw(order));
            };
            library.g_source_set_priority(source.as_ptr(), AT_ONCE);
            library.g_source_set_callback(source.as_ptr(), Some(obey), order.cast_mut().cast(), Some(forget));
            library.g_source_attach(source.as_ptr(), ptr::null_mut());
            library.g_source_unref(source.as_ptr());
        }
    }
}

/// Carries out what [`Canceller::cancel`] ordered, on the thread that runs the context.
unsafe extern "C" fn obey(order: sys::gpointer) -> sys::gboolean {
    const NO_MORE: sys::gboolean = 0;
    // SAFETY: GLib hands over the data of the source, which lives until `forget`.
    let order = unsafe { &*order.cast::<Cancellable>().cast_const() };
    // SAFETY: the reference is held as long as `order`.
    unsafe { order.library.0.g_cancellable_cancel(order.cancellable.as_ptr()) };
    NO_MORE
}

/// Lets go of what a source has owned.
unsafe extern "C" fn forget(order: sys::gpointer) {
    // SAFETY: `order` came from `Arc::into_raw` of this type, and GLib calls this once.
    drop(unsafe { Arc::from_raw(order.cast::<Cancellable>().cast_const()) });
}
