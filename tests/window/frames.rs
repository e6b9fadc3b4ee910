//! A camera is faster than a screen: the latest frame is shown, the others are gone.

use rekam::domain::session::{Slot, Step};
use rekam::station::News;
use rekam::station::counter::{Aim, Board, Capture, Phase};
use rekam::ui::app::Message;
use rekam_hal::{GrayImage, PenPoint, Progress};
use tokio::sync::watch;

use crate::boards;
use crate::rig::Rig;

/// A frame of this width; its width is its name.
fn frame(width: u32) -> News {
    News { latest: Some(Progress::GrayFrame(GrayImage::from_fn(width, 10, |_, _| 128))), ink: Vec::new() }
}

fn board() -> (watch::Sender<News>, Board) {
    let (camera, live) = watch::channel(News::default());
    let capture = Capture { slot: Slot::Photo, aim: Aim::Fill, slap: None, phase: Phase::Live, live, portrait: None };
    (camera, Board { capture: Some(capture), ..boards::seated(boards::standing_at(Step::Photo)) })
}

fn width_shown(rig: &Rig) -> Option<u32> {
    rig.app.frame()?.image.as_ref().map(|(_, width, _)| *width)
}

#[test]
fn of_many_frames_between_two_looks_only_the_latest_is_shown_and_kept() {
    let (camera, board) = board();
    let mut rig = Rig::before(board);
    let mut shown = Vec::new();
    for look in 0..20 {
        // A hundred frames arrive before the window looks again.
        for n in 0..100 {
            camera.send_replace(frame(look * 100 + n + 1));
        }
        drop(rig.app.update(Message::FrameDue));
        shown.extend(width_shown(&rig));
    }
    let expected: Vec<u32> = (1..=20).map(|look| look * 100).collect();
    assert_eq!(shown, expected);
}

#[test]
fn a_picture_is_let_go_when_the_next_one_is_shown() {
    let (camera, board) = board();
    let mut rig = Rig::before(board);
    camera.send_replace(frame(7));
    drop(rig.app.update(Message::FrameDue));
    let first = rig.app.frame().and_then(|frame| frame.image.clone()).map(|(handle, _, _)| handle.id());
    camera.send_replace(frame(8));
    drop(rig.app.update(Message::FrameDue));
    let second = rig.app.frame().and_then(|frame| frame.image.clone()).map(|(handle, _, _)| handle.id());
    assert!(first.is_some() && second.is_some() && first != second);
    // With the capture its last frame goes too.
    rig.show(boards::open());
    assert!(rig.app.frame().is_none());
}

#[test]
fn pen_strokes_are_all_kept_although_only_the_latest_news_is_read() {
    let (camera, board) = board();
    let mut rig = Rig::before(board);
    for n in 0..300_u32 {
        let point = PenPoint { x: n as f32, y: 1.0, t: n, pressure: 1.0 };
        camera.send_modify(|news| match news.ink.last_mut() {
            Some(stroke) => stroke.push(point),
            None => news.ink.push(vec![point]),
        });
    }
    drop(rig.app.update(Message::FrameDue));
    assert_eq!(rig.app.frame().map(|frame| frame.ink[0].len()), Some(300));
}
