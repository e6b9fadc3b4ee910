//! What a station is made from, as it is being typed, and what is still wrong with it.

use crate::batch::DistrictKey;
use crate::domain::region::{Regions, Standing};
use crate::domain::user::{Role, UserId};
use crate::office::zone::Zone;
use crate::station::counter::{NewOfficer, Passphrase, SetupPlan};

/// Fewest characters of a passphrase.
const PASSPHRASE_LEAST: usize = 8;

/// A page of the setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Page {
    #[default]
    Place,
    Office,
    Keys,
    Officers,
    Summary,
}

impl Page {
    pub(super) const ALL: [Self; 5] = [Self::Place, Self::Office, Self::Keys, Self::Officers, Self::Summary];

    /// Its fields from top to bottom.
    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Place => &[Field::Region, Field::Station],
            Self::Office => &[Field::Head1, Field::Head2, Field::Head3, Field::Address],
            Self::Keys => &[Field::Key1, Field::Key2, Field::Key3],
            Self::Officers => &[Field::Login, Field::Name, Field::Nip, Field::Passphrase, Field::Again],
            Self::Summary => &[],
        }
    }

    /// The one after it.
    pub(super) fn next(self) -> Self {
        Self::ALL.into_iter().find(|page| *page > self).unwrap_or(self)
    }

    /// The one before it.
    pub(super) fn previous(self) -> Self {
        Self::ALL.into_iter().rev().find(|page| *page < self).unwrap_or(self)
    }
}

/// A field that is typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "named after what is typed")]
pub enum Field {
    Region,
    Station,
    Head1,
    Head2,
    Head3,
    Address,
    Key1,
    Key2,
    Key3,
    Login,
    Name,
    Nip,
    Passphrase,
    Again,
}

impl Field {
    /// Its name in the toolkit, and the key of its label.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Region => "setup-region",
            Self::Station => "setup-station",
            Self::Head1 => "setup-head-1",
            Self::Head2 => "setup-head-2",
            Self::Head3 => "setup-head-3",
            Self::Address => "setup-address",
            Self::Key1 => "setup-key-1",
            Self::Key2 => "setup-key-2",
            Self::Key3 => "setup-key-3",
            Self::Login => "setup-login",
            Self::Name => "setup-name",
            Self::Nip => "setup-nip",
            Self::Passphrase => "setup-passphrase",
            Self::Again => "setup-again",
        }
    }

    /// Whether what is typed must not be seen.
    pub(super) const fn is_secret(self) -> bool {
        matches!(self, Self::Passphrase | Self::Again)
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not six digits.
    RegionDigits,
    /// Not a kecamatan of today.
    RegionUnknown,
    /// Not 1..=99.
    Station,
    /// Must not be empty.
    Empty,
    /// Not an age recipient.
    Key,
    /// The same key twice.
    KeyTwice,
    /// Outside the grammar of login names.
    Login,
    /// Two officers of one login name.
    LoginTwice,
    /// Too short a passphrase.
    Short,
    /// Not the same passphrase.
    Different,
}

impl Fault {
    /// The key of its sentence.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::RegionDigits => "setup-fault-region-digits",
            Self::RegionUnknown => "setup-fault-region-unknown",
            Self::Station => "setup-fault-station",
            Self::Empty => "setup-fault-empty",
            Self::Key => "setup-fault-key",
            Self::KeyTwice => "setup-fault-key-twice",
            Self::Login => "setup-fault-login",
            Self::LoginTwice => "setup-fault-login-twice",
            Self::Short => "setup-fault-short",
            Self::Different => "setup-fault-different",
        }
    }
}

/// An officer as being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfficerForm {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) nip: String,
    pub(super) role: Role,
    pub(super) passphrase: Passphrase,
    pub(super) again: Passphrase,
}

impl OfficerForm {
    pub(super) fn of(role: Role) -> Self {
        let (passphrase, again) = (Passphrase::default(), Passphrase::default());
        Self { login: String::new(), name: String::new(), nip: String::new(), role, passphrase, again }
    }

    /// Nothing has been typed yet.
    pub(super) fn is_blank(&self) -> bool {
        *self == Self::of(self.role)
    }
}

