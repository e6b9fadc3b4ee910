//! The supervisors' room.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::boards::{self, NOW, TODAY, portrait, print, qualities, resident, signature, user};
use crate::rig::{Rig, look_at};
use rekam::batch::Stage as Writing;
use rekam::domain::name::Name;
use rekam::domain::session::{
    Exception, ExceptionReason, Hit, HitBy, HitId, HitState, RecordClass, RecordId, Slot, SlotMatch, Verdict,
    VoidReason,
};
use rekam::domain::user::Role;
use rekam::office::daybook::{DayBook, DayRow, Outcome as Ended, Totals};
use rekam::office::queue::Counters;
use rekam::office::words::{Language, Words};
use rekam::office::zone::Zone;
use rekam::station::counter::*;
use rekam::store::{Account, AuditHead, AuditReport, AuditRow, Batch, BatchState, Break};
use rekam::ui::Preferences;
use rekam::ui::app::Shown as Screen;
use rekam::ui::keys::Key;
use rekam::ui::preferences::Tongue;
use rekam_hal::{Eye, Finger};
use time::macros::date;
use time::{Duration, OffsetDateTime};

const NAMES: [&str; 14] = [
    "SITI AISYAH CONTOH",
    "BAMBANG SUTRISNO CONTOH",
    "I GUSTI NGURAH RAI CONTOH WIRAATMAJA KUSUMANINGRAT",
    "DEWI LESTARI CONTOH",
    "MUHAMMAD RIZKY CONTOH",
    "KARTINI CONTOH",
    "YOHANES SIMBOLON CONTOH",
    "NYOMAN SARI CONTOH",
    "AGUS SALIM CONTOH",
    "RATNA CONTOH",
    "TEGUH CONTOH",
    "WAYAN CONTOH",
    "PUTRI CONTOH",
    "SLAMET CONTOH",
];

fn record(number: usize) -> RecordId {
    RecordId(format!("330301-01-20261123-{number:04}"))
}

fn ago(hours: i64) -> OffsetDateTime {
    NOW - Duration::hours(hours)
}

fn exception(slot: Slot, reason: ExceptionReason) -> Exception {
    Exception { slot, reason, evidence: None, note: String::new() }
}

fn exceptions() -> Vec<Exception> {
    vec![
        exception(Slot::Finger(Finger::RightIndex), ExceptionReason::Missing),
        exception(Slot::Eye(Eye::Left), ExceptionReason::EyeDisease),
    ]
}

fn pending(number: usize) -> Pending {
    Pending {
        record: record(number),
        name: NAMES[(number - 1) % NAMES.len()].into(),
        since: ago(80 - 6 * number as i64),
        exceptions: if number % 3 == 2 { exceptions() } else { Vec::new() },
        open_hits: usize::from(number == 3),
        own: number == 5,
    }
}

fn hit(number: usize, other: &str) -> PendingHit {
    PendingHit {
        record: record(number),
        name: NAMES[(number - 1) % NAMES.len()].into(),
        hit: Hit {
            id: HitId(format!("{}/H1", record(number).0)),
            by: [HitBy::Fingerprint, HitBy::Iris].into(),
            other_nik: "3303101708909002".parse().unwrap(),
            other_record: Some(record(number + 40)),
            score: 7.4,
            matches: [Finger::RightIndex, Finger::LeftIndex]
                .map(|f| SlotMatch { slot: Slot::Finger(f), other: Slot::Finger(f), score: 3.7 })
                .into(),
        },
        other_name: other.into(),
        since: ago(30),
    }
}

fn scored(mut pending: PendingHit, score: f32) -> PendingHit {
    pending.hit.score = score;
    pending
}

fn row(number: usize, outcome: Ended) -> DayRow {
    DayRow {
        record: record(number),
        nik: Some(resident().nik),
        name: NAMES[(number - 1) % NAMES.len()].into(),
        class: Some(RecordClass::Register),
        began_at: NOW - Duration::minutes(120 - 8 * number as i64),
        ended_at: NOW - Duration::minutes(116 - 8 * number as i64),
        outcome,
        exceptions: if number == 2 { exceptions() } else { Vec::new() },
        open_hits: usize::from(number == 3),
        batch: (number == 7).then_some(12),
    }
}

fn book() -> DayBook {
    let rows = vec![
        row(1, Ended::Recorded),
        row(2, Ended::Recorded),
        row(3, Ended::Recorded),
        row(4, Ended::Rescheduled(date!(2026 - 11 - 30))),
        row(5, Ended::Cancelled("Penduduk pulang sebelum selesai".into())),
        row(6, Ended::Approved),
        row(7, Ended::Exported),
        row(8, Ended::Voided),
        row(9, Ended::Parked),
        row(10, Ended::Open),
        row(11, Ended::Recorded),
        row(12, Ended::Recorded),
    ];
    let totals = Totals::of(&rows);
    DayBook {
        date: TODAY,
        zone: Zone::default(),
        rows,
        totals,
        queue: Counters::default(),
        hits: Vec::new(),
        approvals: Vec::new(),
    }
}

