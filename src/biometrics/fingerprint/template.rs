//! The template: what is kept of a finger once its image is sealed.
//!
//! Minutiae are stored in the steps of the byte form from the start (1/16 pixel, 1/65536 turn, 1/255 of quality), so
//! that a template read back compares bit for bit like the one that was written.
//!
//! Byte form, little endian: `b"RF"`, version 1, count (0..=255), then 8 bytes for each minutia: x and y in 1/16 pixel
//! at 500 dpi (u16 each), angle in 1/65536 turn (u16), kind (0 ending, 1 bifurcation, 2 unknown), quality (u8). The
//! minutiae stand in descending quality; nothing may follow them.

use std::f32::consts::TAU;

use super::minutia::{Minutia, MinutiaKind};

/// Most minutiae a template holds, as in ISO/IEC 19794-2; a rolled print has about 100 true ones.
pub const MAX_MINUTIAE: usize = 255;

/// Largest coordinate of a minutia in pixels at 500 dpi: what 16 bits hold in steps of 1/16.
pub const FARTHEST: f32 = 65535.0 / POSITION_STEPS;

const MAGIC: [u8; 2] = *b"RF";
const VERSION: u8 = 1;
const HEADER: usize = 4;
const RECORD: usize = 8;
const POSITION_STEPS: f32 = 16.0;
const ANGLE_STEPS: f32 = 65536.0;

/// Bytes that are not a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The first bytes are not those of a template.
    #[error("not a fingerprint template")]
    Magic,
    /// Written by a version of this program that this one does not know.
    #[error("fingerprint template version {0} is unknown")]
    Version(u8),
    /// Shorter or longer than its count says.
    #[error("the fingerprint template has {found} bytes instead of {expected}")]
    Length {
        /// Bytes its count asks for.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A kind outside 0..=2, or minutiae not in the order they are written in.
    #[error("minutia {0} of the fingerprint template is malformed")]
    Minutia(usize),
}

/// A minutia in the steps of the byte form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stored {
    /// Inverted, so that the natural order is that of descending quality.
    doubt: u8,
    x: u16,
    y: u16,
    angle: u16,
    kind: MinutiaKind,
}

/// The minutiae of one finger in pixels at 500 dpi, best first, at most [`MAX_MINUTIAE`].
#[derive(Clone, PartialEq, Default)]
pub struct Template {
    minutiae: Vec<Minutia>,
}

impl Template {
    /// Keeps the best [`MAX_MINUTIAE`] minutiae; those without a finite place in 0..4096 pixels are left out.
    pub fn from_minutiae(minutiae: Vec<Minutia>) -> Self {
        let mut stored: Vec<Stored> = minutiae.iter().filter_map(Stored::of).collect();
        stored.sort_unstable();
        stored.truncate(MAX_MINUTIAE);
        Self { minutiae: stored.iter().map(Stored::minutia).collect() }
    }

    /// The minutiae, best first; the indexes of [`super::Comparison::pairs`] count in this order.
    pub fn minutiae(&self) -> &[Minutia] {
        &self.minutiae
    }

    /// The byte form (see the module's head).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + RECORD * self.minutiae.len());
        bytes.extend(MAGIC);
        bytes.extend([VERSION, self.minutiae.len() as u8]);
        for s in self.minutiae.iter().filter_map(Stored::of) {
            bytes.extend(s.x.to_le_bytes());
            bytes.extend(s.y.to_le_bytes());
            bytes.extend(s.angle.to_le_bytes());
            bytes.extend([s.kind_code(), 255 - s.doubt]);
        }
        bytes
    }

    /// Reads the byte form; anything [`Template::to_bytes`] would not write is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TemplateError> {
        let [m0, m1, version, count, records @ ..] = bytes else { return Err(TemplateError::Magic) };
        if [*m0, *m1] != MAGIC {
            return Err(TemplateError::Magic);
        }
        if *version != VERSION {
            return Err(TemplateError::Version(*version));
        }
        let expected = HEADER + RECORD * usize::from(*count);
        if bytes.len() != expected {
            return Err(TemplateError::Length { expected, found: bytes.len() });
        }
        let mut minutiae = Vec::with_capacity(usize::from(*count));
        let mut previous = None;
        for (i, record) in records.chunks_exact(RECORD).enumerate() {
            let stored =
                Stored::decode(record).filter(|s| previous.is_none_or(|p| p <= *s)).ok_or(TemplateError::Minutia(i))?;
            previous = Some(stored);
            minutiae.push(stored.minutia());
        }
        Ok(Self { minutiae })
    }
}

impl std::fmt::Debug for Template {
    /// The count alone: minutiae are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({} minutiae)", self.minutiae.len())
    }
}

