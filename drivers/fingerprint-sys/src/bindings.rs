//! Generated from the headers of libfprint-2 by the example `generate`; not to be edited.

#[derive(PartialEq, Eq, Copy, Clone, Debug, Hash)]
#[repr(C, align(8))]
pub struct __BindgenOpaqueArray8<T>(pub T);
impl<T: Copy + Default, const N: usize> Default for __BindgenOpaqueArray8<[T; N]> {
    fn default() -> Self {
        Self([<T as Default>::default(); N])
    }
}
pub type guint32 = ::std::os::raw::c_uint;
pub type gsize = ::std::os::raw::c_ulong;
pub type gchar = ::std::os::raw::c_char;
pub type gint = ::std::os::raw::c_int;
pub type gboolean = gint;
pub type guchar = ::std::os::raw::c_uchar;
pub type guint = ::std::os::raw::c_uint;
pub type gpointer = *mut ::std::os::raw::c_void;
pub type GDestroyNotify = ::std::option::Option<unsafe extern "C" fn(data: gpointer)>;
pub type GPtrArray = _GPtrArray;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct _GPtrArray {
    pub pdata: *mut gpointer,
    pub len: guint,
}
pub type GQuark = guint32;
pub type GError = _GError;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct _GError {
    pub domain: GQuark,
    pub code: gint,
    pub message: *mut gchar,
}
#[repr(C)]
#[derive(Debug)]
pub struct _GMainContext {
    _unused: [u8; 0],
}
pub type GMainContext = _GMainContext;
pub type GSource = __BindgenOpaqueArray8<[u8; 96usize]>;
pub type GSourceFunc = ::std::option::Option<unsafe extern "C" fn(user_data: gpointer) -> gboolean>;
pub type GType = gsize;
pub type GValue = __BindgenOpaqueArray8<[u8; 24usize]>;
pub type GObject = __BindgenOpaqueArray8<[u8; 24usize]>;
pub type GCancellable = __BindgenOpaqueArray8<[u8; 32usize]>;
pub type FpImage = u8;
pub type FpDevice = __BindgenOpaqueArray8<[u8; 24usize]>;
pub mod FpDeviceFeature {
    #[allow(unused_imports)]
    use super::*;
    pub type Type = ::std::os::raw::c_uint;
    pub const FP_DEVICE_FEATURE_NONE: Type = 0;
    pub const FP_DEVICE_FEATURE_CAPTURE: Type = 1;
    pub const FP_DEVICE_FEATURE_IDENTIFY: Type = 2;
    pub const FP_DEVICE_FEATURE_VERIFY: Type = 4;
    pub const FP_DEVICE_FEATURE_STORAGE: Type = 8;
    pub const FP_DEVICE_FEATURE_STORAGE_LIST: Type = 16;
    pub const FP_DEVICE_FEATURE_STORAGE_DELETE: Type = 32;
    pub const FP_DEVICE_FEATURE_STORAGE_CLEAR: Type = 64;
    pub const FP_DEVICE_FEATURE_DUPLICATES_CHECK: Type = 128;
    pub const FP_DEVICE_FEATURE_ALWAYS_ON: Type = 256;
    pub const FP_DEVICE_FEATURE_UPDATE_PRINT: Type = 512;
}
pub mod FpDeviceRetry {
    #[allow(unused_imports)]
    use super::*;
    pub type Type = ::std::os::raw::c_uint;
    pub const FP_DEVICE_RETRY_GENERAL: Type = 0;
    pub const FP_DEVICE_RETRY_TOO_SHORT: Type = 1;
    pub const FP_DEVICE_RETRY_CENTER_FINGER: Type = 2;
    pub const FP_DEVICE_RETRY_REMOVE_FINGER: Type = 3;
}
pub mod FpDeviceError {
    #[allow(unused_imports)]
    use super::*;
    pub type Type = ::std::os::raw::c_uint;
    pub const FP_DEVICE_ERROR_GENERAL: Type = 0;
    pub const FP_DEVICE_ERROR_NOT_SUPPORTED: Type = 1;
    pub const FP_DEVICE_ERROR_NOT_OPEN: Type = 2;
    pub const FP_DEVICE_ERROR_ALREADY_OPEN: Type = 3;
    pub const FP_DEVICE_ERROR_BUSY: Type = 4;
    pub const FP_DEVICE_ERROR_PROTO: Type = 5;
    pub const FP_DEVICE_ERROR_DATA_INVALID: Type = 6;
    pub const FP_DEVICE_ERROR_DATA_NOT_FOUND: Type = 7;
    pub const FP_DEVICE_ERROR_DATA_FULL: Type = 8;
    pub const FP_DEVICE_ERROR_DATA_DUPLICATE: Type = 9;
    pub const FP_DEVICE_ERROR_REMOVED: Type = 256;
    pub const FP_DEVICE_ERROR_TOO_HOT: Type = 257;
}
pub type FpContext = __BindgenOpaqueArray8<[u8; 24usize]>;
pub struct Fprint {
    __library: ::libloading::Library,
    pub g_error_free: unsafe extern "C" fn(error: *mut GError),
    pub g_main_context_iteration: unsafe extern "C" fn(context: *mut GMainContext, may_block: gboolean) -> gboolean,
    pub g_source_unref: unsafe extern "C" fn(source: *mut GSource),
    pub g_source_attach: unsafe extern "C" fn(source: *mut GSource, context: *mut GMainContext) -> guint,
    pub g_source_set_priority: unsafe extern "C" fn(source: *mut GSource, priority: gint),
    pub g_source_set_callback:
        unsafe extern "C" fn(source: *mut GSource, func: GSourceFunc, data: gpointer, notify: GDestroyNotify),
    pub g_idle_source_new: unsafe extern "C" fn() -> *mut GSource,
    pub g_value_init: unsafe extern "C" fn(value: *mut GValue, g_type: GType) -> *mut GValue,
    pub g_value_unset: unsafe extern "C" fn(value: *mut GValue),
    pub g_object_get_property:
        unsafe extern "C" fn(object: *mut GObject, property_name: *const gchar, value: *mut GValue),
    pub g_object_ref: unsafe extern "C" fn(object: gpointer) -> gpointer,
    pub g_object_unref: unsafe extern "C" fn(object: gpointer),
    pub g_value_get_object: unsafe extern "C" fn(value: *const GValue) -> gpointer,
    pub g_cancellable_new: unsafe extern "C" fn() -> *mut GCancellable,
    pub g_cancellable_cancel: unsafe extern "C" fn(cancellable: *mut GCancellable),
    pub g_io_error_quark: unsafe extern "C" fn() -> GQuark,
    pub fp_image_get_width: unsafe extern "C" fn(self_: *mut FpImage) -> guint,
    pub fp_image_get_height: unsafe extern "C" fn(self_: *mut FpImage) -> guint,
    pub fp_image_get_data: unsafe extern "C" fn(self_: *mut FpImage, len: *mut gsize) -> *const guchar,
    pub fp_device_retry_quark: unsafe extern "C" fn() -> GQuark,
    pub fp_device_error_quark: unsafe extern "C" fn() -> GQuark,
    pub fp_device_get_driver: unsafe extern "C" fn(device: *mut FpDevice) -> *const gchar,
    pub fp_device_get_device_id: unsafe extern "C" fn(device: *mut FpDevice) -> *const gchar,
    pub fp_device_get_name: unsafe extern "C" fn(device: *mut FpDevice) -> *const gchar,
    pub fp_device_has_feature: unsafe extern "C" fn(device: *mut FpDevice, feature: FpDeviceFeature::Type) -> gboolean,
    pub fp_device_open_sync: unsafe extern "C" fn(
        device: *mut FpDevice,
        cancellable: *mut GCancellable,
        error: *mut *mut GError,
    ) -> gboolean,
    pub fp_device_close_sync: unsafe extern "C" fn(
        device: *mut FpDevice,
        cancellable: *mut GCancellable,
        error: *mut *mut GError,
    ) -> gboolean,
    pub fp_device_capture_sync: unsafe extern "C" fn(
        device: *mut FpDevice,
        wait_for_finger: gboolean,
        cancellable: *mut GCancellable,
        error: *mut *mut GError,
    ) -> *mut FpImage,
    pub fp_context_new: unsafe extern "C" fn() -> *mut FpContext,
    pub fp_context_enumerate: unsafe extern "C" fn(context: *mut FpContext),
    pub fp_context_get_devices: unsafe extern "C" fn(context: *mut FpContext) -> *mut GPtrArray,
}
impl Fprint {
    pub unsafe fn new<P>(path: P) -> Result<Self, ::libloading::Error>
    where
        P: AsRef<::std::ffi::OsStr>,
    {
        let path = path.as_ref();
        let library = ::libloading::Library::new(path)?;
        Self::from_library(library)
    }
    pub unsafe fn from_library<L>(library: L) -> Result<Self, ::libloading::Error>
    where
        L: Into<::libloading::Library>,
    {
        let __library = library.into();
        let g_error_free = __library.get(b"g_error_free\0").map(|sym| *sym)?;
        let g_main_context_iteration = __library.get(b"g_main_context_iteration\0").map(|sym| *sym)?;
        let g_source_unref = __library.get(b"g_source_unref\0").map(|sym| *sym)?;
        let g_source_attach = __library.get(b"g_source_attach\0").map(|sym| *sym)?;
        let g_source_set_priority = __library.get(b"g_source_set_priority\0").map(|sym| *sym)?;
        let g_source_set_callback = __library.get(b"g_source_set_callback\0").map(|sym| *sym)?;
        let g_idle_source_new = __library.get(b"g_idle_source_new\0").map(|sym| *sym)?;
        let g_value_init = __library.get(b"g_value_init\0").map(|sym| *sym)?;
        let g_value_unset = __library.get(b"g_value_unset\0").map(|sym| *sym)?;
        let g_object_get_property = __library.get(b"g_object_get_property\0").map(|sym| *sym)?;
        let g_object_ref = __library.get(b"g_object_ref\0").map(|sym| *sym)?;
        let g_object_unref = __library.get(b"g_object_unref\0").map(|sym| *sym)?;
        let g_value_get_object = __library.get(b"g_value_get_object\0").map(|sym| *sym)?;
        let g_cancellable_new = __library.get(b"g_cancellable_new\0").map(|sym| *sym)?;
        let g_cancellable_cancel = __library.get(b"g_cancellable_cancel\0").map(|sym| *sym)?;
        let g_io_error_quark = __library.get(b"g_io_error_quark\0").map(|sym| *sym)?;
        let fp_image_get_width = __library.get(b"fp_image_get_width\0").map(|sym| *sym)?;
        let fp_image_get_height = __library.get(b"fp_image_get_height\0").map(|sym| *sym)?;
        let fp_image_get_data = __library.get(b"fp_image_get_data\0").map(|sym| *sym)?;
        let fp_device_retry_quark = __library.get(b"fp_device_retry_quark\0").map(|sym| *sym)?;
        let fp_device_error_quark = __library.get(b"fp_device_error_quark\0").map(|sym| *sym)?;
        let fp_device_get_driver = __library.get(b"fp_device_get_driver\0").map(|sym| *sym)?;
        let fp_device_get_device_id = __library.get(b"fp_device_get_device_id\0").map(|sym| *sym)?;
        let fp_device_get_name = __library.get(b"fp_device_get_name\0").map(|sym| *sym)?;
        let fp_device_has_feature = __library.get(b"fp_device_has_feature\0").map(|sym| *sym)?;
        let fp_device_open_sync = __library.get(b"fp_device_open_sync\0").map(|sym| *sym)?;
        let fp_device_close_sync = __library.get(b"fp_device_close_sync\0").map(|sym| *sym)?;
        let fp_device_capture_sync = __library.get(b"fp_device_capture_sync\0").map(|sym| *sym)?;
        let fp_context_new = __library.get(b"fp_context_new\0").map(|sym| *sym)?;
        let fp_context_enumerate = __library.get(b"fp_context_enumerate\0").map(|sym| *sym)?;
        let fp_context_get_devices = __library.get(b"fp_context_get_devices\0").map(|sym| *sym)?;
        Ok(Fprint {
            __library,
            g_error_free,
            g_main_context_iteration,
            g_source_unref,
            g_source_attach,
            g_source_set_priority,
            g_source_set_callback,
            g_idle_source_new,
            g_value_init,
            g_value_unset,
            g_object_get_property,
            g_object_ref,
            g_object_unref,
            g_value_get_object,
            g_cancellable_new,
            g_cancellable_cancel,
            g_io_error_quark,
            fp_image_get_width,
            fp_image_get_height,
            fp_image_get_data,
            fp_device_retry_quark,
            fp_device_error_quark,
            fp_device_get_driver,
            fp_device_get_device_id,
            fp_device_get_name,
            fp_device_has_feature,
            fp_device_open_sync,
            fp_device_close_sync,
            fp_device_capture_sync,
            fp_context_new,
            fp_context_enumerate,
            fp_context_get_devices,
        })
    }
    pub unsafe fn g_error_free(&self, error: *mut GError) {
        (self.g_error_free)(error)
    }
    pub unsafe fn g_main_context_iteration(&self, context: *mut GMainContext, may_block: gboolean) -> gboolean {
        (self.g_main_context_iteration)(context, may_block)
    }
    pub unsafe fn g_source_unref(&self, source: *mut GSource) {
        (self.g_source_unref)(source)
    }
    pub unsafe fn g_source_attach(&self, source: *mut GSource, context: *mut GMainContext) -> guint {
        (self.g_source_attach)(source, context)
    }
    pub unsafe fn g_source_set_priority(&self, source: *mut GSource, priority: gint) {
        (self.g_source_set_priority)(source, priority)
    }
    pub unsafe fn g_source_set_callback(
        &self,
        source: *mut GSource,
        func: GSourceFunc,
        data: gpointer,
        notify: GDestroyNotify,
    ) {
        (self.g_source_set_callback)(source, func, data, notify)
    }
    pub unsafe fn g_idle_source_new(&self) -> *mut GSource {
        (self.g_idle_source_new)()
    }
    pub unsafe fn g_value_init(&self, value: *mut GValue, g_type: GType) -> *mut GValue {
        (self.g_value_init)(value, g_type)
    }
    pub unsafe fn g_value_unset(&self, value: *mut GValue) {
        (self.g_value_unset)(value)
    }
    pub unsafe fn g_object_get_property(&self, object: *mut GObject, property_name: *const gchar, value: *mut GValue) {
        (self.g_object_get_property)(object, property_name, value)
    }
    pub unsafe fn g_object_ref(&self, object: gpointer) -> gpointer {
        (self.g_object_ref)(object)
    }
    pub unsafe fn g_object_unref(&self, object: gpointer) {
        (self.g_object_unref)(object)
    }
    pub unsafe fn g_value_get_object(&self, value: *const GValue) -> gpointer {
        (self.g_value_get_object)(value)
    }
    pub unsafe fn g_cancellable_new(&self) -> *mut GCancellable {
        (self.g_cancellable_new)()
    }
    pub unsafe fn g_cancellable_cancel(&self, cancellable: *mut GCancellable) {
        (self.g_cancellable_cancel)(cancellable)
    }
    pub unsafe fn g_io_error_quark(&self) -> GQuark {
        (self.g_io_error_quark)()
    }
    pub unsafe fn fp_image_get_width(&self, self_: *mut FpImage) -> guint {
        (self.fp_image_get_width)(self_)
    }
    pub unsafe fn fp_image_get_height(&self, self_: *mut FpImage) -> guint {
        (self.fp_image_get_height)(self_)
    }
    pub unsafe fn fp_image_get_data(&self, self_: *mut FpImage, len: *mut gsize) -> *const guchar {
        (self.fp_image_get_data)(self_, len)
    }
    pub unsafe fn fp_device_retry_quark(&self) -> GQuark {
        (self.fp_device_retry_quark)()
    }
    pub unsafe fn fp_device_error_quark(&self) -> GQuark {
        (self.fp_device_error_quark)()
    }
    pub unsafe fn fp_device_get_driver(&self, device: *mut FpDevice) -> *const gchar {
        (self.fp_device_get_driver)(device)
    }
    pub unsafe fn fp_device_get_device_id(&self, device: *mut FpDevice) -> *const gchar {
        (self.fp_device_get_device_id)(device)
    }
    pub unsafe fn fp_device_get_name(&self, device: *mut FpDevice) -> *const gchar {
        (self.fp_device_get_name)(device)
    }
    pub unsafe fn fp_device_has_feature(&self, device: *mut FpDevice, feature: FpDeviceFeature::Type) -> gboolean {
        (self.fp_device_has_feature)(device, feature)
    }
    pub unsafe fn fp_device_open_sync(
        &self,
        device: *mut FpDevice,
        cancellable: *mut GCancellable,
        error: *mut *mut GError,
    ) -> gboolean {
        (self.fp_device_open_sync)(device, cancellable, error)
    }
    pub unsafe fn fp_device_close_sync(
        &self,
        device: *mut FpDevice,
        cancellable: *mut GCancellable,
        error: *mut *mut GError,
    ) -> gboolean {
        (self.fp_device_close_sync)(device, cancellable, error)
    }
    pub unsafe fn fp_device_capture_sync(
        &self,
        device: *mut FpDevice,
        wait_for_finger: gboolean,
        cancellable: *mut GCancellable,
        error: *mut *mut GError,
    ) -> *mut FpImage {
        (self.fp_device_capture_sync)(device, wait_for_finger, cancellable, error)
    }
    pub unsafe fn fp_context_new(&self) -> *mut FpContext {
        (self.fp_context_new)()
    }
    pub unsafe fn fp_context_enumerate(&self, context: *mut FpContext) {
        (self.fp_context_enumerate)(context)
    }
    pub unsafe fn fp_context_get_devices(&self, context: *mut FpContext) -> *mut GPtrArray {
        (self.fp_context_get_devices)(context)
    }
}
