//! How a layer goes through an image: in strips of rows, and through a strip in runs of pixels.
//!
//! A run is as many pixels as fit the cache with all their channels. The widest features of the network, four times as
//! many as a block has channels, exist for one run only and never reach memory.

use super::crew::{Crew, room};
use super::kernel::{self, Isa, Lines, LinesMut};
use super::map::{Map, Strip, apart};

/// Rows of a strip.
pub const ROWS: usize = 8;

/// Pixels of a run, a multiple of every tile.
pub const RUN: usize = 96;

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy)]
pub struct Patch {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub width: usize,
}

/// Some pixels of one row of a patch.
pub struct Piece {
    /// Its row.
    pub y: usize,
    /// Column of the first pixel.
    pub x: usize,
    /// Number of pixels.
    pub length: usize,
    /// Which pixel of the run the first one is.
    pub at: usize,
}

/// The pixels `first..first + count` of the patches, taken row by row and patch by patch.
pub fn pieces(patches: &[Patch], first: usize, count: usize) -> impl Iterator<Item = Piece> {
    let mut begin = 0;
    patches.iter().flat_map(|patch| (0..patch.rows).map(move |row| (patch, row))).filter_map(move |(patch, row)| {
        let start = begin;
        begin += patch.width;
        let (from, to) = (start.max(first), begin.min(first + count));
        let piece = || Piece { y: patch.top + row, x: patch.left + from - start, length: to - from, at: from - first };
        (from < to).then(piece)
    })
}

/// Number of pixels in all patches.
pub fn pixels(patches: &[Patch]) -> usize {
    patches.iter().map(|p| p.rows * p.width).sum()
}

/// What a layer's pixels are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// One pixel each.
    Same,
    /// Two by two pixels each.
    Double,
}

impl Size {
    /// A map for the pixels of `like`.
    pub fn map(self, crew: &mut Crew, channels: usize, like: &Map, border: usize) -> Map {
        let factor = self.factor();
        crew.map(channels, factor * like.height(), factor * like.width(), border)
    }

    /// Rows written for each row read.
    pub fn factor(self) -> usize {
        match self {
            Self::Same => 1,
            Self::Double => 2,
        }
    }

    /// Writes the pixels of a run into a strip that begins at row `first` of the smaller map.
    pub fn write(self, strip: &mut Strip<'_>, first: usize, piece: &Piece, channel: usize, values: &[f32]) {
        let (y, x) = (piece.y - first, piece.x);
        match self {
            Self::Same => strip.line(y, channel)[x..x + values.len()].copy_from_slice(values),
            Self::Double => {
                for row in [2 * y, 2 * y + 1] {
                    let line = &mut strip.line(row, channel)[2 * x..];
                    for (two, &value) in line.as_chunks_mut::<2>().0.iter_mut().zip(values) {
                        *two = [value; 2];
                    }
                }
            }
        }
    }
}

/// A depthwise convolution of the channels of all sources at the pixels of the patches, `channel * stride + pixel`;
/// returns the stride. `side` is the number of taps in a row, at most twice the border of the sources plus one.
pub fn depthwise(
    isa: Isa,
    taps: &[f32],
    side: usize,
    sources: &[&Map],
    patches: &[Patch],
    out: &mut Vec<f32>,
) -> usize {
    let stride = apart(pixels(patches));
    let out = room(out, taps.len() / (side * side) * stride);
    let channels = sources.iter().flat_map(|map| (0..map.channels()).map(move |c| (map, c)));
    for (((map, c), taps), out) in channels.zip(taps.chunks_exact(side * side)).zip(out.chunks_exact_mut(stride)) {
        let mut at = 0;
        for patch in patches {
            let from = map.from(c, patch.top, patch.left, side / 2);
            let from = Lines { values: from, stride: map.row_stride() };
            let to = LinesMut { values: &mut out[at..], stride: patch.width };
            kernel::depthwise(isa, taps, from, to, patch.rows, patch.width);
            at += patch.rows * patch.width;
        }
    }
    stride
}

/// The pixels `first..first + count` of the patches in all channels of all sources, `channel * RUN + pixel`.
pub fn gather(sources: &[&Map], patches: &[Patch], first: usize, count: usize, out: &mut [f32]) {
    for piece in pieces(patches, first, count) {
        let channels = sources.iter().flat_map(|map| (0..map.channels()).map(move |c| (map, c)));
        for ((map, c), out) in channels.zip(out.chunks_exact_mut(RUN)) {
            let line = &map.line(piece.y, c)[piece.x..piece.x + piece.length];
            out[piece.at..piece.at + piece.length].copy_from_slice(line);
        }
    }
}
