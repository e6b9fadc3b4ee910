use super::*;

/// A face whose eyes and chin are where they are put; the other points lie on the eyes' middle.
fn points(left: Point, right: Point, chin: Point) -> Vec<[f32; 3]> {
    let centre = middle(left, right);
    let mut points = vec![[centre.0, centre.1, 0.0]; 478];
    let mut set = |indices: &[usize], p: Point| indices.iter().for_each(|&i| points[i] = [p.0, p.1, 0.0]);
    set(&[33, 133, 468, 469, 470, 471, 472], left);
    set(&[362, 263, 473, 474, 475, 476, 477], right);
    set(&[152], chin);
    points
}

/// A grey picture with a white disc of radius 4 about each eye.
fn marked(width: u32, height: u32, eyes: [Point; 2]) -> RgbImage {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let near = |e: Point| (4.5 - (x as f32 + 0.5 - e.0).hypot(y as f32 + 0.5 - e.1)).clamp(0.0, 1.0);
            let v = 60.0 + 180.0 * near(eyes[0]).max(near(eyes[1]));
            pixels.extend([v as u8; 3]);
        }
    }
    RgbImage::new(width, height, pixels).unwrap()
}

/// Centre of what is bright in one half of a picture.
fn bright(image: &RgbImage, right: bool) -> Point {
    let (mut x_sum, mut y_sum, mut n) = (0.0f64, 0.0f64, 0.0f64);
    let half = image.width() / 2;
    for y in 0..image.height() {
        for x in (0..image.width()).filter(|&x| (x >= half) == right) {
            let v = f64::from(image.pixels()[((y * image.width() + x) * 3) as usize]) - 61.0;
            if v > 8.0 {
                x_sum += v * (f64::from(x) + 0.5);
                y_sum += v * (f64::from(y) + 0.5);
                n += v;
            }
        }
    }
    ((x_sum / n) as f32, (y_sum / n) as f32)
}

#[test]
fn the_eyes_are_level_and_where_they_are_said_to_be() {
    for roll in [-20.0f32, -7.0, 0.0, 3.0, 15.0] {
        for apart in [60.0f32, 110.0, 240.0] {
            let (s, c) = roll.to_radians().sin_cos();
            let at = |dx: f32, dy: f32| (640.3 + c * dx - s * dy, 500.7 + s * dx + c * dy);
            let eyes = [at(-apart / 2.0, 0.0), at(apart / 2.0, 0.0)];
            let photo = marked(1280, 1100, eyes);
            let points = points(eyes[0], eyes[1], at(0.0, 1.85 * apart));
            for format in [Format::Portrait { dpi: 300 }, Format::Token { width: 480 }, Format::Card { dpi: 300 }] {
                let cut = cut(&photo, Head::of(&points), format).unwrap();
                let (w, h) = format.size();
                assert_eq!((cut.image.width(), cut.image.height()), (w, h));
                assert!((cut.eyes[0].1 - cut.eyes[1].1).abs() < 0.01);
                for (k, said) in cut.eyes.into_iter().enumerate() {
                    let seen = bright(&cut.image, k == 1);
                    let off = distance(seen, said);
                    assert!(off < 0.1, "{format:?} roll {roll} eyes {apart}: seen {seen:?}, said {said:?}");
                }
            }
        }
    }
}

#[test]
fn the_portrait_keeps_the_proportions_asked_for() {
    let points = points((500.0, 500.0), (600.0, 500.0), (550.0, 690.0));
    let photo = marked(1280, 1200, [(500.0, 500.0), (600.0, 500.0)]);
    let cut = cut(&photo, Head::of(&points), Format::Portrait { dpi: 300 }).unwrap();
    assert_eq!((cut.image.width(), cut.image.height()), (413, 531));
    let middle = middle(cut.eyes[0], cut.eyes[1]);
    assert!((0.45..=0.55).contains(&(middle.0 / 413.0)) && (0.3..=0.5).contains(&(middle.1 / 531.0)));
    // crown to chin is about twice eyes to chin
    let head = 2.0 * 190.0 / cut.scale / 531.0;
    assert!((0.6..=0.9).contains(&head), "{head}");
    assert_eq!(cut.beyond, 0.0);
}

#[test]
fn the_token_image_has_its_eyes_where_the_standard_says() {
    let points = points((500.0, 480.0), (600.0, 520.0), (510.0, 700.0));
    let photo = marked(1280, 1200, [(500.0, 480.0), (600.0, 520.0)]);
    for width in [240, 480, 600] {
        let cut = cut(&photo, Head::of(&points), Format::Token { width }).unwrap();
        let w = width as f32;
        assert_eq!(cut.image.height(), width * 4 / 3);
        for (eye, x) in cut.eyes.into_iter().zip([0.375 * w - 1.0, 0.625 * w - 1.0]) {
            // pixel numbers from 0 are half a pixel less than places
            assert!((eye.0 - 0.5 - x).abs() < 0.01 && (eye.1 - 0.5 - (0.6 * w - 1.0)).abs() < 0.01, "{eye:?}");
        }
    }
}

#[test]
fn what_lies_outside_the_photo_is_told() {
    let points = points((20.0, 60.0), (80.0, 60.0), (50.0, 170.0));
    let photo = marked(160, 240, [(20.0, 60.0), (80.0, 60.0)]);
    let cut = cut(&photo, Head::of(&points), Format::Portrait { dpi: 300 }).unwrap();
    assert!(cut.beyond > 0.2 && cut.beyond < 0.9, "{}", cut.beyond);
    assert!(cut.image.pixels().iter().all(|&v| v >= 20));
}

#[test]
fn a_fine_pattern_becomes_grey_not_moire() {
    let pixels = (0..1200u32 * 1200).flat_map(|i| [if (i + i / 1200) % 2 == 0 { 0 } else { 255 }; 3]).collect();
    let photo = RgbImage::new(1200, 1200, pixels).unwrap();
    let points = points((450.0, 500.0), (750.0, 520.0), (590.0, 1100.0));
    let cut = cut(&photo, Head::of(&points), Format::Card { dpi: 300 }).unwrap();
    let (w, rows) = (236usize, 60..220usize);
    for y in rows {
        for x in 60..180 {
            let v = cut.image.pixels()[(y * w + x) * 3];
            assert!((110..=146).contains(&v), "{x} {y}: {v}");
        }
    }
}

#[test]
fn nonsense_is_an_error_not_a_panic() {
    let photo = RgbImage::new(1, 1, vec![0; 3]).unwrap();
    let good = points((0.2, 0.2), (0.8, 0.2), (0.5, 0.9));
    assert!(cut(&photo, Head::of(&good), Format::Card { dpi: 300 }).is_ok());
    assert_eq!(cut(&photo, Head::of(&good[..400]), Format::Card { dpi: 300 }), Err(CropError::NoFace));
    assert_eq!(cut(&photo, Head::of(&vec![[f32::NAN; 3]; 478]), Format::Card { dpi: 300 }), Err(CropError::NoFace));
    assert_eq!(cut(&photo, Head::of(&vec![[1.0; 3]; 478]), Format::Card { dpi: 300 }), Err(CropError::NoFace));
    assert_eq!(cut(&photo, Head::of(&good), Format::Token { width: 0 }), Err(CropError::Size(0)));
    assert!(matches!(cut(&photo, Head::of(&good), Format::Portrait { dpi: u32::MAX }), Err(CropError::Size(_))));
}
