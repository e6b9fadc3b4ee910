use proptest::prelude::*;

use super::*;
use crate::uru4000::frame;

/// A cable that keeps the books: which transfers are under way, and whether the timer runs.
#[derive(Default)]
struct Books {
    control: Option<Transfer>,
    listening: bool,
    imaging: bool,
    timer: Option<Duration>,
    written: Vec<(u16, Vec<u8>)>,
}

impl Books {
    /// Carries out all orders; two transfers on one pipe are a mistake.
    fn follow(&mut self, machine: &mut Machine) {
        while let Some(order) = machine.order() {
            match order {
                Order::Submit(Transfer::Report) => assert!(!std::mem::replace(&mut self.listening, true)),
                Order::Submit(Transfer::Image) => assert!(!std::mem::replace(&mut self.imaging, true)),
                Order::Submit(transfer) => {
                    if let Transfer::Write { register, bytes } = &transfer {
                        self.written.push((*register, bytes.clone()));
                    }
                    assert_eq!(self.control.replace(transfer), None, "two control transfers");
                }
                Order::Cancel(Pipe::Control) => assert!(self.control.take().is_some()),
                Order::Cancel(Pipe::Bulk) => assert!(std::mem::take(&mut self.imaging)),
                Order::Cancel(Pipe::Interrupt) => assert!(std::mem::take(&mut self.listening)),
                Order::Timer(wait) => self.timer = wait,
            }
        }
    }

    fn complete(&mut self, machine: &mut Machine, pipe: Pipe, result: Result<Vec<u8>, TransferError>) {
        let pending = match pipe {
            Pipe::Control => self.control.take().is_some(),
            Pipe::Interrupt => std::mem::take(&mut self.listening),
            Pipe::Bulk => std::mem::take(&mut self.imaging),
        };
        if pending {
            machine.completed(Completion { pipe, result });
            self.follow(machine);
        }
    }

    fn report(&mut self, machine: &mut Machine, code: u16) {
        self.complete(machine, Pipe::Interrupt, Ok(code.to_be_bytes().to_vec()));
    }

    fn answer(&mut self, machine: &mut Machine, bytes: &[u8]) {
        self.complete(machine, Pipe::Control, Ok(bytes.to_vec()));
    }
}

fn machine(product: u16) -> Machine {
    let vendor = if product == 0x00ca { 0x045e } else { 0x05ba };
    Machine::new(Model::of(vendor, product).unwrap(), Box::new(|| 0x51ea_2124))
}

fn told(machine: &mut Machine) -> Vec<News> {
    std::iter::from_fn(|| machine.news()).collect()
}

/// A device that is awake, up to the moment in which it waits for a finger.
fn armed() -> (Machine, Books) {
    let (mut machine, mut books) = (machine(0x000a), Books::default());
    machine.begin();
    books.follow(&mut machine);
    books.answer(&mut machine, &[0x01]);
    books.answer(&mut machine, &[]);
    books.report(&mut machine, 0x56aa);
    books.answer(&mut machine, &[]);
    books.answer(&mut machine, &[0x01]);
    books.answer(&mut machine, &[0; 16]);
    books.answer(&mut machine, &[]);
    assert_eq!(told(&mut machine), [News::Waiting]);
    (machine, books)
}

#[test]
fn an_awake_device_is_put_to_sleep_woken_and_told_to_wait_for_a_finger() {
    let (_, books) = armed();
    let written = [(register::STATUS, vec![0x81]), (register::STATUS, vec![0x01]), (register::MODE, vec![0x10])];
    assert_eq!(books.written, written);
    assert_eq!(books.timer, None, "a finger may take its time");
}

#[test]
fn the_image_is_asked_for_before_the_device_is_told_to_take_it() {
    let (mut machine, _) = armed();
    machine.completed(Completion { pipe: Pipe::Interrupt, result: Ok(vec![1, 1]) });
    let orders: Vec<Order> = std::iter::from_fn(|| machine.order()).collect();
    let capture = Transfer::Write { register: register::MODE, bytes: vec![mode::CAPTURE] };
    let first = [Transfer::Report, Transfer::Image, capture].map(Order::Submit);
    assert_eq!(orders[..3], first);
}

#[test]
fn a_confused_device_is_restarted_first() {
    let (mut machine, mut books) = (machine(0x0007), Books::default());
    machine.begin();
    books.follow(&mut machine);
    books.answer(&mut machine, &[0x85]);
    assert_eq!(books.written, [(register::STATUS, vec![0x05])]);
    books.answer(&mut machine, &[]);
    books.answer(&mut machine, &[0x84]);
    assert_eq!(books.control, None);
    machine.expired();
    books.follow(&mut machine);
    books.answer(&mut machine, &[0x81]);
    assert_eq!(books.written.last(), Some(&(register::STATUS, vec![0x01])), "asleep already, it is woken");
}