fn batch(seq: u32, state: BatchState) -> Batch {
    Batch {
        seq,
        file: format!("REKAM-330301-01-202611{:02}-{seq:04}.tar.zst.age", 10 + seq),
        state,
        sha256: None,
        prev_sha256: None,
        records: 40 + seq,
        begun_at: ago(24),
        committed_at: Some(ago(23)),
        acknowledged_at: None,
    }
}

fn audit_row(seq: u64, kind: &str) -> AuditRow {
    AuditRow {
        seq,
        at: NOW - Duration::minutes(200 - seq as i64),
        actor: "operator".into(),
        device: None,
        kind: kind.into(),
        record: Some(record(1).0),
        body_sha256: [0; 32],
        prev: [0; 32],
        hash: [0; 32],
    }
}

fn audit(newest: u64) -> Vec<AuditRow> {
    let kinds = ["sample_accepted", "supervisor-authenticated", "hit_found", "batch-committed", "completed"];
    (newest.saturating_sub(19).max(1)..=newest)
        .rev()
        .map(|seq| audit_row(seq, kinds[seq as usize % kinds.len()]))
        .collect()
}

fn account(id: &str, name: &str, role: Role) -> Account {
    let nip = if role == Role::Operator { String::new() } else { "199008172015032001".into() };
    Account { id: id.into(), name: name.into(), nip, role: role.word().into(), active: true, created_at: ago(900) }
}

pub fn room() -> BackRoom {
    BackRoom {
        supervisor: user("supervisor"),
        book: Arc::new(book()),
        approvals: (1..=14).map(pending).collect(),
        hits: vec![hit(3, "ANAK AGUNG CONTOH"), scored(hit(9, ""), 12.7)],
        review: None,
        batches: vec![batch(12, BatchState::Committed), batch(11, BatchState::Acknowledged)],
        unsent: 3,
        export: None,
        audit: audit(120),
        audit_head: 120,
        chain: None,
        officers: vec![
            account("operator", "OPERATOR LATIHAN", Role::Operator),
            account("supervisor", "SUPERVISOR LATIHAN", Role::Supervisor),
            account("kepala", "KEPALA SEKSI CONTOH", Role::Supervisor),
        ],
    }
}

fn bare() -> BackRoom {
    BackRoom {
        book: Arc::new(DayBook { rows: Vec::new(), totals: Totals::default(), ..book() }),
        approvals: Vec::new(),
        hits: Vec::new(),
        batches: Vec::new(),
        unsent: 0,
        audit: Vec::new(),
        audit_head: 0,
        ..room()
    }
}

fn side(number: usize, id: u64) -> Side {
    let fingers: BTreeMap<Finger, Picture> = Finger::ALL
        .into_iter()
        .filter(|finger| *finger != Finger::RightIndex)
        .map(|finger| (finger, print(id + 10 + u64::from(finger.code()))))
        .collect();
    Side {
        record: Some(record(number)),
        nik: "3303105708909001".into(),
        resident: Some(resident()),
        shown: rekam::station::counter::Shown {
            photo: Some(portrait(id)),
            signature: Some(Arc::new(signature())),
            approval: Some(Arc::new(signature())),
            fingers,
            eyes: [(Eye::Right, print(id + 30))].into(),
        },
        qualities: qualities(),
        exceptions: exceptions(),
    }
}

fn other_side() -> Side {
    let mut other = resident();
    other.nik = "3303101708909002".parse().unwrap();
    other.name = Name::try_from("ANAK AGUNG CONTOH".to_owned()).unwrap();
    let shown = rekam::station::counter::Shown::default();
    Side { resident: Some(other), nik: "3303101708909002".into(), shown, ..side(43, 200) }
}

fn reviewing(number: usize, others: Vec<Side>) -> BackRoom {
    let base = room();
    let hits = base.hits.iter().filter(|p| p.record == record(number));
    let hits = hits.map(|p| HitState { hit: p.hit.clone(), verdict: None }).collect();
    BackRoom { review: Some(Arc::new(Review { this: side(number, 100), others, hits })), ..base }
}

pub fn inside(room: BackRoom) -> Board {
    Board { back_room: Some(Arc::new(room)), ..boards::supervised() }
}

fn at_door(board: Board) -> Rig {
    let mut rig = Rig::before(board);
    rig.press(Key::F(4));
    assert_eq!(rig.shown(), Screen::Supervisor);
    rig
}

/// Inside, at the part of this digit.
fn at(part: char, room: BackRoom) -> Rig {
    let mut rig = at_door(inside(room));
    rig.press(Key::Char(part));
    rig
}

fn say(key: &str, arguments: &[(&str, &str)]) -> String {
    Words::of(Language::Indonesian).say(key, arguments)
}

