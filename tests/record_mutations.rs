//! Promise: no bytes whatever make a decoder of records panic, or take more memory than its bound.
//!
//! Every decoder gets at least 100,000 inputs made from lawful ones by flipping, cutting, doubling and overwriting. A
//! counting allocator measures the most memory each call holds at once. The seed is fixed: what fails here fails again.

#![allow(unsafe_code, reason = "an allocator that counts is an implementation of an unsafe trait")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

#[path = "support/jpeg2000.rs"]
mod jpeg2000;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use rekam::biometrics::fingerprint::Template;
use rekam::interchange::fac::{FacRecord, FaceFormat, FaceImage, FaceKind, Landmark};
use rekam::interchange::fir::{Fir2005, Fir2011, FirRecord, Image2005, Image2011, Picture, Storage};
use rekam::interchange::fmr::{self, Area, FmrMinutia, FmrRecord, FmrView, Geometry, Impression, MinutiaKind};
use rekam::interchange::fmr::{card, convert};
use rekam::interchange::iir::{EyeImage, EyeLabel, IirRecord, ImageFormat, ImageKind};
use rekam::interchange::wsq;
use rekam_hal::{GrayImage, RgbImage};

/// Mutated inputs for each decoder.
const INPUTS: u64 = 100_000;

struct Counting;

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

fn count(grown: usize, freed: usize) {
    // Both are gone while a thread ends; what it frees then is not counted.
    let _ = NOW.try_with(|now| {
        now.set(now.get().wrapping_add(grown).wrapping_sub(freed));
        // Memory from before the measurement may be freed in it.
        let held = if now.get() > usize::MAX / 2 { 0 } else { now.get() };
        let _ = MOST.try_with(|most| most.set(most.get().max(held)));
    });
}

// SAFETY: every call is handed to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While a block moves, both are held.
        count(size, 0);
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes `work` holds at once.
fn held<T>(work: impl FnOnce() -> T) -> (T, usize) {
    NOW.with(|now| now.set(0));
    MOST.with(|most| most.set(0));
    let result = work();
    (result, MOST.with(Cell::get))
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Values at which decoders break.
const EDGES: [u8; 10] = [0, 1, 2, 3, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff];

/// One to six changes to a lawful input. Half of the time the stated length (if any) is made true again, so that the
/// changes behind it are met at all.
fn mutated(seed: &[u8], length_at: Option<usize>, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(6) {
        let (at, other) = (dice.below(bytes.len()), dice.below(bytes.len()));
        // Headers are short and data long: every second change goes to the first bytes.
        let at = if dice.below(2) == 0 { at.min(dice.below(80)) } else { at };
        match dice.below(7) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (other % 8)),
            1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = EDGES[other % EDGES.len()]),
            2 => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0xff),
            3 => bytes.truncate(at),
            4 => bytes.splice(at.min(bytes.len())..at.min(bytes.len()), seed[..other.min(40)].to_vec()).for_each(drop),
            5 => drop(bytes.drain(at.min(bytes.len())..(at + other % 12).min(bytes.len()))),
            _ => bytes.iter_mut().skip(at).take(other % 16).for_each(|byte| *byte = dice.below(256) as u8),
        }
    }
    if let (Some(at), 0) = (length_at, dice.below(2)) {
        let length = (bytes.len() as u32).to_be_bytes();
        bytes.iter_mut().skip(at).zip(length).for_each(|(byte, stated)| *byte = stated);
    }
    bytes
}

/// Feeds a decoder; `bound` says how much memory it may hold for so many bytes. Returns how many were accepted: a test
/// whose inputs are all refused at the door tests the door alone.
fn feed(seeds: &[(Vec<u8>, Option<usize>)], decode: impl FnMut(&[u8]) -> bool, bound: impl Fn(usize) -> usize) -> u64 {
    feed_within(seeds, decode, |bytes| bound(bytes.len()))
}

