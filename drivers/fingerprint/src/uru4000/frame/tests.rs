use proptest::prelude::*;

use super::*;

/// A header with these blocks, and rows of slanted stripes.
fn sent(blocks: &[(u8, u8)]) -> Vec<u8> {
    let rows: u16 = blocks.iter().filter(|(flags, _)| flags & NOT_PRESENT == 0).map(|(_, rows)| u16::from(*rows)).sum();
    let mut bytes = vec![0; HEADER];
    bytes[LINES_AT..LINES_AT + 2].copy_from_slice(&rows.to_le_bytes());
    for (at, (flags, rows)) in blocks.iter().enumerate() {
        bytes[BLOCKS_AT + 2 * at] = *flags;
        bytes[BLOCKS_AT + 2 * at + 1] = *rows;
    }
    let pixel = |i: usize| (((i % WIDTH + i / WIDTH) / 4 % 2) * 56 + 40) as u8;
    bytes.extend((0..usize::from(rows) * WIDTH).map(pixel));
    bytes
}

fn model(turned: bool) -> Model {
    Model { turned, ..Model::ALL[0] }
}

fn row(image: &GrayImage, y: usize) -> &[u8] {
    &image.pixels()[y * WIDTH..(y + 1) * WIDTH]
}

#[test]
fn a_header_that_contradicts_itself_is_refused() {
    let whole = sent(&[(0, 10)]);
    assert_eq!(Frame::parse(&[]), Err(FrameError::Empty));
    assert_eq!(Frame::parse(&whole[..63]), Err(FrameError::NoHeader(63)));
    let found = whole.len() - 1;
    assert_eq!(Frame::parse(&whole[..found]), Err(FrameError::TooShort { rows: 10, found }));
    assert_eq!(Frame::parse(&sent(&[])), Err(FrameError::NoRows));
    assert_eq!(Frame::parse(&sent(&[(NOT_PRESENT, 10)])), Err(FrameError::NoRows));
    assert_eq!(Frame::parse(&sent(&[(0, 200), (0, 90)])), Err(FrameError::TooManyRows(290)));
}

#[test]
fn rows_stand_where_their_blocks_say_and_the_others_are_white() {
    let bytes = sent(&[(0, 3), (NOT_PRESENT, 2), (0, 4)]);
    for turned in [false, true] {
        let image = Frame::parse(&bytes).unwrap().into_image(&model(turned));
        assert_eq!((image.width(), image.height(), image.dpi()), (384, 290, Some(512.0)));
        let at = |y: usize| if turned { 289 - y } else { y };
        for y in 0..290 {
            let white = row(&image, at(y)).iter().all(|pixel| *pixel == 255);
            assert_eq!(white, (3..5).contains(&y) || y >= 9, "row {y}");
        }
        let first = if turned { row(&image, 289)[383] } else { row(&image, 0)[0] };
        assert_eq!(first, 255 - 40, "ridges come bright and leave dark");
    }
}

#[test]
fn plain_rows_need_no_key_whatever_their_flags() {
    assert_eq!(Frame::parse(&sent(&[(SCRAMBLED, 10)])).unwrap().need(), Need::Nothing);
    let mut noise = sent(&[(SCRAMBLED, 10)]);
    noise[KEY_AT] = 0x21;
    let mut stream = KeyStream::new(0xfeed_beef);
    for pixels in noise[HEADER..].chunks_mut(WIDTH) {
        stream.undo(pixels);
    }
    assert_eq!(Frame::parse(&noise).unwrap().need(), Need::Key(0x21));
    assert!(Frame::parse(&noise).unwrap().is_noise());
    assert!(!Frame::parse(&sent(&[(0, 10)])).unwrap().is_noise());
}

#[test]
fn a_block_with_a_new_key_asks_for_the_next_number() {
    let mut frame = Frame::parse(&sent(&[(SCRAMBLED, 2), (SCRAMBLED | NEXT_KEY, 2)])).unwrap();
    assert_eq!(frame.unscramble(1), Need::Key(1));
    assert_eq!(frame.unscramble(2), Need::Nothing);
    let mut last = sent(&[(SCRAMBLED | NEXT_KEY, 2)]);
    last[KEY_AT] = 255;
    assert_eq!(Frame::parse(&last).unwrap().unscramble(1), Need::Key(0));
}

#[test]
fn an_empty_glass_is_blank_and_a_finger_is_not() {
    let mut empty = sent(&[(0, 100)]);
    empty[HEADER..].iter_mut().enumerate().for_each(|(i, pixel)| *pixel = (i * 7 % 11) as u8 + 3);
    assert!(Frame::parse(&empty).unwrap().is_blank());
    assert!(!Frame::parse(&sent(&[(0, 100)])).unwrap().is_blank());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// 500 cases of 240 mutated images each: 120,000 inputs.
    #[test]
    fn no_image_however_broken_does_any_harm(
        blocks in prop::collection::vec((0u8..8, 0u8..4), 1..6),
        picks in prop::collection::vec(any::<(u16, u8)>(), 240),
        key in any::<u32>(),
    ) {
        let whole = sent(&blocks);
        let mut bytes = whole.clone();
        for (round, (place, value)) in picks.into_iter().enumerate() {
            if round % 8 == 0 {
                bytes.clone_from(&whole);
            }
            match value % 8 {
                0 => bytes.truncate(usize::from(place) % (bytes.len() + 1)),
                1 => bytes.extend([value; 5]),
                2 => if let Some(byte) = bytes.get_mut(usize::from(place) % 8) { *byte = value },
                _ => if let Some(byte) = bytes.get_mut(usize::from(place) % 46) { *byte ^= value },
            }
            let Ok(mut frame) = Frame::parse(&bytes) else { continue };
            prop_assert!(frame.rows() < HEIGHT);
            let mut keys = 0;
            while frame.unscramble(key) != Need::Nothing {
                keys += 1;
            }
            prop_assert!(keys <= BLOCKS);
            if round % 40 == 0 {
                let _ = (frame.is_noise(), frame.is_blank(), frame.need());
                prop_assert_eq!(frame.into_image(&model(value & 1 == 0)).pixels().len(), WIDTH * HEIGHT);
            }
        }
    }
}
