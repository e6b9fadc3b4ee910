//! Where on the bus a device of the library is. The library has no function for it, but keeps the USB device in a property.
//!
//! A version that has no such property reads as nothing, with a warning of GLib's.
#![allow(unsafe_code, reason = "calls into a C library; each block says why it is sound")]

use crate::bindings as sys;
use crate::library::Library;

/// GLib's number of its own type for objects (`G_TYPE_OBJECT`), fixed for good.
const OBJECT: sys::GType = 20 << 2;

/// Bus and address of a device.
///
/// # Safety
/// `device` is alive.
pub(crate) unsafe fn place(library: Library, device: *mut sys::GObject) -> Option<(u8, u8)> {
    let (library, usb) = (library.0, library.1?);
    let mut value = sys::GValue::default();
    // SAFETY: zeros are an unset value; it is set up, filled, read and let go here. The name ends with a zero. What the
    // property holds belongs to the value and to the device, and is asked before the value is let go.
    unsafe {
        library.g_value_init(&raw mut value, OBJECT);
        library.g_object_get_property(device, c"fpi-usb-device".as_ptr(), &raw mut value);
        let inner = library.g_value_get_object(&raw const value);
        let place = (!inner.is_null()).then(|| ((usb.bus)(inner), (usb.address)(inner)));
        library.g_value_unset(&raw mut value);
        place
    }
}
