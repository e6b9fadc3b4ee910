//! Who may be recorded today.
//!
//! UU 23/2006 as changed by UU 24/2013, article 63(1): citizens, and foreigners with a permanent residence permit
//! (ITAP), who are 17 or married or ever married, must hold a card. Practice adds that the 16-year-old may be recorded
//! early; the card is printed at 17. Everybody else is turned away with a reason the officer can read out, and the
//! young with the day on which they may come.

use thiserror::Error;
use time::Date;

use super::codes::{BasicStatus, MaritalStatus, Nationality};
use super::dates::birthday;
use super::resident::Resident;

/// From this age (years) everybody must hold a card.
pub const OBLIGED_AT: u16 = 17;

/// From this age (years) one may be recorded early.
pub const EARLY_AT: u16 = 16;

/// Whether a resident may be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligibility {
    /// Must hold a card.
    Obliged(Obligation),
    /// Sixteen: recorded now, card at seventeen.
    Early {
        /// The day from which the card may be printed.
        turns_17: Date,
    },
    /// May not be recorded.
    Refused(Refusal),
}

/// Why a resident must hold a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obligation {
    /// Seventeen or older.
    Age17,
    /// Younger, but married.
    Married,
    /// Younger, but divorced or widowed.
    EverMarried,
}

/// Why a resident may not be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not sixteen yet.
    #[error("not yet 16: may come from {} on", super::dates::format_dmy(*turns_16))]
    TooYoung {
        /// The first day on which he or she may come.
        turns_16: Date,
    },
    /// The register says dead.
    #[error("the register says deceased: if the person stands here, the registry office must correct it first")]
    Deceased,
    /// Registered elsewhere by now.
    #[error("the register says moved away: to be recorded where the new family card was issued")]
    Moved,
    /// Missing, departed or an invalid row.
    #[error("the register's status is {0}: the registry office must restore the row first")]
    NotActive(BasicStatus),
    /// A foreigner without a permanent residence permit.
    #[error(
        "a foreigner needs a permanent residence permit (ITAP) and the register has none: send to the registry office"
    )]
    ForeignWithoutItap,
    /// The permit has ended.
    #[error("the permanent residence permit (ITAP) ended on {}: to be renewed first", super::dates::format_dmy(*.0))]
    ItapExpired(Date),
}

impl Eligibility {
    /// Whether recording may go on.
    pub const fn may_enroll(&self) -> bool {
        matches!(self, Self::Obliged(_) | Self::Early { .. })
    }
}

/// Whether `resident` may be recorded on the day `today`. The register's status counts first, then the permit, then
/// age and marriage.
pub fn eligibility(resident: &Resident, today: Date) -> Eligibility {
    match status_refusal(resident.status).or_else(|| permit_refusal(resident, today)) {
        Some(refusal) => Eligibility::Refused(refusal),
        None => by_age(resident, today),
    }
}

fn status_refusal(status: BasicStatus) -> Option<Refusal> {
    match status {
        BasicStatus::Alive => None,
        BasicStatus::Deceased => Some(Refusal::Deceased),
        BasicStatus::Moved => Some(Refusal::Moved),
        BasicStatus::Missing | BasicStatus::Departed | BasicStatus::Invalid => Some(Refusal::NotActive(status)),
    }
}

/// The last day of a permit is a day of the permit.
fn permit_refusal(resident: &Resident, today: Date) -> Option<Refusal> {
    match (resident.nationality, resident.itap_until) {
        (Nationality::Indonesian | Nationality::Dual, _) => None,
        (Nationality::Foreign, None) => Some(Refusal::ForeignWithoutItap),
        (Nationality::Foreign, Some(until)) => (until < today).then_some(Refusal::ItapExpired(until)),
    }
}

