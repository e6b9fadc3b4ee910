//! Keys: who signs a batch, who may open it.
//!
//! A station *signs* with its own minisign key (Ed25519) and *encrypts* to public keys of others (age, X25519). It holds
//! no key that opens what it has exported: a stolen station or stick gives nothing away.
//!
//! The station's secret key has no passphrase of its own; it is kept inside the station's encrypted database, which is
//! the one place that asks for a passphrase.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::error::{BatchError, Result};
use super::names::Digest;

/// Bytes of a serialized minisign secret key; the 42 of the public key and a SHA-256 of both follow it.
const SECRET_BYTES: usize = 158;
const PUBLIC_BYTES: usize = 42;

/// A signing key pair in minisign's format (Ed25519 over the BLAKE2b-512 hash of the file).
pub struct StationKeys {
    secret: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl StationKeys {
    /// A new key pair from the system's random numbers.
    pub fn generate() -> Result<Self> {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().map_err(BatchError::Sign)?;
        Ok(Self { secret: Zeroizing::new(pair.sk.to_bytes()), public: PublicKey(pair.pk) })
    }

    /// Secret and public key as bytes, for the encrypted database only; wiped from memory when dropped.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES + PUBLIC_BYTES + 32));
        bytes.extend_from_slice(&self.secret);
        bytes.extend_from_slice(&self.public.0.to_bytes());
        let digest = Digest::of(&bytes);
        bytes.extend_from_slice(digest.as_bytes());
        bytes
    }

    /// The reverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`BatchError::Key`] when the bytes have another length, any of them was changed, or a trial signature does not
    /// verify.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bad = |reason: &str| BatchError::Key { what: "station's signing key", reason: reason.to_owned() };
        let (keys, digest) =
            bytes.split_at_checked(SECRET_BYTES + PUBLIC_BYTES).ok_or_else(|| bad("it is too short"))?;
        if Digest::of(keys).as_bytes() != digest {
            return Err(bad("it is damaged"));
        }
        let (secret, public) = keys.split_at_checked(SECRET_BYTES).ok_or_else(|| bad("it is too short"))?;
        let public = PublicKey::from_key_bytes(public).ok_or_else(|| bad("its public half is damaged"))?;
        let keys = Self { secret: Zeroizing::new(secret.to_vec()), public };
        let secret = keys.secret_key()?;
        if secret.keynum() != keys.public.0.keynum() {
            return Err(bad("its halves do not belong together"));
        }
        minisign::sign(Some(&keys.public.0), &secret, std::io::empty(), Some("trial"), None)
            .map_err(|error| bad(&error.to_string()))?;
        Ok(keys)
    }

    /// The public half, to be given to everybody who checks batches of this station.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn secret_key(&self) -> Result<minisign::SecretKey> {
        minisign::SecretKey::from_bytes(&self.secret).map_err(BatchError::Sign)
    }
}

impl fmt::Debug for StationKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StationKeys({})", self.public.id())
    }
}

/// The public key by which a signature is checked.
#[derive(Clone, Debug)]
pub struct PublicKey(pub(crate) minisign::PublicKey);

impl PublicKey {
    /// The key's file as stock `minisign -V -p FILE` reads it: a comment line and one line of base64.
    pub fn to_file(&self) -> String {
        format!("untrusted comment: minisign public key {}\n{}\n", self.id(), self.0.to_base64())
    }

    /// The key's short name, 16 hexadecimal digits, as `minisign` prints it.
    pub fn id(&self) -> String {
        self.0.keynum().iter().rev().map(|byte| format!("{byte:02X}")).collect()
    }

    fn from_key_bytes(bytes: &[u8]) -> Option<Self> {
        let key = (bytes.len() == PUBLIC_BYTES && bytes.starts_with(b"Ed"))
            .then(|| minisign::PublicKey::from_bytes(bytes))?;
        key.ok().map(Self)
    }
}

impl FromStr for PublicKey {
    type Err = BatchError;

