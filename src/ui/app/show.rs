//! Which screen is shown, and what is done with it: the places where all screens stand side by side.

use super::{App, Message, Shown};
use super::{Context, Element, Global};
use crate::domain::session::Step;
use crate::office::words::Words;
use crate::station::counter::Stage;
use crate::ui::action::Action;
use crate::ui::keys::{self, Key};
use crate::ui::outcome::{Outcome, Route};
use crate::ui::screen::{help, login};
use crate::ui::{resident, shell};

impl App {
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

    pub(super) fn work(&self) -> Shown {
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

    pub(super) fn dispatch(&mut self, message: Message) -> Vec<Outcome> {
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
            | Message::CounterGone
            | Message::FrameDue
            | Message::SecondPassed
            | Message::Pressed(_)
            | Message::Global(_)
            | Message::WindowOpened(_)
            | Message::WindowClosed(_)
            | Message::Uncovered
            | Message::Resized(..) => Vec::new(),
        }
    }

    pub(super) fn first_field(&self) -> Option<&'static str> {
        let screens = &self.screens;
        match self.shown() {
            Shown::Login if self.board.place.officers.is_empty() => Some(login::NAME),
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

    pub(super) fn global_actions(&self) -> Vec<Action<Message>> {
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

    /// The operator's window.
    pub fn view(&self) -> Element<'_, Message> {
        keys::speak(self.preferences.language.into());
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
        resident::view(&self.context(), self.shown())
    }
}
