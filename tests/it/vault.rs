//! The files of users and credentials: read from the predecessor, kept whole, read again when they change.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use infini_mcp::vault::{Credentials, Edit, Error, Expiry, NewUser, Place, Refused, Roster, Scopes};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// The key that the predecessor's store below was encrypted with.
const OLD_KEY: &str = "predecessor-store-key-0123456789abcdef";

/// A store of the predecessor's format, made with Node's own cipher and not with this program: two profiles, `acme`
/// (token `tok-1`, all scopes of Infinity) and `narrow` (token `tok-2`, `infinity:read`).
const OLD_STORE: &str = r#"{
  "version": 1,
  "algorithm": "aes-256-gcm",
  "nonce": "AAECAwQFBgcICQoL",
  "tag": "ZfK8mqOCwEYsPKz4xC4LWQ",
  "ciphertext": "Z4X9nH7KmL2A17BEqF0eUFkm6j7l26uwkRV-XXNvRy34JeoMbWbfAX91Klx8Y8Skz_sWzLYUHH55otIjIXQKxN_HZBlrHOyrVRYcKBKFH35aMnI1XU947q2Vsqas2neb2GBAsrZn3D7fxgTjhX3ZgbIh7lXOGhIisuVHefDkm2-xh9rdGWwoFX5z8Bdaq2xq_tiO-QfBJ0uBVM0SoRrScej3J2ALQ20rHLvrr2TECaEcWrF6Xmk9oiuf9Gka8zEpkWqz_GYM6MWaU1cv0Xw7OdH-QHzgRfpaQsGKst0yRXh-dbDSFwpooe-a0m65jBF02CyN6wQa9kGx2Kspu_sOk7DZ7D_zWXi0NrrlDfofBBYCNw_fUIYHirAisup-LCAwYJDWfGoEqaXtZaQmL7wfpwQZQRxz57BegxgKcUN_1kYRtQDrA5hKiPEHkMoEIEXvOyNwwK1ArK7NSevTBBZ0OT3m9WfwsiQMH9SkBN6kMzwvHfUbRMWXG9bAVaajiLgusHfkB_4"
}
"#;

/// The predecessor's users: ada with the key `mcp_` and 43 times A, bob with B; digests made elsewhere, too.
const OLD_USERS: &str = r#"{
  "version": 1,
  "users": [
    {
      "name": "ada", "key_hash": "9ce5115fd69f3e96e88542f8cf783153021c0252cda33013abb706fbfc40f160", "profile_id": "acme",
      "scopes": ["infinity:read", "infinity:write", "infinity:admin"],
      "created_at": "2026-01-02T03:04:05.678Z", "updated_at": "2026-01-02T03:04:05.678Z"
    },
    {
      "name": "bob", "key_hash": "bc336f675d40f818ea0b75b23ad7a9ee4fa72cb2be4a5f8ceba35c441065eb97", "profile_id": "narrow",
      "scopes": ["infinity:read", "infinity:write"],
      "created_at": "2026-01-02T03:04:05.678Z", "updated_at": "2026-01-02T03:04:05.678Z", "note": "second floor"
    }
  ]
}
"#;

/// A folder with both files.
pub struct Office {
    folder: tempfile::TempDir,
    key: &'static str,
}

