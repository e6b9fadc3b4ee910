//! A virtual video device: what the kernel shows of a camera, without the kernel.
//!
//! It offers formats, streams pictures of a scene in them, coded here on its own and with rows as long as it likes,
//! and misbehaves as cameras do: short, damaged and cut pictures, silence, a pulled cable, another program that holds
//! it. No thread runs: a picture is made when the host looks for one.

mod coding;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekam_hal::RgbImage;

use crate::faults::Plug;
use crate::replay::fit_rgb;
pub use coding::Coding;

/// A format on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// How pictures are coded.
    pub coding: Coding,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes behind the pixels of each row.
    pub padding: u32,
}

impl Offer {
    /// A format without padding.
    pub fn new(coding: Coding, width: u32, height: u32) -> Self {
        Self { coding, width, height, padding: 0 }
    }
}

/// What goes wrong with one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its second half is missing.
    Short,
    /// It came damaged, and the kernel says so.
    Flagged,
    /// It does not come at this look.
    Late,
    /// The camera sends nothing any more until it is plugged in anew.
    Silence,
    /// The cable is pulled.
    Unplug,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The cable is out, or was since this handle was opened.
    Gone,
    /// Another program streams.
    Busy,
    /// There is no such format, unit or value.
    Unsupported,
}

/// A picture as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The kernel's mark.
    pub damaged: bool,
}

/// A picture that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shot {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pictures since the stream began.
    pub index: u64,
}

/// What stands before the lens: any size, fitted to the format; for infrared its green channel counts.
pub type Scene = Box<dyn FnMut(Shot) -> RgbImage + Send>;

struct State {
    offers: Vec<Offer>,
    scene: Scene,
    /// Unit, selector and last value of the one control in an extension unit.
    extension: Option<(u8, u8, Vec<u8>)>,
    faults: BTreeMap<u64, Fault>,
    every: Option<Fault>,
    pictures: u64,
    /// Pictures when the stream began.
    began: u64,
    busy: bool,
    silent: bool,
    chosen: Option<Offer>,
    /// The scene coded last, and its coding: one that does not change is not coded again.
    coded: Option<(RgbImage, Offer, Vec<u8>)>,
    streaming: bool,
    /// Formats in the order in which streams of them were begun.
    streamed: Vec<Offer>,
    offences: Vec<&'static str>,
}

impl State {
    fn coded(&mut self, scene: RgbImage, offer: Offer) -> Vec<u8> {
        if let Some((known, of, bytes)) = &self.coded
            && (known, *of) == (&scene, offer)
        {
            return bytes.clone();
        }
        let bytes = coding::encode(&scene, &offer);
        self.coded = Some((scene, offer, bytes.clone()));
        bytes
    }
}

/// The picture as large as it may be within this size, on black.
pub fn within(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let fitted = fit_rgb(picture, (width, height));
    let (left, top) = ((width - fitted.width()) as usize / 2, (height - fitted.height()) as usize / 2);
    let (row, of) = (width as usize * 3, fitted.width() as usize * 3);
    let mut pixels = vec![0; row * height as usize];
    for (to, from) in pixels.chunks_exact_mut(row).skip(top).zip(fitted.pixels().chunks_exact(of)) {
        to[left * 3..left * 3 + of].copy_from_slice(from);
    }
    RgbImage::new(width, height, pixels).unwrap_or(fitted)
}

/// A virtual camera. Clones are the same one.
#[derive(Clone)]
pub struct VirtualVideo {
    plug: Plug,
    state: Arc<Mutex<State>>,
}

impl VirtualVideo {
    /// A camera that is plugged in.
    pub fn new(offers: Vec<Offer>, scene: impl FnMut(Shot) -> RgbImage + Send + 'static) -> Self {
        let state = State {
            offers,
            scene: Box::new(scene),
            extension: None,
            faults: BTreeMap::new(),
            every: None,
            pictures: 0,
            began: 0,
            busy: false,
            silent: false,
            chosen: None,
            coded: None,
            streaming: false,
            streamed: Vec::new(),
            offences: Vec::new(),
        };
        Self { plug: Plug::new(), state: Arc::new(Mutex::new(state)) }
    }

    /// The same camera with a control in an extension unit.
    pub fn with_extension(self, unit: u8, selector: u8, value: &[u8]) -> Self {
        self.state().extension = Some((unit, selector, value.to_vec()));
        self
    }

    /// Opens it, as any number of programs may.
    ///
    /// # Errors
    /// [`Failure::Gone`] while the cable is out.
    pub fn open(&self) -> Result<Handle, Failure> {
        let turn = self.plug.turn();
        if self.plug.is_plugged() { Ok(Handle { camera: self.clone(), turn }) } else { Err(Failure::Gone) }
    }

    /// Pulls the cable.
    pub fn unplug(&self) {
        self.plug.unplug();
        let mut state = self.state();
        (state.silent, state.streaming, state.chosen) = (false, false, None);
    }

    /// Puts it in again.
    pub fn plug(&self) {
        self.plug.plug();
    }

    /// This goes wrong with the picture after next `skip` more.
    pub fn fault(&self, skip: u64, fault: Fault) {
        let mut state = self.state();
        let at = state.pictures + skip;
        state.faults.insert(at, fault);
    }

