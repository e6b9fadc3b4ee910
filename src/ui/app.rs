//! The program around the screens: windows, routing, keys, boards, frames.
//!
//! Keys pressed while an act is under way wait for its board and then mean what they mean on the screen that follows;
//! so no press is lost and none meets a screen that its presser has not seen... except where a longer piece of work
//! shows itself: then presses are impatience, and dropped. A key that is held down acts once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use iced::keyboard;
use iced::{Size, Subscription, Task, window};
use time::OffsetDateTime;

use super::action::Action;
use super::context::Context;
use super::keys::{Key, Press};
use super::outcome::{Outcome, Route};
use super::pictures::{Frame, Pictures};
use super::preferences::Preferences;
use super::screen::{
    confirm, devices, done, fingerprints, help, home, iris, login, photo, settings, setup, signature, supervisor,
    verify,
};
use super::{Element, resident, shell};
use crate::domain::session::{RecordId, Step};
use crate::office::words::Words;
use crate::station::counter::{Act, Board, Line, Phase, Stage};

/// Presses that wait, at most.
const TYPED_AHEAD: usize = 64;
/// Between two looks for a new frame.
const FRAME: Duration = Duration::from_millis(33);
/// The smallest screen.
pub const SMALLEST: Size = Size::new(1366.0, 768.0);

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
    /// What was shown last: when it changes, the screen starts afresh.
    opened: Option<(Shown, Option<RecordId>)>,
    main: Option<window::Id>,
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
            opened: None,
            main: None,
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

    /// Whether an act is under way.
    pub fn is_waiting(&self) -> bool {
        self.asked > self.board.answered
    }

    /// Which screen is shown.
    pub fn shown(&self) -> Shown {
        match &self.board.stage {
            Stage::Preparing(_) | Stage::Broken | Stage::Closed | Stage::Locked => Shown::Login,
            Stage::Unprovisioned => Shown::Setup,
            Stage::Open => match self.route {
                Route::Supervisor => Shown::Supervisor,
                Route::Devices => Shown::Devices,
                Route::Settings => Shown::Settings,
                Route::Work => self.work(),
            },
        }
    }

    fn work(&self) -> Shown {
        if self.board.finished.is_some() {
            return Shown::Done;
        }
        match self.board.session().map(|session| session.step()) {
            None => Shown::Home,
            Some(Step::Verify) => Shown::Verify,
            Some(Step::Photo) => Shown::Photo,
            Some(Step::Signature) => Shown::Signature,
            Some(Step::Fingerprints) => Shown::Fingerprints,
            Some(Step::Iris) => Shown::Iris,
            Some(Step::Confirm) => Shown::Confirm,
        }
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

    /// Opens the windows; from here on the program is visible.
    pub(super) fn open_windows(&mut self) -> Task<Message> {
        self.headless = false;
        let smallest = Some(Size::new(1024.0, 600.0));
        let (id, opened) =
            window::open(window::Settings { size: SMALLEST, min_size: smallest, ..window::Settings::default() });
        self.main = Some(id);
        let mut tasks = vec![opened.map(Message::WindowOpened)];
        if self.preferences.resident_window {
            tasks.push(self.open_resident_window());
        }
        tasks.extend(self.first_field().map(focus));
        Task::batch(tasks)
    }

    /// What a window shows.
    pub(super) fn view_of(&self, id: window::Id) -> Element<'_, Message> {
        if self.resident == Some(id) { self.resident_view() } else { self.view() }
    }

    /// The preferences of this screen.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// The words of the window's frame.
    pub(super) fn title(&self, id: window::Id) -> String {
        self.context().t(if self.resident == Some(id) { "window-title-resident" } else { "window-title" })
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::BoardArrived => return self.follow(),
            Message::FrameDue => self.look_for_frame(),
            Message::SecondPassed => return self.tick(),
            Message::Pressed(press) => return self.pressed(press),
            Message::Global(global) => return self.global(global),
            Message::WindowOpened(_) => {}
            Message::WindowClosed(id) => return self.closed(id),
            screens => {
                let outcomes = self.dispatch(screens);
                return self.carry_out(outcomes);
            }
        }
        Task::none()
    }

    fn dispatch(&mut self, message: Message) -> Vec<Outcome> {
        let context = Context {
            board: &self.board,
            words: Words::of(self.preferences.language.into()),
            preferences: &self.preferences,
            now: self.now,
            pictures: &self.pictures,
            frame: self.frame.as_ref(),
            waiting: self.asked > self.board.answered,
        };
        let screens = &mut self.screens;
        match message {
            Message::Login(m) => screens.login.update(m, &context),
            Message::Setup(m) => screens.setup.update(m, &context),
            Message::Home(m) => screens.home.update(m, &context),
            Message::Verify(m) => screens.verify.update(m, &context),
            Message::Photo(m) => screens.photo.update(m, &context),
            Message::Signature(m) => screens.signature.update(m, &context),
            Message::Fingerprints(m) => screens.fingerprints.update(m, &context),
            Message::Iris(m) => screens.iris.update(m, &context),
            Message::Confirm(m) => screens.confirm.update(m, &context),
            Message::Done(m) => screens.done.update(m, &context),
            Message::Supervisor(m) => screens.supervisor.update(m, &context),
            Message::Devices(m) => screens.devices.update(m, &context),
            Message::Settings(m) => screens.settings.update(m, &context),
            Message::BoardArrived
            | Message::FrameDue
            | Message::SecondPassed
            | Message::Pressed(_)
            | Message::Global(_)
            | Message::WindowOpened(_)
            | Message::WindowClosed(_) => Vec::new(),
        }
    }

    fn carry_out(&mut self, outcomes: Vec<Outcome>) -> Task<Message> {
        let mut tasks = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Do(act) => self.asked = self.line.tell(act),
                Outcome::Go(route) => {
                    self.route = route;
                    tasks.push(self.enter());
                }
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
        if let (false, Err(error)) = (folder.as_os_str().is_empty(), preferences.save(folder)) {
            tracing::warn!(%error, "the preferences of this screen could not be kept");
        }
    }

    /// Takes the latest board in, and with it what was typed ahead.
    fn follow(&mut self) -> Task<Message> {
        self.board = self.line.board();
        self.pictures.follow(&self.board);
        if self.board.capture.is_none() {
            self.frame = None;
        }
        let mut tasks = vec![self.enter()];
        if self.board.busy.is_some() {
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
        let record = self.board.session().map(|session| session.record().clone());
        let now = (self.shown(), record);
        if self.opened.as_ref() == Some(&now) {
            return Task::none();
        }
        let same_record = self.opened.as_ref().is_some_and(|(_, record)| *record == now.1);
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
        self.opened = Some(now);
        self.help = false;
        self.first_field().map_or_else(Task::none, focus)
    }

    fn first_field(&self) -> Option<&'static str> {
        let screens = &self.screens;
        match self.shown() {
            Shown::Login => screens.login.first_field(),
            Shown::Setup => screens.setup.first_field(),
            Shown::Home => screens.home.first_field(),
            Shown::Verify => screens.verify.first_field(),
            Shown::Photo => screens.photo.first_field(),
            Shown::Signature => screens.signature.first_field(),
            Shown::Fingerprints => screens.fingerprints.first_field(),
            Shown::Iris => screens.iris.first_field(),
            Shown::Confirm => screens.confirm.first_field(),
            Shown::Done => screens.done.first_field(),
            Shown::Supervisor => screens.supervisor.first_field(),
            Shown::Devices => screens.devices.first_field(),
            Shown::Settings => screens.settings.first_field(),
        }
    }

    fn look_for_frame(&mut self) {
        let Some(capture) = &self.board.capture else { return };
        let mut live = capture.live.clone();
        let news = live.borrow_and_update().clone();
        self.frame = Some(Frame::of(&news, Instant::now()));
    }

    fn tick(&mut self) -> Task<Message> {
        self.now = OffsetDateTime::now_utc();
        let minutes = self.board.rules.lock_after;
        let idle = self.last_press.elapsed() >= Duration::from_secs(u64::from(minutes) * 60);
        if self.board.stage == Stage::Open && minutes > 0 && idle && !self.is_waiting() {
            self.asked = self.line.tell(Act::Lock);
        }
        Task::none()
    }

    fn pressed(&mut self, press: Press) -> Task<Message> {
        self.last_press = Instant::now();
        if press.repeat && !press.key.repeats() {
            return Task::none();
        }
        if self.is_waiting() {
            if self.board.busy.is_none() && self.typed_ahead.len() < TYPED_AHEAD {
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
        if key == Key::Escape && self.board.trouble.is_some() {
            return Some(Message::Global(Global::Read));
        }
        let found = self.actions().into_iter().chain(self.global_actions()).find(|action| action.key == key);
        found.and_then(|action| action.message)
    }

    /// What can be done on the screen that is shown.
    pub fn actions(&self) -> Vec<Action<Message>> {
        fn all<M>(actions: Vec<Action<M>>, wrap: fn(M) -> Message) -> Vec<Action<Message>> {
            actions.into_iter().map(|action| action.map(wrap)).collect()
        }
        let (screens, ctx) = (&self.screens, &self.context());
        match self.shown() {
            Shown::Login => all(screens.login.actions(ctx), Message::Login),
            Shown::Setup => all(screens.setup.actions(ctx), Message::Setup),
            Shown::Home => all(screens.home.actions(ctx), Message::Home),
            Shown::Verify => all(screens.verify.actions(ctx), Message::Verify),
            Shown::Photo => all(screens.photo.actions(ctx), Message::Photo),
            Shown::Signature => all(screens.signature.actions(ctx), Message::Signature),
            Shown::Fingerprints => all(screens.fingerprints.actions(ctx), Message::Fingerprints),
            Shown::Iris => all(screens.iris.actions(ctx), Message::Iris),
            Shown::Confirm => all(screens.confirm.actions(ctx), Message::Confirm),
            Shown::Done => all(screens.done.actions(ctx), Message::Done),
            Shown::Supervisor => all(screens.supervisor.actions(ctx), Message::Supervisor),
            Shown::Devices => all(screens.devices.actions(ctx), Message::Devices),
            Shown::Settings => all(screens.settings.actions(ctx), Message::Settings),
        }
    }

    fn global_actions(&self) -> Vec<Action<Message>> {
        let ctx = self.context();
        let open = self.board.stage == Stage::Open;
        let keys = shell::global_keys().into_iter().filter_map(|(key, words)| {
            let message = match key {
                Key::F(1) => Global::Help,
                Key::F(2) if open => Global::Go(Route::Work),
                Key::F(4) if open => Global::Go(Route::Supervisor),
                Key::F(6) if open => Global::Go(Route::Devices),
                Key::F(7) if open => Global::Go(Route::Settings),
                Key::F(12) if open => Global::Lock,
                _ => return None,
            };
            Some(Action::secondary(key, ctx.t(words), Message::Global(message)))
        });
        let mut actions: Vec<_> = keys.collect();
        actions.push(Action::hidden(Key::F(11), Message::Global(Global::ResidentWindow)));
        actions
    }

    fn global(&mut self, global: Global) -> Task<Message> {
        match global {
            Global::Help => {
                self.help = !self.help;
                Task::none()
            }
            Global::Go(route) => {
                self.route = route;
                self.enter()
            }
            Global::Lock => self.carry_out(vec![Outcome::Do(Act::Lock)]),
            Global::Read => self.carry_out(vec![Outcome::Do(Act::ClearTrouble)]),
            Global::ResidentWindow => self.toggle_resident_window(),
            Global::NextField => iced::widget::operation::focus_next(),
            Global::PreviousField => iced::widget::operation::focus_previous(),
        }
    }

    fn toggle_resident_window(&mut self) -> Task<Message> {
        if self.headless {
            return Task::none();
        }
        let open = self.resident.take();
        self.prefer(Preferences { resident_window: open.is_none(), ..self.preferences });
        match open {
            Some(id) => window::close(id),
            None => self.open_resident_window(),
        }
    }

    fn open_resident_window(&mut self) -> Task<Message> {
        let (id, opened) =
            window::open(window::Settings { size: Size::new(1024.0, 768.0), ..window::Settings::default() });
        self.resident = Some(id);
        opened.map(Message::WindowOpened)
    }

    fn closed(&mut self, id: window::Id) -> Task<Message> {
        if self.main == Some(id) {
            return iced::exit();
        }
        if self.resident == Some(id) {
            self.resident = None;
            self.prefer(Preferences { resident_window: false, ..self.preferences });
        }
        Task::none()
    }

    /// The operator's window.
    pub fn view(&self) -> Element<'_, Message> {
        let ctx = self.context();
        if self.help {
            let close = Action::primary(Key::Escape, ctx.t("key-close-help"), Message::Global(Global::Help));
            return shell::frame(&ctx, help::view(&ctx, self.shown(), self.actions()), vec![close], Vec::new());
        }
        let screens = &self.screens;
        let body = match self.shown() {
            Shown::Login => screens.login.view(&ctx).map(Message::Login),
            Shown::Setup => screens.setup.view(&ctx).map(Message::Setup),
            Shown::Home => screens.home.view(&ctx).map(Message::Home),
            Shown::Verify => screens.verify.view(&ctx).map(Message::Verify),
            Shown::Photo => screens.photo.view(&ctx).map(Message::Photo),
            Shown::Signature => screens.signature.view(&ctx).map(Message::Signature),
            Shown::Fingerprints => screens.fingerprints.view(&ctx).map(Message::Fingerprints),
            Shown::Iris => screens.iris.view(&ctx).map(Message::Iris),
            Shown::Confirm => screens.confirm.view(&ctx).map(Message::Confirm),
            Shown::Done => screens.done.view(&ctx).map(Message::Done),
            Shown::Supervisor => screens.supervisor.view(&ctx).map(Message::Supervisor),
            Shown::Devices => screens.devices.view(&ctx).map(Message::Devices),
            Shown::Settings => screens.settings.view(&ctx).map(Message::Settings),
        };
        shell::frame(&ctx, body, self.actions(), self.global_actions())
    }

    /// The resident's window.
    pub fn resident_view(&self) -> Element<'_, Message> {
        resident::view(&self.context())
    }

    /// What the program listens to.
    pub fn subscription(&self) -> Subscription<Message> {
        let keys = keyboard::listen().filter_map(|event| Press::of(&event).map(Message::Pressed));
        let boards = Subscription::run_with(Boards(self.line.clone()), boards);
        let seconds = iced::time::every(Duration::from_secs(1)).map(|_| Message::SecondPassed);
        let closed = window::close_events().map(Message::WindowClosed);
        let mut all = vec![keys, boards, seconds, closed];
        if self.board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live) {
            all.push(iced::time::every(FRAME).map(|_| Message::FrameDue));
        }
        Subscription::batch(all)
    }
}

/// The line as the identity of a subscription: there is one for the whole run.
struct Boards(Line);

impl std::hash::Hash for Boards {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        "boards".hash(state);
    }
}

fn boards(line: &Boards) -> impl iced::futures::Stream<Item = Message> + use<> {
    iced::futures::stream::unfold(line.0.boards(), async |mut latest| {
        latest.changed().await.ok()?;
        latest.mark_unchanged();
        Some((Message::BoardArrived, latest))
    })
}

fn focus(field: &'static str) -> Task<Message> {
    iced::widget::operation::focus(iced::widget::Id::new(field))
}