fn press_all(rig: &mut Rig, keys: &[Key]) {
    keys.iter().for_each(|key| rig.press(*key));
}

// The door.

#[test]
fn an_operator_sees_who_may_enter_and_needs_only_their_passphrase() {
    let mut rig = at_door(boards::open());
    assert!(rig.sees("SUPERVISOR LATIHAN"));
    assert!(!rig.sees("OPERATOR LATIHAN"));
    rig.type_into("supervisor-passphrase", "latihan");
    rig.press(Key::Enter);
    let passphrase = Passphrase::new("latihan");
    assert_eq!(rig.acts(), [Act::Authenticate { user: "supervisor".into(), passphrase }]);
}

#[test]
fn a_supervisor_finds_their_own_name_and_the_arrows_choose_another() {
    let mut board = boards::supervised();
    let mut place = (*board.place).clone();
    place.officers.insert(0, ("kepala".into(), "KEPALA SEKSI CONTOH".into(), Some(Role::Supervisor)));
    board.place = Arc::new(place);
    let mut rig = at_door(board);
    rig.type_into("supervisor-passphrase", "x");
    rig.press(Key::Enter);
    let named = |act: &Act| matches!(act, Act::Authenticate { user, .. } if user == "supervisor");
    assert!(rig.acts().iter().all(named));
    rig.show(rig.app.board().clone());
    rig.press(Key::Down);
    rig.type_into("supervisor-passphrase", "x");
    rig.press(Key::Enter);
    let named = |act: &Act| matches!(act, Act::Authenticate { user, .. } if user == "kepala");
    let acts = rig.acts();
    assert!(acts.len() == 1 && acts.iter().all(named), "{acts:?}");
}

#[test]
fn an_empty_passphrase_gets_a_sentence_and_loses_no_name() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-user", "2");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("supervisor-door-missing")));
    rig.type_into("supervisor-passphrase", "latihan");
    assert!(!rig.sees(&Rig::words("supervisor-door-missing")));
    rig.press(Key::Enter);
    let acts = rig.acts();
    assert!(matches!(acts.as_slice(), [Act::Authenticate { user, .. }] if user == "supervisor2"), "{acts:?}");
}

#[test]
fn enter_held_at_the_door_asks_once() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-passphrase", "latihan");
    rig.press(Key::Enter);
    rig.hold(Key::Enter);
    // In the field itself the toolkit repeats Enter.
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("supervisor-passphrase"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert_eq!(rig.acts().len(), 1);
}

#[test]
fn what_one_officer_typed_at_the_door_is_not_the_next_ones() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-user", "abc");
    rig.show(boards::supervised());
    rig.type_into("supervisor-passphrase", "p");
    rig.press(Key::Enter);
    let acts = rig.acts();
    assert!(
        matches!(acts.as_slice(), [Act::Authenticate { user, passphrase }]
        if user == "supervisor" && *passphrase == Passphrase::new("p")),
        "{acts:?}"
    );
}

#[test]
fn escape_at_the_door_goes_back_to_work() {
    let mut rig = at_door(boards::open());
    rig.press(Key::Escape);
    assert_eq!(rig.shown(), Screen::Home);
    assert_eq!(rig.acts(), []);
}

// The room.

#[test]
fn digits_show_the_parts_and_escape_leaves() {
    let mut rig = at_door(inside(room()));
    for (digit, seen) in [
        ('2', "supervisor-column-other"),
        ('3', "day-column-outcome"),
        ('4', "supervisor-approved-unsent"),
        ('5', "supervisor-column-actor"),
        ('6', "supervisor-column-login"),
        ('1', "supervisor-mark-all"),
    ] {
        rig.press(Key::Char(digit));
        assert!(rig.sees(&Rig::words(seen)), "part {digit}");
    }
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::LeaveBackRoom]);
    assert_eq!(rig.shown(), Screen::Home);
}

#[test]
fn every_part_says_when_it_is_empty() {
    let mut rig = at_door(inside(bare()));
    let empty = [
        ('1', "supervisor-approvals-empty-how"),
        ('2', "supervisor-hits-empty-how"),
        ('3', "supervisor-day-empty-how"),
        ('4', "supervisor-batches-empty-how"),
        ('5', "supervisor-audit-empty-how"),
    ];
    for (digit, key) in empty {
        rig.press(Key::Char(digit));
        assert!(rig.sees(&Rig::words(key)), "{key}");
        rig.press(Key::Space);
        rig.press(Key::Char('a'));
    }
    assert_eq!(rig.acts(), []);
}

// Approvals.

#[test]
fn enter_opens_the_review_of_the_chosen_record_once() {
    let mut rig = at('1', room());
    rig.press(Key::Down);
    rig.press(Key::Enter);
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), [Act::Review(record(2))]);
}

