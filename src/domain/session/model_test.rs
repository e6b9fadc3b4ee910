//! Laws of the session, checked on random sequences of wishes and on every combination of missing fingers and eyes.

use proptest::prelude::*;
use rekam_hal::{Eye, Finger};
use time::OffsetDateTime;
use time::macros::{date, datetime};

use super::*;
use crate::domain::nik::Nik;
use crate::domain::resident::tests::sample as sample_resident;
use crate::domain::user::UserId;

const START: OffsetDateTime = datetime!(2026-11-23 08:00 UTC);

fn nik() -> Nik {
    sample_resident().nik
}

fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

/// A session together with the journal it was made from.
pub(super) struct Desk {
    pub(super) journal: Vec<Event>,
    pub(super) session: Session,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self::in_order(StepOrder::default())
    }

    fn in_order(order: StepOrder) -> Self {
        let what = Session::opening(sample_resident(), RecordClass::Register, order, Policy::default());
        let event = Event { seq: 0, at: START, operator: user("operator"), device: None, what };
        let session = Session::open(RecordId("r".into()), event.clone()).unwrap();
        Self { journal: vec![event], session }
    }

    pub(super) fn wish(&mut self, wish: Wish) -> Result<(), Refused> {
        let what = self.session.decide(wish)?;
        let seq = self.session.next_seq();
        let event = Event { seq, at: START, operator: user("operator"), device: None, what };
        self.session.apply(event.clone()).unwrap();
        self.journal.push(event);
        Ok(())
    }

    fn sample(&self, purpose: Purpose, quality: u8) -> SampleRef {
        let id = SampleId(format!("r/{}", self.session.next_seq()));
        SampleRef { id, purpose, quality, sha256: String::new(), portrait: None }
    }

    fn probed(&self, slot: Slot, matched: bool) -> Wish {
        let probe = Probe { slot, score: if matched { 9.0 } else { 0.1 }, matched };
        Wish::Probed { probe, sample: self.sample(Purpose::Probe(slot), 50) }
    }

    fn probe(&mut self, slot: Slot, matched: bool) -> Result<(), Refused> {
        let wish = self.probed(slot, matched);
        self.wish(wish)
    }

    fn take(&mut self, slot: Slot, quality: u8) -> Result<(), Refused> {
        let sample = self.sample(Purpose::Slot(slot), quality);
        self.wish(Wish::Accept { sample })
    }

    fn except(&mut self, slot: Slot, reason: ExceptionReason) -> Result<(), Refused> {
        self.wish(Wish::Except { exception: Exception { slot, reason, evidence: None, note: String::new() } })
    }

    fn verify(&mut self) {
        self.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: vec![] }).unwrap();
        self.wish(Wish::Next).unwrap();
    }
}

#[derive(Debug, Clone)]
enum Move {
    Take(usize, u8),
    Probe(usize, bool),
    Evidence(usize),
    Except(usize, u8),
    Withdraw(usize),
    ApprovePhoto(usize),
    Plain(u8),
    GoTo(usize),
    Swap(usize, usize),
}

fn slots() -> Vec<Slot> {
    Step::ALL.into_iter().flat_map(Slot::of).collect()
}

fn moves() -> impl Strategy<Value = Move> {
    let slot = 0..slots().len();
    prop_oneof![
        6 => (slot.clone(), 0u8..=100).prop_map(|(s, q)| Move::Take(s, q)),
        2 => (slot.clone(), any::<bool>()).prop_map(|(s, m)| Move::Probe(s, m)),
        1 => slot.clone().prop_map(Move::Evidence),
        3 => (slot.clone(), 0u8..6).prop_map(|(s, r)| Move::Except(s, r)),
        1 => slot.clone().prop_map(Move::Withdraw),
        2 => (0usize..4).prop_map(Move::ApprovePhoto),
        1 => (slot.clone(), slot.clone()).prop_map(|(one, other)| Move::Swap(one, other)),
        8 => (0u8..15).prop_map(Move::Plain),
        2 => (0usize..6).prop_map(Move::GoTo),
    ]
}

