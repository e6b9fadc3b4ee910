//! Pictures and frames in the form the renderer wants, made once each.
//!
//! A renderer keeps what it decodes by the handle's identity; a handle made anew for every drawing would fill its cache.

use std::collections::HashMap;
use std::time::Instant;

use iced::advanced::image::Handle;
use rekam_hal::{PenPoint, Progress, RgbImage};

use crate::domain::session::Slot;
use crate::station::counter::{Aim, Board, Capture, Picture, Shown};
use crate::station::job::News;
use crate::station::portrait::{LiveView, window};
use crate::station::{Glass, guide};

/// Handles of the pictures on the board.
#[derive(Default)]
pub struct Pictures(HashMap<u64, Handle>);

impl Pictures {
    /// Makes handles for what is new on the board and forgets what is gone.
    pub fn follow(&mut self, board: &Board) {
        let mut wanted: Vec<&Picture> = Vec::new();
        if let Some(seat) = &board.seat {
            collect(&seat.shown, &mut wanted);
        }
        if let Some(review) = board.back_room.as_ref().and_then(|room| room.review.as_ref()) {
            collect(&review.this.shown, &mut wanted);
            review.others.iter().for_each(|side| collect(&side.shown, &mut wanted));
        }
        self.0.retain(|id, _| wanted.iter().any(|picture| picture.id == *id));
        for picture in wanted {
            self.0
                .entry(picture.id)
                .or_insert_with(|| Handle::from_rgba(picture.width, picture.height, picture.rgba.as_ref().clone()));
        }
    }

    /// The handle of a picture.
    pub fn get(&self, picture: &Picture) -> Option<Handle> {
        self.0.get(&picture.id).cloned()
    }
}

fn collect<'a>(shown: &'a Shown, into: &mut Vec<&'a Picture>) {
    into.extend(shown.photo.iter());
    into.extend(shown.card.iter());
    into.extend(shown.evidence.iter());
    into.extend(shown.fingers.values());
    into.extend(shown.eyes.values());
}

/// The latest of a capture under way.
#[derive(Clone)]
pub struct Frame {
    /// The picture, when the device has a preview.
    pub image: Option<(Handle, u32, u32)>,
    /// Strokes so far, on a pad.
    pub ink: Vec<Vec<PenPoint>>,
    /// What to do better, as far as the frame alone shows it.
    pub advice: Option<rekam_hal::Retry>,
    /// What a single finger on the glass would be worth now.
    pub glass: Option<Glass>,
    /// What the preview of a portrait shows, while it is looked at.
    pub portrait: Option<LiveView>,
    /// When it arrived.
    pub at: Instant,
}

impl Frame {
    /// Turns the news of a capture into something to draw; `before` is the frame before of the same capture.
    pub fn of(capture: &Capture, news: &News, before: Option<&Self>, at: Instant) -> Self {
        let image = news.latest.as_ref().and_then(|progress| match progress {
            Progress::Frame(frame) if capture.aim == Aim::Fill => {
                Some(part(frame, window(frame.width(), frame.height())))
            }
            Progress::Frame(frame) => Some(part(frame, (0.0, 0.0, frame.width() as f32, frame.height() as f32))),
            Progress::GrayFrame(frame) => {
                let (width, height) = (frame.width(), frame.height());
                let mut rgba = vec![255; frame.pixels().len() * 4];
                for (to, from) in rgba.chunks_exact_mut(4).zip(frame.pixels()) {
                    to[..3].fill(*from);
                }
                Some((Handle::from_rgba(width, height, rgba), width, height))
            }
            Progress::Waiting | Progress::Transferred(_) | Progress::Pen(_) | Progress::PenUp => None,
        });
        let (slot, latest) = (capture.slot, news.latest.as_ref());
        let single = matches!(slot, Slot::Finger(_)) && capture.slap.is_none();
        let glass = latest.filter(|_| single).and_then(|progress| match progress {
            Progress::GrayFrame(frame) => Glass::follow(before.and_then(|before| before.glass.as_ref()), frame, at),
            Progress::Frame(_) | Progress::Waiting | Progress::Transferred(_) | Progress::Pen(_) | Progress::PenUp => {
                None
            }
        });
        let advice = latest.and_then(|progress| guide::advice(slot, progress));
        let advice = advice.or_else(|| glass.and_then(|glass| glass.advice()));
        let portrait = capture.portrait.as_ref().and_then(|live| live.borrow().clone());
        Self { image, ink: news.ink.clone(), advice, glass, portrait, at }
    }
}

/// A part of a frame (left, top, width, height) ready to be drawn.
fn part(frame: &RgbImage, (left, top, width, height): (f32, f32, f32, f32)) -> (Handle, u32, u32) {
    let (left, top) = (left as usize, top as usize);
    let (width, height) = ((width as usize).max(1), (height as usize).max(1));
    // Thirty times a second: written in place, not pushed.
    let mut rgba = vec![255; width * height * 4];
    let rows = frame.pixels().chunks_exact(frame.width() as usize * 3).skip(top);
    for (to, from) in rgba.chunks_exact_mut(width * 4).zip(rows) {
        for (to, from) in to.chunks_exact_mut(4).zip(from[left * 3..].chunks_exact(3)) {
            to[..3].copy_from_slice(from);
        }
    }
    (Handle::from_rgba(width as u32, height as u32, rgba), width as u32, height as u32)
}
