//! A picture of a fixed size that is never measured.
//!
//! The toolkit's own image widget measures every new picture during layout, and with the software renderer a measured
//! picture stays decoded until the next time the window is presented; a hidden window never presents, so a live camera
//! would grow the program by one frame per tick (36 MB a second were seen). This one has the size it is given and
//! touches the picture only while drawing. The picture is fitted into that size without distortion.

use iced::advanced::image::{self, FilterMethod, Handle, Image};
use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer;
use iced::advanced::widget::{Tree, Widget};
use iced::{Length, Rectangle, Size, mouse};

/// A picture in a box.
pub struct Preview {
    picture: Option<(Handle, u32, u32)>,
    size: Size,
    filter: FilterMethod,
}

impl Preview {
    /// A picture of so many pixels in a box of `size`; an empty box without a picture.
    pub fn new(picture: Option<(Handle, u32, u32)>, size: impl Into<Size>) -> Self {
        Self { picture, size: size.into(), filter: FilterMethod::Linear }
    }

    /// The same for a picture that is one of thirty in a second: the nearest pixel instead of the mean of four, which
    /// costs the software renderer a third and is not seen while it moves.
    pub fn moving(mut self) -> Self {
        self.filter = FilterMethod::Nearest;
        self
    }

    fn place(&self, bounds: Rectangle) -> Option<(&Handle, Rectangle)> {
        let (handle, width, height) = self.picture.as_ref()?;
        let scale = (bounds.width / *width as f32).min(bounds.height / *height as f32);
        let (width, height) = (*width as f32 * scale, *height as f32 * scale);
        let x = bounds.x + (bounds.width - width) / 2.0;
        let y = bounds.y + (bounds.height - height) / 2.0;
        Some((handle, Rectangle { x, y, width, height }))
    }
}

impl<Message, Theme, Renderer> Widget<Message, Theme, Renderer> for Preview
where
    Renderer: image::Renderer<Handle = Handle>,
{
    fn size(&self) -> Size<Length> {
        Size::new(self.size.width.into(), self.size.height.into())
    }

    fn layout(&mut self, _: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        layout::Node::new(limits.resolve(self.size.width, self.size.height, self.size))
    }

    fn draw(
        &self,
        _: &Tree,
        renderer: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        _: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let Some(clip) = layout.bounds().intersection(viewport) else { return };
        let Some((handle, place)) = self.place(layout.bounds()) else { return };
        // Waits until the picture is ready: one frame late is better than one missing.
        if renderer.load_image(handle).is_ok() {
            renderer.draw_image(Image::new(handle.clone()).filter_method(self.filter), place, clip);
        }
    }
}

impl<'a, Message: 'a> From<Preview> for super::super::Element<'a, Message> {
    fn from(preview: Preview) -> Self {
        Self::new(preview)
    }
}
