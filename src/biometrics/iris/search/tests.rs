//! The search against the plainest way to say the same: bit by bit.

use proptest::prelude::*;

use super::*;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn code(&mut self) -> SearchCode {
        // Random, sparse and dense masks, and every kind of extreme.
        let kind = self.word() % 9;
        let mut words = |density: u64| -> [u64; WORDS] {
            std::array::from_fn(|_| match density {
                0 => 0,
                1 => u64::MAX,
                2 => self.word() & self.word() & self.word() & self.word(),
                3 => self.word() | self.word() | self.word(),
                _ => self.word(),
            })
        };
        let single = |bit: u64| std::array::from_fn(|at| if at as u64 == bit / 64 { 1 << (bit % 64) } else { 0 });
        match kind {
            0 => SearchCode::new(words(9), words(0)),
            1 => SearchCode::new(words(1), words(1)),
            2 => SearchCode::new(words(0), words(1)),
            3 => SearchCode::new(words(9), words(2)),
            4 => SearchCode::new(words(1), words(9)),
            5 => {
                let bit = self.word() % 2048;
                SearchCode::new(single(bit), single(bit))
            }
            6 => SearchCode::new(single(self.word() % 2048), [u64::MAX; WORDS]),
            _ => SearchCode::new(words(9), words(3)),
        }
    }
}

fn bit(words: &[u64; WORDS], at: i32) -> bool {
    let at = at.rem_euclid(2048) as usize;
    words[at / 64] >> (at % 64) & 1 == 1
}

/// What the kernels promise, said bit by bit.
fn naive(probe: &SearchCode, reach: i32, least: u32, other: &SearchCode, index: usize) -> Option<Candidate> {
    let mut best: Option<(u32, u32, i32)> = None;
    let mut rotations: Vec<i32> = (-reach..=reach).filter(|r| *r != -64).collect();
    rotations.sort_by_key(|r| (r.abs(), *r));
    for rotation in rotations {
        let (mut different, mut common) = (0, 0);
        for at in 0..2048 {
            let from = at - 16 * rotation;
            if bit(&probe.mask, from) && bit(&other.mask, at) {
                common += 1;
                different += u32::from(bit(&probe.code, from) != bit(&other.code, at));
            }
        }
        if common >= least && best.is_none_or(|(d, c, _)| different * c < d * common) {
            best = Some((different, common, rotation));
        }
    }
    best.map(|(different, common, rotation)| Candidate {
        index,
        different: different as u16,
        common: common as u16,
        rotation: rotation as i8,
    })
}

fn gallery_of(codes: &[SearchCode]) -> Gallery {
    let mut gallery = Gallery::new();
    for (at, code) in codes.iter().enumerate() {
        assert_eq!(gallery.push(code), at);
    }
    gallery
}

fn all_found(gallery: &Gallery, probe: &Probe) -> Vec<Candidate> {
    let mut found = Vec::new();
    gallery.search(probe, Limit::ALL, |candidate| found.push(candidate));
    found
}

fn assert_exact(probe: &SearchCode, codes: &[SearchCode], reach: u8, least: u16) {
    let expected: Vec<Candidate> = codes
        .iter()
        .enumerate()
        .filter_map(|(at, code)| naive(probe, reach.into(), least.max(1).into(), code, at))
        .collect();
    let gallery = gallery_of(codes);
    for level in SimdLevel::all() {
        let prepared = Probe::with(level, probe, Reach::columns(reach), least);
        assert_eq!(all_found(&gallery, &prepared), expected, "{level:?}");
    }
}

#[test]
fn every_path_equals_the_plain_definition_at_every_size() {
    let mut dice = Dice(1);
    for size in [0, 1, 7, 8, 9, 63, 64, 65, 130, 511, 512, 513] {
        let codes: Vec<SearchCode> = (0..size).map(|_| dice.code()).collect();
        assert_exact(&dice.code(), &codes, 7, 1);
    }
}

#[test]
fn plain_words_count_like_the_registers() {
    let mut dice = Dice(3);
    let codes: Vec<SearchCode> = (0..simd::LANES).map(|_| dice.code()).collect();
    let probe = dice.code();
    let block = gallery_of(&codes);
    let turns = Turns::new(&probe.code, &probe.mask, 7, 1);
    let found = simd::best_with_words(&turns, block.first_block().unwrap());
    let expected: Vec<Option<Candidate>> =
        codes.iter().enumerate().map(|(at, code)| naive(&probe, 7, 1, code, at)).collect();
    for (lane, expected) in expected.iter().enumerate() {
        let (different, common, turn) = found.of(lane);
        let found = (common > 0).then(|| (different, common, turns.all()[usize::from(turn)]));
        assert_eq!(found, expected.map(|c| (c.different, c.common, c.rotation)));
    }
}

#[test]
fn the_whole_circle_is_128_rotations_and_finds_any_turn() {
    let mut dice = Dice(5);
    let code = SearchCode::new(std::array::from_fn(|_| dice.word()), [u64::MAX; WORDS]);
    let turned: Vec<SearchCode> = (-63..=64).map(|turn| code.turned(turn)).collect();
    let gallery = gallery_of(&turned);
    for level in SimdLevel::all() {
        let probe = Probe::with(level, &code, Reach::CIRCLE, 1);
        assert_eq!(probe.rotations(), 128);
        let found = all_found(&gallery, &probe);
        assert_eq!(found.len(), 128);
        for candidate in found {
            assert_eq!((candidate.different, candidate.common), (0, 2048));
            assert_eq!(i32::from(candidate.rotation), candidate.index as i32 - 63);
        }
    }
}

