//! Preferences of this screen, at once and for everybody; rules of the station, for supervisors, saved as a whole.

use std::cell::Cell;
use std::path::PathBuf;

use crate::domain::user::UserId;
use crate::station::counter::{Act, Passphrase};
use crate::ui::preferences::Tongue;
use crate::ui::theme::Look;
use crate::ui::{Action, Context, Element, Outcome, Preferences, Route, keys::Key};

mod form;
mod pages;
mod rules;
mod secrets;

pub use form::Field;
use form::{Draft, next_zone};
use secrets::Secrets;
pub use secrets::{Fault, Secret};

/// The field with the path of a register extract.
pub const PATH: &str = "settings-path";

/// The screen.
#[derive(Debug, Default)]
pub struct Settings {
    page: Page,
    asked: Option<Asked>,
    /// Who opened the page: what one officer began is not for the next one.
    by: Option<UserId>,
}

/// What is open.
#[derive(Debug, Default)]
enum Page {
    /// Everything at a glance.
    #[default]
    Overview,
    /// The rules are being changed.
    Rules(Box<Rules>),
    /// The own passphrase is being changed.
    Passphrase(Secrets),
    /// A register extract is being brought in.
    Import {
        path: String,
        /// Enter was pressed without a path.
        missing: bool,
    },
}

/// The rules while they are changed.
#[derive(Debug)]
struct Rules {
    draft: Draft,
    /// The step that moves.
    step: usize,
    /// Leaving would lose something; the officer is asked.
    leaving: bool,
}

/// Something that was asked of the counter, with the number of the latest trouble then: when no act is under way any
/// more and there is no newer trouble, it was done.
#[derive(Debug)]
struct Asked {
    trouble: u64,
    /// A newer trouble was seen: reading it away does not make a success of it. A screen hears of boards only while it
    /// is drawn, so it is noted then.
    failed: Cell<bool>,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// These preferences.
    Prefer(Preferences),
    /// Open or close the resident's window.
    ResidentWindow,
    /// Change the rules.
    EditRules,
    /// Change the own passphrase.
    EditPassphrase,
    /// Bring in a register extract.
    EditImport,
    /// Away from the page, or back to work.
    Leave,
    /// Stay and go on.
    Stay,
    /// Leave and let go what was changed.
    Discard,
    /// A field of the rules.
    Typed(Field, String),
    /// Fingers together, or one by one.
    Slaps,
    /// Portraits take themselves, or the operator takes them.
    ByItself,
    /// Compare faces, or do not.
    Faces,
    /// Backdrops may be painted anew, or stay as they are.
    Repaint,
    /// The next zone.
    Zone,
    /// The next step, or the one before, is the one to move.
    ChooseStep(bool),
    /// This step is the one to move.
    PickStep(usize),
    /// Move the step later, or earlier.
    MoveStep(bool),
    /// Add the holiday that was typed, or take it away.
    Holiday,
    /// A passphrase.
    Secret(Secret, Passphrase),
    /// The path of an extract.
    Path(String),
    /// Save, change, import.
    Submit,
}

impl Settings {
    /// Another screen is shown: passphrases that were begun do not wait for whoever comes back.
    pub fn forget(&mut self) {
        if let Page::Passphrase(secrets) = &mut self.page {
            *secrets = Secrets::default();
        }
    }

