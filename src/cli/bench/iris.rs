//! `rekam bench iris`: the search of a gallery, the full comparison, and everything before them.
//!
//! The search compares one iris with all of a gallery at 15 rotations, once with a gallery that stays in a core's own
//! cache and once with one that has to come out of memory each time. Codes are random with one bit in eight masked.
//! The kernels count everything to the end: neither what the gallery holds nor the limit makes a difference, only how
//! many bits of the probe are masked, for which there is less to count.

use std::hint::black_box;
use std::time::Duration;

use rekam_hal::image::GrayImage;
use rekam_simulator::people::eye::{Eye as SyntheticEye, EyeConditions};

use super::super::error::CliError;
use super::{Report, shortest};
use crate::biometrics::iris::search::{Gallery, Limit, Probe, Reach, SearchCode, WORDS};
use crate::biometrics::iris::{self, ExtractError, SimdLevel, Template};
use crate::station::EngineError;

/// Irises of the gallery that fits a core's cache: 512 KiB.
const IN_CACHE: usize = 1 << 10;
/// Irises of the gallery that fits no cache: 1 GiB; fewer where memory is short, but more than any cache holds.
const IN_MEMORY: usize = 1 << 21;
const IN_MEMORY_AT_LEAST: usize = 1 << 18;
/// Bytes an iris takes in a gallery.
const BYTES: usize = 514;
/// Different templates, compared in full with each other.
const COMPARED: u64 = 12;
/// Sizes of the images that are processed, and the radius of the iris as a share of their height.
const IMAGES: [(u32, u32); 3] = [(320, 240), (640, 480), (1280, 960)];
/// Different eyes in each size.
const EYES: u64 = 4;
/// Rounds at least, and how long they go on.
const ROUNDS: usize = 5;
const BUDGET: Duration = Duration::from_millis(400);

/// Measures the engine.
pub(super) fn report() -> Result<Report, CliError> {
    let mut report = Report::new(SimdLevel::detect().name());
    search(&mut report);
    comparison(&mut report)?;
    for (width, height) in IMAGES {
        let eyes: Vec<GrayImage> = (0..EYES).map(|seed| eye(seed, width, height)).collect();
        report.add(&format!("segment_encode_quality_{width}x{height}_ms"), milliseconds(&eyes)?);
    }
    Ok(report)
}

fn search(report: &mut Report) {
    let mut noise = Noise(5);
    let probe = noise.code();
    let codes: Vec<SearchCode> = (0..1021).map(|_| noise.code()).collect();
    let mut gallery = Gallery::new();
    for (place, irises) in [("cache", IN_CACHE), ("memory", in_memory())] {
        codes.iter().cycle().take(irises - gallery.len()).for_each(|code| {
            gallery.push(code);
        });
        for level in SimdLevel::all().into_iter().rev() {
            let probe = Probe::with(level, &probe, Reach::HEAD, Probe::LEAST_COMMON);
            let passes = (IN_CACHE << 4).div_ceil(irises);
            let taken = shortest(ROUNDS, BUDGET, || {
                for _ in 0..passes {
                    black_box(&gallery).search(&probe, Limit::new(1, 4), |candidate| {
                        black_box(candidate);
                    });
                }
            });
            let speed = per_second(irises * passes, taken);
            report.add(&format!("search_{place}_{}_irises_per_second", level.name()), speed);
            if level == SimdLevel::detect() {
                report.add(&format!("search_{place}_irises_per_second"), speed);
            }
        }
    }
    report.add("search_rotations", Probe::new(&probe, Reach::HEAD).rotations() as f64);
    report.add("search_memory_gallery_mib", gallery.memory() as f64 / f64::from(1 << 20));
}

/// As many irises as fit a third of what is free.
fn in_memory() -> usize {
    let free = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()
    });
    let mut irises = IN_MEMORY;
    while irises > IN_MEMORY_AT_LEAST && free.is_none_or(|kib| irises * BYTES / 1024 > kib / 3) {
        irises /= 2;
    }
    irises
}

fn comparison(report: &mut Report) -> Result<(), CliError> {
    let eye = |seed| iris::extract(&eye(seed, 640, 480)).map(|found| found.template);
    let templates: Vec<Template> = (0..COMPARED).map(eye).collect::<Result<_, _>>().map_err(failed)?;
    for level in SimdLevel::all().into_iter().rev() {
        let probes: Vec<iris::Probe> =
            templates.iter().map(|template| iris::Probe::with_level(template, level)).collect();
        let taken = shortest(ROUNDS, BUDGET, || {
            for probe in &probes {
                for template in &templates {
                    black_box(probe.compare(black_box(template)).score);
                }
            }
        });
        let speed = per_second(templates.len() * templates.len(), taken);
        report.add(&format!("full_comparison_{}_per_second", level.name()), speed);
        if level == SimdLevel::detect() {
            report.add("full_comparison_per_second", speed);
        }
    }
    Ok(())
}

/// The mean of the eyes; each eye's fastest time.
fn milliseconds(eyes: &[GrayImage]) -> Result<f64, CliError> {
    let mut sum = 0.0;
    for eye in eyes {
        // One run before the clock starts: the first touches its memory.
        let mut refused = iris::extract(eye).err();
        let taken = shortest(ROUNDS, BUDGET / EYES as u32, || {
            refused = iris::extract(black_box(eye)).err().or(refused);
        });
        refused.map_or(Ok(()), |error| Err(failed(error)))?;
        sum += taken.as_secs_f64() * 1e3;
    }
    Ok(sum / eyes.len().max(1) as f64)
}

fn failed(error: ExtractError) -> CliError {
    EngineError::from(error).into()
}

fn per_second(count: usize, taken: Duration) -> f64 {
    count as f64 / taken.as_secs_f64().max(1e-12)
}

/// An eye that fills its picture as in a good capture.
fn eye(seed: u64, width: u32, height: u32) -> GrayImage {
    SyntheticEye::new(seed).capture(&EyeConditions::typical(seed).sized(width, height)).0
}

/// SplitMix64.
struct Noise(u64);

impl Noise {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn code(&mut self) -> SearchCode {
        let code: [u64; WORDS] = std::array::from_fn(|_| self.word());
        SearchCode::new(code, std::array::from_fn(|_| self.word() | self.word() | self.word()))
    }
}
