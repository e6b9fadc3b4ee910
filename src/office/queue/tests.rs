//! Laws of the queue.

use std::collections::BTreeMap;

use proptest::prelude::*;
use time::macros::date;

use super::super::testing::{NOW, store};
use super::super::within;
use super::*;
use crate::store::Store;

const DAY: Date = date!(2026 - 11 - 23);

fn draw_one(store: &Store, priority: bool, family: Option<&str>) -> Ticket {
    let visitor = Visitor {
        priority: priority.then_some(Priority::Elderly),
        family: family.map(|kk| kk.parse().unwrap()),
        nik: None,
    };
    within(store, move |db| draw(db, DAY, &visitor, NOW)).unwrap().ticket
}

fn next_at(store: &Store, desk: &'static str, minute: i64) -> Option<Ticket> {
    within(store, move |db| call_next(db, DAY, desk, &Rules::default(), NOW + Duration::minutes(minute))).unwrap()
}

fn numbers(store: &Store, calls: usize) -> Vec<u32> {
    (0..calls).filter_map(|n| next_at(store, "A", n as i64)).map(|ticket| ticket.number).collect()
}

#[test]
fn two_priority_numbers_go_first_and_then_an_ordinary_one() {
    let (_dir, store) = store(true);
    for priority in [false, false, true, true, true] {
        draw_one(&store, priority, None);
    }
    assert_eq!(numbers(&store, 6), [3, 4, 1, 5, 2]);
}

#[test]
fn a_family_stays_together_at_its_desk() {
    let (_dir, store) = store(true);
    let kk = "3303101203159001";
    for family in [Some(kk), None, Some(kk), None, Some(kk)] {
        draw_one(&store, false, family);
    }
    assert_eq!(next_at(&store, "A", 0).unwrap().number, 1);
    assert_eq!(next_at(&store, "B", 1).unwrap().number, 2, "another desk takes the line in order");
    assert_eq!(next_at(&store, "A", 2).unwrap().number, 3);
    assert_eq!(next_at(&store, "A", 3).unwrap().number, 5);
    assert_eq!(next_at(&store, "A", 4).unwrap().number, 4);
}

#[test]
fn the_absent_return_after_three_others_and_are_lost_after_three_calls() {
    let (_dir, store) = store(true);
    for _ in 0..6 {
        draw_one(&store, false, None);
    }
    let miss = |id: i64| within(&store, move |db| absent(db, id, "A", NOW)).unwrap();
    let first = next_at(&store, "A", 0).unwrap();
    miss(first.id);
    let order: Vec<u32> = (1..5).map(|n| next_at(&store, "A", n).unwrap().number).collect();
    assert_eq!(order, [2, 3, 4, 1]);
    miss(first.id);
    assert_eq!(next_at(&store, "A", 5).unwrap().number, 5);
    assert_eq!(next_at(&store, "A", 6).unwrap().number, 6);
    assert_eq!(next_at(&store, "A", 7).unwrap().number, 1, "nobody else waits");
    let lost = miss(first.id);
    assert!(is_lost(&lost, &Rules::default()));
    assert_eq!(next_at(&store, "A", 8), None);
    let found = within(&store, move |db| call(db, first.id, "A", NOW)).unwrap();
    assert_eq!(found.state, TicketState::Called, "who shows up late is still served");
}

#[test]
fn a_desk_cannot_touch_the_number_of_another() {
    let (_dir, store) = store(true);
    draw_one(&store, false, None);
    let id = next_at(&store, "A", 0).unwrap().id;
    let failed = within(&store, move |db| serve(db, id, "B", None, None, NOW)).unwrap_err();
    assert!(matches!(failed, OfficeError::OtherDesk { number: 1, .. }));
    let failed = within(&store, move |db| done(db, id, "A", NOW)).unwrap_err();
    assert!(matches!(failed, OfficeError::TicketState { state: "called", .. }));
    let failed = within(&store, move |db| call(db, id, "B", NOW)).unwrap_err();
    assert!(matches!(failed, OfficeError::TicketState { .. }));
}

#[test]
fn nobody_stands_in_line_twice() {
    let (_dir, store) = store(true);
    let visitor = Visitor { nik: Some("3303105708909001".parse().unwrap()), ..Visitor::default() };
    within(&store, move |db| draw(db, DAY, &visitor, NOW)).unwrap();
    let failed = within(&store, move |db| draw(db, DAY, &visitor, NOW)).unwrap_err();
    assert!(matches!(failed, OfficeError::AlreadyInLine { number: 1 }));
    let tomorrow = DAY.next_day().unwrap();
    assert_eq!(within(&store, move |db| draw(db, tomorrow, &visitor, NOW)).unwrap().ticket.number, 1);
}

#[test]
fn the_expected_time_follows_the_day_s_own_pace() {
    let (_dir, store) = store(true);
    for _ in 0..3 {
        draw_one(&store, false, None);
    }
    for n in 0..3_i64 {
        let id = next_at(&store, "A", 10 * n).unwrap().id;
        let at = NOW + Duration::minutes(10 * n);
        within(&store, move |db| serve(db, id, "A", None, None, at)).unwrap();
        within(&store, move |db| done(db, id, "A", at + Duration::minutes(6))).unwrap();
    }
    for _ in 0..3 {
        draw_one(&store, false, None);
    }
    let drawn = within(&store, |db| draw(db, DAY, &Visitor::default(), NOW)).unwrap();
    assert_eq!((drawn.ahead, drawn.expected - NOW), (3, Duration::minutes(18)));
}

