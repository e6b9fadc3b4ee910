//! What can be done on a screen: one list from which both the buttons and the key map come.

use super::keys::Key;

/// How an action looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The operator's next action: one on a screen, the largest button.
    Primary,
    /// What else can be done.
    Secondary,
    /// Loses something; asks before it does.
    Danger,
    /// Works, but has its own place in the view instead of a button in the bar (digits that choose a finger).
    Hidden,
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Action<Message> {
    /// Its key.
    pub key: Key,
    /// Its words.
    pub label: String,
    /// How it looks.
    pub kind: Kind,
    /// What it says; `None` while it is not possible, which the button shows.
    pub message: Option<Message>,
}

impl<Message> Action<Message> {
    /// The next action.
    pub fn primary(key: Key, label: impl Into<String>, message: Message) -> Self {
        Self { key, label: label.into(), kind: Kind::Primary, message: Some(message) }
    }

    /// What else can be done.
    pub fn secondary(key: Key, label: impl Into<String>, message: Message) -> Self {
        Self { kind: Kind::Secondary, ..Self::primary(key, label, message) }
    }

    /// What loses something.
    pub fn danger(key: Key, label: impl Into<String>, message: Message) -> Self {
        Self { kind: Kind::Danger, ..Self::primary(key, label, message) }
    }

    /// A key without a button in the bar.
    pub fn hidden(key: Key, message: Message) -> Self {
        Self { kind: Kind::Hidden, ..Self::primary(key, String::new(), message) }
    }

    /// The same, possible only if so.
    pub fn when(mut self, possible: bool) -> Self {
        if !possible {
            self.message = None;
        }
        self
    }

    /// The same for the parent.
    pub fn map<Other>(self, wrap: impl FnOnce(Message) -> Other) -> Action<Other> {
        Action { key: self.key, label: self.label, kind: self.kind, message: self.message.map(wrap) }
    }
}
