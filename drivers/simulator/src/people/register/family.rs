//! Families: who lives on one family card, and how old and how related they may be.

use super::numbers::Issuer;
use super::{Day, Defect, MARKER, Permit, Place, Row, address};
use crate::people::Dice;
use crate::people::names::{Bearer, Custom, full_name, titles};

/// Shapes of a household with their weights; together they give about 3.1 people a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Couple,
    ThreeGenerations,
    Widowed,
    Divorced,
    Single,
    /// Married before 17.
    Young,
    Foreigner,
    ForeignWife,
}

const KINDS: [(Kind, u32); 8] = [
    (Kind::Couple, 66),
    (Kind::ThreeGenerations, 9),
    (Kind::Widowed, 10),
    (Kind::Divorced, 4),
    (Kind::Single, 6),
    (Kind::Young, 2),
    (Kind::Foreigner, 1),
    (Kind::ForeignWife, 2),
];

/// Makes families one after the other; numbers given out never repeat.
pub(super) struct Families<'a> {
    dice: Dice,
    places: &'a [Place],
    pub(super) today: Day,
    pub(super) issuer: Issuer,
    /// Pairs of twins born so far.
    pub(super) twins: usize,
    made: usize,
}

/// What a family shares.
pub(super) struct Home {
    place: Place,
    kk: String,
    address: String,
    rt: String,
    rw: String,
    hamlet: String,
}

/// A person before numbers are given.
#[derive(Clone)]
struct Draft {
    female: bool,
    birth: Day,
    custom: Custom,
    religion: u8,
    last: Option<&'static str>,
    order: usize,
    relation: u8,
    marital: u8,
    married: Option<Day>,
}

/// Name and NIK of a parent, either possibly unknown.
#[derive(Clone, Default)]
struct Parent {
    name: String,
    nik: String,
}

impl Parent {
    fn of(row: &Row) -> Self {
        Self { name: row.name.clone(), nik: row.nik.clone() }
    }
}

impl<'a> Families<'a> {
    pub(super) fn new(seed: u64, places: &'a [Place], today: Day) -> Self {
        Self { dice: Dice::new(seed, 0x81), places, today, issuer: Issuer::default(), twins: 0, made: 0 }
    }

    /// The next family, of at most `room` (at least 1) people; with twins of age when asked for and possible.
    pub(super) fn next(&mut self, room: usize, with_twins: bool) -> Vec<Row> {
        self.made += 1;
        // The rarer kinds come early once, so that a small register has them too.
        let kind = match (room, self.made) {
            (..=1, _) => Kind::Single,
            (2, _) => Kind::Couple,
            (_, 4) => Kind::Young,
            (_, 6) => Kind::Foreigner,
            (_, 8) => Kind::Widowed,
            _ => KINDS[self.dice.weighted(&KINDS.map(|k| k.1))].0,
        };
        match kind {
            Kind::Single | Kind::Foreigner => vec![self.single(kind == Kind::Foreigner)],
            Kind::Young => self.young(),
            Kind::Couple => self.couple(room, with_twins, false, false),
            Kind::ThreeGenerations => self.couple(room, with_twins, true, false),
            Kind::ForeignWife => self.couple(room, with_twins, false, true),
            Kind::Widowed => self.alone_with_children(room, 4),
            Kind::Divorced => self.alone_with_children(room, 3),
        }
    }

    /// An address of its own, with a new family card.
    pub(super) fn home(&mut self, since: Day) -> Home {
        let place = self.places[self.dice.below(self.places.len())].clone();
        let years = since.age_on(self.today).max(0) as usize;
        let issued = self.today.plus(-(self.dice.below(years.min(15) * 365 + 30) as i64));
        let kk = self.issuer.card(region(&place), issued);
        Home {
            kk,
            address: address::street(&mut self.dice),
            rt: format!("{:03}", self.dice.between(1, 12)),
            rw: format!("{:03}", self.dice.between(1, 7)),
            hamlet: address::hamlet(&mut self.dice),
            place,
        }
    }

