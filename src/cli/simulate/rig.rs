//! What stands in front of the line: residents, and the devices that see them.

use rekam_hal::DeviceError;

use crate::cli::error::CliError;
use crate::domain::session::Slot;
use crate::station::Bays;
use crate::station::devices::Which;
use crate::station::training::presenter::{Body, Presenter};
use crate::station::training::sockets::Sockets;

/// Devices with somebody in front of them.
pub(super) trait Rig {
    /// The next resident sits down; `visitor` counts those of the day.
    fn seat(&mut self, body: Body, visitor: usize);

    /// The resident presents what the slot asks for, having done so `round` times before.
    ///
    /// # Errors
    /// When it cannot be shown to the devices.
    fn present(&mut self, slot: Slot, round: u64) -> Result<(), CliError>;

    /// What can be captured with.
    fn bays(&self) -> &Bays;

    /// Opens a device anew after it failed.
    ///
    /// # Errors
    /// What is wrong with it.
    fn plug_in(&mut self, which: Which) -> Result<(), DeviceError>;
}

impl Rig for Sockets {
    fn seat(&mut self, body: Body, visitor: usize) {
        Self::seat(self, body, visitor);
    }

    fn present(&mut self, slot: Slot, round: u64) -> Result<(), CliError> {
        Ok(Self::present(self, slot, round)?)
    }

    fn bays(&self) -> &Bays {
        Self::bays(self)
    }

    fn plug_in(&mut self, which: Which) -> Result<(), DeviceError> {
        Self::plug_in(self, which)
    }
}

impl Rig for Presenter {
    fn seat(&mut self, body: Body, visitor: usize) {
        Self::seat(self, body, visitor);
    }

    fn present(&mut self, _: Slot, round: u64) -> Result<(), CliError> {
        Self::present(self, round);
        Ok(())
    }

    fn bays(&self) -> &Bays {
        &self.bays
    }

    fn plug_in(&mut self, which: Which) -> Result<(), DeviceError> {
        Self::plug_in(self, which)
    }
}
