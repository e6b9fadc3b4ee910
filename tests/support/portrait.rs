//! A portrait to spoil: the public-domain astronaut before a plain backdrop, cut as for the card, and the ways in which
//! pictures go wrong.
//!
//! What the networks see in her was written down once (`tests/data/portrait/astronaut_seen.json`); a defect that moves points
//! moves the written ones along. [`see`] is the one place where a picture becomes an observation, so that the networks
//! can be asked instead.

#![allow(dead_code, reason = "every test takes what it needs")]

use rekam::biometrics::face::checks::judge;
use rekam::biometrics::face::crop::{Format, cut};
use rekam::biometrics::face::replace::replace;
use rekam::biometrics::face::report::{Mask, Observation, Report, Wanted};
use rekam_hal::RgbImage;
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/portrait/");
pub const RED: [u8; 3] = [0xDB, 0x15, 0x14];
pub const BLUE: [u8; 3] = [0x00, 0x90, 0xFF];
pub const ORANGE: [u8; 3] = [0xFF, 0x8C, 0x1A];

/// A picture and what is seen in it.
#[derive(Clone)]
pub struct Seen {
    pub image: RgbImage,
    pub points: Vec<[f32; 3]>,
    pub pose: [f32; 3],
    pub mask: Mask,
    pub areas: Vec<f32>,
}

impl Seen {
    pub fn observation(&self) -> Observation<'_> {
        Observation {
            image: &self.image,
            frame: (0.0, 0.0, self.image.width() as f32, self.image.height() as f32),
            points: &self.points,
            pose: self.pose,
            person: &self.mask,
            areas: &self.areas,
        }
    }

    pub fn report(&self, wanted: &Wanted) -> Report {
        judge(&self.observation(), wanted)
    }
}

/// The picture as the networks would see it, given what is known of it.
pub fn see(image: RgbImage, known: &Seen) -> Seen {
    Seen { image, ..known.clone() }
}

/// The astronaut as photographed.
pub fn astronaut() -> Seen {
    let decoded = image::open(format!("{DATA}astronaut.png")).unwrap().to_rgb8();
    let image = RgbImage::new(decoded.width(), decoded.height(), decoded.into_raw()).unwrap();
    let seen: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{DATA}astronaut_seen.json")).unwrap()).unwrap();
    let floats = |v: &Value| v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect::<Vec<_>>();
    let points = seen["points"].as_array().unwrap().iter().map(|p| floats(p).try_into().unwrap()).collect();
    let side = |name: &str| seen["mask"][name].as_u64().unwrap() as usize;
    let mask = Mask { width: side("width"), height: side("height"), values: floats(&seen["mask"]["values"]) };
    Seen { image, points, pose: floats(&seen["pose"]).try_into().unwrap(), mask, areas: floats(&seen["areas"]) }
}

/// Cut as for the card, before a plain backdrop.
pub fn portrait(backdrop: [u8; 3]) -> Seen {
    let whole = astronaut();
    let photo = replace(&whole.image, &whole.mask, backdrop);
    let cut = cut(&photo, &whole.points, Format::Portrait { dpi: 300 }).unwrap();
    let (w, h) = (cut.image.width() as f32, cut.image.height() as f32);
    let n = 96;
    let values = (0..n * n)
        .map(|i| {
            let at = ((i % n) as f32 + 0.5, (i / n) as f32 + 0.5);
            let (x, y) = cut.origin((at.0 / n as f32 * w, at.1 / n as f32 * h));
            sample(&whole.mask, x / 512.0, y / 512.0)
        })
        .collect();
    let points = whole
        .points
        .iter()
        .map(|p| {
            let (x, y) = cut.place((p[0], p[1]));
            [x, y, p[2] / cut.scale]
        })
        .collect();
    let roll = 0.0;
    Seen {
        image: cut.image,
        points,
        pose: [whole.pose[0], whole.pose[1], roll],
        mask: Mask { width: n, height: n, values },
        areas: whole.areas,
    }
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
    see(RgbImage::new(w as u32, h as u32, pixels).unwrap(), seen)
}

/// Under `gain` times the light.
pub fn exposed(seen: &Seen, gain: f32) -> Seen {
    see(each(&seen.image, |_, _, c| c.map(|v| lit(v, gain))), seen)
}