/// Every order an office may choose: the four steps between verify and confirm, shuffled.
fn orders() -> impl Strategy<Value = StepOrder> {
    Just(Step::ALL[1..5].to_vec()).prop_shuffle().prop_map(|middle| {
        let steps = [&[Step::Verify][..], &middle, &[Step::Confirm]].concat();
        StepOrder::new(&steps).unwrap()
    })
}

fn reason(n: u8) -> ExceptionReason {
    use ExceptionReason::*;
    [Missing, Injured, Unreadable, EyeDisease, CannotPosition, CannotSign][usize::from(n) % 6]
}

fn to_wish(desk: &Desk, step: &Move) -> Wish {
    let slots = slots();
    let text = || "because".to_owned();
    match *step {
        Move::Take(slot, quality) => Wish::Accept { sample: desk.sample(Purpose::Slot(slots[slot]), quality) },
        Move::Evidence(slot) => Wish::Accept { sample: desk.sample(Purpose::Evidence(slots[slot]), 50) },
        Move::Probe(slot, matched) => desk.probed(slots[slot], matched),
        Move::Except(slot, r) => Wish::Except {
            exception: Exception { slot: slots[slot], reason: reason(r), evidence: None, note: String::new() },
        },
        Move::Withdraw(slot) => Wish::WithdrawException { slot: slots[slot] },
        Move::ApprovePhoto(n) => {
            let photos: Vec<_> = desk.session.attempts(Slot::Photo).collect();
            let sample = photos.get(n).map_or(SampleId("none".into()), |s| s.id.clone());
            Wish::ApprovePhoto { sample }
        }
        Move::Swap(one, other) => Wish::Swap { one: slots[one], other: slots[other] },
        Move::GoTo(n) => Wish::GoTo { step: Step::ALL[n] },
        Move::Plain(n) => match n {
            0..=3 => Wish::Next,
            4 => Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: vec![] },
            5 => Wish::Defer { reason: text() },
            6 => Wish::Park { reason: text() },
            7 => Wish::Resume { resident: None },
            8 => Wish::ExceptConfirm { reason: text(), supervisor: user("supervisor") },
            9 => Wish::Complete { invitation: Invitation::NoInvitation { reason: text() } },
            10 => {
                Wish::SetAside { slot: slots[usize::from(desk.session.next_seq() as u8) % slots.len()], reason: text() }
            }
            11 => Wish::Approve { supervisor: user("supervisor") },
            12 => Wish::Void { reason: VoidReason::Duplicate, supervisor: user("supervisor") },
            13 => Wish::DismissDoubt { doubt: Doubt::EyesSwapped },
            _ => {
                let (field, old, new) = (Field::Name, "A".to_owned(), "B".to_owned());
                let corrections = vec![Correction { field, old, new, document: text() }];
                Wish::Reschedule { corrections, date: date!(2026 - 12 - 01) }
            }
        },
    }
}

