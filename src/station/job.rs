//! A capture on a thread of its own.
//!
//! Transports block, and vendors' libraries sometimes for ever: the screen must not. A job is asked for news, never
//! waited for without a limit; a device that does not even react to cancelling is given up, and its thread is left to
//! end by itself.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{Cancel, CaptureError, DeviceError, DeviceErrorKind, PenPoint, Progress};
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

/// Pen positions kept for the preview of a signature; a pad whose pen never rests must not fill the memory. Two
/// minutes of writing at the usual rate.
const MOST_INK: usize = 20_000;

/// What a capture shows of itself: the latest picture or state, and all the ink so far, because of ink nothing may be
/// dropped.
#[derive(Clone, Default)]
pub struct News {
    /// The latest of everything but pen movements; older ones are dropped.
    pub latest: Option<Progress>,
    /// Strokes in the order written, the last one perhaps still growing; at most 20,000 points in all.
    pub ink: Vec<Vec<PenPoint>>,
}

impl std::fmt::Debug for News {
    /// Numbers only: a signature is personal data and never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let points: usize = self.ink.iter().map(Vec::len).sum();
        write!(f, "News({:?}, {} strokes of {points} points)", self.latest, self.ink.len())
    }
}

/// Adds what a device tells to the news.
#[derive(Default)]
struct Reporter {
    points: usize,
    is_writing: bool,
}

impl Reporter {
    fn add(&mut self, progress: Progress, news: &mut News) {
        match progress {
            Progress::Pen(point) if self.points < MOST_INK => {
                if !std::mem::replace(&mut self.is_writing, true) {
                    news.ink.push(Vec::new());
                }
                if let Some(stroke) = news.ink.last_mut() {
                    stroke.push(point);
                    self.points += 1;
                }
            }
            Progress::Pen(_) => {}
            Progress::PenUp => self.is_writing = false,
            Progress::Waiting | Progress::Transferred(_) | Progress::Frame(_) | Progress::GrayFrame(_) => {
                news.latest = Some(progress);
            }
        }
    }
}

/// A capture under way.
pub struct Job<T> {
    device: String,
    cancel: Cancel,
    finish: Cancel,
    news: watch::Receiver<News>,
    result: mpsc::Receiver<Result<T, CaptureError>>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `capture` on a thread named after the device. It gets the cancel token, the finish token (with which
    /// the operator takes what is there) and a place to report progress.
    pub fn start<F>(device: impl Into<String>, capture: F) -> Result<Self, JobError>
    where
        F: FnOnce(&Cancel, &Cancel, &mut dyn FnMut(Progress)) -> Result<T, CaptureError> + Send + 'static,
    {
        let (device, cancel, finish) = (device.into(), Cancel::new(), Cancel::new());
        let (latest, news) = watch::channel(News::default());
        let (sender, result) = mpsc::channel();
        let tokens = (cancel.clone(), finish.clone());
        let run = move || {
            let mut reporter = Reporter::default();
            let outcome = capture(&tokens.0, &tokens.1, &mut |progress| {
                latest.send_modify(|news| reporter.add(progress, news));
            });
            // Nobody listens when the job was given up; the sample was not accepted then.
            drop(sender.send(outcome));
        };
        thread::Builder::new().name(device.replace('\0', "")).spawn(run).map_err(JobError::Thread)?;
        Ok(Self { device, cancel, finish, news, result })
    }

    /// The news, for a preview. Whoever looks seldom sees only the latest picture, but all the ink.
    pub fn news(&self) -> watch::Receiver<News> {
        self.news.clone()
    }

    /// The operator takes what is there now: the picture, the finger on the glass, the signature as written.
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
    fn of_pictures_only_the_latest_is_kept() {
        let job = Job::start("scanner", |_, _, progress| {
            (0..1000).for_each(|n| progress(Progress::Transferred(n as f32)));
            Ok(7)
        })
        .unwrap();
        let news = job.news();
        assert_eq!(job.wait(Duration::from_secs(5)).unwrap(), 7);
        assert!(matches!(news.borrow().latest, Some(Progress::Transferred(n)) if n == 999.0));
    }

    fn point(n: u32) -> Progress {
        Progress::Pen(PenPoint { x: n as f32, y: 0.0, t: n, pressure: 1.0 })
    }

    #[test]
    fn of_ink_nothing_is_dropped_however_seldom_somebody_looks() {
        let job = Job::start("pad", |_, _, progress| {
            progress(Progress::Waiting);
            for stroke in 0..3 {
                (0..50).for_each(|n| progress(point(100 * stroke + n)));
                progress(Progress::PenUp);
                progress(Progress::PenUp);
            }
            Ok(())
        })
        .unwrap();
        let news = job.news();
        job.wait(Duration::from_secs(5)).unwrap();
        let news = news.borrow();
        let strokes: Vec<(usize, u32)> = news.ink.iter().map(|stroke| (stroke.len(), stroke[0].t)).collect();
        assert_eq!(strokes, [(50, 0), (50, 100), (50, 200)]);
        assert!(matches!(news.latest, Some(Progress::Waiting)));
        assert!(format!("{news:?}").contains("3 strokes of 150 points"));
    }

    #[test]
    fn a_pen_that_never_rests_fills_no_memory() {
        let (mut news, mut reporter) = (News::default(), Reporter::default());
        (0..30_000).for_each(|n| {
            reporter.add(point(n), &mut news);
            if n.is_multiple_of(2) {
                reporter.add(Progress::PenUp, &mut news);
            }
        });
        assert_eq!(news.ink.iter().map(Vec::len).sum::<usize>(), MOST_INK);
        assert!(news.ink.iter().all(|stroke| !stroke.is_empty()));
    }

    #[test]
    fn finishing_pulls_the_second_token_and_no_other() {
        let job = Job::start("camera", |cancel, finish, progress| {
            while !finish.is_cancelled() && !cancel.is_cancelled() {
                progress(Progress::Waiting);
                thread::sleep(Duration::from_millis(1));
            }
            Ok((cancel.is_cancelled(), finish.is_cancelled()))
        })
        .unwrap();
        assert!(job.poll().is_none());
        job.finish();
        assert_eq!(job.wait(Duration::from_secs(5)).unwrap(), (false, true));
    }
}
