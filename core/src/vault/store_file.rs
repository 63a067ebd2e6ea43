//! The credential store's contents: one encrypted record a profile, under a seal over the whole.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cipher::{Sealed, StoreKey};
use super::digest_json;
use super::profile::{Profile, bound};

const ALGORITHM: &str = "aes-256-gcm";

/// Why a store cannot be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// It has not the form of a store.
    Form(String),
    /// Nothing in it opens with the key.
    WrongKey,
    /// Some of it opens, some does not.
    Tampered(String),
}

/// A profile as it is written.
#[derive(Clone, Serialize, Deserialize)]
struct Record {
    id: String,
    name: String,
    #[serde(flatten)]
    sealed: Sealed,
    created_at: String,
    updated_at: String,
}

impl Record {
    /// What a record is sealed with: its place. Exchanged with another one, or renamed, it does not open.
    fn place(id: &str, name: &str) -> Vec<u8> {
        json!(["infini-mcp credential store", 2, id, name]).to_string().into_bytes()
    }

    fn open(&self, key: &StoreKey) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        key.open(&self.sealed, &Self::place(&self.id, &self.name))
    }
}

#[derive(Deserialize)]
struct Document {
    algorithm: String,
    profiles: Vec<Record>,
    /// An encrypted nothing whose associated data are all the records: it proves the key of a store without profiles,
    /// and that no record was taken out, added, or brought back from an older file.
    seal: Sealed,
}

/// The whole of the first format, the predecessor's, is one encrypted text.
#[derive(Deserialize)]
struct FirstDocument {
    algorithm: String,
    nonce: String,
    tag: String,
    ciphertext: String,
}

#[derive(Deserialize)]
struct FirstContents {
    profiles: Vec<FirstProfile>,
}

#[derive(Deserialize)]
struct FirstProfile {
    id: String,
    name: String,
    infinity_token: Option<secrecy::SecretString>,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    created_at: String,
    #[serde(default)]
    updated_at: String,
}

/// An opened store.
pub(super) struct StoreFile {
    key: StoreKey,
    records: Vec<Record>,
    /// Whether the file it was read from is the predecessor's.
    pub is_first_format: bool,
}

impl StoreFile {
    /// A store without profiles.
    pub fn empty(key: StoreKey) -> Self {
        Self { key, records: Vec::new(), is_first_format: false }
    }

    /// Opens the text of a file, of either format.
    ///
    /// # Errors
    /// Why not; a store that is not whole is not opened in part.
    pub fn open(text: &str, key: StoreKey) -> Result<Self, Fault> {
        let document: Value = serde_json::from_str(text)
            .map_err(|error| Fault::Form(format!("is not JSON (line {}, column {})", error.line(), error.column())))?;
        match document.get("version").and_then(Value::as_u64) {
            Some(1) => Self::open_first(shaped(document)?, key),
            Some(2) => Self::open_second(shaped(document)?, key),
            Some(newer) => Err(Fault::Form(format!("is of version {newer}, which this program does not know"))),
            None => Err(Fault::Form("has no `version`, so it is no credential store".into())),
        }
    }

    fn open_second(document: Document, key: StoreKey) -> Result<Self, Fault> {
        check_algorithm(&document.algorithm)?;
        let sealed_with = manifest(&document.profiles).into_bytes();
        let is_whole = key.open(&document.seal, &sealed_with).is_some();
        let shut = document.profiles.iter().find(|record| record.open(&key).is_none());
        match (is_whole, shut) {
            (true, None) => Ok(Self { key, records: document.profiles, is_first_format: false }),
            (_, Some(record)) if is_whole || document.profiles.iter().any(|other| other.open(&key).is_some()) => {
                Err(Fault::Tampered(format!("the profile {:?} is not the one that was written", record.name)))
            }
            (false, None) if !document.profiles.is_empty() => {
                Err(Fault::Tampered("profiles were taken out, added, exchanged or edited".into()))
            }
            (_, _) => Err(Fault::WrongKey),
        }
    }

