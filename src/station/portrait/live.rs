//! The preview, looked at on a thread of its own: what is wrong now, and since when nothing is.
//!
//! The thread takes the latest frame, however many passed while it looked at the one before, so that it never holds
//! up the camera or the window. When every hard check has held for a while the picture takes itself: the operator's
//! hand on a key shakes less than a resident who has been told to smile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{Progress, RgbImage};
use tokio::sync::watch;

use super::engine::Seen;
use crate::biometrics::face::Verdict;
use crate::station::engines::EngineError;
use crate::station::job::{JobError, News};

/// How long every hard check must hold before the picture takes itself.
const HOLD: Duration = Duration::from_millis(800);
/// Between two looks for a frame while none has come.
const PAUSE: Duration = Duration::from_millis(8);
/// Least time between the beginnings of two looks: more than twenty a second nobody can follow, and an old machine has
/// a window to draw beside.
const RHYTHM: Duration = Duration::from_millis(45);

/// Since when everything holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hold {
    /// The first and the last look at which it held.
    seen: Option<(Instant, Instant)>,
}

impl Hold {
    /// Takes in whether every hard check holds at a moment; the share of the time that is over, 0..=1. One frame that
    /// fails begins it anew, and so does a camera that stood still: of what was between two looks nothing is known.
    pub fn see(&mut self, holds: bool, now: Instant) -> f32 {
        if !holds {
            self.seen = None;
            return 0.0;
        }
        let whole = |(_, last): &(Instant, Instant)| now.saturating_duration_since(*last) < HOLD;
        let since = self.seen.filter(whole).map_or(now, |(first, _)| first);
        self.seen = Some((since, now));
        (now.saturating_duration_since(since).as_secs_f32() / HOLD.as_secs_f32()).min(1.0)
    }
}

/// What the latest frame that was looked at shows.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveView {
    /// What is said of it.
    pub seen: Seen,
    /// Width and height of the frame, pixels: places in [`LiveView::seen`] are pixels of it.
    pub size: (u32, u32),
    /// How much of the time is over that everything must hold, 0..=1; 0 where pictures do not take themselves.
    pub held: f32,
    /// Grows with every look.
    pub number: u64,
}

impl LiveView {
    /// Whether the picture may take itself now.
    pub fn is_ready(&self) -> bool {
        self.held >= 1.0
    }
}

/// A preview being looked at; dropped, the thread ends after the look under way.
pub struct Watching {
    stop: Arc<AtomicBool>,
    view: watch::Receiver<Option<LiveView>>,
    failure: mpsc::Receiver<EngineError>,
}

/// Whether pictures take themselves, and how soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutter {
    /// Only the operator takes them.
    ByHand,
    /// They take themselves as soon as everything has held for a while.
    ByItself,
    /// So they do, but the time is not counted before this has passed: whoever did not like the last portrait must get
    /// the time to sit otherwise.
    After(Duration),
}

impl Shutter {
    /// Whether the time counts at a moment of a capture that is this old.
    fn counts(self, age: Duration) -> bool {
        match self {
            Self::ByHand => false,
            Self::ByItself => true,
            Self::After(pause) => age >= pause,
        }
    }
}

