//! Home: the line, the day, searching, drawing.

use crate::boards::{self, NOW, TODAY};
use crate::rig::{Rig, look_at};
use iced_test::selector::id;
use rekam::domain::codes::{BasicStatus, MaritalStatus, Nationality};
use rekam::domain::eligibility::eligibility;
use rekam::domain::name::Name;
use rekam::domain::resident::Resident;
use rekam::domain::session::{RecordId, Step};
use rekam::domain::user::Role;
use rekam::office::daybook::Totals;
use rekam::office::queue::{Counters, Drawn, Priority};
use rekam::station::counter::*;
use rekam::store::{Ticket, TicketState};
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;
use std::sync::Arc;
use time::macros::date;
use time::{Date, Duration};

fn ticket(number: u32, state: TicketState) -> Ticket {
    Ticket {
        id: 100 + i64::from(number),
        day: "2026-11-23".into(),
        number,
        state,
        priority: false,
        family: None,
        nik: None,
        record: None,
        desk: None,
        calls: 0,
        issued_at: NOW,
        called_at: None,
        served_at: None,
        ended_at: None,
    }
}

fn waiting(number: u32, name: &str) -> Waiting {
    Waiting { ticket: ticket(number, TicketState::Waiting), name: name.into(), lost: false }
}

fn line(count: u32) -> Vec<Waiting> {
    let names = ["BUDI SANTOSO CONTOH", "", "SITI AISYAH CONTOH", "I GUSTI AYU NGURAH PUTRI MAHADEWI CONTOH"];
    (1..=count)
        .map(|n| Waiting {
            ticket: Ticket { priority: n % 3 == 0, ..ticket(11 + n, TicketState::Waiting) },
            ..waiting(11 + n, names[n as usize % names.len()])
        })
        .collect()
}

fn unfinished(n: u32, status: &'static str) -> Unfinished {
    Unfinished {
        record: RecordId(format!("330301-01-20261123-{n:04}")),
        name: format!("PENDUDUK CONTOH {n}"),
        step: Step::Fingerprints,
        status,
        since: NOW - Duration::minutes(40),
    }
}

fn home(home: Home) -> Board {
    Board { home: Arc::new(Home { day: Some(TODAY), ..home }), ..boards::open() }
}

fn busy_day() -> Home {
    Home {
        counters: Counters { drawn: 40, waiting: 14, done: 24, ..Counters::default() },
        waiting: line(14),
        totals: Some(Totals { rows: 27, recorded: 24, rescheduled: 2, failed: 1, ..Totals::default() }),
        unfinished: vec![unfinished(3, "parked"), unfinished(9, "open"), unfinished(12, "rescheduled")],
        expected: 31,
        ..Home::default()
    }
}

fn called() -> Home {
    let mut ticket = ticket(12, TicketState::Called);
    (ticket.priority, ticket.calls) = (true, 2);
    ticket.nik = Some("3303105708909001".into());
    let called = Waiting { ticket, name: "SITI AISYAH CONTOH".into(), lost: false };
    Home { called: Some(called), ..busy_day() }
}

fn person(n: u8, change: impl FnOnce(&mut Resident)) -> FoundRow {
    let mut resident = boards::resident();
    resident.nik = format!("33031057089090{n:02}").parse().unwrap();
    resident.name =
        Name::try_from(format!("SITI CONTOH {}", ["SATU", "DUA", "TIGA", "EMPAT"][n as usize % 4])).unwrap();
    change(&mut resident);
    let eligibility = eligibility(&resident, TODAY);
    FoundRow { resident, eligibility, recorded: false, number: None, record: None }
}

fn young(resident: &mut Resident) {
    let born: Date = date!(2012 - 03 - 04);
    (resident.birth_date, resident.marital_status) = (born, MaritalStatus::Single);
}

fn everybody() -> Vec<FoundRow> {
    vec![
        person(1, |_| ()),
        FoundRow { recorded: true, ..person(2, |_| ()) },
        person(3, young),
        person(4, |resident| resident.status = BasicStatus::Deceased),
        person(5, |resident| resident.status = BasicStatus::Missing),
        person(6, |resident| resident.nationality = Nationality::Foreign),
        FoundRow { record: Some(RecordId("330301-01-20261123-0003".into())), ..person(7, |_| ()) },
        FoundRow { number: Some(31), ..person(8, |_| ()) },
        person(9, |_| ()),
    ]
}

fn found(text: &str, rows: Vec<FoundRow>) -> Board {
    Board { found: Some(Arc::new(Found { text: text.into(), rows })), ..home(busy_day()) }
}

