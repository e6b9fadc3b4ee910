//! The functions of libgphoto2 that are used, and the structures they take.
//!
//! They are declared here by hand from the library's public headers (version 2.5, whose interface has not changed since
//! 2012), and looked up in the loaded library.
#![allow(unsafe_code, reason = "calls into a C library; each block says why it is sound")]

use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use std::marker::{PhantomData, PhantomPinned};
use std::ptr::{self, NonNull};

use super::reflex::Failure;

/// Name under which every distribution installs the library.
const LIBRARY: &str = "libgphoto2.so.6";

/// The library is not installed, or too old.
#[derive(Debug, thiserror::Error)]
#[error("{LIBRARY} cannot be loaded; install the package libgphoto2-6")]
pub struct Missing(#[source] pub(super) libloading::Error);

/// Something of the library's of which only pointers are known.
macro_rules! opaque {
    ($($name:ident),*) => {
        $(#[repr(C)]
        pub(super) struct $name {
            _bytes: [u8; 0],
            _bound: PhantomData<(*mut u8, PhantomPinned)>,
        })*
    };
}

opaque!(CCamera, CContext, CFile, CList, CAbilitiesList, CPortInfoList, CPortInfo);

/// `CameraAbilities`: passed by value, never looked into. Its alignment is that of an int.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct CAbilities(pub(super) [c_int; 626]);

/// `CameraFilePath`
#[repr(C)]
pub(super) struct CFilePath {
    pub(super) name: [c_char; 128],
    pub(super) folder: [c_char; 1024],
}

/// `CameraText`
#[repr(C)]
pub(super) struct CText(pub(super) [c_char; 32 * 1024]);

const _: () = {
    assert!(size_of::<CAbilities>() == 2504);
    assert!(size_of::<CFilePath>() == 1152);
};

pub(super) type CancelCheck = extern "C" fn(*mut CContext, *mut c_void) -> c_int;

/// The functions used, each under the library's name, and the loaded library that holds them.
macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        pub(super) struct Api {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            /// Given back to the system after the pointers above.
            _library: libloading::Library,
        }

        impl Api {
            pub(super) fn load() -> Result<Self, libloading::Error> {
                // SAFETY: the library's initialisers register nothing but message catalogues.
                let library = unsafe { libloading::Library::new(LIBRARY) }?;
                // SAFETY: the types are those of the library's headers, and the pointers live beside the library.
                unsafe {
                    $(let $name = *library.get(concat!(stringify!($name), "\0").as_bytes())?;)*
                    Ok(Self { $($name,)* _library: library })
                }
            }
        }
    };
}

functions! {
    gp_result_as_string: fn(c_int) -> *const c_char;
    gp_context_new: fn() -> *mut CContext;
    gp_context_unref: fn(*mut CContext);
    gp_context_set_cancel_func: fn(*mut CContext, CancelCheck, *mut c_void);
    gp_list_new: fn(*mut *mut CList) -> c_int;
    gp_list_unref: fn(*mut CList) -> c_int;
    gp_list_count: fn(*mut CList) -> c_int;
    gp_list_get_name: fn(*mut CList, c_int, *mut *const c_char) -> c_int;
    gp_list_get_value: fn(*mut CList, c_int, *mut *const c_char) -> c_int;
    gp_port_info_list_new: fn(*mut *mut CPortInfoList) -> c_int;
    gp_port_info_list_free: fn(*mut CPortInfoList) -> c_int;
    gp_port_info_list_load: fn(*mut CPortInfoList) -> c_int;
    gp_port_info_list_lookup_path: fn(*mut CPortInfoList, *const c_char) -> c_int;
    gp_port_info_list_get_info: fn(*mut CPortInfoList, c_int, *mut *mut CPortInfo) -> c_int;
    gp_abilities_list_new: fn(*mut *mut CAbilitiesList) -> c_int;
    gp_abilities_list_free: fn(*mut CAbilitiesList) -> c_int;
    gp_abilities_list_load: fn(*mut CAbilitiesList, *mut CContext) -> c_int;
    gp_abilities_list_detect: fn(*mut CAbilitiesList, *mut CPortInfoList, *mut CList, *mut CContext) -> c_int;
    gp_abilities_list_lookup_model: fn(*mut CAbilitiesList, *const c_char) -> c_int;
    gp_abilities_list_get_abilities: fn(*mut CAbilitiesList, c_int, *mut CAbilities) -> c_int;
    gp_camera_new: fn(*mut *mut CCamera) -> c_int;
    gp_camera_unref: fn(*mut CCamera) -> c_int;
    gp_camera_set_abilities: fn(*mut CCamera, CAbilities) -> c_int;
    gp_camera_set_port_info: fn(*mut CCamera, *mut CPortInfo) -> c_int;
    gp_camera_init: fn(*mut CCamera, *mut CContext) -> c_int;
    gp_camera_exit: fn(*mut CCamera, *mut CContext) -> c_int;
    gp_camera_get_summary: fn(*mut CCamera, *mut CText, *mut CContext) -> c_int;
    gp_camera_capture: fn(*mut CCamera, c_int, *mut CFilePath, *mut CContext) -> c_int;
    gp_camera_capture_preview: fn(*mut CCamera, *mut CFile, *mut CContext) -> c_int;
    gp_camera_file_get: fn(*mut CCamera, *const c_char, *const c_char, c_int, *mut CFile, *mut CContext) -> c_int;
    gp_camera_file_delete: fn(*mut CCamera, *const c_char, *const c_char, *mut CContext) -> c_int;
    gp_file_new: fn(*mut *mut CFile) -> c_int;
    gp_file_unref: fn(*mut CFile) -> c_int;
    gp_file_get_data_and_size: fn(*mut CFile, *mut *const c_char, *mut c_ulong) -> c_int;
}

/// A copy of a text of the library's; of none, nothing.
///
/// # Safety
/// The pointer is null, or leads to a text that ends with a zero and does not change meanwhile.
pub(super) unsafe fn text(start: *const c_char) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: not null, and otherwise as the caller promises.
    unsafe { CStr::from_ptr(start) }.to_string_lossy().into_owned()
}

impl Api {
    pub(super) fn checked(&self, code: c_int) -> Result<c_int, Failure> {
        if code >= 0 {
            return Ok(code);
        }
        // SAFETY: the library answers any number with a text of its own that lives for ever.
        Err(Failure::new(code, unsafe { text((self.gp_result_as_string)(code)) }))
    }

    /// Something that one of the library's makers gives.
    pub(super) fn made<T>(&self, make: unsafe extern "C" fn(*mut *mut T) -> c_int) -> Result<NonNull<T>, Failure> {
        let mut made = ptr::null_mut();
        // SAFETY: every maker used writes one pointer and nothing else.
        self.checked(unsafe { make(&raw mut made) })?;
        NonNull::new(made).ok_or_else(|| Failure::new(-3, "out of memory"))
    }
}
