//! Eyes, brows, nose, mouth and the lines age draws, laid onto the head.

use super::canvas::{Canvas, mix, scaled};
use super::{Moment, Person};

/// All of a face within its outline.
pub(super) fn face(canvas: &mut Canvas, person: &Person, moment: &Moment) {
    let skin = person.skin;
    let age = ((person.look.age as f32 - 30.0) / 45.0).clamp(0.0, 1.0);
    for side in [-1.0f32, 1.0] {
        let at = (side * person.eye_gap, -0.1);
        canvas.ellipse((at.0, at.1 - 0.02), (0.27, 0.17), 0.12, scaled(skin, 0.62), 0.45);
        canvas.ellipse((at.0, at.1 + 0.14), (0.2, 0.04), 0.05, scaled(skin, 0.66), 0.25 + 0.4 * age);
        canvas.ellipse((side * 0.52, 0.42), (0.25, 0.18), 0.2, mix(skin, [214.0, 110.0, 96.0], 0.5), 0.22);
        eye(canvas, person, side, at, moment);
        brow(canvas, person, side, at);
        let fold = move |u: f32, v: f32| (u * side - 0.2 - 0.28 * (v - 0.32)).abs() - 0.012;
        canvas.lay((-0.55, 0.34, 0.55, 0.8), 0.04, fold, |_, _, p| mix(p, scaled(skin, 0.6), 0.12 + 0.4 * age));
    }
    nose(canvas, person);
    mouth(canvas, person, moment.mouth.clamp(0.0, 1.0));
    for line in 0..3 {
        let height = -0.62 - 0.12 * line as f32;
        let crease = move |u: f32, v: f32| (v - height - 0.04 * u * u).abs() - 0.008;
        canvas.lay((-0.5, height - 0.1, 0.5, height + 0.12), 0.025, crease, |_, _, p| {
            mix(p, scaled(skin, 0.6), 0.35 * age)
        });
    }
}

fn eye(canvas: &mut Canvas, person: &Person, side: f32, (eu, ev): (f32, f32), moment: &Moment) {
    let (open, (iu, iv)) = (moment.eyes.clamp(0.0, 1.0), iris(person, side, moment.gaze));
    let (size, slant) = (person.eye_size, person.eye_slant);
    let tall = 0.42 * size * open;
    let lid = move |u: f32, v: f32| {
        let (x, y) = (u - eu, v - ev + slant * (u - eu) * side);
        let bend = (1.0 - (x / size).powi(2)).max(-0.5);
        (-tall * 1.15 * bend - y).max(y - tall * 0.85 * bend)
    };
    let frame = (eu - size - 0.06, ev - 0.2, eu + size + 0.06, ev + 0.2);
    canvas.lay(frame, 0.01, lid, |u, v, _| {
        let d = (u - iu).hypot(v - iv);
        let edge = |r: f32| ((r - d) / 0.012 + 0.5).clamp(0.0, 1.0);
        let white = scaled([232.0, 226.0, 220.0], 0.82 + 0.9 * (v - ev + 0.1));
        let coloured = mix(white, person.iris, edge(0.098));
        let dark = mix(coloured, [10.0, 8.0, 8.0], edge(0.042));
        let gleam = ((0.022 - (u - iu + 0.03).hypot(v - iv + 0.04)) / 0.01 + 0.5).clamp(0.0, 1.0);
        mix(dark, [250.0; 3], gleam)
    });
    let lash = move |u: f32, v: f32| {
        let (x, y) = (u - eu, v - ev + slant * (u - eu) * side);
        let bend = 1.0 - (x / size).powi(2);
        if bend < 0.0 { 1.0 } else { (y + tall * 1.15 * bend).abs() - 0.016 }
    };
    canvas.lay(frame, 0.012, lash, |_, _, p| mix(p, [26.0, 18.0, 16.0], if person.look.female { 0.95 } else { 0.75 }));
    let crease = move |u: f32, v: f32| {
        let bend = 1.0 - ((u - eu) / (size * 1.1)).powi(2);
        if bend < 0.0 { 1.0 } else { (v - ev + (0.5 * size + 0.03) * bend).abs() - 0.006 }
    };
    let shade = scaled(person.skin, 0.5);
    canvas.lay(frame, 0.02, crease, |_, _, p| mix(p, shade, 0.55));
}