#[test]
fn marked_records_are_approved_together_after_one_question() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Space, Key::Space, Key::Char('a')]);
    assert_eq!(rig.acts(), [], "asks first");
    assert!(rig.sees(&say("supervisor-approve-ask", &[("count", "2")])));
    press_all(&mut rig, &[Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1), record(2)])]);
}

#[test]
fn a_mark_is_taken_back_by_the_same_key() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Space, Key::Up, Key::Space, Key::Up, Key::Char('a'), Key::Enter]);
    // Nothing is marked: the chosen one alone.
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1)])]);
}

#[test]
fn all_are_marked_but_those_that_cannot_be_approved() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Char('m'), Key::Char('a'), Key::Enter]);
    let acts = rig.acts();
    let [Act::Approve(records)] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(records.len(), 12);
    assert!(!records.contains(&record(3)) && !records.contains(&record(5)));
}

#[test]
fn a_record_with_an_open_duplicate_or_of_ones_own_says_why_it_cannot_be_approved() {
    for (downs, why) in [(2, "supervisor-hindered-hits"), (4, "supervisor-hindered-own")] {
        let mut rig = at('1', room());
        (0..downs).for_each(|_| rig.press(Key::Down));
        assert!(rig.sees(&Rig::words(why)));
        press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
        // No question was asked, so Enter opened the review.
        assert_eq!(rig.acts(), [Act::Review(record(downs + 1))]);
    }
}

#[test]
fn a_question_takes_what_it_named_although_the_list_grew() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Down, Key::Char('a')]);
    let mut grown = room();
    grown.approvals.insert(0, pending(20));
    rig.show(inside(grown));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(2)])]);
}

#[test]
fn pages_turn_and_the_place_is_said() {
    let mut rig = at('1', room());
    let page = |from, to| say("supervisor-page", &[("from", from), ("to", to), ("count", "14")]);
    assert!(rig.sees(&page("1", "10")));
    rig.press(Key::PageDown);
    assert!(rig.sees(&page("11", "14")));
    rig.press(Key::PageUp);
    assert!(rig.sees(&page("1", "10")));
}

#[test]
fn the_review_is_approved_after_a_question_and_closed() {
    let mut rig = at('1', reviewing(1, Vec::new()));
    assert!(rig.sees(&Rig::words("slot-approval")));
    press_all(&mut rig, &[Key::Enter]);
    assert_eq!(rig.acts(), [], "Enter alone does not approve what was just opened");
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1)]), Act::CloseReview]);
}

#[test]
fn a_record_is_voided_for_a_reason_after_a_question() {
    let mut rig = at('1', reviewing(1, Vec::new()));
    press_all(&mut rig, &[Key::Char('v'), Key::Enter]);
    assert_eq!(rig.acts(), [], "no reason yet");
    rig.press(Key::Char('2'));
    assert!(rig.sees(&Rig::words("supervisor-void-follows")));
    // Back to the reasons, and another one.
    press_all(&mut rig, &[Key::Escape, Key::Char('1'), Key::F(9)]);
    let void = Act::Void { record: record(1), reason: VoidReason::WrongPerson };
    assert_eq!(rig.acts(), [void, Act::CloseReview]);
}

#[test]
fn escape_closes_the_review_and_the_next_begins_with_nothing_asked() {
    let mut rig = at('1', reviewing(1, Vec::new()));
    press_all(&mut rig, &[Key::Char('v'), Key::Escape, Key::Escape]);
    assert_eq!(rig.acts(), [Act::CloseReview]);
    rig.show(inside(room()));
    rig.press(Key::Enter);
    rig.show(inside(reviewing(1, Vec::new())));
    assert!(rig.sees(&Rig::words("supervisor-void")));
}

#[test]
fn the_review_of_a_record_with_a_duplicate_leads_to_the_comparison() {
    let mut rig = at('1', reviewing(3, vec![other_side()]));
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('d'));
    assert!(rig.sees(&Rig::words("supervisor-verdict-ask")));
}

// Duplicates.

fn comparing() -> Rig {
    let mut rig = at('2', room());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Review(record(3))]);
    rig.show(inside(reviewing(3, vec![other_side()])));
    rig
}

fn decide(verdict: Verdict, reason: &str) -> [Act; 2] {
    let hit = HitId(format!("{}/H1", record(3).0));
    [Act::Decide { record: record(3), hit, verdict, reason: reason.into() }, Act::CloseReview]
}

#[test]
fn a_decision_is_two_digits_and_enter() {
    let mut rig = comparing();
    press_all(&mut rig, &[Key::Char('2'), Key::Char('2'), Key::Enter]);
    assert_eq!(rig.acts(), decide(Verdict::DifferentPeople, &Rig::words("supervisor-why-different-2")));
}

