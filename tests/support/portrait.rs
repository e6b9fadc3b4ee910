//! Portraits to spoil: the public-domain astronaut before a plain backdrop, cut as for the card, drawn people, and the
//! ways in which pictures go wrong.
//!
//! A defect changes pixels and nothing else; [`see`] then asks the networks what they see in them.

#![allow(dead_code, reason = "every test takes what it needs")]

use std::sync::OnceLock;

use rekam::biometrics::face::crop::{Format, Head, cut};
use rekam::biometrics::face::replace::replace;
use rekam::biometrics::face::report::{Mask, Observation, Report, Wanted};
use rekam::biometrics::face::{self, NetworkFiles, Portraitist};
use rekam_hal::RgbImage;
use rekam_simulator::people::portrait::{self as drawn, Look, Moment};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/portrait/");
pub const RED: [u8; 3] = [0xDB, 0x15, 0x14];
pub const BLUE: [u8; 3] = [0x00, 0x90, 0xFF];
pub const ORANGE: [u8; 3] = [0xFF, 0x8C, 0x1A];

/// The networks, loaded once.
pub fn engine() -> &'static Portraitist {
    static ENGINE: OnceLock<Portraitist> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let file =
            |name: &str| std::fs::read(format!("{}/assets/models/{name}.onnx", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let (near, full) = (file("face_detector"), file("face_detector_full"));
        let (mesh, embedding) = (file("face_mesh_attention"), file("face_embedding"));
        let (person, wide) = (file("person"), file("person_wide"));
        let files = NetworkFiles {
            near: &near,
            full: &full,
            mesh: &mesh,
            person: &person,
            person_wide: &wide,
            embedding: &embedding,
        };
        Portraitist::from_onnx(&files).unwrap()
    })
}

/// A picture and what the networks see in it; without points when they see nobody.
#[derive(Clone)]
pub struct Seen {
    pub image: RgbImage,
    pub points: Vec<[f32; 3]>,
    pub pose: [f32; 3],
    pub mask: Mask,
    pub areas: Vec<f32>,
    pub found: face::Seen,
}

impl Seen {
    fn frame(&self) -> (f32, f32, f32, f32) {
        (0.0, 0.0, self.image.width() as f32, self.image.height() as f32)
    }

    pub fn observation(&self) -> Observation<'_> {
        Observation {
            image: &self.image,
            frame: self.frame(),
            points: &self.points,
            pose: self.pose,
            person: &self.mask,
            areas: &self.areas,
        }
    }

    pub fn report(&self, wanted: &Wanted) -> Report {
        face::report(&self.found, &self.image, self.frame(), wanted)
    }
}

/// What the networks see.
pub fn see(image: RgbImage) -> Seen {
    let found = engine().see(&image).unwrap();
    let areas = found.faces.iter().map(face::detect::Face::area).collect();
    let nobody = || Mask { width: 0, height: 0, values: Vec::new() };
    let (points, pose, mask) = found
        .sitter
        .as_ref()
        .map_or((Vec::new(), [0.0; 3], nobody()), |s| (s.points.clone(), s.pose, s.person.clone()));
    Seen { image, points, pose, mask, areas, found }
}

/// The astronaut as photographed.
pub fn astronaut() -> Seen {
    let decoded = image::open(format!("{DATA}astronaut.png")).unwrap().to_rgb8();
    see(RgbImage::new(decoded.width(), decoded.height(), decoded.into_raw()).unwrap())
}

/// Cut as for the card, before a plain backdrop.
pub fn portrait(backdrop: [u8; 3]) -> Seen {
    let whole = astronaut();
    let photo = replace(&whole.image, &whole.mask, backdrop);
    see(cut(&photo, Head::of(&whole.points), Format::Portrait { dpi: 300 }).unwrap().image)
}

/// A drawn person, by number: every second a woman, every fourth in a veil, all ages and backdrops.
pub fn look(number: u64) -> Look {
    let backdrop = [drawn::Backdrop::Red, drawn::Backdrop::Blue, drawn::Backdrop::Orange][(number % 3) as usize];
    Look { backdrop, female: number % 2 == 1, veil: number % 4 == 1, age: 17 + (number as u32 * 7) % 60 }
}

/// The number's person under these conditions.
pub fn drawing(number: u64, moment: &Moment) -> Seen {
    see(drawn::portrait_at(number, look(number), moment))
}