/// Everything that is typed.
#[derive(Debug, Clone)]
pub(super) struct Form {
    region: String,
    station: String,
    head: [String; 3],
    /// The letterhead as it was suggested last: as long as nobody wrote over it, it follows the region.
    suggested: [String; 3],
    address: String,
    /// As chosen; until then it follows the province.
    zone: Option<Zone>,
    keys: [String; 3],
    pub(super) officers: Vec<OfficerForm>,
    /// Which officer the fields show.
    pub(super) current: usize,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            region: String::new(),
            station: String::new(),
            head: <[String; 3]>::default(),
            suggested: <[String; 3]>::default(),
            address: String::new(),
            zone: None,
            keys: <[String; 3]>::default(),
            officers: vec![OfficerForm::of(Role::Supervisor)],
            current: 0,
        }
    }
}

impl Form {
    /// What a field shows.
    pub(super) fn get(&self, field: Field) -> &str {
        let officer = self.officers.get(self.current);
        let of = |what: fn(&OfficerForm) -> &str| officer.map_or("", what);
        match field {
            Field::Region => &self.region,
            Field::Station => &self.station,
            Field::Head1 => &self.head[0],
            Field::Head2 => &self.head[1],
            Field::Head3 => &self.head[2],
            Field::Address => &self.address,
            Field::Key1 => &self.keys[0],
            Field::Key2 => &self.keys[1],
            Field::Key3 => &self.keys[2],
            Field::Login => of(|officer| &officer.login),
            Field::Name => of(|officer| &officer.name),
            Field::Nip => of(|officer| &officer.nip),
            Field::Passphrase => of(|officer| &officer.passphrase.0),
            Field::Again => of(|officer| &officer.again.0),
        }
    }

    /// Takes in what was typed.
    pub(super) fn set(&mut self, field: Field, text: Passphrase) {
        let plain = || text.0.as_str().to_owned();
        let officer = self.officers.get_mut(self.current);
        match (field, officer) {
            (Field::Region, _) => self.region = plain(),
            (Field::Station, _) => self.station = plain(),
            (Field::Head1, _) => self.head[0] = plain(),
            (Field::Head2, _) => self.head[1] = plain(),
            (Field::Head3, _) => self.head[2] = plain(),
            (Field::Address, _) => self.address = plain(),
            (Field::Key1, _) => self.keys[0] = plain(),
            (Field::Key2, _) => self.keys[1] = plain(),
            (Field::Key3, _) => self.keys[2] = plain(),
            (Field::Login, Some(officer)) => officer.login = plain().to_lowercase(),
            (Field::Name, Some(officer)) => officer.name = plain(),
            (Field::Nip, Some(officer)) => officer.nip = plain(),
            (Field::Passphrase, Some(officer)) => officer.passphrase = text,
            (Field::Again, Some(officer)) => officer.again = text,
            (Field::Login | Field::Name | Field::Nip | Field::Passphrase | Field::Again, None) => {}
        }
    }

    /// What is wrong with a field; of the officers' fields, with those of the officer shown.
    pub(super) fn fault(&self, field: Field) -> Option<Fault> {
        let text = self.get(field).trim();
        let empty = text.is_empty().then_some(Fault::Empty);
        match field {
            Field::Region => self.region_fault(text),
            Field::Station => self.station().is_none().then_some(Fault::Station),
            Field::Head1 | Field::Address | Field::Name => empty,
            Field::Head2 | Field::Head3 | Field::Nip => None,
            Field::Key1 => empty.or_else(|| self.key_fault(0)),
            Field::Key2 => self.key_fault(1),
            Field::Key3 => self.key_fault(2),
            Field::Login => self.login_fault(text),
            Field::Passphrase => {
                let short = self.get(field).chars().count() < PASSPHRASE_LEAST;
                short.then_some(Fault::Short)
            }
            Field::Again => (self.get(field) != self.get(Field::Passphrase)).then_some(Fault::Different),
        }
    }