fn accepted(journal: &[Event]) -> Vec<SampleId> {
    let sample = |event: &Event| match &event.what {
        What::SampleAccepted { sample } | What::Probed { sample, .. } => Some(sample.id.clone()),
        _ => None,
    };
    journal.iter().filter_map(sample).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_wishes_loses_a_sample_or_completes_with_a_step_missing(
        plan in prop::collection::vec(moves(), 0..160),
        order in orders()
    ) {
        let mut desk = Desk::in_order(order);
        for step in &plan {
            let before = desk.session.clone();
            let wish = to_wish(&desk, step);
            let completing = matches!(wish, Wish::Complete { .. });
            let pressed_next = matches!(wish, Wish::Next);
            let outcome = desk.wish(wish);
            // A refusal changes nothing at all.
            if outcome.is_err() {
                prop_assert_eq!(&before, &desk.session);
            }
            // Every sample ever accepted is still there, and the journal alone restores the session.
            let names: Vec<_> = desk.session.samples().iter().map(|s| s.id.clone()).collect();
            prop_assert_eq!(accepted(&desk.journal), names);
            if pressed_next && outcome.is_ok() {
                prop_assert!(before.is_done(before.step()), "next skipped a step");
            }
            // Completion needs every step, and confirm is entered only when all others are done.
            if completing && outcome.is_ok() {
                prop_assert!(Step::ALL.into_iter().all(|s| before.is_done(s)));
            }
            if desk.session.step() == Step::Confirm && before.step() != Step::Confirm {
                prop_assert!(Step::ALL[..5].iter().all(|s| desk.session.is_done(*s)));
            }
            if desk.session.step() != Step::Verify {
                prop_assert!(desk.session.is_done(Step::Verify));
            }
        }
        let replayed = Session::replay(RecordId("r".into()), desk.journal.clone()).unwrap();
        prop_assert_eq!(replayed, desk.session);
    }

    #[test]
    fn a_resident_can_be_finished_from_wherever_the_record_stands(
        plan in prop::collection::vec(moves(), 0..120),
        order in orders()
    ) {
        let mut desk = Desk::in_order(order);
        for step in &plan {
            let wish = to_wish(&desk, step);
            let _ = desk.wish(wish);
        }
        let ended = matches!(desk.session.status(), Status::Voided(_) | Status::Approved);
        if !ended {
            let samples = desk.session.samples().len();
            bring_to_the_end(&mut desk);
            prop_assert_eq!(desk.session.status(), &Status::Completed);
            prop_assert!(desk.session.samples().len() >= samples);
        }
    }

    #[test]
    fn repeated_next_never_skips_a_step(quality in 0u8..=100, presses in 1usize..20) {
        let mut desk = Desk::new();
        for _ in 0..presses {
            let _ = desk.wish(Wish::Next);
        }
        prop_assert_eq!(desk.session.step(), Step::Verify);
        desk.verify();
        desk.take(Slot::Photo, quality).unwrap();
        for _ in 0..presses {
            let _ = desk.wish(Wish::Next);
        }
        prop_assert_eq!(desk.session.step(), Step::Photo);
        let photo = desk.session.samples()[0].id.clone();
        desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
        for _ in 0..presses {
            let _ = desk.wish(Wish::Next);
        }
        prop_assert_eq!(desk.session.step(), Step::Signature);
    }

    #[test]
    fn the_best_attempt_stands_whatever_the_order(qualities in prop::collection::vec(1u8..=39, 3..6)) {
        let mut desk = Desk::new();
        desk.verify();
        desk.wish(Wish::Defer { reason: "camera".into() }).unwrap();
        desk.wish(Wish::Defer { reason: "pad".into() }).unwrap();
        let thumb = Slot::Finger(Finger::RightThumb);
        for quality in &qualities {
            desk.take(thumb, *quality).unwrap();
        }
        let best = qualities.iter().max().copied();
        prop_assert_eq!(desk.session.best(thumb).map(|s| s.quality), best);
        prop_assert!(desk.session.slot(thumb).is_settled());
    }
}

/// What a patient operator does next, for as long as there is something to do.
fn bring_to_the_end(desk: &mut Desk) {
    for _ in 0..200 {
        match desk.session.status() {
            Status::Open => {}
            Status::Parked | Status::Rescheduled(_) => desk.wish(Wish::Resume { resident: None }).unwrap(),
            _ => return,
        }
        let step = desk.session.step();
        match step {
            Step::Verify if !desk.session.is_done(step) => {
                desk.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: vec![] }).unwrap()
            }
            Step::Photo if !desk.session.is_done(step) => {
                desk.take(Slot::Photo, 80).unwrap();
                let sample = desk.session.attempts(Slot::Photo).last().unwrap().id.clone();
                desk.wish(Wish::ApprovePhoto { sample }).unwrap();
            }
            Step::Confirm => confirm_once(desk),
            _ => {
                let open = Slot::of(step).into_iter().find(|slot| !desk.session.slot(*slot).is_settled());
                match open {
                    Some(slot) => desk.take(slot, 80).unwrap(),
                    None => desk.wish(Wish::Next).unwrap(),
                }
            }
        }
    }
}

fn confirm_once(desk: &mut Desk) {
    match desk.session.confirm_need() {
        ConfirmNeed::Compare(slot) => desk.probe(slot, true).unwrap(),
        ConfirmNeed::Supervisor => desk
            .wish(Wish::ExceptConfirm { reason: "nothing to compare".into(), supervisor: user("supervisor") })
            .unwrap(),
        ConfirmNeed::Nothing if !desk.session.slot(Slot::Approval).is_settled() => {
            desk.take(Slot::Approval, 80).unwrap();
        }
        ConfirmNeed::Nothing => {
            desk.wish(Wish::Complete { invitation: Invitation::NoInvitation { reason: "walk-in".into() } }).unwrap();
        }
    }
}

