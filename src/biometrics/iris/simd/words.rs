//! Plain words as registers of eight irises: for processors of which nothing is known.

use super::adders::{adders, search_by_adders};
use super::layout::{Best, Block, Byte, LANES, Plan, ROWS, Row};

search_by_adders!(u64,);

fn load(row: &[u8; LANES], at: usize) -> u64 {
    row.as_chunks::<8>().0.get(at).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn spread(word: u64) -> u64 {
    word
}

fn spread16(number: u16) -> u64 {
    u64::from(number) * 0x0001_0001_0001_0001
}

fn and(a: u64, b: u64) -> u64 {
    a & b
}

fn or(a: u64, b: u64) -> u64 {
    a | b
}

fn xor(a: u64, b: u64) -> u64 {
    a ^ b
}

fn set_bits(v: u64) -> u64 {
    let v = v - (v >> 1 & 0x5555_5555_5555_5555);
    let v = (v & 0x3333_3333_3333_3333) + (v >> 2 & 0x3333_3333_3333_3333);
    (v + (v >> 4)) & 0x0f0f_0f0f_0f0f_0f0f
}

fn add8(a: u64, b: u64) -> u64 {
    a + b
}

fn add16(a: u64, b: u64) -> u64 {
    a + b
}

fn eightfold(v: u64) -> u64 {
    v << 3
}

fn even(v: u64) -> u64 {
    v & 0x00ff_00ff_00ff_00ff
}

fn odd(v: u64) -> u64 {
    v >> 8 & 0x00ff_00ff_00ff_00ff
}

/// Four numbers of 16 bits in a word.
fn quarters(word: u64) -> [u16; 4] {
    std::array::from_fn(|i| (word >> (16 * i)) as u16)
}

fn joined(numbers: [u16; 4]) -> u64 {
    numbers.iter().rev().fold(0, |word, number| word << 16 | u64::from(*number))
}

fn products_below(a: u64, b: u64, c: u64, d: u64) -> u64 {
    let [a, b, c, d] = [a, b, c, d].map(quarters);
    let below = |i: usize| u32::from(a[i]) * u32::from(b[i]) < u32::from(c[i]) * u32::from(d[i]);
    joined(std::array::from_fn(|i| if below(i) { u16::MAX } else { 0 }))
}

fn load16(numbers: &[u16; LANES / 2], at: usize) -> u64 {
    numbers.as_chunks::<4>().0.get(at).map_or(0, |four| joined(*four))
}

fn store16(v: u64, numbers: &mut [u16; LANES / 2], at: usize) {
    numbers.as_chunks_mut::<4>().0.iter_mut().skip(at).take(1).for_each(|four| *four = quarters(v));
}
