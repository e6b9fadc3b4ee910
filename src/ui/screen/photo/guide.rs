//! Where head and shoulders belong in a portrait, and what is to move: lines over the live picture.
//!
//! The head fills the middle with room above it, the eyes lie a little above half the height. The lines never move, so
//! they are drawn once for each tone and kept while the frames go by beneath; only the eyes, the arrow and the ring that
//! fills are drawn anew. The arrow points where the resident is to be seen to move in the picture, because the operator
//! looks at the picture.

use std::cell::Cell;
use std::f32::consts::{FRAC_PI_2, TAU};

use iced::widget::canvas::{
    self, Cache, Canvas, Frame, Geometry, LineCap, LineDash, Path, Stroke, path::arc::Elliptical,
};
use iced::{Color, Point, Radians, Rectangle, Size, Theme, Vector, mouse};

use crate::biometrics::face::{Advice, Verdict};
use crate::station::portrait::{LiveView, window};
use crate::ui::Element;
use crate::ui::theme::{Tokens, tokens};

/// The middle of the head and its radii, shares of width and height.
const HEAD: (f32, f32, f32, f32) = (0.5, 0.44, 0.25, 0.26);

/// The lines on a picture of this size, and what `view` says about the latest frame.
pub fn guide<'a, M: 'a>(size: Size, view: Option<&LiveView>) -> Element<'a, M> {
    let seen = view.map(|view| Seen::of(view, size));
    Canvas::new(Guide { seen }).width(size.width).height(size.height).into()
}

/// What was seen, in places of the drawing.
struct Seen {
    passes: bool,
    held: f32,
    eyes: Option<[Point; 2]>,
    arrow: Option<Arrow>,
}

/// What is to move, and where to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Arrow {
    Left,
    Right,
    Up,
    Down,
    Nearer,
    Farther,
    /// The head's upper end goes to the picture's left, or its right.
    Upright {
        left: bool,
    },
}

impl Seen {
    fn of(view: &LiveView, size: Size) -> Self {
        let (left, top, width, height) = window(view.size.0, view.size.1);
        let place = |(x, y): (f32, f32)| Point::new((x - left) / width * size.width, (y - top) / height * size.height);
        let report = &view.seen.report;
        let eyes = report.eyes.map(|eyes| eyes.map(place));
        Self {
            passes: report.verdict == Verdict::Pass,
            held: view.held,
            eyes,
            arrow: report.advice.and_then(|advice| arrow(advice, eyes)),
        }
    }
}

/// The arrow that says the same as the sentence; most sentences need none.
fn arrow(advice: Advice, eyes: Option<[Point; 2]>) -> Option<Arrow> {
    match advice {
        Advice::TurnLeft | Advice::MoveLeft => Some(Arrow::Left),
        Advice::TurnRight | Advice::MoveRight => Some(Arrow::Right),
        Advice::ChinUp | Advice::MoveUp => Some(Arrow::Up),
        Advice::ChinDown | Advice::MoveDown => Some(Arrow::Down),
        Advice::Closer => Some(Arrow::Nearer),
        Advice::Farther => Some(Arrow::Farther),
        // The eye that lies lower is on the side to which the head is tilted.
        Advice::HeadUpright => eyes.map(|[left, right]| Arrow::Upright { left: right.y > left.y }),
        Advice::NoFace
        | Advice::OnlyOne
        | Advice::NotAPerson
        | Advice::OpenEyes
        | Advice::CloseMouth
        | Advice::UncoverEyes
        | Advice::UncoverMouth
        | Advice::UncoverFace
        | Advice::TakeOffGlasses
        | Advice::LookAtCamera
        | Advice::EvenLight
        | Advice::MoreLight
        | Advice::LessLight
        | Advice::NaturalLight
        | Advice::RedEyes
        | Advice::HoldStill
        | Advice::BetterFile
        | Advice::ChangeBackdrop
        | Advice::SmoothBackdrop => None,
    }
}

struct Guide {
    seen: Option<Seen>,
}

/// The lines as they were drawn last, and whether in the tone of what is good.
#[derive(Default)]
struct Drawn {
    lines: Cache,
    good: Cell<bool>,
}

impl<M> canvas::Program<M> for Guide {
    type State = Drawn;

    fn draw(
        &self,
        drawn: &Drawn,
        renderer: &iced::Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let colours = tokens(theme);
        let good = self.seen.as_ref().is_some_and(|seen| seen.passes);
        if drawn.good.replace(good) != good {
            drawn.lines.clear();
        }
        // White (or green) with a dark edge can be seen on every backdrop; all looks agree on it.
        let light = if good { colours.stage_good } else { Color { a: 0.85, ..colours.on_stage } };
        let dark = Color { a: 0.35, ..colours.stage };
        let mut layers = vec![drawn.lines.draw(renderer, bounds.size(), |frame| {
            for (colour, width) in [(dark, 4.0), (light, 2.0)] {
                lines(frame, colour, width);
            }
        })];
        if let Some(seen) = &self.seen {
            let mut frame = Frame::new(renderer, bounds.size());
            seen.draw(&mut frame, colours);
            layers.push(frame.into_geometry());
        }
        layers
    }
}

