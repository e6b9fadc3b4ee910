//! The bytes of the reports, with their number in front.
//!
//! Two open web drivers for the STU-540 and one for the STU-430 agree on numbers and places. They disagree on the
//! first byte of a pen report: one takes its bits 0 and 1 for "near" and "touching", another bits 7 and 4. Bits 0
//! and 1 cannot be it: the first driver masks them into the pressure, and its own demonstration tells a hovering pen
//! by a pressure of zero. So [`READY`], [`TOUCHES`] and [`PRESSURE_HIGH`] follow the second.

/// The pen, plain.
pub const PEN: u8 = 0x01;
/// The pen, with a time and a number.
pub const PEN_NUMBERED: u8 = 0x34;
/// Model and firmware.
pub const INFORMATION: u8 = 0x08;
/// Extent, screen, pressure, rate.
pub const CAPABILITY: u8 = 0x09;
/// Which of the two pen reports is sent.
pub const WRITING_MODE: u8 = 0x0e;
/// Clears the screen.
pub const CLEAR: u8 = 0x20;
/// Whether the pen leaves ink on the screen.
pub const INKING: u8 = 0x21;
/// A picture begins.
pub const PICTURE_START: u8 = 0x25;
/// A piece of it.
pub const PICTURE_DATA: u8 = 0x26;
/// It ends.
pub const PICTURE_END: u8 = 0x27;

/// Most bytes of a picture in one report.
pub const PIECE: usize = 253;
/// Length asked for when information is read: no report is longer.
pub const ANSWER: usize = 64;

const READY: u8 = 0x80;
const TOUCHES: u8 = 0x10;
const PRESSURE_HIGH: u8 = 0x0f;

/// One sample of the pen in raw units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pen {
    /// It is near enough to be seen.
    pub near: bool,
    /// It touches the glass.
    pub down: bool,
    /// Pressure, 0..=4095; its full scale is the pad's to tell.
    pub pressure: u16,
    /// From the left edge.
    pub x: u16,
    /// From the top edge.
    pub y: u16,
    /// Its number, where the pad numbers: one more for each sample.
    pub number: Option<u16>,
}

/// An input report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The pen moved.
    Pen(Pen),
    /// A report of another kind, as an encrypted session sends them.
    Foreign(u8),
    /// A pen report that is too short, or no report at all.
    Broken,
}

/// What a pad tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    /// Raw extent, each at least 1.
    pub extent: (u16, u16),
    /// Largest pressure, at least 1.
    pub pressure: u16,
    /// Pixels of the screen, each at least 1.
    pub screen: (u16, u16),
    /// Samples a second; 0 where it does not tell.
    pub rate: u8,
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_be_bytes(pair))
}

/// Reads an input report.
pub fn input(report: &[u8]) -> Input {
    match report.split_first() {
        Some((&PEN, rest)) => pen(rest, false).map_or(Input::Broken, Input::Pen),
        Some((&PEN_NUMBERED, rest)) => pen(rest, true).map_or(Input::Broken, Input::Pen),
        Some((&other, _)) => Input::Foreign(other),
        None => Input::Broken,
    }
}

fn pen(bytes: &[u8], numbered: bool) -> Option<Pen> {
    let state = *bytes.first()?;
    let pressure = u16::from_be_bytes([state & PRESSURE_HIGH, *bytes.get(1)?]);
    // A pen that touches is near, whatever the other bit says.
    let down = state & TOUCHES != 0;
    let near = down || state & READY != 0;
    // Bytes 6 and 7 are a time whose unit no source states.
    let number = if numbered { Some(word(bytes, 8)?) } else { None };
    Some(Pen { near, down, pressure, x: word(bytes, 2)?, y: word(bytes, 4)?, number })
}

/// Reads an answer to [`CAPABILITY`]; `None` when it is none, or tells of a tablet without extent.
pub fn capability(answer: &[u8]) -> Option<Capability> {
    if answer.first() != Some(&CAPABILITY) {
        return None;
    }
    let at = |place| word(answer, place).filter(|value| *value > 0);
    let (extent, screen) = ((at(1)?, at(3)?), (at(7)?, at(9)?));
    Some(Capability { extent, pressure: at(5)?, screen, rate: answer.get(11).copied().unwrap_or(0) })
}

/// Reads the model out of an answer to [`INFORMATION`]; `None` when it names none.
pub fn model_name(answer: &[u8]) -> Option<String> {
    let (id, rest) = answer.split_first()?;
    let name = rest.get(..7)?;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    let name = name.get(..end)?;
    let speaks = *id == INFORMATION && !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    speaks.then(|| name.iter().map(|byte| char::from(*byte)).collect())
}

/// Chooses plain or numbered pen reports.
pub fn writing_mode(numbered: bool) -> [u8; 2] {
    [WRITING_MODE, u8::from(numbered)]
}

/// Clears the screen.
pub fn clear() -> [u8; 2] {
    [CLEAR, 0]
}

/// Lets the pen leave ink, or not.
pub fn inking(on: bool) -> [u8; 2] {
    [INKING, u8::from(on)]
}

/// Begins a picture in a format of [`super::picture`].
pub fn picture_start(format: u8) -> [u8; 2] {
    [PICTURE_START, format]
}

/// A piece of a picture, at most [`PIECE`] bytes of it; the report is always of full length.
pub fn picture_data(piece: &[u8]) -> [u8; PIECE + 3] {
    let mut report = [0; PIECE + 3];
    let piece = piece.get(..PIECE).unwrap_or(piece);
    report[0] = PICTURE_DATA;
    report[1] = u8::try_from(piece.len()).unwrap_or(u8::MAX);
    if let Some(room) = report.get_mut(3..3 + piece.len()) {
        room.copy_from_slice(piece);
    }
    report
}

