//! Pages as lists of marks, and from them a PDF.
//!
//! The documents put marks on a sheet first and the sheet is drawn at the end: only then is the number of pages known
//! that every page shows. Units are points (1/72 inch), the origin is the upper left corner.

use krilla::Document;
use krilla::color::{luma, rgb};
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Paint, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::super::{OfficeError, Result};
use super::metrics::Face;

/// Width and height of a page.
pub(super) type Size = (f32, f32);

/// A4 upright (ISO 216).
pub(super) const A4: Size = (595.28, 841.89);

/// A4 on its side.
pub(super) const A4_LANDSCAPE: Size = (841.89, 595.28);

/// How dark a mark is. Office printers are black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shade {
    Black,
    Grey,
    Hair,
    Tint,
}

impl Shade {
    fn paint(self) -> Paint {
        luma::Color::new(match self {
            Self::Black => 0,
            Self::Grey => 90,
            Self::Hair => 170,
            Self::Tint => 236,
        })
        .into()
    }
}

/// A line of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) shade: Shade,
}

impl Style {
    pub(super) const fn regular(size: f32) -> Self {
        Self { face: Face::Regular, size, shade: Shade::Black }
    }

    pub(super) const fn bold(size: f32) -> Self {
        Self { face: Face::Bold, size, shade: Shade::Black }
    }

    pub(super) const fn grey(self) -> Self {
        Self { shade: Shade::Grey, ..self }
    }

    pub(super) fn width(self, text: &str) -> f32 {
        self.face.width(text, self.size)
    }

    /// Distance from one line to the next.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.35
    }
}

/// One mark on a page.
enum Mark {
    Text { x: f32, baseline: f32, style: Style, text: String },
    Line { from: (f32, f32), to: (f32, f32), width: f32, shade: Shade },
    Frame { x: f32, y: f32, width: f32, height: f32 },
    Area { x: f32, y: f32, width: f32, height: f32, shade: Shade },
    Squares { x: f32, y: f32, side: f32, columns: usize, dark: Vec<bool> },
    Across { text: String },
}

/// Pages in the making.
pub(super) struct Sheet {
    size: Size,
    pages: Vec<Vec<Mark>>,
}

impl Sheet {
    /// One empty page.
    pub(super) fn new(size: Size) -> Self {
        Self { size, pages: vec![Vec::new()] }
    }

    /// Begins another page.
    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// A line of text from `x` on.
    pub(super) fn text(&mut self, x: f32, baseline: f32, style: Style, text: &str) {
        if !text.is_empty() {
            self.mark(Mark::Text { x, baseline, style, text: text.to_owned() });
        }
    }

    /// A line of text around `x`.
    pub(super) fn centred(&mut self, x: f32, baseline: f32, style: Style, text: &str) {
        self.text(x - style.width(text) / 2.0, baseline, style, text);
    }

    /// Text broken into lines, the first on `baseline`. Answers the baseline after the last.
    pub(super) fn wrapped(&mut self, x: f32, baseline: f32, width: f32, style: Style, text: &str) -> f32 {
        let mut at = baseline;
        for line in style.face.lines(text, style.size, width) {
            self.text(x, at, style, &line);
            at += style.leading();
        }
        at
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, shade: Shade) {
        self.mark(Mark::Line { from, to, width, shade });
    }

    /// An empty box.
    pub(super) fn frame(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.mark(Mark::Frame { x, y, width, height });
    }

    /// A tinted area.
    pub(super) fn area(&mut self, x: f32, y: f32, width: f32, height: f32, shade: Shade) {
        self.mark(Mark::Area { x, y, width, height, shade });
    }

    /// A square of `side` points made of `columns` by `columns` squares, row by row.
    pub(super) fn squares(&mut self, x: f32, y: f32, side: f32, columns: usize, dark: Vec<bool>) {
        self.mark(Mark::Squares { x, y, side, columns, dark });
    }

    /// Large pale words across every page, beneath everything else.
    pub(super) fn across(&mut self, text: &str) {
        for page in &mut self.pages {
            page.insert(0, Mark::Across { text: text.to_owned() });
        }
    }

    /// `foot` on every page, given its number and how many there are.
    pub(super) fn feet(&mut self, foot: impl Fn(usize, usize) -> String, margin: f32) {
        let (width, height) = self.size;
        let (count, style) = (self.pages.len(), Style::regular(7.5).grey());
        for (n, page) in self.pages.iter_mut().enumerate() {
            let text = foot(n + 1, count);
            let x = width - margin - style.width(&text);
            page.push(Mark::Text { x, baseline: height - 24.0, style, text });
        }
    }