#[test]
fn of_equal_rotations_the_smallest_is_told_and_the_left_before_the_right() {
    // Every column alike: all rotations are equal.
    let code = SearchCode::new([0x1234_1234_1234_1234; WORDS], [u64::MAX; WORDS]);
    // The same in every second column: the best are one column to either side.
    let odd = SearchCode::new([0x1234_edcb_1234_edcb; WORDS], [u64::MAX; WORDS]);
    for level in SimdLevel::all() {
        let told = |probe: &SearchCode, other: &SearchCode| {
            let probe = Probe::with(level, probe, Reach::HEAD, 1);
            all_found(&gallery_of(std::slice::from_ref(other)), &probe)[0].rotation
        };
        assert_eq!(told(&code, &code), 0);
        assert_eq!(told(&odd, &odd.turned(1)), -1);
    }
}

#[test]
fn too_few_common_bits_are_no_candidate() {
    let full = SearchCode::new([0; WORDS], [u64::MAX; WORDS]);
    let part = |bits: u32| {
        let mask = std::array::from_fn(|at| match bits as i64 - 64 * at as i64 {
            64.. => u64::MAX,
            left => (1_u64 << left.max(0)) - 1,
        });
        SearchCode::new([0; WORDS], mask)
    };
    let gallery = gallery_of(&[part(199), part(200), part(201)]);
    for level in SimdLevel::all() {
        let found = all_found(&gallery, &Probe::with(level, &full, Reach::HEAD, Probe::LEAST_COMMON));
        assert_eq!(found.iter().map(|c| (c.index, c.common)).collect::<Vec<_>>(), [(1, 200), (2, 201)]);
    }
}

#[test]
fn only_what_lies_within_the_limit_is_found_and_the_nearest_come_first() {
    let mut dice = Dice(8);
    let code = SearchCode::new(std::array::from_fn(|_| dice.word()), [u64::MAX; WORDS]);
    // Iris n differs in 64 * n bits.
    let gallery: Vec<SearchCode> = (0..20)
        .map(|n| {
            SearchCode::new(
                std::array::from_fn(|at| code.code[at] ^ if at < n { u64::MAX } else { 0 }),
                [u64::MAX; WORDS],
            )
        })
        .collect();
    let gallery = gallery_of(&gallery.into_iter().rev().collect::<Vec<_>>());
    let probe = Probe::new(&code, Reach::columns(0));
    let mut found = Vec::new();
    gallery.search(&probe, Limit::new(3 * 64, 2048), |candidate| found.push((candidate.index, candidate.different)));
    assert_eq!(found, [(16, 192), (17, 128), (18, 64), (19, 0)]);
    let nearest = gallery.nearest(&probe, Limit::ALL, 3);
    assert_eq!(nearest.iter().map(|c| c.index).collect::<Vec<_>>(), [19, 18, 17]);
    assert_eq!(nearest[1].distance(), 64.0 / 2048.0);
    assert!(gallery.nearest(&probe, Limit::ALL, 0).is_empty());
    assert_eq!(gallery.nearest(&probe, Limit::ALL, 99).len(), 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_path_equals_the_plain_definition(seed in any::<u64>(), size in 1_usize..12, reach in 0_u8..12, least in 0_u16..900) {
        let mut dice = Dice(seed);
        let codes: Vec<SearchCode> = (0..size).map(|_| dice.code()).collect();
        assert_exact(&dice.code(), &codes, reach, least);
    }

    #[test]
    fn turning_is_a_group(seed in any::<u64>(), a in -200_i32..200, b in -200_i32..200) {
        let code = Dice(seed).code();
        prop_assert!(code.turned(a).turned(b) == code.turned(a + b));
        prop_assert!(code.turned(128) == code);
    }

    /// Pushing and taking out in any order is the same as with a plain list.
    #[test]
    fn taking_irises_out_keeps_the_others(seed in any::<u64>(), steps in 1_usize..400) {
        let mut dice = Dice(seed);
        let (mut gallery, mut list) = (Gallery::new(), Vec::new());
        for _ in 0..steps {
            if dice.word().is_multiple_of(3) && !list.is_empty() {
                let at = dice.word() as usize % list.len();
                prop_assert!(gallery.swap_remove(at).unwrap() == list.swap_remove(at));
            } else {
                let code = dice.code();
                gallery.push(&code);
                list.push(code);
            }
            prop_assert_eq!(gallery.len(), list.len());
            prop_assert_eq!(gallery.is_empty(), list.is_empty());
        }
        for (at, code) in list.iter().enumerate() {
            prop_assert!(gallery.get(at).as_ref() == Some(code));
        }
        prop_assert!(gallery.get(list.len()).is_none() && gallery.swap_remove(list.len()).is_none());
        let probe = Probe::new(&SearchCode::new([0; WORDS], [u64::MAX; WORDS]), Reach::columns(0));
        prop_assert!(all_found(&gallery, &probe).iter().all(|candidate| candidate.index < list.len()));
        while let Some(code) = list.pop() {
            prop_assert!(gallery.swap_remove(list.len()).unwrap() == code);
        }
        prop_assert_eq!(gallery.memory(), 0);
    }
}

#[test]
fn growing_takes_514_bytes_an_iris_and_moves_none() {
    let mut gallery = Gallery::new();
    let code = Dice(4).code();
    (0..2 * 4096 + 1).for_each(|_| assert!(gallery.push(&code) < 3 * 4096));
    assert_eq!(gallery.memory(), 3 * 8 * (512 * 514 + 128));
    let place = gallery.first_block().map(|block| std::ptr::from_ref(block.rows));
    (0..4096).for_each(|_| assert!(gallery.push(&code) > 2 * 4096));
    assert_eq!(gallery.first_block().map(|block| std::ptr::from_ref(block.rows)), place);
}