#[test]
fn a_decision_without_a_reason_is_not_made_and_own_words_are_taken() {
    let mut rig = comparing();
    press_all(&mut rig, &[Key::Enter]);
    assert_eq!(rig.acts(), [], "no verdict yet");
    press_all(&mut rig, &[Key::Char('1'), Key::Enter]);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("supervisor-reason-missing")));
    rig.type_into("supervisor-reason", "Dua NIK 1990");
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("supervisor-reason"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert_eq!(rig.acts(), decide(Verdict::SamePerson, "Dua NIK 1990"));
}

#[test]
fn another_verdict_can_be_chosen_before_enter() {
    let mut rig = comparing();
    press_all(&mut rig, &[Key::Char('1'), Key::Char('1'), Key::Escape, Key::Char('3'), Key::Char('1'), Key::Enter]);
    assert_eq!(rig.acts(), decide(Verdict::Undecided, &Rig::words("supervisor-why-centre-1")));
}

#[test]
fn the_comparison_says_how_likely_chance_is_and_why_a_picture_is_missing() {
    let rig = comparing();
    let chance = say("supervisor-one-in", &[("people", "10.000.000")]);
    assert!(rig.sees(&say("supervisor-chance", &[("chance", &chance)])));
    assert!(rig.sees("ANAK AGUNG CONTOH"));
    assert!(rig.sees(&Rig::words("supervisor-no-pictures")));
}

#[test]
fn a_likelihood_is_written_in_full_while_it_can_be_read() {
    for (score, people) in [(0.4, "1"), (3.0, "1.000"), (6.9, "1.000.000"), (12.7, "10¹²")] {
        let rig = at('2', BackRoom { hits: vec![scored(hit(3, ""), score)], ..room() });
        assert!(rig.sees(&say("supervisor-one-in", &[("people", people)])), "{score}");
    }
}

// The day.

#[test]
fn arrows_show_other_days_but_none_that_has_not_come() {
    let mut rig = at('3', room());
    press_all(&mut rig, &[Key::Right]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Left]);
    assert_eq!(rig.acts(), [Act::ShowDay(date!(2026 - 11 - 22))]);
    let mut earlier = book();
    earlier.date = date!(2026 - 11 - 22);
    rig.show(inside(BackRoom { book: Arc::new(earlier), ..room() }));
    press_all(&mut rig, &[Key::Right]);
    assert_eq!(rig.acts(), [Act::ShowDay(TODAY)]);
}

#[test]
fn the_list_of_a_day_is_filtered_by_one_key() {
    let mut rig = at('3', room());
    let rescheduled = "DEWI LESTARI CONTOH";
    assert!(rig.sees("SITI AISYAH CONTOH"));
    // All, recorded, rescheduled.
    press_all(&mut rig, &[Key::Char('f'), Key::Char('f')]);
    assert!(!rig.sees("SITI AISYAH CONTOH"));
    assert!(rig.sees(rescheduled));
    // Failed, exceptions, waiting, and all again.
    press_all(&mut rig, &[Key::Char('f'), Key::Char('f')]);
    assert!(rig.sees("BAMBANG SUTRISNO CONTOH") && !rig.sees(rescheduled));
    press_all(&mut rig, &[Key::Char('f'), Key::Char('f')]);
    assert!(rig.sees("SITI AISYAH CONTOH") && rig.sees(rescheduled));
}

#[test]
fn a_recorded_row_of_the_day_opens_its_review() {
    let mut rig = at('3', room());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Review(record(1))]);
    rig.show(inside(reviewing(1, Vec::new())));
    assert!(rig.sees(&Rig::words("slot-approval")));
}

#[test]
fn a_record_that_has_left_is_undone_from_the_list_of_its_day() {
    let mut rig = at('3', room());
    (0..6).for_each(|_| rig.press(Key::Down));
    press_all(&mut rig, &[Key::Char('v'), Key::Char('4'), Key::Escape, Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('v'), Key::Char('4'), Key::F(9)]);
    assert_eq!(rig.acts(), [Act::Void { record: record(7), reason: VoidReason::EnteredInError }]);
    // A record that was given up is not there to be undone.
    rig.show(inside(room()));
    press_all(&mut rig, &[Key::Up, Key::Up, Key::Char('v')]);
    assert!(!rig.sees(&say("supervisor-void-why", &[("record", &record(5).0)])));
    assert!(rig.sees("Penduduk pulang sebelum selesai"));
}

// The batch.

#[test]
fn the_batch_goes_into_the_stations_folder_unless_another_is_typed() {
    let mut rig = at('4', room());
    rig.press(Key::Enter);
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), [Act::Export(PathBuf::from("outbox"))]);
    rig.show(inside(room()));
    rig.type_into("supervisor-folder", "2");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Export(PathBuf::from("outbox2"))]);
}

#[test]
fn an_empty_folder_gets_a_sentence() {
    let mut rig = at('4', room());
    for _ in 0.."outbox".len() {
        rig.drive(|ui| {
            ui.click(iced_test::selector::id("supervisor-folder"))?;
            let _ = ui.tap_key(iced::keyboard::key::Named::End);
            let _ = ui.tap_key(iced::keyboard::key::Named::Backspace);
            Ok(())
        });
    }
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("supervisor-folder-missing")));
}

