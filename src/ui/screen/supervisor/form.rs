//! The two forms of the officers' part. Enter in any field checks the whole form and puts the cursor where something is
//! missing, so that Enter alone leads through it.

use iced::widget::{column, container, row, text, text_input};
use iced::{Center, Fill};
use zeroize::Zeroizing;

use super::officers::Message;
use super::panel;
use crate::domain::user::{Role, UserId};
use crate::station::counter::{NewOfficer, Passphrase};
use crate::store::Account;
use crate::ui::keys::Key;
use crate::ui::spacing::{BODY, L, M, S, VALUE, XS};
use crate::ui::theme::{Tone, field as field_style, plate};
use crate::ui::widget::{caption, headline, key_cap};
use crate::ui::{Context, Element, text as say};

/// Least characters of a passphrase.
pub const PASSPHRASE_LEAST: usize = 8;

/// A field of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Login name.
    Id,
    /// Full name.
    Name,
    /// Official number.
    Nip,
    /// First passphrase.
    First,
    /// The same again.
    Again,
    /// The passphrase so far.
    Old,
    /// The new one.
    New,
    /// The new one again.
    NewAgain,
}

impl Field {
    /// What the cursor calls it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Id => "supervisor-officer-id",
            Self::Name => "supervisor-officer-name",
            Self::Nip => "supervisor-officer-nip",
            Self::First => "supervisor-officer-first",
            Self::Again => "supervisor-officer-again",
            Self::Old => "supervisor-old",
            Self::New => "supervisor-new",
            Self::NewAgain => "supervisor-new-again",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Id => "supervisor-column-login",
            Self::Name => "field-name",
            Self::Nip => "supervisor-nip-optional",
            Self::First => "supervisor-first-passphrase",
            Self::Again | Self::NewAgain => "supervisor-passphrase-again",
            Self::Old => "supervisor-old-passphrase",
            Self::New => "supervisor-new-passphrase",
        }
    }

    fn is_secret(self) -> bool {
        match self {
            Self::Id | Self::Name | Self::Nip => false,
            Self::First | Self::Again | Self::Old | Self::New | Self::NewAgain => true,
        }
    }
}

/// What is wrong with a form, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub field: Field,
    /// The key of the sentence.
    pub words: &'static str,
}

fn fault(field: Field, words: &'static str) -> Fault {
    Fault { field, words }
}

/// Roles in the order of the form.
const ROLES: [Role; 3] = [Role::Operator, Role::Supervisor, Role::Admin];

/// A new officer.
#[derive(Debug)]
pub struct Draft {
    /// Login name.
    pub id: String,
    name: String,
    nip: String,
    /// What for.
    role: Role,
    first: Passphrase,
    again: Passphrase,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            nip: String::new(),
            role: Role::Operator,
            first: Passphrase::default(),
            again: Passphrase::default(),
        }
    }
}

impl Draft {
    /// The next role.
    pub fn turn_role(&mut self) {
        self.role = match self.role {
            Role::Operator => Role::Supervisor,
            Role::Supervisor => Role::Admin,
            Role::Admin => Role::Operator,
        };
    }

    /// Secrets do not wait for another try.
    pub fn forget(&mut self) {
        self.first = Passphrase::default();
        self.again = Passphrase::default();
    }

    /// The officer, or what is wrong first.
    pub fn check(&self, officers: &[Account]) -> Result<NewOfficer, Fault> {
        let id = UserId::parse(self.id.trim()).map_err(|_| fault(Field::Id, "supervisor-fault-id"))?;
        if officers.iter().any(|account| account.id == id.as_str()) {
            return Err(fault(Field::Id, "supervisor-fault-taken"));
        }
        if self.name.trim().is_empty() {
            return Err(fault(Field::Name, "supervisor-fault-name"));
        }
        check_pair(&self.first, Field::First, &self.again, Field::Again)?;
        Ok(NewOfficer {
            id: id.as_str().to_owned(),
            name: self.name.trim().to_owned(),
            nip: self.nip.trim().to_owned(),
            role: self.role,
            passphrase: self.first.clone(),
        })
    }
}

/// Another passphrase for oneself.
#[derive(Debug, Default)]
pub struct Change {
    old: Passphrase,
    new: Passphrase,
    again: Passphrase,
}