/// Searches, and hangs the answer up.
fn search(rig: &mut Rig, text: &str, rows: Vec<FoundRow>) {
    rig.press(Key::F(3));
    rig.type_into("home-search", text);
    rig.press(Key::Enter);
    rig.show(found(text, rows));
}

#[test]
fn enter_calls_then_seats() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallNext]);
    rig.show(home(called()));
    assert!(rig.sees("SITI AISYAH CONTOH"));
    rig.hold(Key::Enter);
    assert!(rig.acts().is_empty());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Receive]);
}

#[test]
fn a_called_number_is_called_again_or_noted_as_absent() {
    let mut rig = Rig::before(home(called()));
    rig.press(Key::Char('u'));
    rig.show(home(called()));
    rig.press(Key::Char('t'));
    assert_eq!(rig.acts(), [Act::CallAgain, Act::Absent]);
}

#[test]
fn a_number_is_called_out_of_turn_with_the_arrows() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::Down);
    rig.press(Key::Down);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallTicket(113)]);
    rig.show(home(busy_day()));
    rig.press(Key::Down);
    rig.press(Key::PageDown);
    assert!(rig.sees("22") && !rig.sees("12"));
    rig.press(Key::Escape);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallNext]);
}

#[test]
fn numbers_called_in_vain_too_often_wait_to_be_marked() {
    let mut lost = waiting(12, "BUDI");
    (lost.lost, lost.ticket.state) = (true, TicketState::Absent);
    let mut rig = Rig::before(home(Home { waiting: vec![lost], ..Home::default() }));
    assert!(rig.sees(&Rig::words("home-only-lost")));
    rig.press(Key::Down);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallTicket(112)]);
}

#[test]
fn an_empty_line_says_how_to_begin_and_enter_begins() {
    let mut rig = Rig::before(boards::open());
    assert!(rig.sees(&Rig::words("home-nobody")));
    assert!(rig.sees(&Rig::words("home-nobody-search")) && rig.sees(&Rig::words("home-nobody-draw")));
    rig.press(Key::Enter);
    assert!(rig.acts().is_empty());
    assert!(rig.sees(&Rig::words("search-by-nik")));
}

#[test]
fn a_digit_takes_an_unfinished_record_up() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), [Act::TakeUp(RecordId("330301-01-20261123-0009".into()))]);
    rig.show(home(busy_day()));
    rig.press(Key::Char('4'));
    assert!(rig.acts().is_empty());
}

#[test]
fn a_missing_device_is_named_before_anybody_sits_down() {
    let mut board = home(busy_day());
    board.devices[2].light = Light::Missing;
    let rig = Rig::before(board);
    let said = "Tidak siap: Pemindai jari. Periksa kabelnya atau buka Perangkat (F6).";
    assert!(rig.sees(said));
    assert!(!Rig::before(home(busy_day())).sees(said));
}

#[test]
fn a_number_is_drawn_with_and_without_a_priority() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::Char('n'));
    rig.press(Key::Char('3'));
    assert_eq!(rig.acts(), [Act::Draw { nik: None, priority: Some(Priority::Pregnant) }]);
    let drawn = Drawn { ticket: ticket(41, TicketState::Waiting), ahead: 14, expected: NOW + Duration::minutes(56) };
    rig.show(home(Home { drawn: Some(drawn), ..busy_day() }));
    assert!(rig.sees("Nomor antrean 41. Di depannya 14 orang, kira-kira pukul 10:11."));
    rig.press(Key::Char('n'));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Draw { nik: None, priority: None }]);
    rig.show(home(busy_day()));
    rig.press(Key::Char('n'));
    rig.press(Key::Escape);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallNext]);
}

#[test]
fn a_resident_is_found_and_recorded() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::F(3));
    rig.type_into("home-search", "siti");
    rig.drive(|ui| {
        ui.click(id("home-search"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert_eq!(rig.acts(), [Act::Search("siti".into())]);
    assert!(rig.sees(&Rig::words("search-under-way")));
    rig.show(found("siti", everybody()));
    assert!(rig.sees("SITI CONTOH DUA") && rig.sees("17-08-1990"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Begin(person(1, |_| ()).resident.nik)]);
    // The record is done with: the line is here again.
    rig.show(home(busy_day()));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallNext]);
}

#[test]
fn whoever_may_not_be_recorded_is_not_and_is_told_why() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.acts();
    for (digit, words) in [
        ('3', "Belum 16 tahun: boleh direkam mulai 04-03-2028."),
        ('4', &*Rig::words("search-deceased-advice")),
        ('5', "Status di SIAK: hilang. Disdukcapil harus mengaktifkan datanya dahulu."),
        ('6', &*Rig::words("search-without-itap-advice")),
    ] {
        rig.press(Key::Char(digit));
        assert!(rig.sees(words), "{words}");
        rig.press(Key::Enter);
        rig.press(Key::Char('n'));
        rig.press(Key::Char('r'));
        assert!(rig.acts().is_empty(), "{words}");
    }
}

