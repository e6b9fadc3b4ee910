//! An operator's day by keyboard alone: from the login to the batch, with the real counter, store and devices of a
//! training station behind the real screens. Nothing is clicked, nothing is asked of the counter but through keys.

use std::time::{Duration, Instant};

use iced_test::Simulator;
use iced_test::selector::id;
use rekam::domain::session::Step;
use rekam::station::Models;
use rekam::station::counter::{Export, Line, Phase, Start, start};
use rekam::ui::app::{App, Message, SMALLEST, Shown};
use rekam::ui::keys::{Key, Press};
use rekam::ui::{Preferences, settings};
use time::OffsetDateTime;

/// Whoever sits at the keyboard.
struct Operator {
    app: App,
    line: Line,
    seen: u64,
}

impl Operator {
    fn at(line: Line) -> Self {
        let app = App::new(line.clone(), Preferences::default(), OffsetDateTime::now_utc());
        Self { app, line, seen: 0 }
    }

    /// Lets boards reach the window until it says so.
    fn until(&mut self, what: &str, holds: impl Fn(&App) -> bool) {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            let version = self.line.board().version;
            if version != self.seen {
                self.seen = version;
                drop(self.app.update(Message::BoardArrived));
            }
            if !self.app.is_waiting() && holds(&self.app) {
                return;
            }
            let board = self.app.board();
            assert!(
                Instant::now() < end,
                "{what}: {:?}, trouble {:?}, last {:?}",
                self.app.shown(),
                board.trouble,
                board.last
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn press(&mut self, key: Key) {
        drop(self.app.update(Message::Pressed(Press { key, repeat: false })));
        self.until("the act of a key", |_| true);
    }

    /// A key that is held down, as the keyboard repeats it.
    fn lean_on(&mut self, key: Key) {
        for _ in 0..20 {
            drop(self.app.update(Message::Pressed(Press { key, repeat: true })));
        }
        self.until("nothing at all", |_| true);
    }

    /// Types into a field that has the cursor, and ends with Enter.
    fn write(&mut self, field: &'static str, text: &str) {
        for letter in text.chars() {
            self.in_field(field, |ui| {
                let _ = ui.typewrite(&letter.to_string());
            });
        }
        self.in_field(field, |ui| {
            let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        });
        self.until("the act of a field", |_| true);
    }

    fn in_field(&mut self, field: &'static str, act: impl FnOnce(&mut Simulator<'_, Message>)) {
        let messages: Vec<Message> = {
            let mut ui = Simulator::with_size(settings(), SMALLEST, self.app.view());
            drop(ui.click(id(field)).unwrap());
            let _ = ui.tap_key(iced::keyboard::key::Named::End);
            act(&mut ui);
            ui.into_messages().collect()
        };
        for message in messages {
            drop(self.app.update(message));
        }
    }

    fn step(&self) -> Option<Step> {
        self.app.board().session().map(|session| session.step())
    }

    /// Reads the data aloud: every group, every warning, then on.
    fn verify(&mut self) {
        for _ in 0..60 {
            if self.step() != Some(Step::Verify) {
                return;
            }
            for key in [Key::Space, Key::Char('1'), Key::Enter] {
                if self.step() == Some(Step::Verify) {
                    self.press(key);
                }
            }
        }
        panic!("the data could not be confirmed by keys");
    }
}

/// The step needs nothing more.
fn is_done(app: &App, step: Step) -> bool {
    app.board().session().is_some_and(|session| session.step() == step && session.is_done(step))
}

#[test]
fn a_resident_is_recorded_approved_and_exported_by_keys_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = start(Start { dir: dir.path().to_owned(), models: Models::Embedded, setup: false }).unwrap();
    let mut operator = Operator::at(line.clone());
    operator.until("the station is ready", |app| app.board().stage == rekam::station::counter::Stage::Closed);
    operator.write("login-passphrase", "latihan");
    assert_eq!(operator.app.shown(), Shown::Home);
    operator.press(Key::Enter);
    assert!(operator.app.board().home.called.is_some(), "nobody was called");
    operator.press(Key::Enter);
    assert_eq!(operator.step(), Some(Step::Verify));
    operator.lean_on(Key::Enter);
    assert_eq!(operator.step(), Some(Step::Verify), "Enter held down skipped something");
    operator.verify();

    let live = |app: &App| app.board().capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live);
    operator.until("the camera", live);
    operator.lean_on(Key::Enter);
    operator.press(Key::Space);
    operator.until("the portrait", |app| app.board().seat.as_ref().is_some_and(|seat| seat.shown.photo.is_some()));
    // The resident looks at it; a press quicker than an eye would be for nothing.
    for _ in 0..100 {
        if operator.step() == Some(Step::Photo) {
            std::thread::sleep(std::time::Duration::from_millis(100));
            operator.press(Key::Enter);
        }
    }
    for (step, next) in
        [(Step::Signature, Step::Fingerprints), (Step::Fingerprints, Step::Iris), (Step::Iris, Step::Confirm)]
    {
        assert_eq!(operator.step(), Some(step));
        operator.until("the step", |app| is_done(app, step));
        operator.press(Key::Enter);
        assert_eq!(operator.step(), Some(next));
    }
    operator.until("confirmed and signed", |app| is_done(app, Step::Confirm));
    operator.press(Key::Char('2'));
    for _ in 0..4 {
        if operator.app.shown() == Shown::Confirm {
            operator.press(Key::Enter);
        }
    }
    assert_eq!(operator.app.shown(), Shown::Done);
    let finished = operator.app.board().finished.clone().unwrap();
    assert!(finished.slip.as_ref().is_some_and(|slip| slip.exists()), "no paper for the resident");

    operator.press(Key::F(4));
    assert_eq!(operator.app.shown(), Shown::Supervisor);
    operator.write("supervisor-passphrase", "latihan");
    assert!(operator.app.board().back_room.is_some(), "the supervisor stayed outside");
    operator.press(Key::Char('2'));
    while operator.app.board().back_room.as_ref().is_some_and(|room| !room.hits.is_empty()) {
        for key in [Key::Enter, Key::Char('2'), Key::Char('1'), Key::Enter] {
            operator.press(key);
        }
    }
    operator.press(Key::Char('1'));
    for key in [Key::Char('m'), Key::Char('a'), Key::Enter] {
        operator.press(key);
    }
    assert_eq!(operator.app.board().back_room.as_ref().map(|room| room.unsent), Some(1));
    operator.press(Key::Char('4'));
    operator.press(Key::Enter);
    operator.until("the batch", |app| {
        let export = app.board().back_room.as_ref().and_then(|room| room.export.clone());
        matches!(export, Some(Export::Written(files)) if files.len() == 1 && files[0].1 == 1)
    });
    assert!(operator.app.board().trouble.is_none());
    drop((operator, line));
    thread.join().unwrap();
}
