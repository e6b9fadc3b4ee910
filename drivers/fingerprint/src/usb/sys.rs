//! Asynchronous transfers of libusb, made safe: the only unsafe code of this crate.
//!
//! A transfer in flight belongs to libusb: its structure, its buffer and the note its callback writes to must stay
//! where they are until it has landed. So all three live on the heap behind raw pointers, are read only after the
//! callback has run, and are given back only then. Callbacks run inside [`Flights::landed`] (or another call into
//! libusb) on the calling thread; they do nothing but put the slot's number into a queue.
#![allow(unsafe_code, reason = "rusb has no asynchronous transfers; each block says why it is sound")]

use std::collections::VecDeque;
use std::os::raw::{c_int, c_uint, c_void};
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusb::ffi::{self, constants as c};
use rusb::{Context, DeviceHandle, UsbContext};

use crate::uru4000::transport::TransferError;

const SETUP_LENGTH: usize = 8;
const VENDOR_IN: u8 = 0xc0;
const VENDOR_OUT: u8 = 0x40;
/// How long libusb may take to give back what was cancelled.
const GIVE_BACK: Duration = Duration::from_secs(2);

/// A transfer to start.
#[derive(Debug)]
pub(super) enum Flight {
    ControlIn { request: u8, value: u16, index: u16, length: usize },
    ControlOut { request: u8, value: u16, index: u16, bytes: Vec<u8> },
    InterruptIn { endpoint: u8, length: usize },
    BulkIn { endpoint: u8, length: usize },
}

impl Flight {
    /// Endpoint, transfer type and the buffer as libusb wants it.
    fn parts(&self) -> (u8, u8, Vec<u8>) {
        let setup = |kind: u8, request: u8, value: u16, index: u16, length: usize| {
            let length = u16::try_from(length).unwrap_or(u16::MAX);
            let mut bytes = vec![kind, request];
            for word in [value, index, length] {
                bytes.extend(word.to_le_bytes());
            }
            bytes
        };
        match self {
            Self::ControlIn { request, value, index, length } => {
                let mut buffer = setup(VENDOR_IN, *request, *value, *index, *length);
                buffer.resize(SETUP_LENGTH + length, 0);
                (0, c::LIBUSB_TRANSFER_TYPE_CONTROL, buffer)
            }
            Self::ControlOut { request, value, index, bytes } => {
                let mut buffer = setup(VENDOR_OUT, *request, *value, *index, bytes.len());
                buffer.extend(bytes);
                (0, c::LIBUSB_TRANSFER_TYPE_CONTROL, buffer)
            }
            Self::InterruptIn { endpoint, length } => (*endpoint, c::LIBUSB_TRANSFER_TYPE_INTERRUPT, vec![0; *length]),
            Self::BulkIn { endpoint, length } => (*endpoint, c::LIBUSB_TRANSFER_TYPE_BULK, vec![0; *length]),
        }
    }
}

/// The slot of a transfer that has landed, and what came of it.
pub(super) type Landed = (usize, Result<Vec<u8>, TransferError>);

type Landings = Arc<Mutex<VecDeque<usize>>>;

/// What a callback finds.
struct Note {
    slot: usize,
    landings: Landings,
}

/// One transfer with all that libusb points at.
struct Slot {
    transfer: NonNull<ffi::libusb_transfer>,
    note: NonNull<Note>,
    buffer: Vec<u8>,
    flying: bool,
    /// It was cancelled: its landing is of no interest.
    unwanted: bool,
    /// What is to be started as soon as the one that was cancelled has landed.
    next: Option<Flight>,
    /// Its endpoint refuses everything until it is told that the host has noticed.
    halted: bool,
}

/// The transfers to one device, one a slot.
pub(super) struct Flights {
    slots: Vec<Slot>,
    landings: Landings,
    /// Closed after the slots are gone, see `drop`.
    handle: Option<DeviceHandle<Context>>,
    context: Context,
}

// SAFETY: the raw pointers are owned by this value alone; libusb's functions may be called from any thread, and the
// callbacks share nothing but the locked queue.
unsafe impl Send for Flights {}

extern "system" fn landed(transfer: *mut ffi::libusb_transfer) {
    // SAFETY: libusb calls this with the transfer that was submitted, whose `user_data` is the note of its slot; both
    // live until the slot is dropped, which waits for this call.
    let note = unsafe { &*(*transfer).user_data.cast::<Note>() };
    note.landings.lock().unwrap_or_else(PoisonError::into_inner).push_back(note.slot);
}

