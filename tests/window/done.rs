//! The end of a record.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::{Exception, ExceptionReason, RecordId, Slot};
use rekam::station::counter::*;
use rekam::store::{Ticket, TicketState};
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;
use rekam_hal::{Eye, Finger};
use std::path::PathBuf;
use std::sync::Arc;
use time::macros::date;

fn finished(end: End) -> Finished {
    Finished {
        record: RecordId("330301-01-20261123-0007".into()),
        name: "SITI AISYAH CONTOH".into(),
        end,
        slip: Some(PathBuf::from("/var/lib/rekam/slips/330301-01-20261123-0007-bukti.pdf")),
        printed: None,
        exceptions: Vec::new(),
        hits: 0,
    }
}

fn after(finished: Finished, waiting: usize) -> Board {
    let one = |n: usize| {
        let ticket = Ticket {
            id: n as i64,
            day: "2026-11-23".into(),
            number: n as u32,
            state: TicketState::Waiting,
            priority: false,
            family: None,
            nik: None,
            record: None,
            desk: None,
            calls: 0,
            issued_at: boards::NOW,
            called_at: None,
            served_at: None,
            ended_at: None,
        };
        Waiting { ticket, name: String::new(), lost: false }
    };
    let home = Home { waiting: (1..=waiting).map(one).collect(), ..Home::default() };
    Board { home: Arc::new(home), finished: Some(Arc::new(finished)), ..boards::open() }
}

fn with_exceptions(count: usize) -> Finished {
    let slots = Finger::ALL.map(Slot::Finger).into_iter().chain(Eye::ALL.map(Slot::Eye));
    let reasons = [ExceptionReason::Missing, ExceptionReason::CannotPosition];
    let exceptions = slots.take(count).zip(reasons.into_iter().cycle()).map(|(slot, reason)| Exception {
        slot,
        reason,
        evidence: None,
        note: String::new(),
    });
    Finished { exceptions: exceptions.collect(), hits: 2, ..finished(End::Completed) }
}

#[test]
fn enter_calls_the_next_resident_once() {
    let mut rig = Rig::before(after(finished(End::Completed), 3));
    assert_eq!(rig.shown(), Shown::Done);
    rig.hold(Key::Enter);
    assert!(rig.acts().is_empty());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Dismiss, Act::CallNext]);
}

#[test]
fn escape_goes_home_without_calling_anybody() {
    let mut rig = Rig::before(after(finished(End::Completed), 3));
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::Dismiss]);
}

#[test]
fn where_nobody_waits_enter_goes_home() {
    let mut rig = Rig::before(after(finished(End::Completed), 0));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Dismiss]);
}

#[test]
fn the_paper_is_named_and_printed_and_a_failure_is_said() {
    let mut rig = Rig::before(after(finished(End::Completed), 1));
    assert!(rig.sees("330301-01-20261123-0007-bukti.pdf"));
    rig.press(Key::Char('p'));
    assert_eq!(rig.acts(), [Act::Print("/var/lib/rekam/slips/330301-01-20261123-0007-bukti.pdf".into())]);
    rig.show(after(Finished { printed: Some(Err(())), ..finished(End::Completed) }, 1));
    assert!(rig.sees(&Rig::words("done-print-failed")));
    rig.show(after(Finished { printed: Some(Ok(())), ..finished(End::Completed) }, 1));
    assert!(rig.sees(&Rig::words("done-printed")));
}

#[test]
fn without_a_paper_nothing_is_printed() {
    let mut rig = Rig::before(after(Finished { slip: None, ..finished(End::Cancelled) }, 1));
    assert!(rig.sees(&Rig::words("done-no-paper")));
    rig.press(Key::Char('p'));
    assert!(rig.acts().is_empty());
}

#[test]
fn who_comes_again_sees_the_day_with_its_name() {
    let rig = Rig::before(after(finished(End::Rescheduled(date!(2026 - 11 - 30))), 1));
    assert!(rig.sees("Senin 30-11-2026"));
}

#[test]
fn exceptions_and_possible_duplicates_are_told() {
    let rig = Rig::before(after(with_exceptions(10), 1));
    assert!(rig.sees("Ibu jari kanan") && rig.sees(&Rig::words("reason-cannot-position")));
    assert!(rig.sees("dan 2 lagi"));
    assert!(rig.sees("Indikasi ganda: 2. Penyelia akan memutuskannya; penduduk tidak perlu menunggu."));
    let calm = Rig::before(after(with_exceptions(8), 1));
    assert!(!calm.sees("dan 0 lagi"));
}

#[test]
fn the_screens_look_well() {
    look_at("done-completed", &after(with_exceptions(10), 1), |_| ());
    look_at("done-plain", &after(Finished { printed: Some(Ok(())), ..finished(End::Completed) }, 0), |_| ());
    look_at("done-rescheduled", &after(finished(End::Rescheduled(date!(2026 - 11 - 30))), 1), |_| ());
    look_at("done-cancelled", &after(Finished { slip: None, ..finished(End::Cancelled) }, 1), |_| ());
}