    /// What is open for the officer who looks.
    fn page(&self, ctx: &Context<'_>) -> &Page {
        if self.by.as_ref() == ctx.board.officer.as_ref().map(|officer| &officer.id) {
            &self.page
        } else {
            &Page::Overview
        }
    }

    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        let officer = ctx.board.officer.as_ref().map(|officer| &officer.id);
        if self.by.as_ref() != officer {
            *self = Self { by: officer.cloned(), ..Self::default() };
        }
        match message {
            Message::Prefer(preferences) => return vec![Outcome::Prefer(preferences)],
            Message::ResidentWindow => return vec![Outcome::ToggleResidentWindow],
            Message::EditRules => {
                let draft = Draft::of(&ctx.board.rules);
                return self.open(Page::Rules(Box::new(Rules { draft, step: 0, leaving: false })));
            }
            Message::EditPassphrase => return self.open(Page::Passphrase(Secrets::default())),
            Message::EditImport => return self.open(Page::Import { path: String::new(), missing: false }),
            Message::Leave => return self.leave(ctx),
            Message::Discard => self.page = Page::Overview,
            Message::Submit => return self.submit(ctx),
            Message::Secret(secret, typed) => {
                if let Page::Passphrase(secrets) = &mut self.page {
                    secrets.type_in(secret, typed);
                    self.asked = None;
                }
            }
            Message::Path(typed) => {
                if let Page::Import { path, missing } = &mut self.page {
                    (*path, *missing, self.asked) = (typed, false, None);
                }
            }
            Message::Stay
            | Message::Typed(..)
            | Message::Zone
            | Message::Slaps
            | Message::ByItself
            | Message::Faces
            | Message::Repaint
            | Message::ChooseStep(_)
            | Message::PickStep(_)
            | Message::MoveStep(_)
            | Message::Holiday => {
                if let Page::Rules(rules) = &mut self.page {
                    rules.update(message);
                    self.asked = None;
                }
            }
        }
        Vec::new()
    }

    fn open(&mut self, page: Page) -> Vec<Outcome> {
        (self.page, self.asked) = (page, None);
        self.first_field().map(Outcome::Focus).into_iter().collect()
    }

    fn leave(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        match &mut self.page {
            Page::Overview => return vec![Outcome::Go(Route::Work)],
            Page::Rules(rules) if rules.draft != Draft::of(&ctx.board.rules) => rules.leaving = true,
            Page::Rules(_) | Page::Passphrase(_) | Page::Import { .. } => self.page = Page::Overview,
        }
        Vec::new()
    }

    fn submit(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        let act = match &mut self.page {
            Page::Overview => return Vec::new(),
            Page::Rules(rules) => match rules.draft.rules(&ctx.board.rules) {
                Ok(rules) => Act::SaveRules(Box::new(rules)),
                Err(field) => return vec![Outcome::Focus(field.id())],
            },
            Page::Passphrase(secrets) => match secrets.take() {
                Ok((old, new)) => Act::ChangePassphrase { old, new },
                Err(field) => return vec![Outcome::Focus(field.id())],
            },
            Page::Import { path, missing } => {
                let path = path.trim().trim_matches(['"', '\'']);
                if path.is_empty() {
                    *missing = true;
                    return vec![Outcome::Focus(PATH)];
                }
                Act::Import(PathBuf::from(path))
            }
        };
        self.asked = Some(Asked { trouble: latest_trouble(ctx), failed: Cell::new(false) });
        vec![Outcome::Do(act)]
    }

    /// What was asked for last has been done.
    fn is_done(&self, ctx: &Context<'_>) -> bool {
        let Some(asked) = &self.asked else { return false };
        if latest_trouble(ctx) > asked.trouble {
            asked.failed.set(true);
        }
        !asked.failed.get() && !ctx.waiting && ctx.board.busy.is_none()
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let leave = |words: &str| Action::secondary(Key::Escape, ctx.t(words), Message::Leave);
        match self.page(ctx) {
            Page::Overview => overview_actions(ctx),
            Page::Rules(rules) => rules.actions(ctx),
            Page::Passphrase(_) if self.is_done(ctx) => close(ctx),
            Page::Passphrase(_) => {
                vec![leave("key-cancel"), Action::primary(Key::Enter, ctx.t("settings-change"), Message::Submit)]
            }
            Page::Import { .. } if self.is_done(ctx) => close(ctx),
            Page::Import { .. } => {
                vec![leave("key-cancel"), Action::primary(Key::Enter, ctx.t("settings-import"), Message::Submit)]
            }
        }
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        match self.page(ctx) {
            Page::Overview => pages::overview(ctx),
            Page::Rules(rules) => rules.view(ctx, self.is_done(ctx)),
            Page::Passphrase(secrets) => secrets.view(ctx, self.is_done(ctx)),
            Page::Import { path, missing } => pages::import(ctx, path, *missing, self.is_done(ctx)),
        }
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        match &self.page {
            Page::Overview => None,
            Page::Rules(_) => Some(Field::FingerQuality.id()),
            Page::Passphrase(_) => Some(Secret::Old.id()),
            Page::Import { .. } => Some(PATH),
        }
    }
}

