//! Two hands, drawn: which finger is in turn, which are done and how well.
//!
//! The hands lie as on a scanner, backs up and thumbs inside, so that a finger on the screen is where the operator sees
//! it on the desk. A finger says its state by colour and by a sign: the number of its quality, or a hatching when it
//! stays empty; the finger in turn has the thick line and a filled key. The drawing is kept until something on it changes, because the
//! window draws thirty times a second while a capture runs beside it.

use std::cell::RefCell;

use iced::widget::canvas::{self, Action, Cache, Canvas, Event, Geometry, LineCap, LineJoin, Path, Stroke};
use iced::{Color, Point, Rectangle, Size, Theme, Vector, mouse};
use rekam_hal::{Finger, Fingers};

use super::parts::BOLD;
use crate::domain::session::{Session, Slot, SlotState};
use crate::ui::Element;
use crate::ui::spacing::{CAPTION, VALUE};
use crate::ui::theme::{Tokens, Tone, tokens, tone_colour};

/// The space in which one hand is drawn.
const HAND: Size = Size::new(270.0, 400.0);
/// Between the two hands.
const BETWEEN: f32 = 10.0;

/// What a finger shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Nothing yet.
    #[default]
    Empty,
    /// Tried, but not good enough yet.
    Tried(u8),
    /// Kept, with its quality.
    Kept(u8),
    /// Stays empty for a reason.
    Excepted,
}

/// What both hands show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hands {
    /// By finger, in code order.
    pub marks: [Mark; 10],
    /// The fingers in turn.
    pub in_turn: Fingers,
    /// A finger that the operator looks at.
    pub chosen: Option<Finger>,
    /// Whether keys and qualities are written, for an operator; a resident needs neither.
    pub labelled: bool,
}

impl Hands {
    /// The hands as a record has them.
    pub fn of(session: &Session) -> Self {
        let marks = Finger::ALL.map(|finger| match session.slot(Slot::Finger(finger)) {
            SlotState::Open { best: None, .. } => Mark::Empty,
            SlotState::Open { best: Some(best), .. } => Mark::Tried(best.quality),
            SlotState::Filled(best) => Mark::Kept(best.quality),
            SlotState::Excepted(_) => Mark::Excepted,
        });
        Self { marks, labelled: true, ..Self::default() }
    }
}

/// The digit that chooses a finger: 1 to 5 the right hand, 6 to 9 and 0 the left one, each from the thumb.
pub fn digit(finger: Finger) -> char {
    char::from(b'0' + finger.code() % 10)
}

/// The hands; a click on a finger says `pick` of it.
pub fn hands<'a, M: 'a>(hands: Hands, size: Size, pick: Option<fn(Finger) -> M>) -> Element<'a, M> {
    Canvas::new(Drawing { hands, pick }).width(size.width).height(size.height).into()
}

/// A finger as a thick line from its base to its tip.
#[derive(Debug, Clone, Copy)]
struct Bone {
    base: Point,
    tip: Point,
    radius: f32,
}

/// The right hand's fingers, thumb first.
const BONES: [Bone; 5] = [
    Bone { base: Point::new(112.0, 320.0), tip: Point::new(38.0, 230.0), radius: 24.0 },
    Bone { base: Point::new(104.0, 236.0), tip: Point::new(88.0, 104.0), radius: 21.0 },
    Bone { base: Point::new(145.0, 228.0), tip: Point::new(142.0, 70.0), radius: 22.0 },
    Bone { base: Point::new(186.0, 234.0), tip: Point::new(196.0, 92.0), radius: 21.0 },
    Bone { base: Point::new(219.0, 254.0), tip: Point::new(243.0, 146.0), radius: 18.0 },
];

impl Bone {
    /// The bone of a finger on a canvas.
    fn of(finger: Finger, place: &Place) -> Self {
        let number = usize::from(finger.code() - 1);
        let bone = BONES[number % 5];
        let right = number < 5;
        Self { base: place.hand(bone.base, right), tip: place.hand(bone.tip, right), radius: bone.radius * place.scale }
    }

    /// Where the finger points to, of length one.
    fn along(&self) -> Vector {
        let (x, y) = (self.tip.x - self.base.x, self.tip.y - self.base.y);
        let length = x.hypot(y).max(1.0);
        Vector::new(x / length, y / length)
    }

    /// Beyond the tip, by so much.
    fn beyond(&self, distance: f32) -> Point {
        self.tip + self.along() * distance
    }

    /// Its outline.
    fn outline(&self, grown: f32) -> Path {
        let (along, radius) = (self.along(), self.radius + grown);
        let aside = Vector::new(-along.y, along.x) * radius;
        let start = aside.y.atan2(aside.x);
        Path::new(|path| {
            path.move_to(self.base + aside);
            path.line_to(self.tip + aside);
            // Over the tip, from one side to the other.
            half_circle(path, self.tip, radius, start, -std::f32::consts::PI);
            path.line_to(self.base - aside);
            half_circle(path, self.base, radius, start + std::f32::consts::PI, -std::f32::consts::PI);
            path.close();
        })
    }

