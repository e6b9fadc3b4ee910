//! The engine against the reference: the same graph on a general runtime. Real images come from REKAM_DATA.

use std::path::Path;

use proptest::prelude::*;
use rten::{Model, ModelOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::forward::Engine;
use super::kernel::Isa;
use super::*;

fn file() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/leader.onnx")).unwrap()
}

/// An image whose sides are multiples of 32.
struct Image {
    width: usize,
    height: usize,
    grey: Vec<f32>,
}

impl Image {
    fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.grey[y * self.width + x]
    }
}

/// Ridges around a core that lies off the centre, some of them ending, with noise.
fn ridges(width: usize, height: usize, seed: usize) -> Image {
    let noise = |x: usize, y: usize| ((x * 7919 + y * 104_729 + seed * 1_299_709) % 257) as f32 / 257.0 - 0.5;
    let (cx, cy) = (width as f32 * 0.45, height as f32 * 0.55 + seed as f32);
    let grey = |i: usize| {
        let (x, y) = (i % width, i / width);
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let end = |k: usize| {
            let (px, py) = ((k * 97 + seed * 31) % width, (k * 61 + seed * 17) % height);
            (y as f32 - py as f32 + 0.3).atan2(x as f32 - px as f32 + 0.3)
        };
        let phase = dx.hypot(dy * 1.2) * std::f32::consts::TAU / 9.0 + (0..12).map(end).sum::<f32>();
        (128.0 + 90.0 * phase.sin() + 30.0 * noise(x, y)).clamp(0.0, 255.0)
    };
    Image { width, height, grey: (0..width * height).map(grey).collect() }
}

/// A real image, its border repeated up to multiples of 32.
fn real(path: &Path) -> Image {
    let image = image::open(path).unwrap().into_luma8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let plane = Plane { width, height, values: image.pixels().map(|p| f32::from(p.0[0])).collect() };
    let (width, height) = (width.next_multiple_of(MULTIPLE), height.next_multiple_of(MULTIPLE));
    let grey = (0..width * height).map(|i| plane.get((i % width) as isize, (i / width) as isize)).collect();
    Image { width, height, grey }
}

fn reference(model: &Model, image: &Image) -> [Vec<f32>; 5] {
    let input = NdTensor::from_data([1, 1, image.height, image.width], image.grey.clone());
    let output: NdTensor<f32, 4> = model.run_one(input.view().into(), None).unwrap().try_into().unwrap();
    let planes = output.to_vec();
    std::array::from_fn(|c| planes.chunks_exact(image.grey.len()).nth(c).unwrap().to_vec())
}

/// Asserts that an image has the answers everywhere and the peaks that the reference gives; returns how many peaks and
/// the largest difference.
fn compare(engine: &Engine, expected: &[Vec<f32>; 5], image: &Image, level: SimdLevel) -> (usize, f32) {
    let found = engine.planes(Isa::of(level), 1, image.size(), |x, y| image.at(x, y));
    let mut largest = 0.0f32;
    for (c, (found, expected)) in found.iter().zip(expected).take(4).enumerate() {
        let most = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(most <= 0.005, "{level:?} {:?} plane {c}: {most}", image.size());
        largest = largest.max(most);
    }
    let peaks = engine.peaks(level, 1, image.size(), THRESHOLD, |x, y| image.at(x, y));
    let places: Vec<usize> = peaks.iter().map(|p| p.y * image.width + p.x).collect();
    let there: Vec<usize> = (0..image.grey.len()).filter(|&i| expected[4][i] >= THRESHOLD).collect();
    assert_eq!(places, there, "{level:?} {:?}", image.size());
    for (peak, &i) in peaks.iter().zip(&places) {
        let answers = [peak.direction.0, peak.direction.1, peak.ending, peak.quality];
        for (answer, plane) in answers.iter().zip(&expected[1..]) {
            largest = largest.max((answer - plane[i]).abs());
        }
    }
    assert!(largest <= 0.005, "{level:?} {:?}: {largest}", image.size());
    (peaks.len(), largest)
}

#[test]
fn every_answer_is_that_of_the_reference_at_every_instruction_set() {
    let (engine, model) = (Engine::from_onnx(&file()).unwrap(), ModelOptions::with_all_ops().load(file()).unwrap());
    let mut peaks = 0;
    for (width, height, seed) in [(32, 32, 0), (64, 160, 1), (160, 96, 2), (256, 288, 3)] {
        let image = ridges(width, height, seed);
        let expected = reference(&model, &image);
        for level in SimdLevel::available() {
            peaks += compare(&engine, &expected, &image, level).0;
        }
    }
    assert!(peaks > 20, "{peaks}");
}