#[test]
fn a_running_export_shows_its_stage_and_escape_stops_it() {
    let export = Some(Export::Running(Writing::ReadingBack, 0.4));
    let mut rig = at('4', BackRoom { export, ..room() });
    assert!(rig.sees(&Rig::words("supervisor-export-reading")));
    assert!(rig.sees("40 %"));
    press_all(&mut rig, &[Key::Enter, Key::Char('1'), Key::Escape]);
    assert_eq!(rig.acts(), [Act::StopExport]);
}

#[test]
fn every_end_of_an_export_is_said() {
    let file = PathBuf::from("/media/usb/REKAM-330301-01-20261123-0013.tar.zst.age");
    let ends = [
        (Export::Written(vec![(file, 3)]), "supervisor-export-written"),
        (Export::Nothing, "supervisor-export-nothing"),
        (Export::Failed, "supervisor-export-failed"),
    ];
    for (export, key) in ends {
        let rig = at('4', BackRoom { export: Some(export), ..room() });
        assert!(rig.sees(&Rig::words(key)), "{key}");
    }
}

fn with_begun() -> BackRoom {
    BackRoom { batches: vec![batch(13, BatchState::Begun), batch(12, BatchState::Committed)], ..room() }
}

#[test]
fn a_begun_batch_is_discarded_only_after_a_question() {
    let mut rig = at('4', room());
    press_all(&mut rig, &[Key::Char('d')]);
    assert!(!rig.sees(&Rig::words("supervisor-discard-follows")), "nothing was begun");
    rig.show(inside(with_begun()));
    press_all(&mut rig, &[Key::Char('d'), Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('d')]);
    // The name stands there without the tail that all batches share.
    assert!(rig.sees(&say("supervisor-discard-ask", &[("file", "330301-01-20261123-0013")])));
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), [Act::DiscardBegun]);
}

#[test]
fn older_batches_are_a_page_away() {
    let batches = (1..=9).rev().map(|seq| batch(seq, BatchState::Acknowledged)).collect();
    let mut rig = at('4', BackRoom { batches, ..room() });
    let oldest = batch(1, BatchState::Acknowledged).file;
    assert!(!rig.sees(&oldest));
    press_all(&mut rig, &[Key::PageDown, Key::PageDown]);
    assert!(rig.sees(&oldest));
    press_all(&mut rig, &[Key::PageUp]);
    assert!(!rig.sees(&oldest));
}

// The audit.

#[test]
fn the_audit_is_paged_and_its_chain_checked() {
    let mut rig = at('5', room());
    press_all(&mut rig, &[Key::PageUp]);
    assert_eq!(rig.acts(), [], "nothing is newer");
    press_all(&mut rig, &[Key::PageDown]);
    assert_eq!(rig.acts(), [Act::ShowAudit(Some(111))]);
    rig.show(inside(BackRoom { audit: audit(110), ..room() }));
    press_all(&mut rig, &[Key::PageUp]);
    assert_eq!(rig.acts(), [Act::ShowAudit(None)]);
    rig.show(inside(BackRoom { audit: audit(60), ..room() }));
    press_all(&mut rig, &[Key::PageUp]);
    assert_eq!(rig.acts(), [Act::ShowAudit(Some(71))]);
    rig.show(inside(BackRoom { audit: audit(7), ..room() }));
    press_all(&mut rig, &[Key::PageDown]);
    assert_eq!(rig.acts(), [], "nothing is older");
    press_all(&mut rig, &[Key::Char('k')]);
    assert_eq!(rig.acts(), [Act::VerifyChain]);
}

fn chain(first_break: Option<(u64, Break)>) -> Option<Arc<AuditReport>> {
    Some(Arc::new(AuditReport { rows: 120, head: AuditHead { seq: 120, hash: [0; 32] }, first_break }))
}

#[test]
fn the_outcome_of_the_chain_check_is_said_in_words() {
    let rig = at('5', BackRoom { chain: chain(None), ..room() });
    assert!(rig.sees(&say("supervisor-chain-sound", &[("count", "120")])));
    let rig = at('5', BackRoom { chain: chain(Some((17, Break::Changed))), ..room() });
    let how = Rig::words("supervisor-break-changed");
    assert!(rig.sees(&say("supervisor-chain-broken", &[("row", "17"), ("how", &how)])));
}

// The officers.

