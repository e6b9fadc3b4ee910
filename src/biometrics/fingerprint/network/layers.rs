//! The simpler layers of the network, each from maps to a map: the beginning, the context path, the gate.

use super::crew::{Buffers, Crew, room};
use super::kernel::{self, Dense, LANES, LinesMut, Offsets, Pool, Start};
use super::map::{Map, apart};
use super::runs::{Patch, ROWS, RUN, Size, depthwise, pieces, pixels};
use super::weights::{Gate, Separable, Stem};

/// Where the taps of a convolution lie in a map, input by input and row by row.
fn square(map: &Map, size: usize, dilation: usize) -> Offsets {
    let (line, row) = (map.line_stride(), map.row_stride());
    (0..map.channels() * size * size)
        .map(|i| i / (size * size) * line + i / size % size * dilation * row + i % size * dilation)
        .collect()
}

/// The beginning: two convolutions of the image, normalised, and halved in both directions.
pub fn stem(crew: &mut Crew, stem: &Stem, pool: Pool, image: &Map, border: usize) -> Map {
    let (width, channels) = (image.width(), stem.scale.len());
    let mut out = crew.map(channels, image.height() / 2, width / 2, border);
    let offsets = [square(image, 5, 1), square(image, 5, 2)];
    let stride = apart(2 * width);
    crew.each(out.strips(ROWS), |isa, buffers, (first, mut strip)| {
        let both = room(&mut buffers.features, channels * stride);
        for y in 0..strip.rows() {
            let mut channel = 0;
            for ((layer, at), reach) in stem.convolutions.iter().zip(&offsets).zip([2, 4]) {
                for row in 0..2 {
                    let from = image.from(0, 2 * (first + y) + row, 0, reach);
                    let to = &mut both[channel * stride + row * width..];
                    kernel::dense(isa, layer, from, at, LinesMut { values: to, stride }, width, Start::Bias);
                }
                channel += layer.outs();
            }
            kernel::normalise_gelu(isa, &stem.scale, &stem.shift, LinesMut { values: both, stride }, 2 * width);
            for c in 0..channels {
                let (upper, lower) = both[c * stride..].split_at(width);
                kernel::halve(isa, pool, upper, lower, strip.line(y, c));
            }
        }
    });
    out
}

/// Half the size: the first half of the channels by the largest, the rest by the mean of four pixels.
pub fn halved(crew: &mut Crew, map: &Map, border: usize) -> Map {
    let mut out = crew.map(map.channels(), map.height() / 2, map.width() / 2, border);
    crew.each(out.strips(ROWS), |isa, _, (first, mut strip)| {
        for y in 0..strip.rows() {
            for c in 0..map.channels() {
                let (upper, lower) = (map.from(c, 2 * (first + y), 0, 0), map.from(c, 2 * (first + y) + 1, 0, 0));
                let pool = if c < map.channels() / 2 { Pool::Largest } else { Pool::Mean };
                kernel::halve(isa, pool, upper, lower, strip.line(y, c));
            }
        }
    });
    out
}

/// Depthwise 5x5, 1x1, normalisation, GELU.
pub fn separable(crew: &mut Crew, layer: &Separable, sources: &[&Map], size: Size, border: usize) -> Map {
    let Some(like) = sources.first() else { return crew.map(0, 0, 0, 0) };
    let channels = layer.scale.len();
    let mut out = size.map(crew, channels, like, border);
    crew.each(out.strips(ROWS * size.factor()), |isa, buffers, (first, mut strip)| {
        let top = first / size.factor();
        let patches = [Patch { top, left: 0, rows: strip.rows() / size.factor(), width: like.width() }];
        let count = pixels(&patches);
        let Buffers { features, sums, .. } = buffers;
        let stride = depthwise(isa, &layer.taps, 5, sources, &patches, features);
        let at = Offsets::strided(layer.taps.len() / 25, stride);
        let sums = room(sums, channels * RUN);
        for run in (0..count).step_by(RUN) {
            let length = RUN.min(count - run);
            let width = length.next_multiple_of(LANES);
            kernel::dense(
                isa,
                &layer.point,
                &features[run..],
                &at,
                LinesMut { values: sums, stride: RUN },
                width,
                Start::Bias,
            );
            kernel::normalise_gelu(isa, &layer.scale, &layer.shift, LinesMut { values: sums, stride: RUN }, width);
            for piece in pieces(&patches, run, length) {
                for (c, values) in sums.chunks_exact(RUN).take(channels).enumerate() {
                    size.write(&mut strip, top, &piece, c, &values[piece.at..piece.at + piece.length]);
                }
            }
        }
    });
    out
}

