//! Which minutiae may correspond: local similarities propose pairs, and pairs vouch for one another.
//!
//! Strangers always have a few cylinders that look alike. What they do not have is many such pairs that agree: with
//! the same distance, the same difference of directions and the same bearing in both prints. That agreement (the
//! "global consistency" of the cylinder paper) serves twice here: to relax the similarities of the best one-to-one
//! assignment (LSA-R), and to propose the motions under which the prints are laid over each other.

use std::f32::consts::PI;

use super::align::Motion;
use super::cylinder::{Prepared, Seat, turn};
use super::simd::{self, LANES, SimdLevel};

/// Candidate pairs kept for every cylinder of the smaller side, for the assignment.
const CANDIDATES: usize = 6;
/// Of these, how many for every cylinder of the smaller side may propose a motion.
const PROPOSERS: usize = 2;
/// Motions proposed at most.
const MOTIONS: usize = 6;
/// Agreement from which a pair joins in shaping a proposed motion.
const JOINS: f32 = 0.1;
/// Agreement from which two pairs propose the same motion.
const SAME: f32 = 0.6;
/// Others a pair must at least answer to: three pairs that agree by chance must not count as unanimous.
const CROWD: usize = 20;
/// Rounds of relaxation.
const ROUNDS: usize = 5;
/// Share of its own similarity a pair keeps in each round.
const OWN_SHARE: f32 = 0.5;

/// Tolerated difference of distances in pixels, and how sharply it ends.
const DISTANCE_GATE: (f32, f32) = (5.0, 1.6);
/// Tolerated difference of angles in radians, and how sharply it ends.
const ANGLE_GATE: (f32, f32) = (PI / 12.0, 30.0);
/// Differences at which the gates are below a thousandth: nothing is lost by stopping there.
const DISTANCE_END: f32 = 10.0;
const ANGLE_END: f32 = 0.5;

/// A proposed correspondence.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    /// Where it stands in the first print.
    a: Seat,
    /// Where it stands in the second.
    b: Seat,
    /// Indexes of the cylinders.
    cylinders: (usize, usize),
    /// Local similarity, above 0.
    similarity: f32,
    /// Rotation from the first print to the second, -pi..=pi.
    rotation: f32,
}

/// The most similar pairs of cylinders, best first, at most [`CANDIDATES`] for each cylinder of the smaller side.
pub(super) fn candidates(a: &Prepared, b: &Prepared) -> Vec<Pair> {
    let stride = b.groups.len() * LANES;
    let matrix = simd::similarities(SimdLevel::current(), &a.groups, a.len(), &b.groups);
    // One word per pair sorts fast: positive floats sort like their bits; the place breaks ties.
    let mut keys: Vec<u64> = Vec::with_capacity(matrix.len());
    for (place, s) in matrix.iter().enumerate() {
        if *s > 0.0 {
            keys.push(u64::from(!s.to_bits()) << 32 | place as u64);
        }
    }
    let keep = a.len().min(b.len()) * CANDIDATES;
    if keep < keys.len() {
        keys.select_nth_unstable(keep);
        keys.truncate(keep);
    }
    keys.sort_unstable();
    let pair = |key: u64| {
        let place = (key & 0xffff_ffff) as usize;
        let cylinders = (place / stride, place % stride);
        let (a, b) = (*a.seats.get(cylinders.0)?, *b.seats.get(cylinders.1)?);
        let similarity = f32::from_bits(!((key >> 32) as u32));
        Some(Pair { a, b, cylinders, similarity, rotation: turn(b.angle, a.angle) })
    };
    keys.into_iter().filter_map(pair).collect()
}

/// The best pairs such that no cylinder occurs twice, taken greedily.
fn assignment(candidates: &[Pair]) -> Vec<Pair> {
    let (mut used_a, mut used_b) = (0u128, 0u128);
    let mut free = |p: &&Pair| {
        let (bit_a, bit_b) = (1u128 << (p.cylinders.0 & 127), 1u128 << (p.cylinders.1 & 127));
        let free = used_a & bit_a == 0 && used_b & bit_b == 0;
        if free {
            used_a |= bit_a;
            used_b |= bit_b;
        }
        free
    };
    candidates.iter().filter(|p| free(p)).copied().collect()
}

