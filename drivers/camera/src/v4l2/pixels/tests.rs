use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use proptest::prelude::*;

use super::*;

fn jpeg_of(width: u32, height: u32, colour: bool) -> Vec<u8> {
    let kind = if colour { image::ExtendedColorType::Rgb8 } else { image::ExtendedColorType::L8 };
    let bytes: Vec<u8> = (0..width * height * if colour { 3 } else { 1 }).map(|i| (i * 7 % 200) as u8).collect();
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90).write_image(&bytes, width, height, kind).unwrap();
    file
}

fn frame(pixels: Pixels, width: u32, height: u32, stride: u32) -> Frame {
    Frame::new(pixels, width, height, stride).unwrap()
}

#[test]
fn the_letters_are_the_kernels() {
    assert_eq!(Pixels::Yuyv.fourcc(), 0x5659_5559);
    assert!(Pixels::ALL.into_iter().all(|pixels| Pixels::of(pixels.fourcc()) == Some(pixels)));
    assert_eq!(Pixels::of(u32::from_le_bytes(*b"JPEG")), Some(Pixels::Mjpeg));
    assert_eq!(Pixels::of(u32::from_le_bytes(*b"NV12")), None);
}

#[test]
fn pure_colours_come_out_pure() {
    let colours: [([u8; 4], [u8; 3]); 5] = [
        ([235, 128, 235, 128], [255, 255, 255]),
        ([16, 128, 16, 128], [0, 0, 0]),
        ([81, 90, 81, 240], [255, 0, 0]),
        ([145, 54, 145, 34], [0, 255, 0]),
        ([41, 240, 41, 110], [0, 0, 255]),
    ];
    for (sent, expected) in colours {
        let image = frame(Pixels::Yuyv, 2, 1, 0).rgb(&sent).unwrap();
        let far = image.pixels().chunks(3).flat_map(|pixel| pixel.iter().zip(expected));
        assert!(far.into_iter().all(|(a, b)| a.abs_diff(b) <= 2), "{sent:?} became {:?}", image.pixels());
    }
}

