//! Rows of the register, good and bad. [`sample`] is used by other rooms' tests as well.

use time::macros::date;

use super::*;

const TODAY: Date = date!(2026 - 03 - 10);

/// A row without any warning; its serial is far above what is ever issued.
pub(crate) fn sample() -> Resident {
    Resident {
        nik: "3303105708909001".parse().unwrap(),
        kk: "3303101203159001".parse().unwrap(),
        name: Name::try_from("SITI AISYAH CONTOH".to_owned()).unwrap(),
        titles: Titles::default(),
        birthplace: "PURBALINGGA".into(),
        birth_date: date!(1990 - 08 - 17),
        sex: Sex::Female,
        blood_group: BloodGroup::Unknown,
        religion: Religion::Islam,
        marital_status: MaritalStatus::Married,
        relation: FamilyRelation::Wife,
        education: Education::UpperSecondary,
        occupation: Occupation::STUDENT,
        disability: None,
        nationality: Nationality::Indonesian,
        itap_until: None,
        mother_name: Some(Name::try_from("SUMARNI".to_owned()).unwrap()),
        father_name: None,
        address: Address {
            street: "JALAN CONTOH 1".into(),
            rt: UnitNumber::new(3),
            rw: UnitNumber::new(12),
            hamlet: None,
            village: "3303102001".parse().unwrap(),
            postcode: None,
        },
        status: BasicStatus::Alive,
    }
}

fn warnings(change: impl FnOnce(&mut Resident)) -> Vec<ResidentWarning> {
    let mut resident = sample();
    change(&mut resident);
    resident.warnings(TODAY, Regions::embedded())
}

#[test]
fn a_clean_row_has_no_warnings() {
    assert_eq!(warnings(|_| ()), []);
}

#[test]
fn each_kind_of_flaw_is_named() {
    let nik = warnings(|r| r.nik = "9101105708909001".parse().unwrap());
    let [ResidentWarning::Nik(NikWarning::DissolvedRegion { successor: Some(successor), .. })] = nik.as_slice() else {
        panic!("{nik:?}")
    };
    assert!(successor.starts_with("9301"), "{successor}");
    let kk = warnings(|r| r.kk = "3303105703159001".parse().unwrap());
    assert_eq!(kk, [ResidentWarning::Kk(KkWarning::Irregular(crate::domain::kk::KkError::Day(57)))]);
    let village: VillageCode = "3303109999".parse().unwrap();
    assert_eq!(warnings(|r| r.address.village = village), [ResidentWarning::UnknownVillage(village)]);
    let postcode = warnings(|r| r.address.postcode = Some("00000".parse().unwrap()));
    assert!(matches!(postcode.as_slice(), [ResidentWarning::PostcodeDiffers { .. }]), "{postcode:?}");
    let single = warnings(|r| r.marital_status = MaritalStatus::Single);
    assert!(matches!(single.as_slice(), [ResidentWarning::RelationDiffers { .. }]), "{single:?}");
    let husband = warnings(|r| r.relation = FamilyRelation::Husband);
    assert!(matches!(husband.as_slice(), [ResidentWarning::RelationOfOtherSex { .. }]), "{husband:?}");
}

#[test]
fn an_impossible_age_is_named() {
    let future = date!(2027 - 08 - 17);
    assert!(warnings(|r| r.birth_date = future).contains(&ResidentWarning::BornInFuture(future)));
    let old = warnings(|r| r.birth_date = date!(1890 - 08 - 17));
    assert_eq!(old, [ResidentWarning::VeryOld(135)], "the NIK's two digits of the year agree with 1890");
}

#[test]
fn a_row_survives_serde_and_stays_readable() {
    let resident = Resident { itap_until: Some(date!(2030 - 01 - 02)), ..sample() };
    let json = serde_json::to_string(&resident).unwrap();
    assert!(json.contains("\"birth_date\":\"1990-08-17\"") && json.contains("\"rt\":\"003\""), "{json}");
    assert_eq!(serde_json::from_str::<Resident>(&json).unwrap(), resident);
}

#[test]
fn a_row_in_a_log_names_nobody() {
    let text = format!("{:?} {:?} {:?}", sample(), sample().name, sample().address);
    assert_eq!(text, "Resident { nik: 330310******9001, .. } S.A.C. Address { village: 3303102001, .. }");
}

#[test]
fn rt_and_rw_have_three_digits() {
    assert_eq!(sample().address.rt_rw(), "003/012");
    assert_eq!(UnitNumber::parse("7").map(|u| u.to_string()), Some("007".into()));
    assert_eq!(UnitNumber::parse("0007"), None);
    assert_eq!(UnitNumber::parse("٣"), None);
    assert_eq!(UnitNumber::new(1000), None);
}

#[test]
fn titles_stand_around_the_name_and_not_in_it() {
    let titles = Titles { before: Some("DR.".into()), after: Some("S.H.".into()) };
    assert_eq!(Resident { titles, ..sample() }.titled_name(), "DR. SITI AISYAH CONTOH, S.H.");
    assert_eq!(sample().titled_name(), "SITI AISYAH CONTOH");
}
