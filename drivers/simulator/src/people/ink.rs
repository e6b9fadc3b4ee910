//! Synthetic signatures: pen movements as a hand makes them.
//!
//! A hand writes in overlapping ballistic movements whose speed follows a lognormal bell along a bent path (the
//! kinematic theory of Plamondon, 1995). A person is a plan of such movements; a capture executes the plan with the
//! small errors of a hand in strength, direction and timing, which is how two signatures of one person really differ.
//! Coordinates are rounded to hundredths of a millimetre, about what a pad resolves, which also makes the last bits
//! of `exp` harmless.

use rekam_hal::{PenPoint, Signature};

use super::Dice;

/// Writing area in millimetres.
pub const WIDTH_MM: f32 = 100.0;
/// Height of the writing area in millimetres.
pub const HEIGHT_MM: f32 = 40.0;
/// Points a second, as pads deliver.
pub const RATE_HZ: u32 = 150;

const MARGIN_MM: f32 = 3.0;
/// Median duration of half a movement and the spread of its logarithm.
const MEDIAN_S: f32 = 0.11;
const SPREAD: f32 = 0.33;

/// One ballistic movement.
#[derive(Debug, Clone, Copy)]
struct Move {
    /// Start after the component's beginning, seconds.
    start: f32,
    /// Length of the path, millimetres.
    length: f32,
    /// Direction at the beginning and at the end, radians.
    angles: (f32, f32),
}

/// What is written between pen-down and pen-up.
#[derive(Debug, Clone)]
struct Component {
    /// Where it begins, millimetres.
    origin: (f32, f32),
    moves: Vec<Move>,
    /// Pen in the air before it, seconds.
    pause: f32,
}

/// A person's signature as he gives it at one moment.
///
/// Equal seeds give equal points; another `capture_seed` gives the same signature written again.
pub fn signature(person_seed: u64, capture_seed: u64) -> Signature {
    let mut person = Dice::new(person_seed, 0x61);
    let plan = plan(&mut person);
    let force = person.range(0.45, 0.85);
    let mut hand = Dice::new(super::derive(person_seed, capture_seed), 0x62);
    let mut strokes = Vec::new();
    let mut clock = 0.0;
    for component in &plan {
        if !strokes.is_empty() {
            clock += component.pause * hand.range(0.85, 1.2);
        }
        let (stroke, seconds) = write(&executed(component, &mut hand), clock, force, &mut hand);
        clock += seconds;
        strokes.push(stroke);
    }
    place(&mut strokes, &mut hand);
    Signature { width_mm: WIDTH_MM, height_mm: HEIGHT_MM, strokes }
}

/// A person's plan: a large initial, a run of small letters, often a flourish or a dot.
fn plan(dice: &mut Dice) -> Vec<Component> {
    let mut parts = vec![initial(dice)];
    let mut x = dice.range(9.0, 16.0);
    for _ in 0..1 + dice.below(2) {
        let (part, advance) = letters(dice, x);
        parts.push(part);
        x += advance;
    }
    if dice.chance(0.6) {
        parts.push(flourish(dice, x));
    }
    if dice.chance(0.4) {
        let origin = (dice.range(0.3, 0.9) * x, dice.range(6.0, 11.0));
        let angle = dice.range(0.3, 1.2);
        let moves = vec![Move { start: 0.0, length: dice.range(0.6, 1.5), angles: (angle, angle) }];
        parts.push(Component { origin, moves, pause: dice.range(0.15, 0.3) });
    }
    parts
}

fn initial(dice: &mut Dice) -> Component {
    let mut start = 0.0;
    let mut up = dice.chance(0.5);
    let turn = dice.one_of([-1.0, 1.0]);
    let moves = (0..3 + dice.below(3))
        .map(|_| {
            let angle = if up { dice.range(-1.9, -0.8) } else { dice.range(1.0, 2.0) };
            up = !up;
            let bend = turn * dice.range(0.4, 2.6);
            let this = Move { start, length: dice.range(9.0, 19.0), angles: (angle - bend / 2.0, angle + bend / 2.0) };
            start += dice.range(0.11, 0.17);
            this
        })
        .collect();
    Component { origin: (dice.range(0.0, 4.0), dice.range(14.0, 20.0)), moves, pause: 0.0 }
}