#[test]
fn recording_again_has_a_key_of_its_own() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.acts();
    rig.press(Key::Char('2'));
    assert!(rig.sees(&Rig::words("search-recorded")));
    rig.press(Key::Enter);
    assert!(rig.acts().is_empty());
    rig.press(Key::Char('r'));
    assert_eq!(rig.acts(), [Act::Begin(person(2, |_| ()).resident.nik)]);
}

#[test]
fn an_unfinished_record_found_is_continued() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.acts();
    rig.press(Key::Char('7'));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::TakeUp(RecordId("330301-01-20261123-0003".into()))]);
}

#[test]
fn a_found_resident_can_draw_a_number_only_once() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.acts();
    rig.press(Key::PageDown);
    rig.press(Key::Char('n'));
    assert!(rig.acts().is_empty(), "number 31 is in the line");
    rig.press(Key::Down);
    rig.press(Key::Char('n'));
    rig.press(Key::Char('1'));
    let nik = Some(person(9, |_| ()).resident.nik);
    assert_eq!(rig.acts(), [Act::Draw { nik, priority: Some(Priority::Elderly) }]);
}

#[test]
fn a_wrong_search_keeps_what_was_typed() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::F(3));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("search-nothing-typed")));
    rig.type_into("home-search", "33031057089090012");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("search-too-long")));
    assert!(rig.acts().is_empty());
    assert!(rig.sees("33031057089090012"));
}

#[test]
fn nothing_found_keeps_the_text_to_be_changed() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "sitti", Vec::new());
    assert!(rig.sees(&Rig::words("search-nothing")));
    rig.acts();
    rig.press(Key::Enter);
    rig.type_into("home-search", "x");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Search("sittix".into())]);
}

#[test]
fn escape_closes_the_search() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.acts();
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::ClearSearch]);
    rig.show(home(busy_day()));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::CallNext]);
}

#[test]
fn a_beginning_that_failed_leaves_the_search_open() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.press(Key::Enter);
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    rig.show(Board { trouble, ..found("siti", everybody()) });
    assert!(rig.sees("SITI CONTOH DUA"));
}

#[test]
fn reading_the_message_leaves_the_list_of_a_failed_beginning() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.press(Key::Enter);
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    rig.show(Board { trouble, ..found("siti", everybody()) });
    rig.press(Key::Escape);
    rig.show(found("siti", everybody()));
    assert!(rig.sees("SITI CONTOH DUA"));
    rig.acts();
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Begin(person(1, |_| ()).resident.nik)]);
}

#[test]
fn a_search_that_is_over_does_not_come_back() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.press(Key::Char('n'));
    rig.press(Key::Enter);
    let drawn = Drawn { ticket: ticket(41, TicketState::Waiting), ahead: 14, expected: NOW };
    let after = Home { drawn: Some(drawn), ..busy_day() };
    rig.show(Board { home: Arc::new(Home { day: Some(TODAY), ..after }), ..found("siti", everybody()) });
    assert!(!rig.sees("SITI CONTOH DUA"));
    rig.press(Key::Enter);
    rig.show(Board { home: Arc::new(Home { day: Some(TODAY), ..called() }), ..found("siti", everybody()) });
    assert!(rig.sees(&Rig::words("home-called")) && !rig.sees("SITI CONTOH DUA"));
}

#[test]
fn an_older_answer_is_not_shown_for_another_text() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.press(Key::F(3));
    rig.type_into("home-search", "x");
    rig.press(Key::Enter);
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    rig.show(Board { trouble, ..found("siti", everybody()) });
    assert!(rig.sees(&Rig::words("search-failed")) && !rig.sees("SITI CONTOH DUA"));
}

#[test]
fn whoever_holds_a_number_without_nik_is_looked_for_when_seated() {
    let nobody = Waiting { ticket: Ticket { nik: None, ..ticket(12, TicketState::Called) }, ..waiting(12, "") };
    let board = home(Home { called: Some(nobody), ..busy_day() });
    let mut rig = Rig::before(board.clone());
    assert!(rig.sees(&Rig::words("home-called-unknown")));
    rig.press(Key::Enter);
    assert!(rig.acts().is_empty());
    rig.type_into("home-search", "siti");
    rig.press(Key::Enter);
    rig.show(Board { home: board.home, ..found("siti", everybody()) });
    rig.press(Key::Enter);
    let begin = Act::Begin(person(1, |_| ()).resident.nik);
    assert_eq!(rig.acts(), [Act::Search("siti".into()), begin]);
}