impl Watching {
    /// Looks at every frame in the news with `look`, as fast as it can follow. An error of it ends the looking and is
    /// kept for whoever asks: the next frame would fail as well.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        mut news: watch::Receiver<News>,
        shutter: Shutter,
        mut look: impl FnMut(&RgbImage) -> Result<Seen, EngineError> + Send + 'static,
    ) -> Result<Self, JobError> {
        let (latest, view) = watch::channel(None);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let (failed, failure) = mpsc::channel();
        let start = Instant::now();
        let run = move || {
            let (mut hold, mut number) = (Hold::default(), 0);
            // The frame that was there before counts too: a camera may send a single one.
            news.mark_changed();
            while !stopped.load(Ordering::Relaxed) {
                match news.has_changed() {
                    Ok(true) => {}
                    Ok(false) => {
                        thread::sleep(PAUSE);
                        continue;
                    }
                    // The capture is over.
                    Err(_) => return,
                }
                let begun = Instant::now();
                let frame = match &news.borrow_and_update().latest {
                    Some(Progress::Frame(frame)) => frame.clone(),
                    Some(
                        Progress::GrayFrame(_)
                        | Progress::Waiting
                        | Progress::Transferred(_)
                        | Progress::Pen(_)
                        | Progress::PenUp,
                    )
                    | None => continue,
                };
                let seen = match look(&frame) {
                    Ok(seen) => seen,
                    // Nobody to hear it means that the capture is over.
                    Err(error) => return drop(failed.send(error)),
                };
                let holds = shutter.counts(start.elapsed()) && seen.report.verdict == Verdict::Pass;
                let held = hold.see(holds, Instant::now());
                number += 1;
                let view = LiveView { seen, size: (frame.width(), frame.height()), held, number };
                if latest.send(Some(view)).is_err() {
                    return;
                }
                thread::sleep(RHYTHM.saturating_sub(begun.elapsed()));
            }
        };
        thread::Builder::new().name("portrait".into()).spawn(run).map_err(JobError::Thread)?;
        Ok(Self { stop, view, failure })
    }

    /// What is seen, always the latest.
    pub fn view(&self) -> watch::Receiver<Option<LiveView>> {
        self.view.clone()
    }

    /// Why nothing is looked at any more; said once.
    pub fn failure(&self) -> Option<EngineError> {
        self.failure.try_recv().ok()
    }

    /// Whether everything has held long enough.
    pub fn is_ready(&self) -> bool {
        self.view.borrow().as_ref().is_some_and(LiveView::is_ready)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biometrics::face::{Report, Verdict};

    fn seen(verdict: Verdict) -> Seen {
        let report = Report {
            faces: 1,
            verdict,
            checks: Vec::new(),
            background: None,
            eyes: None,
            advice: None,
            causes: Vec::new(),
        };
        Seen { report, face: None }
    }

    fn frame(width: u32) -> News {
        let pixels = vec![90; width as usize * 3 * 2];
        News { latest: Some(Progress::Frame(RgbImage::new(width, 2, pixels).unwrap())), ink: Vec::new() }
    }

    fn until(view: &watch::Receiver<Option<LiveView>>, holds: impl Fn(&LiveView) -> bool) -> LiveView {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(view) = view.borrow().clone().filter(|view| holds(view)) {
                return view;
            }
            assert!(Instant::now() < end, "{:?}", view.borrow());
            thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn the_picture_takes_itself_when_everything_has_held_long_enough_and_not_before() {
        let (mut hold, start) = (Hold::default(), Instant::now());
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!(hold.see(true, at(0)), 0.0);
        assert!((hold.see(true, at(400)) - 0.5).abs() < 1e-3);
        assert!(hold.see(true, at(799)) < 1.0);
        assert_eq!(hold.see(true, at(800)), 1.0);
        assert_eq!(hold.see(true, at(1500)), 1.0);
        // A camera that stood still begins it anew.
        assert_eq!(hold.see(true, at(5000)), 0.0);
    }

    #[test]
    fn one_frame_that_fails_begins_the_time_anew() {
        let (mut hold, start) = (Hold::default(), Instant::now());
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        hold.see(true, at(0));
        assert_eq!(hold.see(false, at(790)), 0.0);
        assert_eq!(hold.see(true, at(800)), 0.0);
        assert!(hold.see(true, at(1200)) < 1.0);
        assert!(hold.see(true, at(1599)) < 1.0);
        assert_eq!(hold.see(true, at(1600)), 1.0);
        // A clock that was set back does not take a picture.
        assert_eq!(hold.see(true, at(0)), 0.0);
    }

    #[test]
    fn of_many_frames_only_the_latest_is_looked_at() {
        let (camera, news) = watch::channel(frame(1));
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let watching = Watching::start(news, Shutter::ByItself, move |_| {
            let _ = gate.recv();
            Ok(seen(Verdict::Fail))
        })
        .unwrap();
        go.send(()).unwrap();
        until(&watching.view(), |view| view.number == 1);
        (2..=40).for_each(|width| drop(camera.send_replace(frame(width))));
        drop(go);
        let last = until(&watching.view(), |view| view.size.0 == 40);
        assert!(last.number <= 3, "{} looks", last.number);
        assert_eq!(last.held, 0.0);
    }

    #[test]
    fn whoever_did_not_like_the_last_one_gets_time_to_sit_otherwise() {
        let pause = Duration::from_secs(2);
        let counts = |shutter: Shutter| [0, 1999, 2000].map(|age| shutter.counts(Duration::from_millis(age)));
        assert_eq!(counts(Shutter::After(pause)), [false, false, true]);
        assert_eq!(counts(Shutter::ByItself), [true; 3]);
        assert_eq!(counts(Shutter::ByHand), [false; 3]);
    }

    #[test]
    fn an_engine_that_fails_says_so_once_and_is_not_asked_again() {
        let (camera, news) = watch::channel(frame(1));
        let damaged = || EngineError::ModelDamaged("face.onnx".into());
        let watching = Watching::start(news, Shutter::ByItself, move |_| Err(damaged())).unwrap();
        let view = watching.view();
        let end = Instant::now() + Duration::from_secs(20);
        while view.has_changed().is_ok() {
            assert!(Instant::now() < end, "the thread goes on");
            thread::sleep(Duration::from_millis(2));
        }
        camera.send_replace(frame(2));
        assert!(matches!(watching.failure(), Some(EngineError::ModelDamaged(name)) if name == "face.onnx"));
        assert!(watching.failure().is_none() && view.borrow().is_none());
    }

    #[test]
    fn it_ends_with_the_capture_and_with_whoever_looks() {
        let (camera, news) = watch::channel(frame(3));
        let watching = Watching::start(news, Shutter::ByHand, |_| Ok(seen(Verdict::Pass))).unwrap();
        let mut view = watching.view();
        // Switched off, nothing is counted.
        assert_eq!(until(&view, |view| view.number == 1).held, 0.0);
        drop(watching);
        let end = Instant::now() + Duration::from_secs(20);
        while view.has_changed().is_ok() {
            assert!(Instant::now() < end, "the thread goes on");
            view.mark_unchanged();
            thread::sleep(Duration::from_millis(2));
        }
        assert!(!camera.is_closed() || camera.receiver_count() == 0);
    }
}
