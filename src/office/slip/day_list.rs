//! Rekap harian: the day's counters, its records, and what still waits for a supervisor. A4 on its side.

use time::Duration;

use super::again::weekday_key;
use super::letter::finish;
use super::metrics::Face;
use super::sheet::{A4_LANDSCAPE, Shade, Sheet, Style};
use super::{Letterhead, Officer, exception_key, slot_key};
use crate::domain::dates::format_dmy;
use crate::domain::session::Slot;
use crate::office::Result;
use crate::office::daybook::{DayBook, DayRow, Outcome, Waiting};
use crate::office::words::Words;

const MARGIN: f32 = 40.0;

/// Keys and widths of the table's columns.
const COLUMNS: [(&str, f32); 7] = [
    ("day-column-number", 26.0),
    ("day-column-time", 68.0),
    ("day-column-record", 134.0),
    ("day-column-nik", 112.0),
    ("day-column-name", 172.0),
    ("day-column-outcome", 84.0),
    ("day-column-remark", 165.0),
];

const CELL: Style = Style::regular(8.5);
const PADDING: f32 = 4.0;

/// Makes the paper. `supervisor` is who signs it off, when known.
///
/// # Errors
/// [`OfficeError::Page`](crate::office::OfficeError::Page).
pub fn day_list(head: &Letterhead, day: &DayBook, supervisor: Option<&Officer>) -> Result<Vec<u8>> {
    let words = head.words();
    let mut list = List { sheet: Sheet::new(A4_LANDSCAPE), words, y: 46.0 };
    list.letterhead(head, day);
    list.totals(day);
    list.table(day, head);
    list.reasons(day);
    list.waiting("day-hits", &day.hits);
    list.waiting("day-approvals", &day.approvals);
    list.signature(supervisor);
    finish(list.sheet, head, &words.get("day-title"), MARGIN)
}

struct List {
    sheet: Sheet,
    words: &'static Words,
    y: f32,
}

impl List {
    fn letterhead(&mut self, head: &Letterhead, day: &DayBook) {
        let width = A4_LANDSCAPE.0 - 2.0 * MARGIN;
        let mut left = self.y;
        for (n, line) in head.office.iter().enumerate() {
            let style = if n == 0 { Style::bold(11.0) } else { Style::bold(10.0) };
            left = self.sheet.wrapped(MARGIN, left, width * 0.55, style, line);
        }
        left = self.sheet.wrapped(MARGIN, left, width * 0.55, Style::regular(8.0).grey(), &head.address);
        let right = A4_LANDSCAPE.0 - MARGIN;
        let weekday = self.words.get(weekday_key(day.date));
        let date = format!("{weekday}, {}", format_dmy(day.date));
        let station = self.words.say("day-station", &[("station", &head.station)]);
        let lines =
            [(Style::bold(15.0), self.words.get("day-title")), (Style::bold(10.5), date), (CELL.grey(), station)];
        let mut y = self.y + 3.0;
        for (style, text) in lines {
            self.sheet.text(right - style.width(&text), y, style, &text);
            y += style.leading() + 1.0;
        }
        self.y = left.max(y) + 2.0;
        self.sheet.line((MARGIN, self.y - 6.0), (right, self.y - 6.0), 1.2, Shade::Black);
        self.y += 6.0;
    }

    fn totals(&mut self, day: &DayBook) {
        let t = &day.totals;
        let called = day.queue.drawn - day.queue.waiting;
        let boxes = [
            ("day-called", called),
            ("day-recorded", t.recorded),
            ("day-with-exceptions", t.with_exceptions),
            ("day-rescheduled", t.rescheduled),
            ("day-failed", t.failed),
            ("day-voided", t.voided),
            ("day-unfinished", t.unfinished),
            ("day-exported", t.exported),
        ];
        let gap = 6.0;
        let width = (A4_LANDSCAPE.0 - 2.0 * MARGIN + gap) / boxes.len() as f32 - gap;
        for (n, (key, count)) in boxes.into_iter().enumerate() {
            let x = MARGIN + n as f32 * (width + gap);
            self.sheet.area(x, self.y, width, 42.0, Shade::Tint);
            self.sheet.text(x + 8.0, self.y + 20.0, Style::bold(15.0), &count.to_string());
            self.sheet.wrapped(x + 8.0, self.y + 34.0, width - 10.0, Style::regular(7.5), &self.words.get(key));
        }
        self.y += 58.0;
    }

