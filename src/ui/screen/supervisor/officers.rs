//! Who may work here: the list, a new officer, closing an account, the own passphrase.

use iced::widget::{column, text};

use super::form::{Change, Draft, Fault};
use super::list::{self, Chosen, Row, Turn};
use super::{form, panel};
use crate::domain::dates::format_dmy;
use crate::domain::user::Role;
use crate::station::counter::{Act, BackRoom, Passphrase};
use crate::store::Account;
use crate::ui::keys::Key;
use crate::ui::spacing::{S, VALUE};
use crate::ui::theme::Tone;
use crate::ui::widget::caption;
use crate::ui::widget::parts::BOLD;
use crate::ui::{Action, Context, Element, Outcome, text as say};

/// The part.
#[derive(Debug, Default)]
pub struct Officers {
    chosen: Chosen<String>,
    doing: Doing,
    draft: Draft,
    change: Change,
    fault: Option<Fault>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Doing {
    #[default]
    Looking,
    Adding,
    Removing(String),
    Changing,
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Go through the list.
    Turn(Turn),
    /// Choose this row.
    Choose(String),
    /// A new officer.
    New,
    /// Close the chosen account: asks.
    Remove,
    /// Change the own passphrase.
    Change,
    /// A field of the form was typed into.
    Typed(form::Field, Passphrase),
    /// The next role.
    Role,
    /// Do what the form or the question says.
    Submit,
    /// Close form or question.
    Close,
}

/// Why an account cannot be closed now.
fn hindrance(account: &Account, room: &BackRoom) -> Option<&'static str> {
    let supervises = |account: &&Account| account.active && Role::from_word(&account.role) == Some(Role::Supervisor);
    if !account.active {
        Some("supervisor-officer-closed")
    } else if account.id == room.supervisor.as_str() {
        Some("supervisor-officer-self")
    } else if supervises(&account) && room.officers.iter().filter(supervises).count() < 2 {
        Some("supervisor-officer-last")
    } else {
        None
    }
}

fn keys(room: &BackRoom) -> Vec<String> {
    room.officers.iter().map(|account| account.id.clone()).collect()
}