    /// Reads the text of a public key file, or the bare base64 line.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || BatchError::Key { what: "public signing key", reason: "it is not a minisign public key".into() };
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("untrusted comment:"));
        let key = minisign::PublicKey::from_base64(line.ok_or_else(bad)?).map_err(|_| bad())?;
        Self::from_key_bytes(&key.to_bytes()).ok_or_else(bad)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bytes() == other.0.to_bytes()
    }
}

impl Eq for PublicKey {}

/// A recipient's public key: an age X25519 recipient, `age1...`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DistrictKey(age::x25519::Recipient);

impl DistrictKey {
    /// Parses a list of recipient strings and makes sure that at least `least` *different* ones are among them.
    pub fn parse_all<S: AsRef<str>>(recipients: &[S], least: usize) -> Result<Vec<Self>> {
        let keys: Vec<Self> = recipients.iter().map(|text| text.as_ref().parse()).collect::<Result<_>>()?;
        let mut seen = BTreeSet::new();
        let different: Vec<Self> = keys.into_iter().filter(|key| seen.insert(key.to_string())).collect();
        if different.len() < least {
            return Err(BatchError::Recipients { found: different.len() });
        }
        Ok(different)
    }

    pub(crate) fn encryptor(recipients: &[Self]) -> Result<age::Encryptor> {
        age::Encryptor::with_recipients(recipients.iter().map(|key| &key.0 as &dyn age::Recipient))
            .map_err(|error| BatchError::Key { what: "recipient's public key", reason: error.to_string() })
    }
}

impl FromStr for DistrictKey {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self> {
        text.trim().parse().map(Self).map_err(|reason: &str| BatchError::Key {
            what: "recipient's public key (age1...)",
            reason: reason.to_owned(),
        })
    }
}

impl fmt::Display for DistrictKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for DistrictKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One or more age identities (secret keys) as they stand in an identity file.
pub struct Identity(Vec<age::x25519::Identity>);

impl Identity {
    /// A new identity from the system's random numbers.
    pub fn generate() -> Self {
        Self(vec![age::x25519::Identity::generate()])
    }

    /// The public keys of these identities.
    pub fn recipients(&self) -> Vec<DistrictKey> {
        self.0.iter().map(|identity| DistrictKey(identity.to_public())).collect()
    }

    /// The text of an identity file as stock `age -d -i FILE` reads it; wiped from memory when dropped.
    pub fn to_file(&self) -> Zeroizing<String> {
        let mut file = Zeroizing::new(String::with_capacity(160 * self.0.len()));
        for identity in &self.0 {
            file.push_str("# public key: ");
            file.push_str(&identity.to_public().to_string());
            file.push('\n');
            file.push_str(identity.to_string().expose_secret());
            file.push('\n');
        }
        file
    }

    pub(crate) fn as_dyn(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as &dyn age::Identity)
    }
}

impl FromStr for Identity {
    type Err = BatchError;

    /// Reads an identity file: `AGE-SECRET-KEY-1...` lines; empty lines and lines that begin with `#` are skipped.
    fn from_str(text: &str) -> Result<Self> {
        let bad = |reason: &str| BatchError::Key { what: "identity (AGE-SECRET-KEY-1...)", reason: reason.to_owned() };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities: Vec<_> = lines.map(|line| line.parse().map_err(bad)).collect::<Result<_>>()?;
        if identities.is_empty() {
            return Err(bad("the file holds no key"));
        }
        Ok(Self(identities))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?})", self.recipients())
    }
}

/// The receiving side of a training station: invented keys of a district and of the nation.
#[derive(Debug)]
pub struct TrainingDistrict {
    /// The district's identity; records are sealed to it and batches encrypted to it.
    pub district: Identity,
    /// The nation's identity, the second recipient of every batch.
    pub national: Identity,
    /// The key with which the district signs its acknowledgements.
    pub signing: StationKeys,
}

impl TrainingDistrict {
    /// New keys from the system's random numbers.
    pub fn generate() -> Result<Self> {
        Ok(Self { district: Identity::generate(), national: Identity::generate(), signing: StationKeys::generate()? })
    }

    /// The recipients of a batch: district first, then nation.
    pub fn recipients(&self) -> Vec<DistrictKey> {
        [&self.district, &self.national].into_iter().flat_map(Identity::recipients).collect()
    }
}
