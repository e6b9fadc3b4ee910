//! Feature maps: channels of pixels between two layers.
//!
//! Rows lie one after the other, each with all its channels, so that a strip of rows is one piece of memory: it stays
//! in the cache while it is worked on and can be given to a thread. Around the pixels lie zeros, as wide as the next
//! layer looks beyond the border; those left of a line are those right of the line before.

use super::kernel::LANES;

/// Zeros before the first line.
const LEAD: usize = LANES;

/// What kernels may read beyond the last line.
const SLACK: usize = 4 * LANES;

/// Channels of pixels with a border of zeros.
pub struct Map {
    channels: usize,
    height: usize,
    width: usize,
    border: usize,
    line: usize,
    row: usize,
    data: Vec<f32>,
}

impl Map {
    /// A map in `memory`, which is grown as needed; the border is zero, at most [`LANES`] wide, and the pixels are what
    /// was there before.
    pub fn within(memory: Vec<f32>, channels: usize, height: usize, width: usize, border: usize) -> Self {
        let length = Self::length(channels, height, width, border);
        // Not cut down when it is longer: growing it again would cost another pass over it.
        let data = if memory.len() < length {
            drop(memory);
            vec![0.0; length]
        } else {
            memory
        };
        let line = (width + border).next_multiple_of(LANES);
        let mut map = Self { channels, height, width, border, line, row: apart(channels * line), data };
        map.clear_border(length);
        map
    }

    /// Floats a map needs.
    pub fn length(channels: usize, height: usize, width: usize, border: usize) -> usize {
        let line = (width + border).next_multiple_of(LANES);
        LEAD + (height + 2 * border) * apart(channels * line) + SLACK
    }

    /// The memory, for another map.
    pub fn into_memory(self) -> Vec<f32> {
        self.data
    }

    fn clear_border(&mut self, length: usize) {
        let (line, row, width) = (self.line, self.row, self.width);
        let first = LEAD + self.border * row;
        let (above, rest) = self.data[..length].split_at_mut(first);
        let (inside, below) = rest.split_at_mut(self.height * row);
        above.fill(0.0);
        below.fill(0.0);
        for row in inside.chunks_exact_mut(row) {
            let (lines, spare) = row.split_at_mut(self.channels * line);
            lines.chunks_exact_mut(line).for_each(|line| line[width..].fill(0.0));
            spare.fill(0.0);
        }
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Distance in floats between the lines of two channels of a row.
    pub fn line_stride(&self) -> usize {
        self.line
    }

    /// Distance in floats between the rows.
    pub fn row_stride(&self) -> usize {
        self.row
    }

    /// Everything from the pixel `reach` to the left of and above (`x`, `y`) on; `reach` is at most the border.
    pub fn from(&self, channel: usize, y: usize, x: usize, reach: usize) -> &[f32] {
        let at = LEAD + (y + self.border - reach) * self.row + channel * self.line + x - reach;
        self.data.get(at..).unwrap_or(&[])
    }

    /// The pixels of one channel in one row.
    pub fn line(&self, y: usize, channel: usize) -> &[f32] {
        self.from(channel, y, 0, 0).get(..self.width).unwrap_or(&[])
    }

    /// The map in strips of `rows` rows, with the number of the first row of each.
    pub fn strips(&mut self, rows: usize) -> impl Iterator<Item = (usize, Strip<'_>)> {
        let first = LEAD + self.border * self.row;
        let inside = self.data.get_mut(first..first + self.height * self.row).unwrap_or(&mut []);
        let (width, line, row) = (self.width, self.line, self.row);
        let strip = move |(i, data)| (i * rows, Strip { data, width, line, row });
        inside.chunks_mut(rows * row).enumerate().map(strip)
    }
}

/// Some rows of a map, to be written.
pub struct Strip<'a> {
    data: &'a mut [f32],
    width: usize,
    line: usize,
    row: usize,
}

impl Strip<'_> {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.data.len() / self.row
    }

    /// The pixels of one channel in one row, counted from the first of the strip.
    pub fn line(&mut self, y: usize, channel: usize) -> &mut [f32] {
        let at = y * self.row + channel * self.line;
        self.data.get_mut(at..at + self.width).unwrap_or(&mut [])
    }
}

/// The next length that keeps pieces of this distance apart in the cache: at a multiple of 4096 bytes all of them would
/// fall into the same few lines of it and push each other out.
pub fn apart(length: usize) -> usize {
    const PAGE: usize = 1024;
    const WANTED: usize = 7 * LANES;
    let length = length.next_multiple_of(LANES);
    length + (WANTED + PAGE - length % PAGE) % PAGE
}