    fn born(&mut self, age: i32) -> Day {
        self.today.plus_years(-age).plus(-(self.dice.below(360) as i64))
    }

    fn single(&mut self, foreign: bool) -> Row {
        let custom = if foreign { Custom::Foreign } else { Custom::draw(&mut self.dice) };
        let age = if foreign { self.dice.between(25, 65) } else { self.dice.between(19, 78) };
        let marital = if age < 36 || foreign { 1 } else { self.dice.one_of([1, 3, 4, 4]) };
        let draft = Draft {
            female: self.dice.chance(0.5),
            birth: self.born(age),
            custom,
            religion: religion(&mut self.dice, custom),
            last: custom.last_name(&mut self.dice),
            order: self.dice.below(4),
            relation: 1,
            marital,
            married: None,
        };
        let home = self.home(draft.birth.plus_years(18));
        self.row(&draft, &home, None, None)
    }

    fn young(&mut self) -> Vec<Row> {
        let wife_age = self.dice.between(15, 16);
        let husband_age = self.dice.between(19, 22);
        let (mut husband, mut wife) = self.pair(husband_age, wife_age, false);
        let married = self.today.plus(-self.dice.between(10, 200) as i64);
        (husband.married, wife.married) = (Some(married), Some(married));
        let home = self.home(married);
        vec![self.row(&husband, &home, None, None), self.row(&wife, &home, None, None)]
    }

    /// Drafts of husband and wife.
    fn pair(&mut self, husband_age: i32, wife_age: i32, foreign_wife: bool) -> (Draft, Draft) {
        let custom = Custom::draw(&mut self.dice);
        let religion = religion(&mut self.dice, custom);
        let husband = Draft {
            female: false,
            birth: self.born(husband_age),
            custom,
            religion,
            last: custom.last_name(&mut self.dice),
            order: self.dice.below(4),
            relation: 1,
            marital: 2,
            married: None,
        };
        let hers = if foreign_wife {
            Custom::Foreign
        } else if self.dice.chance(0.75) {
            custom
        } else {
            Custom::draw(&mut self.dice)
        };
        let wife = Draft {
            female: true,
            birth: self.born(wife_age),
            custom: hers,
            last: hers.last_name(&mut self.dice),
            order: self.dice.below(4),
            relation: 3,
            ..husband.clone()
        };
        (husband, wife)
    }

    fn couple(&mut self, room: usize, with_twins: bool, grandmother: bool, foreign_wife: bool) -> Vec<Row> {
        let wife_age = self.dice.between(21, 44) + self.dice.between(0, 20);
        let husband_age = (wife_age + self.dice.between(-2, 8)).max(21);
        let (mut husband, mut wife) = self.pair(husband_age, wife_age, foreign_wife);
        let adults = if grandmother && room > 3 { 3 } else { 2 };
        let births = self.births(&wife, Some(&husband), room.saturating_sub(adults), with_twins);
        let married = self.wedding(&husband, &wife, births.first().copied());
        (husband.married, wife.married) = (Some(married), Some(married));
        let home = self.home(married);
        let mut rows = Vec::new();
        let elder = (adults == 3).then(|| {
            let birth = husband.birth.plus_years(-self.dice.between(19, 32)).plus(-(self.dice.below(300) as i64));
            let draft = Draft {
                female: true,
                birth,
                relation: 7,
                marital: 4,
                married: None,
                last: husband.custom.last_name(&mut self.dice),
                ..husband.clone()
            };
            self.row(&draft, &home, None, None)
        });
        rows.push(self.row(&husband, &home, None, elder.as_ref().map(Parent::of)));
        rows.push(self.row(&wife, &home, None, None));
        let (father, mother) = (Parent::of(&rows[0]), Parent::of(&rows[1]));
        rows.extend(self.children(&births, &husband, &home, &father, &mother));
        rows.extend(elder);
        rows
    }