    fn region_fault(&self, text: &str) -> Option<Fault> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Fault::RegionDigits);
        }
        match Regions::embedded().standing(text) {
            Standing::Current => None,
            Standing::Dissolved { .. } | Standing::Unknown => Some(Fault::RegionUnknown),
        }
    }

    fn key_fault(&self, place: usize) -> Option<Fault> {
        let parsed = |text: &String| text.parse::<DistrictKey>().ok();
        let text = self.keys.get(place).filter(|text| !text.trim().is_empty())?;
        let Some(key) = parsed(text) else { return Some(Fault::Key) };
        let before = self.keys.iter().take(place).filter_map(parsed);
        before.into_iter().any(|other| other == key).then_some(Fault::KeyTwice)
    }

    fn login_fault(&self, text: &str) -> Option<Fault> {
        if UserId::parse(text).is_err() {
            return Some(Fault::Login);
        }
        let others = self.officers.iter().enumerate().filter(|(place, _)| *place != self.current);
        others.into_iter().any(|(_, other)| other.login.trim() == text).then_some(Fault::LoginTwice)
    }

    /// The first wrong field of a page; among the officers, that officer is shown from here on.
    pub(super) fn first_wrong(&mut self, page: Page) -> Option<Field> {
        let wrong = |form: &Self| page.fields().iter().copied().find(|field| form.fault(*field).is_some());
        if page != Page::Officers {
            return wrong(self);
        }
        let shown = self.current;
        for place in std::iter::once(shown).chain(0..self.officers.len()) {
            self.current = place;
            if let Some(field) = wrong(self) {
                return Some(field);
            }
        }
        self.current = shown;
        None
    }

    pub(super) fn has_supervisor(&self) -> bool {
        self.officers.iter().any(|officer| officer.role == Role::Supervisor)
    }

    /// Officers of whom nothing was typed are taken away; one stays.
    pub(super) fn drop_blank_officers(&mut self) {
        let shown = self.officers.get(self.current).cloned();
        self.officers.retain(|officer| !officer.is_blank());
        if self.officers.is_empty() {
            self.officers.push(OfficerForm::of(Role::Supervisor));
        }
        self.current = self.officers.iter().position(|officer| Some(officer) == shown.as_ref()).unwrap_or(0);
    }

    pub(super) fn station(&self) -> Option<u8> {
        self.station.trim().parse().ok().filter(|number| (1..=99).contains(number))
    }

    pub(super) fn zone(&self) -> Zone {
        self.zone.unwrap_or_else(|| zone_of(&self.region))
    }

    pub(super) fn next_zone(&mut self) {
        self.zone = Some(match self.zone() {
            Zone::Wib => Zone::Wita,
            Zone::Wita => Zone::Wit,
            Zone::Wit => Zone::Wib,
        });
    }

    /// An empty letterhead is filled from the region; who knows it better writes over it.
    pub(super) fn suggest_letterhead(&mut self) {
        let regions = Regions::embedded();
        let regency = self.region.trim().get(..4).and_then(|code| regions.regency(code));
        if let (Some(regency), Some(district)) = (regency, regions.district(self.region.trim()))
            && (self.head.iter().all(String::is_empty) || self.head == self.suggested)
        {
            let lines =
                [format!("PEMERINTAH {}", regency.to_uppercase()), format!("KECAMATAN {}", district.to_uppercase())];
            let [first, second] = lines;
            self.head = [first, second, String::new()];
            self.suggested = self.head.clone();
        }
    }

    /// The plan, when nothing is wrong with it.
    pub(super) fn plan(&self) -> Option<SetupPlan> {
        let filled = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
        };
        let officers = self.officers.iter().map(|officer| NewOfficer {
            id: officer.login.trim().to_owned(),
            name: officer.name.trim().to_owned(),
            nip: officer.nip.trim().to_owned(),
            role: officer.role,
            passphrase: officer.passphrase.clone(),
        });
        Some(SetupPlan {
            region: self.region.trim().to_owned(),
            station: self.station()?,
            office: filled(&self.head),
            address: self.address.trim().to_owned(),
            zone: self.zone().word().to_owned(),
            recipients: filled(&self.keys),
            officers: officers.collect(),
        })
    }
}

/// The clock of a province by the code in front of a region's: Keppres 41/1987, and the provinces made since then.
fn zone_of(region: &str) -> Zone {
    let province = region.trim().get(..2).and_then(|code| code.parse::<u8>().ok());
    match province {
        Some(51..=53 | 63..=65 | 71..=76) => Zone::Wita,
        Some(81..=97) => Zone::Wit,
        Some(_) | None => Zone::Wib,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_follows_the_province_until_somebody_chooses() {
        let mut form = Form::default();
        let at = |form: &mut Form, region: &str| {
            form.set(Field::Region, Passphrase::new(region));
            form.zone()
        };
        assert_eq!(at(&mut form, "330301"), Zone::Wib);
        assert_eq!(at(&mut form, "510101"), Zone::Wita);
        assert_eq!(at(&mut form, "910101"), Zone::Wit);
        form.next_zone();
        assert_eq!(at(&mut form, "510101"), Zone::Wib);
    }
}
