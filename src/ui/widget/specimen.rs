//! The card as it may look, so that the resident sees the own portrait where it will be for years. It is marked as a
//! specimen across its whole face: what is on a screen is no card.

use iced::widget::canvas::{self, Canvas, Frame, Geometry, Path, Stroke, Text};
use iced::widget::{Space, column, container, row, stack, text};
use iced::{Color, Fill, Point, Radians, Rectangle, Size, Theme, Vector, alignment, color, mouse};

use super::Preview;
use super::parts::BOLD;
use crate::ui::Element;
use crate::ui::spacing::{RADIUS, S, XS};
use iced::advanced::image::Handle;

/// Ink and paper of the card: the picture of a document, not a part of the program, and the same in every look.
const PAPER: Color = color!(0xD9EAF4);
const INK: Color = color!(0x14202B);
/// Width over height of a card (ISO/IEC 7810 ID-1).
const RATIO: f32 = 85.6 / 53.98;

/// What is written on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Heading lines.
    pub head: Vec<String>,
    /// The number.
    pub nik: String,
    /// Label and value of the lines below.
    pub lines: Vec<(String, String)>,
    /// What is written across.
    pub mark: String,
}

/// A card so many pixels wide.
pub fn specimen<'a, M: 'a>(written: Written, portrait: Option<(Handle, u32, u32)>, width: f32) -> Element<'a, M> {
    let size = Size::new(width, width / RATIO);
    let unit = width / 36.0;
    let photo = Size::new(unit * 9.4, unit * 14.1);
    let line = |words: String, large: f32| text(words).size(large).color(INK).wrapping(text::Wrapping::None);
    let head = written.head.into_iter().map(|words| line(words, unit * 1.25).font(BOLD).into());
    let mut left = column![line(written.nik, unit * 1.75).font(BOLD)].spacing(XS);
    for (label, said) in written.lines {
        left = left.push(line(label, unit * 0.95)).push(line(said, unit * 1.25).font(BOLD));
    }
    let body = row![container(left).width(Fill).clip(true), Preview::new(portrait, photo)].spacing(S);
    let face =
        column![container(column(head).align_x(iced::Center)).center_x(Fill), Space::new().height(unit * 0.4), body];
    let card = container(face).padding(unit).width(size.width).height(size.height).clip(true).style(|_: &Theme| {
        container::Style {
            background: Some(PAPER.into()),
            border: iced::Border { color: INK, width: 1.0, radius: (RADIUS * 1.5).into() },
            ..container::Style::default()
        }
    });
    let mark = Canvas::new(Mark { words: written.mark }).width(size.width).height(size.height);
    stack![card, mark].into()
}

/// A word across the whole.
struct Mark {
    words: String,
}

impl<M> canvas::Program<M> for Mark {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &iced::Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = Frame::new(renderer, bounds.size());
        let (width, height) = (bounds.width, bounds.height);
        let lean = -height.atan2(width);
        frame.translate(Vector::new(width / 2.0, height / 2.0));
        frame.rotate(Radians(lean));
        let size = height * 0.3;
        for (offset, colour) in [(2.0, Color { a: 0.25, ..Color::WHITE }), (0.0, Color { a: 0.42, ..color!(0x9B1C14) })]
        {
            frame.fill_text(Text {
                content: self.words.clone(),
                position: Point::new(offset, offset),
                color: colour,
                size: size.into(),
                font: BOLD,
                align_x: alignment::Horizontal::Center.into(),
                align_y: alignment::Vertical::Center,
                ..Text::default()
            });
        }
        let half = width.hypot(height) / 2.0;
        for side in [-0.62, 0.62] {
            let line = Path::line(Point::new(-half, size * side), Point::new(half, size * side));
            frame.stroke(&line, Stroke::default().with_width(1.5).with_color(Color { a: 0.3, ..color!(0x9B1C14) }));
        }
        vec![frame.into_geometry()]
    }
}