fn brow(canvas: &mut Canvas, person: &Person, side: f32, (eu, ev): (f32, f32)) {
    let (thick, arch, height, hair) = (person.brow_thick, person.brow_arch, person.brow_height, person.hair);
    let shape = move |u: f32, v: f32| {
        let along = (u - eu) * side / 0.27;
        if along.abs() > 1.0 {
            return 1.0;
        }
        let line = ev - height - arch * (1.0 - (along - 0.3).powi(2)) + 0.03 * along;
        (v - line).abs() - thick * (1.0 - 0.55 * (along + 0.2).max(0.0)) * (1.0 - along.powi(6))
    };
    canvas.lay((eu - 0.3, ev - 0.6, eu + 0.3, ev), 0.02, shape, |u, v, p| {
        mix(p, hair, 0.8 + 0.15 * (u * 90.0 + v * 60.0).sin())
    });
}

fn nose(canvas: &mut Canvas, person: &Person) {
    let (skin, wide, tip) = (person.skin, person.nose_wide, person.nose_long - 0.06);
    for side in [-1.0f32, 1.0] {
        let flank = move |u: f32, v: f32| {
            let share = ((v + 0.1) / (tip + 0.1)).clamp(0.0, 1.0);
            (u * side - 0.1 - (wide - 0.12) * share * share).abs() - 0.025
        };
        let dark = if side > 0.0 { 0.32 } else { 0.26 };
        canvas.lay((-0.4, -0.12, 0.4, tip), 0.06, flank, |_, _, p| mix(p, scaled(skin, 0.6), dark));
        canvas.ellipse((side * wide * 0.82, tip - 0.02), (0.07, 0.075), 0.05, scaled(skin, 0.74), 0.5);
        canvas.ellipse((side * wide * 0.48, tip + 0.045), (0.052, 0.026), 0.02, scaled(skin, 0.3), 0.85);
    }
    canvas.ellipse((-0.02, 0.15), (0.055, 0.26), 0.06, [255.0, 240.0, 225.0], 0.16);
    canvas.ellipse((-0.02, tip - 0.06), (0.08, 0.06), 0.06, [255.0, 240.0, 225.0], 0.22);
    canvas.ellipse((0.0, tip + 0.1), (wide * 0.8, 0.03), 0.06, scaled(skin, 0.55), 0.45);
}

fn mouth(canvas: &mut Canvas, person: &Person, open: f32) {
    let (wide, full, lips, skin) = (person.mouth_wide, person.lip_full, person.lips, person.skin);
    let middle = person.nose_long + 0.26;
    // a short jaw has less room for it
    let gap = open * (person.length - middle - full - 0.12).clamp(0.16, 0.32);
    if person.moustache > 0.0 {
        let (hair, strength) = (person.hair, person.moustache);
        canvas.ellipse((0.0, middle - full - 0.07), (wide * 0.9, 0.05), 0.05, hair, strength);
        canvas.ellipse((0.0, person.length - 0.14), (0.2, 0.1), 0.1, hair, strength * 0.7);
    }
    let shape = move |u: f32, v: f32| {
        let bend = 1.0 - (u / wide).powi(2);
        let bow = 0.025 * (1.0 - (u / 0.09).powi(2)).max(0.0);
        (-full * 0.85 * bend + bow - (v - middle)).max(v - middle - (full * 1.15 + gap) * bend)
    };
    canvas.lay((-0.5, middle - 0.2, 0.5, middle + 0.2 + gap), 0.015, shape, |u, v, _| {
        scaled(lips, if v < middle { 0.85 } else { 1.08 - 0.5 * (u * u + (v - middle - gap - 0.05).powi(2)) })
    });
    if gap > 0.0 {
        let inside = move |u: f32, v: f32| {
            let bend = 1.0 - (u / (0.92 * wide)).powi(2);
            (middle - v).max(v - middle - gap * bend)
        };
        canvas.lay((-0.5, middle - 0.1, 0.5, middle + 0.1 + gap), 0.012, inside, |_, v, _| {
            if v < middle + 0.35 * gap { [206.0, 198.0, 186.0] } else { [58.0, 22.0, 22.0] }
        });
    }
    let line =
        move |u: f32, v: f32| if u.abs() > wide { 1.0 } else { (v - middle + 0.02 * (u / wide).powi(2)).abs() - 0.008 };
    canvas.lay((-0.5, middle - 0.1, 0.5, middle + 0.1), 0.012, line, |_, _, p| mix(p, scaled(lips, 0.4), 0.85));
    canvas.ellipse((0.0, middle + full + gap + 0.1), (0.16, 0.03), 0.05, scaled(skin, 0.6), 0.45);
}

/// Middle of an iris.
pub(super) fn iris(person: &Person, side: f32, gaze: (f32, f32)) -> (f32, f32) {
    let size = person.eye_size;
    (side * person.eye_gap + 0.5 * size * gaze.0, -0.11 + 0.2 * size * gaze.1)
}