    fn open_first(document: FirstDocument, key: StoreKey) -> Result<Self, Fault> {
        check_algorithm(&document.algorithm)?;
        let text =
            key.open_first_format(&document.nonce, &document.tag, &document.ciphertext).ok_or(Fault::WrongKey)?;
        let contents: FirstContents = serde_json::from_slice(&text).map_err(|error| {
            Fault::Form(format!(
                "opens, but is not a list of profiles (column {} of what was encrypted)",
                error.column()
            ))
        })?;
        let mut store = Self { key, records: Vec::new(), is_first_format: true };
        for first in contents.profiles {
            let scopes = bound(first.scopes)
                .map_err(|problem| Fault::Form(format!("has the profile {:?}: {problem}", first.name)))?;
            store
                .put(&Profile {
                    id: first.id,
                    name: first.name,
                    infinity_token: first.infinity_token,
                    infinigate: None,
                    scopes,
                    created_at: first.created_at,
                    updated_at: first.updated_at,
                })
                .map_err(Fault::Form)?;
        }
        Ok(store)
    }

    /// All profiles, decrypted.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn profiles(&self) -> Result<Vec<Profile>, String> {
        self.records.iter().map(|record| self.profile(record)).collect()
    }

    fn profile(&self, record: &Record) -> Result<Profile, String> {
        let faulty = |problem: &str| format!("has the profile {:?}, which {problem}", record.name);
        let text = record.open(&self.key).ok_or_else(|| faulty("does not open"))?;
        let mut profile = Profile {
            id: record.id.clone(),
            name: record.name.clone(),
            infinity_token: None,
            infinigate: None,
            scopes: None,
            created_at: record.created_at.clone(),
            updated_at: record.updated_at.clone(),
        };
        profile.take_plaintext(&text).map_err(|problem| faulty(&problem))?;
        Ok(profile)
    }

    /// Adds a profile, or replaces the one with its id.
    ///
    /// # Errors
    /// When it cannot be encrypted.
    pub fn put(&mut self, profile: &Profile) -> Result<(), String> {
        let unsealed = |_| format!("cannot take the profile {:?}", profile.name);
        let text = profile.plaintext().map_err(|error| error.to_string())?;
        let sealed = self.key.seal(&text, &Record::place(&profile.id, &profile.name)).map_err(unsealed)?;
        let record = Record {
            id: profile.id.clone(),
            name: profile.name.clone(),
            sealed,
            created_at: profile.created_at.clone(),
            updated_at: profile.updated_at.clone(),
        };
        match self.records.iter_mut().find(|other| other.id == profile.id) {
            Some(place) => *place = record,
            None => self.records.push(record),
        }
        Ok(())
    }

    /// Takes a profile away.
    pub fn remove(&mut self, id: &str) {
        self.records.retain(|record| record.id != id);
    }

    /// The same profiles under another key.
    ///
    /// # Errors
    /// When one cannot be encrypted anew.
    pub fn under(&self, key: StoreKey) -> Result<Self, String> {
        let mut store = Self { key, records: Vec::new(), is_first_format: self.is_first_format };
        for profile in self.profiles()? {
            store.put(&profile)?;
        }
        Ok(store)
    }

    /// The text to write, always of the second format.
    ///
    /// # Errors
    /// When the seal cannot be made.
    pub fn text(&self) -> Result<String, String> {
        let seal = self.key.seal(b"", manifest(&self.records).as_bytes()).map_err(|_| "cannot be sealed".to_owned())?;
        let document = json!({ "version": 2, "algorithm": ALGORITHM, "profiles": self.records, "seal": seal });
        Ok(format!("{document:#}\n"))
    }
}

fn manifest(records: &[Record]) -> String {
    digest_json(&json!({ "version": 2, "algorithm": ALGORITHM, "profiles": records }))
}

fn check_algorithm(name: &str) -> Result<(), Fault> {
    if name == ALGORITHM {
        Ok(())
    } else {
        Err(Fault::Form(format!("is encrypted with {name:?}, not with {ALGORITHM}")))
    }
}

fn shaped<T: serde::de::DeserializeOwned>(document: Value) -> Result<T, Fault> {
    serde_json::from_value(document).map_err(|error| Fault::Form(format!("is not a credential store: {error}")))
}
