//! libgphoto2 itself: with [`api`](super::api) the only unsafe code over it.
//!
//! A camera belongs to one [`Session`]; the library keeps nothing between cameras but its lists of drivers, which are
//! read under a lock.
#![allow(unsafe_code, reason = "calls into a C library; each block says why it is sound")]

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekam_hal::Cancel;

use super::api::{
    Api, CAbilities, CAbilitiesList, CCamera, CContext, CFile, CFilePath, CList, CPortInfoList, CText, Missing, text,
};
use super::reflex::{Failure, Reflex};

/// `GP_CAPTURE_IMAGE`
const CAPTURE_IMAGE: c_int = 0;
/// `GP_FILE_TYPE_NORMAL`
const FILE_NORMAL: c_int = 1;
/// `GP_CONTEXT_FEEDBACK_OK`
const GO_ON: c_int = 0;
/// `GP_CONTEXT_FEEDBACK_CANCEL`
const BREAK_OFF: c_int = 1;
/// Cameras that are read of one list.
const MOST: c_int = 64;
/// Largest file that is believed.
const LARGEST: usize = 1 << 28;

/// A camera that the library has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Maker and model.
    pub model: String,
    /// The library's name of its port.
    pub port: String,
}

/// The loaded library. Clones share it.
#[derive(Clone)]
pub struct Library(Arc<Api>);

/// Held while the library reads its drivers and ports: the loader it uses has one state for all.
static READING: Mutex<()> = Mutex::new(());

fn reading() -> MutexGuard<'static, ()> {
    READING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thing of the library's, given back when it goes.
struct Owned<T> {
    _api: Arc<Api>,
    thing: NonNull<T>,
    give_back: unsafe extern "C" fn(*mut T) -> c_int,
}

impl<T> Owned<T> {
    fn new(
        api: &Arc<Api>,
        make: unsafe extern "C" fn(*mut *mut T) -> c_int,
        give_back: unsafe extern "C" fn(*mut T) -> c_int,
    ) -> Result<Self, Failure> {
        Ok(Self { thing: api.made(make)?, _api: Arc::clone(api), give_back })
    }

    fn get(&self) -> *mut T {
        self.thing.as_ptr()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: made in `new` and given back only here, by the function that belongs to its kind; the library is
        // still loaded, for this value holds it.
        unsafe { (self.give_back)(self.get()) };
    }
}

/// A context, with the token that breaks off what runs in it.
struct Context {
    api: Arc<Api>,
    context: NonNull<CContext>,
    /// Made of a box, and made one again when this value goes: the library holds a copy of this pointer, which a box
    /// that moves would not allow.
    token: NonNull<Mutex<Cancel>>,
}

extern "C" fn wants_break(_: *mut CContext, token: *mut c_void) -> c_int {
    // SAFETY: the pointer is that of the context's token, which lives as long as the context and is only shared.
    let token = unsafe { &*token.cast::<Mutex<Cancel>>() };
    let pulled = token.lock().unwrap_or_else(PoisonError::into_inner).is_cancelled();
    if pulled { BREAK_OFF } else { GO_ON }
}

impl Context {
    fn new(api: &Arc<Api>) -> Result<Self, Failure> {
        // SAFETY: no arguments; the result is checked for null.
        let context = NonNull::new(unsafe { (api.gp_context_new)() });
        let context = context.ok_or_else(|| Failure::new(-3, "out of memory"))?;
        let token = NonNull::from(Box::leak(Box::new(Mutex::new(Cancel::new()))));
        // SAFETY: the token lives until `drop` has given the context back.
        unsafe { (api.gp_context_set_cancel_func)(context.as_ptr(), wants_break, token.as_ptr().cast::<c_void>()) };
        Ok(Self { api: Arc::clone(api), context, token })
    }

    fn heed(&self, cancel: &Cancel) {
        // SAFETY: alive until `drop`, and only ever shared: a lock guards what is in it.
        let token = unsafe { self.token.as_ref() };
        *token.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
    }

    fn get(&self) -> *mut CContext {
        self.context.as_ptr()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: this value holds the one reference to the context; with it goes the library's copy of the pointer to
        // the token, which was a box when it was made.
        unsafe {
            (self.api.gp_context_unref)(self.get());
            drop(Box::from_raw(self.token.as_ptr()));
        }
    }
}

