//! The refinement blocks, where most of the network's work is.

use super::crew::{Buffers, Crew, room};
use super::kernel::{self, Isa, LANES, Lines, LinesMut, Offsets, Start};
use super::map::Map;
use super::runs::{Patch, ROWS, RUN, Size, depthwise, gather, pieces, pixels};
use super::weights::{Bottleneck, Ending, Head};

/// One block over a whole map.
pub fn bottleneck(crew: &mut Crew, layer: &Bottleneck, sources: &[&Map], size: Size, border: usize) -> Map {
    let Some(like) = sources.first() else { return crew.map(0, 0, 0, 0) };
    let mut out = size.map(crew, layer.outs(), like, border);
    crew.each(out.strips(ROWS * size.factor()), |isa, buffers, (first, mut strip)| {
        let top = first / size.factor();
        let patches = [Patch { top, left: 0, rows: strip.rows() / size.factor(), width: like.width() }];
        run(isa, layer, sources, &patches, buffers, |run, length, sums, _| {
            for piece in pieces(&patches, run, length) {
                for (c, values) in sums.chunks_exact(RUN).enumerate() {
                    size.write(&mut strip, top, &piece, c, &values[piece.at..piece.at + piece.length]);
                }
            }
        });
    });
    out
}

/// The channels of a head before its last convolution, over a whole map.
pub fn head(crew: &mut Crew, head: &Head, sources: &[&Map]) -> Map {
    let Some(like) = sources.first() else { return crew.map(0, 0, 0, 0) };
    let mut out = crew.map(head.mix.outs(), like.height(), like.width(), 1);
    crew.each(out.strips(ROWS), |isa, buffers, (top, mut strip)| {
        let patches = [Patch { top, left: 0, rows: strip.rows(), width: like.width() }];
        run(isa, &head.block, sources, &patches, buffers, |run, length, sums, spare| {
            let mixed = mix(isa, head, sums, length, spare);
            for piece in pieces(&patches, run, length) {
                for (c, values) in mixed.chunks_exact(RUN).enumerate() {
                    Size::Same.write(&mut strip, top, &piece, c, &values[piece.at..piece.at + piece.length]);
                }
            }
        });
    });
    out
}

/// The same at the pixels of some patches only, `channel * pixels + pixel`.
pub fn head_at(crew: &mut Crew, head: &Head, sources: &[&Map], patches: &[Patch]) -> Vec<f32> {
    let count = pixels(patches);
    let mut out = vec![0.0; head.mix.outs() * count];
    crew.alone(|isa, buffers| {
        run(isa, &head.block, sources, patches, buffers, |run, length, sums, spare| {
            let mixed = mix(isa, head, sums, length, spare);
            for (out, values) in out.chunks_exact_mut(count).zip(mixed.chunks_exact(RUN)) {
                out[run..run + length].copy_from_slice(&values[..length]);
            }
        });
    });
    out
}

/// Normalisation, 1x1 and GELU of a head.
fn mix<'a>(isa: Isa, head: &Head, sums: &[f32], length: usize, spare: &'a mut Vec<f32>) -> &'a [f32] {
    let (channels, width) = (head.block.outs(), length.next_multiple_of(LANES));
    let (normal, mixed) = room(spare, (channels + head.mix.outs()) * RUN).split_at_mut(channels * RUN);
    kernel::normalise(isa, channels, Lines { values: sums, stride: RUN }, run_of(normal), width);
    let at = Offsets::strided(channels, RUN);
    kernel::dense(isa, &head.mix, normal, &at, run_of(mixed), width, Start::Bias);
    kernel::gelu(isa, run_of(mixed), head.mix.outs(), width);
    mixed
}

/// A block at the pixels of the patches. `then` gets each run: its first pixel, its length, the outputs
/// (`channel * RUN + pixel`) and a buffer to work in.
fn run(
    isa: Isa,
    layer: &Bottleneck,
    sources: &[&Map],
    patches: &[Patch],
    buffers: &mut Buffers,
    mut then: impl FnMut(usize, usize, &mut [f32], &mut Vec<f32>),
) {
    let Buffers { features, normal, same, hidden, sums, spare } = buffers;
    let count = pixels(patches);
    let stride = depthwise(isa, &layer.taps, 7, sources, patches, features);
    let channels = layer.ins();
    let normal = room(normal, channels * RUN);
    let same = room(same, channels * RUN);
    let sums = room(sums, layer.outs() * RUN);
    let at = Offsets::strided(channels, RUN);
    for first in (0..count).step_by(RUN) {
        let length = RUN.min(count - first);
        let width = length.next_multiple_of(LANES);
        kernel::normalise(isa, channels, Lines { values: &features[first..], stride }, run_of(normal), width);
        gather(sources, patches, first, length, same);
        match &layer.ending {
            Ending::Fused(end) => {
                kernel::dense(isa, end, same, &at, run_of(sums), width, Start::Bias);
                through_hidden(isa, layer, normal, &at, hidden, sums, width);
            }
            Ending::Separate(end) => {
                through_hidden(isa, layer, normal, &at, hidden, same, width);
                kernel::dense(isa, end, same, &at, run_of(sums), width, Start::Bias);
            }
        }
        then(first, length, sums, spare);
    }
}

/// Expands, GELU, and adds what comes back to `sums`, some hidden channels at a time.
fn through_hidden(
    isa: Isa,
    layer: &Bottleneck,
    normal: &[f32],
    at: &Offsets,
    hidden: &mut Vec<f32>,
    sums: &mut [f32],
    width: usize,
) {
    for (expand, reduce) in &layer.hidden {
        let hidden = room(hidden, expand.outs() * RUN);
        kernel::dense(isa, expand, normal, at, run_of(hidden), width, Start::Bias);
        kernel::gelu(isa, run_of(hidden), expand.outs(), width);
        let at = Offsets::strided(expand.outs(), RUN);
        kernel::dense(isa, reduce, hidden, &at, run_of(sums), width, Start::Output);
    }
}

fn run_of(values: &mut [f32]) -> LinesMut<'_> {
    LinesMut { values, stride: RUN }
}
