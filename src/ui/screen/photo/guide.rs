//! Where head and shoulders belong in a portrait: lines over the live picture.
//!
//! The head fills the middle with room above it, the eyes lie a little above half the height. The lines never change,
//! so they are drawn once and kept while the frames go by beneath.

use iced::widget::canvas::{self, Cache, Canvas, Geometry, LineDash, Path, Stroke, path::arc::Elliptical};
use iced::{Color, Point, Radians, Rectangle, Size, Theme, Vector, mouse};

use crate::ui::Element;
use crate::ui::theme::tokens;

/// The lines on a picture of this size.
pub fn guide<'a, M: 'a>(size: Size) -> Element<'a, M> {
    Canvas::new(Guide).width(size.width).height(size.height).into()
}

struct Guide;

impl<M> canvas::Program<M> for Guide {
    type State = Cache;

    fn draw(
        &self,
        cache: &Cache,
        renderer: &iced::Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        // White with a dark edge can be seen on every backdrop; all looks agree on it.
        let light = Color { a: 0.85, ..tokens(theme).on_stage };
        let dark = Color { a: 0.35, ..tokens(theme).stage };
        vec![cache.draw(renderer, bounds.size(), |frame| {
            for (colour, width) in [(dark, 4.0), (light, 2.0)] {
                draw(frame, colour, width);
            }
        })]
    }
}

fn draw(frame: &mut canvas::Frame, color: Color, width: f32) {
    let (w, h) = (frame.width(), frame.height());
    let pen = Stroke { line_dash: LineDash { segments: &[9.0, 6.0], offset: 0 }, ..Stroke::default() };
    let pen = pen.with_color(color).with_width(width);
    let head = Path::new(|path| {
        path.ellipse(Elliptical {
            center: Point::new(w * 0.5, h * 0.44),
            radii: Vector::new(w * 0.25, h * 0.26),
            rotation: Radians(0.0),
            start_angle: Radians(0.0),
            end_angle: Radians(std::f32::consts::TAU),
        });
    });
    let shoulders = Path::new(|path| {
        path.move_to(Point::new(w * 0.06, h * 0.99));
        path.bezier_curve_to(
            Point::new(w * 0.10, h * 0.80),
            Point::new(w * 0.38, h * 0.86),
            Point::new(w * 0.40, h * 0.71),
        );
        path.move_to(Point::new(w * 0.94, h * 0.99));
        path.bezier_curve_to(
            Point::new(w * 0.90, h * 0.80),
            Point::new(w * 0.62, h * 0.86),
            Point::new(w * 0.60, h * 0.71),
        );
    });
    let eyes = Path::new(|path| {
        for x in [0.30, 0.54] {
            path.move_to(Point::new(w * x, h * 0.41));
            path.line_to(Point::new(w * (x + 0.16), h * 0.41));
        }
    });
    [head, shoulders, eyes].iter().for_each(|path| frame.stroke(path, pen));
}
