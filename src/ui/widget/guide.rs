//! Instruction pictures for the resident, drawn with a few strokes: which finger, which eye, where to look, where to
//! write. They need no reading, follow the look of the program, and cost nothing to keep.
//!
//! Every picture is drawn in a space of its own and fitted into the place it gets. What is asked for is thick and has
//! a mark of its own (an arrow, a ring), so that nobody needs to see colours.

use iced::widget::canvas::{self, Frame, Geometry, LineCap, LineJoin, Path, Stroke};
use iced::{Color, Fill, Point, Rectangle, Size, Theme, mouse};
use rekam_hal::{Eye, Finger, Fingers, PenPoint};

use crate::ui::Element;
use crate::ui::theme::{Tokens, tokens};

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Guide {
    /// A card: why everybody is here.
    Card,
    /// A head in the frame of a photo.
    Face,
    /// A pad with a pen.
    Pad,
    /// Two hands with the fingers in turn and those that are done.
    Hands {
        /// The fingers in turn.
        now: Fingers,
        /// Fingers that are done.
        done: Fingers,
    },
    /// A face as in a mirror with the eye in turn and those that are done.
    Eyes {
        /// The eye in turn.
        now: Option<Eye>,
        /// Eyes that are done.
        done: Vec<Eye>,
    },
    /// A tick: it is done.
    Done,
    /// Please wait.
    Wait,
}

impl Guide {
    /// The picture in a place of this size.
    pub fn sized<'a, M: 'a>(self, width: f32, height: f32) -> Element<'a, M> {
        canvas::Canvas::new(self).width(width).height(height).into()
    }

    /// The space in which the picture is drawn.
    const fn space(&self) -> Size {
        match self {
            Self::Hands { .. } => Size::new(240.0, 150.0),
            Self::Card | Self::Pad => Size::new(160.0, 110.0),
            Self::Face | Self::Eyes { .. } | Self::Done | Self::Wait => Size::new(120.0, 120.0),
        }
    }
}

impl<M> canvas::Program<M> for Guide {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &iced::Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = Frame::new(renderer, bounds.size());
        let mut pencil = Pencil::new(&mut frame, self.space(), tokens(theme));
        match self {
            Self::Card => card(&mut pencil),
            Self::Face => face(&mut pencil),
            Self::Pad => pad(&mut pencil),
            Self::Hands { now, done } => hands(&mut pencil, *now, *done),
            Self::Eyes { now, done } => eyes(&mut pencil, *now, done),
            Self::Done => tick(&mut pencil),
            Self::Wait => wait(&mut pencil),
        }
        vec![frame.into_geometry()]
    }
}

/// Draws in the space of a picture.
struct Pencil<'a> {
    frame: &'a mut Frame,
    scale: f32,
    left: f32,
    top: f32,
    colours: &'static Tokens,
}

impl<'a> Pencil<'a> {
    fn new(frame: &'a mut Frame, space: Size, colours: &'static Tokens) -> Self {
        let scale = (frame.width() / space.width).min(frame.height() / space.height);
        let left = (frame.width() - space.width * scale) / 2.0;
        let top = (frame.height() - space.height * scale) / 2.0;
        Self { frame, scale, left, top, colours }
    }

    fn at(&self, (x, y): (f32, f32)) -> Point {
        Point::new(self.left + x * self.scale, self.top + y * self.scale)
    }

    /// A stroke through points, round at its ends and corners.
    fn line(&mut self, points: &[(f32, f32)], width: f32, colour: Color) {
        let path = Path::new(|path| {
            for (n, point) in points.iter().enumerate() {
                let point = self.at(*point);
                if n == 0 { path.move_to(point) } else { path.line_to(point) }
            }
        });
        self.frame.stroke(&path, stroke(width * self.scale, colour));
    }

    fn disc(&mut self, centre: (f32, f32), radius: f32, colour: Color) {
        let path = Path::circle(self.at(centre), radius * self.scale);
        self.frame.fill(&path, colour);
    }

    fn ring(&mut self, centre: (f32, f32), radius: f32, width: f32, colour: Color) {
        let path = Path::circle(self.at(centre), radius * self.scale);
        self.frame.stroke(&path, stroke(width * self.scale, colour));
    }

    fn plate(&mut self, (x, y): (f32, f32), size: (f32, f32), radius: f32, ground: Color, edge: Color) {
        let size = Size::new(size.0 * self.scale, size.1 * self.scale);
        let path = Path::rounded_rectangle(self.at((x, y)), size, (radius * self.scale).into());
        self.frame.fill(&path, ground);
        self.frame.stroke(&path, stroke(1.2 * self.scale, edge));
    }

