//! The data, read aloud.

use crate::boards::{self, NOW, TODAY};
use crate::rig::{Rig, look_at};
use rekam::domain::codes::MaritalStatus;
use rekam::domain::resident::Resident;
use rekam::domain::session::{
    Acknowledged, Correction, Event, Field, Policy, RecordClass, RecordId, Session, Step, StepOrder, Wish,
};
use rekam::station::counter::{Act, Board};
use rekam::ui::Preferences;
use rekam::ui::keys::Key;
use rekam::ui::preferences::Tongue;
use time::macros::date;

const VALUE: &str = "verify-right-value";
const DOCUMENT: &str = "verify-document";

fn of(change: impl FnOnce(&mut Resident)) -> Board {
    let mut resident = boards::resident();
    change(&mut resident);
    let what = Session::opening(resident, RecordClass::Register, StepOrder::default(), Policy::default());
    let event = Event { seq: 0, at: NOW, operator: boards::user("operator"), device: None, what };
    boards::seated(Session::open(RecordId("330301-01-20261123-0007".into()), event).unwrap())
}

fn clean() -> Board {
    of(|_| ())
}

/// Single on the card, wife on the family card: one warning, beside the marital status.
fn warned() -> Board {
    of(|resident| resident.marital_status = MaritalStatus::Single)
}

fn x(rig: &mut Rig) {
    rig.press(Key::Char('x'));
}

/// Marks the first field whose turn it is as wrong.
fn mark_wrong(rig: &mut Rig, value: &str, document: &str) {
    x(rig);
    rig.type_into(VALUE, value);
    rig.type_into(DOCUMENT, document);
    rig.press(Key::Enter);
}

fn down(rig: &mut Rig, times: usize) {
    (0..times).for_each(|_| rig.press(Key::Down));
}

fn confirmed(acknowledged: Vec<Acknowledged>) -> [Act; 2] {
    [Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged }), Act::Next]
}

#[test]
fn five_groups_and_enter_confirm_the_data() {
    let mut rig = Rig::before(clean());
    for _ in 0..5 {
        assert_eq!(rig.acts(), []);
        rig.press(Key::Space);
    }
    assert!(rig.sees(&Rig::words("verify-head-all-right")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), confirmed(Vec::new()));
}

#[test]
fn enter_goes_from_field_to_field_and_then_confirms() {
    let mut rig = Rig::before(clean());
    for read in 0..13 {
        assert!(rig.sees(&format!("{read} dari 13 dibacakan")));
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), []);
    }
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), confirmed(Vec::new()));
}

#[test]
fn a_held_enter_reads_nothing() {
    let mut rig = Rig::before(clean());
    (0..30).for_each(|_| rig.hold(Key::Enter));
    assert!(rig.sees("0 dari 13 dibacakan"));
    assert_eq!(rig.acts(), []);
}

#[test]
fn values_stand_as_on_the_card() {
    let mut rig = Rig::before(clean());
    assert!(rig.sees("3303105708909001"));
    rig.press(Key::Space);
    assert!(rig.sees("17-08-1990") && rig.sees("PEREMPUAN") && rig.sees("-"));
    rig.press(Key::Space);
    rig.press(Key::Space);
    assert!(rig.sees("JALAN JENDERAL SUDIRMAN NOMOR 123 BLOK C"));
    assert!(rig.sees("RT/RW 003/012"));
    assert!(rig.sees("Desa/Kelurahan Serang, Kecamatan Karangreja"));
    assert!(rig.sees("Kabupaten Purbalingga, Jawa Tengah"));
    rig.press(Key::Space);
    assert!(rig.sees("Ibu: SUMARNI") && rig.sees("Ayah: BAMBANG CONTOH"));
}

#[test]
fn all_right_is_not_offered_before_everything_was_seen() {
    let mut rig = Rig::before(clean());
    rig.press(Key::Char('a'));
    assert!(rig.sees("0 dari 13 dibacakan"));
    down(&mut rig, 12);
    rig.press(Key::Char('a'));
    assert!(rig.sees("13 dari 13 dibacakan"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), confirmed(Vec::new()));
}

