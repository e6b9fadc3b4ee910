//! Who works at the station and what each may do.

use serde::{Deserialize, Serialize};

/// Login name of an officer: 1 to 40 lower-case letters, digits, dots or dashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

/// A login name outside its grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a user name has 1 to 40 lower-case letters, digits, dots or dashes; choose another than {0:?}")]
pub struct UserIdError(String);

impl UserId {
    /// Checks a login name.
    pub fn parse(text: &str) -> Result<Self, UserIdError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        let fits = (1..=40).contains(&text.len()) && text.chars().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(UserIdError(text.to_owned())) }
    }

    /// The name as typed at the login.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = UserIdError;
    fn try_from(text: String) -> Result<Self, UserIdError> {
        Self::parse(&text)
    }
}

impl From<UserId> for String {
    fn from(user: UserId) -> Self {
        user.0
    }
}

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an officer is responsible for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Captures residents.
    Operator,
    /// Decides exceptions and duplicates, approves, exports; may capture too.
    Supervisor,
    /// Looks after users and settings; sees no resident.
    Admin,
}

impl Role {
    /// May take residents through the line.
    pub fn may_capture(self) -> bool {
        matches!(self, Self::Operator | Self::Supervisor)
    }

    /// May decide, approve, void and export.
    pub fn may_decide(self) -> bool {
        self == Self::Supervisor
    }

    /// May change users and settings.
    pub fn may_administer(self) -> bool {
        matches!(self, Self::Admin | Self::Supervisor)
    }

    /// The word kept in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// The role of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Operator, Self::Supervisor, Self::Admin].into_iter().find(|role| role.word() == word)
    }
}
