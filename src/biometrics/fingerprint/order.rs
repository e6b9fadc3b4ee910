//! Sorting a few dozen numbers without a branch.
//!
//! A comparison sorts some sixty pairs twice, and a sort that decides step by step spends its time on decisions no
//! processor can foresee. Counting for each number how many are smaller takes more steps, but eight at a time and all
//! of them foreseen. The numbers are floats, and so are the counts: sums of floats keep their order, which leaves the
//! compiler only the right way to use vectors.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

/// Numbers whose places are counted at a time: two vectors, so that neither waits for the other.
const WIDE: usize = 16;
/// Bits of a float that give way to an index.
const INDEX: u32 = 0x1ff;

/// Things in order of a number.
#[derive(Default)]
pub(super) struct Order {
    keys: Vec<f32>,
    sorted: Vec<f32>,
}

impl Order {
    /// Sorts by numbers, the smallest first; of equal ones that which came first. At most 512 of them count, all
    /// positive and finite; 14 bits of each do.
    #[inline(always)]
    pub fn sort(&mut self, numbers: impl Iterator<Item = f32>) {
        self.keys.clear();
        for (index, number) in numbers.take(INDEX as usize + 1).enumerate() {
            // Positive floats sort like their bits.
            self.keys.push(f32::from_bits(number.to_bits() & !INDEX | index as u32));
        }
        let count = self.keys.len();
        self.sorted.clear();
        self.sorted.resize(count, 0.0);
        self.keys.resize(count.next_multiple_of(WIDE), f32::INFINITY);
        for (block, wide) in self.keys.chunks_exact(WIDE).enumerate() {
            let mut below = [0.0f32; WIDE];
            for other in &self.keys[..count] {
                for l in 0..WIDE {
                    below[l] += if *other < wide[l] { 1.0 } else { 0.0 };
                }
            }
            for l in 0..WIDE.min(count - block * WIDE) {
                if let Some(place) = self.sorted.get_mut(below[l] as usize) {
                    *place = wide[l];
                }
            }
        }
    }

    /// Where the sorted things stood before.
    #[inline(always)]
    pub fn indexes(&self) -> impl Iterator<Item = usize> {
        self.sorted.iter().map(|key| (key.to_bits() & INDEX) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn things_come_out_in_order(numbers in prop::collection::vec(16_384u16..32_768, 0..200)) {
            let mut order = Order::default();
            for part in [&numbers[..numbers.len() / 2], &numbers[..]] {
                order.sort(part.iter().map(|n| f32::from(*n)));
                let mut expected: Vec<usize> = (0..part.len()).collect();
                expected.sort_by_key(|i| part[*i]);
                prop_assert_eq!(order.indexes().collect::<Vec<_>>(), expected);
            }
        }
    }
}