impl Office {
    /// With the predecessor's files.
    pub fn of_the_predecessor() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap(), key: OLD_KEY };
        write(&office.users(), OLD_USERS);
        write(&office.store(), OLD_STORE);
        office
    }

    /// With new files, one profile and no user.
    fn new() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap(), key: "a key that is long enough for a new store" };
        let (mut edit, made) = Edit::make(office.place()).unwrap();
        assert_eq!(made, [office.store(), office.users()]);
        edit.add_profile("acme", token("tok-1")).unwrap();
        office
    }

    fn place(&self) -> Place {
        Place { users: self.users(), store: self.store(), key: Some(SecretString::from(self.key)) }
    }

    fn edit(&self) -> Edit {
        Edit::begin(self.place()).unwrap()
    }

    pub fn users(&self) -> PathBuf {
        self.folder.path().join("mcp-users.json")
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("credentials.enc.json")
    }

    fn add(&self, name: &str) -> SecretString {
        let scopes = Scopes::all();
        self.edit().add_user(&NewUser { name, profile: "acme", scopes: &scopes, expires_at: None }).unwrap()
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn token(text: &str) -> Credentials {
    Credentials { infinity_token: Some(SecretString::from(text)), infinigate: None }
}

fn parsed(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn exposed(roster: &Roster, key: &str) -> String {
    let snapshot = roster.current();
    let user = snapshot.user_by_key(key).unwrap_or_else(|refused| panic!("{refused}"));
    snapshot.profile_of(user).unwrap().infinity_token.as_ref().unwrap().expose_secret().to_owned()
}

fn old_key(letter: &str) -> String {
    format!("mcp_{}", letter.repeat(43))
}

#[test]
fn the_files_of_the_predecessor_are_read_as_they_are() {
    let office = Office::of_the_predecessor();
    let roster = Roster::open(office.place()).unwrap();
    assert_eq!(exposed(&roster, &old_key("A")), "tok-1");
    assert_eq!(exposed(&roster, &old_key("B")), "tok-2");
    let snapshot = roster.current();
    assert_eq!(snapshot.user_by_name("ada").unwrap().scopes.to_string(), "infinity:read infinity:write infinity:admin");
    assert_eq!(
        snapshot.user_by_name("bob").unwrap().scopes.to_string(),
        "infinity:read",
        "a user may do what both the user and the profile allow"
    );
    assert_eq!(snapshot.user_by_key(&old_key("C")).err(), Some(Refused::Unknown));
    assert_eq!(snapshot.profile("acme").unwrap().name, "Acme GmbH");
    assert_eq!(fs::read_to_string(office.store()).unwrap(), OLD_STORE, "reading changes nothing");
}

#[test]
fn the_predecessors_store_is_upgraded_by_the_first_change_and_kept_beside() {
    let office = Office::of_the_predecessor();
    office.edit().set_profile("Acme GmbH", token("tok-new")).unwrap();
    assert_eq!(parsed(&office.store())["version"], 2);
    let backup = office.folder.path().join("credentials.enc.json.bak");
    assert_eq!(fs::read_to_string(&backup).unwrap(), OLD_STORE);
    assert_eq!(fs::metadata(&backup).unwrap().mode() & 0o777, 0o600);
    let roster = Roster::open(office.place()).unwrap();
    assert_eq!(exposed(&roster, &old_key("A")), "tok-new");
    assert_eq!(exposed(&roster, &old_key("B")), "tok-2");
    assert_eq!(roster.current().user_by_name("bob").unwrap().scopes.to_string(), "infinity:read");

    let key = office.edit().rotate_user_key("ada", Expiry::Keep).unwrap();
    let users = parsed(&office.users());
    assert_eq!(users["users"][1]["note"], "second floor", "what is not ours stays");
    assert!(roster.refresh());
    assert_eq!(exposed(&roster, key.expose_secret()), "tok-new");
    assert_eq!(roster.current().user_by_key(&old_key("A")).err(), Some(Refused::Unknown));
}

#[test]
fn a_wrong_key_is_told_as_such_and_changes_nothing() {
    for office in [Office::of_the_predecessor(), Office::new()] {
        let before = fs::read_to_string(office.store()).unwrap();
        let place =
            Place { key: Some(SecretString::from("another key, just as long as the right one")), ..office.place() };
        let refused = Roster::open(place.clone()).err().unwrap();
        assert!(matches!(refused, Error::WrongKey { .. }), "{refused}");
        assert!(refused.to_string().contains("MCP_CREDENTIAL_STORE_KEY"), "{refused}");
        let refused = Edit::begin(place).unwrap().add_profile("other", token("t")).unwrap_err();
        assert!(matches!(refused, Error::WrongKey { .. }), "{refused}");
        assert!(matches!(Roster::open(Place { key: None, ..office.place() }), Err(Error::NoKey)));
        assert_eq!(fs::read_to_string(office.store()).unwrap(), before);
    }
}

#[test]
fn a_store_that_something_else_changed_is_not_opened_in_part() {
    let office = Office::new();
    office.edit().add_profile("second", token("tok-2")).unwrap();
    let older = parsed(&office.store());
    office.edit().set_profile("second", token("tok-3")).unwrap();
    let whole = parsed(&office.store());
    let spoil = |change: &dyn Fn(&mut Value)| {
        let mut document = whole.clone();
        change(&mut document);
        write(&office.store(), &document.to_string());
        Roster::open(office.place()).err().unwrap_or_else(|| panic!("opened: {document:#}")).to_string()
    };
    let record = |document: &mut Value, from: usize, to: usize| {
        for field in ["nonce", "ciphertext"] {
            document["profiles"][to][field] = whole["profiles"][from][field].clone();
        }
    };
    assert!(spoil(&|document| record(document, 0, 1)).contains("\"second\" is not the one that was written"));
    assert!(spoil(&|document| document["profiles"][1]["name"] = json!("third")).contains("\"third\" is not"));
    assert!(spoil(&|document| document["profiles"][0]["ciphertext"] = json!("AAAA")).contains("\"acme\" is not"));
    assert!(spoil(&|document| _ = document["profiles"].as_array_mut().unwrap().remove(0)).contains("taken out"));
    assert!(spoil(&|document| document["profiles"][1] = older["profiles"][1].clone()).contains("exchanged"));
    assert!(spoil(&|document| document["profiles"].as_array_mut().unwrap().swap(0, 1)).contains("exchanged"));
    assert!(spoil(&|document| document["algorithm"] = json!("none")).contains("encrypted with \"none\""));
    assert!(spoil(&|document| document["version"] = json!(3)).contains("version 3"));
    write(&office.store(), &whole.to_string());
    assert!(Roster::open(office.place()).is_ok());
}

/// Another program can read the store with what is written here: HKDF-SHA256 over the key's text, and the record's place
/// as associated data.
#[test]
fn the_new_format_is_what_it_is_said_to_be() {
    let office = Office::new();
    let document = parsed(&office.store());
    let record = &document["profiles"][0];
    let mut key = [0_u8; 32];
    let derived = hkdf::Hkdf::<sha2::Sha256>::new(None, office.key.as_bytes());
    derived.expand(b"infini-mcp credential store 2", &mut key).unwrap();
    let decode = |value: &Value| URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap();
    let nonce: [u8; 12] = decode(&record["nonce"]).try_into().unwrap();
    let place = json!(["infini-mcp credential store", 2, record["id"], "acme"]).to_string();
    let payload = Payload { msg: &decode(&record["ciphertext"]), aad: place.as_bytes() };
    let plain = Aes256Gcm::new((&key).into()).decrypt((&nonce).into(), payload).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&plain).unwrap(), json!({ "infinity_token": "tok-1" }));
    assert!(!fs::read_to_string(office.store()).unwrap().contains("tok-1"));
}