impl Change {
    /// The old and the new one, or what is wrong first.
    pub fn check(&self) -> Result<(Passphrase, Passphrase), Fault> {
        if self.old.0.is_empty() {
            return Err(fault(Field::Old, "supervisor-fault-old"));
        }
        if self.new == self.old {
            return Err(fault(Field::New, "settings-fault-same"));
        }
        check_pair(&self.new, Field::New, &self.again, Field::NewAgain)?;
        Ok((self.old.clone(), self.new.clone()))
    }
}

fn check_pair(first: &Passphrase, at: Field, again: &Passphrase, again_at: Field) -> Result<(), Fault> {
    if first.0.chars().count() < PASSPHRASE_LEAST {
        return Err(fault(at, "supervisor-fault-short"));
    }
    if first != again {
        return Err(fault(again_at, "supervisor-fault-again"));
    }
    Ok(())
}

/// Takes what was typed to its place.
pub fn take(field: Field, typed: Passphrase, draft: &mut Draft, change: &mut Change) {
    let Passphrase(text) = typed;
    match field {
        Field::Id => draft.id = plain(&text),
        Field::Name => draft.name = plain(&text),
        Field::Nip => draft.nip = plain(&text),
        Field::First => draft.first = Passphrase(text),
        Field::Again => draft.again = Passphrase(text),
        Field::Old => change.old = Passphrase(text),
        Field::New => change.new = Passphrase(text),
        Field::NewAgain => change.again = Passphrase(text),
    }
}

fn plain(text: &Zeroizing<String>) -> String {
    text.as_str().to_owned()
}

fn input<'a>(field: Field, said: &str, ctx: &Context<'a>) -> Element<'a, Message> {
    let input = text_input("", said)
        .id(field.id())
        .secure(field.is_secret())
        .on_input(move |text| Message::Typed(field, Passphrase::new(text)))
        .on_submit(Message::Submit)
        .size(VALUE)
        .padding(S)
        .style(field_style);
    column![caption(ctx.t(field.label())), input].spacing(XS).width(Fill).into()
}

fn card<'a>(
    head: String,
    fields: Vec<Element<'a, Message>>,
    fault: Option<Fault>,
    ctx: &Context<'a>,
) -> Element<'a, Message> {
    let mut form = column![headline(head)].spacing(M).extend(fields);
    form = form.push(match fault {
        Some(fault) => panel::sentence(Tone::Warning, ctx.t(fault.words)),
        None => caption(ctx.t("supervisor-form-hint")),
    });
    container(container(form).padding(L).width(760).style(plate::card)).center(Fill).into()
}

/// The form of a new officer.
pub fn adding<'a>(draft: &'a Draft, fault: Option<Fault>, ctx: &Context<'a>) -> Element<'a, Message> {
    let roles = ROLES.map(|role| {
        let mark = if role == draft.role { "●" } else { "○" };
        let label = text(format!("{mark} {}", say::role(ctx.words, role))).size(BODY);
        let plate = if role == draft.role { plate::chosen } else { plate::card };
        container(label).padding([S, M]).style(plate).into()
    });
    let roles = row([key_cap(Key::F(5))].into_iter().chain(roles)).spacing(S).align_y(Center);
    let fields = vec![
        row![input(Field::Id, &draft.id, ctx), input(Field::Nip, &draft.nip, ctx)].spacing(L).into(),
        input(Field::Name, &draft.name, ctx),
        column![caption(ctx.t("supervisor-column-role")), roles].spacing(XS).into(),
        row![input(Field::First, &draft.first.0, ctx), input(Field::Again, &draft.again.0, ctx)].spacing(L).into(),
    ];
    card(ctx.t("supervisor-officer-new"), fields, fault, ctx)
}

/// The form of another passphrase.
pub fn changing<'a>(change: &'a Change, fault: Option<Fault>, who: &str, ctx: &Context<'a>) -> Element<'a, Message> {
    let fields = vec![
        input(Field::Old, &change.old.0, ctx),
        row![input(Field::New, &change.new.0, ctx), input(Field::NewAgain, &change.again.0, ctx)].spacing(L).into(),
    ];
    card(ctx.say("supervisor-passphrase-of", &[("name", who)]), fields, fault, ctx)
}