/// Nearest value of a mask at shares of the picture.
pub fn sample(mask: &Mask, u: f32, v: f32) -> f32 {
    let at = |s: f32, n: usize| ((s * n as f32) as usize).min(n - 1);
    mask.values[at(v.clamp(0.0, 1.0), mask.height) * mask.width + at(u.clamp(0.0, 1.0), mask.width)]
}

/// Every pixel anew, from its place and colour.
pub fn each(image: &RgbImage, mut f: impl FnMut(u32, u32, [f32; 3]) -> [f32; 3]) -> RgbImage {
    let (w, h) = (image.width(), image.height());
    let mut pixels = Vec::with_capacity(image.pixels().len());
    for y in 0..h {
        for x in 0..w {
            let i = ((y * w + x) * 3) as usize;
            let old = [0, 1, 2].map(|c| f32::from(image.pixels()[i + c]));
            pixels.extend(f(x, y, old).map(|v| (v + 0.5).clamp(0.0, 255.0) as u8));
        }
    }
    RgbImage::new(w, h, pixels).unwrap()
}

/// A coded value under `gain` times the light.
pub fn lit(v: f32, gain: f32) -> f32 {
    let v = v / 255.0;
    let linear = if v > 0.04045 { ((v + 0.055) / 1.055).powf(2.4) } else { v / 12.92 };
    let l = (linear * gain).min(1.0);
    255.0 * if l > 0.003_130_8 { 1.055 * l.powf(1.0 / 2.4) - 0.055 } else { 12.92 * l }
}