    fn alone_with_children(&mut self, room: usize, marital: u8) -> Vec<Row> {
        let wife_age = self.dice.between(30, 44) + self.dice.between(0, 22);
        let husband_age = wife_age + self.dice.between(0, 8);
        let (mut husband, mut wife) = self.pair(husband_age, wife_age, false);
        let births = self.births(&wife, Some(&husband), room.saturating_sub(1), false);
        let married = self.wedding(&husband, &wife, births.first().copied());
        (husband.married, wife.married) = (Some(married), Some(married));
        (husband.marital, wife.marital, wife.relation) = (marital, marital, 1);
        let home = self.home(married);
        let mother_stays = self.dice.chance(0.75);
        let (head, gone) = if mother_stays { (&wife, &husband) } else { (&husband, &wife) };
        let head_row = self.row(head, &home, None, None);
        let gone = self.unseen(gone, gone.birth);
        let known = Parent::of(&head_row);
        let (father, mother) = if mother_stays { (gone, known) } else { (known, gone) };
        let mut rows = vec![head_row];
        rows.extend(self.children(&births, &husband, &home, &father, &mother));
        rows
    }

    /// The wedding: both at least 17, before the first child.
    fn wedding(&mut self, husband: &Draft, wife: &Draft, first_child: Option<Day>) -> Day {
        let earliest = husband.birth.max(wife.birth).plus_years(18).plus(30);
        let latest = first_child.map_or(self.today.plus(-20), |birth| birth.plus(-290));
        let slack = (latest.number() - earliest.number()).clamp(0, 9 * 365);
        let chosen = earliest.plus(self.dice.below(slack as usize + 1) as i64);
        chosen.min(latest.max(earliest.plus(-365)))
    }

    /// Birth days of children still at home, oldest first. People of 16 and 17 are what a desk sees most, so more
    /// families than in life have one; twins stand twice.
    fn births(&mut self, mother: &Draft, father: Option<&Draft>, most: usize, with_twins: bool) -> Vec<Day> {
        let wanted = self.dice.weighted(&[6, 24, 36, 22, 9, 3]).min(most);
        let mut births: Vec<Day> = Vec::new();
        if wanted > 0 && (with_twins || self.dice.chance(0.35)) {
            let age = self.dice.between(16, 17);
            births.push(self.born(age));
        }
        for _ in births.len()..wanted {
            let after = self.dice.between(19, 41);
            births.push(mother.birth.plus_years(after).plus(self.dice.below(365) as i64));
        }
        let mut kept: Vec<Day> = Vec::new();
        for birth in births {
            let parents_of_age =
                (19..=45).contains(&mother.birth.age_on(birth)) && father.is_none_or(|f| f.birth.age_on(birth) >= 19);
            let at_home = birth <= self.today && birth.age_on(self.today) <= 27;
            let spaced = kept.iter().all(|other| (other.number() - birth.number()).abs() > 400);
            if parents_of_age && at_home && spaced {
                kept.push(birth);
            }
        }
        let of_age = kept.iter().copied().find(|b| (16..=24).contains(&b.age_on(self.today)));
        if let (true, Some(birth), true) = (with_twins, of_age, kept.len() < most) {
            kept.push(birth);
            self.twins += 1;
        }
        kept.sort_unstable();
        kept
    }