/// The same where the bound depends on more than the length of the input.
fn feed_within(
    seeds: &[(Vec<u8>, Option<usize>)],
    mut decode: impl FnMut(&[u8]) -> bool,
    bound: impl Fn(&[u8]) -> usize,
) -> u64 {
    let mut dice = Dice(2026);
    let mut accepted = 0;
    for _ in 0..INPUTS {
        let (seed, length_at) = &seeds[dice.below(seeds.len())];
        let bytes = mutated(seed, *length_at, &mut dice);
        let (lawful, most) = held(|| decode(&bytes));
        assert!(most <= bound(&bytes), "{} bytes take {most}", bytes.len());
        accepted += u64::from(lawful);
    }
    accepted
}

fn view(count: u16) -> FmrView {
    let minutia = |i: u16| FmrMinutia {
        kind: MinutiaKind::Ending,
        x: 7 * i,
        y: 500 - 3 * i,
        angle: (i * 4) as u8,
        quality: (i % 101) as u8,
    };
    FmrView {
        position: 3,
        number: 0,
        impression: Impression::LivePlain,
        quality: 70,
        geometry: Geometry { width: 1000, height: 600, resolution_x: 197, resolution_y: 197 },
        minutiae: (0..count).map(minutia).collect(),
        extended: vec![
            Area { code: 1, data: vec![1, 0, 1, 3] },
            Area { code: 2, data: vec![1, 0x40, 9, 0, 8, 32, 1, 0, 5, 0, 4] },
            Area { code: 3, data: vec![100, 100, 2, 9, 9] },
            Area { code: 300, data: vec![1; 30] },
        ],
    }
}

/// Where the number of a representation of 2011 stands in it: behind its length, time, device, a quality, the position.
const NUMBER: usize = 4 + 9 + 5 + 6 + 1;

/// The same views behind the headers of the three editions.
fn minutiae_seeds() -> Vec<(Vec<u8>, Option<usize>)> {
    let second = FmrView { number: 1, ..view(3) };
    let older = FmrRecord { equipment: 7, views: vec![view(40), second] }.encode().unwrap();
    let body = &older[24..];
    let length = (26 + body.len()) as u16;
    let ansi = [b"FMR\0 20\0", &length.to_be_bytes()[..], &[0, 1, 0, 2], &older[12..]].concat();
    let one = FmrRecord { equipment: 0, views: vec![view(20)] }.encode().unwrap();
    let points = &one[28..];
    let head = [3, 0, 0, 197, 0, 197, 0, 3, 0xe8, 2, 0x58, 0x60, 20];
    let inner = [&[0xff; 9][..], &[0, 0, 0, 0, 0, 1, 70, 0, 1, 0, 1], &head, points].concat();
    let representation = [&((inner.len() + 4) as u32).to_be_bytes()[..], &inner].concat();
    let length = ((15 + 2 * representation.len()) as u32).to_be_bytes();
    let mut again = representation.clone();
    again[NUMBER] = 1;
    let newer = [b"FMR\x00030\0", &length[..], &[0, 2, 0], &representation, &again].concat();
    for seed in [&older, &ansi, &newer] {
        assert_eq!(fmr::receive(seed).map(|received| received.deviations).unwrap(), []);
    }
    vec![(older, Some(8)), (ansi, None), (newer, Some(8))]
}

#[test]
fn minutiae_records_of_any_bytes_are_refused_or_lawful() {
    let decode = |bytes: &[u8]| {
        let _ = fmr::decode(bytes);
        let Ok(received) = fmr::receive(bytes) else { return false };
        assert!(received.record.check().is_ok());
        for view in &received.record.views {
            view.extended.iter().for_each(|area| drop(area.content()));
            let _ = card::of_view(view);
            let fits = |template: Template| template.minutiae().len() == view.minutiae.len();
            assert!(convert::template(view).map_or(true, fits));
        }
        let _ = fmr::chip::record(&received.record).and_then(|chip| chip.encode());
        true
    };
    let accepted = feed(&minutiae_seeds(), decode, |length| 64 * length + 4096);
    assert!(accepted > INPUTS / 50, "{accepted}");
}