    fn table(&mut self, day: &DayBook, head: &Letterhead) {
        self.table_head();
        if day.rows.is_empty() {
            self.sheet.text(MARGIN + PADDING, self.y + 12.0, CELL.grey(), &self.words.get("day-empty"));
            self.y += 24.0;
        }
        for (n, row) in day.rows.iter().enumerate() {
            self.table_row(&self.cells(n + 1, row, head));
        }
        self.y += 14.0;
    }

    fn table_head(&mut self) {
        let style = Style::bold(8.0);
        self.sheet.area(MARGIN, self.y, A4_LANDSCAPE.0 - 2.0 * MARGIN, 17.0, Shade::Tint);
        let mut x = MARGIN;
        for (key, width) in COLUMNS {
            self.sheet.text(x + PADDING, self.y + 12.0, style, &self.words.get(key));
            x += width;
        }
        self.y += 17.0;
    }

    fn table_row(&mut self, cells: &[String; COLUMNS.len()]) {
        let style = |n: usize| if n == 4 { Style { face: Face::Bold, ..CELL } } else { CELL };
        let broken: Vec<Vec<String>> = cells
            .iter()
            .zip(COLUMNS)
            .enumerate()
            .map(|(n, (text, (_, width)))| style(n).face.lines(text, CELL.size, width - 2.0 * PADDING))
            .collect();
        let height = broken.iter().map(Vec::len).max().unwrap_or(1) as f32 * CELL.leading() + 6.0;
        if self.room(height) {
            self.table_head();
        }
        let mut x = MARGIN;
        for (n, (lines, (_, width))) in broken.iter().zip(COLUMNS).enumerate() {
            for (line, text) in lines.iter().enumerate() {
                let baseline = self.y + 11.5 + line as f32 * CELL.leading();
                self.sheet.text(x + PADDING, baseline, style(n), text);
            }
            x += width;
        }
        self.y += height;
        self.sheet.line((MARGIN, self.y), (A4_LANDSCAPE.0 - MARGIN, self.y), 0.4, Shade::Hair);
    }

    fn cells(&self, number: usize, row: &DayRow, head: &Letterhead) -> [String; COLUMNS.len()] {
        let zone = head.zone;
        [
            number.to_string(),
            format!("{}–{}", zone.clock(row.began_at), zone.clock(row.ended_at)),
            row.record.0.clone(),
            row.nik.map_or_else(|| "-".to_owned(), |nik| nik.masked()),
            if row.name.is_empty() { "-".to_owned() } else { row.name.clone() },
            self.words.get(row.outcome.key()),
            self.remark(row),
        ]
    }

    fn remark(&self, row: &DayRow) -> String {
        let mut remarks = Vec::new();
        match &row.outcome {
            Outcome::Rescheduled(date) => {
                remarks.push(self.words.say("day-comes-on", &[("date", &format_dmy(*date))]));
            }
            Outcome::Cancelled(reason) => remarks.push(reason.clone()),
            Outcome::Open
            | Outcome::Parked
            | Outcome::Recorded
            | Outcome::Approved
            | Outcome::Exported
            | Outcome::Voided
            | Outcome::Closed => {}
        }
        remarks.extend(self.exceptions(row));
        if row.open_hits > 0 {
            remarks.push(self.words.get("day-open-hit"));
        }
        if let Some(batch) = row.batch {
            remarks.push(self.words.say("day-batch", &[("batch", &format!("{batch:04}"))]));
        }
        remarks.join("; ")
    }

