//! One capture under supervision: on a thread of its own, so that a device that never returns is found out instead of
//! hanging the suite, and stopped at each piece of news, so that what the suite does "at the third frame" happens
//! exactly there on every run.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::cancel::Cancel;
use crate::device::Progress;
use crate::error::CaptureError;

/// A capture that is silent for so long hangs. Far beyond any honest one: no device waits a minute without news in a
/// suite that presents at once.
const HANGS: Duration = Duration::from_secs(60);

/// How a device of some kind is asked for a sample.
pub(super) type Capture<D, T> =
    Arc<dyn Fn(&mut D, &Tokens, &mut dyn FnMut(Progress)) -> Result<T, CaptureError> + Send + Sync>;

/// What the operator holds during a capture.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    /// Takes what is there.
    pub trigger: Cancel,
    /// Ends it without a sample.
    pub cancel: Cancel,
}

/// What a capture did.
pub(super) struct Seen<T> {
    pub result: Result<T, CaptureError>,
    pub news: Vec<Progress>,
}

enum Message<D: ?Sized, T> {
    News(Progress),
    Returned(Box<D>, Result<T, CaptureError>),
}

/// Runs one capture; `act` hears each piece of news with its number before the device goes on.
pub(super) fn supervised<D, T>(
    device: &mut Option<Box<D>>,
    capture: &Capture<D, T>,
    tokens: &Tokens,
    mut act: impl FnMut(usize, &Progress),
) -> Result<Seen<T>, String>
where
    D: ?Sized + Send + 'static,
    T: Send + 'static,
{
    let mut handle = device.take().ok_or("there is no device")?;
    let (sender, inbox) = mpsc::channel();
    let (resume, resumed) = mpsc::channel::<()>();
    let (capture, tokens) = (Arc::clone(capture), tokens.clone());
    std::thread::spawn(move || {
        let result = capture(&mut handle, &tokens, &mut |news| {
            if sender.send(Message::News(news)).is_ok() {
                // A suite that has given up resumes nobody; the capture then runs on alone.
                let _ = resumed.recv();
            }
        });
        let _ = sender.send(Message::Returned(handle, result));
    });
    let mut news = Vec::new();
    loop {
        match inbox.recv_timeout(HANGS) {
            Ok(Message::News(item)) => {
                act(news.len(), &item);
                news.push(item);
                let _ = resume.send(());
            }
            Ok(Message::Returned(handle, result)) => {
                *device = Some(handle);
                return match inbox.recv_timeout(HANGS) {
                    Err(RecvTimeoutError::Disconnected) => Ok(Seen { result, news }),
                    Err(RecvTimeoutError::Timeout) | Ok(_) => Err("progress lives on after the return".to_owned()),
                };
            }
            Err(RecvTimeoutError::Timeout) => return Err("the capture neither reports nor returns".to_owned()),
            Err(RecvTimeoutError::Disconnected) => return Err("the capture panicked".to_owned()),
        }
    }
}
