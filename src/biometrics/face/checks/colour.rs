//! Colours: linear luminance as OFIQ rounds it, CIELAB of the cheeks, and how far that is from skin.

use std::sync::LazyLock;

/// sRGB code to linear light.
pub(crate) fn linear(v: f64) -> f64 {
    if v > 0.04045 { ((v + 0.055) / 1.055).powf(2.4) } else { v / 12.92 }
}

/// Linear light of every code, made when first asked for.
static LINEAR: LazyLock<[f64; 256]> = LazyLock::new(|| std::array::from_fn(|i| linear(i as f64 / 255.0)));

/// What red, green and blue of every code add to the luminance of 0..=255.
static LUMINANCE: LazyLock<[[f32; 256]; 3]> =
    LazyLock::new(|| [0.2126, 0.7152, 0.0722].map(|w| std::array::from_fn(|i| (w * LINEAR[i] * 255.0) as f32)));

/// A table of linear luminances for many pixels: asking the lock once is cheaper than for each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Luminance(&'static [[f32; 256]; 3]);

impl Luminance {
    pub(crate) fn new() -> Self {
        Self(&LUMINANCE)
    }

    /// Linear luminance, 0..=255.
    pub(crate) fn of(self, [r, g, b]: [u8; 3]) -> u8 {
        let [red, green, blue] = self.0;
        (red[usize::from(r)] + green[usize::from(g)] + blue[usize::from(b)] + 0.5) as u8
    }
}

/// Linear light of a code.
pub(crate) fn linear_code(v: u8) -> f64 {
    LINEAR[usize::from(v)]
}

/// L, a and b of CIELAB for the white D50, from sRGB in 0..=1 (the matrix OFIQ uses).
pub(crate) fn lab(rgb: [f64; 3]) -> [f64; 3] {
    lab_of_light(rgb.map(linear))
}

/// The same of a pixel.
pub(crate) fn lab_code(c: [u8; 3]) -> [f64; 3] {
    lab_of_light(c.map(linear_code))
}

fn lab_of_light([r, g, b]: [f64; 3]) -> [f64; 3] {
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
        assert_eq!(Luminance::new().of([255; 3]), 255);
        assert_eq!(Luminance::new().of([128; 3]), 55);
        assert_eq!(unnatural(&[vec![[200, 150, 120]], vec![[190, 140, 115]]]), 0.0);
        assert_eq!(unnatural(&[vec![[100, 160, 120]], vec![[100, 160, 120]]]), 100.0);
        assert!(unnatural(&[vec![[255, 60, 30]], vec![[255, 60, 30]]]) > 30.0);
    }
}
