//! The door of the room: a supervisor proves who they are.
//!
//! The name is prefilled, with the officer's own when they are a supervisor and else with one who may enter, so that
//! mostly a passphrase is all that is typed; the arrows go through those who may.

use iced::widget::{column, container, row, text, text_input};
use iced::{Center, Fill};

use super::list::Turn;
use super::panel;
use crate::domain::user::{Role, UserId};
use crate::station::counter::{Act, Passphrase, Place};
use crate::ui::keys::Key;
use crate::ui::outcome::Route;
use crate::ui::spacing::{BODY, L, M, S, VALUE};
use crate::ui::theme::{Tone, field, ink, plate};
use crate::ui::widget::{caption, headline, key_cap, title};
use crate::ui::{Action, Context, Element, Outcome};

/// The field of the login name.
pub const USER: &str = "supervisor-user";
/// The field of the passphrase.
pub const PASSPHRASE: &str = "supervisor-passphrase";

/// The door.
#[derive(Debug, Default)]
pub struct Door {
    typed: Typed,
    /// Who was at the station while it was typed: what somebody left here is not the next one's.
    by: Option<UserId>,
}

#[derive(Debug, Default)]
struct Typed {
    user: Option<String>,
    passphrase: Passphrase,
    nudged: bool,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The login name was typed.
    User(String),
    /// The passphrase was typed.
    Passphrase(Passphrase),
    /// Another one who may enter.
    Other(Turn),
    /// Enter.
    Enter,
    /// Back to the work.
    Leave,
}

impl Door {
    /// Takes a message in.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let officer = ctx.board.officer.as_ref().map(|officer| &officer.id);
        if self.by.as_ref() != officer {
            *self = Self { by: officer.cloned(), ..Self::default() };
        }
        match message {
            Message::User(user) => self.typed.user = Some(user),
            Message::Passphrase(passphrase) => self.typed.passphrase = passphrase,
            Message::Other(turn) => self.turn(turn, ctx),
            Message::Enter => return self.enter(ctx),
            Message::Leave => {
                *self = Self::default();
                return vec![Outcome::Go(Route::Work)];
            }
        }
        self.typed.nudged = false;
        Vec::new()
    }

    /// Nobody stands at the door any more.
    pub fn forget(&mut self) {
        self.typed.passphrase = Passphrase::default();
    }

    fn turn(&mut self, turn: Turn, ctx: &Context<'_>) {
        let names = entitled(&ctx.board.place);
        let user = self.user(ctx);
        let Some(at) = names.iter().position(|(id, _)| *id == user).or((!names.is_empty()).then_some(0)) else {
            return;
        };
        let next = match turn {
            Turn::Up | Turn::PageUp => at.checked_sub(1).unwrap_or(names.len() - 1),
            Turn::Down | Turn::PageDown => (at + 1) % names.len(),
        };
        self.typed.user = names.get(next).map(|(id, _)| (*id).to_owned());
    }

    fn enter(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        if ctx.waiting {
            return Vec::new();
        }
        let user = self.user(ctx).trim().to_owned();
        let missing =
            if user.is_empty() { Some(USER) } else { self.typed.passphrase.0.is_empty().then_some(PASSPHRASE) };
        self.typed.nudged = missing.is_some();
        match missing {
            Some(field) => vec![Outcome::Focus(field)],
            None => {
                let passphrase = std::mem::take(&mut self.typed.passphrase);
                vec![Outcome::Do(Act::Authenticate { user, passphrase })]
            }
        }
    }

    fn typed(&self, ctx: &Context<'_>) -> Option<&Typed> {
        let officer = ctx.board.officer.as_ref().map(|officer| &officer.id);
        (self.by.as_ref() == officer).then_some(&self.typed)
    }

    fn user(&self, ctx: &Context<'_>) -> String {
        if let Some(typed) = self.typed(ctx).and_then(|typed| typed.user.clone()) {
            return typed;
        }
        let own = ctx.board.officer.as_ref().filter(|officer| officer.role.may_decide());
        let own = own.map(|officer| officer.id.as_str().to_owned());
        own.or_else(|| entitled(&ctx.board.place).first().map(|(id, _)| (*id).to_owned())).unwrap_or_default()
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        vec![
            Action::primary(Key::Enter, ctx.t("supervisor-enter"), Message::Enter),
            Action::hidden(Key::Up, Message::Other(Turn::Up)),
            Action::hidden(Key::Down, Message::Other(Turn::Down)),
            Action::secondary(Key::Escape, ctx.t("key-back"), Message::Leave),
        ]
    }

    /// The door itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        let typed = self.typed(ctx);
        let passphrase = typed.map_or("", |typed| typed.passphrase.0.as_str());
        let user = text_input("", &self.user(ctx)).id(USER).on_input(Message::User);
        let secret = text_input("", passphrase)
            .id(PASSPHRASE)
            .secure(true)
            .on_input(|text| Message::Passphrase(Passphrase::new(text)));
        let fields = [user, secret].map(|input| input.on_submit(Message::Enter).size(VALUE).padding(S).style(field));
        let [user, secret] = fields;
        let mut form = column![
            headline(ctx.t("supervisor-door")),
            text(ctx.t("supervisor-door-why")).size(BODY).style(ink::muted),
            column![caption(ctx.t("supervisor-user")), user].spacing(S),
            column![caption(ctx.t("supervisor-passphrase")), secret].spacing(S),
        ]
        .spacing(L);
        if typed.is_some_and(|typed| typed.nudged) {
            form = form.push(panel::sentence(Tone::Warning, ctx.t("supervisor-door-missing")));
        }
        let who = container(self.entitled(ctx)).padding(L).width(380).style(plate::card);
        let form = container(form).padding(L).width(560).style(plate::card);
        container(row![form, who].spacing(L)).center(Fill).into()
    }

    /// An operator sees whom to fetch.
    fn entitled<'a>(&self, ctx: &Context<'a>) -> Element<'a, Message> {
        let place: &'a Place = &ctx.board.place;
        let user = self.user(ctx);
        let mut names = column![title(ctx.t("supervisor-may-enter"))].spacing(S);
        let list = entitled(place);
        if list.is_empty() {
            return names.push(panel::sentence(Tone::Warning, ctx.t("supervisor-nobody"))).into();
        }
        for (id, name) in list.iter().take(9) {
            let line = column![text(panel::short(name, 36)).size(VALUE), caption(id.to_owned())];
            let plate = if *id == user { plate::chosen } else { plate::card };
            names = names.push(container(line).padding([4.0, 12.0]).width(Fill).style(plate));
        }
        if list.len() > 1 {
            let hint = row![key_cap(Key::Up), key_cap(Key::Down), caption(ctx.t("supervisor-other-name"))];
            names = names.push(hint.spacing(S).align_y(Center));
        }
        names.spacing(M).into()
    }
}

fn entitled(place: &Place) -> Vec<(&str, &str)> {
    let may = place.officers.iter().filter(|(_, _, role)| role.is_some_and(Role::may_decide));
    may.map(|(id, name, _)| (id.as_str(), name.as_str())).collect()
}
