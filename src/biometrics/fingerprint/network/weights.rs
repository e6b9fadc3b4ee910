//! The weights, checked and brought to the form the layers read.
//!
//! Linear steps that follow each other become one here, at load: the scale and shift of a normalisation go into the
//! convolution after it; a block's last two 1x1 convolutions, with only the residual between them, become one wherever
//! that is less work; and a 5x5 convolution of doubled pixels becomes four 3x3 ones, one per place in the double pixel.

use std::collections::BTreeMap;

use super::NetworkError;
use super::kernel::{BLOCK, Dense};
use super::onnx::{self, Tensor};

/// Hidden channels of a block that are in the cache at once.
const HIDDEN: usize = 64;

/// Two convolutions of the image side by side, normalisation and GELU.
pub struct Stem {
    /// 5x5 on neighbouring pixels, and 5x5 on every second one.
    pub convolutions: [Dense; 2],
    /// Of the normalisation, by channel.
    pub scale: Vec<f32>,
    /// Of the normalisation, by channel.
    pub shift: Vec<f32>,
}

/// Depthwise 5x5, 1x1, normalisation, GELU.
pub struct Separable {
    /// 25 weights a channel.
    pub taps: Vec<f32>,
    /// The 1x1 convolution.
    pub point: Dense,
    /// Of the normalisation, by channel.
    pub scale: Vec<f32>,
    /// Of the normalisation, by channel.
    pub shift: Vec<f32>,
}

/// Three dilated 3x3 convolutions and GELU; of these 1x1 and sigmoid: how much of each input passes.
pub struct Gate {
    /// 3x3 on every first, third and sixth pixel.
    pub convolutions: [Dense; 3],
    /// The 1x1 convolution.
    pub mix: Dense,
}

/// How a block ends: `adjust(x + reduce(hidden))`.
pub enum Ending {
    /// As one sum: the part of `x`, to which the part of every hidden channel is added.
    Fused(Dense),
    /// The hidden channels are added to `x`, then this follows.
    Separate(Dense),
}

/// Depthwise 7x7, normalisation, 1x1 to four times the channels, GELU, 1x1 back, residual, 1x1.
pub struct Bottleneck {
    /// 49 weights a channel.
    pub taps: Vec<f32>,
    /// Some hidden channels each: the expansion, and what they add to the sum of [`Bottleneck::ending`].
    pub hidden: Vec<(Dense, Dense)>,
    /// The last steps.
    pub ending: Ending,
}

impl Bottleneck {
    /// Channels it reads.
    pub fn ins(&self) -> usize {
        self.taps.len() / 49
    }

    /// Channels it gives.
    pub fn outs(&self) -> usize {
        match &self.ending {
            Ending::Fused(end) | Ending::Separate(end) => end.outs(),
        }
    }
}

/// From the last features to one answer a pixel of the image.
pub struct Head {
    /// Ends with the first 1x1 convolution after the doubling: at half the size it is the same.
    pub block: Bottleneck,
    /// 1x1 of the normalised channels.
    pub mix: Dense,
    /// The last convolution before the doubling: for each output four (upper left, upper right, lower left and right).
    pub quarters: Dense,
}

/// All layers.
pub struct Weights {
    /// Details at half the size.
    pub fine: Stem,
    /// What the context encoder begins with.
    pub coarse: Stem,
    /// Context encoder, then decoder.
    pub context: [Separable; 8],
    /// Which context passes.
    pub gate: Gate,
    /// Refinement encoder, then decoder.
    pub refinement: [Bottleneck; 8],
    /// Position, direction (x and y), kind.
    pub heads: [Head; 3],
    /// 5x5 over the positions.
    pub blur: Dense,
}

impl Weights {
    /// Reads and checks all of them.
    pub fn from_onnx(file: &[u8]) -> Result<Self, NetworkError> {
        let mut file = Reader { tensors: onnx::tensors(file)?, next: 0 };
        let fine = file.stem(16)?;
        let coarse = file.stem(8)?;
        let mut context = Vec::with_capacity(8);
        for (ins, outs) in [(16, 16), (16, 32), (32, 64), (64, 128), (128, 128), (256, 64), (128, 32), (64, 16)] {
            context.push(file.separable(ins, outs)?);
        }
        let gate = file.gate()?;
        let mut refinement = Vec::with_capacity(8);
        for (ins, outs) in [(64, 32), (32, 64), (64, 128), (128, 32), (32, 27), (59, 91), (219, 42), (106, 20)] {
            refinement.push(file.bottleneck(ins, outs)?);
        }
        let heads = [file.head(1)?, file.head(2)?, file.head(1)?];
        let blur = file.take(&[1, 1, 5, 5])?;
        Ok(Self {
            fine,
            coarse,
            context: context.try_into().map_err(|_| NetworkError::Container)?,
            gate,
            refinement: refinement.try_into().map_err(|_| NetworkError::Container)?,
            heads,
            blur: Dense::new(vec![0.0], 25, |_, i| blur[i]),
        })
    }
}