#[test]
fn a_wrong_field_becomes_a_correction_and_a_new_date() {
    let mut rig = Rig::before(clean());
    down(&mut rig, 4);
    mark_wrong(&mut rig, "18-08-1990", "Akta kelahiran");
    assert_eq!(rig.acts(), []);
    // The rest is read as well: all that is wrong goes on one letter.
    (0..12).for_each(|_| rig.press(Key::Enter));
    assert!(rig.sees("Data yang tidak sesuai: 1"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [], "it asks first");
    assert!(rig.sees("30-11-2026") && rig.sees("18-08-1990"));
    rig.press(Key::Enter);
    let correction = Correction {
        field: Field::BirthDate,
        old: "17-08-1990".into(),
        new: "18-08-1990".into(),
        document: "Akta kelahiran".into(),
    };
    assert_eq!(rig.acts(), [Act::Reschedule(vec![correction])]);
}

#[test]
fn the_question_before_the_new_date_can_be_left() {
    let mut rig = Rig::before(clean());
    mark_wrong(&mut rig, "3303105708909002", "KK");
    (0..13).for_each(|_| rig.press(Key::Enter));
    assert!(rig.sees(&Rig::words("verify-again-ask")));
    rig.press(Key::Escape);
    assert!(!rig.sees(&Rig::words("verify-again-ask")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn a_correction_that_cannot_be_gets_a_sentence_and_loses_nothing() {
    let mut rig = Rig::before(clean());
    down(&mut rig, 4);
    x(&mut rig);
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("verify-wrong-no-value")));
    rig.type_into(VALUE, "31-04-1990");
    rig.press(Key::F(5));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("verify-wrong-no-such-day")));
    assert!(rig.sees("31-04-1990") && rig.sees("Akta kelahiran"));
    rig.type_into(VALUE, "x");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("verify-wrong-date")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn a_correction_names_its_document() {
    let mut rig = Rig::before(clean());
    x(&mut rig);
    rig.type_into(VALUE, "3303105708909002");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("verify-wrong-no-document")));
    assert!(rig.sees("3303105708909002"));
}

#[test]
fn each_field_refuses_what_it_cannot_hold() {
    let cases = [
        (0, "123", "verify-wrong-nik"),
        (1, "330310120315900", "verify-wrong-kk"),
        (2, "SITI 2", "verify-wrong-name"),
        (5, "WANITA", "verify-wrong-not-listed"),
        (6, "C", "verify-wrong-not-listed"),
        (7, "X", "verify-wrong-not-listed"),
        (8, "NIKAH", "verify-wrong-not-listed"),
        (8, "kawin", "verify-wrong-same"),
        (10, "WNX", "verify-wrong-not-listed"),
    ];
    for (place, typed, sentence) in cases {
        let mut rig = Rig::before(clean());
        down(&mut rig, place);
        mark_wrong(&mut rig, typed, "KK");
        assert!(rig.sees(&Rig::words(sentence)), "{typed}");
    }
}

#[test]
fn a_mark_taken_back_leaves_the_field_open_and_keeps_what_was_typed() {
    let mut rig = Rig::before(clean());
    x(&mut rig);
    rig.type_into(VALUE, "3303105708909002");
    rig.press(Key::Escape);
    assert!(rig.sees("0 dari 13 dibacakan"));
    x(&mut rig);
    assert!(rig.sees("3303105708909002"));
    rig.press(Key::Escape);
    (0..5).for_each(|_| rig.press(Key::Space));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), confirmed(Vec::new()));
}

#[test]
fn a_kept_mark_can_be_taken_back_as_well() {
    let mut rig = Rig::before(clean());
    mark_wrong(&mut rig, "3303105708909002", "KK");
    rig.press(Key::Up);
    rig.press(Key::Escape);
    (0..5).for_each(|_| rig.press(Key::Space));
    rig.press(Key::Up);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), confirmed(Vec::new()));
}

