//! The same face moved, scaled, mirrored or doubled is the same face.

use rekam_hal::RgbImage;

use super::super::embedding::{ALERT, BYTES, Embedding, EmbeddingUnreadable};
use super::super::landmarks::{CHIN, OVAL};
use super::{astronaut, engine, eye_distance, from_fn, pixel, placed, see};

fn mirrored(image: &RgbImage) -> RgbImage {
    from_fn(image.width(), image.height(), |x, y| pixel(image, image.width() - 1 - x, y))
}

fn turned(image: &RgbImage, degrees: f32) -> RgbImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (image.width() as f32, image.height() as f32);
    from_fn(image.width(), image.height(), |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - width / 2.0, y as f32 + 0.5 - height / 2.0);
        let (u, v) = (dx * cos - dy * sin + width / 2.0, dx * sin + dy * cos + height / 2.0);
        let inside = u >= 0.0 && v >= 0.0 && u < width && v < height;
        if inside { pixel(image, u as u32, v as u32) } else { [0; 3] }
    })
}

#[test]
fn a_moved_and_scaled_face_has_the_same_points() {
    let image = astronaut();
    let seen = see(&image);
    let original = seen.sitter.as_ref().unwrap();
    for (scale, at, size) in [
        (1.0, (60.0, -20.0), (640, 480)),
        (0.6, (200.0, 100.0), (640, 480)),
        (2.5, (300.0, 0.0), (1920, 1280)),
        (1.7, (-100.0, 30.0), (800, 900)),
    ] {
        let other = see(&placed(&image, scale, at, size));
        let sitter = other.sitter.as_ref().unwrap();
        let unit = eye_distance(&other);
        assert!((unit / scale / eye_distance(&seen) - 1.0).abs() < 0.02);
        for (a, b) in original.eyes().into_iter().zip(sitter.eyes()) {
            let off = (a.0 * scale + at.0 - b.0).hypot(a.1 * scale + at.1 - b.1) / unit;
            assert!(off < 0.02, "scale {scale}: an eye is off by {off} eye distances");
        }
        for index in OVAL.into_iter().chain([CHIN]) {
            let (a, b) = (original.points[index], sitter.points[index]);
            let off = (a[0] * scale + at.0 - b[0]).hypot(a[1] * scale + at.1 - b[1]) / unit;
            assert!(off < 0.12, "scale {scale}: point {index} is off by {off} eye distances");
        }
        let far: Vec<f32> = original.pose.iter().zip(sitter.pose).map(|(a, b)| (a - b).abs()).collect();
        assert!(far.iter().all(|d| *d < 2.5), "scale {scale}: {far:?}");
        let embeddings = [(&image, &seen), (&placed(&image, scale, at, size), &other)]
            .map(|(image, seen)| engine().embedding(image, seen).unwrap().unwrap());
        assert!(embeddings[0].distance(&embeddings[1]) < 0.3);
        assert!(embeddings[0].likeness(&embeddings[1]) > 0.95);
    }
}

#[test]
fn a_mirrored_face_looks_to_the_other_side() {
    let image = astronaut();
    let (seen, other) = (see(&image), see(&mirrored(&image)));
    let [a, b] = [&seen, &other].map(|seen| seen.sitter.as_ref().unwrap());
    assert!((a.pose[0] + b.pose[0]).abs() < 2.0, "yaw {:?} {:?}", a.pose, b.pose);
    assert!((a.pose[1] - b.pose[1]).abs() < 2.0, "pitch {:?} {:?}", a.pose, b.pose);
    assert!((a.pose[2] + b.pose[2]).abs() < 1.5, "roll {:?} {:?}", a.pose, b.pose);
    for (p, q) in a.eyes().into_iter().zip(b.eyes().into_iter().rev()) {
        let off = (p.0 + q.0 - image.width() as f32).hypot(p.1 - q.1) / eye_distance(&seen);
        assert!(off < 0.02, "an eye is off by {off} eye distances");
    }
}

#[test]
fn a_turned_picture_is_a_tilted_head() {
    let image = astronaut();
    let upright = see(&image).sitter.unwrap().pose[2];
    for degrees in [-20.0, -8.0, 8.0, 20.0] {
        let roll = see(&turned(&image, degrees)).sitter.unwrap().pose[2];
        assert!((roll - upright - degrees).abs() < 1.5, "turned by {degrees}: {roll}, upright {upright}");
    }
}

#[test]
fn two_people_side_by_side_are_two_faces_and_the_larger_is_the_sitter() {
    let image = astronaut();
    let both = from_fn(1024, 512, |x, y| pixel(&image, x % 512, y));
    assert_eq!(see(&both).faces.len(), 2);
    let small = placed(&image, 0.85, (540.0, 60.0), (1000, 512));
    let together = from_fn(1000, 512, |x, y| if x < 512 { pixel(&image, x, y) } else { pixel(&small, x, y) });
    let seen = see(&together);
    assert_eq!(seen.faces.len(), 2);
    assert!(seen.faces[0].area() > seen.faces[1].area());
    assert!(seen.sitter.as_ref().unwrap().eyes().iter().all(|eye| eye.0 < 400.0));
    let observation = seen.observation(&together, (0.0, 0.0, 1000.0, 512.0)).unwrap();
    assert_eq!(observation.areas, [seen.faces[0].area(), seen.faces[1].area()]);
    assert_eq!(observation.points.len(), 478);
}

#[test]
fn a_stored_embedding_is_the_same_and_damaged_bytes_are_refused() {
    let image = astronaut();
    let embedding = engine().embedding(&image, &see(&image)).unwrap().unwrap();
    let bytes = embedding.to_bytes();
    assert_eq!(bytes.len(), BYTES);
    assert_eq!(Embedding::from_bytes(&bytes), Ok(embedding.clone()));
    assert_eq!(Embedding::from_bytes(&bytes[1..]), Err(EmbeddingUnreadable));
    assert_eq!(Embedding::from_bytes(&[0xff; BYTES]), Err(EmbeddingUnreadable));
    assert_eq!(Embedding::from_bytes(&[]), Err(EmbeddingUnreadable));
    assert_eq!(embedding.distance(&embedding), 0.0);
    let mut far = *embedding.values();
    far[0] += ALERT;
    let far = Embedding::from_bytes(&far.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    assert!((embedding.likeness(&far) - 0.5).abs() < 0.01);
}