    /// How far a point lies from the finger's middle line.
    fn distance(&self, point: Point) -> f32 {
        let (dx, dy) = (self.tip.x - self.base.x, self.tip.y - self.base.y);
        let (px, py) = (point.x - self.base.x, point.y - self.base.y);
        let share = ((px * dx + py * dy) / (dx * dx + dy * dy).max(1.0)).clamp(0.0, 1.0);
        (px - share * dx).hypot(py - share * dy)
    }
}

/// Points along half a circle; short straight lines, as no eye sees them at this size.
fn half_circle(path: &mut canvas::path::Builder, centre: Point, radius: f32, start: f32, sweep: f32) {
    const PARTS: u8 = 16;
    for part in 0..=PARTS {
        let angle = start + sweep * f32::from(part) / f32::from(PARTS);
        path.line_to(centre + Vector::new(angle.cos(), angle.sin()) * radius);
    }
}

/// Where the drawing lies on the canvas.
struct Place {
    scale: f32,
    corner: Point,
}

impl Place {
    fn on(size: Size) -> Self {
        let width = 2.0 * HAND.width + BETWEEN;
        let scale = (size.width / width).min(size.height / HAND.height);
        let corner = Point::new((size.width - width * scale) / 2.0, (size.height - HAND.height * scale) / 2.0);
        Self { scale, corner }
    }

    /// A point of the right hand's drawing; the left hand is its mirror image, on the left.
    fn hand(&self, point: Point, right: bool) -> Point {
        let x = if right { HAND.width + BETWEEN + point.x } else { HAND.width - point.x };
        self.corner + Vector::new(x * self.scale, point.y * self.scale)
    }

    fn palm(&self, right: bool) -> Path {
        let at = |x: f32, y: f32| self.hand(Point::new(x, y), right);
        Path::new(|path| {
            path.move_to(at(83.0, 240.0));
            path.bezier_curve_to(at(100.0, 214.0), at(212.0, 208.0), at(237.0, 258.0));
            path.bezier_curve_to(at(242.0, 310.0), at(228.0, 340.0), at(218.0, 392.0));
            path.line_to(at(122.0, 392.0));
            path.bezier_curve_to(at(116.0, 360.0), at(92.0, 345.0), at(86.0, 312.0));
            path.bezier_curve_to(at(82.0, 290.0), at(80.0, 262.0), at(83.0, 240.0));
            path.close();
        })
    }
}

struct Drawing<M> {
    hands: Hands,
    pick: Option<fn(Finger) -> M>,
}

/// What was drawn last, and with which colours.
#[derive(Default)]
struct Kept {
    cache: Cache,
    drawn: RefCell<Option<(Hands, Color)>>,
}

impl<M> canvas::Program<M> for Drawing<M> {
    type State = Kept;

    fn update(&self, _: &mut Kept, event: &Event, bounds: Rectangle, cursor: mouse::Cursor) -> Option<Action<M>> {
        let pick = self.pick?;
        let Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) = event else { return None };
        let finger = finger_at(cursor.position_in(bounds)?, bounds.size())?;
        Some(Action::publish(pick(finger)).and_capture())
    }

    fn draw(
        &self,
        kept: &Kept,
        renderer: &iced::Renderer,
        theme: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let colours = tokens(theme);
        let now = Some((self.hands, colours.ground));
        if *kept.drawn.borrow() != now {
            kept.cache.clear();
            kept.drawn.replace(now);
        }
        vec![kept.cache.draw(renderer, bounds.size(), |frame| self.hands.draw(frame, colours))]
    }

    fn mouse_interaction(&self, _: &Kept, bounds: Rectangle, cursor: mouse::Cursor) -> mouse::Interaction {
        let over = cursor.position_in(bounds).and_then(|point| finger_at(point, bounds.size()));
        match (self.pick, over) {
            (Some(_), Some(_)) => mouse::Interaction::Pointer,
            (Some(_) | None, _) => mouse::Interaction::default(),
        }
    }
}

fn finger_at(point: Point, size: Size) -> Option<Finger> {
    let place = Place::on(size);
    Finger::ALL.into_iter().find(|finger| {
        let bone = Bone::of(*finger, &place);
        bone.distance(point) <= bone.radius
    })
}