#[test]
fn strictly_read_minutiae_records_are_written_back_to_the_same_bytes() {
    let decode = |bytes: &[u8]| match fmr::decode(bytes) {
        Ok(record) => record.encode().unwrap() == bytes || panic!("{record:?}"),
        Err(_) => false,
    };
    let accepted = feed(&minutiae_seeds()[..1], decode, |length| 64 * length + 4096);
    assert!(accepted > INPUTS / 100, "{accepted}");
}

#[test]
fn card_minutiae_of_any_bytes_are_refused_or_written_back() {
    let seed = card::encode(&card::of_view(&view(50)));
    let decode = |bytes: &[u8]| match card::decode(bytes) {
        Ok(found) => card::encode(&found) == bytes || panic!("{found:?}"),
        Err(_) => false,
    };
    let accepted = feed(&[(seed, None)], decode, |length| 8 * length + 4096);
    assert!(accepted > INPUTS / 50, "{accepted}");
}

#[test]
fn templates_of_any_bytes_are_refused_or_written_back() {
    let seed = convert::template(&view(60)).unwrap().to_bytes();
    let decode = |bytes: &[u8]| match Template::from_bytes(bytes) {
        Ok(template) => template.to_bytes() == bytes || panic!("{template:?}"),
        Err(_) => false,
    };
    let accepted = feed(&[(seed, None)], decode, |length| 16 * length + 8192);
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

fn stripes() -> GrayImage {
    GrayImage::from_fn(96, 84, |x, y| if (x + y / 2) % 9 < 4 { 40 } else { 210 }).with_dpi(500.0)
}

fn image_seeds(storages: &[Storage]) -> Vec<(Vec<u8>, Option<usize>)> {
    let of = |storage: &Storage| {
        let (sampling, picture) = Picture::of(&stripes(), 2, 0, *storage).unwrap();
        let image = Image2005 { views: 1, view: 1, quality: Some(3), picture: picture.clone() };
        let older = Fir2005 { device: 0, level: 31, sampling, images: vec![image] }.encode().unwrap();
        let image = Image2011 { certificates: Some(Vec::new()), ..Image2011::new((sampling, picture)) };
        let newer = Fir2011 { images: vec![image] }.encode().unwrap();
        // The older edition states its length in six bytes, of which the last four count.
        [(older, Some(10)), (newer, Some(8))]
    };
    storages.iter().flat_map(of).collect()
}

#[test]
fn image_records_of_any_bytes_are_refused_or_written_back() {
    let decode = |bytes: &[u8]| match FirRecord::decode(bytes) {
        Ok(record) => record.encode().unwrap() == bytes || panic!("{record:?}"),
        Err(_) => false,
    };
    let accepted = feed(&image_seeds(&[Storage::Raw, Storage::Png]), decode, |length| 64 * length + 4096);
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

/// Most pixels of a WSQ stream in these tests.
const PIXELS: usize = 1 << 16;

/// What decoding the images of a record may hold: PNG and WSQ take up to some ten bytes for each pixel the record
/// states, and tables of their own.
fn image_bound(bytes: &[u8]) -> usize {
    let record = FirRecord::decode(bytes).ok();
    let images = record.iter().flat_map(FirRecord::images);
    let stated = |picture: &Picture| usize::from(picture.width) * usize::from(picture.height);
    let most = images.map(|(_, picture)| stated(picture)).filter(|pixels| *pixels <= wsq::MAX_PIXELS).max();
    64 * bytes.len() + 16 * most.unwrap_or(0) + (2 << 20)
}

#[test]
fn images_in_records_of_any_bytes_are_refused_or_of_their_stated_size() {
    let mut decoded = 0;
    let decode = |bytes: &[u8]| {
        let Ok(record) = FirRecord::decode(bytes) else { return false };
        for (sampling, picture) in record.images() {
            if let Ok(image) = picture.image(sampling) {
                assert_eq!((image.width(), image.height()), (picture.width.into(), picture.height.into()));
                decoded += 1;
            }
        }
        true
    };
    let storages = [Storage::Raw, Storage::Png, Storage::Wsq(0.75)];
    let accepted = feed_within(&image_seeds(&storages), decode, image_bound);
    assert!(accepted > INPUTS / 1000, "{accepted}");
    assert!(decoded > INPUTS / 1000, "{decoded}");
}

#[test]
fn an_image_that_only_states_a_large_size_takes_no_memory_for_it() {
    for (side, compressed) in [(4096u16, true), (u16::MAX, false)] {
        for storage in [Storage::Raw, Storage::Png, Storage::Wsq(0.75)] {
            let (sampling, picture) = Picture::of(&stripes(), 2, 0, storage).unwrap();
            let picture = Picture { width: side, height: side, ..picture };
            let (image, most) = held(|| picture.image(sampling));
            assert!(image.is_err() && most < 2 << 20, "{storage:?} {side}: {most}");
            // The stream may lie as well: then it takes what the size asks for, and no more.
            let wsq = compressed && matches!(storage, Storage::Wsq(_));
            let Some(frame) = wsq.then(|| picture.data.windows(2).position(|two| two == [0xff, 0xa2])).flatten() else {
                continue;
            };
            let mut data = picture.data.clone();
            // Behind the marker of the frame: length (2), black and white (1 each), height and width.
            for at in [6, 8] {
                data[frame + at..frame + at + 2].copy_from_slice(&side.to_be_bytes());
            }
            let lying = Picture { data, ..picture };
            let (image, most) = held(|| lying.image(sampling));
            assert!(most < 16 * usize::from(side) * usize::from(side) + (2 << 20), "{most}");
            assert!(image.is_err(), "{image:?}");
        }
    }
}

#[test]
fn wsq_streams_of_any_bytes_are_refused_or_within_the_limit() {
    let seed = wsq::encode(&stripes(), wsq::BITS_PER_PIXEL).unwrap();
    let decode = |bytes: &[u8]| match wsq::decode(bytes, PIXELS) {
        Ok(image) => image.pixels().len() <= PIXELS || panic!("{image:?}"),
        Err(_) => false,
    };
    let accepted = feed(&[(seed, None)], decode, |length| 64 * length + 16 * PIXELS + (1 << 20));
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

fn eye_seeds(formats: &[ImageFormat]) -> Vec<(Vec<u8>, Option<usize>)> {
    let (width, height) = jpeg2000::SIZE;
    let pattern = GrayImage::from_fn(width, height, jpeg2000::pixel);
    let jpeg = || {
        let mut out = std::io::Cursor::new(Vec::new());
        let kind = image::ExtendedColorType::L8;
        image::write_buffer_with_format(&mut out, pattern.pixels(), width, height, kind, image::ImageFormat::Jpeg)
            .unwrap();
        out.into_inner()
    };
    let of = |format: &ImageFormat| {
        let format = *format;
        let data = match format {
            ImageFormat::Raw => vec![pattern.pixels().to_vec()],
            ImageFormat::Jpeg => vec![jpeg()],
            ImageFormat::Jpeg2000 => {
                vec![jpeg2000::FILE.to_vec(), jpeg2000::STREAM.to_vec(), jpeg2000::LOSSY.to_vec()]
            }
            ImageFormat::Png => vec![EyeImage::of(&pattern, EyeLabel::Left).unwrap().data],
        };
        data.into_iter().map(move |data| {
            let size = (width as u16, height as u16);
            let image = EyeImage::new(EyeLabel::Left, ImageKind::Cropped, format, size, data);
            let other = EyeImage { number: 2, eye: EyeLabel::Right, ..image.clone() };
            (IirRecord { images: vec![image, other] }.encode().unwrap(), Some(8))
        })
    };
    formats.iter().flat_map(of).collect()
}

#[test]
fn iris_records_of_any_bytes_are_refused_or_written_back() {
    let decode = |bytes: &[u8]| match IirRecord::decode(bytes) {
        Ok(record) => record.encode().unwrap() == bytes || panic!("{record:?}"),
        Err(_) => false,
    };
    let accepted = feed(&eye_seeds(&[ImageFormat::Raw, ImageFormat::Png]), decode, |length| 64 * length + 4096);
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

/// Decodes what a record holds; whether any image of it was lawful.
fn eyes_of(bytes: &[u8]) -> bool {
    let Ok(record) = IirRecord::decode(bytes) else { return false };
    let mut lawful = false;
    for eye in record.images.iter().filter(|eye| usize::from(eye.width) * usize::from(eye.height) <= PIXELS) {
        if let Ok(image) = eye.image() {
            assert_eq!((image.width(), image.height()), (eye.width.into(), eye.height.into()));
            lawful = true;
        }
    }
    lawful
}

#[test]
fn eyes_in_records_of_any_bytes_are_refused_or_of_their_stated_size() {
    let seeds = eye_seeds(&[ImageFormat::Raw, ImageFormat::Png, ImageFormat::Jpeg]);
    let accepted = feed(&seeds, eyes_of, |length| 64 * length + 16 * PIXELS + (2 << 20));
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

#[test]
fn jpeg_2000_images_of_any_bytes_are_refused_or_of_their_stated_size() {
    let accepted = feed(&eye_seeds(&[ImageFormat::Jpeg2000]), eyes_of, |length| 64 * length + 64 * PIXELS + (4 << 20));
    assert!(accepted > INPUTS / 1000, "{accepted}");
    // Changes to the image alone, which the lengths of the record would not survive.
    let (width, height) = jpeg2000::SIZE;
    let seeds = [&jpeg2000::FILE[..], &jpeg2000::STREAM, &jpeg2000::LOSSY].map(|data| (data.to_vec(), None));
    let decode = |data: &[u8]| {
        let size = (width as u16, height as u16);
        EyeImage::new(EyeLabel::Left, ImageKind::Cropped, ImageFormat::Jpeg2000, size, data.to_vec()).image().is_ok()
    };
    let accepted = feed(&seeds, decode, |length| 64 * length + 64 * PIXELS + (4 << 20));
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

fn face_seeds() -> Vec<(Vec<u8>, Option<usize>)> {
    let (width, height) = jpeg2000::SIZE;
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| jpeg2000::colour(x, y))).collect();
    let pattern = RgbImage::new(width, height, pixels).unwrap();
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let kind = image::ExtendedColorType::Rgb8;
    image::write_buffer_with_format(&mut jpeg, pattern.pixels(), width, height, kind, image::ImageFormat::Jpeg)
        .unwrap();
    let png = FaceImage::of(&pattern, FaceKind::FullFrontal).unwrap();
    let of = |format, data| FaceImage { format, data, ..png.clone() };
    let images = [
        of(FaceFormat::Jpeg, jpeg.into_inner()),
        of(FaceFormat::Jpeg2000Lossless, jpeg2000::COLOUR.to_vec()),
        png.clone(),
    ];
    let told = images.map(|image| {
        let landmarks = Landmark::eyes((12.0, 7.0), (5.0, 7.0)).to_vec();
        let other = FaceImage { made_from: 1, ..image.clone() };
        (FacRecord { images: vec![FaceImage { landmarks, ..image }, other], sequence: 1 }.encode().unwrap(), Some(8))
    });
    told.into()
}

#[test]
fn face_records_of_any_bytes_are_refused_or_written_back() {
    let decode = |bytes: &[u8]| match FacRecord::decode(bytes) {
        Ok(record) => record.encode().unwrap() == bytes || panic!("{record:?}"),
        Err(_) => false,
    };
    let accepted = feed(&face_seeds(), decode, |length| 64 * length + 4096);
    assert!(accepted > INPUTS / 1000, "{accepted}");
}

#[test]
fn faces_in_records_of_any_bytes_are_refused_or_of_their_stated_size() {
    let faces_of = |bytes: &[u8]| {
        let Ok(record) = FacRecord::decode(bytes) else { return false };
        let mut lawful = false;
        for face in record.images.iter().filter(|face| usize::from(face.width) * usize::from(face.height) <= PIXELS) {
            if let Ok(image) = face.image() {
                assert_eq!((image.width(), image.height()), (face.width.into(), face.height.into()));
                lawful = true;
            }
        }
        lawful
    };
    let accepted = feed(&face_seeds(), faces_of, |length| 64 * length + 64 * PIXELS + (4 << 20));
    assert!(accepted > INPUTS / 1000, "{accepted}");
}
