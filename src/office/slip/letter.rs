//! What the letters share: letterhead, title, rows of label and value, boxes for signature and stamp.

use time::OffsetDateTime;

use super::metrics::Face;
use super::sheet::{A4, Shade, Sheet, Style};
use super::{Letterhead, Officer};
use crate::office::Result;
use crate::office::words::Words;

/// Left and right edge of what is printed.
pub(super) const MARGIN: f32 = 56.0;

/// Baseline of the first line, and how much is left free at the foot.
const TOP: f32 = 50.0;
const FOOT: f32 = 38.0;

/// Width of a column of labels.
const LABELS: f32 = 150.0;

const BODY: Style = Style::regular(10.0);

/// A letter being written from top to bottom.
pub(super) struct Letter<'a> {
    pub(super) sheet: Sheet,
    pub(super) words: &'static Words,
    head: &'a Letterhead,
    /// Baseline of the next line.
    pub(super) y: f32,
}

impl<'a> Letter<'a> {
    /// Letterhead and title.
    pub(super) fn begin(head: &'a Letterhead, title: &str) -> Self {
        let mut letter = Self { sheet: Sheet::new(A4), words: head.words(), head, y: TOP };
        letter.letterhead();
        let (middle, style) = (A4.0 / 2.0, Style::bold(16.0));
        letter.sheet.centred(middle, letter.y + 8.0, style, title);
        letter.y += 24.0;
        letter
    }

    fn letterhead(&mut self) {
        let (middle, width) = (A4.0 / 2.0, self.width());
        for (n, line) in self.head.office.iter().enumerate() {
            let style = if n == 0 { Style::bold(13.0) } else { Style::bold(11.5) };
            for part in style.face.lines(line, style.size, width) {
                self.sheet.centred(middle, self.y, style, &part);
                self.y += style.leading();
            }
        }
        let style = Style::regular(8.5);
        for part in style.face.lines(&self.head.address, style.size, width) {
            self.sheet.centred(middle, self.y, style, &part);
            self.y += style.leading();
        }
        let (left, right) = (MARGIN, A4.0 - MARGIN);
        self.sheet.line((left, self.y - 4.0), (right, self.y - 4.0), 1.6, Shade::Black);
        self.sheet.line((left, self.y - 1.4), (right, self.y - 1.4), 0.5, Shade::Black);
        self.y += 20.0;
    }

    /// Width between the margins.
    pub(super) fn width(&self) -> f32 {
        A4.0 - 2.0 * MARGIN
    }

    /// The number under the title.
    pub(super) fn number(&mut self, number: &str) {
        let text = self.words.say("slip-number", &[("number", number)]);
        self.sheet.centred(A4.0 / 2.0, self.y, BODY, &text);
        self.y += 22.0;
    }

    /// A heading within the letter.
    pub(super) fn heading(&mut self, text: &str) {
        self.room(48.0);
        self.y += 6.0;
        let style = Style::bold(10.0);
        self.sheet.text(MARGIN, self.y, style, text);
        self.sheet.line((MARGIN, self.y + 4.0), (A4.0 - MARGIN, self.y + 4.0), 0.6, Shade::Hair);
        self.y += 18.0;
    }

    /// Label and value; `narrower` points are left free at the right.
    pub(super) fn row(&mut self, key: &str, value: &str, face: Face, narrower: f32) {
        let style = Style { face, ..BODY };
        let width = self.width() - LABELS - 12.0 - narrower;
        let lines = style.face.lines(value, style.size, width);
        self.room(lines.len() as f32 * style.leading());
        let label = self.words.get(key);
        let after_label = self.sheet.wrapped(MARGIN, self.y, LABELS - 4.0, BODY.grey(), &label);
        self.sheet.text(MARGIN + LABELS, self.y, BODY.grey(), ":");
        for line in lines {
            self.sheet.text(MARGIN + LABELS + 12.0, self.y, style, &line);
            self.y += style.leading();
        }
        self.y = self.y.max(after_label) + 2.0;
    }