#[test]
fn the_elderly_go_first_by_the_register() {
    let mut resident = crate::domain::resident::tests::sample();
    resident.birth_date = date!(1966 - 11 - 23);
    assert_eq!(Priority::of(&resident, DAY), Some(Priority::Elderly));
    assert_eq!(Priority::of(&resident, DAY.previous_day().unwrap()), None);
}

/// What may happen at a door and two desks.
#[derive(Debug, Clone, Copy)]
enum Act {
    Draw { priority: bool, family: Option<u8> },
    Next(usize),
    Serve(usize),
    Done(usize),
    Absent(usize),
    Park(usize),
    Recall(usize),
    Fetch(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (any::<bool>(), prop::option::of(0_u8..3)).prop_map(|(priority, family)| Act::Draw { priority, family }),
        4 => (0_usize..2).prop_map(Act::Next),
        3 => (0_usize..2).prop_map(Act::Serve),
        3 => (0_usize..2).prop_map(Act::Done),
        2 => (0_usize..2).prop_map(Act::Absent),
        1 => (0_usize..2).prop_map(Act::Park),
        1 => (0_usize..2).prop_map(Act::Recall),
        1 => (0_usize..2).prop_map(Act::Fetch),
    ];
    prop::collection::vec(act, 1..60)
}

const DESKS: [&str; 2] = ["A", "B"];

/// Does what can be done; what the state forbids is refused and changes nothing.
fn perform(db: &mut Db, day: Date, act: Act, hands: &mut [Option<i64>; 2], at: OffsetDateTime) -> Result<()> {
    let rules = Rules::default();
    let held = |desk: usize, hands: &[Option<i64>; 2]| hands[desk].unwrap_or(-1);
    match act {
        Act::Draw { priority, family } => {
            let family = family.map(|n| format!("330310120315900{n}").parse().unwrap());
            draw(db, day, &Visitor { priority: priority.then_some(Priority::Pregnant), family, nik: None }, at)?;
        }
        Act::Next(desk) => {
            if hands[desk].is_none() {
                let called = call_next(db, day, DESKS[desk], &rules, at)?;
                let elsewhere = hands[1 - desk];
                assert!(called.is_none() || called.as_ref().map(|t| t.id) != elsewhere, "called at two desks");
                hands[desk] = called.map(|t| t.id);
            }
        }
        Act::Serve(desk) => drop(serve(db, held(desk, hands), DESKS[desk], None, None, at)?),
        Act::Done(desk) => {
            done(db, held(desk, hands), DESKS[desk], at)?;
            hands[desk] = None;
        }
        Act::Absent(desk) => {
            absent(db, held(desk, hands), DESKS[desk], at)?;
            hands[desk] = None;
        }
        Act::Park(desk) => {
            park(db, held(desk, hands), DESKS[desk], at)?;
            hands[desk] = None;
        }
        Act::Recall(desk) => drop(recall(db, held(desk, hands), DESKS[desk], at)?),
        Act::Fetch(desk) => {
            let parked = tickets(db, day)?.into_iter().find(|t| t.state == TicketState::Parked);
            if let (None, Some(ticket)) = (hands[desk], parked) {
                hands[desk] = Some(call(db, ticket.id, DESKS[desk], at)?.id);
            }
        }
    }
    Ok(())
}

#[test]
fn nobody_is_called_twice_and_nobody_is_lost() {
    let (_dir, store) = store(true);
    let case = std::cell::Cell::new(0_i32);
    proptest!(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() }, |(acts in acts())| {
        case.set(case.get() + 1);
        let day = DAY + Duration::days(case.get().into());
        let served = within(&store, move |db| {
            let mut hands = [None, None];
            for (n, act) in acts.into_iter().enumerate() {
                // Acts the state forbids answer with an error and must change nothing; the laws below would notice.
                let _ = perform(db, day, act, &mut hands, NOW + Duration::seconds(n as i64));
            }
            drain(db, day)
        }).unwrap();
        prop_assert!(served.values().all(|times| *times == 1), "{served:?}");
    });
}

/// Empties the day: everybody who is called comes. Answers how often each number ended.
fn drain(db: &mut Db, day: Date) -> Result<BTreeMap<u32, usize>> {
    let rules = Rules::default();
    let late = |n: i64| NOW + Duration::hours(2) + Duration::seconds(n);
    for ticket in tickets(db, day)? {
        let desk = ticket.desk.clone().unwrap_or_default();
        let at_desk = match ticket.state {
            TicketState::Called | TicketState::Serving => true,
            TicketState::Parked => {
                call(db, ticket.id, &desk, late(0))?;
                true
            }
            TicketState::Absent if is_lost(&ticket, &rules) => {
                call(db, ticket.id, &desk, late(0))?;
                true
            }
            _ => false,
        };
        if at_desk {
            if ticket.state != TicketState::Serving {
                serve(db, ticket.id, &desk, None, None, late(1))?;
            }
            done(db, ticket.id, &desk, late(2))?;
        }
    }
    let mut ended: BTreeMap<u32, usize> =
        tickets(db, day)?.iter().map(|t| (t.number, usize::from(t.state == TicketState::Done))).collect();
    for n in 3.. {
        let Some(ticket) = call_next(db, day, "A", &rules, late(n))? else { break };
        serve(db, ticket.id, "A", None, None, late(n))?;
        done(db, ticket.id, "A", late(n))?;
        *ended.entry(ticket.number).or_default() += 1;
    }
    let counted = Counters::of(&tickets(db, day)?, &rules);
    assert_eq!((counted.drawn, counted.done), (ended.len(), ended.len()));
    Ok(ended)
}