impl Seen {
    fn draw(&self, frame: &mut Frame, colours: &Tokens) {
        let colour = if self.passes { colours.stage_good } else { colours.stage_warning };
        let edge = Color { a: 0.55, ..colours.stage };
        if let Some([left, right]) = self.eyes {
            // A little beyond the eyes on both sides, so that a tilt is seen.
            let beyond = (right - left) * 0.45;
            let line = Path::line(left - beyond, right + beyond);
            outlined(frame, &line, 2.0, colour, edge);
            for eye in [left, right] {
                outlined(frame, &Path::circle(eye, 5.0), 2.0, colour, edge);
            }
        }
        if self.held > 0.0 {
            outlined(frame, &ring(frame.size(), self.held), 6.0, colours.stage_good, edge);
        }
        if let Some(arrow) = self.arrow {
            for path in arrow.paths(frame.size()) {
                outlined(frame, &path, 7.0, colours.stage_warning, edge);
            }
        }
    }
}

fn outlined(frame: &mut Frame, path: &Path, width: f32, colour: Color, edge: Color) {
    let pen = Stroke::default().with_line_cap(LineCap::Round).with_line_join(canvas::LineJoin::Round);
    frame.stroke(path, pen.with_color(edge).with_width(width + 3.0));
    frame.stroke(path, pen.with_color(colour).with_width(width));
}

/// The part of the head's line that is filled, from above on to the right.
fn ring(size: Size, share: f32) -> Path {
    let from = -FRAC_PI_2;
    Path::new(|path| path.ellipse(head(size, from, from + TAU * share.min(0.9999))))
}

fn head(size: Size, from: f32, to: f32) -> Elliptical {
    let (x, y, wide, high) = HEAD;
    Elliptical {
        center: Point::new(size.width * x, size.height * y),
        radii: Vector::new(size.width * wide, size.height * high),
        rotation: Radians(0.0),
        start_angle: Radians(from),
        end_angle: Radians(to),
    }
}

impl Arrow {
    fn paths(self, size: Size) -> Vec<Path> {
        let (w, h) = (size.width, size.height);
        let at = |x: f32, y: f32| Point::new(w * x, h * y);
        match self {
            Self::Left => vec![straight(at(0.22, 0.44), at(0.06, 0.44))],
            Self::Right => vec![straight(at(0.78, 0.44), at(0.94, 0.44))],
            Self::Up => vec![straight(at(0.5, 0.16), at(0.5, 0.045))],
            Self::Down => vec![straight(at(0.5, 0.74), at(0.5, 0.86))],
            // The head in the picture is to grow, or to shrink.
            Self::Nearer => vec![straight(at(0.22, 0.22), at(0.09, 0.1)), straight(at(0.78, 0.22), at(0.91, 0.1))],
            Self::Farther => vec![straight(at(0.09, 0.1), at(0.22, 0.22)), straight(at(0.91, 0.1), at(0.78, 0.22))],
            Self::Upright { left } => vec![bent(size, left)],
        }
    }
}

/// An arrow from one point to another.
fn straight(from: Point, to: Point) -> Path {
    Path::new(|path| {
        path.move_to(from);
        path.line_to(to);
        tip(path, to, (to.y - from.y).atan2(to.x - from.x));
    })
}

/// The two strokes of an arrow's tip that points in a direction.
fn tip(path: &mut canvas::path::Builder, at: Point, direction: f32) {
    const LENGTH: f32 = 20.0;
    for side in [-2.5_f32, 2.5] {
        let (sin, cos) = (direction + side).sin_cos();
        path.move_to(at);
        path.line_to(Point::new(at.x + LENGTH * cos, at.y + LENGTH * sin));
    }
}

/// An arrow above the head that goes round with it.
fn bent(size: Size, left: bool) -> Path {
    let centre = Point::new(size.width * 0.5, size.height * 0.44);
    let radius = size.height * 0.34;
    let place = |angle: f32| Point::new(centre.x + radius * angle.sin(), centre.y - radius * angle.cos());
    let sign = if left { -1.0 } else { 1.0 };
    const REACH: f32 = 0.5;
    Path::new(|path| {
        path.move_to(place(-sign * REACH));
        for step in 1..=12 {
            path.line_to(place(sign * REACH * (step as f32 / 6.0 - 1.0)));
        }
        let end = if left { std::f32::consts::PI - REACH } else { REACH };
        tip(path, place(sign * REACH), end);
    })
}

fn lines(frame: &mut Frame, color: Color, width: f32) {
    let (w, h) = (frame.width(), frame.height());
    let pen = Stroke { line_dash: LineDash { segments: &[9.0, 6.0], offset: 0 }, ..Stroke::default() };
    let pen = pen.with_color(color).with_width(width);
    let head = Path::new(|path| path.ellipse(head(frame.size(), 0.0, TAU)));
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
    [head, shoulders].iter().for_each(|path| frame.stroke(path, pen));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_is_tilted_is_turned_back_to_the_other_side() {
        let eyes = |left: f32, right: f32| Some([Point::new(100.0, left), Point::new(200.0, right)]);
        // The right eye of the picture is lower: the head leans to the right, its top goes back to the left.
        assert_eq!(arrow(Advice::HeadUpright, eyes(100.0, 120.0)), Some(Arrow::Upright { left: true }));
        assert_eq!(arrow(Advice::HeadUpright, eyes(120.0, 100.0)), Some(Arrow::Upright { left: false }));
        assert_eq!(arrow(Advice::HeadUpright, None), None);
        assert_eq!(arrow(Advice::MoreLight, eyes(1.0, 1.0)), None);
    }
}
