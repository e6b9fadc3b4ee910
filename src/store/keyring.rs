//! The keyring: who can open the store, and what each of them gets.
//!
//! Two random secrets exist per station. `database` is SQLCipher's raw key and lies in every user's slot;
//! `review` is an age X25519 identity that opens the review copies of sealed records and lies in supervisors'
//! slots alone, so an operator's passphrase opens no finished record. Each secret is wrapped on its own with
//! XChaCha20-Poly1305 under a key that Argon2id (RFC 9106) makes from the passphrase; the associated data name
//! the user, the secret and the version, so that no ciphertext can be moved to another place. Both secrets
//! also lie in one age file to the district's recovery recipient: losing every user loses nothing.

use std::collections::BTreeMap;
use std::fmt;

use age::secrecy::ExposeSecret;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::error::{Result, StoreError};

const VERSION: u32 = 1;
const DATABASE: &str = "database";
const REVIEW: &str = "review";

/// How passphrases become keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kdf {
    /// Argon2id with 64 MiB, three passes, one lane: about a tenth of a second, once per login.
    Standard,
    /// Argon2id with 64 KiB and one pass. For training stores alone, whose passphrase is on the screen anyway.
    Cheap,
}

impl Kdf {
    /// Derives the key that wraps a user's secrets.
    fn derive(self, passphrase: &str, salt: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        let (memory, passes) = match self {
            Self::Standard => (64 << 10, 3),
            Self::Cheap => (64, 1),
        };
        let params = Params::new(memory, passes, 1, Some(32)).map_err(|_| StoreError::Crypto("Argon2 parameters"))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
            .map_err(|_| StoreError::Crypto("Argon2"))?;
        Ok(key)
    }
}

/// What a user may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The database.
    Operator,
    /// The database and the review copies.
    Supervisor,
}

/// A user to be given a slot.
#[derive(Clone)]
pub struct NewUser {
    /// The login name.
    pub id: String,
    /// The passphrase.
    pub passphrase: Zeroizing<String>,
    /// What the slot opens.
    pub access: Access,
}

impl NewUser {
    /// A user to be given a slot.
    pub fn new(id: impl Into<String>, passphrase: impl Into<String>, access: Access) -> Self {
        Self { id: id.into(), passphrase: Zeroizing::new(passphrase.into()), access }
    }
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("access", &self.access).finish_non_exhaustive()
    }
}

/// What a slot or the recovery identity opened. Forgotten (overwritten) when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Unlocked {
    #[zeroize(skip)]
    user: Option<String>,
    database: [u8; 32],
    review: Option<String>,
}

impl Unlocked {
    /// Who was authenticated; `None` for the recovery identity.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// What may be opened.
    pub fn access(&self) -> Access {
        if self.review.is_some() { Access::Supervisor } else { Access::Operator }
    }

    /// The age identity (`AGE-SECRET-KEY-1..`) that opens review copies; supervisors' only.
    pub fn review_identity(&self) -> Option<&str> {
        self.review.as_deref()
    }

    pub(super) fn database(&self) -> &[u8; 32] {
        &self.database
    }
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlocked").field("access", &self.access()).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Wrapped {
    nonce: Hex,
    ciphertext: Hex,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Slot {
    kdf: Kdf,
    salt: Hex,
    secrets: BTreeMap<String, Wrapped>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Recovery {
    recipient: String,
    age: Hex,
}

/// The keyring file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Keyring {
    version: u32,
    training: bool,
    kdf: Kdf,
    slots: BTreeMap<String, Slot>,
    recovery: Option<Recovery>,
}

#[derive(Serialize, Deserialize)]
struct Escrow {
    database: String,
    review: String,
}

impl Drop for Escrow {
    fn drop(&mut self) {
        self.database.zeroize();
        self.review.zeroize();
    }
}

impl Keyring {
    /// Draws new secrets and gives each user a slot.
    pub fn create(training: bool, kdf: Kdf, users: &[NewUser], recovery: Option<&str>) -> Result<(Self, Unlocked)> {
        if kdf == Kdf::Cheap && !training {
            return Err(StoreError::WeakKdf);
        }
        if users.is_empty() && recovery.is_none() {
            return Err(StoreError::LastKey);
        }
        let mut unlocked = Unlocked { user: None, database: random()?, review: None };
        unlocked.review = Some(age::x25519::Identity::generate().to_string().expose_secret().to_owned());
        let recovery = recovery.map(|recipient| escrow(recipient, &unlocked)).transpose()?;
        let mut keyring = Self { version: VERSION, training, kdf, slots: BTreeMap::new(), recovery };
        for user in users {
            keyring.add(&unlocked, user)?;
        }
        Ok((keyring, unlocked))
    }

