//! Making a real station.
//!
//! Five pages. Enter goes to the first field that is still wrong and, when none is, to the next page; what was typed
//! stays while one goes back and forth, and nothing is made before the summary has been read.

mod form;
mod page;
mod summary;
mod view;

use std::collections::BTreeSet;

use crate::domain::user::Role;
use crate::station::counter::{Act, Passphrase};
use crate::ui::keys::Key;
use crate::ui::preferences::Tongue;
use crate::ui::{Action, Context, Element, Outcome, Preferences};

pub use form::Field;
use form::{Form, OfficerForm, Page};

/// Officers that can be made here; more are added later by a supervisor.
const MOST_OFFICERS: usize = 6;

/// The screen.
#[derive(Debug, Default)]
pub struct Setup {
    page: Page,
    form: Form,
    /// Fields whose fault is told: those that were left, not those that nobody has reached yet.
    told: BTreeSet<Field>,
    /// The want of a supervisor is told.
    supervisor_told: bool,
    /// Asked whether the officer shown shall be taken away.
    removing: bool,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A field changed; a passphrase is one of them, so none is shown by `Debug`.
    Typed(Field, Passphrase),
    /// Enter in this field.
    Submit(Field),
    /// Enter outside of any field.
    Next,
    /// The page before.
    Back,
    /// The next of the few values of this page: the clock, the officer's role.
    Turn,
    /// Another officer.
    AddOfficer,
    /// Asks first, then takes the officer away.
    RemoveOfficer,
    /// The officer stays.
    KeepOfficer,
    /// The other language.
    Language,
    /// Show the officer at this place.
    ShowOfficer(usize),
    /// Make the station.
    Provision,
}

impl Setup {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let asked = std::mem::take(&mut self.removing);
        match message {
            Message::Typed(field, text) => {
                self.form.set(field, text);
                Vec::new()
            }
            Message::Submit(field) => self.advance(Some(field)),
            Message::Next => self.advance(None),
            Message::Back => self.turn_to(self.page.previous()),
            Message::Turn => {
                self.turn();
                Vec::new()
            }
            Message::AddOfficer => self.add_officer(),
            Message::RemoveOfficer => self.remove_officer(asked),
            Message::KeepOfficer => vec![Outcome::Focus(Field::Login.id())],
            Message::Language => {
                let language = match ctx.preferences.language {
                    Tongue::Indonesian => Tongue::English,
                    Tongue::English => Tongue::Indonesian,
                };
                vec![Outcome::Prefer(Preferences { language, ..*ctx.preferences })]
            }
            Message::ShowOfficer(place) => self.show_officer(place),
            Message::Provision => {
                let plan = self.form.plan();
                plan.map(|plan| Outcome::Do(Act::Provision(Box::new(plan)))).into_iter().collect()
            }
        }
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if self.removing {
            return vec![
                Action::secondary(Key::Escape, ctx.t("key-cancel"), Message::KeepOfficer),
                Action::danger(Key::F(10), ctx.t("setup-remove-officer"), Message::RemoveOfficer),
            ];
        }
        let mut actions = Vec::new();
        if self.page != Page::Place {
            actions.push(Action::secondary(Key::PageUp, ctx.t("key-back"), Message::Back));
            actions.push(Action::hidden(Key::Escape, Message::Back));
        }
        let language = Action::secondary(Key::F(8), ctx.t("login-other-language"), Message::Language);
        match self.page {
            Page::Place | Page::Keys => {}
            Page::Office => actions.push(Action::secondary(Key::F(3), ctx.t("setup-turn-zone"), Message::Turn)),
            Page::Officers => actions.extend(self.officer_actions(ctx)),
            Page::Summary => {
                actions.push(language);
                let make = Action::primary(Key::Enter, ctx.t("setup-provision"), Message::Provision);
                actions.push(make.when(!ctx.waiting));
                return actions;
            }
        }
        actions.push(language);
        actions.push(Action::primary(Key::Enter, ctx.t("key-next"), Message::Next));
        actions
    }

    fn officer_actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let more = self.form.officers.len() < MOST_OFFICERS;
        let fewer = self.form.officers.len() > 1;
        let here = self.form.current;
        vec![
            Action::secondary(Key::F(3), ctx.t("setup-turn-role"), Message::Turn),
            Action::secondary(Key::F(5), ctx.t("setup-add-officer"), Message::AddOfficer).when(more),
            Action::danger(Key::F(10), ctx.t("setup-remove-officer"), Message::RemoveOfficer).when(fewer),
            Action::hidden(Key::Up, Message::ShowOfficer(here.saturating_sub(1))),
            Action::hidden(Key::Down, Message::ShowOfficer(here + 1)),
        ]
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        view::view(self, ctx)
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        self.page.fields().first().map(|field| field.id())
    }

    /// On to what is still wrong, else to the next page. A field after the one that was left is only gone to: nobody
    /// wants to be told that what they have not reached yet is empty.
    fn advance(&mut self, left: Option<Field>) -> Vec<Outcome> {
        let shown = self.form.current;
        if self.page == Page::Officers && left.is_none() {
            self.form.drop_blank_officers();
        }
        let Some(wrong) = self.form.first_wrong(self.page) else { return self.leave_page() };
        let moved = self.form.current != shown;
        let reached = |field: &Field| moved || left.is_none_or(|left| *field <= left);
        let faulty = self.page.fields().iter().copied().filter(|field| self.form.fault(*field).is_some());
        self.told = faulty.filter(reached).collect();
        vec![Outcome::Focus(wrong.id())]
    }

    fn leave_page(&mut self) -> Vec<Outcome> {
        if self.page == Page::Officers && !self.form.has_supervisor() {
            self.supervisor_told = true;
            return vec![Outcome::Focus(Field::Login.id())];
        }
        if self.page == Page::Place {
            self.form.suggest_letterhead();
        }
        self.turn_to(self.page.next())
    }

    fn turn_to(&mut self, page: Page) -> Vec<Outcome> {
        self.page = page;
        self.told.clear();
        self.supervisor_told = false;
        self.first_field().map(Outcome::Focus).into_iter().collect()
    }

    fn turn(&mut self) {
        match self.page {
            Page::Office => self.form.next_zone(),
            Page::Officers => {
                if let Some(officer) = self.form.officers.get_mut(self.form.current) {
                    officer.role = match officer.role {
                        Role::Supervisor => Role::Operator,
                        Role::Operator => Role::Admin,
                        Role::Admin => Role::Supervisor,
                    };
                }
            }
            Page::Place | Page::Keys | Page::Summary => {}
        }
    }

    fn add_officer(&mut self) -> Vec<Outcome> {
        if self.form.officers.len() < MOST_OFFICERS {
            self.form.officers.push(OfficerForm::of(Role::Operator));
        }
        self.show_officer(self.form.officers.len())
    }

    /// An officer of whom nothing was typed goes without a question.
    fn remove_officer(&mut self, asked: bool) -> Vec<Outcome> {
        let Some(officer) = self.form.officers.get(self.form.current).filter(|_| self.form.officers.len() > 1) else {
            return Vec::new();
        };
        if !asked && !officer.is_blank() {
            self.removing = true;
            return Vec::new();
        }
        self.form.officers.remove(self.form.current);
        self.show_officer(self.form.current)
    }

    fn show_officer(&mut self, place: usize) -> Vec<Outcome> {
        self.form.current = place.min(self.form.officers.len().saturating_sub(1));
        self.told.clear();
        vec![Outcome::Focus(Field::Login.id())]
    }
}