#[test]
fn a_key_is_given_once_and_kept_as_its_digest_only() {
    let office = Office::new();
    let key = office.add("ada");
    let users = fs::read_to_string(office.users()).unwrap();
    assert!(!users.contains(key.expose_secret()) && !users.contains(&key.expose_secret()[4..]));
    assert_eq!(fs::metadata(office.users()).unwrap().mode() & 0o777, 0o600);
    assert_eq!(exposed(&Roster::open(office.place()).unwrap(), key.expose_secret()), "tok-1");
}

#[test]
fn commands_at_the_same_time_lose_nothing() {
    let office = Arc::new(Office::new());
    let names: Vec<String> = (0..12).map(|number| format!("user {number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let office = office.clone();
            scope.spawn(move || match name.ends_with(['1', '5', '9']) {
                true => office.edit().add_profile(name, token("t")).unwrap(),
                false => drop(office.add(name)),
            });
        }
    });
    let snapshot = office.edit().snapshot().unwrap();
    assert_eq!((snapshot.users().count(), snapshot.profiles().count()), (8, 1 + 4), "{:?}", snapshot.faults());
}

#[test]
fn short_keys_unfit_credentials_and_taken_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (users, store) = (folder.path().join("u.json"), folder.path().join("s.json"));
    let short = Place { users, store: store.clone(), key: Some(SecretString::from("too short")) };
    assert!(matches!(Edit::make(short), Err(Error::ShortKey)));
    assert!(!store.exists());

    let office = Office::new();
    office.add("ada");
    let scopes = Scopes::all();
    let user = |name| NewUser { name, profile: "acme", scopes: &scopes, expires_at: None };
    // Each command ends before the next one begins, as it holds the lock until then.
    let tried = |change: &dyn Fn(&mut Edit) -> Result<(), Error>| change(&mut office.edit()).unwrap_err().to_string();
    let add = |user: &NewUser| tried(&|edit| edit.add_user(user).map(drop));
    for (told, part) in [
        (add(&user("ada")), "rotate-user-key"),
        (add(&user("local")), "the server uses this name"),
        (add(&NewUser { profile: "gone", ..user("bob") }), "there are: acme"),
        (add(&NewUser { scopes: &Scopes::default(), ..user("bob") }), "--scopes"),
        (tried(&|edit| edit.add_profile("ACME", token("t"))), "already"),
        (tried(&|edit| edit.add_profile("new", token("two words"))), "not entered whole"),
        (tried(&|edit| edit.add_profile("new", Credentials::default())), "no credentials"),
        (tried(&|edit| edit.remove_profile("acme")), "used by ada"),
        (tried(&|edit| edit.remove_user("bob")), "no user \"bob\""),
        (tried(&|edit| edit.rotate_store_key(SecretString::from("short"))), "fewer than 32"),
    ] {
        assert!(told.contains(part) && !told.contains("two words"), "{part} in {told}");
    }
    office.edit().remove_user("ada").unwrap();
    office.edit().remove_profile("acme").unwrap();
    assert_eq!(office.edit().snapshot().unwrap().profiles().count(), 0);
}