/// Takes the arrays in the order of the file: `w0`, `w1`, ...
struct Reader<'a> {
    tensors: BTreeMap<&'a str, Tensor<'a>>,
    next: usize,
}

impl Reader<'_> {
    /// The next array, which must have this shape and hold numbers only.
    fn take(&mut self, dims: &[usize]) -> Result<Vec<f32>, NetworkError> {
        let name = format!("w{}", self.next);
        self.next += 1;
        let Some(tensor) = self.tensors.get(name.as_str()) else { return Err(NetworkError::Missing { name }) };
        if tensor.dims != dims {
            return Err(NetworkError::Shape { name, expected: dims.to_vec(), found: tensor.dims.clone() });
        }
        let values: Vec<f32> = tensor.values().collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(NetworkError::NotFinite { name });
        }
        Ok(values)
    }

    /// Steps over a constant of the graph that the layers here know by themselves.
    fn skip(&mut self) {
        self.next += 1;
    }

    /// Bias and weights of a convolution, packed as they are.
    fn convolution(&mut self, outs: usize, ins: usize, size: usize) -> Result<Dense, NetworkError> {
        let bias = self.take(&[outs])?;
        let weights = self.take(&[outs, ins, size, size])?;
        let inputs = ins * size * size;
        Ok(Dense::new(bias, inputs, |o, i| weights[o * inputs + i]))
    }

    fn stem(&mut self, half: usize) -> Result<Stem, NetworkError> {
        let convolutions = [self.convolution(half, 1, 5)?, self.convolution(half, 1, 5)?];
        Ok(Stem { convolutions, scale: self.take(&[2 * half])?, shift: self.take(&[2 * half])? })
    }

    fn separable(&mut self, ins: usize, outs: usize) -> Result<Separable, NetworkError> {
        let taps = self.take(&[ins, 1, 5, 5])?;
        let point = self.take(&[outs, ins, 1, 1])?;
        let bias = self.take(&[outs])?;
        let block = Separable {
            taps,
            point: Dense::new(bias, ins, |o, i| point[o * ins + i]),
            scale: self.take(&[outs])?,
            shift: self.take(&[outs])?,
        };
        self.skip();
        Ok(block)
    }

    fn gate(&mut self) -> Result<Gate, NetworkError> {
        let convolutions = [self.convolution(16, 32, 3)?, self.convolution(16, 32, 3)?, self.convolution(16, 32, 3)?];
        Ok(Gate { convolutions, mix: self.convolution(32, 48, 1)? })
    }

    fn bottleneck(&mut self, ins: usize, outs: usize) -> Result<Bottleneck, NetworkError> {
        let raw = self.raw_bottleneck(ins, outs)?;
        Ok(raw.packed())
    }

    fn raw_bottleneck(&mut self, ins: usize, outs: usize) -> Result<Raw, NetworkError> {
        let hidden = 4 * ins;
        let taps = self.take(&[ins, 1, 7, 7])?;
        let (scale, shift) = (self.take(&[ins])?, self.take(&[ins])?);
        let expand = Affine { bias: self.take(&[hidden])?, matrix: self.take(&[hidden, ins, 1, 1])?, ins };
        let reduce = Affine { bias: self.take(&[ins])?, matrix: self.take(&[ins, hidden, 1, 1])?, ins: hidden };
        let adjust = Affine { bias: self.take(&[outs])?, matrix: self.take(&[outs, ins, 1, 1])?, ins };
        self.skip();
        Ok(Raw { taps, expand: expand.after_scaling(&scale, &shift), reduce, adjust })
    }

    fn head(&mut self, outs: usize) -> Result<Head, NetworkError> {
        let mut raw = self.raw_bottleneck(52, 6)?;
        let first = Affine { bias: self.take(&[4])?, matrix: self.take(&[4, 6, 1, 1])?, ins: 6 };
        raw.adjust = first.after(&raw.adjust);
        let (scale, shift) = (self.take(&[4])?, self.take(&[4])?);
        let mix = Affine { bias: self.take(&[4])?, matrix: self.take(&[4, 4, 1, 1])?, ins: 4 };
        let bias = self.take(&[outs])?;
        let last = self.take(&[outs, 4, 5, 5])?;
        let quarters = quarters(&bias, &last);
        Ok(Head { block: raw.packed(), mix: mix.after_scaling(&scale, &shift).packed(), quarters })
    }
}

