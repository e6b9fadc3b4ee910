//! The engine's promises, on eyes drawn here so that the truth is known.

mod finding;
mod strangers;
mod verdicts;

use proptest::prelude::*;
use rekam_hal::image::GrayImage;

use super::template::WORDS;
use super::*;

/// A small generator of test noise (SplitMix64); returns values in 0..1.
struct Noise(u64);

impl Noise {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn next(&mut self) -> f32 {
        (self.word() >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// How a test eye is drawn; sizes in pixels.
#[derive(Clone, Copy)]
struct Drawing {
    width: u32,
    height: u32,
    pupil: Circle,
    limbus: Circle,
    texture: u64,
    turned: f32,
    /// Heights of the two lids over the middle of the iris, in iris radii above and below; 2 is wide open.
    lids: (f32, f32),
}

impl Drawing {
    fn new(texture: u64) -> Self {
        Self {
            width: 640,
            height: 480,
            pupil: Circle { x: 322.0, y: 243.0, r: 42.0 },
            limbus: Circle { x: 318.0, y: 241.0, r: 105.0 },
            texture,
            turned: 0.0,
            lids: (1.5, 1.5),
        }
    }

    fn turned(self, degrees: f32) -> Self {
        Self { turned: degrees.to_radians(), ..self }
    }

    fn scaled(self, factor: f32) -> Self {
        let scale = |c: Circle| Circle { x: c.x * factor, y: c.y * factor, r: c.r * factor };
        Self {
            width: (self.width as f32 * factor) as u32,
            height: (self.height as f32 * factor) as u32,
            pupil: scale(self.pupil),
            limbus: scale(self.limbus),
            ..self
        }
    }

    fn image(&self) -> GrayImage {
        let mut noise = Noise(self.texture);
        let waves: Vec<(f32, f32, f32)> = (0..60)
            .map(|_| {
                ((5.0 + 55.0 * noise.next()).round(), 14.0 * noise.next() - 7.0, std::f32::consts::TAU * noise.next())
            })
            .collect();
        let grain = GrayImage::from_fn(self.width, self.height, |_, _| (noise.word() & 7) as u8);
        GrayImage::from_fn(self.width, self.height, |x, y| {
            let value = self.grey(x as f32, y as f32, &waves) + f32::from(grain.get(x.into(), y.into())) - 3.5;
            value.round().clamp(0.0, 255.0) as u8
        })
    }

    fn grey(&self, x: f32, y: f32, waves: &[(f32, f32, f32)]) -> f32 {
        let inside = |c: &Circle, soft: f32| (0.5 + (c.r - (x - c.x).hypot(y - c.y)) / soft).clamp(0.0, 1.0);
        let (dx, dy) = (x - self.limbus.x, y - self.limbus.y);
        let r = self.limbus.r;
        let open = dy > -self.lids.0 * r + 0.35 * dx * dx / r && dy < self.lids.1 * r - 0.25 * dx * dx / r;
        if !open {
            return 215.0;
        }
        if (x - self.pupil.x - 0.2 * self.pupil.r).hypot(y - self.pupil.y) < 0.15 * self.pupil.r {
            return 250.0;
        }
        let mut value = 195.0;
        let iris = inside(&self.limbus, 0.05 * r);
        if iris > 0.0 {
            let angle = (y - self.pupil.y).atan2(x - self.pupil.x) - self.turned;
            let depth = ((x - self.pupil.x).hypot(y - self.pupil.y) - self.pupil.r) / (r - self.pupil.r);
            let texture: f32 = waves.iter().map(|(m, q, p)| (m * angle + q * depth + p).cos()).sum();
            value += (115.0 + 2.2 * texture - value) * iris;
        }
        value + (28.0 - value) * inside(&self.pupil, 2.0)
    }
}

fn extracted(drawing: &Drawing) -> Extraction {
    extract(&drawing.image()).unwrap()
}

fn assert_near(found: Circle, truth: Circle, tolerance: f32) {
    let miss = (found.x - truth.x).abs().max((found.y - truth.y).abs()).max((found.r - truth.r).abs());
    assert!(miss < tolerance, "found {found:?} instead of {truth:?}");
}

#[test]
fn contours_are_found_at_every_size_without_settings() {
    for factor in [0.45, 1.0, 1.8] {
        let drawing = Drawing::new(5).scaled(factor);
        let found = extracted(&drawing).segmentation;
        assert_near(found.pupil, drawing.pupil, 1.0 + factor);
        assert_near(found.limbus, drawing.limbus, 1.5 + 2.5 * factor);
        assert!(found.confidence > UNSURE, "confidence {}", found.confidence);
    }
}

#[test]
fn a_turned_eye_with_a_wider_pupil_matches_and_its_rotation_is_told() {
    let first = Drawing::new(11);
    let mut second = first.turned(12.0);
    second.pupil.r = 50.0;
    let comparison = compare(&extracted(&first).template, &extracted(&second).template);
    assert!(comparison.score > 6.0, "{comparison:?}");
    assert!((comparison.rotation_deg - 12.0).abs() < 2.0, "{comparison:?}");
}

#[test]
fn twenty_degrees_of_head_tilt_are_bridged() {
    let drawing = Drawing::new(12);
    let comparison = compare(&extracted(&drawing.turned(-10.0)).template, &extracted(&drawing.turned(10.0)).template);
    assert!(comparison.score > 6.0, "{comparison:?}");
}

#[test]
fn other_eyes_do_not_match() {
    let templates: Vec<Template> = (20..25).map(|t| extracted(&Drawing::new(t)).template).collect();
    for (i, a) in templates.iter().enumerate() {
        for b in &templates[i + 1..] {
            assert!(compare(a, b).score < 3.0, "{:?}", compare(a, b));
        }
    }
}

#[test]
fn lids_are_found_and_what_they_cover_is_not_encoded() {
    let open = extracted(&Drawing::new(7));
    let covered = extracted(&Drawing { lids: (0.55, 0.8), ..Drawing::new(7) });
    let lid = covered.segmentation.upper_lid.unwrap();
    let truth = 241.0 - 0.55 * 105.0;
    assert!((lid.at(318.0) - truth).abs() < 6.0, "lid at {} instead of {truth}", lid.at(318.0));
    assert!(covered.segmentation.lower_lid.is_some());
    assert!(covered.template.valid_bits() < open.template.valid_bits());
    assert!(covered.quality.metrics.lid_cover > 0.1);
    assert!(covered.quality.score < open.quality.score);
    assert!(compare(&open.template, &covered.template).score > 6.0);
}

#[test]
fn a_small_and_a_cut_iris_are_named_as_such() {
    let small = extracted(&Drawing::new(3).scaled(0.42)).quality;
    assert!(small.causes.contains(&Cause::TooFar), "{small:?}");
    let mut cut = Drawing::new(3);
    for circle in [&mut cut.pupil, &mut cut.limbus] {
        circle.x -= 250.0;
    }
    let cut = extracted(&cut).quality;
    assert!(cut.causes.contains(&Cause::OffCentre), "{cut:?}");
    assert!(extracted(&Drawing::new(3)).quality.causes.is_empty());
}

#[test]
fn a_blurred_iris_scores_lower() {
    let sharp = Drawing::new(9);
    let image = sharp.image();
    let plane = raster::Plane::from_gray(&image).blurred(5.0, 5.0);
    let pixels = plane.data().iter().map(|v| v.round() as u8).collect();
    let blurred = extract(&GrayImage::new(image.width(), image.height(), pixels).unwrap()).unwrap();
    let reference = extracted(&sharp);
    assert!(blurred.quality.metrics.sharpness < 0.7 * reference.quality.metrics.sharpness);
    assert!(blurred.quality.score < reference.quality.score);
}

#[test]
fn blank_and_tiny_images_are_refused() {
    for level in [0, 128, 255] {
        let blank = GrayImage::from_fn(320, 240, |_, _| level);
        assert_eq!(extract(&blank).map(|_| ()), Err(ExtractError::NoEye));
    }
    let tiny = GrayImage::from_fn(63, 240, |x, y| (x * y) as u8);
    assert!(matches!(extract(&tiny), Err(ExtractError::TooSmall { width: 63, .. })));
}

#[test]
fn noise_and_patterns_are_not_taken_for_a_sure_eye() {
    let mut noise = Noise(1);
    let images =
        [
            GrayImage::from_fn(320, 240, |_, _| noise.word() as u8),
            GrayImage::from_fn(320, 240, |x, y| if (x / 16 + y / 16) % 2 == 0 { 40 } else { 210 }),
            GrayImage::from_fn(320, 240, |x, _| (x * 255 / 320) as u8),
            GrayImage::from_fn(320, 240, |x, y| {
                if (x.abs_diff(160)).pow(2) + y.abs_diff(120).pow(2) < 900 { 20 } else { 200 }
            }),
        ];
    for image in images {
        if let Ok(found) = extract(&image) {
            assert!(found.segmentation.confidence < UNSURE, "{:?}", found.quality);
            assert!(found.quality.causes.contains(&Cause::SegmentationUnsure));
        }
    }
}

fn any_template() -> impl Strategy<Value = Template> {
    (any::<u64>(), 0_u32..3).prop_map(|(seed, density)| {
        let mut noise = Noise(seed);
        let code = (0..WORDS).map(|_| noise.word()).collect();
        let mask = (0..WORDS).map(|_| (0..density).fold(noise.word(), |m, _| m | noise.word())).collect();
        Template::new(code, mask)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_template_survives_its_bytes(template in any_template()) {
        let bytes = template.to_bytes();
        prop_assert_eq!(bytes.len(), Template::BYTES);
        prop_assert!(Template::from_bytes(&bytes).unwrap() == template);
    }

    #[test]
    fn truncated_bytes_are_refused(template in any_template(), length in 0..Template::BYTES) {
        prop_assert_eq!(Template::from_bytes(&template.to_bytes()[..length]), Err(TemplateError::Length(length)));
    }

    #[test]
    fn bytes_of_anything_else_are_refused(seed in any::<u64>()) {
        let mut noise = Noise(seed);
        let mut bytes: Vec<u8> = (0..Template::BYTES).map(|_| noise.word() as u8).collect();
        prop_assert!(Template::from_bytes(&bytes).is_err());
        bytes[..4].copy_from_slice(b"RIC2");
        prop_assert_eq!(Template::from_bytes(&bytes), Err(TemplateError::StrayBits));
    }

    #[test]
    fn score_and_distance_do_not_depend_on_the_order(a in any_template(), b in any_template()) {
        let (ab, ba) = (compare(&a, &b), compare(&b, &a));
        prop_assert_eq!((ab.score, ab.distance), (ba.score, ba.distance));
        prop_assert!(ab.score.is_finite() && ab.score >= 0.0);
        prop_assert!((0.0..=0.5).contains(&ab.distance));
    }

    #[test]
    fn lanes_count_bit_by_bit_on_all_code_paths(rows in proptest::collection::vec(any::<[[u32; 8]; 4]>(), 0..20)) {
        let [a, a_mask, b, b_mask]: [Vec<[u32; 8]>; 4] = std::array::from_fn(|i| rows.iter().map(|row| row[i]).collect());
        let bits = |lane: usize, of: &dyn Fn(&[[u32; 8]; 4], usize) -> u32| -> u32 {
            rows.iter().map(|row| (0..32).map(|bit| of(row, lane) >> bit & 1).sum::<u32>()).sum()
        };
        let common = |row: &[[u32; 8]; 4], lane: usize| row[1][lane] & row[3][lane];
        let different = |row: &[[u32; 8]; 4], lane: usize| (row[0][lane] ^ row[2][lane]) & common(row, lane);
        let expected = (std::array::from_fn(|l| bits(l, &different)), std::array::from_fn(|l| bits(l, &common)));
        for level in SimdLevel::all() {
            prop_assert_eq!(super::simd::lane_distance(level, [&a, &a_mask], [&b, &b_mask]), expected);
        }
    }

    #[test]
    fn all_code_paths_agree(a in any_template(), b in any_template()) {
        for level in SimdLevel::all() {
            let found = Probe::with_level(&a, level).compare(&b);
            prop_assert_eq!(found, Probe::with_level(&a, SimdLevel::Portable).compare(&b));
        }
    }

    #[test]
    fn a_template_matches_itself_surely(template in any_template()) {
        let comparison = compare(&template, &template);
        prop_assert!(comparison.score > 8.0);
        prop_assert_eq!(comparison.rotation_deg, 0.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_image_makes_the_engine_panic(width in 1_u32..200, height in 1_u32..200, seed in any::<u64>(), coarse in 1_u32..40) {
        let mut noise = Noise(seed);
        let cells: Vec<u8> = (0..40_000).map(|_| noise.word() as u8).collect();
        let image = GrayImage::from_fn(width, height, |x, y| cells[((y / coarse) * 200 + x / coarse) as usize]);
        if let Ok(found) = extract(&image) {
            prop_assert!(found.quality.score <= 100);
            prop_assert!((0.0..=1.0).contains(&found.segmentation.confidence));
        }
    }
}

#[test]
fn a_template_tells_a_log_nothing() {
    let template = extracted(&Drawing::new(2)).template;
    assert_eq!(format!("{template:?}"), format!("iris::Template({} valid bits)", template.valid_bits()));
}

#[test]
fn templates_without_common_bits_say_nothing() {
    let empty = Template::new(vec![], vec![]);
    let full = Template::new(vec![0x5555; WORDS], vec![u64::MAX; WORDS]);
    assert_eq!(compare(&empty, &full), Comparison { score: 0.0, distance: 0.5, rotation_deg: 0.0 });
}