/// Gaussian blur of every channel.
pub fn blurred(seen: &Seen, sigma: f32) -> Seen {
    if sigma == 0.0 {
        return seen.clone();
    }
    let radius = (3.0 * sigma).ceil() as i64;
    let kernel: Vec<f32> = (-radius..=radius).map(|k| (-((k * k) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = kernel.iter().sum();
    let (w, h) = (i64::from(seen.image.width()), i64::from(seen.image.height()));
    let pass = |source: &[f32], dx: i64, dy: i64| -> Vec<f32> {
        let mut out = vec![0.0; source.len()];
        for y in 0..h {
            for x in 0..w {
                for (k, weight) in kernel.iter().enumerate() {
                    let d = k as i64 - radius;
                    let (sx, sy) = ((x + d * dx).clamp(0, w - 1), (y + d * dy).clamp(0, h - 1));
                    for c in 0..3 {
                        out[((y * w + x) * 3 + c) as usize] += weight / sum * source[((sy * w + sx) * 3 + c) as usize];
                    }
                }
            }
        }
        out
    };
    let floats: Vec<f32> = seen.image.pixels().iter().map(|&v| f32::from(v)).collect();
    let out = pass(&pass(&floats, 1, 0), 0, 1);
    let pixels = out.into_iter().map(|v| (v + 0.5) as u8).collect();
    see(RgbImage::new(w as u32, h as u32, pixels).unwrap())
}

/// The camera or the head moved sideways by `length` pixels while the picture was taken.
pub fn shaken(seen: &Seen, length: f32) -> Seen {
    let (w, taps) = (seen.image.width() as i64, (length.round() as i64).max(1));
    let out = each(&seen.image, |x, y, _| {
        let mut sum = [0.0; 3];
        for k in 0..taps {
            let at = (i64::from(y) * w + (i64::from(x) + k - taps / 2).clamp(0, w - 1)) as usize * 3;
            (0..3).for_each(|c| sum[c] += f32::from(seen.image.pixels()[at + c]) / taps as f32);
        }
        sum
    });
    see(out)
}

/// Under `gain` times the light.
pub fn exposed(seen: &Seen, gain: f32) -> Seen {
    see(each(&seen.image, |_, _, c| c.map(|v| lit(v, gain))))
}

/// Light falls on one side only: `strength` of it is gone on the other, `left` says on which.
pub fn side_lit(seen: &Seen, strength: f32, left: bool) -> Seen {
    let centre = seen.points[1][0];
    let width = seen.points[454][0] - seen.points[234][0];
    let image = each(&seen.image, |x, _, c| {
        let across = (x as f32 - centre) / width * if left { -6.0 } else { 6.0 };
        c.map(|v| lit(v, 1.0 - strength / (1.0 + (-across).exp())))
    });
    see(image)
}

/// Turned by `degrees` in the picture, `scale` times as large, moved by shares of the width and height.
pub fn moved(seen: &Seen, degrees: f32, scale: f32, by: (f32, f32)) -> Seen {
    let (w, h) = (seen.image.width() as f32, seen.image.height() as f32);
    let about = ((seen.points[468][0] + seen.points[473][0]) / 2.0, (seen.points[468][1] + seen.points[473][1]) / 2.0);
    let (s, c) = (-degrees).to_radians().sin_cos();
    let back = |x: f32, y: f32| {
        let (dx, dy) = ((x - about.0 - by.0 * w) / scale, (y - about.1 - by.1 * h) / scale);
        (about.0 + c * dx + s * dy, about.1 - s * dx + c * dy)
    };
    let old = |x: f32, y: f32, k: usize| {
        let (x, y) = (x.clamp(0.0, w - 1.0) as usize, y.clamp(0.0, h - 1.0) as usize);
        f32::from(seen.image.pixels()[(y * w as usize + x) * 3 + k])
    };
    let image = each(&seen.image, |x, y, _| {
        // four samples a side: shrinking must not make it sharper
        let mut sum = [0.0; 3];
        for i in 0..16 {
            let (px, py) = back(x as f32 + (i % 4) as f32 / 4.0 + 0.125, y as f32 + (i / 4) as f32 / 4.0 + 0.125);
            (0..3).for_each(|k| sum[k] += old(px, py, k) / 16.0);
        }
        sum
    });
    see(image)
}

/// Through a JPEG of this quality.
pub fn compressed(seen: &Seen, quality: u8) -> Seen {
    let mut file = Vec::new();
    let (w, h) = (seen.image.width(), seen.image.height());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality)
        .encode(seen.image.pixels(), w, h, image::ExtendedColorType::Rgb8)
        .unwrap();
    let pixels = image::load_from_memory(&file).unwrap().to_rgb8().into_raw();
    see(RgbImage::new(w, h, pixels).unwrap())
}

/// The picture moved along: where every pixel comes from.
pub fn warped(image: &RgbImage, from: impl Fn(f32, f32) -> (f32, f32)) -> RgbImage {
    let (w, h) = (image.width() as usize, image.height() as usize);
    each(image, |x, y, _| {
        let (px, py) = from(x as f32 + 0.5, y as f32 + 0.5);
        let (px, py) = ((px - 0.5).clamp(0.0, (w - 1) as f32), (py - 0.5).clamp(0.0, (h - 1) as f32));
        let (x0, y0) = (px as usize, py as usize);
        let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
        let at = |x: usize, y: usize, c: usize| f32::from(image.pixels()[(y * w + x) * 3 + c]);
        [0, 1, 2].map(|c| {
            let line = |y: usize| at(x0, y, c) + (at(x1, y, c) - at(x0, y, c)) * px.fract();
            line(y0) + (line(y1) - line(y0)) * py.fract()
        })
    })
}

/// The head turned to a side, its depth taken from the mesh and fading out around it.
pub fn turned(seen: &Seen, degrees: f32) -> Seen {
    const CELL: f32 = 8.0;
    let (s, c) = degrees.to_radians().sin_cos();
    let sides = [seen.points[234], seen.points[454]];
    let (cx, cz) = ((sides[0][0] + sides[1][0]) / 2.0, (sides[0][2] + sides[1][2]) / 2.0);
    let unit = sides[1][0] - sides[0][0];
    let (columns, rows) =
        ((seen.image.width() as f32 / CELL) as usize + 2, (seen.image.height() as f32 / CELL) as usize + 2);
    // how far a place of the straight head moves
    let moves: Vec<f32> = (0..columns * rows)
        .map(|i| {
            let (x, y) = ((i % columns) as f32 * CELL, (i / columns) as f32 * CELL);
            let (mut sum, mut total, mut nearest) = (0.0, 0.0, f32::MAX);
            for p in &seen.points[..468] {
                let d = (p[0] - x).powi(2) + (p[1] - y).powi(2);
                let weight = 1.0 / (d + 16.0).powi(2);
                sum += weight * (p[2] - cz);
                total += weight;
                nearest = nearest.min(d);
            }
            let fade = (-(nearest.sqrt() / (0.35 * unit)).powi(2)).exp();
            ((x - cx) * (c - 1.0) - sum / total * s) * fade
        })
        .collect();
    let move_at = |x: f32, y: f32| {
        let (u, v) = ((x / CELL).clamp(0.0, (columns - 2) as f32), (y / CELL).clamp(0.0, (rows - 2) as f32));
        let i = v as usize * columns + u as usize;
        let line = |i: usize| moves[i] + (moves[i + 1] - moves[i]) * u.fract();
        line(i) + (line(i + columns) - line(i)) * v.fract()
    };
    see(warped(&seen.image, |x, y| ((0..8).fold(x, |from, _| x - move_at(from, y)), y)))
}

/// Height of a line of points at a column; `None` beside it.
fn height_at(seen: &Seen, line: &[usize], x: f32) -> Option<f32> {
    line.windows(2).find_map(|pair| {
        let (a, b) = (seen.points[pair[0]], seen.points[pair[1]]);
        (a[0] <= x && x < b[0]).then(|| a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]))
    })
}