impl Rules {
    fn update(&mut self, message: Message) {
        match message {
            Message::Stay => self.leaving = false,
            Message::Typed(field, text) => self.draft.type_in(field, text),
            Message::Zone => self.draft.zone = next_zone(self.draft.zone),
            Message::Slaps => self.draft.slaps = !self.draft.slaps,
            Message::ByItself => self.draft.by_itself = !self.draft.by_itself,
            Message::Faces => self.draft.faces = !self.draft.faces,
            Message::Repaint => self.draft.repaint = !self.draft.repaint,
            Message::ChooseStep(later) => {
                let count = self.draft.middle.len().max(1);
                self.step = (self.step + if later { 1 } else { count - 1 }) % count;
            }
            Message::PickStep(step) => self.step = step,
            Message::MoveStep(later) => self.step = self.draft.move_step(self.step, later),
            Message::Holiday => self.draft.toggle_holiday(),
            Message::Prefer(_)
            | Message::ResidentWindow
            | Message::EditRules
            | Message::EditPassphrase
            | Message::EditImport
            | Message::Leave
            | Message::Discard
            | Message::Secret(..)
            | Message::Path(_)
            | Message::Submit => {}
        }
    }

    fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        if self.leaving {
            return vec![
                Action::danger(Key::F(9), ctx.t("settings-discard"), Message::Discard),
                Action::hidden(Key::Escape, Message::Stay),
                Action::primary(Key::Enter, ctx.t("settings-stay"), Message::Stay),
            ];
        }
        // A date that was typed waits to be taken in: Enter means that first.
        let enter = match self.draft.holiday() {
            Some(day) if self.draft.holidays.contains(&day) => ("settings-holiday-remove", Message::Holiday),
            Some(_) => ("settings-holiday-add", Message::Holiday),
            None => ("key-save", Message::Submit),
        };
        vec![
            Action::secondary(Key::Escape, ctx.t("settings-leave"), Message::Leave),
            Action::secondary(Key::F(8), ctx.t("settings-next-zone"), Message::Zone),
            Action::secondary(Key::F(10), ctx.t("settings-next-slaps"), Message::Slaps),
            Action::hidden(Key::F(5), Message::ByItself),
            Action::hidden(Key::F(3), Message::Repaint),
            Action::hidden(Key::F(9), Message::Faces),
            Action::secondary(Key::PageUp, ctx.t("settings-earlier"), Message::MoveStep(false)),
            Action::secondary(Key::PageDown, ctx.t("settings-later"), Message::MoveStep(true)),
            Action::hidden(Key::Up, Message::ChooseStep(false)),
            Action::hidden(Key::Down, Message::ChooseStep(true)),
            Action::primary(Key::Enter, ctx.t(enter.0), enter.1),
        ]
    }
}

/// What is left to do when it is done; one button says so.
fn close(ctx: &Context<'_>) -> Vec<Action<Message>> {
    let enter = Action::primary(Key::Enter, ctx.t("key-close"), Message::Leave);
    vec![enter, Action::hidden(Key::Escape, Message::Leave)]
}

fn latest_trouble(ctx: &Context<'_>) -> u64 {
    ctx.board.trouble.as_ref().map_or(0, |trouble| trouble.number)
}

/// Whether the officer may change the station.
fn may_change(ctx: &Context<'_>) -> bool {
    ctx.board.officer.as_ref().is_some_and(|officer| officer.role.may_administer())
}

fn overview_actions(ctx: &Context<'_>) -> Vec<Action<Message>> {
    let mut actions: Vec<_> = pages::choices(ctx)
        .into_iter()
        .map(|(key, words, message)| Action { label: ctx.t(words), ..Action::hidden(key, message) })
        .collect();
    actions.push(Action::hidden(Key::Escape, Message::Leave));
    actions.push(Action::secondary(Key::Char('5'), ctx.t("settings-passphrase"), Message::EditPassphrase));
    if may_change(ctx) {
        actions.push(Action::secondary(Key::Char('6'), ctx.t("settings-import-title"), Message::EditImport));
        actions.push(Action::secondary(Key::F(3), ctx.t("settings-edit-rules"), Message::EditRules));
    }
    actions.push(Action::primary(Key::Enter, ctx.t("settings-back"), Message::Leave));
    actions
}

/// The language after this one.
fn next_language(tongue: Tongue) -> Tongue {
    match tongue {
        Tongue::Indonesian => Tongue::English,
        Tongue::English => Tongue::Indonesian,
    }
}

/// The look after this one.
fn next_look(look: Look) -> Look {
    match look {
        Look::Light => Look::Dark,
        Look::Dark => Look::Contrast,
        Look::Contrast => Look::Light,
    }
}

/// The size after this one; after the largest the smallest.
fn next_size(size: u16) -> u16 {
    Preferences::SIZES.into_iter().find(|larger| *larger > size).unwrap_or(Preferences::SIZES[0])
}
