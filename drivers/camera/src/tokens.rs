//! The token that ends a capture.

use rekam_hal::{Cancel, CaptureError};

/// Ends the capture when its token was pulled.
pub(crate) fn unless_cancelled(cancel: &Cancel) -> Result<(), CaptureError> {
    if cancel.is_cancelled() { Err(CaptureError::Cancelled) } else { Ok(()) }
}