/// Ends a picture: it is shown.
pub fn picture_end() -> [u8; 2] {
    [PICTURE_END, 0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_touching_pen_is_read_as_the_sources_say() {
        let pen = Pen { near: true, down: true, pressure: 0x2a5, x: 0x1234, y: 0x0567, number: None };
        assert_eq!(input(&[PEN, 0x92, 0xa5, 0x12, 0x34, 0x05, 0x67]), Input::Pen(pen));
        let numbered = [PEN_NUMBERED, 0x92, 0xa5, 0x12, 0x34, 0x05, 0x67, 9, 9, 0x01, 0x02];
        assert_eq!(input(&numbered), Input::Pen(Pen { number: Some(0x0102), ..pen }));
        let hovering = Pen { down: false, pressure: 0, ..pen };
        assert_eq!(input(&[PEN, 0x80, 0, 0x12, 0x34, 0x05, 0x67, 0, 0]), Input::Pen(hovering));
    }

    #[test]
    fn a_cut_report_is_broken_at_every_length_and_another_kind_is_foreign() {
        let numbered = [PEN_NUMBERED, 0x92, 0xa5, 0x12, 0x34, 0x05, 0x67, 9, 9, 0x01, 0x02];
        assert!((0..numbered.len()).all(|length| input(&numbered[..length]) == Input::Broken));
        assert!((1..7).all(|length| input(&[PEN, 0x92, 0xa5, 0x12, 0x34, 0x05, 0x67][..length]) == Input::Broken));
        assert_eq!(input(&[0x10, 1, 2, 3]), Input::Foreign(0x10));
    }

    #[test]
    fn capability_and_name_are_read_and_nonsense_is_refused() {
        let mut answer = [0u8; 64];
        answer[..12].copy_from_slice(&[CAPABILITY, 0x2a, 0x30, 0x19, 0x50, 0x03, 0xff, 0x03, 0x20, 0x01, 0xe0, 200]);
        let expected = Capability { extent: (10_800, 6_480), pressure: 1023, screen: (800, 480), rate: 200 };
        assert_eq!(capability(&answer), Some(expected));
        assert_eq!(capability(&[CAPABILITY; 4]), None);
        assert_eq!(capability(&[0; 64]), None);
        assert_eq!(model_name(b"\x08STU-540\x01\x00\x00\x02").as_deref(), Some("STU-540"));
        assert_eq!(model_name(b"\x08STU\x00540\x01\x00\x00\x02").as_deref(), Some("STU"));
        assert_eq!(model_name(&[0x08; 12]), None);
        assert_eq!(model_name(b"\x09STU-540"), None);
    }

    #[test]
    fn a_piece_of_a_picture_says_its_length_and_fills_its_report() {
        let report = picture_data(&[7; 10]);
        assert_eq!((report[1], report[12], report[13], report.len()), (10, 7, 0, 256));
        assert_eq!(picture_data(&[7; 300])[1], 253);
    }

    #[test]
    fn a_hundred_thousand_mutated_reports_are_read_without_panic_and_only_whole_ones_count() {
        let seeds: [&[u8]; 4] = [
            &[PEN, 0x92, 0xa5, 0x12, 0x34, 0x05, 0x67],
            &[PEN_NUMBERED, 0x92, 0xa5, 0x12, 0x34, 0x05, 0x67, 9, 9, 0x01, 0x02],
            &[CAPABILITY, 0x2a, 0x30, 0x19, 0x50, 0x03, 0xff, 0x03, 0x20, 0x01, 0xe0, 200],
            b"\x08STU-540\x01\x00\x00\x02",
        ];
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        let mut counted = [0u32; 3];
        for round in 0..120_000 {
            let mut bytes = seeds[round % seeds.len()].to_vec();
            for _ in 0..next() % 4 {
                let at = next() % bytes.len();
                bytes[at] = next() as u8;
            }
            bytes.truncate(next() % (bytes.len() + 1));
            match input(&bytes) {
                Input::Pen(pen) => {
                    counted[0] += 1;
                    assert!(bytes.len() >= if bytes[0] == PEN { 7 } else { 11 });
                    assert!(pen.pressure <= 4095 && pen.near >= pen.down);
                }
                Input::Foreign(id) => assert!(![PEN, PEN_NUMBERED].contains(&id)),
                Input::Broken => assert!(bytes.len() < 11),
            }
            if let Some(told) = capability(&bytes) {
                counted[1] += 1;
                assert!(told.extent.0 > 0 && told.screen.1 > 0 && told.pressure > 0);
            }
            counted[2] += u32::from(model_name(&bytes).is_some_and(|name| (1..=7).contains(&name.len())));
        }
        assert!(counted.iter().all(|count| *count > 100), "{counted:?}");
    }

    proptest! {
        #[test]
        fn every_pen_survives_the_wire(
            near: bool, down: bool, pressure in 0u16..=4095, x: u16, y: u16, number: Option<u16>, extra in 0usize..4
        ) {
            let near = near || down;
            let state = u8::from(near) << 7 | u8::from(down) << 4 | (pressure >> 8) as u8;
            let mut bytes = vec![if number.is_some() { PEN_NUMBERED } else { PEN }, state, pressure as u8];
            bytes.extend(x.to_be_bytes().into_iter().chain(y.to_be_bytes()));
            if let Some(number) = number {
                bytes.extend([0xaa, 0xbb]);
                bytes.extend(number.to_be_bytes());
            }
            bytes.resize(bytes.len() + extra, 0);
            prop_assert_eq!(input(&bytes), Input::Pen(Pen { near, down, pressure, x, y, number }));
        }
    }
}