#[test]
fn padding_behind_rows_is_left_out_and_the_last_row_may_lack_it() {
    let sent = [1, 2, 3, 99, 99, 4, 5, 6, 99, 99];
    let padded = frame(Pixels::Grey, 3, 2, 5);
    assert_eq!(padded.gray(&sent).unwrap().pixels(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(padded.gray(&sent[..8]).unwrap().pixels(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(padded.gray(&sent[..7]), Err(FrameError::Short { needed: 8, found: 7 }));
    assert_eq!(padded.rgb(&sent).unwrap().pixels()[..6], [1, 1, 1, 2, 2, 2]);
    let odd = frame(Pixels::Yuyv, 3, 1, 12).gray(&[10, 0, 20, 0, 30, 0, 40, 0, 9, 9, 9, 9]).unwrap();
    assert_eq!(odd.pixels(), [10, 20, 30]);
}

#[test]
fn deep_pixels_keep_their_upper_bits() {
    let sent = [0x34, 0x12, 0xff, 0xff];
    let grey = |frame: Frame| frame.gray(&sent).map(|image| (image.pixels().to_vec(), image.source_bits())).unwrap();
    assert_eq!(grey(frame(Pixels::Y16, 2, 1, 0)), (vec![0x12, 0xff], 16));
    assert_eq!(grey(frame(Pixels::Y16, 2, 1, 0).with_bits(13)), (vec![0x91, 0xff], 13));
    assert_eq!(grey(frame(Pixels::Y12, 2, 1, 0)), (vec![0xff, 0xff], 12));
    assert_eq!(frame(Pixels::Y10, 1, 1, 0).gray(&[0xff, 0x01]).unwrap().pixels(), [0x7f]);
}

#[test]
fn layouts_that_cannot_be_are_refused() {
    for (pixels, width, height, stride) in [
        (Pixels::Grey, 0, 1, 0),
        (Pixels::Grey, 1, 9000, 0),
        (Pixels::Grey, 10, 10, 9),
        (Pixels::Y16, 10, 10, 19),
        (Pixels::Grey, 10, 10, u32::MAX),
    ] {
        assert_eq!(Frame::new(pixels, width, height, stride), None, "{pixels:?} {width} {height} {stride}");
    }
}

#[test]
fn a_jpeg_that_is_cut_or_of_another_size_is_refused_at_every_length() {
    for colour in [true, false] {
        let whole = jpeg_of(32, 24, colour);
        let agreed = frame(Pixels::Mjpeg, 32, 24, 0);
        let image = agreed.rgb(&whole).unwrap();
        assert_eq!((image.width(), image.height(), image.pixels().len()), (32, 24, 32 * 24 * 3));
        assert!(agreed.gray(&whole).is_ok());
        let padded = [&whole[..], &[0; 50]].concat();
        assert!(agreed.rgb(&padded) == Ok(image), "what a camera sends behind the end does no harm");
        assert!((0..whole.len() - 1).all(|length| agreed.rgb(&whole[..length]).is_err()));
        let other = frame(Pixels::Mjpeg, 24, 32, 0).rgb(&whole);
        assert_eq!(other, Err(FrameError::Size { width: 32, height: 24 }));
    }
}

#[test]
fn a_hundred_thousand_mutated_pictures_are_judged_without_panic() {
    let seeds: Vec<(Frame, Vec<u8>)> = vec![
        (frame(Pixels::Mjpeg, 16, 16, 0), jpeg_of(16, 16, true)),
        (frame(Pixels::Mjpeg, 16, 8, 0), jpeg_of(16, 8, false)),
        (frame(Pixels::Yuyv, 9, 5, 24), vec![100; 120]),
        (frame(Pixels::Grey, 8, 8, 11), vec![50; 88]),
        (frame(Pixels::Y16, 7, 3, 0).with_bits(10), vec![1; 42]),
    ];
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let (mut taken, mut refused) = (0, 0);
    for round in 0..120_000 {
        let (frame, bytes) = &seeds[round % seeds.len()];
        let mut bytes = bytes.clone();
        for _ in 0..next() % 6 {
            let at = next() % bytes.len();
            bytes[at] = next() as u8;
        }
        if next() % 3 == 0 {
            bytes.truncate(next() % (bytes.len() + 1));
        }
        let size = |image: Result<(u32, u32), FrameError>| image.map(|size| assert_eq!(size, frame.size())).is_ok();
        let colour = size(frame.rgb(&bytes).map(|image| (image.width(), image.height())));
        let grey = size(frame.gray(&bytes).map(|image| (image.width(), image.height())));
        assert_eq!(colour, grey);
        *if colour { &mut taken } else { &mut refused } += 1;
    }
    assert!(taken > 10_000 && refused > 10_000, "{taken} taken, {refused} refused");
}

proptest! {
    #[test]
    fn every_grey_picture_survives_every_stride(
        width in 1u32..40, height in 1u32..20, padding in 0u32..30, seed: u8, deep: bool
    ) {
        let value = |x: u32, y: u32| (x * 3 + y * 7 + u32::from(seed)) as u8;
        let bytes = if deep { 2 } else { 1 };
        let mut sent = Vec::new();
        for y in 0..height {
            for x in 0..width {
                if deep {
                    sent.push(0xab);
                }
                sent.push(value(x, y));
            }
            sent.extend(std::iter::repeat_n(0xee, padding as usize));
        }
        let pixels = if deep { Pixels::Y16 } else { Pixels::Grey };
        let image = frame(pixels, width, height, width * bytes + padding).gray(&sent).unwrap();
        let same = (0..height).all(|y| (0..width).all(|x| image.get(x.into(), y.into()) == value(x, y)));
        prop_assert!(same);
    }
}
