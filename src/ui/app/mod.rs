//! The program around the screens: windows, routing, keys, boards, frames.
//!
//! Keys pressed while an act is under way wait for its board and then mean what they mean on the screen that follows;
//! so no press is lost and none meets a screen that its presser has not seen... except where a longer piece of work
//! shows itself: then presses are impatience, and dropped. A key that is held down acts once.

mod asking;
mod show;
mod unseen;
mod windows;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use iced::{Size, Task, window};
use time::OffsetDateTime;
use tokio::sync::watch;

use asking::Sign;
use unseen::Unseen;

use super::Element;
use super::context::Context;
use super::keys::{Key, Press};
use super::outcome::{Outcome, Route};
use super::pictures::{Frame, Pictures};
use super::preferences::Preferences;
use super::screen::{
    confirm, devices, done, fingerprints, home, iris, login, photo, settings, setup, signature, supervisor, verify,
};
use crate::domain::session::{ConfirmNeed, RecordId};
use crate::office::words::Words;
use crate::station::News;
use crate::station::counter::{Act, Board, Line, Stage};

/// Presses that wait, at most.
const TYPED_AHEAD: usize = 64;
/// The smallest screen.
pub const SMALLEST: Size = Size::new(1366.0, 768.0);

/// Every so many seconds everything is painted anew.
const REPAINT_SECONDS: u32 = 10;

/// Below this everything would be too small to read; a window that small is cut off instead.
const LEAST_SCALE: f32 = 0.7;

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named after the screens")]
pub enum Shown {
    Login,
    Setup,
    Home,
    Verify,
    Photo,
    Signature,
    Fingerprints,
    Iris,
    Confirm,
    Done,
    Supervisor,
    Devices,
    Settings,
}

/// What tells one opening of a screen from the next.
#[derive(Debug, Clone, PartialEq)]
struct Opened {
    shown: Shown,
    record: Option<RecordId>,
    stage: Stage,
    /// The confirm step has nothing left to compare: another face of the same screen, with fields.
    vouching: bool,
}

/// The program.
pub struct App {
    line: Line,
    board: Arc<Board>,
    asked: u64,
    preferences: Preferences,
    route: Route,
    help: bool,
    pictures: Pictures,
    frame: Option<Frame>,
    typed_ahead: VecDeque<Press>,
    now: OffsetDateTime,
    last_press: Instant,
    /// The last sign of somebody at the screen: a key, a click, a letter in a field.
    last_sign: Sign,
    /// A portrait that has just appeared.
    unseen: Unseen,
    /// Acts that were asked for and not answered yet.
    under_way: Vec<Act>,
    /// The frames that are looked at now.
    live: Option<watch::Receiver<News>>,
    /// What was shown last: when it changes, the screen starts afresh.
    opened: Option<Opened>,
    main: Option<window::Id>,
    /// Turns over when everything must be painted anew.
    coat: bool,
    seconds: u32,
    /// The operator's window in pixels of a display without scaling.
    extent: Size,
    resident: Option<window::Id>,
    /// The window exists in a test only as a thought: no window is opened or closed.
    headless: bool,
    screens: Screens,
}

#[derive(Default)]
struct Screens {
    login: login::Login,
    setup: setup::Setup,
    home: home::Home,
    verify: verify::Verify,
    photo: photo::Photo,
    signature: signature::Signature,
    fingerprints: fingerprints::Fingerprints,
    iris: iris::Iris,
    confirm: confirm::Confirm,
    done: done::Done,
    supervisor: supervisor::Supervisor,
    devices: devices::Devices,
    settings: settings::Settings,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum Message {
    /// A new board hangs on the wall.
    BoardArrived,
    /// There will be no more boards: the counter is gone.
    CounterGone,
    /// Time to look for a frame.
    FrameDue,
    /// A second has passed.
    SecondPassed,
    /// A key went down that no field kept.
    Pressed(Press),
    /// An action of the whole program.
    Global(Global),
    /// A window is there.
    WindowOpened(window::Id),
    /// A window is gone.
    WindowClosed(window::Id),
    /// A window came to the front or went behind another.
    Uncovered,
    /// A window has another size.
    Resized(window::Id, Size),
    /// Of the screen of this name.
    Login(login::Message),
    /// Of the screen of this name.
    Setup(setup::Message),
    /// Of the screen of this name.
    Home(home::Message),
    /// Of the screen of this name.
    Verify(verify::Message),
    /// Of the screen of this name.
    Photo(photo::Message),
    /// Of the screen of this name.
    Signature(signature::Message),
    /// Of the screen of this name.
    Fingerprints(fingerprints::Message),
    /// Of the screen of this name.
    Iris(iris::Message),
    /// Of the screen of this name.
    Confirm(confirm::Message),
    /// Of the screen of this name.
    Done(done::Message),
    /// Of the screen of this name.
    Supervisor(supervisor::Message),
    /// Of the screen of this name.
    Devices(devices::Message),
    /// Of the screen of this name.
    Settings(settings::Message),
}

/// What the whole program can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Global {
    /// Open or close the help.
    Help,
    /// Go there.
    Go(Route),
    /// Lock the screen.
    Lock,
    /// The trouble was read.
    Read,
    /// Open or close the resident's window.
    ResidentWindow,
    /// The next field.
    NextField,
    /// The field before.
    PreviousField,
}

