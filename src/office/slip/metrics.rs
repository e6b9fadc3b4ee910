//! How wide a line of text is: the advance widths of the embedded fonts.
//!
//! The PDF library shapes text but does not say how wide it became, and lines must be broken and cells filled before
//! anything is drawn. Two tables of the font are enough: `cmap` (format 4: character to glyph) and `hmtx` (glyph to
//! advance); see the OpenType specification. Kerning is left aside, it makes lines shorter by a per cent at most.

use std::sync::OnceLock;

static REGULAR: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-Regular.otf"));
static BOLD: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-Bold.otf"));

/// Which cut of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

impl Face {
    /// The font file.
    pub(super) const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => REGULAR,
            Self::Bold => BOLD,
        }
    }

    /// Width of a line in points at a size in points.
    pub(super) fn width(self, text: &str, size: f32) -> f32 {
        let metrics = self.metrics();
        let units: u32 = text.chars().map(|c| u32::from(metrics.advance(c))).sum();
        units as f32 * size / f32::from(metrics.units_per_em)
    }

    fn metrics(self) -> &'static Metrics {
        static BOTH: [OnceLock<Metrics>; 2] = [OnceLock::new(), OnceLock::new()];
        let place = match self {
            Self::Regular => &BOTH[0],
            Self::Bold => &BOTH[1],
        };
        // A font that cannot be read would make every line look endless; wide letters keep it on the page instead.
        place.get_or_init(|| Metrics::read(self.bytes()).unwrap_or_else(Metrics::guess))
    }

    /// Breaks text into lines no wider than `width`; a word that is wider than a line is broken where it must.
    pub(super) fn lines(self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for paragraph in text.split('\n') {
            lines.push(String::new());
            for word in paragraph.split_whitespace() {
                self.place(&mut lines, word, size, width);
            }
        }
        lines
    }

    fn place(self, lines: &mut Vec<String>, word: &str, size: f32, width: f32) {
        let Some(line) = lines.last_mut() else { return };
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if self.width(&longer, size) <= width {
            *line = longer;
            return;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for character in word.chars() {
            let Some(line) = lines.last_mut() else { return };
            let full = !line.is_empty() && self.width(&format!("{line}{character}"), size) > width;
            if full {
                lines.push(character.to_string());
            } else {
                line.push(character);
            }
        }
    }
}

/// Advance widths of the characters of the basic plane.
struct Metrics {
    units_per_em: u16,
    advances: Vec<u16>,
    missing: u16,
}

impl Metrics {
    fn advance(&self, c: char) -> u16 {
        self.advances.get(c as usize).copied().filter(|advance| *advance > 0).unwrap_or(self.missing)
    }

    fn guess() -> Self {
        Self { units_per_em: 1000, advances: Vec::new(), missing: 1000 }
    }

    fn read(font: &[u8]) -> Option<Self> {
        let units_per_em = word(table(font, b"head")?, 18).filter(|units| *units > 0)?;
        let wide = word(table(font, b"hhea")?, 34)?.checked_sub(1)?;
        let widths = table(font, b"hmtx")?;
        let advance = |glyph: u16| word(widths, 4 * usize::from(glyph.min(wide)));
        let mut advances = vec![0; 0x1_0000];
        for (character, glyph) in characters(format_4(table(font, b"cmap")?)?)? {
            *advances.get_mut(usize::from(character))? = advance(glyph)?;
        }
        Some(Self { units_per_em, advances, missing: advance(0)? })
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}

fn table<'a>(font: &'a [u8], tag: &[u8; 4]) -> Option<&'a [u8]> {
    let record = (0..usize::from(word(font, 4)?)).map(|n| 12 + 16 * n).find(|at| font.get(*at..at + 4) == Some(tag))?;
    font.get(long(font, record + 8)?..)?.get(..long(font, record + 12)?)
}

/// The subtable for Windows and the basic plane.
fn format_4(cmap: &[u8]) -> Option<&[u8]> {
    let mut records = (0..usize::from(word(cmap, 2)?)).map(|n| 4 + 8 * n);
    let record = records.find(|at| (word(cmap, *at), word(cmap, at + 2)) == (Some(3), Some(1)))?;
    cmap.get(long(cmap, record + 4)?..).filter(|subtable| word(subtable, 0) == Some(4))
}

/// Characters with their glyphs.
fn characters(map: &[u8]) -> Option<Vec<(u16, u16)>> {
    let segments = usize::from(word(map, 6)? / 2);
    let (ends, starts) = (14, 16 + 2 * segments);
    let (deltas, offsets) = (starts + 2 * segments, starts + 4 * segments);
    let mut found = Vec::new();
    for n in 0..segments {
        let (start, end) = (word(map, starts + 2 * n)?, word(map, ends + 2 * n)?);
        let (delta, offset) = (word(map, deltas + 2 * n)?, usize::from(word(map, offsets + 2 * n)?));
        for character in start..=end {
            let glyph = if offset == 0 {
                character.wrapping_add(delta)
            } else {
                match word(map, offsets + 2 * n + offset + 2 * usize::from(character - start)) {
                    Some(0) | None => 0,
                    Some(glyph) => glyph.wrapping_add(delta),
                }
            };
            if glyph != 0 {
                found.push((character, glyph));
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_read() {
        for face in [Face::Regular, Face::Bold] {
            assert!(Metrics::read(face.bytes()).is_some());
            assert!(face.width("WWW", 10.0) > 2.0 * face.width("iii", 10.0));
            assert!((face.width("AB", 10.0) - face.width("A", 10.0) - face.width("B", 10.0)).abs() < 1e-3);
        }
    }

    #[test]
    fn no_damage_to_a_font_makes_the_reader_panic() {
        for cut in (0..30_000).step_by(97) {
            let _ = Metrics::read(&REGULAR[..cut]).is_some();
        }
    }

    #[test]
    fn every_word_is_kept_and_no_line_is_too_wide() {
        let text = "MUHAMMAD ABDURRAHMAN WIRAATMADJAKUSUMANEGARADININGRATSASTRODIHARDJO BIN ABDULLAH";
        for width in [40.0, 90.0, 200.0] {
            let lines = Face::Bold.lines(text, 10.0, width);
            assert!(lines.iter().all(|line| Face::Bold.width(line, 10.0) <= width), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(Face::Regular.lines("a\n\nb", 10.0, 90.0), ["a", "", "b"]);
    }
}