#[test]
fn every_answer_on_real_fingers_is_that_of_the_reference() {
    use std::io::Write as _;
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        let _ = writeln!(std::io::stderr(), "skipped: REKAM_DATA does not name a folder of real images");
        return;
    };
    let (engine, model) = (Engine::from_onnx(&file()).unwrap(), ModelOptions::with_all_ops().load(file()).unwrap());
    let (mut images, mut peaks, mut largest) = (0, 0, 0.0f32);
    for set in std::fs::read_dir(Path::new(&data).join("fingerprint")).unwrap() {
        let mut paths: Vec<_> = std::fs::read_dir(set.unwrap().path()).unwrap().map(|e| e.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|e| e == "png"));
        paths.sort();
        for path in paths.iter().step_by(29) {
            let image = real(path);
            if image.width.max(image.height) > 768 {
                continue;
            }
            let expected = reference(&model, &image);
            for level in SimdLevel::available() {
                let (found, most) = compare(&engine, &expected, &image, level);
                (images, peaks, largest) = (images + 1, peaks + found, largest.max(most));
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{images} runs, {peaks} peaks, largest difference {largest}");
    assert!(images >= 10 && peaks > 100);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let engine = Engine::from_onnx(&file()).unwrap();
    let image = ridges(160, 224, 5);
    for level in SimdLevel::available() {
        let bits = |threads| {
            let planes = engine.planes(Isa::of(level), threads, image.size(), |x, y| image.at(x, y));
            planes.map(|plane| plane.iter().map(|v| v.to_bits()).collect::<Vec<_>>())
        };
        let one = bits(1);
        for threads in [2, 3, 8] {
            assert!(bits(threads) == one, "{level:?} on {threads} threads");
        }
    }
}

#[test]
fn an_image_leaves_nothing_behind_for_the_next() {
    let engine = Engine::from_onnx(&file()).unwrap();
    let run = |engine: &Engine, image: &Image| {
        engine.peaks(SimdLevel::current(), 2, image.size(), THRESHOLD, |x, y| image.at(x, y))
    };
    let (large, small) = (ridges(192, 256, 1), ridges(96, 64, 2));
    let alone = run(&Engine::from_onnx(&file()).unwrap(), &small);
    run(&engine, &large);
    assert_eq!(run(&engine, &small), alone);
    run(&engine, &large);
    assert_eq!(run(&engine, &small), alone);
}

#[test]
fn images_of_many_sizes_leave_no_more_memory_than_the_largest_needs() {
    let engine = Engine::from_onnx(&file()).unwrap();
    let run = |(width, height)| {
        engine.peaks(SimdLevel::current(), 1, (width, height), THRESHOLD, |x, y| ((x * y) % 251) as f32);
        engine.kept()
    };
    let sizes = [(32, 32), (64, 32), (64, 96), (96, 96), (128, 96), (128, 160), (160, 160), (192, 160), (192, 224)];
    let kept: Vec<usize> = sizes.into_iter().chain(sizes.into_iter().rev()).map(run).collect();
    let alone = Engine::from_onnx(&file()).unwrap();
    alone.peaks(SimdLevel::current(), 1, (192, 224), THRESHOLD, |x, y| ((x * y) % 251) as f32);
    assert!(kept.iter().all(|&floats| floats <= 2 * alone.kept()), "{kept:?} {}", alone.kept());
}

#[test]
fn one_image_runs_at_a_time_and_the_others_wait() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let engine = Engine::from_onnx(&file()).unwrap();
    let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let grey = |x: usize, y: usize| {
        // From its first pixel to its last an image counts as running.
        match (x, y) {
            (0, 0) => {
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            (31, 31) => drop(inside.fetch_sub(1, Ordering::SeqCst)),
            _ => {}
        }
        ((x * y) % 251) as f32
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| engine.peaks(SimdLevel::current(), 1, (32, 32), THRESHOLD, grey));
        }
    });
    assert_eq!(most.into_inner(), 1);
}

#[test]
fn answers_at_many_peaks_are_those_at_few() {
    let engine = Engine::from_onnx(&file()).unwrap();
    let image = ridges(96, 96, 4);
    let run = |threshold| engine.peaks(SimdLevel::current(), 1, image.size(), threshold, |x, y| image.at(x, y));
    // At a threshold of 0 so many pixels are peaks that the heads run on the whole image.
    let (all, few) = (run(0.0), run(THRESHOLD));
    assert!(!few.is_empty() && all.len() > few.len());
    for peak in few {
        let same = all.iter().find(|p| (p.x, p.y) == (peak.x, peak.y)).unwrap();
        assert!((same.direction.0 - peak.direction.0).abs() < 1e-4 && (same.ending - peak.ending).abs() < 1e-4);
    }
}

