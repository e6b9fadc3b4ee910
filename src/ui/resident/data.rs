//! The resident's own data, to be read along while the officer reads them aloud.

use iced::Fill;
use iced::widget::{column, container, row, text};

use super::HALF;
use crate::domain::session::Field;
use crate::station::counter::Seat;
use crate::ui::spacing::{BODY, HEADLINE, L, M, TITLE, VALUE, XL};
use crate::ui::theme::{ink, plate};
use crate::ui::widget::parts::BOLD;
use crate::ui::{Context, Element, text as say};

/// Fields of the left column; the address and the parents need the width of the right one.
const LEFT: [Field; 7] =
    [Field::Nik, Field::Name, Field::BirthPlace, Field::BirthDate, Field::Sex, Field::BloodGroup, Field::Religion];
const RIGHT: [Field; 6] = [
    Field::FamilyCard,
    Field::MaritalStatus,
    Field::Occupation,
    Field::Nationality,
    Field::Address,
    Field::ParentNames,
];

/// Characters of the right column that fit in the large size; addresses of more are written smaller, not cut.
const ROOM: usize = 240;

/// One sentence above the data, in two columns.
pub(super) fn page<'a, M: 'a>(ctx: &Context<'a>, seat: &'a Seat, words: &str, more: &str) -> Element<'a, M> {
    let longest: usize = RIGHT.iter().map(|field| value(seat, *field).chars().count()).sum();
    let size = if longest > ROOM { VALUE } else { TITLE };
    let half = |fields: &[Field]| {
        let mut parts = column![].spacing(M).width(HALF);
        for field in fields {
            parts = parts.push(column![
                text(say::field(ctx.words, *field)).size(BODY).style(ink::muted),
                text(value(seat, *field)).size(size).font(BOLD),
            ]);
        }
        parts
    };
    let data = row![half(&LEFT), half(&RIGHT)].spacing(XL);
    column![
        text(ctx.t(words)).size(HEADLINE + 4.0).font(BOLD),
        container(data).padding(L).width(Fill).style(plate::card),
        text(ctx.t(more)).size(TITLE),
    ]
    .spacing(M)
    .into()
}

/// What the register says, as it will stand on the card.
fn value(seat: &Seat, field: Field) -> String {
    let resident = seat.session.resident();
    let parents = || {
        let names = [&resident.mother_name, &resident.father_name];
        names.map(|name| name.as_ref().map_or(say::NOTHING, |name| name.as_str())).join(" / ")
    };
    say::printed(resident, field).unwrap_or_else(|| if field == Field::ParentNames { parents() } else { address(seat) })
}

fn address(seat: &Seat) -> String {
    let address = &seat.session.resident().address;
    let [village, district, regency, province] = &seat.region;
    let mut parts = vec![address.street.clone(), format!("RT/RW {}", address.rt_rw())];
    parts.extend(address.hamlet.clone());
    parts.extend([village, district, regency, province].into_iter().filter(|name| !name.is_empty()).cloned());
    parts.join(", ")
}
