//! Threads, and the memory each of them works in.

use std::sync::{Mutex, PoisonError};

use super::kernel::Isa;
use super::map::Map;

/// What a thread works in; kept from layer to layer.
#[derive(Default)]
pub struct Buffers {
    /// A strip after its first convolution.
    pub features: Vec<f32>,
    /// A run, normalised.
    pub normal: Vec<f32>,
    /// A run as it came.
    pub same: Vec<f32>,
    /// Hidden channels of a run.
    pub hidden: Vec<f32>,
    /// Outputs of a run.
    pub sums: Vec<f32>,
    /// For what follows a run.
    pub spare: Vec<f32>,
}

/// The first `length` floats of a buffer that grows when needed. What they hold is left from before.
pub fn room(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}

/// Memory that is used again, by the next layer and by the next image: getting it anew from the system costs a fifth
/// of the time.
#[derive(Default)]
pub struct Memory {
    buffers: Vec<Buffers>,
    maps: Vec<Vec<f32>>,
}

impl Memory {
    /// Floats it holds.
    #[cfg(test)]
    pub fn floats(&self) -> usize {
        let buffers = self.buffers.iter().flat_map(|b| [&b.features, &b.normal, &b.same, &b.hidden, &b.sums, &b.spare]);
        buffers.chain(&self.maps).map(Vec::len).sum()
    }
}

/// One or more threads that go through the strips of a layer together.
pub struct Crew {
    isa: Isa,
    buffers: Vec<Buffers>,
    maps: Vec<Vec<f32>>,
}

impl Crew {
    /// At least one thread.
    pub fn new(isa: Isa, threads: usize, memory: Memory) -> Self {
        let Memory { mut buffers, maps } = memory;
        buffers.resize_with(threads.max(1), Buffers::default);
        Self { isa, buffers, maps }
    }

    /// The memory, for the next crew.
    pub fn into_memory(self) -> Memory {
        Memory { buffers: self.buffers, maps: self.maps }
    }

    /// A map of which only the border is zero, in the smallest free memory that is large enough. When there is none,
    /// the largest free one is given up for it, so that images of many sizes do not leave memory of many sizes.
    pub fn map(&mut self, channels: usize, height: usize, width: usize, border: usize) -> Map {
        let length = Map::length(channels, height, width, border);
        let sizes = || self.maps.iter().map(Vec::len).enumerate();
        let enough = sizes().filter(|(_, size)| *size >= length).min_by_key(|(_, size)| *size);
        let chosen = enough.or_else(|| sizes().max_by_key(|(_, size)| *size)).map(|(i, _)| i);
        let memory = chosen.map_or_else(Vec::new, |i| self.maps.swap_remove(i));
        Map::within(memory, channels, height, width, border)
    }

    /// Takes the memory of a map that is not needed any more.
    pub fn done(&mut self, map: Map) {
        self.maps.push(map.into_memory());
    }

    /// Does every piece of work once, in any order, each on one thread.
    pub fn each<T: Send>(&mut self, work: impl Iterator<Item = T> + Send, act: impl Fn(Isa, &mut Buffers, T) + Sync) {
        let isa = self.isa;
        if let [buffers] = self.buffers.as_mut_slice() {
            work.for_each(|item| act(isa, buffers, item));
            return;
        }
        let queue = Mutex::new(work);
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let (next, act) = (&next, &act);
        std::thread::scope(|scope| {
            for buffers in &mut self.buffers {
                scope.spawn(move || {
                    while let Some(item) = next() {
                        act(isa, buffers, item);
                    }
                });
            }
        });
    }

    /// Does one thing on this thread.
    pub fn alone(&mut self, act: impl FnOnce(Isa, &mut Buffers)) {
        if let Some(buffers) = self.buffers.first_mut() {
            act(self.isa, buffers);
        }
    }
}