/// Multiplies each channel by how much of it the surroundings let pass.
pub fn gate(crew: &mut Crew, layer: &Gate, source: &Map, border: usize) -> Map {
    let (width, channels) = (source.width(), source.channels());
    let mut out = crew.map(channels, source.height(), width, border);
    let offsets = [1, 3, 6].map(|dilation| square(source, 3, dilation));
    let stride = apart(width);
    let hidden: usize = layer.convolutions.iter().map(Dense::outs).sum();
    let mixed = Offsets::strided(hidden, stride);
    crew.each(out.strips(ROWS), |isa, buffers, (first, mut strip)| {
        let Buffers { features, sums, .. } = buffers;
        let features = room(features, hidden * stride);
        let sums = room(sums, channels * stride);
        for y in 0..strip.rows() {
            let mut channel = 0;
            for ((layer, at), reach) in layer.convolutions.iter().zip(&offsets).zip([1, 3, 6]) {
                let (from, to) = (source.from(0, first + y, 0, reach), &mut features[channel * stride..]);
                kernel::dense(isa, layer, from, at, LinesMut { values: to, stride }, width, Start::Bias);
                channel += layer.outs();
            }
            kernel::gelu(isa, LinesMut { values: features, stride }, channel, width);
            kernel::dense(isa, &layer.mix, features, &mixed, LinesMut { values: sums, stride }, width, Start::Bias);
            kernel::sigmoid(isa, LinesMut { values: sums, stride }, channels, width);
            for (c, part) in sums.chunks_exact(stride).enumerate().take(channels) {
                let line = strip.line(y, c).iter_mut().zip(source.line(first + y, c));
                line.zip(part).for_each(|((out, &value), &part)| *out = value * part);
            }
        }
    });
    out
}

/// The channels of two maps of one size in one map.
pub fn joined(crew: &mut Crew, sources: &[&Map], border: usize) -> Map {
    let Some(like) = sources.first() else { return crew.map(0, 0, 0, 0) };
    let channels = || sources.iter().flat_map(|map| (0..map.channels()).map(move |c| (map, c)));
    let mut out = crew.map(channels().count(), like.height(), like.width(), border);
    crew.each(out.strips(ROWS), |_, _, (first, mut strip)| {
        for y in 0..strip.rows() {
            for (to, (map, c)) in channels().enumerate() {
                strip.line(y, to).copy_from_slice(map.line(first + y, c));
            }
        }
    });
    out
}

/// A 5x5 convolution of one channel.
pub fn plain(crew: &mut Crew, layer: &Dense, source: &Map) -> Map {
    let width = source.width();
    let mut out = crew.map(1, source.height(), width, 0);
    let at = square(source, 5, 1);
    crew.each(out.strips(ROWS), |isa, _, (first, mut strip)| {
        for y in 0..strip.rows() {
            let from = source.from(0, first + y, 0, 2);
            kernel::dense(
                isa,
                layer,
                from,
                &at,
                LinesMut { values: strip.line(y, 0), stride: width },
                width,
                Start::Bias,
            );
        }
    });
    out
}

/// The last convolution of a head, four outputs for the four pixels of the image each pixel here stands for; as
/// probabilities if so wanted.
pub fn answers(crew: &mut Crew, quarters: &Dense, source: &Map, probability: bool) -> Map {
    let width = source.width();
    let mut out = crew.map(quarters.outs() / 4, 2 * source.height(), 2 * width, 2);
    let at = square(source, 3, 1);
    crew.each(out.strips(2 * ROWS), |isa, buffers, (first, mut strip)| {
        let four = room(&mut buffers.features, quarters.outs() * width);
        for y in 0..strip.rows() {
            if y % 2 == 0 {
                let from = source.from(0, (first + y) / 2, 0, 1);
                kernel::dense(isa, quarters, from, &at, LinesMut { values: four, stride: width }, width, Start::Bias);
                if probability {
                    kernel::sigmoid(isa, LinesMut { values: four, stride: width }, quarters.outs(), width);
                }
            }
            for (c, four) in four.chunks_exact(4 * width).enumerate() {
                let (left, right) = four[y % 2 * 2 * width..].split_at(width);
                let pairs = strip.line(y, c).as_chunks_mut::<2>().0.iter_mut();
                pairs.zip(left.iter().zip(right)).for_each(|(two, (&l, &r))| *two = [l, r]);
            }
        }
    });
    out
}