/// A matrix and a bias.
struct Affine {
    bias: Vec<f32>,
    matrix: Vec<f32>,
    ins: usize,
}

impl Affine {
    fn at(&self, out: usize, input: usize) -> f32 {
        self.matrix[out * self.ins + input]
    }

    /// This one where its input is first scaled and shifted channel by channel.
    fn after_scaling(self, scale: &[f32], shift: &[f32]) -> Self {
        let moved = |o: usize| (0..self.ins).map(|i| f64::from(self.at(o, i)) * f64::from(shift[i])).sum::<f64>();
        let bias = self.bias.iter().enumerate().map(|(o, &b)| (f64::from(b) + moved(o)) as f32).collect();
        let matrix = self.matrix.iter().enumerate().map(|(i, w)| w * scale[i % self.ins]).collect();
        Self { bias, matrix, ins: self.ins }
    }

    /// `first` and then this one.
    fn after(&self, first: &Self) -> Self {
        let outs = self.bias.len();
        let sum = |o: usize, of: &dyn Fn(usize) -> f32| {
            (0..self.ins).map(|k| f64::from(self.at(o, k)) * f64::from(of(k))).sum::<f64>()
        };
        let bias = (0..outs).map(|o| (f64::from(self.bias[o]) + sum(o, &|k| first.bias[k])) as f32).collect();
        let matrix =
            (0..outs * first.ins).map(|i| sum(i / first.ins, &|k| first.at(k, i % first.ins)) as f32).collect();
        Self { bias, matrix, ins: first.ins }
    }

    fn packed(&self) -> Dense {
        Dense::new(self.bias.clone(), self.ins, |o, i| self.at(o, i))
    }
}

/// A block before its last steps are put together.
struct Raw {
    taps: Vec<f32>,
    expand: Affine,
    reduce: Affine,
    adjust: Affine,
}

impl Raw {
    fn packed(self) -> Bottleneck {
        let (ins, outs) = (self.adjust.ins, self.adjust.bias.len());
        let both = self.adjust.after(&self.reduce);
        // The bias of the reduction passes through the adjustment either way.
        let end = Dense::new(both.bias.clone(), ins, |o, i| self.adjust.at(o, i));
        let fused = outs < ins;
        let reduce = if fused { &both } else { &self.reduce };
        let count = self.expand.bias.len();
        let part = count.div_ceil(count.div_ceil(HIDDEN)).next_multiple_of(BLOCK);
        let hidden = (0..count)
            .step_by(part)
            .map(|first| {
                let last = (first + part).min(count);
                let expand =
                    Dense::new(self.expand.bias[first..last].to_vec(), ins, |o, i| self.expand.at(first + o, i));
                let zero = vec![0.0; reduce.bias.len()];
                (expand, Dense::new(zero, last - first, |o, i| reduce.at(o, first + i)))
            })
            .collect();
        let ending = if fused { Ending::Fused(end) } else { Ending::Separate(end) };
        Bottleneck { taps: self.taps, hidden, ending }
    }
}

/// The 5x5 convolution of doubled pixels as four 3x3 convolutions of the pixels before.
///
/// In the left half of a double pixel, columns -2 and -1 lie in the pixel before, 0 and 1 in the same and 2 in the
/// next; in the right half -2 lies in the pixel before, -1 and 0 in the same, 1 and 2 in the next. So do the rows.
fn quarters(bias: &[f32], last: &[f32]) -> Dense {
    let nearest = |half: usize, tap: usize| (half + tap) / 2;
    let mut matrix = vec![0.0; bias.len() * 4 * 36];
    for (i, &weight) in last.iter().enumerate() {
        let (out, channel, ky, kx) = (i / 100, i / 25 % 4, i / 5 % 5, i % 5);
        for (lower, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let quarter = out * 4 + lower * 2 + right;
            let tap = channel * 9 + nearest(lower, ky) * 3 + nearest(right, kx);
            matrix[quarter * 36 + tap] += weight;
        }
    }
    let bias = bias.iter().flat_map(|&b| [b; 4]).collect();
    Dense::new(bias, 36, |o, i| matrix[o * 36 + i])
}