#[test]
fn a_failed_search_can_be_repeated() {
    let mut rig = Rig::before(home(busy_day()));
    rig.press(Key::F(3));
    rig.type_into("home-search", "siti");
    rig.press(Key::Enter);
    rig.acts();
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    rig.show(Board { trouble, ..home(busy_day()) });
    assert!(rig.sees(&Rig::words("search-failed")));
    rig.press(Key::Enter);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Search("siti".into())]);
}

#[test]
fn a_number_drawn_for_a_found_resident_leads_back_to_the_line() {
    let mut rig = Rig::before(home(busy_day()));
    search(&mut rig, "siti", everybody());
    rig.press(Key::Char('n'));
    rig.press(Key::Enter);
    let drawn = Drawn { ticket: ticket(41, TicketState::Waiting), ahead: 14, expected: NOW };
    rig.show(home(Home { drawn: Some(drawn), ..busy_day() }));
    assert!(rig.sees("Nomor antrean 41. Di depannya 14 orang, kira-kira pukul 09:15."));
}

#[test]
fn only_the_digits_that_are_shown_take_a_record_up() {
    let many = Home { unfinished: (1..12).map(|n| unfinished(n, "parked")).collect(), ..busy_day() };
    let mut board = home(many);
    let mut rig = Rig::before(board.clone());
    assert!(rig.sees("PENDUDUK CONTOH 9") && !rig.sees("PENDUDUK CONTOH 10"));
    assert!(rig.sees("Masih ada 2 lagi: temukan dengan Cari penduduk (F3)."));
    board.devices[0].light = Light::Missing;
    rig.show(board);
    rig.press(Key::Char('8'));
    assert!(rig.acts().is_empty() && !rig.sees("PENDUDUK CONTOH 8"));
    rig.press(Key::Char('7'));
    assert_eq!(rig.acts(), [Act::TakeUp(RecordId("330301-01-20261123-0007".into()))]);
}

#[test]
fn an_administrator_sees_no_resident() {
    let mut board = home(busy_day());
    let officer = Officer { id: boards::user("admin"), name: "ADMIN LATIHAN".into(), role: Role::Admin };
    board.officer = Some(officer);
    let mut rig = Rig::before(board);
    assert!(!rig.sees("SITI AISYAH CONTOH") && !rig.sees("PENDUDUK CONTOH 3"));
    rig.press(Key::F(3));
    rig.press(Key::Enter);
    assert_eq!(rig.shown(), Shown::Supervisor);
    assert!(rig.acts().is_empty());
}

#[test]
fn the_screens_look_well() {
    look_at("home-empty", &boards::open(), |_| ());
    look_at("home-waiting", &home(busy_day()), |rig| {
        rig.press(Key::Down);
        rig.press(Key::Down);
    });
    let mut worst = home(Home {
        unfinished: (1..12).map(|n| unfinished(n, "rescheduled")).collect(),
        drawn: Some(Drawn { ticket: ticket(41, TicketState::Waiting), ahead: 14, expected: NOW }),
        ..called()
    });
    worst.devices[2].light = Light::Missing;
    worst.trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    look_at("home-called", &worst, |_| ());
    look_at("home-called-calm", &home(called()), |_| ());
    let unknown = Waiting { ticket: ticket(12, TicketState::Called), ..waiting(12, "") };
    look_at("home-called-unknown", &home(Home { called: Some(unknown), ..busy_day() }), |_| ());
    look_at("home-draw", &home(busy_day()), |rig| rig.press(Key::Char('n')));
    look_at("home-typing", &home(busy_day()), |rig| {
        rig.press(Key::F(3));
        rig.press(Key::Enter);
    });
    look_at("home-found", &home(busy_day()), |rig| {
        search(rig, "siti", everybody());
        rig.press(Key::Char('2'));
    });
    let many: Vec<_> = everybody().into_iter().chain(everybody()).chain(everybody()).take(20).collect();
    look_at("home-found-many", &home(busy_day()), |rig| {
        search(rig, "siti", many.clone());
        rig.press(Key::Char('6'));
    });
    look_at("home-nothing", &home(busy_day()), |rig| search(rig, "sitti", Vec::new()));
}
