//! What makes a sample valid, and what news may be told on the way to it.

use crate::device::{DeviceInfo, Eye, EyeSample, Progress};
use crate::image::{GrayImage, Polarity, RgbImage};
use crate::ink::{PenPoint, Signature};

type Judgement = Result<(), String>;

fn unless(broken: bool, what: impl FnOnce() -> String) -> Judgement {
    if broken { Err(what()) } else { Ok(()) }
}

fn flat(pixels: &[u8]) -> bool {
    pixels.iter().all(|pixel| Some(pixel) == pixels.first())
}

pub(super) fn photo(_: &DeviceInfo, photo: &RgbImage) -> Judgement {
    unless(flat(photo.pixels()), || "the photo is of one colour".to_owned())
}

pub(super) fn finger(info: &DeviceInfo, image: &GrayImage) -> Judgement {
    unless(info.capabilities.fingers_at_once == 0, || "it claims no finger at once".to_owned())?;
    unless(flat(image.pixels()), || "the image is of one grey".to_owned())?;
    unless(image.dpi().is_none(), || "the image does not say its resolution".to_owned())?;
    unless(image.polarity() != Polarity::RidgesDark, || "the ridges are bright".to_owned())?;
    let bits = image.source_bits();
    unless(!(1..=16).contains(&bits), || format!("{bits} bits per pixel"))?;
    unless(info.capabilities.enrolment_grade && bits < 8, || format!("enrolment grade with {bits} bits per pixel"))
}

pub(super) fn right_eye(_: &DeviceInfo, samples: &[EyeSample]) -> Judgement {
    eyes(samples, &[Eye::Right])
}

pub(super) fn both_eyes(_: &DeviceInfo, samples: &[EyeSample]) -> Judgement {
    eyes(samples, &Eye::ALL)
}

fn eyes(samples: &[EyeSample], asked: &[Eye]) -> Judgement {
    let mut found: Vec<Eye> = samples.iter().map(|sample| sample.eye).collect();
    found.sort();
    unless(found != asked, || format!("asked for {asked:?} it gives {found:?}"))?;
    unless(samples.iter().any(|sample| flat(sample.image.pixels())), || "an eye's image is of one grey".to_owned())
}

pub(super) fn signature(info: &DeviceInfo, signature: &Signature) -> Judgement {
    let Signature { width_mm, height_mm, strokes } = signature;
    unless(!(*width_mm > 0.0 && *height_mm > 0.0), || format!("a writing area of {width_mm} x {height_mm} mm"))?;
    unless(strokes.is_empty() || strokes.iter().any(Vec::is_empty), || "an empty signature or stroke".to_owned())?;
    let points: Vec<&PenPoint> = strokes.iter().flatten().collect();
    let inside = |p: &PenPoint| (0.0..=*width_mm).contains(&p.x) && (0.0..=*height_mm).contains(&p.y);
    unless(!points.iter().all(|p| inside(p)), || "a point outside the writing area".to_owned())?;
    unless(points.first().is_some_and(|p| p.t != 0), || "the first point is not at time 0".to_owned())?;
    unless(!points.is_sorted_by_key(|p| p.t), || "time runs backwards".to_owned())?;
    unless(!points.iter().all(|p| (0.0..=1.0).contains(&p.pressure)), || "pressure outside 0..=1".to_owned())?;
    let assumed = !info.capabilities.pressure;
    unless(assumed && points.iter().any(|p| p.pressure != 1.0), || {
        "pressure without the claim to measure it".to_owned()
    })
}

/// News of a successful capture: it begins with waiting, its values are in range, frames come exactly when claimed.
pub(super) fn news(info: &DeviceInfo, news: &[Progress]) -> Judgement {
    unless(!matches!(news.first(), Some(Progress::Waiting)), || "it does not say that it waits".to_owned())?;
    let mut frames = false;
    for item in news {
        match item {
            Progress::Transferred(share) => {
                unless(!(0.0..=1.0).contains(share), || format!("{share} of the transfer has arrived"))?;
            }
            Progress::Frame(_) | Progress::GrayFrame(_) => frames = true,
            Progress::Pen(point) => {
                unless(!(0.0..=1.0).contains(&point.pressure), || format!("pressure {}", point.pressure))?;
            }
            Progress::Waiting | Progress::PenUp => {}
        }
    }
    let claimed = info.capabilities.preview;
    unless(frames != claimed, || format!("it claims preview {claimed}, frames came: {frames}"))
}