impl Slot {
    fn new(slot: usize, landings: &Landings) -> Option<Self> {
        // SAFETY: no packets are asked for; the result is checked for null.
        let transfer = NonNull::new(unsafe { ffi::libusb_alloc_transfer(0) })?;
        let note = Box::into_raw(Box::new(Note { slot, landings: Arc::clone(landings) }));
        let note = NonNull::new(note)?;
        Some(Self { transfer, note, buffer: Vec::new(), flying: false, unwanted: false, next: None, halted: false })
    }

    /// The endpoint of a landed transfer.
    fn endpoint(&self) -> u8 {
        // SAFETY: allocated until the slot is dropped; only we write this field.
        unsafe { self.transfer.as_ref() }.endpoint
    }

    /// Bytes that came with a landed transfer, or how it failed.
    fn result(&self) -> Result<Vec<u8>, TransferError> {
        // SAFETY: the transfer has landed, so nobody writes to it, and it is allocated until the slot is dropped.
        let (status, length, kind) = unsafe {
            let transfer = self.transfer.as_ref();
            (transfer.status, transfer.actual_length, transfer.transfer_type)
        };
        match status {
            c::LIBUSB_TRANSFER_COMPLETED => {
                let skip = if kind == c::LIBUSB_TRANSFER_TYPE_CONTROL { SETUP_LENGTH } else { 0 };
                let length = usize::try_from(length).unwrap_or(0);
                Ok(self.buffer.get(skip..skip + length).unwrap_or_default().to_vec())
            }
            c::LIBUSB_TRANSFER_NO_DEVICE => Err(TransferError::Gone),
            c::LIBUSB_TRANSFER_STALL => Err(TransferError::Stalled),
            c::LIBUSB_TRANSFER_OVERFLOW => Err(TransferError::Overflow),
            c::LIBUSB_TRANSFER_CANCELLED => Err(TransferError::Cancelled),
            other => Err(TransferError::Failed(other)),
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.flying {
            // libusb has not given it back. Whoever keeps what libusb still owns loses a few bytes; whoever frees it
            // loses the process.
            std::mem::forget(std::mem::take(&mut self.buffer));
            return;
        }
        // SAFETY: not in flight, so libusb holds neither; both were allocated in `new` and are freed only here.
        unsafe {
            ffi::libusb_free_transfer(self.transfer.as_ptr());
            drop(Box::from_raw(self.note.as_ptr()));
        }
    }
}

impl Flights {
    pub(super) fn new(handle: DeviceHandle<Context>, context: Context, slots: usize) -> Self {
        let landings = Landings::default();
        let slots = (0..slots).filter_map(|slot| Slot::new(slot, &landings)).collect();
        Self { slots, landings, handle: Some(handle), context }
    }

    /// Starts a transfer; where one that was cancelled has not landed yet, as soon as it has.
    pub(super) fn start(&mut self, at: usize, flight: Flight) -> Result<(), TransferError> {
        let slot = self.slots.get_mut(at).ok_or(TransferError::Failed(c::LIBUSB_ERROR_NO_MEM))?;
        match (slot.flying, slot.unwanted) {
            (true, true) => slot.next = Some(flight),
            (true, false) => return Err(TransferError::Failed(c::LIBUSB_ERROR_BUSY)),
            (false, _) => self.launch(at, &flight)?,
        }
        Ok(())
    }

    /// Starts a transfer in a slot that is free.
    fn launch(&mut self, at: usize, flight: &Flight) -> Result<(), TransferError> {
        let handle = self.handle.as_ref().ok_or(TransferError::Gone)?;
        let slot = self.slots.get_mut(at).ok_or(TransferError::Failed(c::LIBUSB_ERROR_NO_MEM))?;
        let (endpoint, kind, buffer) = flight.parts();
        if std::mem::take(&mut slot.halted) {
            // As far as the device lets itself; if it does not, the transfer will say so.
            let _ = handle.clear_halt(endpoint);
        }
        let handle = handle.as_raw();
        slot.buffer = buffer;
        slot.unwanted = false;
        // SAFETY: the transfer is ours and not in flight. Buffer, note and handle outlive the flight: the buffer is
        // replaced only above, after the check, the note lives as long as the slot, and `drop` closes the handle last.
        let code = unsafe {
            let transfer = slot.transfer.as_mut();
            transfer.dev_handle = handle;
            transfer.flags = 0;
            transfer.endpoint = endpoint;
            transfer.transfer_type = kind;
            transfer.timeout = 0 as c_uint;
            transfer.length = c_int::try_from(slot.buffer.len()).unwrap_or(0);
            transfer.callback = landed;
            transfer.user_data = slot.note.as_ptr().cast::<c_void>();
            transfer.buffer = slot.buffer.as_mut_ptr();
            transfer.num_iso_packets = 0;
            ffi::libusb_submit_transfer(slot.transfer.as_ptr())
        };
        match code {
            0 => {
                slot.flying = true;
                Ok(())
            }
            c::LIBUSB_ERROR_NO_DEVICE => Err(TransferError::Gone),
            c::LIBUSB_ERROR_PIPE => Err(TransferError::Stalled),
            other => Err(TransferError::Failed(other)),
        }
    }