/// The library's lists of ports and drivers, read anew.
struct Lists {
    ports: Owned<CPortInfoList>,
    drivers: Owned<CAbilitiesList>,
}

impl Library {
    /// Loads it.
    ///
    /// # Errors
    /// [`Missing`], when it is not installed or lacks a function.
    pub fn load() -> Result<Self, Missing> {
        Api::load().map(|api| Self(Arc::new(api))).map_err(Missing)
    }

    fn lists(&self, context: &Context) -> Result<Lists, Failure> {
        let api = &self.0;
        let ports = Owned::new(api, api.gp_port_info_list_new, api.gp_port_info_list_free)?;
        let drivers = Owned::new(api, api.gp_abilities_list_new, api.gp_abilities_list_free)?;
        // SAFETY: both lists and the context are alive.
        unsafe {
            api.checked((api.gp_port_info_list_load)(ports.get()))?;
            api.checked((api.gp_abilities_list_load)(drivers.get(), context.get()))?;
        }
        Ok(Lists { ports, drivers })
    }

    /// The cameras present.
    ///
    /// # Errors
    /// The library's.
    pub fn cameras(&self) -> Result<Vec<Found>, Failure> {
        let _reading = reading();
        let api = &self.0;
        let context = Context::new(api)?;
        let lists = self.lists(&context)?;
        let list = Owned::new(api, api.gp_list_new, api.gp_list_unref)?;
        // SAFETY: all four are alive, here and below; the texts are copied while the list lives.
        let count = unsafe {
            let (drivers, ports) = (lists.drivers.get(), lists.ports.get());
            api.checked((api.gp_abilities_list_detect)(drivers, ports, list.get(), context.get()))?;
            api.checked((api.gp_list_count)(list.get()))?
        };
        let entry = |index: c_int, read: unsafe extern "C" fn(*mut CList, c_int, *mut *const c_char) -> c_int| {
            let mut start = ptr::null();
            // SAFETY: as above; the index is below the count, and the list keeps its texts unchanged.
            unsafe {
                api.checked(read(list.get(), index, &raw mut start))?;
                Ok(text(start))
            }
        };
        (0..count.min(MOST))
            .map(|index| {
                Ok(Found { model: entry(index, api.gp_list_get_name)?, port: entry(index, api.gp_list_get_value)? })
            })
            .collect()
    }

    /// Opens a camera.
    ///
    /// # Errors
    /// The library's: no such port, a camera that another program holds, ...
    pub fn open(&self, found: &Found) -> Result<Session, Failure> {
        let _reading = reading();
        let api = &self.0;
        let odd = |_| Failure::new(-2, "a name with a zero in it");
        let (model, port) =
            (CString::new(found.model.as_str()).map_err(odd)?, CString::new(found.port.as_str()).map_err(odd)?);
        let context = Context::new(api)?;
        let lists = self.lists(&context)?;
        let camera = Owned::new(api, api.gp_camera_new, api.gp_camera_unref)?;
        let mut abilities = CAbilities([0; 626]);
        let mut info = ptr::null_mut();
        // SAFETY: lists, camera and context are alive; the texts end with a zero. The camera copies abilities and
        // port before the lists go.
        unsafe {
            let driver = api.checked((api.gp_abilities_list_lookup_model)(lists.drivers.get(), model.as_ptr()))?;
            api.checked((api.gp_abilities_list_get_abilities)(lists.drivers.get(), driver, &raw mut abilities))?;
            let at = api.checked((api.gp_port_info_list_lookup_path)(lists.ports.get(), port.as_ptr()))?;
            api.checked((api.gp_port_info_list_get_info)(lists.ports.get(), at, &raw mut info))?;
            api.checked((api.gp_camera_set_abilities)(camera.get(), abilities))?;
            api.checked((api.gp_camera_set_port_info)(camera.get(), info))?;
            api.checked((api.gp_camera_init)(camera.get(), context.get()))?;
        }
        Ok(Session { camera, context, library: self.clone(), found: found.clone(), left: 0 })
    }
}

/// An open camera.
pub struct Session {
    camera: Owned<CCamera>,
    context: Context,
    library: Library,
    found: Found,
    left: u32,
}

// SAFETY: a camera, its context and its files are used by one thread at a time, which holds this value; the library
// binds none of them to the thread that made them.
unsafe impl Send for Session {}