    /// Reads a keyring file. Everything that is not exactly one is damaged.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let keyring: Self = serde_json::from_slice(bytes)
            .map_err(|e| StoreError::Corrupt { what: "the keyring file".into(), source: Some(Box::new(e)) })?;
        if keyring.version != VERSION {
            return Err(StoreError::NewerSchema);
        }
        let cheap = keyring.kdf == Kdf::Cheap || keyring.slots.values().any(|s| s.kdf == Kdf::Cheap);
        if cheap && !keyring.training {
            return Err(StoreError::WeakKdf);
        }
        Ok(keyring)
    }

    /// The file's contents.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|_| StoreError::Crypto("writing the keyring"))
    }

    pub fn training(&self) -> bool {
        self.training
    }

    pub fn has(&self, user: &str) -> bool {
        self.slots.contains_key(user)
    }

    /// The users and what their slots open.
    pub fn users(&self) -> Vec<(String, Access)> {
        let access = |s: &Slot| if s.secrets.contains_key(REVIEW) { Access::Supervisor } else { Access::Operator };
        self.slots.iter().map(|(user, slot)| (user.clone(), access(slot))).collect()
    }

    /// Opens a user's slot. Costs one key derivation.
    pub fn unlock(&self, user: &str, passphrase: &str) -> Result<Unlocked> {
        let slot = self.slots.get(user).ok_or(StoreError::UnknownUser)?;
        let key = slot.kdf.derive(passphrase, &slot.salt.0)?;
        let wrapped = slot.secrets.get(DATABASE).ok_or_else(|| StoreError::corrupt("a slot of the keyring"))?;
        let secret = unwrap_secret(&key, user, DATABASE, wrapped)?;
        let database = secret.as_slice().try_into().map_err(|_| StoreError::corrupt("a slot of the keyring"))?;
        let mut unlocked = Unlocked { user: Some(user.to_owned()), database, review: None };
        if let Some(wrapped) = slot.secrets.get(REVIEW) {
            let secret = unwrap_secret(&key, user, REVIEW, wrapped)?;
            let text = std::str::from_utf8(&secret).map_err(|_| StoreError::corrupt("a slot of the keyring"))?;
            unlocked.review = Some(text.to_owned());
        }
        Ok(unlocked)
    }

    /// Opens the recovery entry with the district's age identity.
    pub fn recover(&self, identity: &str) -> Result<Unlocked> {
        // An identity file has comment lines around its key.
        let key = identity.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        let identity: age::x25519::Identity = key.unwrap_or_default().parse().map_err(StoreError::BadKey)?;
        let entry = self.recovery.as_ref().ok_or(StoreError::WrongRecoveryIdentity)?;
        let plain = age::decrypt(&identity, &entry.age.0).map_err(|_| StoreError::WrongRecoveryIdentity)?;
        let plain = Zeroizing::new(plain);
        let damaged = || StoreError::corrupt("the recovery entry of the keyring");
        let escrow: Escrow = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let key = Zeroizing::new(decode_hex(&escrow.database).ok_or_else(damaged)?);
        let database = key.as_slice().try_into().map_err(|_| damaged())?;
        Ok(Unlocked { user: None, database, review: Some(escrow.review.clone()) })
    }

    /// Adds a slot.
    pub fn add(&mut self, by: &Unlocked, user: &NewUser) -> Result<()> {
        if self.has(&user.id) {
            return Err(StoreError::UserExists);
        }
        let review = match user.access {
            Access::Supervisor => Some(by.review.as_deref().ok_or(StoreError::NotPermitted)?),
            Access::Operator => None,
        };
        let slot = self.slot(&user.id, &user.passphrase, &by.database, review)?;
        self.slots.insert(user.id.clone(), slot);
        Ok(())
    }

    /// Removes a slot. Refused when nothing could open the store afterwards.
    pub fn remove(&mut self, user: &str) -> Result<()> {
        if !self.has(user) {
            return Err(StoreError::UnknownUser);
        }
        if self.slots.len() == 1 && self.recovery.is_none() {
            return Err(StoreError::LastKey);
        }
        self.slots.remove(user);
        Ok(())
    }

    /// Wraps the same secrets under a new passphrase.
    pub fn change(&mut self, unlocked: &Unlocked, passphrase: &str) -> Result<()> {
        let user = unlocked.user().ok_or(StoreError::UnknownUser)?;
        let slot = self.slot(user, passphrase, &unlocked.database, unlocked.review.as_deref())?;
        self.slots.insert(user.to_owned(), slot);
        Ok(())
    }

    /// The review identity's public half.
    pub fn review_recipient(unlocked: &Unlocked) -> Result<String> {
        let text = unlocked.review.as_deref().ok_or(StoreError::NotPermitted)?;
        let identity: age::x25519::Identity = text.parse().map_err(StoreError::BadKey)?;
        Ok(identity.to_public().to_string())
    }

    fn slot(&self, user: &str, passphrase: &str, database: &[u8; 32], review: Option<&str>) -> Result<Slot> {
        let salt: [u8; 16] = random()?;
        let key = self.kdf.derive(passphrase, &salt)?;
        let mut secrets = BTreeMap::new();
        secrets.insert(DATABASE.to_owned(), wrap_secret(&key, user, DATABASE, database)?);
        if let Some(review) = review {
            secrets.insert(REVIEW.to_owned(), wrap_secret(&key, user, REVIEW, review.as_bytes())?);
        }
        Ok(Slot { kdf: self.kdf, salt: Hex(salt.to_vec()), secrets })
    }
}

