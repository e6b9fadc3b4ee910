//! Counting without an instruction for it: full adders on whole registers.
//!
//! The adders only need `and`, `or` and `xor`, so they are written once, as a macro over the functions of a kind of
//! register: 128 bits, which each x86-64 processor has, 256 bits with AVX2, and plain words for everything else. It is a
//! macro and not a generic function because all of it has to be compiled for the instructions of the register.

/// Writes the counting for registers of a type. The functions that know the register (`load`, `spread`, `and`...) must be
/// in scope, and so must everything of [`super::layout`].
macro_rules! adders {
    ($register:ty, $(#[$attribute:meta])*) => {
        /// Takes `b` where `choice` is set, else `a`.
        #[inline]
        $(#[$attribute])*
        fn chosen(choice: $register, a: $register, b: $register) -> $register {
            xor(a, and(xor(a, b), choice))
        }

        /// Adds two rows to a sum of bits; gives what is carried.
        #[inline]
        $(#[$attribute])*
        fn add(sum: &mut $register, a: $register, b: $register) -> $register {
            let either = xor(*sum, a);
            let carry = or(and(*sum, a), and(either, b));
            *sum = xor(either, b);
            carry
        }

        /// For every iris the set bits of all rows, even and odd irises apart.
        #[inline]
        $(#[$attribute])*
        fn count(probe: &[Byte; ROWS], block: &Block, row: impl Fn(&Byte, &Row) -> $register) -> [$register; 2] {
            let none = spread(0);
            let (mut ones, mut twos, mut fours) = (none, none, none);
            let mut total = [none; 2];
            let (probe, rows) = (probe.as_chunks::<8>().0, block.rows.as_chunks::<8>().0);
            // Half of the rows at a time: 16 times at most eight carried bits fit a byte.
            for (probe, rows) in probe.chunks(ROWS / 16).zip(rows.chunks(ROWS / 16)) {
                let mut eights = none;
                for (byte, of) in probe.iter().zip(rows) {
                    let first = add(&mut ones, row(&byte[0], &of[0]), row(&byte[1], &of[1]));
                    let second = add(&mut ones, row(&byte[2], &of[2]), row(&byte[3], &of[3]));
                    let half = add(&mut twos, first, second);
                    let third = add(&mut ones, row(&byte[4], &of[4]), row(&byte[5], &of[5]));
                    let fourth = add(&mut ones, row(&byte[6], &of[6]), row(&byte[7], &of[7]));
                    let whole = add(&mut twos, third, fourth);
                    eights = add8(eights, set_bits(add(&mut fours, half, whole)));
                }
                total = [add16(total[0], even(eights)), add16(total[1], odd(eights))];
            }
            // At most 7 times 8 in a byte.
            let rest = add8(set_bits(fours), set_bits(fours));
            let rest = add8(rest, set_bits(twos));
            let rest = add8(add8(rest, rest), set_bits(ones));
            [add16(eightfold(total[0]), even(rest)), add16(eightfold(total[1]), odd(rest))]
        }

        /// Differing bits at one rotation.
        #[inline]
        $(#[$attribute])*
        fn different(probe: &[Byte; ROWS], block: &Block, at: usize) -> [$register; 2] {
            count(probe, block, |byte, row| {
                let code = xor(spread(byte.code), load(&row.code, at));
                and(and(code, spread(byte.mask)), load(&row.mask, at))
            })
        }

        /// Keeps a rotation for those irises for which it is better than what they have.
        #[inline]
        $(#[$attribute])*
        fn keep(best: &mut Best, at: usize, sums: [[$register; 2]; 2], turn: u16, least: u16) {
            for side in 0..2 {
                let (d, m) = (sums[0][side], sums[1][side]);
                let (held, of) = (load16(&best.different[side], at), load16(&best.common[side], at));
                let unit = spread16(1);
                let enough = products_below(spread16(least.saturating_sub(1)), unit, m, unit);
                // Fractions are compared crosswise.
                let better = and(products_below(d, of, held, m), enough);
                store16(chosen(better, held, d), &mut best.different[side], at);
                store16(chosen(better, of, m), &mut best.common[side], at);
                let earlier = load16(&best.turn[side], at);
                store16(chosen(better, earlier, spread16(turn)), &mut best.turn[side], at);
            }
        }
    };
}

/// As [`adders`], and the search made of nothing else.
macro_rules! search_by_adders {
    ($register:ty, $(#[$attribute:meta])*) => {
        adders!($register, $(#[$attribute])*);

        /// Common bits at one rotation.
        #[inline]
        $(#[$attribute])*
        fn common(probe: &[Byte; ROWS], block: &Block, at: usize) -> [$register; 2] {
            count(probe, block, |byte, row| and(spread(byte.mask), load(&row.mask, at)))
        }

        /// The best rotation of each iris.
        $(#[$attribute])*
        pub fn best(plan: &Plan<'_>, block: &Block, best: &mut Best) {
            for at in 0..LANES / size_of::<$register>() {
                for turned in plan.each() {
                    let sums = [different(turned.bytes, block, at), common(turned.bytes, block, at)];
                    keep(best, at, sums, turned.number, plan.least());
                }
            }
        }
    };
}

pub(super) use {adders, search_by_adders};