    fn children(&mut self, births: &[Day], family: &Draft, home: &Home, father: &Parent, mother: &Parent) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (order, &birth) in births.iter().enumerate() {
            let twin = order.checked_sub(1).filter(|&before| births.get(before) == Some(&birth));
            let female = match twin.and_then(|before| rows.get(before)) {
                Some(other) => other.sex == 2,
                None => self.dice.chance(0.49),
            };
            let draft = Draft { female, birth, order, relation: 4, marital: 1, married: None, ..family.clone() };
            let mut row = self.row(&draft, home, Some(father.clone()), Some(mother.clone()));
            if let Some(other) = twin.and_then(|before| rows.get_mut(before)) {
                while row.name == other.name {
                    row.name = full_name(&mut self.dice, bearer(&draft));
                }
                other.defect = Some(Defect::Twin);
                row.defect = Some(Defect::Twin);
                row.birthplace.clone_from(&other.birthplace);
                row.nik = self.issuer.nik(other.nik.get(..6).unwrap_or("000000"), birth, female);
            }
            rows.push(row);
        }
        rows
    }

    /// A parent who is not on this card.
    fn unseen(&mut self, draft: &Draft, birth: Day) -> Parent {
        let name = full_name(&mut self.dice, bearer(draft));
        let here = self.places[self.dice.below(self.places.len())].clone();
        let known = self.dice.chance(0.5);
        let nik = if known { self.issuer.nik(region(&here), birth, draft.female) } else { String::new() };
        Parent { name, nik }
    }

    /// Region of first registration and place of birth: here for most, elsewhere for 10-20 % of the register.
    fn origin(&mut self, draft: &Draft, home: &Home) -> (String, String) {
        let moved = self.dice.chance(if draft.relation == 4 { 0.07 } else { 0.24 });
        if !moved {
            return (region(&home.place).to_owned(), address::birthplace(&home.place.regency));
        }
        let here = region(&home.place);
        let other = self.places[self.dice.below(self.places.len())].clone();
        if region(&other) != here {
            return (region(&other).to_owned(), address::birthplace(&other.regency));
        }
        let (code, town) = address::elsewhere(&mut self.dice);
        (code.to_owned(), town.to_owned())
    }

    fn row(&mut self, draft: &Draft, home: &Home, father: Option<Parent>, mother: Option<Parent>) -> Row {
        let foreign = draft.custom == Custom::Foreign;
        let (mut code, mut birthplace) = self.origin(draft, home);
        let permit = foreign.then(|| self.permit());
        if let Some(permit) = &permit {
            code = region(&home.place).to_owned();
            birthplace = format!("{}, {}", capital(&permit.country), permit.country);
        }
        let age = draft.birth.age_on(self.today);
        let parent = |given: Option<Parent>, female: bool, families: &mut Self| {
            given.unwrap_or_else(|| {
                let birth = draft.birth.plus_years(-families.dice.between(19, 38)).plus(-90);
                families.unseen(&Draft { female, birth, ..draft.clone() }, birth)
            })
        };
        let (father, mother) = (parent(father, false, self), parent(mother, true, self));
        let education = education(&mut self.dice, age);
        let (title_before, title_after) = titles(&mut self.dice, education, draft.religion == 1, draft.female, age);
        Row {
            nik: self.issuer.nik(&code, draft.birth, draft.female),
            kk: home.kk.clone(),
            name: full_name(&mut self.dice, bearer(draft)),
            title_before,
            title_after,
            birthplace,
            birth_date: draft.birth.to_string(),
            sex: if draft.female { 2 } else { 1 },
            blood: [13, 4, 1, 2, 3, 11][self.dice.weighted(&[55, 18, 11, 11, 3, 2])],
            religion: draft.religion,
            marital: draft.marital,
            relation: draft.relation,
            education,
            occupation: occupation(&mut self.dice, age, draft.female, education),
            disability: 0,
            nationality: if foreign { 2 } else { 1 },
            permit,
            marriage_date: draft.married.map(|d| d.to_string()),
            mother_name: mother.name,
            mother_nik: mother.nik,
            father_name: father.name,
            father_nik: father.nik,
            address: String::new(),
            rt: String::new(),
            rw: String::new(),
            hamlet: String::new(),
            village_code: String::new(),
            village: String::new(),
            district: String::new(),
            regency: String::new(),
            province: String::new(),
            postcode: String::new(),
            basic_status: 1,
            card_status: 2,
            invitation: None,
            defect: None,
            same_person_as: None,
            biometric_seed: 0,
            missing_fingers: Vec::new(),
            missing_eyes: Vec::new(),
            marker: MARKER.to_owned(),
        }
        .housed(home)
    }

    fn permit(&mut self) -> Permit {
        let country = self.dice.one_of(["BELANDA", "JEPANG", "INDIA", "PERANCIS", "AUSTRALIA", "MALAYSIA", "JERMAN"]);
        Permit {
            country: country.to_owned(),
            passport: format!("X{:07}", self.dice.below(10_000_000)),
            itap: format!("2D11XX{:05}-Z", self.dice.below(100_000)),
            valid_until: self.today.plus(200 + self.dice.below(1500) as i64).to_string(),
        }
    }
}