#[test]
fn an_account_is_closed_after_a_question_but_not_ones_own() {
    let mut rig = at('6', room());
    press_all(&mut rig, &[Key::Char('x'), Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('x'), Key::F(9)]);
    assert_eq!(rig.acts(), [Act::RemoveOfficer("operator".into())]);
    rig.show(inside(room()));
    press_all(&mut rig, &[Key::Down, Key::Char('x'), Key::F(9)]);
    assert!(rig.sees(&Rig::words("supervisor-officer-self")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_last_supervisor_stays() {
    let mut last = room();
    last.officers.truncate(2);
    last.supervisor = user("kepala");
    let mut rig = at('6', last);
    press_all(&mut rig, &[Key::Down, Key::Char('x'), Key::F(9)]);
    assert!(rig.sees(&Rig::words("supervisor-officer-last")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn a_new_officer_is_added_and_wrong_input_loses_nothing() {
    let mut rig = at('6', room());
    rig.press(Key::Char('n'));
    rig.type_into("supervisor-officer-id", "operator");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-taken")));
    rig.type_into("supervisor-officer-id", "2");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-name")));
    rig.type_into("supervisor-officer-name", "DUA");
    rig.type_into("supervisor-officer-first", "rahasia");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-short")));
    rig.type_into("supervisor-officer-first", "1");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-again")));
    rig.type_into("supervisor-officer-again", "rahasia1");
    rig.press(Key::F(5));
    assert_eq!(rig.acts(), []);
    rig.press(Key::Enter);
    let officer = NewOfficer {
        id: "operator2".into(),
        name: "DUA".into(),
        nip: String::new(),
        role: Role::Supervisor,
        passphrase: Passphrase::new("rahasia1"),
    };
    assert_eq!(rig.acts(), [Act::AddOfficer(officer)]);
}

#[test]
fn a_refused_officer_is_still_in_the_form_without_passphrases() {
    let mut rig = at('6', room());
    rig.press(Key::Char('n'));
    rig.type_into("supervisor-officer-id", "baru");
    rig.type_into("supervisor-officer-name", "BARU");
    rig.type_into("supervisor-officer-first", "rahasia1");
    rig.type_into("supervisor-officer-again", "rahasia1");
    rig.press(Key::Enter);
    assert_eq!(rig.acts().len(), 1);
    rig.show(inside(room()));
    press_all(&mut rig, &[Key::Char('n'), Key::Enter]);
    assert!(rig.sees(&Rig::words("supervisor-fault-short")), "name and login are there, passphrases are not");
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_own_passphrase_is_changed_with_the_old_one() {
    let mut rig = at('6', room());
    press_all(&mut rig, &[Key::Char('c'), Key::Enter]);
    assert!(rig.sees(&Rig::words("supervisor-fault-old")));
    rig.type_into("supervisor-old", "latihan");
    rig.type_into("supervisor-new", "latihan");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("settings-fault-same")));
    rig.press(Key::Escape);
    rig.press(Key::Char('c'));
    rig.type_into("supervisor-old", "latihan");
    rig.type_into("supervisor-new", "rahasia1");
    rig.type_into("supervisor-new-again", "rahasia1");
    rig.press(Key::Enter);
    let [old, new] = ["latihan", "rahasia1"].map(Passphrase::new);
    assert_eq!(rig.acts(), [Act::ChangePassphrase { old, new }]);
}

#[test]
fn an_impatient_enter_loses_no_record_no_batch_and_no_account() {
    for (part, room, keys) in [
        ('1', reviewing(1, Vec::new()), &[Key::Char('v'), Key::Char('1')][..]),
        ('3', room(), &[Key::Char('v'), Key::Char('1')]),
        ('4', with_begun(), &[Key::Char('d')]),
        ('6', room(), &[Key::Char('x')]),
    ] {
        let mut rig = at(part, room);
        press_all(&mut rig, keys);
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), [], "part {part}");
    }
}

#[test]
fn passphrases_that_were_begun_do_not_wait_for_whoever_comes_back() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-passphrase", "latihan");
    press_all(&mut rig, &[Key::F(2), Key::F(4), Key::Enter]);
    assert_eq!(rig.acts(), []);
    let mut rig = at('6', room());
    rig.press(Key::Char('n'));
    rig.type_into("supervisor-officer-id", "baru");
    rig.type_into("supervisor-officer-name", "BARU");
    rig.type_into("supervisor-officer-first", "rahasia1");
    rig.type_into("supervisor-officer-again", "rahasia1");
    rig.press(Key::F(6));
    assert_eq!(rig.acts(), [Act::LeaveBackRoom], "whoever leaves the room closes its door");
    rig.show(boards::supervised());
    rig.press(Key::F(4));
    rig.show(inside(room()));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-short")), "name and login are there, passphrases are not");
    assert_eq!(rig.acts(), []);
}

#[test]
fn help_is_no_other_screen_and_keeps_what_was_typed() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-passphrase", "latihan");
    press_all(&mut rig, &[Key::F(1), Key::F(1), Key::Enter]);
    let passphrase = Passphrase::new("latihan");
    assert_eq!(rig.acts(), [Act::Authenticate { user: "supervisor".into(), passphrase }]);
}

#[test]
fn one_day_is_not_written_as_several() {
    let mut one = room();
    one.approvals[0].since = ago(25);
    let english = Preferences { language: Tongue::English, ..Preferences::default() };
    let mut rig = Rig::with(inside(one), english);
    rig.press(Key::F(4));
    assert!(rig.sees("1 day") && rig.sees("2 days") && !rig.sees("1 days"));
}

#[test]
fn findings_that_have_no_room_in_the_review_are_counted() {
    let mut many = reviewing(3, Vec::new());
    let mut review = Review::clone(many.review.as_deref().unwrap());
    let first = review.hits[0].clone();
    review.hits = vec![first; 4];
    many.review = Some(Arc::new(review));
    let rig = at('1', many);
    assert!(rig.sees(&say("supervisor-more", &[("count", "2")])));
}

// What it looks like.

#[test]
fn the_room_is_looked_at() {
    look_at("supervisor-door", &boards::open(), |rig| {
        rig.press(Key::F(4));
        rig.press(Key::Enter);
    });
    let part = |digit: char, keys: &'static [Key]| {
        move |rig: &mut Rig| {
            rig.press(Key::F(4));
            rig.press(Key::Char(digit));
            press_all(rig, keys);
        }
    };
    look_at("supervisor-1-approvals", &inside(room()), part('1', &[Key::Space, Key::Space, Key::Up]));
    look_at("supervisor-1-question", &inside(room()), part('1', &[Key::Char('m'), Key::Char('a')]));
    look_at("supervisor-1-hindered", &inside(room()), part('1', &[Key::Down, Key::Down]));
    look_at("supervisor-1-empty", &inside(bare()), part('1', &[]));
    look_at("supervisor-1-review", &inside(reviewing(1, Vec::new())), part('1', &[]));
    let void = &[Key::Char('v'), Key::Char('1')];
    look_at("supervisor-1-void", &inside(reviewing(2, Vec::new())), part('1', void));
    look_at("supervisor-2-duplicates", &inside(room()), part('2', &[]));
    look_at("supervisor-3-day", &inside(room()), part('3', &[Key::Down]));
    look_at("supervisor-4-batch", &inside(with_begun()), part('4', &[]));
    look_at("supervisor-4-discard", &inside(with_begun()), part('4', &[Key::Char('d')]));
    let running = BackRoom { export: Some(Export::Running(Writing::Writing, 0.62)), ..room() };
    look_at("supervisor-4-running", &inside(running), part('4', &[]));
    look_at("supervisor-5-audit", &inside(room()), part('5', &[]));
    let broken = BackRoom { chain: chain(Some((17, Break::Changed))), ..room() };
    look_at("supervisor-5-broken", &inside(broken), part('5', &[]));
    look_at("supervisor-6-officers", &inside(room()), part('6', &[Key::Down]));
    look_at("supervisor-6-new", &inside(room()), part('6', &[Key::Char('n'), Key::Enter]));
    look_at("supervisor-6-change", &inside(room()), part('6', &[Key::Char('c')]));
}