/// Upper lids drawn down over the eyes by `share` of the opening: skin covers them, the lashes go along.
pub fn eyes_shut(seen: &Seen, share: f32) -> Seen {
    use rekam::biometrics::face::landmarks::{LEFT_LOWER_LID, LEFT_UPPER_LID, RIGHT_LOWER_LID, RIGHT_UPPER_LID};
    let eyes = [(LEFT_UPPER_LID, LEFT_LOWER_LID), (RIGHT_UPPER_LID, RIGHT_LOWER_LID)];
    see(warped(&seen.image, |x, y| {
        for (upper, lower) in &eyes {
            let (Some(top), Some(bottom)) = (height_at(seen, upper, x), height_at(seen, lower, x)) else { continue };
            let wide = seen.points[upper[8]][0] - seen.points[upper[0]][0];
            let down = top + share * (bottom - top).max(0.0);
            let lashes = 0.05 * wide;
            if y > down - lashes && y < down {
                return (x, top - (down - y) * 0.6);
            }
            if y > top - lashes && y < down {
                // the lid's own skin, from above the lashes
                return (x, top - 0.14 * wide);
            }
        }
        (x, y)
    }))
}

/// Lower lip and chin let down until the lips are `gap` of eyes to chin apart, dark between them.
pub fn mouth_open(seen: &Seen, gap: f32) -> Seen {
    const UPPER: [usize; 11] = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308];
    const LOWER: [usize; 11] = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308];
    let eyes = (seen.points[468][1] + seen.points[473][1]) / 2.0;
    let chin = seen.points[152][1];
    let t = chin - eyes;
    let (left, right) = (seen.points[78][0], seen.points[308][0]);
    let (middle, half) = ((left + right) / 2.0, (right - left) / 2.0);
    let closed = (seen.points[14][1] - seen.points[13][1]).max(0.0);
    let drop = (gap * t - closed).max(0.0);
    let lip = (seen.points[13][1] + seen.points[14][1]) / 2.0;
    let split = |x: f32| height_at(seen, &LOWER, x).zip(height_at(seen, &UPPER, x)).map_or(lip, |(a, b)| (a + b) / 2.0);
    let open = |x: f32| drop * (1.0 - ((x - middle) / half).powi(2)).max(0.0).sqrt();
    let moved = warped(&seen.image, |x, y| {
        let (split, open) = (split(x), open(x).max(0.35 * drop * (-((x - middle) / (1.6 * half)).powi(2)).exp()));
        if y <= split + open.min(drop) && y > split {
            return (x, split);
        }
        if y <= split {
            return (x, y);
        }
        // what is below goes down with the jaw, less and less towards the collar
        let end = chin + 0.8 * t;
        let share = ((end - y) / (end - split - open)).clamp(0.0, 1.0);
        (x, y - open * share)
    });
    see(each(&moved, |x, y, c| {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let inside = (x - middle).abs() < half && y > split(x) && y < split(x) + open(x);
        if inside { [52.0, 20.0, 20.0] } else { c }
    }))
}

/// The part of a picture within this frame (left, top, right, bottom; pixels, cut at the picture's own border).
pub fn framed(image: &RgbImage, [left, top, right, bottom]: [f32; 4]) -> RgbImage {
    let within = |v: f32, end: u32| (v.round().max(0.0) as u32).min(end);
    let (left, right) = (within(left, image.width()), within(right, image.width()));
    let (top, bottom) = (within(top, image.height()), within(bottom, image.height()));
    let row = |y: u32| {
        let start = |x: u32| (y * image.width() + x) as usize * 3;
        &image.pixels()[start(left)..start(right)]
    };
    RgbImage::new(right - left, bottom - top, (top..bottom).flat_map(row).copied().collect()).unwrap()
}

/// Which of the many possible sets of people and defects is drawn: 0, or the number in `REKAM_DRAW`, so that what was
/// chosen on one set can be held against others.
pub fn draw() -> u64 {
    std::env::var("REKAM_DRAW").ok().map_or(0, |number| number.parse().unwrap())
}