impl Row {
    /// The same person living at `home`.
    pub(super) fn housed(mut self, home: &Home) -> Self {
        let Place { village_code, village, district, regency, province, postcode } = home.place.clone();
        self.kk.clone_from(&home.kk);
        self.address.clone_from(&home.address);
        self.rt.clone_from(&home.rt);
        self.rw.clone_from(&home.rw);
        self.hamlet.clone_from(&home.hamlet);
        (self.village_code, self.village, self.district) = (village_code, village, district);
        (self.regency, self.province, self.postcode) = (regency, province, postcode);
        self
    }
}

fn bearer(draft: &Draft) -> Bearer {
    Bearer {
        custom: draft.custom,
        female: draft.female,
        birth_year: draft.birth.year(),
        order: draft.order,
        last: draft.last,
    }
}

/// The district code of a place; zeros when the code is too short to have one.
fn region(place: &Place) -> &str {
    place.village_code.get(..6).unwrap_or("000000")
}

fn religion(dice: &mut Dice, custom: Custom) -> u8 {
    let weights = match custom {
        Custom::Javanese => [91, 4, 4, 0, 0, 0, 1],
        Custom::Sundanese | Custom::Malay | Custom::Minang | Custom::Bugis => [99, 1, 0, 0, 0, 0, 0],
        Custom::Batak => [25, 65, 10, 0, 0, 0, 0],
        Custom::Balinese => [4, 2, 1, 92, 1, 0, 0],
        Custom::Chinese => [5, 33, 25, 0, 30, 7, 0],
        Custom::Florenese => [4, 8, 88, 0, 0, 0, 0],
        Custom::Minahasan => [4, 86, 10, 0, 0, 0, 0],
        Custom::Foreign => [25, 40, 25, 5, 5, 0, 0],
    };
    dice.weighted(&weights) as u8 + 1
}

fn education(dice: &mut Dice, age: i32) -> u8 {
    match age {
        ..=6 => 1,
        7..=12 => 2,
        13..=15 => 3,
        16..=18 => 4,
        19..=22 => 5,
        23..=50 => [3, 4, 5, 6, 7, 8, 9, 10][dice.weighted(&[12, 20, 42, 2, 6, 14, 3, 1])],
        _ => [1, 2, 3, 4, 5, 7, 8, 9][dice.weighted(&[6, 14, 36, 16, 18, 3, 6, 1])],
    }
}

fn occupation(dice: &mut Dice, age: i32, female: bool, education: u8) -> u8 {
    let learned: &[u8] = if female { &[65, 5, 73, 74, 15, 64] } else { &[65, 5, 15, 71, 93, 64] };
    let manual: &[u8] =
        if female { &[9, 30, 15, 84, 19, 23, 88] } else { &[9, 9, 88, 15, 19, 27, 26, 81, 84, 11, 35, 20] };
    match age {
        ..=5 => 1,
        6..=18 => 3,
        19..=22 if dice.chance(0.5) => 3,
        23.. if female && dice.chance(0.45) => 2,
        62.. if education >= 7 => 4,
        _ => dice.pick(if education >= 7 { learned } else { manual }).unwrap_or(99),
    }
}

fn capital(country: &str) -> &'static str {
    match country {
        "BELANDA" => "AMSTERDAM",
        "JEPANG" => "OSAKA",
        "INDIA" => "CHENNAI",
        "PERANCIS" => "LYON",
        "AUSTRALIA" => "PERTH",
        "MALAYSIA" => "TAWAU",
        _ => "HAMBURG",
    }
}
