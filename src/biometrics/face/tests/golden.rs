//! The networks answer as in the runtimes they come from, and the pipeline as its reference.

use serde_json::Value;

use super::super::detect::{Fill, detect};
use super::super::embedding::embed;
use super::super::networks::{Grain, Range};
use super::super::raster::Planes;
use super::super::{landmarks, mesh};
use super::{astronaut, engine, picture, see};

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

fn farthest(found: &[f32], expected: &Value) -> f32 {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn planes(png: &[u8]) -> Planes {
    let image = picture(png);
    let (width, height) = (image.width() as usize, image.height() as usize);
    let values = (0..3).flat_map(|c| image.pixels().iter().skip(c).step_by(3).map(|v| f32::from(*v))).collect();
    Planes { width, height, values }
}

macro_rules! data {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/data/portrait/", $name))
    };
}

fn golden(name: &str) -> Value {
    let all: Value = serde_json::from_slice(data!("networks.json")).unwrap();
    all[name].clone()
}

#[test]
fn detectors_answer_as_in_their_own_runtime() {
    for (range, name, png) in [
        (Range::Near, "face_detector", data!("face_detector.png").as_slice()),
        (Range::Full, "face_detector_full", data!("face_detector_full.png")),
    ] {
        let [boxes, scores] = engine().networks.detect(range, planes(png)).unwrap();
        let golden = golden(name);
        for best in golden["best"].as_array().unwrap() {
            let anchor = best["anchor"].as_u64().unwrap() as usize;
            let score = best["score"].as_f64().unwrap() as f32;
            assert!((scores[anchor] - score).abs() < 1e-3 * score.abs().max(1.0), "{name}: {}", scores[anchor]);
            let off = farthest(&boxes[anchor * 16..][..16], &best["box"]);
            assert!(off < 1e-2, "{name}: a box is off by {off}");
        }
        // Anchors that see nothing differ by some units far below any limit; the sum was made of what they can mean.
        let sum: f32 = scores.iter().map(|score| score.clamp(-80.0, 80.0)).sum();
        let expected = golden["score_sum"].as_f64().unwrap() as f32;
        assert!((sum - expected).abs() < 1e-3 * expected.abs(), "{name}: {sum} for {expected}");
        let best = golden["best"][0]["anchor"].as_u64().unwrap() as usize;
        assert!(scores.iter().all(|score| *score <= scores[best]), "{name}: another anchor is better");
    }
}

#[test]
fn the_mesh_answers_as_in_its_own_runtime() {
    let golden = golden("face_mesh_attention");
    let raw = engine().networks.mesh(planes(data!("face_mesh_attention.png"))).unwrap();
    for (name, found) in [
        ("points", &raw.points),
        ("lips", &raw.lips),
        ("left_eye", &raw.eyes[0]),
        ("right_eye", &raw.eyes[1]),
        ("left_iris", &raw.irises[0]),
        ("right_iris", &raw.irises[1]),
    ] {
        let off = farthest(found, &golden[name]);
        assert!(off < 1e-2, "{name}: off by {off}");
    }
    assert!(raw.presence > 0.999);
}

#[test]
fn the_person_networks_answer_as_in_their_own_runtime() {
    for (grain, name, png) in [
        (Grain::Square, "person", data!("person.png").as_slice()),
        (Grain::Wide, "person_wide", data!("person_wide.png")),
    ] {
        let found = engine().networks.person(grain, planes(png)).unwrap();
        let (width, height) = grain.size();
        let sampled: Vec<f32> = (4..height)
            .step_by(8)
            .flat_map(|y| (4..width).step_by(8).map(move |x| y * width + x))
            .map(|at| found[at])
            .collect();
        let golden = golden(name);
        let off = farthest(&sampled, &golden["mask"]);
        assert!(off < 1.5e-3, "{name}: off by {off}");
        let mean = found.iter().sum::<f32>() / found.len() as f32;
        assert!((mean - golden["mean"].as_f64().unwrap() as f32).abs() < 1e-3, "{name}: {mean}");
    }
}