/// A run of loops and humps from left to right; also how far it gets.
fn letters(dice: &mut Dice, x: f32) -> (Component, f32) {
    let (mut start, mut advance) = (0.0, 0.0);
    let size = dice.range(3.0, 6.5);
    let slant = dice.range(-0.3, 0.4);
    let moves = (0..2 * (3 + dice.below(5)))
        .map(|i| {
            let up = i % 2 == 0;
            let angle = slant + if up { dice.range(-1.25, -0.7) } else { dice.range(0.8, 1.45) };
            let tall = if dice.chance(0.2) { 1.9 } else { 1.0 };
            let length = tall * size * dice.range(0.7, 1.3);
            let bend = if dice.chance(0.3) { dice.range(-3.2, -1.8) } else { dice.range(-1.0, 0.8) };
            let this = Move { start, length, angles: (angle - bend / 2.0, angle + bend / 2.0) };
            advance += length * angle.cos() * 0.8;
            start += dice.range(0.075, 0.115);
            this
        })
        .collect();
    let origin = (x, dice.range(16.0, 21.0));
    (Component { origin, moves, pause: dice.range(0.08, 0.25) }, advance.max(6.0))
}

/// A long line under or through the name.
fn flourish(dice: &mut Dice, x: f32) -> Component {
    let back = dice.chance(0.5);
    let bend = dice.range(-0.7, 0.7);
    let (from, angle) = if back { (x + 4.0, std::f32::consts::PI) } else { (dice.range(0.0, 6.0), 0.0) };
    let mut moves = vec![Move { start: 0.0, length: x * dice.range(0.7, 1.0), angles: (angle - bend, angle + bend) }];
    if dice.chance(0.5) {
        let away = if back { 0.2 } else { std::f32::consts::PI - 0.2 };
        let turn = dice.range(-0.8, 0.8);
        moves.push(Move { start: 0.2, length: x * dice.range(0.3, 0.8), angles: (away, away + turn) });
    }
    Component { origin: (from, dice.range(23.0, 28.0)), moves, pause: dice.range(0.15, 0.4) }
}

/// The plan as the hand carries it out this time.
fn executed(component: &Component, hand: &mut Dice) -> Component {
    let haste = 1.0 + 0.05 * hand.gauss();
    let moves = component
        .moves
        .iter()
        .map(|m| {
            let lean = 0.045 * hand.gauss();
            Move {
                start: (m.start * haste + 0.004 * hand.gauss()).max(0.0),
                length: m.length * (1.0 + 0.045 * hand.gauss()).max(0.5),
                angles: (m.angles.0 + lean + 0.04 * hand.gauss(), m.angles.1 + lean + 0.04 * hand.gauss()),
            }
        })
        .collect();
    let (x, y) = component.origin;
    Component { origin: (x + 0.4 * hand.gauss(), y + 0.4 * hand.gauss()), moves, pause: component.pause }
}

/// Share of a movement done after `t` seconds: a logistic stand-in for the lognormal distribution function.
fn done(t: f32) -> f32 {
    if t <= 0.0 {
        return 0.0;
    }
    let z = (t / MEDIAN_S).ln() / SPREAD;
    1.0 / (1.0 + (-1.702 * z).exp())
}

/// Adds up the movements; also how long it took, in seconds.
fn write(component: &Component, begin: f32, force: f32, hand: &mut Dice) -> (Vec<PenPoint>, f32) {
    let last = component.moves.iter().map(|m| m.start).fold(0.0, f32::max);
    let seconds = last + 2.4 * MEDIAN_S;
    let ticks = (seconds * 1000.0) as u32;
    let (mut x, mut y) = component.origin;
    let mut points = Vec::new();
    let mut due = 0.0;
    let mut before = (x, y);
    for tick in 0..=ticks {
        let t = tick as f32 / 1000.0;
        if t >= due {
            let speed = ((x - before.0).powi(2) + (y - before.1).powi(2)).sqrt() * RATE_HZ as f32;
            let edge = (t / 0.03).min((seconds - t) / 0.04).clamp(0.15, 1.0);
            let pressure = force * edge * (1.0 - 0.4 * (speed / 350.0).min(1.0)) + 0.015 * hand.gauss();
            let t = ((begin + t) * 1000.0).round() as u32;
            points.push(PenPoint { x, y, t, pressure: (pressure.clamp(0.02, 1.0) * 1024.0).round() / 1024.0 });
            before = (x, y);
            due += 1.0 / RATE_HZ as f32;
        }
        for m in &component.moves {
            let (now, next) = (done(t - m.start), done(t + 0.001 - m.start));
            let (sin, cos) = (m.angles.0 + (m.angles.1 - m.angles.0) * now).sin_cos();
            x += m.length * (next - now) * cos;
            y += m.length * (next - now) * sin;
        }
    }
    (points, seconds)
}