impl Hands {
    fn draw(&self, frame: &mut canvas::Frame, colours: &Tokens) {
        let place = Place::on(frame.size());
        let fingers = Finger::ALL.map(|finger| (finger, Bone::of(finger, &place)));
        let palms = [place.palm(true), place.palm(false)];
        // All edges first, then all fillings, palms last: what remains is one outline around the whole hand.
        let edge = pen(colours.muted, 4.0);
        palms.iter().for_each(|palm| frame.stroke(palm, edge));
        fingers.iter().for_each(|(_, bone)| frame.stroke(&bone.outline(0.0), edge));
        for (finger, bone) in &fingers {
            self.finger(frame, colours, *finger, bone);
        }
        let chosen = self.chosen.into_iter().map(|finger| (finger, colours.text));
        for (finger, line) in chosen.chain(self.in_turn.iter().map(|finger| (finger, colours.primary))) {
            frame.stroke(&Bone::of(finger, &place).outline(1.0), pen(line, 6.0));
        }
        palms.iter().for_each(|palm| frame.fill(palm, colours.raised));
        if self.labelled {
            fingers.iter().for_each(|(finger, bone)| self.label(frame, colours, *finger, bone));
        }
    }

    fn mark(&self, finger: Finger) -> Mark {
        self.marks[usize::from(finger.code() - 1)]
    }

    fn finger(&self, frame: &mut canvas::Frame, colours: &Tokens, finger: Finger, bone: &Bone) {
        let ground = match self.mark(finger) {
            Mark::Empty | Mark::Tried(_) => colours.surface,
            Mark::Kept(quality) => tone_colour(colours, tone_of(quality)),
            Mark::Excepted => colours.raised,
        };
        frame.fill(&bone.outline(0.0), ground);
        if self.mark(finger) == Mark::Excepted {
            hatch(frame, bone, colours.muted);
        }
    }

    /// The quality on the fingertip, the key beyond it.
    fn label(&self, frame: &mut canvas::Frame, colours: &Tokens, finger: Finger, bone: &Bone) {
        let quality = match self.mark(finger) {
            Mark::Empty | Mark::Excepted => None,
            Mark::Tried(quality) => Some((quality, colours.bad)),
            Mark::Kept(quality) => Some((quality, colours.on_tone)),
        };
        if let Some((quality, ink)) = quality {
            frame.fill_text(words(quality.to_string(), bone.tip, VALUE, ink));
        }
        let in_turn = self.in_turn.contains(finger);
        let (cap, line, ink) = if in_turn {
            (colours.primary, colours.primary, colours.on_primary)
        } else {
            (colours.surface, colours.line, colours.text)
        };
        let spot = bone.beyond(bone.radius + 15.0);
        let outline = Path::rounded_rectangle(spot - Vector::new(10.0, 10.0), Size::new(20.0, 20.0), 4.0.into());
        frame.fill(&outline, cap);
        frame.stroke(&outline, pen(line, 1.0));
        frame.fill_text(words(digit(finger).to_string(), spot, CAPTION, ink));
    }
}

/// The tone of a quality; the same steps as [`crate::ui::text::quality`].
fn tone_of(quality: u8) -> Tone {
    match quality {
        60.. => Tone::Good,
        40..60 => Tone::Warning,
        0..40 => Tone::Bad,
    }
}

fn pen<'a>(colour: Color, width: f32) -> Stroke<'a> {
    let round = Stroke { line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    round.with_color(colour).with_width(width)
}

/// Slanting lines across a finger that stays empty.
fn hatch(frame: &mut canvas::Frame, bone: &Bone, colour: Color) {
    let (dx, dy) = (bone.tip.x - bone.base.x, bone.tip.y - bone.base.y);
    let along = bone.along();
    let aside = Vector::new(-along.y, along.x) * (bone.radius * 0.8);
    let slant = along * (bone.radius * 0.35);
    for step in 2..=9_u8 {
        let share = f32::from(step) / 9.0;
        let middle = bone.base + Vector::new(dx * share, dy * share);
        frame.stroke(&Path::line(middle + aside + slant, middle - aside - slant), pen(colour, 2.0));
    }
}

fn words(content: String, position: Point, size: f32, color: Color) -> canvas::Text {
    canvas::Text {
        content,
        position,
        color,
        size: size.into(),
        font: BOLD,
        align_x: iced::advanced::text::Alignment::Center,
        align_y: iced::alignment::Vertical::Center,
        ..canvas::Text::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finger_has_a_digit_of_its_own_from_the_right_thumb() {
        let digits: String = Finger::ALL.into_iter().map(digit).collect();
        assert_eq!(digits, "1234567890");
    }

    #[test]
    fn a_click_on_a_fingertip_finds_that_finger() {
        let size = Size::new(560.0, 400.0);
        for finger in Finger::ALL {
            let tip = Bone::of(finger, &Place::on(size)).tip;
            assert_eq!(finger_at(tip, size), Some(finger));
        }
        assert_eq!(finger_at(Point::new(1.0, 1.0), size), None);
    }

    #[test]
    fn both_hands_and_their_labels_lie_on_the_canvas() {
        let size = Size::new(560.0, 400.0);
        for finger in Finger::ALL {
            let bone = Bone::of(finger, &Place::on(size));
            let label = bone.beyond(bone.radius + 25.0);
            assert!(Rectangle::with_size(size).contains(label), "{finger:?}: {label:?}");
        }
    }
}