impl Session {
    /// Pictures that could not be deleted from the camera's card.
    pub fn left_behind(&self) -> u32 {
        self.left
    }

    fn api(&self) -> &Api {
        &self.library.0
    }

    /// A failed transfer of a camera that is no longer listed is a pulled cable.
    fn judged(&self, failure: Failure) -> Failure {
        let suspicious = failure.is_transfer();
        let listed = || self.library.cameras().is_ok_and(|cameras| cameras.contains(&self.found));
        if suspicious && !listed() { Failure::new(Failure::GONE, failure.text) } else { failure }
    }

    fn checked(&self, code: c_int) -> Result<(), Failure> {
        self.api().checked(code).map(drop).map_err(|failure| self.judged(failure))
    }

    fn file(&self) -> Result<Owned<CFile>, Failure> {
        Owned::new(&self.library.0, self.api().gp_file_new, self.api().gp_file_unref)
    }

    fn bytes(&self, file: &Owned<CFile>) -> Result<Vec<u8>, Failure> {
        let (mut data, mut size) = (ptr::null(), 0);
        // SAFETY: the file is alive; it keeps its bytes until it is given back, after they have been copied.
        unsafe {
            self.checked((self.api().gp_file_get_data_and_size)(file.get(), &raw mut data, &raw mut size))?;
            match usize::try_from(size) {
                Ok(size) if !data.is_null() && size <= LARGEST => {
                    Ok(std::slice::from_raw_parts(data.cast::<u8>(), size).to_vec())
                }
                Ok(_) | Err(_) => Err(Failure::new(-102, "a file without bytes, or beyond measure")),
            }
        }
    }

    /// Reads a file from the card.
    fn read(&self, path: &CFilePath) -> Result<Vec<u8>, Failure> {
        let file = self.file()?;
        let (folder, name) = (path.folder.as_ptr(), path.name.as_ptr());
        // SAFETY: camera, file and context are alive; the path was written by the library and ends with zeros.
        let code = unsafe {
            (self.api().gp_camera_file_get)(
                self.camera.get(),
                folder,
                name,
                FILE_NORMAL,
                file.get(),
                self.context.get(),
            )
        };
        self.checked(code)?;
        self.bytes(&file)
    }
}

impl Reflex for Session {
    fn preview(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        self.context.heed(&Cancel::new());
        let file = self.file()?;
        // SAFETY: camera, file and context are alive.
        let code = unsafe { (self.api().gp_camera_capture_preview)(self.camera.get(), file.get(), self.context.get()) };
        match self.checked(code) {
            Ok(()) => self.bytes(&file).map(Some),
            Err(failure) if failure.code == Failure::UNSUPPORTED => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn take(&mut self, cancel: &Cancel) -> Result<Vec<u8>, Failure> {
        self.context.heed(cancel);
        let mut path = CFilePath { name: [0; 128], folder: [0; 1024] };
        // SAFETY: camera and context are alive, and the path has the room that the library's header says.
        let code = unsafe {
            (self.api().gp_camera_capture)(self.camera.get(), CAPTURE_IMAGE, &raw mut path, self.context.get())
        };
        self.checked(code)?;
        // The library ends its texts; whoever trusts that may read beyond them.
        for end in [path.name.last_mut(), path.folder.last_mut()].into_iter().flatten() {
            *end = 0;
        }
        let read = self.read(&path);
        // Also what was not read, or no longer wanted, must not stay on the card.
        self.context.heed(&Cancel::new());
        let (folder, name) = (path.folder.as_ptr(), path.name.as_ptr());
        // SAFETY: as above.
        let code = unsafe { (self.api().gp_camera_file_delete)(self.camera.get(), folder, name, self.context.get()) };
        self.left += u32::from(code < 0);
        read
    }

    fn check(&mut self) -> Result<(), Failure> {
        self.context.heed(&Cancel::new());
        let mut text = Box::new(CText([0; 32 * 1024]));
        // SAFETY: camera and context are alive, and the text has the room that the library's header says.
        let code = unsafe { (self.api().gp_camera_get_summary)(self.camera.get(), &raw mut *text, self.context.get()) };
        self.checked(code)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: camera and context are alive; the camera itself is given back after this.
        unsafe { (self.api().gp_camera_exit)(self.camera.get(), self.context.get()) };
    }
}
