//! The hot loops of matching: differing and common bits of two full codes as a whole and block by block, and of one
//! search code at many rotations against a whole gallery.
//!
//! For the full code plain functions are compiled several times, for the instruction sets that count bits fast. The
//! search lies in [`layout`] and is written by hand, because there the layout of the gallery is everything. Which
//! instructions run is decided at run time; all numbers are whole, so every path gives the same result to the last bit.
//!
//! This is the only module of the engine with `unsafe`: vector instructions need it.

#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

mod adders;
mod layout;
#[cfg(any(test, not(target_arch = "x86_64")))]
mod words;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

#[cfg(test)]
pub(super) use layout::best_with_words;
pub(super) use layout::{Best, Block, COLUMNS, LANES, Numbers, ROWS, Row, Turns, best, number_mut};

static FORCED: OnceLock<SimdLevel> = OnceLock::new();

/// Instruction sets the loop is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimdLevel {
    /// Any processor.
    Portable,
    /// x86-64 with the POPCNT instruction and AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2(Proof),
    /// x86-64 with AVX-512 and its population counts (BITALG, VPOPCNTDQ).
    #[cfg(target_arch = "x86_64")]
    Avx512(Proof),
}

/// Shows that the instructions were found on this machine: only [`SimdLevel::detect`] and [`SimdLevel::all`] make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(());

impl SimdLevel {
    /// Uses this level from now on; possible once, before the first comparison. `false` when another was chosen.
    pub fn force(self) -> bool {
        *FORCED.get_or_init(|| self) == self
    }

    /// The level in use: the forced one, else the fastest of this machine.
    pub fn detect() -> Self {
        *FORCED.get_or_init(Self::fastest)
    }

    fn fastest() -> Self {
        Self::all().into_iter().next_back().unwrap_or(SimdLevel::Portable)
    }

    /// All levels of this machine, slowest first.
    pub fn all() -> Vec<Self> {
        let mut levels = vec![SimdLevel::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                levels.push(SimdLevel::Avx2(Proof(())));
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512bitalg")
                && is_x86_feature_detected!("avx512vpopcntdq")
            {
                levels.push(SimdLevel::Avx512(Proof(())));
            }
        }
        levels
    }

    /// Short name for reports.
    pub fn name(self) -> &'static str {
        match self {
            SimdLevel::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512(_) => "avx512",
        }
    }
}

/// Differing and common bits of two codes under both masks.
pub(super) fn distance(level: SimdLevel, a: &[u64], a_mask: &[u64], b: &[u64], b_mask: &[u64]) -> (u32, u32) {
    match level {
        SimdLevel::Portable => plain(a, a_mask, b, b_mask),
        // SAFETY: `Proof` is only made after AVX2 and POPCNT were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2(_) => unsafe { avx2(a, a_mask, b, b_mask) },
        // SAFETY: `Proof` is only made after AVX-512 F, VL, BW, BITALG and VPOPCNTDQ were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512(_) => unsafe { avx512(a, a_mask, b, b_mask) },
    }
}

#[inline(always)]
fn plain(a: &[u64], a_mask: &[u64], b: &[u64], b_mask: &[u64]) -> (u32, u32) {
    let (mut different, mut common) = (0_u64, 0_u64);
    for ((a, am), (b, bm)) in a.iter().zip(a_mask).zip(b.iter().zip(b_mask)) {
        let both = am & bm;
        common += u64::from(both.count_ones());
        different += u64::from(((a ^ b) & both).count_ones());
    }
    (different as u32, common as u32)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn avx2(a: &[u64], a_mask: &[u64], b: &[u64], b_mask: &[u64]) -> (u32, u32) {
    plain(a, a_mask, b, b_mask)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn avx512(a: &[u64], a_mask: &[u64], b: &[u64], b_mask: &[u64]) -> (u32, u32) {
    plain(a, a_mask, b, b_mask)
}

/// Words side by side, each of which is counted apart.
pub(super) type Lanes = [u32; 8];

/// Differing and common bits of two lists of rows, code and mask, under both masks: those of each lane.
pub(super) fn lane_distance(level: SimdLevel, a: [&[Lanes]; 2], b: [&[Lanes]; 2]) -> (Lanes, Lanes) {
    match level {
        SimdLevel::Portable => plain_lanes(a, b),
        // SAFETY: `Proof` is only made after AVX2 and POPCNT were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2(_) => unsafe { avx2_lanes(a, b) },
        // SAFETY: `Proof` is only made after AVX-512 F, VL, BW, BITALG and VPOPCNTDQ were detected.
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512(_) => unsafe { avx512_lanes(a, b) },
    }
}

#[inline(always)]
fn plain_lanes([a, a_mask]: [&[Lanes]; 2], [b, b_mask]: [&[Lanes]; 2]) -> (Lanes, Lanes) {
    let (mut different, mut common) = ([0; 8], [0; 8]);
    for ((a, am), (b, bm)) in a.iter().zip(a_mask).zip(b.iter().zip(b_mask)) {
        for lane in 0..8 {
            let both = am[lane] & bm[lane];
            common[lane] += both.count_ones();
            different[lane] += ((a[lane] ^ b[lane]) & both).count_ones();
        }
    }
    (different, common)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn avx2_lanes(a: [&[Lanes]; 2], b: [&[Lanes]; 2]) -> (Lanes, Lanes) {
    plain_lanes(a, b)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn avx512_lanes(a: [&[Lanes]; 2], b: [&[Lanes]; 2]) -> (Lanes, Lanes) {
    plain_lanes(a, b)
}