    /// Ten missing fingers are one remark.
    fn exceptions(&self, row: &DayRow) -> Vec<String> {
        let mut found: Vec<(_, Vec<Slot>)> = Vec::new();
        for exception in &row.exceptions {
            match found.iter_mut().find(|(reason, _)| *reason == exception.reason) {
                Some((_, slots)) => slots.push(exception.slot),
                None => found.push((exception.reason, vec![exception.slot])),
            }
        }
        let text = |(reason, slots): (_, Vec<Slot>)| {
            let what = match slots.as_slice() {
                [only] => self.words.get(slot_key(*only)),
                many => self.words.say("day-slots", &[("count", &many.len().to_string())]),
            };
            format!("{what}: {}", self.words.get(exception_key(reason)))
        };
        found.into_iter().map(text).collect()
    }

    fn reasons(&mut self, day: &DayBook) {
        if day.totals.failed_by_reason.is_empty() {
            return;
        }
        self.heading("day-reasons");
        for (reason, count) in &day.totals.failed_by_reason {
            self.item(&format!("{count}  {reason}"));
        }
        self.y += 10.0;
    }

    fn waiting(&mut self, key: &str, waiting: &[Waiting]) {
        if waiting.is_empty() {
            return;
        }
        self.heading(key);
        for one in waiting {
            let age = self.age(one.age);
            self.item(&self.words.say("day-waits", &[("record", &one.record.0), ("age", &age)]));
        }
        self.y += 10.0;
    }

    fn age(&self, age: Duration) -> String {
        let (key, count) = match (age.whole_days(), age.whole_hours()) {
            (days @ 2.., _) => ("day-age-days", days),
            (_, hours @ 1..) => ("day-age-hours", hours),
            _ => ("day-age-minutes", age.whole_minutes().max(0)),
        };
        self.words.say(key, &[("count", &count.to_string())])
    }

    fn heading(&mut self, key: &str) {
        self.room(40.0);
        self.sheet.text(MARGIN, self.y + 8.0, Style::bold(9.5), &self.words.get(key));
        self.y += 14.0;
    }

    fn item(&mut self, text: &str) {
        let width = A4_LANDSCAPE.0 - 2.0 * MARGIN;
        let lines = CELL.face.lines(text, CELL.size, width);
        self.room(lines.len() as f32 * CELL.leading());
        for line in lines {
            self.sheet.text(MARGIN, self.y + 9.0, CELL, &line);
            self.y += CELL.leading();
        }
    }

    fn signature(&mut self, supervisor: Option<&Officer>) {
        self.room(96.0);
        let (width, name) = (220.0, supervisor.map_or("", |officer| officer.name.as_str()));
        let (left, right) = (MARGIN, A4_LANDSCAPE.0 - MARGIN - width);
        for (x, key, name) in [(left, "day-operator", ""), (right, "day-supervisor", name)] {
            self.sheet.text(x, self.y + 12.0, CELL, &self.words.get(key));
            self.sheet.line((x, self.y + 66.0), (x + width, self.y + 66.0), 0.6, Shade::Black);
            let after = self.sheet.wrapped(x, self.y + 77.0, width, Style::bold(8.5), name);
            let nip = supervisor.filter(|_| !name.is_empty()).map(|officer| format!("NIP {}", officer.nip));
            self.sheet.text(x, after, CELL, nip.as_deref().unwrap_or_default());
        }
        self.y += 96.0;
    }

    /// Turns the page when less than `height` is left; answers whether it did.
    fn room(&mut self, height: f32) -> bool {
        let turns = self.y + height > A4_LANDSCAPE.1 - 44.0;
        if turns {
            self.sheet.turn();
            self.y = 46.0;
        }
        turns
    }
}