/// Turns, scales and moves the whole into the writing area, a little differently each time.
fn place(strokes: &mut [Vec<PenPoint>], hand: &mut Dice) {
    let (sin, cos) = (0.035 * hand.gauss()).sin_cos();
    for p in strokes.iter_mut().flatten() {
        (p.x, p.y) = (p.x * cos - p.y * sin, p.x * sin + p.y * cos);
    }
    let points = || strokes.iter().flatten();
    let span = |f: fn(&PenPoint) -> f32| points().map(f).fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)));
    let (left, right) = span(|p| p.x);
    let (top, bottom) = span(|p| p.y);
    let room = ((WIDTH_MM - 2.0 * MARGIN_MM) / (right - left)).min((HEIGHT_MM - 2.0 * MARGIN_MM) / (bottom - top));
    let scale = (1.25 + 0.04 * hand.gauss()).min(room);
    let slack = |room: f32, size: f32, share: f32| MARGIN_MM + (room - 2.0 * MARGIN_MM - size * scale).max(0.0) * share;
    let x0 = slack(WIDTH_MM, right - left, hand.range(0.2, 0.6));
    let y0 = slack(HEIGHT_MM, bottom - top, hand.range(0.3, 0.7));
    let hundredth = |v: f32| (v * 100.0).round() / 100.0;
    for p in strokes.iter_mut().flatten() {
        p.x = hundredth(x0 + (p.x - left) * scale);
        p.y = hundredth(y0 + (p.y - top) * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Mean distance between two signatures at equal shares of their path, centres laid over each other.
    fn distance(a: &Signature, b: &Signature) -> f32 {
        let resampled = |s: &Signature| -> Vec<(f32, f32)> {
            let all: Vec<_> = s.strokes.iter().flatten().collect();
            let picked: Vec<_> = (0..64).map(|i| all[i * (all.len() - 1) / 63]).map(|p| (p.x, p.y)).collect();
            let (mx, my) = picked.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / 64.0, y + p.1 / 64.0));
            picked.iter().map(|p| (p.0 - mx, p.1 - my)).collect()
        };
        let (a, b) = (resampled(a), resampled(b));
        a.iter().zip(&b).map(|(p, q)| ((p.0 - q.0).powi(2) + (p.1 - q.1).powi(2)).sqrt()).sum::<f32>() / 64.0
    }

    proptest! {
        #[test]
        fn a_signature_stays_on_the_pad_and_time_moves_on(person in any::<u64>(), capture in any::<u64>()) {
            let s = signature(person, capture);
            prop_assert!(s.strokes.len() >= 2 && s.points() > 60 && s.ink_mm() > 40.0);
            let all: Vec<_> = s.strokes.iter().flatten().collect();
            for p in &all {
                prop_assert!((0.0..=WIDTH_MM).contains(&p.x) && (0.0..=HEIGHT_MM).contains(&p.y));
                prop_assert!((0.0..=1.0).contains(&p.pressure));
            }
            prop_assert_eq!(all[0].t, 0);
            prop_assert!(all.windows(2).all(|w| w[0].t < w[1].t && w[1].t - w[0].t < 1000));
        }

        #[test]
        fn the_pen_never_jumps_within_a_stroke(person in any::<u64>()) {
            for stroke in signature(person, 1).strokes {
                for w in stroke.windows(2) {
                    prop_assert!((w[1].x - w[0].x).abs() < 8.0 && (w[1].y - w[0].y).abs() < 8.0);
                }
            }
        }
    }

    #[test]
    fn equal_seeds_give_equal_signatures() {
        assert_eq!(signature(4, 2), signature(4, 2));
        assert_ne!(signature(4, 2), signature(4, 3));
    }

    #[test]
    fn a_hand_repeats_itself_better_than_it_resembles_others() {
        let mut mated = 0.0;
        let mut others = 0.0;
        for person in 0..20 {
            mated += distance(&signature(person, 1), &signature(person, 2)) / 20.0;
            others += distance(&signature(person, 1), &signature(person + 100, 1)) / 20.0;
        }
        assert!(mated * 2.0 < others, "{mated} against {others}");
    }

    #[test]
    fn the_pen_slows_down_at_turns() {
        let s = signature(1, 1);
        let speeds: Vec<f32> =
            s.strokes[0].windows(2).map(|w| ((w[1].x - w[0].x).powi(2) + (w[1].y - w[0].y).powi(2)).sqrt()).collect();
        let fastest = speeds.iter().copied().fold(0.0, f32::max);
        assert!(speeds[0] < 0.3 * fastest && speeds[speeds.len() - 1] < 0.3 * fastest);
    }
}