/// Mean similarity of the `wanted` pairs of the assignment that kept most of theirs while all were relaxed by their
/// agreement; 0 when there are fewer than two.
pub(super) fn relaxed_similarity(candidates: &[Pair], wanted: usize) -> f32 {
    let pairs = assignment(candidates);
    let n = pairs.len();
    if n < 2 {
        return 0.0;
    }
    let mut agreements = Vec::with_capacity(4 * n);
    for (t, first) in pairs.iter().enumerate() {
        for (k, second) in pairs.iter().enumerate().skip(t + 1) {
            let agreement = agreement(first, second);
            if agreement > 0.0 {
                agreements.push((t, k, agreement));
            }
        }
    }
    let mut now: Vec<f32> = pairs.iter().map(|p| p.similarity).collect();
    let share = (1.0 - OWN_SHARE) / (n - 1).max(CROWD) as f32;
    for _ in 0..ROUNDS {
        let mut next: Vec<f32> = now.iter().map(|s| OWN_SHARE * s).collect();
        for &(t, k, agreement) in &agreements {
            next[t] += share * agreement * now[k];
            next[k] += share * agreement * now[t];
        }
        now = next;
    }
    let mut kept: Vec<(f32, f32)> = pairs.iter().zip(now).map(|(p, now)| (now / p.similarity, now)).collect();
    kept.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
    kept.iter().take(wanted).map(|k| k.1).sum::<f32>() / wanted as f32
}

/// Two pairs (by index) and how well they agree.
type Vote = (usize, usize, f32);

/// The rigid motions most candidates vouch for, most vouched for first.
pub(super) fn motions(candidates: &[Pair], smaller: usize) -> Vec<Motion> {
    let mut pairs: Vec<Pair> = candidates.iter().take(PROPOSERS * smaller).copied().collect();
    // Sorted by rotation, only neighbours can agree.
    pairs.sort_by(|x, y| x.rotation.total_cmp(&y.rotation).then(y.similarity.total_cmp(&x.similarity)));
    let votes = votes(&pairs);
    let mut support = vec![0.0f32; pairs.len()];
    for &(t, k, agreement) in &votes {
        support[t] += agreement * pairs[k].similarity;
        support[k] += agreement * pairs[t].similarity;
    }
    let mut order: Vec<usize> = (0..pairs.len()).filter(|&i| support[i] > 0.0).collect();
    order.sort_by(|&x, &y| support[y].total_cmp(&support[x]).then(x.cmp(&y)));
    let mut spoken_for = vec![false; pairs.len()];
    let mut motions = Vec::with_capacity(MOTIONS);
    for i in order {
        if spoken_for[i] {
            continue;
        }
        let mut voters = vec![(pairs[i].a, pairs[i].b, 1.0)];
        for &(t, k, agreement) in votes.iter().filter(|v| v.0 == i || v.1 == i) {
            let other = if t == i { k } else { t };
            if agreement > JOINS {
                voters.push((pairs[other].a, pairs[other].b, agreement));
            }
            spoken_for[other] |= agreement > SAME;
        }
        motions.extend(Motion::of(&voters));
        if motions.len() == MOTIONS {
            break;
        }
    }
    motions
}

/// All agreements among pairs sorted by rotation; two pairs with a common cylinder contradict each other.
fn votes(pairs: &[Pair]) -> Vec<Vote> {
    let n = pairs.len();
    let mut votes = Vec::with_capacity(4 * n);
    for t in 0..n {
        // The circle closes: after the last comes the first again.
        for k in (t + 1..t + n).map(|k| if k < n { k } else { k - n }) {
            let ahead = pairs[k].rotation - pairs[t].rotation;
            if (if k > t { ahead } else { ahead + 2.0 * PI }) > ANGLE_END {
                break;
            }
            let distinct = pairs[t].cylinders.0 != pairs[k].cylinders.0 && pairs[t].cylinders.1 != pairs[k].cylinders.1;
            let agreement = agreement(&pairs[t], &pairs[k]);
            if distinct && agreement > 0.0 {
                votes.push((t, k, agreement));
            }
        }
    }
    votes
}

/// How well two pairs agree with one rigid motion, 0..=1. Cheap tests come first: nearly all pairs of strangers fail.
fn agreement(t: &Pair, k: &Pair) -> f32 {
    let rotation = turn(t.rotation, k.rotation).abs();
    if rotation > ANGLE_END {
        return 0.0;
    }
    let (ax, ay) = (k.a.x - t.a.x, k.a.y - t.a.y);
    let (bx, by) = (k.b.x - t.b.x, k.b.y - t.b.y);
    let distance = ((ax * ax + ay * ay).sqrt() - (bx * bx + by * by).sqrt()).abs();
    if distance > DISTANCE_END {
        return 0.0;
    }
    let turned = (ax * by - ay * bx).atan2(ax * bx + ay * by);
    let bearing = turn(turned, t.rotation).abs().max(turn(turned, k.rotation).abs());
    if bearing > ANGLE_END {
        return 0.0;
    }
    gate(distance, DISTANCE_GATE) * gate(rotation, ANGLE_GATE) * gate(bearing, ANGLE_GATE)
}

/// 1 well below the tolerated value, 0 well above.
fn gate(value: f32, (tolerated, sharpness): (f32, f32)) -> f32 {
    1.0 / (1.0 + (sharpness * (value - tolerated)).exp())
}
