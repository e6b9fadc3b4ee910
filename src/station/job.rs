//! A capture on a thread of its own.
//!
//! Transports block, and vendors' libraries sometimes for ever: the screen must not. A job is asked for news, never
//! waited for without a limit; a device that does not even react to cancelling is given up, and its thread is left to
//! end by itself.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{Cancel, CaptureError, DeviceError, DeviceErrorKind, Progress};
use tokio::sync::watch;

/// How long a cancelled capture may take to return before its device counts as silent.
const GRACE: Duration = Duration::from_secs(2);

/// Why a job gave no sample.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The capture itself failed.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The thread could not be started.
    #[error("the computer has no room for another thread; close other programs")]
    Thread(#[source] std::io::Error),
}

impl JobError {
    /// The device's complaint, when the device is to blame.
    pub fn device(&self) -> Option<&DeviceError> {
        match self {
            Self::Capture(CaptureError::Device(error)) => Some(error),
            Self::Capture(CaptureError::Retry(_) | CaptureError::Cancelled) | Self::Thread(_) => None,
        }
    }
}

/// What is known of a capture while it runs.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// The latest frame or state; earlier ones are dropped.
    pub latest: Option<Progress>,
    /// Pen strokes so far, in the order written.
    pub ink: Vec<Vec<rekam_hal::PenPoint>>,
}

/// A capture under way.
pub struct Job<T> {
    device: String,
    cancel: Cancel,
    finish: Cancel,
    news: watch::Receiver<Option<Progress>>,
    result: mpsc::Receiver<Result<T, CaptureError>>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `capture` on a thread named after the device. It gets the cancel token, the finish token (for devices
    /// whose end the operator may give) and a place to report progress; only the latest news is kept.
    pub fn start<F>(device: impl Into<String>, capture: F) -> Result<Self, JobError>
    where
        F: FnOnce(&Cancel, &Cancel, &mut dyn FnMut(Progress)) -> Result<T, CaptureError> + Send + 'static,
    {
        let (device, cancel, finish) = (device.into(), Cancel::new(), Cancel::new());
        let (latest, news) = watch::channel(None);
        let (sender, result) = mpsc::channel();
        let tokens = (cancel.clone(), finish.clone());
        let run = move || {
            let outcome = capture(&tokens.0, &tokens.1, &mut |progress| drop(latest.send_replace(Some(progress))));
            // Nobody listens when the job was given up; the sample was not accepted then.
            drop(sender.send(outcome));
        };
        thread::Builder::new().name(device.clone()).spawn(run).map_err(JobError::Thread)?;
        Ok(Self { device, cancel, finish, news, result })
    }

    /// The latest news, for a preview: older ones are dropped.
    pub fn news(&self) -> watch::Receiver<Option<Progress>> {
        self.news.clone()
    }

    /// The operator says that the resident is done.
    pub fn finish(&self) {
        self.finish.cancel();
    }

    /// Ends the capture.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// The sample, when there is one, without waiting.
    pub fn poll(&self) -> Option<Result<T, JobError>> {
        match self.result.try_recv() {
            Ok(outcome) => Some(outcome.map_err(JobError::from)),
            Err(mpsc::TryRecvError::Empty) => None,
            Err(mpsc::TryRecvError::Disconnected) => Some(Err(self.trouble(DeviceErrorKind::Broken))),
        }
    }

    /// Waits for the sample for at most `limit`; then the capture is cancelled and the device is called silent.
    pub fn wait(self, limit: Duration) -> Result<T, JobError> {
        match self.result.recv_timeout(limit) {
            Ok(outcome) => Ok(outcome?),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(self.trouble(DeviceErrorKind::Broken)),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.cancel();
                let end = Instant::now() + GRACE;
                let left = end.saturating_duration_since(Instant::now());
                match self.result.recv_timeout(left) {
                    // It arrived at the last moment: a sample is a sample.
                    Ok(Ok(sample)) => Ok(sample),
                    Ok(Err(CaptureError::Device(error))) => Err(CaptureError::Device(error).into()),
                    Ok(Err(CaptureError::Retry(_) | CaptureError::Cancelled)) | Err(_) => {
                        Err(self.trouble(DeviceErrorKind::Silent))
                    }
                }
            }
        }
    }

    fn trouble(&self, kind: DeviceErrorKind) -> JobError {
        CaptureError::Device(DeviceError::new(self.device.clone(), kind)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_never_answers_is_called_silent() {
        let job: Job<()> = Job::start("scanner", |_, _, _| {
            loop {
                thread::park();
            }
        })
        .unwrap();
        let error = job.wait(Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.device().map(|e| e.kind), Some(DeviceErrorKind::Silent));
        assert!(error.to_string().contains("does not answer"));
    }

    #[test]
    fn a_driver_that_panics_is_a_broken_device() {
        let job: Job<()> = Job::start("scanner", |_, _, _| panic!("driver bug")).unwrap();
        let error = job.wait(Duration::from_secs(5)).unwrap_err();
        assert_eq!(error.device().map(|e| e.kind), Some(DeviceErrorKind::Broken));
    }

    #[test]
    fn only_the_latest_news_is_kept() {
        let job = Job::start("scanner", |_, _, progress| {
            (0..1000).for_each(|n| progress(Progress::Transferred(n as f32)));
            Ok(7)
        })
        .unwrap();
        let news = job.news();
        assert_eq!(job.wait(Duration::from_secs(5)).unwrap(), 7);
        assert!(matches!(*news.borrow(), Some(Progress::Transferred(n)) if n == 999.0));
    }
}
