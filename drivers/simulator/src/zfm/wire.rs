//! Packets as the module reads and writes them, and images as it sends them.

use rekam_hal::GrayImage;

/// Pixels of a row.
pub const WIDTH: u32 = 256;
/// Rows.
pub const HEIGHT: u32 = 288;

pub(super) const COMMAND: u8 = 1;
pub(super) const DATA: u8 = 2;
pub(super) const ANSWER: u8 = 7;
pub(super) const END: u8 = 8;

/// A packet of the module's.
pub(super) fn packet(address: u32, kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u16 + 2;
    let sum = payload
        .iter()
        .map(|byte| u32::from(*byte))
        .chain([u32::from(kind), u32::from(length >> 8), u32::from(length & 0xff)])
        .sum::<u32>();
    let mut bytes = vec![0xef, 0x01];
    bytes.extend(address.to_be_bytes());
    bytes.push(kind);
    bytes.extend(length.to_be_bytes());
    bytes.extend(payload);
    bytes.extend(((sum & 0xffff) as u16).to_be_bytes());
    bytes
}

/// What has come from the host. Hosts write byte by byte as well as in one piece.
#[derive(Debug, Default)]
pub(super) struct Heard(Vec<u8>);

impl Heard {
    /// The commands that are complete now: the payload, or `None` for one that did not arrive well. What is for
    /// another address is not answered.
    pub(super) fn take(&mut self, bytes: &[u8], address: u32) -> Vec<Option<Vec<u8>>> {
        self.0.extend(bytes);
        let mut commands = Vec::new();
        loop {
            let start = self.0.windows(2).position(|two| two == [0xef, 0x01]);
            match start {
                Some(start) => drop(self.0.drain(..start)),
                None => {
                    // A first byte of a mark may be the last that has come.
                    let keep = usize::from(self.0.last() == Some(&0xef));
                    self.0.drain(..self.0.len() - keep);
                    return commands;
                }
            }
            let Some(head) = self.0.get(..9) else { return commands };
            let length = usize::from(head[7]) << 8 | usize::from(head[8]);
            if !(2..=258).contains(&length) {
                self.0.drain(..2);
                continue;
            }
            let Some(whole) = self.0.get(..9 + length) else { return commands };
            let payload = whole[9..7 + length].to_vec();
            if whole[2..6] == address.to_be_bytes() && whole[6] == COMMAND {
                let right = packet(address, COMMAND, &payload) == whole;
                commands.push(right.then_some(payload));
            }
            self.0.drain(..9 + length);
        }
    }
}

/// The middle of a finger as the module's sensor sees it: two pixels a byte, sixteen greys, the left one first.
pub(super) fn nibbles(finger: &GrayImage) -> Vec<u8> {
    let left = (i64::from(finger.width()) - i64::from(WIDTH)) / 2;
    let top = (i64::from(finger.height()) - i64::from(HEIGHT)) / 2;
    let inside = |x: i64, y: i64| {
        let there = (0..i64::from(finger.width())).contains(&x) && (0..i64::from(finger.height())).contains(&y);
        if there { finger.get(x, y) } else { 255 }
    };
    let grey = |x: i64, y: i64| ((u32::from(inside(left + x, top + y)) * 15 + 127) / 255) as u8;
    (0..i64::from(HEIGHT))
        .flat_map(|y| (0..i64::from(WIDTH) / 2).map(move |x| (2 * x, y)))
        .map(|(x, y)| grey(x, y) << 4 | grey(x + 1, y))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_heard_byte_by_byte_and_after_noise() {
        let mut line = vec![0x00, 0xef, 0xef];
        line.extend(packet(7, COMMAND, &[0x01]));
        line.extend(packet(8, COMMAND, &[0x0a]));
        let mut spoilt = packet(7, COMMAND, &[0x13, 0, 0, 0, 0]);
        spoilt[10] ^= 1;
        line.extend(spoilt);
        let mut heard = Heard::default();
        let commands: Vec<_> = line.iter().flat_map(|byte| heard.take(&[*byte], 7)).collect();
        assert_eq!(commands, [Some(vec![0x01]), None]);
    }

    #[test]
    fn a_white_finger_is_all_ones_and_the_left_pixel_comes_first() {
        let image = GrayImage::from_fn(WIDTH, HEIGHT, |x, _| if x % 2 == 0 { 255 } else { 0 });
        let sent = nibbles(&image);
        assert_eq!(sent.len(), 36_864);
        assert!(sent.iter().all(|pair| *pair == 0xf0));
    }
}
