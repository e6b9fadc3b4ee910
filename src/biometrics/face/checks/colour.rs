//! Colours: linear luminance as OFIQ rounds it, CIELAB of the cheeks, and how far that is from skin.

/// sRGB code to linear light.
pub(crate) fn linear(v: f64) -> f64 {
    if v > 0.04045 { ((v + 0.055) / 1.055).powf(2.4) } else { v / 12.92 }
}

/// Linear light of every code, made when the program is built.
static LINEAR: std::sync::LazyLock<[f64; 256]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|i| linear(i as f64 / 255.0)));

/// Linear luminance, 0..=255.
pub(crate) fn luminance(c: [u8; 3]) -> u8 {
    let [r, g, b] = c.map(|v| LINEAR[usize::from(v)]);
    ((0.2126 * r + 0.7152 * g + 0.0722 * b) * 255.0 + 0.5) as u8
}

/// L, a and b of CIELAB for the white D50, from sRGB in 0..=1 (the matrix OFIQ uses).
pub(crate) fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(linear);
    let x = (0.43605 * r + 0.38508 * g + 0.14309 * b) / 0.964_221;
    let y = 0.22249 * r + 0.71689 * g + 0.06062 * b;
    let z = (0.01393 * r + 0.09710 * g + 0.71419 * b) / 0.825_211;
    let f = |t: f64| if t <= 216.0 / 24389.0 { (24389.0 / 27.0 * t + 16.0) / 116.0 } else { t.cbrt() };
    let (x, y, z) = (f(x), f(y), f(z));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Distance of the cheeks' mean colour from the range of skin: a in 5..=25, b in 5..=35; 100 when either is negative.
pub(crate) fn unnatural(cheeks: &[Vec<[u8; 3]>; 2]) -> f64 {
    let n = cheeks.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    let mean = std::array::from_fn(|k| cheeks.iter().flatten().map(|c| f64::from(c[k])).sum::<f64>() / n / 255.0);
    let [_, a, b] = lab(mean);
    if a < 0.0 || b < 0.0 {
        return 100.0;
    }
    let beyond = |v: f64, low: f64, high: f64| (low - v).max(v - high).max(0.0);
    beyond(a, 5.0, 25.0).hypot(beyond(b, 5.0, 35.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_has_no_hue_and_skin_is_natural() {
        let [l, a, b] = lab([1.0; 3]);
        assert!((l - 100.0).abs() < 0.1 && a.abs() < 0.1 && b.abs() < 0.1, "{l} {a} {b}");
        assert_eq!(luminance([255; 3]), 255);
        assert_eq!(luminance([128; 3]), 55);
        assert_eq!(unnatural(&[vec![[200, 150, 120]], vec![[190, 140, 115]]]), 0.0);
        assert_eq!(unnatural(&[vec![[100, 160, 120]], vec![[100, 160, 120]]]), 100.0);
        assert!(unnatural(&[vec![[255, 60, 30]], vec![[255, 60, 30]]]) > 30.0);
    }
}
