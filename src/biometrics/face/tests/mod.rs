//! What the portrait engine promises, on the one portrait that may be given away and on people who do not exist.

mod drawn;
mod golden;
mod invariance;
mod nobody;
mod preview;

use std::sync::OnceLock;

use rekam_hal::RgbImage;

use super::{NetworkFiles, Portraitist, Seen};

/// The networks are loaded once for all tests.
fn engine() -> &'static Portraitist {
    static ENGINE: OnceLock<Portraitist> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let files = NetworkFiles {
            near: include_bytes!("../../../../assets/models/face_detector.onnx"),
            full: include_bytes!("../../../../assets/models/face_detector_full.onnx"),
            mesh: include_bytes!("../../../../assets/models/face_mesh_attention.onnx"),
            person: include_bytes!("../../../../assets/models/person.onnx"),
            person_wide: include_bytes!("../../../../assets/models/person_wide.onnx"),
            embedding: include_bytes!("../../../../assets/models/face_embedding.onnx"),
        };
        Portraitist::from_onnx(&files).unwrap()
    })
}

fn see(image: &RgbImage) -> Seen {
    engine().see(image).unwrap()
}

fn picture(png: &[u8]) -> RgbImage {
    let image = image::load_from_memory(png).unwrap().to_rgb8();
    RgbImage::new(image.width(), image.height(), image.into_raw()).unwrap()
}

fn astronaut() -> RgbImage {
    picture(include_bytes!("../../../../tests/data/portrait/astronaut.png"))
}

fn from_fn(width: u32, height: u32, mut pixel: impl FnMut(u32, u32) -> [u8; 3]) -> RgbImage {
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        (0..width).for_each(|x| pixels.extend(pixel(x, y)));
    }
    RgbImage::new(width, height, pixels).unwrap()
}

fn pixel(image: &RgbImage, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * image.width() + x) * 3) as usize;
    [0, 1, 2].map(|c| image.pixels()[at + c])
}

/// `image` `scale` times as large, its corner at `at` of a grey picture of `size`.
fn placed(image: &RgbImage, scale: f32, at: (f32, f32), size: (u32, u32)) -> RgbImage {
    from_fn(size.0, size.1, |x, y| {
        let place = |v: u32, at: f32| (v as f32 + 0.5 - at) / scale - 0.5;
        let (u, v) = (place(x, at.0), place(y, at.1));
        let inside = |v: f32, end: u32| v >= -0.5 && v < end as f32 - 0.5;
        if !inside(u, image.width()) || !inside(v, image.height()) {
            return [128; 3];
        }
        let (u, v) = (u.max(0.0), v.max(0.0));
        let (x0, y0) = (u as u32, v as u32);
        let (x1, y1) = ((x0 + 1).min(image.width() - 1), (y0 + 1).min(image.height() - 1));
        let (fx, fy) = (u.fract(), v.fract());
        let corners = [pixel(image, x0, y0), pixel(image, x1, y0), pixel(image, x0, y1), pixel(image, x1, y1)];
        [0, 1, 2].map(|c| {
            let [a, b, d, e] = corners.map(|corner| f32::from(corner[c]));
            ((a + (b - a) * fx) * (1.0 - fy) + (d + (e - d) * fx) * fy).round() as u8
        })
    })
}

fn eye_distance(seen: &Seen) -> f32 {
    let [a, b] = seen.sitter.as_ref().unwrap().eyes();
    (a.0 - b.0).hypot(a.1 - b.1)
}
