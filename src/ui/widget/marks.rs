//! Numbered marks over a picture: the same number stands at the same place of the skin in two prints.

use iced::widget::canvas::{self, Frame, Geometry, Path, Stroke, Text};
use iced::{Point, Rectangle, Size, Theme, alignment, mouse};

use crate::station::engines::Place;
use crate::ui::Element;
use crate::ui::spacing::CAPTION;
use crate::ui::theme::tokens;

/// Radius of a mark, logical pixels.
const RADIUS: f32 = 3.5;

/// Marks for a picture of so many pixels that is fitted into a box of `size`, in the order of their numbers.
pub fn marks<'a, M: 'a>(places: Vec<Place>, picture: (u32, u32), size: Size) -> Element<'a, M> {
    canvas::Canvas::new(Marks { places, picture }).width(size.width).height(size.height).into()
}

struct Marks {
    places: Vec<Place>,
    picture: (u32, u32),
}

impl Marks {
    /// Where a share of the picture lies in the box that it is fitted into.
    fn at(&self, (x, y): Place, bounds: Size) -> Point {
        let (wide, high) = (self.picture.0.max(1) as f32, self.picture.1.max(1) as f32);
        let scale = (bounds.width / wide).min(bounds.height / high);
        let (wide, high) = (wide * scale, high * scale);
        Point::new((bounds.width - wide) / 2.0 + x * wide, (bounds.height - high) / 2.0 + y * high)
    }
}

impl<M> canvas::Program<M> for Marks {
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
        let colours = tokens(theme);
        for (number, place) in (1..).zip(&self.places) {
            let at = self.at(*place, bounds.size());
            let circle = Path::circle(at, RADIUS);
            // Prints are black and white: a ring of either colour alone would be lost somewhere.
            frame.stroke(&circle, Stroke::default().with_width(4.0).with_color(colours.on_primary));
            frame.stroke(&circle, Stroke::default().with_width(2.0).with_color(colours.primary));
            let beside = Point::new(at.x + RADIUS + 1.0, at.y - RADIUS);
            let size = CAPTION - 2.0;
            let width = if number > 9 { 14.0 } else { 8.0 };
            let plate = Path::rectangle(Point::new(beside.x, beside.y - size / 2.0), Size::new(width, size));
            frame.fill(&plate, colours.primary);
            frame.fill_text(Text {
                content: format!("{number}"),
                position: Point::new(beside.x + width / 2.0, beside.y),
                color: colours.on_primary,
                size: (size - 1.0).into(),
                align_x: alignment::Horizontal::Center.into(),
                align_y: alignment::Vertical::Center,
                ..Text::default()
            });
        }
        vec![frame.into_geometry()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_lies_where_its_share_of_the_fitted_picture_lies() {
        let marks = Marks { places: Vec::new(), picture: (200, 100) };
        // Fitted to the width, with 50 pixels free above and below.
        let bounds = Size::new(400.0, 300.0);
        assert_eq!(marks.at((0.0, 0.0), bounds), Point::new(0.0, 50.0));
        assert_eq!(marks.at((1.0, 1.0), bounds), Point::new(400.0, 250.0));
        assert_eq!(marks.at((0.25, 0.5), bounds), Point::new(100.0, 150.0));
    }
}