#[test]
fn a_warning_stops_the_reading_where_it_stands_until_it_has_a_reason() {
    let mut rig = Rig::before(warned());
    assert!(!rig.sees(&Rig::words("verify-answer-first")));
    (0..3).for_each(|_| rig.press(Key::Space));
    assert!(rig.sees("Di KK ISTRI, tetapi status BELUM KAWIN: tanyakan keduanya."));
    assert!(rig.sees(&Rig::words("verify-answer-first")));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("verify-answer-first")));
    rig.press(Key::Char('1'));
    assert!(rig.sees("Alasan: Sesuai kartu keluarga"));
    (0..3).for_each(|_| rig.press(Key::Space));
    rig.press(Key::Enter);
    let acknowledged = Acknowledged { warning: "relation-differs".into(), reason: "Sesuai kartu keluarga".into() };
    assert_eq!(rig.acts(), confirmed(vec![acknowledged]));
}

#[test]
fn a_warning_can_be_answered_in_own_words_but_not_with_none() {
    let mut rig = Rig::before(warned());
    (0..3).for_each(|_| rig.press(Key::Space));
    rig.press(Key::Char('3'));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("verify-reason-missing")));
    rig.type_into("verify-reason", "cerai");
    // Left by mistake: what was typed is still there.
    rig.press(Key::Escape);
    rig.press(Key::Char('3'));
    rig.press(Key::Enter);
    assert!(rig.sees("Alasan: cerai"));
}

#[test]
fn an_answer_can_be_changed() {
    let mut rig = Rig::before(warned());
    (0..3).for_each(|_| rig.press(Key::Space));
    rig.press(Key::Char('1'));
    rig.press(Key::Char('2'));
    assert!(rig.sees("Alasan: Sesuai akta kelahiran"));
}

#[test]
fn a_field_that_is_wrong_needs_no_reason_for_its_warning() {
    let mut rig = Rig::before(warned());
    (0..3).for_each(|_| rig.press(Key::Space));
    mark_wrong(&mut rig, "KAWIN", "Akta nikah");
    (0..2).for_each(|_| rig.press(Key::Space));
    assert!(rig.sees("Data yang tidak sesuai: 1"));
}

#[test]
fn who_is_recorded_early_is_told_when_the_card_comes() {
    let rig = Rig::before(of(|resident| {
        resident.birth_date = date!(2010 - 01 - 15);
        resident.marital_status = MaritalStatus::Single;
    }));
    assert!(rig.sees("Belum 17 tahun: direkam sekarang, KTP-el dicetak mulai 15-01-2027."));
}

#[test]
fn who_may_not_be_recorded_is_not_confirmed() {
    let mut rig = Rig::before(of(|resident| {
        resident.birth_date = TODAY;
        resident.marital_status = MaritalStatus::Single;
    }));
    assert!(rig.sees("Belum 16 tahun: boleh direkam mulai 23-11-2042. Tunda atau batalkan perekaman ini."));
    for _ in 0..16 {
        rig.press(Key::Char('1'));
        rig.press(Key::Enter);
    }
    assert_eq!(rig.acts(), []);
}