#[test]
fn a_challenge_is_answered_after_each_attempt_to_wake() {
    let (mut machine, mut books) = (machine(0x00ca), Books::default());
    machine.begin();
    books.follow(&mut machine);
    books.answer(&mut machine, &[0x81]);
    books.answer(&mut machine, &[]);
    books.answer(&mut machine, &[0x81]);
    machine.expired();
    books.follow(&mut machine);
    assert_eq!(books.control, Some(Transfer::Read { register: register::CHALLENGE, length: 16 }));
    books.answer(&mut machine, &[7; 16]);
    let answer = super::super::challenge::response([7; 16]).to_vec();
    assert_eq!(books.written.last(), Some(&(register::RESPONSE, answer)));
    books.answer(&mut machine, &[]);
    assert_eq!(books.written.last(), Some(&(register::STATUS, vec![0x01])));
}

#[test]
fn a_report_of_power_from_before_the_waking_does_not_count() {
    let (mut machine, mut books) = (machine(0x0007), Books::default());
    machine.begin();
    books.follow(&mut machine);
    books.report(&mut machine, 0x56aa);
    books.answer(&mut machine, &[0x81]);
    books.answer(&mut machine, &[]);
    books.answer(&mut machine, &[0x01]);
    assert_eq!(books.control, None);
    assert_eq!(books.timer, Some(Duration::from_millis(300)));
    for _ in 0..2 {
        machine.expired();
        books.follow(&mut machine);
        assert_eq!(books.control, Some(Transfer::Read { register: register::STATUS, length: 1 }));
        books.answer(&mut machine, &[0x81]);
        books.answer(&mut machine, &[]);
        books.answer(&mut machine, &[0x01]);
    }
    machine.expired();
    let failed = told(&mut machine);
    assert!(matches!(failed.as_slice(), [News::Failed(Fault::Silent(_))]), "{failed:?}");
}

#[test]
fn a_finger_that_comes_while_the_mode_is_being_written_is_not_missed() {
    let (mut machine, mut books) = armed();
    machine.stop();
    books.follow(&mut machine);
    books.answer(&mut machine, &[]);
    assert_eq!(told(&mut machine), [News::Stopped]);
    machine.begin();
    books.follow(&mut machine);
    books.answer(&mut machine, &[0x81]);
    books.answer(&mut machine, &[]);
    books.report(&mut machine, 0x56aa);
    books.answer(&mut machine, &[0x01]);
    books.answer(&mut machine, &[0; 16]);
    books.report(&mut machine, 0x0101);
    assert!(!books.imaging);
    books.answer(&mut machine, &[]);
    assert!(books.imaging);
    assert_eq!(told(&mut machine), [News::Waiting, News::Taking]);
}

/// Something that may happen to the machine.
fn happen(machine: &mut Machine, books: &mut Books, what: u8, value: u8) {
    let bytes = |length: usize| vec![value; length];
    match what % 16 {
        0..=4 => books.answer(machine, &[value & 0x85]),
        5 => books.answer(machine, &bytes(usize::from(value) % 20)),
        6 => books.report(machine, [0x56aa, 0x0101, 0x0200, 0x0800][usize::from(value) % 4]),
        7 => books.report(machine, 0x0101),
        8 => books.complete(machine, Pipe::Interrupt, Ok(bytes(usize::from(value) % 3))),
        9 => {
            let mut image = bytes(frame::HEADER + 2 * frame::WIDTH);
            image[4..6].copy_from_slice(&[value % 4, 0]);
            books.complete(machine, Pipe::Bulk, Ok(image));
        }
        10 => books.complete(machine, Pipe::Bulk, Ok(bytes(usize::from(value)))),
        11 => {
            let pipe = Pipe::ALL[usize::from(value) % 3];
            let errors = [TransferError::Gone, TransferError::Stalled, TransferError::Cancelled];
            books.complete(machine, pipe, Err(errors[usize::from(value / 3) % 3]));
        }
        12 if books.timer.is_some() => machine.expired(),
        // Nobody begins while a probe is under way.
        13 if machine.is_quiet() || !machine.is_off() => machine.begin(),
        14 => machine.take_now(),
        15 if value < 40 => machine.stop(),
        15 if value < 80 && machine.is_quiet() && machine.is_off() => machine.probe(),
        _ => {}
    }
    books.follow(machine);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// 500 cases of 240 events each: 120,000 inputs.
    #[test]
    fn whatever_happens_no_pipe_carries_two_transfers_and_it_can_always_be_turned_off(
        events in prop::collection::vec(any::<(u8, u8)>(), 240),
        product in prop::sample::select(vec![0x000a, 0x0007, 0x00ca]),
    ) {
        let (mut machine, mut books) = (machine(product), Books::default());
        machine.begin();
        books.follow(&mut machine);
        for (what, value) in events {
            happen(&mut machine, &mut books, what, value);
            told(&mut machine);
            // Something is always under way, or the device rests.
            let waits = books.control.is_some() || books.listening || books.timer.is_some();
            prop_assert!(waits || machine.is_off());
        }
        machine.stop();
        books.follow(&mut machine);
        for _ in 0..3 {
            books.answer(&mut machine, &[]);
        }
        if books.timer.is_some() {
            machine.expired();
            books.follow(&mut machine);
        }
        prop_assert!(machine.is_off() && machine.is_quiet());
        prop_assert!(!books.imaging && books.control.is_none());
    }
}