    /// The PDF.
    pub(super) fn finish(self, title: &str, language: &str) -> Result<Vec<u8>> {
        let fonts = Fonts::load()?;
        let mut document = Document::new();
        let metadata =
            Metadata::new().title(title.to_owned()).language(language.to_owned()).creator("Rekam".to_owned());
        document.set_metadata(metadata);
        for marks in &self.pages {
            let settings = PageSettings::from_wh(self.size.0, self.size.1).ok_or_else(|| failed("page size"))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            // Tinted areas lie beneath everything, the words across the page above them and below the text.
            let (beneath, above): (Vec<&Mark>, Vec<&Mark>) =
                marks.iter().partition(|mark| matches!(mark, Mark::Area { .. }));
            for mark in beneath.into_iter().chain(above) {
                draw(&mut surface, mark, &fonts, self.size);
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|error| OfficeError::Page(format!("{error:?}")))
    }
}

fn failed(what: &str) -> OfficeError {
    OfficeError::Page(what.to_owned())
}

struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    fn load() -> Result<Self> {
        let font = |face: Face| Font::new(face.bytes().into(), 0).ok_or_else(|| failed("font"));
        Ok(Self { regular: font(Face::Regular)?, bold: font(Face::Bold)? })
    }

    fn of(&self, face: Face) -> Font {
        match face {
            Face::Regular => self.regular.clone(),
            Face::Bold => self.bold.clone(),
        }
    }
}

fn fill(paint: Paint) -> Option<Fill> {
    Some(Fill { paint, opacity: NormalizedF32::ONE, ..Fill::default() })
}

fn stroke(width: f32, shade: Shade) -> Option<Stroke> {
    Some(Stroke { paint: shade.paint(), width, ..Stroke::default() })
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts, size: Size) {
    match mark {
        Mark::Text { x, baseline, style, text } => {
            surface.set_stroke(None);
            surface.set_fill(fill(style.shade.paint()));
            let at = Point::from_xy(*x, *baseline);
            surface.draw_text(at, fonts.of(style.face), style.size, text, false, TextDirection::LeftToRight);
        }
        Mark::Line { from, to, width, shade } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            surface.set_fill(None);
            surface.set_stroke(stroke(*width, *shade));
            path.finish().into_iter().for_each(|path| surface.draw_path(&path));
        }
        Mark::Frame { x, y, width, height } => {
            surface.set_fill(None);
            surface.set_stroke(stroke(0.8, Shade::Black));
            rectangle(surface, (*x, *y), (*width, *height));
        }
        Mark::Area { x, y, width, height, shade } => {
            surface.set_stroke(None);
            surface.set_fill(fill(shade.paint()));
            rectangle(surface, (*x, *y), (*width, *height));
        }
        Mark::Squares { x, y, side, columns, dark } => squares(surface, (*x, *y), *side, *columns, dark),
        Mark::Across { text } => across(surface, text, fonts, size),
    }
}

fn rectangle(surface: &mut Surface<'_>, at: (f32, f32), size: Size) {
    let mut path = PathBuilder::new();
    Rect::from_xywh(at.0, at.1, size.0, size.1).into_iter().for_each(|rect| path.push_rect(rect));
    path.finish().into_iter().for_each(|path| surface.draw_path(&path));
}

/// All dark squares are one path, so that no hair lines show between them.
fn squares(surface: &mut Surface<'_>, at: (f32, f32), side: f32, columns: usize, dark: &[bool]) {
    let step = side / columns.max(1) as f32;
    let mut path = PathBuilder::new();
    for n in dark.iter().enumerate().filter_map(|(n, dark)| dark.then_some(n)) {
        let (column, row) = (n % columns.max(1), n / columns.max(1));
        let corner = (at.0 + column as f32 * step, at.1 + row as f32 * step);
        Rect::from_xywh(corner.0, corner.1, step, step).into_iter().for_each(|rect| path.push_rect(rect));
    }
    surface.set_stroke(None);
    surface.set_fill(fill(Shade::Black.paint()));
    path.finish().into_iter().for_each(|path| surface.draw_path(&path));
}

/// As large as the diagonal allows, in a pale red that a photocopy keeps as grey.
fn across(surface: &mut Surface<'_>, text: &str, fonts: &Fonts, (width, height): Size) {
    let diagonal = (width * width + height * height).sqrt() * 0.72;
    let size = (diagonal / Face::Bold.width(text, 1.0).max(0.1)).min(110.0);
    let angle = -(height / width).atan().to_degrees();
    surface.set_stroke(None);
    surface.set_fill(fill(rgb::Color::new(250, 218, 218).into()));
    surface.push_transform(&Transform::from_rotate_at(angle, width / 2.0, height / 2.0));
    let x = (width - Face::Bold.width(text, size)) / 2.0;
    let at = Point::from_xy(x, height / 2.0 + size * 0.36);
    surface.draw_text(at, fonts.of(Face::Bold), size, text, false, TextDirection::LeftToRight);
    surface.pop();
}