impl Officers {
    fn chosen<'a>(&self, room: &'a BackRoom) -> Option<&'a Account> {
        self.chosen.place(&keys(room)).and_then(|place| room.officers.get(place))
    }

    fn removable<'a>(&self, room: &'a BackRoom) -> Option<&'a Account> {
        self.chosen(room).filter(|account| hindrance(account, room).is_none())
    }

    /// Whether a form or a question is open.
    pub fn is_open(&self) -> bool {
        self.doing != Doing::Looking
    }

    /// Nobody waits at the forms any more: their passphrases go.
    pub fn forget(&mut self) {
        self.draft.forget();
        self.change = Change::default();
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Message, room: &BackRoom, ctx: &Context<'_>) -> Vec<Outcome> {
        let keys = keys(room);
        match message {
            Message::Turn(turn) => self.chosen.turn(&keys, turn),
            Message::Choose(id) => self.chosen.choose(&keys, id),
            Message::New => {
                // What was refused is still there to be mended; what became an officer is not.
                if keys.contains(&self.draft.id.trim().to_owned()) {
                    self.draft = Draft::default();
                }
                self.begin(Doing::Adding);
                return vec![Outcome::Focus(form::Field::Id.id())];
            }
            Message::Remove => {
                if let Some(account) = self.removable(room) {
                    self.begin(Doing::Removing(account.id.clone()));
                }
            }
            Message::Change => {
                self.change = Change::default();
                self.begin(Doing::Changing);
                return vec![Outcome::Focus(form::Field::Old.id())];
            }
            Message::Typed(field, typed) => {
                self.fault = None;
                form::take(field, typed, &mut self.draft, &mut self.change);
            }
            Message::Role => self.draft.turn_role(),
            Message::Submit if ctx.waiting => {}
            Message::Submit => return self.submit(room),
            Message::Close => {
                self.forget();
                self.begin(Doing::Looking);
            }
        }
        Vec::new()
    }

    fn begin(&mut self, doing: Doing) {
        self.doing = doing;
        self.fault = None;
    }

    fn submit(&mut self, room: &BackRoom) -> Vec<Outcome> {
        let made = match &self.doing {
            Doing::Looking => return Vec::new(),
            Doing::Removing(id) => Ok(Act::RemoveOfficer(id.clone())),
            Doing::Adding => self.draft.check(&room.officers).map(Act::AddOfficer),
            Doing::Changing => self.change.check().map(|(old, new)| Act::ChangePassphrase { old, new }),
        };
        match made {
            Ok(act) => {
                self.forget();
                self.begin(Doing::Looking);
                vec![Outcome::Do(act)]
            }
            Err(fault) => {
                self.fault = Some(fault);
                vec![Outcome::Focus(fault.field.id())]
            }
        }
    }

    /// What can be done now.
    pub fn actions(&self, room: &BackRoom, ctx: &Context<'_>) -> Vec<Action<Message>> {
        let close = Action::secondary(Key::Escape, ctx.t("key-cancel"), Message::Close);
        match &self.doing {
            Doing::Looking => {
                let removable = self.removable(room).is_some();
                let mut actions = vec![
                    Action::secondary(Key::Char('n'), ctx.t("supervisor-officer-new"), Message::New),
                    Action::secondary(Key::Char('c'), ctx.t("supervisor-passphrase-change"), Message::Change),
                    Action::danger(Key::Char('x'), ctx.t("supervisor-officer-remove"), Message::Remove).when(removable),
                ];
                actions.extend(list::turns(Message::Turn));
                actions
            }
            Doing::Removing(_) => {
                panel::perilous(ctx, ctx.t("supervisor-officer-remove-yes"), Message::Submit, Message::Close)
            }
            Doing::Adding => vec![
                Action::primary(Key::Enter, ctx.t("supervisor-officer-add"), Message::Submit),
                Action::secondary(Key::F(5), ctx.t("supervisor-role-next"), Message::Role),
                close,
            ],
            Doing::Changing => {
                vec![Action::primary(Key::Enter, ctx.t("key-save"), Message::Submit), close]
            }
        }
    }

    /// The part itself.
    pub fn view<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        match &self.doing {
            Doing::Adding => return form::adding(&self.draft, self.fault, ctx),
            Doing::Changing => return form::changing(&self.change, self.fault, room.supervisor.as_str(), ctx),
            Doing::Looking | Doing::Removing(_) => {}
        }
        let Some(chosen) = self.chosen(room) else {
            return panel::empty(ctx.t("supervisor-officers-empty"), ctx.t("supervisor-officers-empty-how"));
        };
        let side = match &self.doing {
            Doing::Removing(id) => {
                let name = room.officers.iter().find(|account| account.id == *id).map_or(id, |account| &account.name);
                let what = ctx.say("supervisor-officer-remove-ask", &[("name", &panel::short(name, 60))]);
                panel::question(Tone::Bad, what, ctx.t("supervisor-officer-remove-follows"), Vec::new())
            }
            Doing::Looking | Doing::Adding | Doing::Changing => details(chosen, room, ctx),
        };
        panel::beside(self.list(room, ctx), side)
    }

    fn list<'a>(&'a self, room: &'a BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
        let columns = [
            (ctx.t("supervisor-column-login"), 4),
            (ctx.t("supervisor-column-name"), 8),
            (ctx.t("supervisor-column-nip"), 5),
            (ctx.t("supervisor-column-role"), 3),
            (ctx.t("supervisor-column-state"), 3),
        ];
        let place = self.chosen.place(&keys(room));
        list::table(ctx, &columns, place, room.officers.len(), |at| match room.officers.get(at) {
            Some(account) => row_of(account, ctx),
            None => Row { cells: Vec::new(), message: None },
        })
    }
}

fn role(ctx: &Context<'_>, word: &str) -> String {
    Role::from_word(word).map_or_else(|| word.to_owned(), |role| say::role(ctx.words, role))
}

fn row_of<'a>(account: &'a Account, ctx: &Context<'a>) -> Row<'a, Message> {
    let (tone, state) =
        if account.active { (Tone::Good, "supervisor-active") } else { (Tone::Neutral, "supervisor-inactive") };
    Row {
        cells: vec![
            list::cell(panel::short(&account.id, 16)),
            list::strong(panel::short(&account.name, 28)),
            list::cell(panel::short(&account.nip, 20)),
            list::cell(role(ctx, &account.role)),
            list::state(tone, ctx.t(state)),
        ],
        message: Some(Message::Choose(account.id.clone())),
    }
}

fn details<'a>(account: &'a Account, room: &BackRoom, ctx: &Context<'a>) -> Element<'a, Message> {
    let since = format_dmy(ctx.board.place.zone.date(account.created_at));
    let mut words = column![
        text(panel::short(&account.name, 60)).size(VALUE).font(BOLD),
        caption(format!("{} · {}", account.id, role(ctx, &account.role))),
        caption(ctx.say("supervisor-officer-since", &[("date", &since)])),
    ]
    .spacing(S);
    if let Some(key) = hindrance(account, room) {
        words = words.push(panel::sentence(Tone::Neutral, ctx.t(key)));
    }
    panel::details(words)
}