/// Walks a resident with the given missing fingers and eyes to the end.
pub(super) fn finish(missing: u16) -> Desk {
    let mut desk = Desk::new();
    desk.verify();
    desk.take(Slot::Photo, 80).unwrap();
    let photo = desk.session.samples()[0].id.clone();
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    desk.take(Slot::Signature, 80).unwrap();
    let biometric = Finger::ALL.map(Slot::Finger).into_iter().chain(Eye::ALL.map(Slot::Eye));
    for (bit, slot) in biometric.enumerate() {
        if desk.session.step() != slot.step() {
            desk.wish(Wish::Next).unwrap();
        }
        if missing >> bit & 1 == 1 {
            desk.except(slot, ExceptionReason::Missing).unwrap();
        } else {
            desk.take(slot, 80).unwrap();
        }
    }
    desk.wish(Wish::Next).unwrap();
    for _ in 0..6 {
        match desk.session.confirm_need() {
            ConfirmNeed::Compare(slot) => {
                desk.probe(slot, true).unwrap();
            }
            ConfirmNeed::Supervisor => desk
                .wish(Wish::ExceptConfirm { reason: "nothing to compare".into(), supervisor: user("supervisor") })
                .unwrap(),
            ConfirmNeed::Nothing => break,
        }
    }
    desk.take(Slot::Approval, 80).unwrap();
    desk.wish(Wish::Complete { invitation: Invitation::NoInvitation { reason: "walk-in".into() } }).unwrap();
    desk
}

#[test]
fn every_combination_of_missing_fingers_and_eyes_can_be_finished() {
    for missing in 0..1u16 << 12 {
        assert_eq!(*finish(missing).session.status(), Status::Completed, "missing {missing:012b}");
    }
}

#[test]
fn confirm_falls_back_from_index_fingers_to_others_to_irises_to_a_supervisor() {
    let mut desk = finish_until_confirm();
    let mut seen = Vec::new();
    loop {
        match desk.session.confirm_need() {
            ConfirmNeed::Compare(slot) => {
                seen.push(slot);
                desk.probe(slot, false).unwrap();
            }
            ConfirmNeed::Supervisor => break,
            ConfirmNeed::Nothing => panic!("nothing matched"),
        }
    }
    seen.dedup();
    let fingers = [Finger::RightIndex, Finger::RightThumb].map(Slot::Finger);
    assert_eq!(seen, [fingers[0], fingers[1], Slot::Eye(Eye::Right)]);
    assert!(desk.wish(Wish::Complete { invitation: Invitation::NoInvitation { reason: "x".into() } }).is_err());
}

fn finish_until_confirm() -> Desk {
    let mut desk = Desk::new();
    desk.verify();
    desk.take(Slot::Photo, 80).unwrap();
    let photo = desk.session.samples()[0].id.clone();
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    desk.take(Slot::Signature, 80).unwrap();
    desk.wish(Wish::Next).unwrap();
    for finger in Finger::ALL {
        desk.take(Slot::Finger(finger), 80).unwrap();
    }
    desk.wish(Wish::Next).unwrap();
    for eye in Eye::ALL {
        desk.take(Slot::Eye(eye), 80).unwrap();
    }
    desk.wish(Wish::Next).unwrap();
    desk
}

#[test]
fn a_new_sample_makes_old_comparisons_void() {
    let mut desk = finish_until_confirm();
    let index = Slot::Finger(Finger::RightIndex);
    desk.probe(index, true).unwrap();
    desk.wish(Wish::GoTo { step: Step::Fingerprints }).unwrap();
    desk.take(index, 90).unwrap();
    desk.wish(Wish::Next).unwrap();
    assert_eq!(desk.session.confirm_need(), ConfirmNeed::Compare(index));
}