fn by_age(resident: &Resident, today: Date) -> Eligibility {
    let age = resident.age(today);
    match (age, resident.marital_status) {
        (Some(OBLIGED_AT..), _) => Eligibility::Obliged(Obligation::Age17),
        (Some(_), MaritalStatus::Married) => Eligibility::Obliged(Obligation::Married),
        (Some(_), MaritalStatus::Divorced | MaritalStatus::Widowed) => Eligibility::Obliged(Obligation::EverMarried),
        (Some(EARLY_AT..), MaritalStatus::Single) => {
            Eligibility::Early { turns_17: birthday(resident.birth_date, OBLIGED_AT) }
        }
        // Somebody not born yet is too young whatever the row says about marriage.
        (Some(_), MaritalStatus::Single) | (None, _) => {
            Eligibility::Refused(Refusal::TooYoung { turns_16: birthday(resident.birth_date, EARLY_AT) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::MaritalStatus;
    use crate::domain::resident::tests::sample;
    use proptest::prelude::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 03 - 10);

    fn of(change: impl FnOnce(&mut Resident)) -> Eligibility {
        let mut resident = sample();
        change(&mut resident);
        eligibility(&resident, TODAY)
    }

    fn single(birth_date: Date) -> Eligibility {
        of(|r| {
            r.birth_date = birth_date;
            r.marital_status = MaritalStatus::Single;
        })
    }

    #[test]
    fn seventeen_is_the_day_of_the_birthday_and_not_the_day_before() {
        assert_eq!(single(date!(2009 - 03 - 10)), Eligibility::Obliged(Obligation::Age17));
        assert_eq!(single(date!(2009 - 03 - 11)), Eligibility::Early { turns_17: date!(2026 - 03 - 11) });
    }

    #[test]
    fn a_fifteen_year_old_is_told_when_to_come() {
        let refused = Eligibility::Refused(Refusal::TooYoung { turns_16: date!(2026 - 03 - 11) });
        assert_eq!(single(date!(2010 - 03 - 11)), refused);
        assert!(single(date!(2010 - 03 - 10)).may_enroll());
    }

    #[test]
    fn marriage_obliges_at_any_age() {
        let young = |status| {
            of(|r| {
                r.birth_date = date!(2011 - 01 - 01);
                r.marital_status = status;
            })
        };
        assert_eq!(young(MaritalStatus::Married), Eligibility::Obliged(Obligation::Married));
        assert_eq!(young(MaritalStatus::Divorced), Eligibility::Obliged(Obligation::EverMarried));
        assert_eq!(young(MaritalStatus::Widowed), Eligibility::Obliged(Obligation::EverMarried));
    }

    #[test]
    fn nobody_who_is_not_an_active_resident_is_recorded() {
        assert_eq!(of(|r| r.status = BasicStatus::Deceased), Eligibility::Refused(Refusal::Deceased));
        assert_eq!(of(|r| r.status = BasicStatus::Moved), Eligibility::Refused(Refusal::Moved));
        for status in [BasicStatus::Missing, BasicStatus::Departed, BasicStatus::Invalid] {
            assert_eq!(of(|r| r.status = status), Eligibility::Refused(Refusal::NotActive(status)));
        }
    }

    #[test]
    fn a_foreigner_needs_a_permit_that_still_runs() {
        let foreign = |until| {
            of(|r| {
                r.nationality = Nationality::Foreign;
                r.itap_until = until;
            })
        };
        assert_eq!(foreign(None), Eligibility::Refused(Refusal::ForeignWithoutItap));
        assert_eq!(foreign(Some(TODAY)), Eligibility::Obliged(Obligation::Age17));
        let ended = date!(2026 - 03 - 09);
        assert_eq!(foreign(Some(ended)), Eligibility::Refused(Refusal::ItapExpired(ended)));
        assert!(of(|r| r.nationality = Nationality::Dual).may_enroll());
    }

    prop_compose! {
        fn resident()(
            age_days in -400_i32..15_000,
            marital in 0..MaritalStatus::ALL.len(),
            status in 0..BasicStatus::ALL.len(),
            nationality in 0..Nationality::ALL.len(),
            permit in prop::option::of(-500_i32..500),
        ) -> Resident {
            let day = |offset: i32| Date::from_julian_day(TODAY.to_julian_day() + offset).unwrap();
            Resident {
                birth_date: day(-age_days),
                marital_status: MaritalStatus::ALL[marital],
                status: BasicStatus::ALL[status],
                nationality: Nationality::ALL[nationality],
                itap_until: permit.map(day),
                ..sample()
            }
        }
    }

    proptest! {
        #[test]
        fn growing_older_never_takes_the_right_away(resident in resident(), later in 0_i32..3_000) {
            let mut resident = resident;
            resident.itap_until = resident.itap_until.map(|_| date!(2099 - 01 - 01));
            let then = Date::from_julian_day(TODAY.to_julian_day() + later).unwrap();
            if eligibility(&resident, TODAY).may_enroll() {
                prop_assert!(eligibility(&resident, then).may_enroll());
            }
        }

        #[test]
        fn who_is_sent_away_as_too_young_may_come_on_the_named_day(resident in resident()) {
            let mut resident = resident;
            resident.nationality = Nationality::Indonesian;
            if let Eligibility::Refused(Refusal::TooYoung { turns_16 }) = eligibility(&resident, TODAY) {
                prop_assert!(turns_16 > TODAY);
                prop_assert!(eligibility(&resident, turns_16).may_enroll());
                let before = eligibility(&resident, turns_16.previous_day().unwrap());
                prop_assert!(resident.marital_status.ever_married() || !before.may_enroll());
            }
        }

        #[test]
        fn marriage_never_takes_the_right_away(resident in resident()) {
            let married = Resident { marital_status: MaritalStatus::Married, ..resident.clone() };
            if eligibility(&resident, TODAY).may_enroll() {
                prop_assert!(eligibility(&married, TODAY).may_enroll());
            }
        }

        #[test]
        fn only_living_residents_are_recorded(resident in resident()) {
            if eligibility(&resident, TODAY).may_enroll() {
                prop_assert_eq!(resident.status, BasicStatus::Alive);
                prop_assert!(resident.nationality != Nationality::Foreign || resident.itap_until >= Some(TODAY));
            }
        }
    }
}
