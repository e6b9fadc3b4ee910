//! Counting without an instruction for it: full adders on whole registers (after Harley and Seal; Mula, Kurz and Lemire
//! 2018).
//!
//! A register holds one bit of many irises; their sums are held bit by bit in as many registers as a sum has bits. The
//! adders only need `and`, `or` and `xor`, so the whole search is written once, as a macro over the functions of a kind
//! of register: 128 bits, which each x86-64 processor has, 256 bits with AVX2, 512 with AVX-512, and plain words for
//! everything else. It is a macro and not a generic function because all of it has to be compiled for the instructions
//! of the register.

/// Writes the search for registers of a type. The functions that know the register (`load`, `spread16`, `and`...) must
/// be in scope, and so must everything of [`super::layout`].
macro_rules! search_by_adders {
    ($register:ty, $(#[$attribute:meta])*) => {
        /// Registers for a row.
        const ACROSS: usize = LANES / 8 / size_of::<$register>();

        /// A sum of every iris of a register, its lowest bits first.
        type Sum = [$register; DIGITS];

        /// Adds three rows of bits: sum and carry. The last one may come late.
        #[inline]
        $(#[$attribute])*
        fn add(a: $register, b: $register, c: $register) -> ($register, $register) {
            (odd_of(a, b, c), most(a, b, c))
        }

        /// Adds eight rows to a sum of three bits; gives what is carried. What was there before is added last, because
        /// everything else need not wait for it.
        #[inline]
        $(#[$attribute])*
        fn add_eight(sum: &mut [$register; 3], rows: [$register; 8]) -> $register {
            let (first, a) = add(rows[0], rows[1], rows[2]);
            let (second, b) = add(rows[3], rows[4], rows[5]);
            let (third, c) = add(first, second, rows[6]);
            let (ones, d) = add(third, rows[7], sum[0]);
            let (half, e) = add(a, b, c);
            let (twos, f) = add(half, d, sum[1]);
            let (fours, eight) = add(e, f, sum[2]);
            *sum = [ones, twos, fours];
            eight
        }

        /// The irises of an entry; with `EITHER` those with any valid bit there.
        #[inline]
        $(#[$attribute])*
        fn row<const EITHER: bool>(rows: &Rows, at: usize, entry: Entry) -> $register {
            let row = load(entry.of(rows), at);
            if EITHER { or(row, load(entry.opposite().of(rows), at)) } else { row }
        }

        /// Eight rows from a place of a list on.
        #[inline]
        $(#[$attribute])*
        fn eight<const EITHER: bool>(rows: &Rows, at: usize, entries: &[Four; 2]) -> [$register; 8] {
            let mut taken = [spread16(0); 8];
            for (taken, four) in taken.as_chunks_mut::<4>().0.iter_mut().zip(entries) {
                for (taken, entry) in taken.iter_mut().zip(four.entries()) {
                    *taken = row::<EITHER>(rows, at, entry);
                }
            }
            taken
        }

        /// Adds the rows of a run.
        #[inline]
        $(#[$attribute])*
        fn add_run<const EITHER: bool, const LENGTH: usize>(rows: &Rows, at: usize, run: &[Four; LENGTH], sum: &mut Sum) {
            let [low, middle, high @ ..] = sum.as_chunks_mut::<3>().0 else { return };
            let (mut ones, mut eights) = (*low, [spread16(0); 8]);
            for (carry, entries) in eights.iter_mut().zip(run.as_chunks().0) {
                *carry = add_eight(&mut ones, eight::<EITHER>(rows, at, entries));
            }
            *low = ones;
            let mut ones = *middle;
            let mut carry = add_eight(&mut ones, eights);
            *middle = ones;
            for digit in high.as_flattened_mut() {
                let next = and(*digit, carry);
                *digit = xor(*digit, carry);
                carry = next;
            }
        }

        /// Swaps the bits of two registers that lie across: `SHIFT` higher in the first than in the second.
        #[inline]
        $(#[$attribute])*
        fn swap<const SHIFT: u32>(registers: &mut [$register; 8], first: usize, second: usize, pattern: u16) {
            let (a, b) = (registers[first], registers[second]);
            let swapped = and(xor(right::<SHIFT>(a), b), spread16(pattern));
            registers[second] = xor(b, swapped);
            registers[first] = xor(a, left::<SHIFT>(swapped));
        }

        /// Eight digits of the irises of a register as bytes: those of every eighth iris from the register's number on.
        #[inline]
        $(#[$attribute])*
        fn transposed(mut digits: [$register; 8]) -> [$register; 8] {
            for i in 0..4 {
                swap::<4>(&mut digits, i, i + 4, 0x0f0f);
            }
            for i in [0, 1, 4, 5] {
                swap::<2>(&mut digits, i, i + 2, 0x3333);
            }
            for i in [0, 2, 4, 6] {
                swap::<1>(&mut digits, i, i + 1, 0x5555);
            }
            digits
        }

        /// The sums as numbers: keeps a rotation for those irises for which it is better than what they have.
        #[inline]
        $(#[$attribute])*
        fn keep(best: &mut Best, valid: &Numbers, at: usize, [d, a]: [&Sum; 2], turn: u16, least: u16) {
            let differing = transposed([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]]);
            let absent = transposed([a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]]);
            let high = transposed([d[8], d[9], d[10], d[11], a[8], a[9], a[10], a[11]]);
            for (i, high) in high.into_iter().enumerate() {
                let even = |low, high| or(and(low, spread16(0x00ff)), left::<8>(high));
                let odd = |low, high| or(right::<8>(and(low, spread16(0xff00))), high);
                let high = [0x000f, 0x00f0, 0x0f00, 0xf000].map(|pattern| and(high, spread16(pattern)));
                let sides = [
                    (even(differing[i], high[0]), even(absent[i], right::<4>(high[1]))),
                    (odd(differing[i], high[2]), odd(absent[i], right::<4>(high[3]))),
                ];
                for (side, (d, a)) in sides.into_iter().enumerate() {
                    let place = Place { number: i, side, at };
                    keep_numbers(best, place, d, sub16(load16(&valid[i][side], at), a), turn, least);
                }
            }
        }

        #[inline]
        $(#[$attribute])*
        fn keep_numbers(best: &mut Best, place: Place, d: $register, m: $register, turn: u16, least: u16) {
            let Place { number, side, at } = place;
            let (different, common) = (&mut best.different[number][side], &mut best.common[number][side]);
            let (held, of) = (load16(different, at), load16(common, at));
            // Fractions are compared crosswise.
            let better = and(products_below(d, of, held, m), above(m, spread16(least.saturating_sub(1))));
            store16(chosen(better, held, d), different, at);
            store16(chosen(better, of, m), common, at);
            let turns = &mut best.turn[number][side];
            store16(chosen(better, load16(turns, at), spread16(turn)), turns, at);
        }

        /// Takes `b` where `choice` is set, else `a`.
        #[inline]
        $(#[$attribute])*
        fn chosen(choice: $register, a: $register, b: $register) -> $register {
            xor(a, and(xor(a, b), choice))
        }

        /// The best rotation of each iris, while `next` is fetched.
        $(#[$attribute])*
        pub fn best(turns: &Turns, block: Block<'_>, next: &[Row], best: &mut Best) {
            let mut ahead = next.chunks(turns.rows_ahead());
            for (number, group) in turns.groups().enumerate() {
                let mut sums = [[[[spread16(0); DIGITS]; GROUP]; ACROSS]; 2];
                let [differing, absent] = &mut sums;
                for step in turns.steps() {
                    for (at, (differing, absent)) in differing.iter_mut().zip(absent.iter_mut()).enumerate() {
                        for (turn, (differing, absent)) in group.iter().zip(differing.iter_mut().zip(absent)) {
                            for run in turn.differing.get(step.differing.clone()).into_iter().flatten() {
                                add_run::<false, _>(block.rows, at, run, differing);
                            }
                            for run in turn.absent.get(step.absent.clone()).into_iter().flatten() {
                                add_run::<true, _>(block.rows, at, run, absent);
                            }
                            if at == 0 {
                                ahead.next().into_iter().flatten().for_each(fetch);
                            }
                        }
                    }
                }
                for (at, (differing, absent)) in differing.iter().zip(absent.iter()).enumerate() {
                    for (i, sums) in differing.iter().zip(absent).take(group.len()).enumerate() {
                        let turn = (number * GROUP + i) as u16;
                        keep(best, block.valid, at, [sums.0, sums.1], turn, turns.least());
                    }
                }
            }
        }
    };
}

pub(super) use search_by_adders;