#[test]
fn tiles_cover_every_length_with_overlap_and_never_exceed_the_limit() {
    for length in 1..3000 {
        let tiles = tiles(7, 7 + length);
        assert_eq!(tiles[0].0, 7);
        assert!(tiles.iter().all(|t| t.1 <= MAX_TILE && t.1 % MULTIPLE == 0));
        assert!(tiles.windows(2).all(|w| w[1].0 + OVERLAP <= w[0].0 + w[0].1), "{length}");
        assert!(tiles.last().is_some_and(|t| t.0 + t.1 >= 7 + length), "{length}");
    }
}

/// A field of a protocol buffer message that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 128);
    [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
}

/// An array of floats with one dimension as it stands in a graph.
fn tensor(name: &str, dim: u8, values: &[f32]) -> Vec<u8> {
    let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    field(5, &[&[1 << 3, dim, 2 << 3, 1], &field(8, name.as_bytes())[..], &field(9, &raw)].concat())
}

#[test]
fn an_array_that_is_not_this_networks_is_named() {
    let load = |tensors: &[Vec<u8>]| Engine::from_onnx(&field(7, &tensors.concat())).map(|_| ()).unwrap_err();
    let right = tensor("w0", 16, &[0.5; 16]);
    let (w0, w1) = (|| "w0".to_owned(), "w1".to_owned());
    assert_eq!(load(&[]), NetworkError::Missing { name: w0() });
    assert_eq!(load(&[right]), NetworkError::Missing { name: w1 });
    assert_eq!(load(&[tensor("w0", 15, &[0.5; 16])]), NetworkError::Length { name: w0() });
    let two = [tensor("w0", 1, &[0.5]), tensor("w0", 1, &[0.5])];
    assert_eq!(load(&two), NetworkError::Twice { name: w0() });
    let shape = NetworkError::Shape { name: w0(), expected: vec![16], found: vec![3] };
    assert_eq!(load(&[tensor("w0", 3, &[0.5; 3])]), shape);
    let mut values = [0.5; 16];
    values[7] = f32::NAN;
    assert_eq!(load(&[tensor("w0", 16, &values)]), NetworkError::NotFinite { name: w0() });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_file_is_an_error_or_a_network_and_never_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in prop_oneof![3 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)],
        head in any::<bool>(),
    ) {
        let mut file = file();
        // Half of the time only among the first bytes, where structure is denser.
        let among = if head { 4096 } else { file.len() };
        for (place, byte) in changes {
            let place = place.index(among);
            file[place] = byte;
        }
        if let Some(end) = end {
            file.truncate(end.index(file.len()));
        }
        let _ = Engine::from_onnx(&file);
    }
}

/// A small file with every way to write an array that the reader knows, and with what it steps over.
fn varied() -> Vec<u8> {
    let raw = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let packed =
        field(5, &[&field(1, &[1, 2])[..], &[2 << 3, 1], &field(8, b"w1"), &field(4, &raw(&[4.0, 5.0]))].concat());
    let whole = field(5, &[&[1 << 3, 1, 2 << 3, 7][..], &field(8, b"shape"), &field(9, &[0; 8])].concat());
    let node = field(1, &[&field(1, b"in")[..], &[2 << 3, 0x80, 1, 3 << 3 | 5, 1, 2, 3, 4]].concat());
    let graph = [tensor("w0", 3, &[1.0, 2.0, 3.0]), packed, whole, node].concat();
    [&[1 << 3, 8][..], &field(2, b"maker"), &field(7, &graph)].concat()
}

#[test]
fn any_bytes_are_read_or_refused() {
    let seed = varied();
    assert_eq!(onnx::tensors(&seed).unwrap().keys().copied().collect::<Vec<_>>(), ["w0", "w1"]);
    let mut state = 2026u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit.max(1)
    };
    let (mut read, mut refused) = (0, 0);
    for _ in 0..100_000 {
        let mut file = seed.clone();
        for _ in 0..=below(4) {
            let at = below(file.len());
            match below(6) {
                0 => file[at] ^= 1 << below(8),
                1 => file[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)],
                2 => file.truncate(at + 1),
                3 => file.insert(at, below(256) as u8),
                4 => file.splice(at..at, [0xff; 9]).for_each(drop),
                _ => file[at] = below(256) as u8,
            }
        }
        match onnx::tensors(&file) {
            Ok(all) => {
                let values: usize = all.values().map(|t| t.values().count()).sum();
                assert!(4 * values <= file.len() && all.values().all(|t| t.dims.len() <= 8));
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 5_000 && refused > 5_000, "{read} read, {refused} refused");
}