impl Stored {
    fn of(m: &Minutia) -> Option<Self> {
        let position = |v: f32| {
            let steps = (v * POSITION_STEPS).round();
            (0.0..=65535.0).contains(&steps).then_some(steps as u16)
        };
        let turn = m.angle.is_finite().then(|| (m.angle / TAU).rem_euclid(1.0))?;
        let quality = if m.quality.is_finite() { (m.quality.clamp(0.0, 1.0) * 255.0).round() as u8 } else { 0 };
        Some(Self {
            doubt: 255 - quality,
            x: position(m.x)?,
            y: position(m.y)?,
            angle: ((turn * ANGLE_STEPS).round() as u32 & 0xffff) as u16,
            kind: m.kind,
        })
    }

    fn minutia(&self) -> Minutia {
        Minutia {
            x: f32::from(self.x) / POSITION_STEPS,
            y: f32::from(self.y) / POSITION_STEPS,
            angle: f32::from(self.angle) * (TAU / ANGLE_STEPS),
            kind: self.kind,
            quality: f32::from(255 - self.doubt) / 255.0,
        }
    }

    fn kind_code(&self) -> u8 {
        match self.kind {
            MinutiaKind::Ending => 0,
            MinutiaKind::Bifurcation => 1,
            MinutiaKind::Unknown => 2,
        }
    }

    fn decode(record: &[u8]) -> Option<Self> {
        let &[x0, x1, y0, y1, a0, a1, kind, quality] = record else { return None };
        let kind = match kind {
            0 => MinutiaKind::Ending,
            1 => MinutiaKind::Bifurcation,
            2 => MinutiaKind::Unknown,
            _ => return None,
        };
        Some(Self {
            doubt: 255 - quality,
            x: u16::from_le_bytes([x0, x1]),
            y: u16::from_le_bytes([y0, y1]),
            angle: u16::from_le_bytes([a0, a1]),
            kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minutia() -> impl Strategy<Value = Minutia> {
        (-10.0f32..4200.0, -10.0f32..4200.0, -10.0f32..10.0, 0..3u8, -0.1f32..1.1).prop_map(
            |(x, y, angle, kind, quality)| {
                let kind = [MinutiaKind::Ending, MinutiaKind::Bifurcation, MinutiaKind::Unknown][usize::from(kind)];
                Minutia { x, y, angle, kind, quality }
            },
        )
    }

    proptest! {
        #[test]
        fn a_template_reads_back_as_it_was_written(minutiae in prop::collection::vec(minutia(), 0..300)) {
            let template = Template::from_minutiae(minutiae);
            let bytes = template.to_bytes();
            let back = Template::from_bytes(&bytes).unwrap();
            prop_assert!(back == template);
            prop_assert_eq!(back.to_bytes(), bytes);
        }

        #[test]
        fn quantising_twice_changes_nothing(minutiae in prop::collection::vec(minutia(), 0..50)) {
            let once = Template::from_minutiae(minutiae);
            prop_assert!(Template::from_minutiae(once.minutiae().to_vec()) == once);
        }

        #[test]
        fn a_truncated_or_lengthened_template_is_refused(minutiae in prop::collection::vec(minutia(), 0..20), cut in 0usize..160) {
            let mut bytes = Template::from_minutiae(minutiae).to_bytes();
            bytes.push(0);
            prop_assert!(Template::from_bytes(&bytes).is_err());
            bytes.pop();
            bytes.truncate(cut.min(bytes.len().saturating_sub(1)));
            prop_assert!(Template::from_bytes(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_refused_or_read_back_the_same(tail in prop::collection::vec(any::<u8>(), 0..60), count in 0u8..8) {
            let mut bytes = vec![b'R', b'F', 1, count];
            bytes.extend(tail);
            if let Ok(template) = Template::from_bytes(&bytes) {
                prop_assert_eq!(template.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn numbers_that_are_none_are_left_out() {
        let m = Minutia { x: 10.0, y: 10.0, angle: 1.0, kind: MinutiaKind::Ending, quality: f32::NAN };
        let bad = [Minutia { x: f32::NAN, ..m }, Minutia { y: f32::INFINITY, ..m }, Minutia { angle: f32::NAN, ..m }];
        assert!(Template::from_minutiae(bad.to_vec()).minutiae().is_empty());
        assert_eq!(Template::from_minutiae(vec![m]).minutiae()[0].quality, 0.0);
    }

    #[test]
    fn only_the_best_are_kept() {
        let m = |q: f32| Minutia { x: 1.0, y: 1.0, angle: 0.0, kind: MinutiaKind::Ending, quality: q };
        let template = Template::from_minutiae((0..400).map(|i| m(i as f32 / 400.0)).collect());
        assert_eq!(template.minutiae().len(), MAX_MINUTIAE);
        assert!(template.minutiae().iter().all(|m| m.quality > 0.35));
    }

    #[test]
    fn a_newer_version_is_refused_by_name() {
        assert_eq!(Template::from_bytes(&[b'R', b'F', 2, 0]), Err(TemplateError::Version(2)));
        let short = TemplateError::Length { expected: 4 + 8 * 255, found: 4 };
        assert_eq!(Template::from_bytes(&[b'R', b'F', 1, 255]), Err(short));
        assert_eq!(Template::from_bytes(b"PNG"), Err(TemplateError::Magic));
    }
}