/// Light falls on one side only: `strength` of it is gone on the other, `left` says on which.
pub fn side_lit(seen: &Seen, strength: f32, left: bool) -> Seen {
    let centre = seen.points[1][0];
    let width = seen.points[454][0] - seen.points[234][0];
    let image = each(&seen.image, |x, _, c| {
        let across = (x as f32 - centre) / width * if left { -6.0 } else { 6.0 };
        c.map(|v| lit(v, 1.0 - strength / (1.0 + (-across).exp())))
    });
    see(image, seen)
}

/// Turned by `degrees` in the picture, `scale` times as large, moved by shares of the width and height.
pub fn moved(seen: &Seen, degrees: f32, scale: f32, by: (f32, f32)) -> Seen {
    let (w, h) = (seen.image.width() as f32, seen.image.height() as f32);
    let about = ((seen.points[468][0] + seen.points[473][0]) / 2.0, (seen.points[468][1] + seen.points[473][1]) / 2.0);
    let (s, c) = (-degrees).to_radians().sin_cos();
    let forth = |x: f32, y: f32| {
        let (dx, dy) = ((x - about.0) * scale, (y - about.1) * scale);
        (about.0 + by.0 * w + c * dx - s * dy, about.1 + by.1 * h + s * dx + c * dy)
    };
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
    let (mw, mh) = (seen.mask.width, seen.mask.height);
    let values = (0..mw * mh)
        .map(|i| {
            let at = (((i % mw) as f32 + 0.5) / mw as f32 * w, ((i / mw) as f32 + 0.5) / mh as f32 * h);
            let (x, y) = back(at.0, at.1);
            sample(&seen.mask, x / w, y / h)
        })
        .collect();
    let points = seen
        .points
        .iter()
        .map(|p| {
            let (x, y) = forth(p[0], p[1]);
            [x, y, p[2] * scale]
        })
        .collect();
    let pose = [seen.pose[0], seen.pose[1], seen.pose[2] + degrees];
    see(image, &Seen { points, pose, mask: Mask { values, ..seen.mask.clone() }, ..seen.clone() })
}

/// Through a JPEG of this quality.
pub fn compressed(seen: &Seen, quality: u8) -> Seen {
    let mut file = Vec::new();
    let (w, h) = (seen.image.width(), seen.image.height());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality)
        .encode(seen.image.pixels(), w, h, image::ExtendedColorType::Rgb8)
        .unwrap();
    let pixels = image::load_from_memory(&file).unwrap().to_rgb8().into_raw();
    see(RgbImage::new(w, h, pixels).unwrap(), seen)
}

/// The mesh turned about the vertical: what the networks say of a head turned so far.
pub fn turned(seen: &Seen, degrees: f32) -> Seen {
    let (s, c) = degrees.to_radians().sin_cos();
    let centre = [(seen.points[234][0] + seen.points[454][0]) / 2.0, (seen.points[234][2] + seen.points[454][2]) / 2.0];
    let points = seen
        .points
        .iter()
        .map(|p| {
            let (x, z) = (p[0] - centre[0], p[2] - centre[1]);
            [centre[0] + x * c - z * s, p[1], centre[1] + x * s + z * c]
        })
        .collect();
    Seen { points, pose: [seen.pose[0] + degrees, seen.pose[1], seen.pose[2]], ..seen.clone() }
}

/// Lids and their picture brought together by `share`.
pub fn eyes_shut(seen: &Seen, share: f32) -> Seen {
    const LIDS: [(usize, usize); 6] = [(160, 144), (159, 145), (158, 153), (385, 380), (386, 374), (387, 373)];
    let mut points = seen.points.clone();
    for (upper, lower) in LIDS {
        let d = (points[lower][1] - points[upper][1]) * share;
        points[upper][1] += d;
    }
    Seen { points, ..seen.clone() }
}

/// Lower lip away from the upper by `gap` of eyes to chin.
pub fn mouth_open(seen: &Seen, gap: f32) -> Seen {
    let mut points = seen.points.clone();
    let eyes = (points[468][1] + points[473][1]) / 2.0;
    let t = points[152][1] - eyes;
    for (upper, lower) in [(82, 87), (13, 14), (312, 317)] {
        points[lower][1] = points[upper][1] + gap * t;
    }
    Seen { points, ..seen.clone() }
}