    fn oval(&mut self, centre: (f32, f32), radii: (f32, f32), ground: Color, edge: Color) {
        // Four Bézier arcs; 0.5523 of the radius is where their handles stand for an ellipse.
        let ((x, y), (a, b)) = (centre, radii);
        let (k, l) = (a * 0.5523, b * 0.5523);
        let path = Path::new(|path| {
            path.move_to(self.at((x + a, y)));
            for [first, second, to] in [
                [(x + a, y + l), (x + k, y + b), (x, y + b)],
                [(x - k, y + b), (x - a, y + l), (x - a, y)],
                [(x - a, y - l), (x - k, y - b), (x, y - b)],
                [(x + k, y - b), (x + a, y - l), (x + a, y)],
            ] {
                path.bezier_curve_to(self.at(first), self.at(second), self.at(to));
            }
            path.close();
        });
        self.frame.fill(&path, ground);
        self.frame.stroke(&path, stroke(1.2 * self.scale, edge));
    }

    /// A tick on a disc.
    fn done(&mut self, (x, y): (f32, f32), radius: f32) {
        self.disc((x, y), radius, self.colours.good);
        let r = radius;
        let tick = [(x - 0.45 * r, y + 0.02 * r), (x - 0.1 * r, y + 0.38 * r), (x + 0.48 * r, y - 0.36 * r)];
        self.line(&tick, radius * 0.24, self.colours.on_tone);
    }

    /// An arrow that points down at a place.
    fn arrow(&mut self, (x, y): (f32, f32), colour: Color) {
        self.line(&[(x, y - 15.0), (x, y - 2.0)], 2.6, colour);
        self.line(&[(x - 4.5, y - 6.5), (x, y - 2.0), (x + 4.5, y - 6.5)], 2.6, colour);
    }
}

fn stroke(width: f32, colour: Color) -> Stroke<'static> {
    Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default().with_color(colour) }
}

fn card(pencil: &mut Pencil<'_>) {
    let t = pencil.colours;
    pencil.plate((10.0, 12.0), (140.0, 88.0), 8.0, t.surface, t.primary);
    pencil.line(&[(24.0, 28.0), (108.0, 28.0)], 4.0, t.primary);
    for (y, end) in [(44.0, 92.0), (56.0, 84.0), (68.0, 90.0), (80.0, 70.0)] {
        pencil.line(&[(24.0, y), (end, y)], 3.0, t.line);
    }
    pencil.plate((108.0, 40.0), (32.0, 44.0), 2.0, t.raised, t.line);
    pencil.disc((124.0, 56.0), 8.0, t.muted);
    pencil.line(&[(115.0, 76.0), (133.0, 76.0)], 9.0, t.muted);
}

fn face(pencil: &mut Pencil<'_>) {
    let t = pencil.colours;
    pencil.plate((22.0, 4.0), (76.0, 112.0), 4.0, t.surface, t.primary);
    pencil.line(&[(40.0, 108.0), (80.0, 108.0)], 14.0, t.muted);
    pencil.line(&[(60.0, 80.0), (60.0, 100.0)], 16.0, t.muted);
    pencil.oval((60.0, 56.0), (21.0, 28.0), t.raised, t.text);
    for x in [51.0, 69.0] {
        pencil.disc((x, 50.0), 2.6, t.text);
    }
    pencil.line(&[(60.0, 54.0), (58.5, 63.0), (61.0, 63.0)], 1.4, t.text);
    pencil.line(&[(53.0, 71.0), (67.0, 71.0)], 1.8, t.text);
    // The line on which the eyes should stand.
    for x in [26.0, 84.0] {
        pencil.line(&[(x, 50.0), (x + 10.0, 50.0)], 1.6, t.primary);
    }
}

fn pad(pencil: &mut Pencil<'_>) {
    let t = pencil.colours;
    pencil.plate((6.0, 34.0), (148.0, 70.0), 7.0, t.raised, t.text);
    pencil.plate((18.0, 44.0), (124.0, 44.0), 2.0, t.surface, t.primary);
    let written: Vec<_> = (0..=32_u8)
        .map(|n| {
            let share = f32::from(n) / 32.0;
            (28.0 + 66.0 * share, 66.0 + 9.0 * (share * 17.0).sin() * (1.0 - 0.5 * share))
        })
        .collect();
    pencil.line(&written, 2.2, t.text);
    let tip = written.last().copied().unwrap_or((94.0, 66.0));
    pencil.line(&[(tip.0 + 3.0, tip.1 - 4.0), (tip.0 + 34.0, tip.1 - 46.0)], 7.0, t.primary);
    pencil.line(&[tip, (tip.0 + 3.0, tip.1 - 4.0)], 2.4, t.text);
}

/// A finger: base, tip, width.
type Shape = ((f32, f32), (f32, f32), f32);

/// The fingers of a right hand seen from its back; thumb first.
const FINGERS: [Shape; 5] = [
    ((34.0, 118.0), (9.0, 88.0), 14.0),
    ((38.0, 98.0), (31.0, 42.0), 13.0),
    ((52.0, 98.0), (52.0, 30.0), 13.0),
    ((66.0, 98.0), (72.0, 38.0), 13.0),
    ((77.0, 100.0), (90.0, 56.0), 11.5),
];