fn escrow(recipient: &str, unlocked: &Unlocked) -> Result<Recovery> {
    let to: age::x25519::Recipient = recipient.trim().parse().map_err(StoreError::BadKey)?;
    let review = unlocked.review.clone().unwrap_or_default();
    let escrow = Escrow { database: encode_hex(&unlocked.database), review };
    let plain = Zeroizing::new(serde_json::to_vec(&escrow).map_err(|_| StoreError::Crypto("recovery entry"))?);
    let age = age::encrypt(&to, &plain).map_err(|_| StoreError::Crypto("recovery entry"))?;
    Ok(Recovery { recipient: to.to_string(), age: Hex(age) })
}

/// Length before text, so that no two places share their associated data.
fn associated(user: &str, secret: &str) -> Vec<u8> {
    let mut out = b"rekam keyring".to_vec();
    for part in [user, secret] {
        out.extend((part.len() as u64).to_be_bytes());
        out.extend(part.as_bytes());
    }
    out.extend(VERSION.to_be_bytes());
    out
}

fn wrap_secret(key: &[u8; 32], user: &str, name: &str, secret: &[u8]) -> Result<Wrapped> {
    let nonce: [u8; 24] = random()?;
    let aad = associated(user, name);
    let ciphertext = XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: &aad })
        .map_err(|_| StoreError::Crypto("wrapping a key"))?;
    Ok(Wrapped { nonce: Hex(nonce.to_vec()), ciphertext: Hex(ciphertext) })
}

fn unwrap_secret(key: &[u8; 32], user: &str, name: &str, wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>> {
    let nonce: [u8; 24] =
        wrapped.nonce.0.as_slice().try_into().map_err(|_| StoreError::corrupt("a nonce of the keyring"))?;
    let aad = associated(user, name);
    XChaCha20Poly1305::new(&Key::from(*key))
        .decrypt(&XNonce::from(nonce), Payload { msg: &wrapped.ciphertext.0, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| StoreError::WrongPassphrase)
}

/// Random bytes from the system.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Crypto("no random numbers"))?;
    Ok(bytes)
}

/// Bytes that look like hexadecimal digits in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex(Vec<u8>);

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        encode_hex(&hex.0)
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        decode_hex(&text).map(Self).ok_or("not hexadecimal")
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn encode_hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

pub(super) fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