#[test]
fn a_finished_record_is_undone_before_approval_and_recalled_after_export() {
    let mut desk = finish(0);
    let supervisor = user("supervisor");
    let void = |supervisor: &UserId| Wish::Void { reason: VoidReason::WrongPerson, supervisor: supervisor.clone() };
    assert_eq!(desk.session.decide(Wish::Approve { supervisor: user("operator") }), Err(Refused::OwnRecord));
    assert!(matches!(desk.session.decide(void(&supervisor)), Ok(What::Voided { recall: false, .. })));
    desk.wish(Wish::Approve { supervisor: supervisor.clone() }).unwrap();
    desk.wish(Wish::MarkExported { batch: "b".into() }).unwrap();
    desk.wish(void(&supervisor)).unwrap();
    assert_eq!(*desk.session.status(), Status::Voided(Undone::RecallDue));
    desk.wish(Wish::MarkRecallSent { batch: "c".into() }).unwrap();
    assert_eq!(*desk.session.status(), Status::Voided(Undone::RecallSent));
}

#[test]
fn an_undecided_hit_holds_back_approval_and_nothing_else() {
    let mut desk = finish(0);
    let id = HitId("r/H1".into());
    let hit = Hit {
        id: id.clone(),
        by: [HitBy::Iris].into(),
        other_nik: nik(),
        other_record: None,
        score: 12.0,
        matches: vec![SlotMatch { slot: Slot::Eye(Eye::Left), other: Slot::Eye(Eye::Left), score: 12.0 }],
    };
    desk.wish(Wish::ReportHit { hit: hit.clone() }).unwrap();
    assert_eq!(desk.wish(Wish::ReportHit { hit }), Err(Refused::HitRepeated));
    let approve = Wish::Approve { supervisor: user("supervisor") };
    assert_eq!(desk.wish(approve.clone()), Err(Refused::HitUndecided));
    let verdict = Verdict::SamePerson;
    desk.wish(Wish::DecideHit { hit: id, verdict, reason: "same face".into(), supervisor: user("supervisor") })
        .unwrap();
    desk.wish(approve).unwrap();
}

#[test]
fn wrong_data_are_read_aloud_again_when_the_resident_comes_back() {
    let mut desk = Desk::new();
    desk.verify();
    desk.wish(Wish::GoTo { step: Step::Verify }).unwrap();
    let field = Field::Name;
    let correction = Correction { field, old: "A".into(), new: "B".into(), document: "AKTA".into() };
    desk.wish(Wish::Reschedule { corrections: vec![correction], date: date!(2026 - 12 - 01) }).unwrap();
    let mut stranger = sample_resident();
    stranger.nik = "3303101708909002".parse().unwrap();
    let back = |resident| Wish::Resume { resident: Some(Box::new(resident)) };
    assert_eq!(desk.wish(back(stranger)), Err(Refused::OtherResident));
    let mut corrected = sample_resident();
    corrected.birthplace = "BANYUMAS".into();
    desk.wish(back(corrected)).unwrap();
    assert_eq!(desk.session.resident().birthplace, "BANYUMAS");
    assert_eq!(desk.wish(Wish::Next), Err(Refused::StepUnfinished(Step::Verify)));
}

#[test]
fn a_signature_without_ink_and_a_finger_without_ridges_fill_nothing() {
    let mut desk = Desk::new();
    desk.verify();
    desk.wish(Wish::Defer { reason: "camera".into() }).unwrap();
    for _ in 0..5 {
        desk.take(Slot::Signature, 0).unwrap();
    }
    assert!(!desk.session.slot(Slot::Signature).is_settled());
    desk.except(Slot::Signature, ExceptionReason::CannotSign).unwrap();
    desk.wish(Wish::Next).unwrap();
    let thumb = Slot::Finger(Finger::RightThumb);
    for _ in 0..5 {
        desk.take(thumb, 0).unwrap();
    }
    assert!(!desk.session.slot(thumb).is_settled());
    desk.except(thumb, ExceptionReason::Unreadable).unwrap();
}

#[test]
fn who_vouched_for_nothing_to_compare_does_not_vouch_for_a_finger_found_later() {
    let mut desk = finish_until_confirm_without_biometrics();
    let supervisor = user("supervisor");
    desk.wish(Wish::ExceptConfirm { reason: "none".into(), supervisor }).unwrap();
    desk.wish(Wish::GoTo { step: Step::Fingerprints }).unwrap();
    let index = Slot::Finger(Finger::RightIndex);
    desk.wish(Wish::WithdrawException { slot: index }).unwrap();
    desk.take(index, 80).unwrap();
    desk.wish(Wish::Next).unwrap();
    assert_eq!(desk.session.confirm_need(), ConfirmNeed::Compare(index));
}

