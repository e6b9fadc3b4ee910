//! Who works here: login, lock screen, and the wait until the station is ready.
//!
//! One field has the cursor all the time, so officers type their passphrase without looking where it goes; whose it is
//! is chosen with the arrows, which a field leaves alone. The passphrase is gone from this screen as soon as it is sent.

mod view;

use crate::station::counter::{Act, Passphrase, Stage};
use crate::ui::keys::Key;
use crate::ui::preferences::Tongue;
use crate::ui::theme::Look;
use crate::ui::{Action, Context, Element, Outcome, Preferences};

/// The field of the passphrase.
const PASSPHRASE: &str = "login-passphrase";
/// The field of the login name, where no list of officers is known.
pub const NAME: &str = "login-name";

/// The screen.
#[derive(Debug, Default)]
pub struct Login {
    /// Login name of the officer chosen from the list; the first one until somebody chooses.
    chosen: Option<String>,
    name: String,
    passphrase: Passphrase,
    missing: Option<Missing>,
}

/// What was not typed before Enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Name,
    Passphrase,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The officer above in the list.
    Up,
    /// The officer below.
    Down,
    /// This officer.
    Choose(String),
    /// A login name was typed.
    NameTyped(String),
    /// A passphrase was typed.
    PassphraseTyped(Passphrase),
    /// Back into the field.
    Return,
    /// Log in, or unlock.
    Enter,
    /// Somebody else works here from now on.
    ChangeOfficer,
    /// The other language.
    Language,
    /// The next look.
    Look,
    /// Close the program.
    Quit,
}

impl Login {
    /// Takes a message in and says what the parent must do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Vec<Outcome> {
        match message {
            Message::Up => self.choose(ctx, |place| place.saturating_sub(1)),
            Message::Down => self.choose(ctx, |place| place + 1),
            Message::Choose(officer) => {
                self.chosen = Some(officer);
                vec![Outcome::Focus(PASSPHRASE)]
            }
            Message::NameTyped(text) => {
                self.missing = None;
                self.name = text;
                Vec::new()
            }
            Message::PassphraseTyped(text) => {
                self.missing = None;
                self.passphrase = text;
                Vec::new()
            }
            Message::Return => vec![Outcome::Focus(PASSPHRASE)],
            Message::Enter => self.submit(ctx),
            Message::ChangeOfficer => {
                self.passphrase = Passphrase::default();
                vec![Outcome::Do(Act::Logout)]
            }
            Message::Language => {
                let language = match ctx.preferences.language {
                    Tongue::Indonesian => Tongue::English,
                    Tongue::English => Tongue::Indonesian,
                };
                vec![Outcome::Prefer(Preferences { language, ..*ctx.preferences })]
            }
            Message::Look => {
                let look = match ctx.preferences.look {
                    Look::Light => Look::Dark,
                    Look::Dark => Look::Contrast,
                    Look::Contrast => Look::Light,
                };
                vec![Outcome::Prefer(Preferences { look, ..*ctx.preferences })]
            }
            Message::Quit => vec![Outcome::Quit],
        }
    }

    /// What can be done now.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let mut actions = vec![
            Action::secondary(Key::F(8), ctx.t("login-other-language"), Message::Language),
            Action::secondary(
                Key::F(9),
                ctx.say("login-look", &[("look", &ctx.t(ctx.preferences.look.key()))]),
                Message::Look,
            ),
        ];
        match ctx.board.stage {
            Stage::Preparing(_) => {}
            Stage::Broken => actions.push(Action::primary(Key::F(10), ctx.t("login-quit"), Message::Quit)),
            Stage::Locked => actions.extend([
                Action::hidden(Key::Escape, Message::Return),
                Action::secondary(Key::F(5), ctx.t("login-change-officer"), Message::ChangeOfficer).when(!ctx.waiting),
                Action::primary(Key::Enter, ctx.t("login-unlock"), Message::Enter).when(!ctx.waiting),
            ]),
            Stage::Closed | Stage::Open | Stage::Unprovisioned => actions.extend([
                Action::secondary(Key::F(10), ctx.t("login-quit"), Message::Quit),
                Action::hidden(Key::Escape, Message::Return),
                Action::hidden(Key::Up, Message::Up),
                Action::hidden(Key::Down, Message::Down),
                Action::primary(Key::Enter, ctx.t("login-enter"), Message::Enter).when(!ctx.waiting),
            ]),
        }
        actions
    }

    /// The screen itself.
    pub fn view<'a>(&'a self, ctx: &Context<'a>) -> Element<'a, Message> {
        match &ctx.board.stage {
            Stage::Preparing(what) => view::preparing(ctx, *what),
            Stage::Broken => view::broken(ctx),
            Stage::Locked => view::locked(self, ctx),
            Stage::Closed | Stage::Open | Stage::Unprovisioned => view::closed(self, ctx),
        }
    }

    /// The field that has the cursor when the screen opens.
    pub fn first_field(&self) -> Option<&'static str> {
        Some(PASSPHRASE)
    }

    /// The place of the chosen officer in the list.
    fn place(&self, ctx: &Context<'_>) -> usize {
        let chosen = self.chosen.as_deref().unwrap_or_default();
        ctx.board.place.officers.iter().position(|(id, _, _)| id == chosen).unwrap_or(0)
    }

    /// The cursor returns to the passphrase even when a click had taken it away.
    fn choose(&mut self, ctx: &Context<'_>, step: impl Fn(usize) -> usize) -> Vec<Outcome> {
        let officers = &ctx.board.place.officers;
        let last = officers.len().saturating_sub(1);
        if let Some((id, _, _)) = officers.get(step(self.place(ctx)).min(last)) {
            self.chosen = Some(id.clone());
        }
        vec![Outcome::Focus(PASSPHRASE)]
    }

    /// The login name that would be sent.
    fn user(&self, ctx: &Context<'_>) -> String {
        let listed = ctx.board.place.officers.get(self.place(ctx));
        listed.map_or_else(|| self.name.trim().to_owned(), |(id, _, _)| id.clone())
    }

    /// A field that is held down or an impatient Enter must not count as a second, wrong try.
    fn submit(&mut self, ctx: &Context<'_>) -> Vec<Outcome> {
        if ctx.waiting {
            return Vec::new();
        }
        let locked = ctx.board.stage == Stage::Locked;
        let user = self.user(ctx);
        if user.is_empty() && !locked {
            self.missing = Some(Missing::Name);
            return vec![Outcome::Focus(NAME)];
        }
        if self.passphrase.0.is_empty() {
            self.missing = Some(Missing::Passphrase);
            return vec![Outcome::Focus(PASSPHRASE)];
        }
        let passphrase = std::mem::take(&mut self.passphrase);
        let act = if locked { Act::Unlock { passphrase } } else { Act::Login { user, passphrase } };
        vec![Outcome::Do(act), Outcome::Focus(PASSPHRASE)]
    }
}