#[test]
fn data_confirmed_before_need_no_second_reading() {
    let mut session = boards::standing_at(Step::Photo);
    boards::wish(&mut session, Wish::GoTo { step: Step::Verify });
    let mut rig = Rig::before(boards::seated(session));
    assert!(rig.sees(&Rig::words("verify-head-confirmed")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
}

#[test]
fn own_words_that_were_not_sent_are_found_again() {
    let mut rig = Rig::before(boards::seated(boards::opened()));
    rig.press(Key::Char('p'));
    rig.press(Key::Char('4'));
    rig.type_into("capture-words", "menunggu ibu");
    rig.press(Key::Escape);
    assert!(!rig.sees("menunggu ibu"));
    rig.press(Key::Char('p'));
    rig.press(Key::Char('4'));
    assert!(rig.sees("menunggu ibu"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Park { reason: "menunggu ibu".into() }]);
}

#[test]
fn parking_and_cancelling_ask_for_a_reason() {
    let mut rig = Rig::before(clean());
    rig.press(Key::Char('p'));
    assert!(rig.sees(&Rig::words("capture-ask-park")));
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('p'));
    rig.press(Key::Char('1'));
    assert_eq!(rig.acts(), [Act::Park { reason: "Penduduk keluar sebentar".into() }]);
    let mut rig = Rig::before(clean());
    rig.press(Key::F(9));
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), [], "nothing is given up without a reason");
    rig.press(Key::Char('4'));
    rig.type_into("capture-words", "sakit");
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), [Act::Cancel { reason: "sakit".into() }]);
}

#[test]
fn the_record_keeps_reasons_in_indonesian_whatever_the_window_speaks() {
    let english = Preferences { language: Tongue::English, ..Preferences::default() };
    let mut rig = Rig::with(clean(), english);
    rig.press(Key::Char('p'));
    rig.press(Key::Char('1'));
    assert_eq!(rig.acts(), [Act::Park { reason: Rig::words("capture-park-away") }]);
}

#[test]
fn it_looks_as_it_should() {
    look_at("verify-begin", &clean(), |_| ());
    look_at("verify-address", &clean(), |rig| (0..3).for_each(|_| rig.press(Key::Space)));
    look_at("verify-warning", &warned(), |rig| (0..3).for_each(|_| rig.press(Key::Space)));
    look_at("verify-ready", &clean(), |rig| (0..5).for_each(|_| rig.press(Key::Space)));
    look_at("verify-wrong", &clean(), |rig| {
        down(rig, 7);
        x(rig);
        rig.press(Key::Enter);
    });
    look_at("verify-again", &clean(), |rig| {
        mark_wrong(rig, "3303105708909002", "KK");
        down(rig, 3);
        mark_wrong(rig, "18-08-1990", "Akta kelahiran 3303-LU-01");
        (0..13).for_each(|_| rig.press(Key::Enter));
    });
    look_at("verify-again-long", &clean(), |rig| {
        for value in ["3303105708909002", "3303101203159002", "SITI AISYAH", "BANYUMAS"] {
            mark_wrong(rig, value, "Akta kelahiran nomor 3303-LU-01122019-0042");
        }
        for value in ["18-08-1990", "LAKI-LAKI", "AB+", "HINDU", "CERAI HIDUP", "KARYAWAN SWASTA", "WNA"] {
            mark_wrong(rig, value, "KK");
        }
        mark_wrong(rig, "JALAN MERDEKA NOMOR 5", "KK");
        mark_wrong(rig, "IBU: SUMARTI", "KK");
        rig.press(Key::Enter);
    });
    look_at("verify-cancel", &clean(), |rig| rig.press(Key::F(9)));
    let crowded = of(|resident| {
        resident.nik = "9101106108779001".parse().unwrap();
        resident.name = "SITI AISYAH RAHMAWATI KUSUMANINGTYAS WIDYANINGSIH M CONTOH".to_owned().try_into().unwrap();
        resident.birth_date = date!(2010 - 01 - 15);
        resident.marital_status = MaritalStatus::Single;
        resident.address.street = "JALAN RAYA PANTAI UTARA KILOMETER TUJUH BELAS PERUMAHAN ASRI BLOK C ".repeat(2);
    });
    look_at("verify-crowded", &crowded, |rig| rig.press(Key::Enter));
    look_at("verify-crowded-birth", &crowded, |rig| {
        rig.press(Key::Char('1'));
        rig.press(Key::Space);
        down(rig, 4);
        rig.press(Key::Enter);
    });
}