    /// This goes wrong with every picture, or nothing any more.
    pub fn fault_always(&self, fault: Option<Fault>) {
        self.state().every = fault;
    }

    /// Another program begins or ends to stream.
    pub fn hold(&self, busy: bool) {
        self.state().busy = busy;
    }

    /// The value in the extension unit.
    pub fn extension(&self) -> Option<Vec<u8>> {
        self.state().extension.as_ref().map(|(.., value)| value.clone())
    }

    /// Number of the extension unit, of the control in it, and its value.
    pub fn extension_unit(&self) -> Option<(u8, u8, Vec<u8>)> {
        self.state().extension.clone()
    }

    /// Whether a stream runs.
    pub fn is_streaming(&self) -> bool {
        self.state().streaming
    }

    /// Formats in the order in which streams of them were begun.
    pub fn streamed(&self) -> Vec<Offer> {
        self.state().streamed.clone()
    }

    /// Calls that no kernel would have allowed; none from a good driver.
    pub fn offences(&self) -> Vec<&'static str> {
        self.state().offences.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open camera, dead for good once the cable was pulled.
pub struct Handle {
    camera: VirtualVideo,
    turn: u64,
}

impl Handle {
    fn live(&self) -> Result<MutexGuard<'_, State>, Failure> {
        if self.camera.plug.turn() != self.turn {
            return Err(Failure::Gone);
        }
        Ok(self.camera.state())
    }

    /// Whether it is still there.
    ///
    /// # Errors
    /// [`Failure::Gone`].
    pub fn check(&self) -> Result<(), Failure> {
        self.live().map(drop)
    }

    /// The formats on offer.
    ///
    /// # Errors
    /// [`Failure::Gone`].
    pub fn offers(&self) -> Result<Vec<Offer>, Failure> {
        Ok(self.live()?.offers.clone())
    }

    /// Chooses a format, and gives it with its row length in bytes, 0 where rows have none.
    ///
    /// # Errors
    /// Busy, or unsupported when no offer is coded so.
    pub fn choose(&self, coding: Coding, width: u32, height: u32) -> Result<(Offer, u32), Failure> {
        let mut state = self.live()?;
        if state.busy {
            return Err(Failure::Busy);
        }
        if state.streaming {
            state.offences.push("a format chosen while a stream runs");
            return Err(Failure::Busy);
        }
        let coded = state.offers.iter().filter(|offer| offer.coding == coding);
        // As kernels do: the nearest size it has.
        let far = |offer: &&Offer| offer.width.abs_diff(width) + offer.height.abs_diff(height);
        let offer = coded.min_by_key(far).copied().ok_or(Failure::Unsupported)?;
        state.chosen = Some(offer);
        Ok((offer, coding::row_bytes(&offer)))
    }

    /// Begins to stream.
    ///
    /// # Errors
    /// Busy, or unsupported when no format was chosen.
    pub fn start(&self) -> Result<(), Failure> {
        let mut state = self.live()?;
        if state.busy || state.streaming {
            return Err(Failure::Busy);
        }
        let offer = state.chosen.ok_or(Failure::Unsupported)?;
        (state.streaming, state.began) = (true, state.pictures);
        state.streamed.push(offer);
        Ok(())
    }

    /// Ends the stream.
    pub fn stop(&self) {
        if let Ok(mut state) = self.live() {
            state.streaming = false;
        }
    }

    /// The next picture, or `None` when none comes at this look.
    ///
    /// # Errors
    /// Gone, or unsupported when no stream runs.
    pub fn next(&self) -> Result<Option<Picture>, Failure> {
        let mut state = self.live()?;
        let (true, Some(offer)) = (state.streaming, state.chosen) else { return Err(Failure::Unsupported) };
        if state.silent {
            return Ok(None);
        }
        let at = state.pictures;
        state.pictures += 1;
        let fault = state.faults.remove(&at).or(state.every);
        let shot = Shot { width: offer.width, height: offer.height, index: at - state.began };
        let scene = (state.scene)(shot);
        let mut bytes = state.coded(scene, offer);
        match fault {
            None => {}
            Some(Fault::Short) => bytes.truncate(bytes.len() / 2),
            Some(Fault::Flagged) => {
                let from = bytes.len() / 3;
                bytes.iter_mut().skip(from).for_each(|byte| *byte = 0);
                return Ok(Some(Picture { bytes, damaged: true }));
            }
            Some(Fault::Late) => return Ok(None),
            Some(Fault::Silence) => {
                state.silent = true;
                return Ok(None);
            }
            Some(Fault::Unplug) => {
                drop(state);
                self.camera.unplug();
                return Err(Failure::Gone);
            }
        }
        Ok(Some(Picture { bytes, damaged: false }))
    }

    /// Sets the value in the extension unit.
    ///
    /// # Errors
    /// Unsupported when there is no such control, or its value has another length.
    pub fn set_extension(&self, unit: u8, selector: u8, value: &[u8]) -> Result<(), Failure> {
        match &mut self.live()?.extension {
            Some((at, of, known)) if (*at, *of, known.len()) == (unit, selector, value.len()) => {
                known.copy_from_slice(value);
                Ok(())
            }
            Some(_) | None => Err(Failure::Unsupported),
        }
    }
}
