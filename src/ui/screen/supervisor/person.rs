//! One person of a review: portrait, data, signature, fingers and eyes, as far as they exist here.

use iced::widget::{column, container, row, stack, text};
use iced::{Center, Fill, Size};
use rekam_hal::{Eye, Finger, Signature};

use super::panel;
use crate::domain::dates::format_dmy;
use crate::domain::name::Name;
use crate::domain::region::Regions;
use crate::domain::resident::Resident;
use crate::domain::session::Slot;
use crate::station::counter::{Picture, Side};
use crate::station::engines::Place;
use crate::ui::spacing::{BODY, CAPTION, S, XS};
use crate::ui::theme::{ink, plate};
use crate::ui::widget::marks::marks;
use crate::ui::widget::{Preview, caption, chip};
use crate::ui::{Context, Element, text as say};

/// A picture in its box, or the words why there is none.
pub fn picture<'a, M: 'a>(ctx: &Context<'a>, picture: Option<&Picture>, size: Size, none: &str) -> Element<'a, M> {
    let drawn = picture.and_then(|picture| Some((ctx.handle(picture)?, picture.width, picture.height)));
    let content: Element<'a, M> = match drawn {
        Some(drawn) => Preview::new(Some(drawn), size).into(),
        None => container(text(ctx.t(none)).size(CAPTION).center()).padding(XS).center(Fill).into(),
    };
    container(content).width(size.width).height(size.height).style(plate::stage).into()
}

/// A signature on its paper.
pub fn signature<'a, M: 'a>(ctx: &Context<'a>, signature: Option<&Signature>, size: Size) -> Element<'a, M> {
    match signature {
        Some(made) => {
            let area = (made.width_mm, made.height_mm);
            crate::ui::widget::ink::ink(&made.strokes, area, size)
        }
        None => picture(ctx, None, size, "supervisor-no-signature"),
    }
}

/// Label and value in one line of small type.
fn datum<'a, M: 'a>(label: String, said: String) -> Element<'a, M> {
    row![
        container(text(label).size(CAPTION).style(ink::muted)).width(112),
        container(text(said).size(BODY)).width(Fill),
    ]
    .spacing(S)
    .into()
}

/// The name of a side: the register's with titles, else the one that was handed over.
pub fn name(side: &Side, handed: &str) -> String {
    side.resident.as_ref().map_or_else(|| handed.to_owned(), Resident::titled_name)
}

/// The register's data of a side.
pub fn data<'a, M: 'a>(ctx: &Context<'a>, side: &Side) -> Element<'a, M> {
    let mut lines = column![datum(ctx.t("field-nik"), side.nik.clone())].spacing(XS);
    if let Some(resident) = &side.resident {
        for (label, said) in facts(ctx, resident) {
            lines = lines.push(datum(ctx.t(label), said));
        }
    }
    lines.into()
}

fn facts(ctx: &Context<'_>, resident: &Resident) -> [(&'static str, String); 4] {
    let address = &resident.address;
    let region = Regions::embedded().path(address.village.as_str());
    let village = region.map(|path| format!("{}, {}", path.village, path.district)).unwrap_or_default();
    let parent = |name: Option<&Name>| name.map_or("–", Name::as_str).to_owned();
    let (mother, father) = (parent(resident.mother_name.as_ref()), parent(resident.father_name.as_ref()));
    let mut born = format!("{}, {}", resident.birthplace, format_dmy(resident.birth_date));
    if let Some(age) = resident.age(ctx.board.place.zone.date(ctx.now)) {
        born = format!("{born} ({})", ctx.say("supervisor-age", &[("count", &age.to_string())]));
    }
    let street = format!("{}, {}", panel::short(&address.street, 56), address.rt_rw());
    [
        ("supervisor-born", format!("{born}, {}", resident.sex.text())),
        ("field-address", street),
        ("supervisor-village", panel::short(&village, 40)),
        ("field-parent-names", panel::short(&format!("{mother} / {father}"), 72)),
    ]
}

fn shown(side: &Side, slot: Slot) -> Option<&Picture> {
    match slot {
        Slot::Finger(finger) => side.shown.fingers.get(&finger),
        Slot::Eye(eye) => side.shown.eyes.get(&eye),
        Slot::Photo => side.shown.photo.as_ref(),
        Slot::Signature | Slot::Approval => None,
    }
}

/// One slot: picture, name, quality; or why it is empty.
pub fn slot<'a, M: 'a>(ctx: &Context<'a>, side: &Side, slot: Slot, size: Size) -> Element<'a, M> {
    marked(ctx, side, slot, &[], size)
}

/// The same with numbered marks on the picture.
pub fn marked<'a, M: 'a>(ctx: &Context<'a>, side: &Side, slot: Slot, places: &[Place], size: Size) -> Element<'a, M> {
    let excepted = side.exceptions.iter().any(|exception| exception.slot == slot);
    let none = if excepted { "supervisor-excepted" } else { "supervisor-no-picture" };
    let mut drawn = picture(ctx, shown(side, slot), size, none);
    if let Some(shown) = shown(side, slot).filter(|_| !places.is_empty()) {
        drawn = stack![drawn, marks(places.to_vec(), (shown.width, shown.height), size)].into();
    }
    let mut words = column![drawn, text(say::slot(ctx.words, slot)).size(CAPTION)].width(size.width).spacing(2.0);
    if let Some(quality) = side.qualities.get(&slot).filter(|_| !excepted) {
        let (tone, word) = say::quality(ctx.words, *quality);
        words = words.push(chip(tone, format!("{quality} {word}")));
    }
    words.into()
}

/// All fingers, the right hand above the left, and the eyes below with what is said beside them.
pub fn biometrics<'a, M: 'a>(ctx: &Context<'a>, side: &Side, beside: Element<'a, M>) -> Element<'a, M> {
    let finger = Size::new(122.0, 92.0);
    let hand = |from: usize| {
        let fingers = Finger::ALL.iter().skip(from).take(5);
        row(fingers.map(|one| slot(ctx, side, Slot::Finger(*one), finger))).spacing(S)
    };
    let eyes = row(Eye::ALL.map(|eye| slot(ctx, side, Slot::Eye(eye), Size::new(128.0, 92.0)))).spacing(S);
    let width = 5.0 * finger.width + 4.0 * S;
    column![hand(0), hand(5), row![eyes, beside].spacing(S)].spacing(S).width(width).into()
}

/// The portrait with a caption below.
pub fn portrait<'a, M: 'a>(ctx: &Context<'a>, side: &Side, size: Size) -> Element<'a, M> {
    let portrait = picture(ctx, side.shown.photo.as_ref(), size, "supervisor-no-portrait");
    column![portrait, caption(ctx.t("slot-photo"))].spacing(2.0).align_x(Center).into()
}
