//! The kernels against each other and against their definition.

use super::*;
use proptest::prelude::*;

type Cylinder = ([u64; WORDS], f32);

fn cylinders() -> impl Strategy<Value = Vec<Cylinder>> {
    // Sparse, dense and empty words all have to occur.
    let sparse = (any::<u64>(), any::<u64>()).prop_map(|(a, b)| a & b);
    let word = prop_oneof![any::<u64>(), Just(0u64), Just(u64::MAX), sparse];
    prop::collection::vec((prop::array::uniform4(word), -10.0f32..10.0), 0..50)
}

fn grouped(cylinders: &[Cylinder]) -> Vec<Group> {
    let mut groups = vec![Group::default(); cylinders.len().div_ceil(LANES)];
    for (i, (words, angle)) in cylinders.iter().enumerate() {
        groups[i / LANES].set(i % LANES, words, *angle);
    }
    groups
}

fn probes_of(cylinders: &[Cylinder]) -> Vec<Probe> {
    let mut probes = Vec::new();
    Probe::all(&grouped(cylinders), cylinders.len(), &mut probes);
    probes
}

/// The best of every row and of every column that has a cylinder.
fn matches_at(level: SimdLevel, a: &[Cylinder], b: &[Cylinder]) -> (Vec<Match>, Vec<Match>) {
    // What a buffer held before must not show.
    let (mut rows, mut columns) = (vec![77; 11], vec![[u64::MAX; LANES]; 3]);
    matches(level, &probes_of(a), &grouped(b), &mut rows, &mut columns);
    (rows, columns.as_flattened()[..b.len()].to_vec())
}

fn likeness(a: &Cylinder, b: &Cylinder) -> i32 {
    let common: u32 = a.0.iter().zip(&b.0).map(|(x, y)| (x & y).count_ones()).sum();
    32 * common as i32 - 9 * (ones(&a.0) + ones(&b.0)) as i32
}

proptest! {
    #[test]
    fn every_instruction_set_finds_the_same(a in cylinders(), b in cylinders()) {
        let gallery = grouped(&b);
        for level in SimdLevel::available() {
            let mut best = Vec::new();
            let portable: Vec<Key> = probes_of(&a)
                .iter()
                .map(|probe| gallery.iter().flat_map(|group| group_keys(probe, group)).max().unwrap_or(0))
                .collect();
            best_keys(level, &Probes::of(&grouped(&a), a.len()), &gallery, &mut best);
            prop_assert_eq!(best, portable, "{:?}", level);
            if !b.is_empty() {
                prop_assert_eq!(matches_at(level, &a, &b), matches_at(SimdLevel::Portable, &a, &b), "{:?}", level);
            }
        }
    }

    #[test]
    fn the_likeness_of_keys_follows_its_definition(a in cylinders(), b in cylinders()) {
        for (probe, own) in probes_of(&a).iter().zip(&a) {
            let keys = grouped(&b).iter().flat_map(|group| group_keys(probe, group)).collect::<Vec<Key>>();
            for (&key, other) in keys.iter().zip(&b) {
                prop_assert_eq!(probe.likeness(key), likeness(own, other));
                let turned = f32::from(probe.turned(key)) * (TAU / 256.0);
                prop_assert!(((turned - (other.1 - own.1)).cos()) > 0.99);
            }
        }
    }

    #[test]
    fn matches_name_the_likest(a in cylinders(), b in cylinders()) {
        prop_assume!(!b.is_empty());
        let (rows, columns) = matches_at(SimdLevel::Portable, &a, &b);
        prop_assert_eq!(rows.len(), a.len());
        for (i, row) in rows.into_iter().enumerate() {
            let pair = Pair::of(row);
            let most = b.iter().map(|other| likeness(&a[i], other)).max();
            prop_assert_eq!((pair.probe, Some(pair.likeness)), (i, most));
            prop_assert_eq!(pair.likeness, likeness(&a[i], &b[pair.other]));
        }
        for (j, column) in columns.into_iter().enumerate().take_while(|_| !a.is_empty()) {
            let pair = Pair::of(column);
            let most = a.iter().map(|own| likeness(own, &b[j])).max();
            prop_assert_eq!((pair.other, Some(pair.likeness)), (j, most));
            prop_assert_eq!(pair.likeness, likeness(&a[pair.probe], &b[j]));
        }
    }
}

#[test]
fn a_level_the_processor_has_not_is_refused() {
    for level in [SimdLevel::Avx2, SimdLevel::Avx512] {
        if !SimdLevel::available().contains(&level) {
            assert_eq!(level.force(), Err(SimdError::Unavailable(level)));
        }
    }
}

#[test]
fn what_is_above_zero_is_told_lane_by_lane() {
    for bits in 0..256u32 {
        let lanes = std::array::from_fn(|l| if bits >> l & 1 == 1 { 0.1 + l as f32 } else { -(l as f32) });
        assert_eq!(above_zero(&lanes), bits);
    }
    assert_eq!(above_zero(&[f32::NAN; LANES]), 0);
}
