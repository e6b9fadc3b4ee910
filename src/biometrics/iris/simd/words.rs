//! Plain words as registers of 64 irises: for processors of which nothing is known.

use super::adders::search_by_adders;
use super::layout::{Best, Block, DIGITS, Entry, Four, GROUP, LANES, Numbers, Place, Row, Rows, Turns};

search_by_adders!(u64,);

fn load(row: &[u8; LANES / 8], at: usize) -> u64 {
    row.as_chunks::<8>().0.get(at).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// There is no way to say it.
fn fetch(_: &Row) {}

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

fn odd_of(a: u64, b: u64, c: u64) -> u64 {
    a ^ b ^ c
}

fn most(a: u64, b: u64, c: u64) -> u64 {
    a & b | (a ^ b) & c
}

/// Numbers of 16 bits moved up; nothing may leave one.
fn left<const BITS: u32>(v: u64) -> u64 {
    v << BITS
}

/// Numbers of 16 bits moved down; what leaves one comes into the next and has to be masked.
fn right<const BITS: u32>(v: u64) -> u64 {
    v >> BITS
}

/// Numbers of 16 bits, none of which becomes negative.
fn sub16(a: u64, b: u64) -> u64 {
    a - b
}

/// Four numbers of 16 bits in a word.
fn quarters(word: u64) -> [u16; 4] {
    std::array::from_fn(|i| (word >> (16 * i)) as u16)
}

fn joined(numbers: [u16; 4]) -> u64 {
    numbers.iter().rev().fold(0, |word, number| word << 16 | u64::from(*number))
}

fn choice(of: impl Fn(usize) -> bool) -> u64 {
    joined(std::array::from_fn(|i| if of(i) { u16::MAX } else { 0 }))
}

fn products_below(a: u64, b: u64, c: u64, d: u64) -> u64 {
    let [a, b, c, d] = [a, b, c, d].map(quarters);
    choice(|i| u32::from(a[i]) * u32::from(b[i]) < u32::from(c[i]) * u32::from(d[i]))
}

fn above(a: u64, b: u64) -> u64 {
    let [a, b] = [a, b].map(quarters);
    choice(|i| a[i] > b[i])
}

fn load16(numbers: &[u16; LANES / 16], at: usize) -> u64 {
    numbers.as_chunks::<4>().0.get(at).map_or(0, |four| joined(*four))
}

fn store16(v: u64, numbers: &mut [u16; LANES / 16], at: usize) {
    numbers.as_chunks_mut::<4>().0.iter_mut().skip(at).take(1).for_each(|four| *four = quarters(v));
}