fn finish_until_confirm_without_biometrics() -> Desk {
    let mut desk = Desk::new();
    desk.verify();
    desk.take(Slot::Photo, 80).unwrap();
    let sample = desk.session.samples()[0].id.clone();
    desk.wish(Wish::ApprovePhoto { sample }).unwrap();
    desk.wish(Wish::Next).unwrap();
    desk.take(Slot::Signature, 80).unwrap();
    for step in [Step::Fingerprints, Step::Iris] {
        desk.wish(Wish::Next).unwrap();
        for slot in Slot::of(step) {
            desk.except(slot, ExceptionReason::Missing).unwrap();
        }
    }
    desk.wish(Wish::Next).unwrap();
    desk
}

#[test]
fn a_journal_with_a_gap_is_refused() {
    let desk = finish(0);
    let mut journal = desk.journal;
    journal.remove(3);
    assert!(matches!(Session::replay(RecordId("r".into()), journal), Err(ReplayError::Gap { expected: 3, .. })));
}

#[test]
fn a_finger_taken_for_another_gets_its_own_place_and_the_other_is_open_again() {
    let mut desk = Desk::new();
    desk.verify();
    desk.wish(Wish::Defer { reason: "camera".into() }).unwrap();
    desk.wish(Wish::Defer { reason: "pad".into() }).unwrap();
    let [left, right, eye] = [Slot::Finger(Finger::LeftIndex), Slot::Finger(Finger::RightIndex), Slot::Eye(Eye::Right)];
    let swap = |one, other| Wish::Swap { one, other };
    assert_eq!(desk.wish(swap(left, right)), Err(Refused::NothingHeld));
    desk.take(right, 70).unwrap();
    let kept = desk.session.best(right).unwrap().id.clone();
    assert_eq!(desk.wish(swap(right, eye)), Err(Refused::NotSwappable));
    assert_eq!(desk.wish(swap(right, right)), Err(Refused::NotSwappable));
    desk.wish(swap(left, right)).unwrap();
    assert_eq!(desk.session.best(left).map(|sample| &sample.id), Some(&kept));
    assert!(!desk.session.slot(right).is_settled());
    // Swapping again takes it back.
    desk.take(right, 60).unwrap();
    desk.wish(swap(right, left)).unwrap();
    assert_eq!(desk.session.best(right).map(|sample| (&sample.id, sample.quality)), Some((&kept, 70)));
    assert_eq!(desk.session.best(left).map(|sample| sample.quality), Some(60));
    desk.except(Slot::Finger(Finger::RightThumb), ExceptionReason::Missing).unwrap();
    assert_eq!(desk.wish(swap(left, Slot::Finger(Finger::RightThumb))), Err(Refused::SlotExcepted));
}

#[test]
fn a_doubt_about_the_eyes_is_dismissed_once_and_for_what_is_held_then() {
    let mut desk = Desk::new();
    desk.verify();
    for device in ["camera", "pad", "scanner"] {
        desk.wish(Wish::Defer { reason: device.into() }).unwrap();
    }
    let [right, left] = EYES;
    let dismiss = || Wish::DismissDoubt { doubt: Doubt::EyesSwapped };
    desk.take(right, 70).unwrap();
    assert!(!desk.session.may_doubt(Doubt::EyesSwapped), "one eye alone is in nobody's place");
    assert_eq!(desk.wish(dismiss()), Err(Refused::NothingHeld));
    desk.take(left, 70).unwrap();
    assert!(desk.session.may_doubt(Doubt::EyesSwapped));
    desk.wish(dismiss()).unwrap();
    assert!(!desk.session.may_doubt(Doubt::EyesSwapped));
    // A further try of the same eye changes nothing.
    desk.take(left, 80).unwrap();
    assert!(!desk.session.may_doubt(Doubt::EyesSwapped));
    desk.wish(Wish::Swap { one: left, other: right }).unwrap();
    assert!(desk.session.may_doubt(Doubt::EyesSwapped), "the eyes lie otherwise now");
}