    /// The next transfer that has landed, with its slot.
    pub(super) fn landed(&mut self, wait: Duration) -> Result<Option<Landed>, TransferError> {
        let until = Instant::now() + wait;
        loop {
            if let Some(at) = self.next_landing() {
                match self.received(at) {
                    Some(result) => return Ok(Some((at, result))),
                    None => continue,
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            self.handle_events(left)?;
            if self.is_empty() && Instant::now() >= until {
                return Ok(None);
            }
        }
    }

    /// What came of a transfer that has landed; `None` when nobody wants to know. In place of one that was cancelled the
    /// next one is started.
    fn received(&mut self, at: usize) -> Option<Result<Vec<u8>, TransferError>> {
        let slot = self.slots.get_mut(at)?;
        if slot.unwanted {
            let next = slot.next.take()?;
            return self.launch(at, &next).err().map(Err);
        }
        let result = slot.result();
        // The control endpoint needs no telling.
        slot.halted = result == Err(TransferError::Stalled) && slot.endpoint() != 0;
        Some(result)
    }

    /// Breaks off a transfer, without waiting until libusb has given it back.
    pub(super) fn cancel(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            slot.next = None;
        }
        self.break_off(at);
    }

    /// Asks libusb to break off a transfer; `false` when none is under way.
    fn break_off(&mut self, at: usize) -> bool {
        self.retire(at);
        match self.slots.get_mut(at) {
            Some(slot) if slot.flying => {
                slot.unwanted = true;
                // SAFETY: the transfer is in flight and allocated. An error says that it has landed already.
                unsafe { ffi::libusb_cancel_transfer(slot.transfer.as_ptr()) };
                true
            }
            Some(_) | None => false,
        }
    }

    /// Takes the landing of one slot out of the queue, if it is there.
    fn retire(&mut self, at: usize) {
        let mut landings = self.landings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = landings.iter().position(|slot| *slot == at) {
            landings.remove(index);
            if let Some(slot) = self.slots.get_mut(at) {
                slot.flying = false;
            }
        }
    }

    fn next_landing(&mut self) -> Option<usize> {
        let at = self.landings.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
        if let Some(slot) = self.slots.get_mut(at) {
            slot.flying = false;
        }
        Some(at)
    }

    fn is_empty(&self) -> bool {
        self.landings.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn is_flying(&self, at: usize) -> bool {
        self.slots.get(at).is_some_and(|slot| slot.flying)
    }

    fn handle_events(&self, wait: Duration) -> Result<(), TransferError> {
        match self.context.handle_events(Some(wait)) {
            Ok(()) | Err(rusb::Error::Interrupted | rusb::Error::Timeout | rusb::Error::Busy) => Ok(()),
            Err(rusb::Error::NoDevice) => Err(TransferError::Gone),
            Err(_) => Err(TransferError::Failed(c::LIBUSB_ERROR_IO)),
        }
    }
}

impl Drop for Flights {
    fn drop(&mut self) {
        let flying: Vec<bool> = (0..self.slots.len()).map(|at| self.break_off(at)).collect();
        let until = Instant::now() + GIVE_BACK;
        while (0..flying.len()).any(|at| self.is_flying(at)) && Instant::now() < until {
            if self.handle_events(Duration::from_millis(10)).is_err() {
                break;
            }
            (0..flying.len()).for_each(|at| self.retire(at));
        }
        if self.slots.iter().any(|slot| slot.flying) {
            // Closing a handle under a transfer in flight is not allowed.
            std::mem::forget(self.handle.take());
        }
        self.slots.clear();
        drop(self.handle.take());
    }
}
