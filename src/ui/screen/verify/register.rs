//! The register's data as they are read aloud: in five groups, in the words of the card.

use crate::domain::session::Field;
use crate::office::words::Words;
use crate::station::counter::Seat;
use crate::ui::text;

/// Fields that are read in one breath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Numbers and name.
    Identity,
    /// Birth and body.
    Birth,
    /// Faith, family, work.
    Civil,
    /// Where they live.
    Address,
    /// Whose child.
    Parents,
}

impl Group {
    /// All five, in the order of reading.
    pub const ALL: [Self; 5] = [Self::Identity, Self::Birth, Self::Civil, Self::Address, Self::Parents];

    /// The group of a field.
    pub fn of(field: Field) -> Self {
        match field {
            Field::Nik | Field::FamilyCard | Field::Name => Self::Identity,
            Field::BirthPlace | Field::BirthDate | Field::Sex | Field::BloodGroup => Self::Birth,
            Field::Religion | Field::MaritalStatus | Field::Occupation | Field::Nationality => Self::Civil,
            Field::Address => Self::Address,
            Field::ParentNames => Self::Parents,
        }
    }

    /// Its fields, in the order of reading.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| Self::of(*field) == self)
    }

    /// Its name in the Fluent files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Identity => "verify-group-identity",
            Self::Birth => "verify-group-birth",
            Self::Civil => "verify-group-civil",
            Self::Address => "verify-group-address",
            Self::Parents => "verify-group-parents",
        }
    }
}

/// The value of a field, in as many lines as it is read in.
pub fn lines(words: &Words, seat: &Seat, field: Field) -> Vec<String> {
    match field {
        Field::Address => address(words, seat),
        Field::ParentNames => parents(words, seat),
        one => text::printed(seat.session.resident(), one).into_iter().collect(),
    }
}

/// The same in one line, for lists and letters.
pub fn line(words: &Words, seat: &Seat, field: Field) -> String {
    lines(words, seat, field).join(", ")
}

fn address(words: &Words, seat: &Seat) -> Vec<String> {
    let address = &seat.session.resident().address;
    let [village, district, regency, province] = &seat.region;
    let mut near = vec![words.say("verify-rt-rw", &[("number", &address.rt_rw())])];
    near.extend(address.hamlet.as_ref().map(|name| words.say("verify-hamlet", &[("name", name)])));
    let mut far = Vec::new();
    if village.is_empty() {
        far.push(words.say("verify-village-code", &[("code", address.village.as_str())]));
    } else {
        far.push(words.say("verify-village", &[("name", village)]));
        far.push(words.say("verify-district", &[("name", district)]));
    }
    let mut widest: Vec<String> = [regency, province].into_iter().filter(|name| !name.is_empty()).cloned().collect();
    widest.extend(address.postcode.as_ref().map(ToString::to_string));
    let all = [address.street.clone(), near.join(", "), far.join(", "), widest.join(", ")];
    all.into_iter().filter(|line| !line.is_empty()).collect()
}

fn parents(words: &Words, seat: &Seat) -> Vec<String> {
    let resident = seat.session.resident();
    let name =
        |name: &Option<crate::domain::name::Name>| name.as_ref().map_or(text::NOTHING.to_owned(), ToString::to_string);
    vec![
        words.say("verify-mother", &[("name", &name(&resident.mother_name))]),
        words.say("verify-father", &[("name", &name(&resident.father_name))]),
    ]
}