/// Where a finger of the pair of hands lies; the left hand is the right one in a mirror.
fn finger(finger: Finger) -> Shape {
    let place = usize::from(finger.code() - 1);
    let ((bx, by), (tx, ty), width) = FINGERS[place % 5];
    if place < 5 { ((bx + 132.0, by), (tx + 132.0, ty), width) } else { ((108.0 - bx, by), (108.0 - tx, ty), width) }
}

fn hands(pencil: &mut Pencil<'_>, now: Fingers, done: Fingers) {
    let t = pencil.colours;
    // Outlines first: what lies over them joins fingers and palm into one hand.
    for (ground, more) in [(t.text, 3.0), (t.raised, 0.0)] {
        for one in Finger::ALL {
            let (base, tip, width) = finger(one);
            pencil.line(&[base, tip], width + more, ground);
        }
        // The left ends of both palms.
        for left in [36.0, 174.0] {
            pencil.line(
                &[(left, 100.0), (left + 30.0, 100.0), (left + 26.0, 126.0), (left + 4.0, 126.0), (left, 100.0)],
                26.0 + more,
                ground,
            );
            pencil.disc((left + 15.0, 113.0), 16.0, ground);
        }
    }
    for one in done.iter() {
        let (_, tip, width) = finger(one);
        pencil.done(tip, width * 0.62);
    }
    for one in now.iter() {
        let (base, tip, width) = finger(one);
        // Its outer part: the palm is not asked for.
        let middle = ((base.0 + tip.0 * 1.5) / 2.5, (base.1 + tip.1 * 1.5) / 2.5);
        pencil.line(&[middle, tip], width + 3.0, t.text);
        pencil.line(&[middle, tip], width, t.primary);
        pencil.arrow((tip.0, tip.1 - width / 2.0 - 2.0), t.primary);
    }
}

fn eyes(pencil: &mut Pencil<'_>, now: Option<Eye>, done: &[Eye]) {
    let t = pencil.colours;
    pencil.oval((60.0, 66.0), (48.0, 52.0), t.surface, t.text);
    for eye in Eye::ALL {
        // As in a mirror: the right eye on the right.
        let x = match eye {
            Eye::Right => 80.0,
            Eye::Left => 40.0,
        };
        let asked = now == Some(eye);
        pencil.oval((x, 58.0), (14.0, if asked { 10.0 } else { 7.0 }), t.raised, t.text);
        pencil.disc((x, 58.0), if asked { 8.0 } else { 5.5 }, if asked { t.primary } else { t.muted });
        pencil.disc((x, 58.0), 3.0, t.text);
        if asked {
            pencil.ring((x, 58.0), 18.0, 2.6, t.primary);
            pencil.arrow((x, 36.0), t.primary);
        }
        if done.contains(&eye) {
            pencil.done((x, 78.0), 7.0);
        }
    }
    pencil.line(&[(60.0, 66.0), (57.0, 82.0), (62.0, 82.0)], 1.6, t.text);
    pencil.line(&[(50.0, 97.0), (70.0, 97.0)], 2.0, t.text);
}

fn tick(pencil: &mut Pencil<'_>) {
    pencil.done((60.0, 60.0), 48.0);
}

fn wait(pencil: &mut Pencil<'_>) {
    let t = pencil.colours;
    pencil.ring((60.0, 60.0), 46.0, 4.0, t.primary);
    pencil.line(&[(60.0, 30.0), (60.0, 60.0), (80.0, 70.0)], 4.0, t.text);
}

/// What is written on a pad, fitted into its frame as on the pad itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Strokes in millimetres from the pad's upper left corner.
    pub strokes: Vec<Vec<PenPoint>>,
    /// Size of the pad's active area in millimetres.
    pub pad: (f32, f32),
}

impl Written {
    /// The active area of the pads in use, for strokes that arrive before the pad has told its size.
    pub const USUAL_PAD: (f32, f32) = (126.0, 37.0);

    /// The strokes in a frame that fills its place.
    pub fn filling<'a, M: 'a>(self) -> Element<'a, M> {
        canvas::Canvas::new(self).width(Fill).height(Fill).into()
    }
}

impl<M> canvas::Program<M> for Written {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &iced::Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = Frame::new(renderer, bounds.size());
        let points = || self.strokes.iter().flatten();
        // A pad that is larger than thought still shows everything.
        let (width, height) = points().fold(self.pad, |(w, h), point| (w.max(point.x), h.max(point.y)));
        let colours = tokens(theme);
        let mut pencil = Pencil::new(&mut frame, Size::new(width.max(1.0), height.max(1.0)), colours);
        let base = height * 0.8;
        pencil.line(&[(width * 0.04, base), (width * 0.96, base)], 0.3, colours.line);
        for written in &self.strokes {
            let points: Vec<_> = written.iter().map(|point| (point.x, point.y)).collect();
            match points.as_slice() {
                [] => {}
                [dot] => pencil.disc(*dot, 0.6, colours.text),
                line => pencil.line(line, 0.9, colours.text),
            }
        }
        vec![frame.into_geometry()]
    }
}