#[test]
fn the_comparison_is_looked_at() {
    let both = Side { shown: side(43, 200).shown, ..other_side() };
    for (name, other, keys) in [
        ("supervisor-2-compare", other_side(), &[][..]),
        ("supervisor-2-reason", both, &[Key::Char('1'), Key::Char('1')][..]),
    ] {
        look_at(name, &inside(room()), |rig| {
            press_all(rig, &[Key::F(4), Key::Char('2'), Key::Enter]);
            rig.show(inside(reviewing(3, vec![other.clone()])));
            press_all(rig, keys);
        });
    }
}

/// Everything around the body at once: training, a record at the desk, a message.
fn crowded(room: BackRoom) -> Board {
    let seated = boards::seated(boards::standing_at(rekam::domain::session::Step::Photo));
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    Board { back_room: Some(Arc::new(room)), officer: boards::supervised().officer, trouble, ..seated }
}

#[test]
fn a_record_at_the_desk_and_a_message_leave_room_enough() {
    let day = [Key::F(4), Key::Char('3')];
    look_at("supervisor-3-crowded", &crowded(room()), |rig| press_all(rig, &day));
    let review = crowded(reviewing(3, Vec::new()));
    look_at("supervisor-1-crowded", &review, |rig| press_all(rig, &[Key::F(4)]));
    let both = Side { shown: side(43, 200).shown, ..other_side() };
    look_at("supervisor-2-crowded", &crowded(room()), |rig| {
        press_all(rig, &[Key::F(4), Key::Char('2'), Key::Enter]);
        rig.show(crowded(reviewing(3, vec![both.clone()])));
        press_all(rig, &[Key::Char('1'), Key::Char('1')]);
    });
    let new = [Key::F(4), Key::Char('6'), Key::Char('n'), Key::Enter];
    look_at("supervisor-6-crowded", &crowded(room()), |rig| press_all(rig, &new));
}
