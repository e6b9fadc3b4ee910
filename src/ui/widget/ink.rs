//! Pen strokes, drawn.
//!
//! Ink is black on white paper in every look: it is the picture of a document, not a part of the program, and the
//! resident compares it with the paper. Points come from a device, so what is not a number is left out.

use iced::widget::canvas::{self, Canvas, Geometry, LineCap, LineJoin, Path, Stroke};
use iced::{Color, Point, Rectangle, Size, Theme, Vector, mouse};
use rekam_hal::PenPoint;

use crate::ui::Element;
use crate::ui::spacing::RADIUS;

/// Thickness of the line, millimetres: a ballpoint pen's.
const PEN_MM: f32 = 0.7;
/// The thinnest line that can still be seen.
const THINNEST: f32 = 2.0;
/// Where the line to write on lies, as a share of the height.
const WRITING_LINE: f32 = 0.78;

/// Strokes on a writing area of so many millimetres, as large as fits into `size`.
pub fn ink<'a, M: 'a>(strokes: &[Vec<PenPoint>], area_mm: (f32, f32), size: Size) -> Element<'a, M> {
    let area = Size::new(side(area_mm.0), side(area_mm.1));
    let strokes = strokes.iter().map(|stroke| stroke.iter().filter_map(place).collect()).collect();
    Canvas::new(Paper { strokes, area }).width(size.width).height(size.height).into()
}

/// A side of the area that can be divided by.
fn side(millimetres: f32) -> f32 {
    if millimetres.is_finite() { millimetres.max(1.0) } else { 1.0 }
}

fn place(point: &PenPoint) -> Option<Point> {
    (point.x.is_finite() && point.y.is_finite()).then_some(Point::new(point.x, point.y))
}

/// Points in millimetres.
struct Paper {
    strokes: Vec<Vec<Point>>,
    area: Size,
}

impl<M> canvas::Program<M> for Paper {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &iced::Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = canvas::Frame::new(renderer, bounds.size());
        let scale = (bounds.width / self.area.width).min(bounds.height / self.area.height);
        let paper = self.area * scale;
        let corner = Point::new((bounds.width - paper.width) / 2.0, (bounds.height - paper.height) / 2.0);
        frame.fill(&Path::rounded_rectangle(corner, paper, RADIUS.into()), Color::WHITE);

        let y = corner.y + paper.height * WRITING_LINE;
        let margin = paper.width * 0.06;
        let line = Path::line(Point::new(corner.x + margin, y), Point::new(corner.x + paper.width - margin, y));
        let faint = Color { a: 0.25, ..Color::BLACK };
        frame.stroke(&line, Stroke::default().with_width(1.0).with_color(faint));

        let on_paper = |point: &Point| corner + Vector::new(point.x * scale, point.y * scale);
        let width = (PEN_MM * scale).max(THINNEST);
        for stroke in &self.strokes {
            let Some((first, rest)) = stroke.split_first() else { continue };
            if rest.is_empty() {
                frame.fill(&Path::circle(on_paper(first), width / 2.0), Color::BLACK);
                continue;
            }
            let path = Path::new(|path| {
                path.move_to(on_paper(first));
                rest.iter().for_each(|point| path.line_to(on_paper(point)));
            });
            let pen = Stroke { line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
            frame.stroke(&path, pen.with_width(width).with_color(Color::BLACK));
        }
        vec![frame.into_geometry()]
    }
}