impl App {
    /// The program on a line to a counter, without windows.
    pub fn new(line: Line, preferences: Preferences, now: OffsetDateTime) -> Self {
        let board = line.board();
        let mut app = Self {
            line,
            board,
            asked: 0,
            preferences,
            route: Route::Work,
            help: false,
            pictures: Pictures::default(),
            frame: None,
            typed_ahead: VecDeque::new(),
            now,
            last_press: Instant::now(),
            last_sign: Sign::now(),
            unseen: Unseen::default(),
            under_way: Vec::new(),
            live: None,
            opened: None,
            main: None,
            coat: false,
            seconds: 0,
            extent: SMALLEST,
            resident: None,
            headless: true,
            screens: Screens::default(),
        };
        app.pictures.follow(&app.board);
        let _ = app.enter();
        app
    }

    /// The latest board the program knows.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The latest frame of the capture under way.
    pub fn frame(&self) -> Option<&Frame> {
        self.frame.as_ref()
    }

    /// Whether an act is under way.
    pub fn is_waiting(&self) -> bool {
        self.asked > self.board.answered
    }

    fn context(&self) -> Context<'_> {
        Context {
            board: &self.board,
            words: Words::of(self.preferences.language.into()),
            preferences: &self.preferences,
            now: self.now,
            pictures: &self.pictures,
            frame: self.frame.as_ref(),
            waiting: self.is_waiting(),
        }
    }

    /// The preferences of this screen.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::BoardArrived => return self.follow(),
            Message::CounterGone => return self.lose_counter(),
            Message::FrameDue => self.look_for_frame(),
            Message::SecondPassed => return self.tick(),
            Message::Pressed(press) => return self.pressed(press),
            Message::Global(global) => return self.global(global),
            Message::WindowOpened(id) if self.main == Some(id) => return window::maximize(id, true),
            Message::WindowOpened(_) => {}
            Message::Resized(id, size) if self.main == Some(id) => self.extent = size * self.scale(),
            Message::Resized(..) => {}
            Message::Uncovered => self.coat = !self.coat,
            Message::WindowClosed(id) => return self.closed(id),
            hasty if self.unseen.forbids(&hasty, Instant::now()) => {}
            screens => {
                self.last_sign = Sign::now();
                let outcomes = self.dispatch(screens);
                return self.carry_out(outcomes);
            }
        }
        Task::none()
    }

    fn carry_out(&mut self, outcomes: Vec<Outcome>) -> Task<Message> {
        let mut tasks = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Do(act) => self.ask(act),
                Outcome::Go(route) => tasks.push(self.go(route)),
                Outcome::Prefer(preferences) => self.prefer(preferences),
                Outcome::Focus(field) => tasks.push(focus(field)),
                Outcome::ToggleResidentWindow => tasks.push(self.toggle_resident_window()),
                Outcome::Quit => tasks.push(iced::exit()),
            }
        }
        Task::batch(tasks)
    }

    fn prefer(&mut self, preferences: Preferences) {
        self.preferences = preferences;
        let folder = &self.board.place.folder;
        // While the folder is unknown they would land wherever the program was started.
        if !folder.as_os_str().is_empty()
            && let Err(error) = preferences.save(folder)
        {
            tracing::warn!(%error, "the preferences of this screen could not be kept");
        }
    }

    /// Takes the latest board in, and with it what was typed ahead.
    fn follow(&mut self) -> Task<Message> {
        let before = std::mem::replace(&mut self.board, self.line.board());
        self.pictures.follow(&self.board);
        if self.board.capture.is_none() {
            (self.frame, self.live) = (None, None);
        }
        if !self.is_waiting() {
            self.under_way.clear();
        }
        self.close_left_door();
        let mut tasks = vec![self.enter()];
        let number = |board: &Board| board.trouble.as_ref().map(|trouble| trouble.number);
        let failed = self.board.trouble.is_some() && number(&before) != number(&self.board);
        let appeared = self.unseen.follow(&before, &self.board, Instant::now());
        // Whoever typed on had not seen that something went wrong, that the screen is another's now, or the portrait.
        if self.is_busy() || failed || appeared || before.stage != self.board.stage {
            self.typed_ahead.clear();
        }
        while !self.is_waiting()
            && let Some(press) = self.typed_ahead.pop_front()
        {
            tasks.push(self.act_on(press));
        }
        Task::batch(tasks)
    }

    /// When another screen is shown than before, it starts afresh, with the cursor where typing begins.
    fn enter(&mut self) -> Task<Message> {
        let session = self.board.session();
        let now = Opened {
            shown: self.shown(),
            record: session.map(|session| session.record().clone()),
            stage: self.board.stage.clone(),
            vouching: session.is_some_and(|session| session.confirm_need() == ConfirmNeed::Supervisor),
        };
        if self.opened.as_ref() == Some(&now) {
            return Task::none();
        }
        let same_record = self.opened.as_ref().is_some_and(|before| before.record == now.record);
        if !same_record {
            let keep = std::mem::take(&mut self.screens);
            // What belongs to no record stays as it was left.
            self.screens = Screens {
                login: keep.login,
                setup: keep.setup,
                home: keep.home,
                supervisor: keep.supervisor,
                devices: keep.devices,
                settings: keep.settings,
                ..Screens::default()
            };
        }
        // A station that has been made needs no plan any more, and the plan holds passphrases.
        if matches!(self.board.stage, Stage::Closed | Stage::Open) {
            self.screens.setup = setup::Setup::default();
        }
        if now.shown != Shown::Supervisor {
            self.screens.supervisor.forget();
        }
        if now.shown != Shown::Settings {
            self.screens.settings.forget();
        }
        if now.shown != Shown::Confirm {
            self.screens.confirm.forget();
        }
        tracing::info!(target: "rekam::screen", shown = ?now.shown, "shown");
        self.opened = Some(now);
        self.help = false;
        self.first_field().map_or_else(Task::none, focus)
    }

    /// The factor by which everything is drawn: what is preferred, as far as a screen's whole content then still fits.
    pub fn scale(&self) -> f32 {
        let fits = (self.extent.width / SMALLEST.width).min(self.extent.height / SMALLEST.height);
        self.preferences.scale().min(fits.max(LEAST_SCALE))
    }

    fn look_for_frame(&mut self) {
        let Some(capture) = &self.board.capture else { return };
        let same = self.live.as_ref().is_some_and(|live| live.same_channel(&capture.live));
        // What is seen in a frame is known some frames later.
        if let (Some(frame), Some(seen)) = (&mut self.frame, &capture.portrait) {
            frame.portrait = seen.borrow().clone();
        }
        if same && !self.live.as_ref().is_some_and(|live| live.has_changed().unwrap_or(false)) {
            return;
        }
        let mut live = capture.live.clone();
        let before = self.frame.as_ref().filter(|_| same);
        self.frame = Some(Frame::of(capture, &live.borrow_and_update(), before, Instant::now()));
        self.live = Some(live);
    }

    fn tick(&mut self) -> Task<Message> {
        self.now = OffsetDateTime::now_utc();
        self.seconds = self.seconds.wrapping_add(1);
        if self.seconds.is_multiple_of(REPAINT_SECONDS) {
            self.coat = !self.coat;
        }
        let minutes = self.board.rules.lock_after;
        let idle = self.last_sign.is_older_than(Duration::from_secs(u64::from(minutes) * 60));
        if self.board.stage == Stage::Open && minutes > 0 && idle && !self.is_waiting() {
            self.ask(Act::Lock);
        }
        Task::none()
    }

    fn pressed(&mut self, press: Press) -> Task<Message> {
        self.last_press = Instant::now();
        self.last_sign = Sign::now();
        if press.repeat && !press.key.repeats() {
            return Task::none();
        }
        if self.is_waiting() {
            if !self.is_busy() && self.typed_ahead.len() < TYPED_AHEAD {
                self.typed_ahead.push_back(press);
            }
            return Task::none();
        }
        self.act_on(press)
    }

    fn act_on(&mut self, press: Press) -> Task<Message> {
        let message = self.meaning(press.key);
        message.map_or_else(Task::none, |message| self.update(message))
    }

    /// What a key means on the screen that is shown.
    fn meaning(&self, key: Key) -> Option<Message> {
        match key {
            Key::Tab => return Some(Message::Global(Global::NextField)),
            Key::BackTab => return Some(Message::Global(Global::PreviousField)),
            _ => {}
        }
        if self.help {
            let close = matches!(key, Key::Escape | Key::F(1) | Key::Enter);
            return close.then_some(Message::Global(Global::Help));
        }
        // What broke the program is the only thing there is to read then: it stays.
        if key == Key::Escape && self.board.trouble.is_some() && self.board.stage != Stage::Broken {
            return Some(Message::Global(Global::Read));
        }
        let found = self.actions().into_iter().chain(self.global_actions()).find(|action| action.key == key);
        found.and_then(|action| action.message)
    }

    fn global(&mut self, global: Global) -> Task<Message> {
        match global {
            Global::Help => {
                self.help = !self.help;
                if self.help { Task::none() } else { self.first_field().map_or_else(Task::none, focus) }
            }
            Global::Go(route) => self.go(route),
            Global::Lock => self.carry_out(vec![Outcome::Do(Act::Lock)]),
            Global::Read => self.carry_out(vec![Outcome::Do(Act::ClearTrouble)]),
            Global::ResidentWindow => self.toggle_resident_window(),
            Global::NextField => iced::widget::operation::focus_next(),
            Global::PreviousField => iced::widget::operation::focus_previous(),
        }
    }
}

fn focus(field: &'static str) -> Task<Message> {
    iced::widget::operation::focus(iced::widget::Id::new(field))
}