    /// A paragraph, with a mark in front of it where `mark` is not empty.
    pub(super) fn paragraph(&mut self, mark: &str, text: &str) {
        let indent = if mark.is_empty() { 0.0 } else { 16.0 };
        let lines = BODY.face.lines(text, BODY.size, self.width() - indent);
        self.room(lines.len() as f32 * BODY.leading());
        self.sheet.text(MARGIN, self.y, BODY, mark);
        for line in lines {
            self.sheet.text(MARGIN + indent, self.y, BODY, &line);
            self.y += BODY.leading();
        }
        self.y += 2.0;
    }

    /// Turns the page when less than `height` is left above the foot.
    pub(super) fn room(&mut self, height: f32) {
        if self.y + height > A4.1 - FOOT {
            self.sheet.turn();
            self.y = TOP;
        }
    }

    /// The sentence that nobody pays, in a box.
    pub(super) fn free_of_charge(&mut self) {
        self.room(60.0);
        let (text, style) = (self.words.get("slip-free"), Style::regular(9.5));
        let lines = style.face.lines(&text, style.size, self.width() - 130.0);
        let height = (lines.len() as f32 * style.leading() + 14.0).max(34.0);
        self.sheet.area(MARGIN, self.y, self.width(), height, Shade::Tint);
        let word = self.words.get("slip-free-word");
        let large = Style::bold(17.0);
        self.sheet.text(MARGIN + 12.0, self.y + height / 2.0 + 6.0, large, &word);
        let mut baseline = self.y + 17.0 + (height - 14.0 - lines.len() as f32 * style.leading()) / 2.0;
        for line in lines {
            self.sheet.text(MARGIN + 118.0, baseline, style, &line);
            baseline += style.leading();
        }
        self.y += height + 14.0;
    }

    /// Place for the office's stamp at the left, for the officer's signature at the right.
    pub(super) fn signature(&mut self, officer: &Officer, at: OffsetDateTime) {
        let (height, width) = (104.0, 214.0);
        self.room(height + 6.0);
        let style = Style::regular(9.5);
        self.sheet.frame(MARGIN, self.y, 150.0, height);
        self.sheet.wrapped(MARGIN + 8.0, self.y + 14.0, 134.0, style.grey(), &self.words.get("slip-stamp"));
        let left = A4.0 - MARGIN - width;
        let date = crate::domain::dates::format_dmy(self.head.zone.date(at));
        self.sheet.text(left, self.y + 12.0, style, &self.words.say("slip-signed-on", &[("date", &date)]));
        self.sheet.text(left, self.y + 26.0, style, &self.words.get("slip-officer"));
        self.sheet.line((left, self.y + 76.0), (left + width, self.y + 76.0), 0.6, Shade::Black);
        let name = Style::bold(9.5);
        let after = self.sheet.wrapped(left, self.y + 88.0, width, name, &officer.name);
        if !officer.nip.is_empty() {
            self.sheet.text(left, after, style, &format!("NIP {}", officer.nip));
        }
        self.y += height;
    }

    /// Foot, training mark, PDF.
    pub(super) fn finish(self, title: &str) -> Result<Vec<u8>> {
        finish(self.sheet, self.head, title, MARGIN)
    }
}

/// Foot and training mark on every page, then the PDF.
pub(super) fn finish(mut sheet: Sheet, head: &Letterhead, title: &str, margin: f32) -> Result<Vec<u8>> {
    let words = head.words();
    let printed = head.zone.moment(head.printed_at);
    sheet.feet(
        |page, pages| {
            let (page, pages) = (page.to_string(), pages.to_string());
            let arguments =
                [("station", head.station.as_str()), ("time", &printed), ("page", &page), ("pages", &pages)];
            words.say("slip-foot", &arguments)
        },
        margin,
    );
    if head.training {
        sheet.across(&words.get("slip-training"));
    }
    sheet.finish(title, head.language.code())
}