#[test]
fn the_embedding_answers_as_in_its_own_runtime() {
    let found = engine().networks.embedding(planes(data!("face_embedding.png"))).unwrap();
    let off = farthest(&found, &golden("face_embedding")["embedding"]);
    assert!(off < 1e-3, "off by {off}");
}

#[test]
fn the_anchors_lie_where_the_detectors_were_trained() {
    for (range, count, first, last) in
        [(Range::Near, 896, 0.03125, 0.9375), (Range::Full, 2304, 0.5 / 48.0, 47.5 / 48.0)]
    {
        let anchors: Vec<_> = range.anchors().collect();
        assert_eq!(anchors.len(), count);
        assert_eq!((anchors[0], anchors[count - 1]), ((first, first), (last, last)));
    }
    let near: Vec<_> = Range::Near.anchors().collect();
    assert_eq!((near[511], near[512]), ((0.96875, 0.96875), (0.0625, 0.0625)));
}

#[test]
fn the_whole_pipeline_agrees_with_its_reference() {
    let golden: Value = serde_json::from_slice(data!("pipeline.json")).unwrap();
    let image = astronaut();
    for (range, name) in [(Range::Near, "face_detector"), (Range::Full, "face_detector_full")] {
        let found = detect(&engine().networks, &image, range, Fill::Whole, 0.5).unwrap();
        assert_eq!(found.len(), 1, "{name}");
        let expected = &golden["detections"][name][0];
        let off = farthest(&found[0].frame, &expected["box"]);
        assert!(off < 1.5, "{name}: the box is off by {off}");
        assert!((found[0].score - expected["score"].as_f64().unwrap() as f32).abs() < 0.03);
    }
    // The reference starts from the quick detector's box; the outline remembers a little of where the first look was.
    let near = detect(&engine().networks, &image, Range::Near, Fill::Whole, 0.5).unwrap();
    let points = mesh::find(&engine().networks, &image, &near[0]).unwrap().unwrap().points;
    let seen = see(&image);
    let sitter = seen.sitter.as_ref().unwrap();
    let mut worst = 0.0f32;
    for (point, expected) in points.iter().zip(golden["mesh"].as_array().unwrap()) {
        let expected = numbers(expected);
        worst = worst.max((point[0] - expected[0]).hypot(point[1] - expected[1]));
    }
    assert!(worst < 1.0, "a point is off by {worst} pixels");
    let off = farthest(&sitter.pose, &golden["pose_yaw_pitch_roll"]);
    assert!(off < 1.0, "the pose is off by {off} degrees");
    let embedding = embed(&engine().networks, &image, &points).unwrap().unwrap();
    let expected = numbers(&golden["embedding"]);
    let far = embedding.values().iter().zip(expected).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
    assert!(far < 0.05, "the embedding is off by {far}");
    let mean = sitter.person.values.iter().sum::<f32>() / sitter.person.values.len() as f32;
    assert!((mean - golden["person_mask_mean"].as_f64().unwrap() as f32).abs() < 0.01);
    assert!(sitter.substance.person > 0.97 && sitter.substance.tones > 4.5, "{:?}", sitter.substance);
}

#[test]
fn every_name_of_a_point_is_a_point_of_the_mesh_and_no_refined_one_comes_twice() {
    let mut refined: Vec<usize> = [
        landmarks::REFINED_LIPS.as_slice(),
        landmarks::REFINED_LEFT_EYE.as_slice(),
        landmarks::REFINED_RIGHT_EYE.as_slice(),
    ]
    .concat();
    assert!(refined.iter().all(|i| *i < landmarks::SURFACE));
    let count = refined.len();
    refined.sort_unstable();
    refined.dedup();
    assert_eq!(refined.len(), count);
    let weight: f32 = landmarks::RIGID.iter().map(|anchor| anchor.weight).sum();
    assert!(weight > 0.5 && landmarks::RIGID.iter().all(|anchor| anchor.index < landmarks::SURFACE));
}