#[test]
fn the_store_moves_to_another_key_at_once() {
    let office = Office::of_the_predecessor();
    let new = "the new key of the store, long enough, too";
    office.edit().rotate_store_key(SecretString::from(new)).unwrap();
    assert!(matches!(Roster::open(office.place()), Err(Error::WrongKey { .. })));
    let roster = Roster::open(Place { key: Some(SecretString::from(new)), ..office.place() }).unwrap();
    assert_eq!(exposed(&roster, &old_key("B")), "tok-2");
}

#[test]
fn broken_files_keep_the_last_good_ones_in_use_until_they_are_mended() {
    let office = Office::new();
    let key = office.add("ada");
    let roster = Roster::open(office.place()).unwrap();
    assert!(!roster.refresh(), "nothing has changed");
    for spoilt in ["", "{ \"version\": 1, \"users\": [", "{ \"version\": 2, \"users\": [] }", "[]"] {
        write(&office.users(), spoilt);
        assert!(!roster.refresh());
        assert_eq!(exposed(&roster, key.expose_secret()), "tok-1", "{spoilt}");
        let told = roster.status().stale.unwrap();
        assert!(told.contains("mcp-users.json") && told.contains("backup"), "{told}");
        let refused = Roster::open(office.place()).err().unwrap().to_string();
        assert!(refused.contains("mcp-users.json"), "at the start it is an error: {refused}");
    }
    fs::remove_file(office.users()).unwrap();
    assert!(!roster.refresh());
    assert!(roster.status().stale.unwrap().contains("cannot be read"));
    write(&office.users(), "{ \"version\": 1, \"users\": [] }");
    assert!(roster.refresh());
    assert!(roster.status().stale.is_none());
    assert_eq!(roster.current().user_by_key(key.expose_secret()).err(), Some(Refused::Unknown));
}

#[test]
fn files_open_to_others_are_told_with_the_command_that_mends_them() {
    let office = Office::new();
    let roster = Roster::open(office.place()).unwrap();
    assert!(roster.status().faults.is_empty());
    fs::set_permissions(office.store(), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(roster.refresh(), "a changed permission is a reason to look again");
    let faults = roster.status().faults.join("\n");
    assert!(faults.contains("chmod 600") && faults.contains("credentials.enc.json"), "{faults}");
    office.edit().set_profile("acme", token("tok-2")).unwrap();
    assert!(roster.refresh() && roster.status().faults.is_empty(), "a change closes the file again");
}

#[tokio::test(start_paused = true)]
async fn a_watched_roster_tells_of_every_change_until_it_is_stopped() {
    let office = Office::new();
    let roster = Arc::new(Roster::open(office.place()).unwrap());
    let (seen, stop) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
    let watching = tokio::spawn({
        let seen = seen.clone();
        let told =
            move |snapshot: &Arc<infini_mcp::vault::Snapshot>| seen.store(snapshot.users().count(), Ordering::SeqCst);
        roster.clone().watch(told, stop.clone())
    });
    for users in 1..=2 {
        office.add(&format!("user {users}"));
        for _ in 0..10 {
            // The clock of this test stands still and moves when everybody waits.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(seen.load(Ordering::SeqCst), users);
    }
    stop.cancel();
    watching.await.unwrap();
}

#[test]
fn taking_over_twice_changes_nothing_and_a_conflict_takes_over_nothing() {
    let (office, other) = (Office::new(), Office::of_the_predecessor());
    let imported = office.edit().import(&other.place()).unwrap();
    assert_eq!(
        (imported.users, imported.profiles, imported.known),
        (vec!["ada".to_owned(), "bob".to_owned()], vec!["Acme GmbH".to_owned(), "Narrow".to_owned()], 0)
    );
    let roster = Roster::open(office.place()).unwrap();
    assert_eq!(exposed(&roster, &old_key("A")), "tok-1");
    assert_eq!(parsed(&office.users())["users"][1]["note"], "second floor");
    let again = office.edit().import(&other.place()).unwrap();
    assert_eq!((again.users.len(), again.profiles.len(), again.known), (0, 0, 4));
    assert_eq!(fs::read_to_string(other.store()).unwrap(), OLD_STORE, "the other server's files stay as they are");

    office.edit().rotate_user_key("ada", Expiry::Keep).unwrap();
    office.edit().set_profile("Narrow", token("mine")).unwrap();
    let before = (fs::read_to_string(office.users()).unwrap(), fs::read_to_string(office.store()).unwrap());
    let told = office.edit().import(&other.place()).unwrap_err().to_string();
    for part in ["nothing was taken over", "the user \"ada\" is here already", "the profile \"Narrow\" is here already"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(before, (fs::read_to_string(office.users()).unwrap(), fs::read_to_string(office.store()).unwrap()));
}
