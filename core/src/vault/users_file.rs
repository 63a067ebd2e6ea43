//! The users file: the predecessor's first version, with an optional expiry. What it does not know it keeps.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::user::{KeyDigest, now, unfit_user_name};
use super::{Scopes, User};

/// The file's contents.
pub(super) struct UsersFile {
    document: Map<String, Value>,
}

/// A row that is no user, and why.
pub(super) type RowFault = String;

impl UsersFile {
    /// A file without users.
    pub fn empty() -> Self {
        let mut document = Map::new();
        document.insert("version".into(), json!(1));
        document.insert("users".into(), json!([]));
        Self { document }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong with its form. Rows that are no users are told by [`Self::users`].
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| format!("is not a JSON object (line {}, column {})", error.line(), error.column()))?;
        if document.get("version") != Some(&json!(1)) {
            return Err("is not of version 1".into());
        }
        if !document.get("users").is_some_and(Value::is_array) {
            return Err("has no list `users`".into());
        }
        Ok(Self { document })
    }

    /// The text to write.
    pub fn text(&self) -> String {
        format!("{:#}\n", Value::Object(self.document.clone()))
    }

    fn rows(&self) -> &[Value] {
        self.document.get("users").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn rows_mut(&mut self) -> Option<&mut Vec<Value>> {
        self.document.get_mut("users").and_then(Value::as_array_mut)
    }

    /// The users, and what keeps the other rows from being users.
    pub fn users(&self) -> (Vec<User>, Vec<RowFault>) {
        let (mut users, mut faults) = (Vec::<User>::new(), Vec::new());
        for (at, row) in self.rows().iter().enumerate() {
            let label =
                row.get("name").and_then(Value::as_str).map_or_else(|| format!("row {}", at + 1), str::to_owned);
            match user(row) {
                Err(problem) => faults.push(format!("the user {label:?} {problem}")),
                Ok(user) if users.iter().any(|other| other.name == user.name) => {
                    faults.push(format!("the user {label:?} is there twice; only the first counts"));
                }
                Ok(user) if users.iter().any(|other| other.key_digest == user.key_digest) => {
                    faults.push(format!("the user {label:?} has the key of another one"));
                }
                Ok(user) => users.push(user),
            }
        }
        (users, faults)
    }

    /// Whether there is a row of this name.
    pub fn has(&self, name: &str) -> bool {
        self.rows().iter().any(|row| names(row, name))
    }

    /// Adds a user.
    pub fn add(
        &mut self,
        name: &str,
        key_hash: &str,
        profile_id: &str,
        scopes: &Scopes,
        expires_at: Option<DateTime<Utc>>,
    ) {
        let mut row = json!({
            "name": name,
            "key_hash": key_hash,
            "profile_id": profile_id,
            "scopes": scopes.names(),
            "created_at": now(),
            "updated_at": now(),
        });
        if let (Some(end), Some(row)) = (expires_at, row.as_object_mut()) {
            row.insert("expires_at".into(), json!(end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
        }
        self.add_row(row);
    }

    /// Adds a row of another file as it is.
    pub fn add_row(&mut self, row: Value) {
        if let Some(rows) = self.rows_mut() {
            rows.push(row);
        }
    }

    /// The row of a name.
    pub fn row(&self, name: &str) -> Option<&Value> {
        self.rows().iter().find(|row| names(row, name))
    }

    /// Changes fields of a user; `null` takes one away.
    pub fn change(&mut self, name: &str, fields: impl IntoIterator<Item = (&'static str, Value)>) {
        let row = self.rows_mut().and_then(|rows| rows.iter_mut().find(|row| names(row, name)));
        let Some(row) = row.and_then(Value::as_object_mut) else { return };
        for (field, value) in fields {
            if value.is_null() {
                row.remove(field);
            } else {
                row.insert(field.into(), value);
            }
        }
        row.insert("updated_at".into(), json!(now()));
    }

    /// Takes a user away.
    pub fn remove(&mut self, name: &str) {
        if let Some(rows) = self.rows_mut() {
            rows.retain(|row| !names(row, name));
        }
    }

    /// Names of all rows that refer to a profile, faulty ones too.
    pub fn names_with_profile(&self, id: &str) -> Vec<&str> {
        let refers = |row: &&Value| row.get("profile_id").and_then(Value::as_str) == Some(id);
        self.rows().iter().filter(refers).filter_map(|row| row.get("name").and_then(Value::as_str)).collect()
    }
}

fn names(row: &Value, name: &str) -> bool {
    row.get("name").and_then(Value::as_str) == Some(name)
}

/// The user of a row. One that is only nearly right is nobody: a misread scope or expiry could open a door.
fn user(row: &Value) -> Result<User, RowFault> {
    let text = |field: &str| row.get(field).and_then(Value::as_str).map(str::to_owned);
    let needed = |field: &str| text(field).ok_or_else(|| format!("has no text `{field}`"));
    let name = needed("name")?;
    if let Some(why) = unfit_user_name(&name) {
        return Err(format!("has an unfit name: {why}"));
    }
    let key_digest =
        KeyDigest::read(&needed("key_hash")?).ok_or("has a `key_hash` that is not 64 hexadecimal digits")?;
    let words = row.get("scopes").and_then(Value::as_array).ok_or("has no list `scopes`")?;
    let words: Option<Vec<&str>> = words.iter().map(Value::as_str).collect();
    let scopes = Scopes::named(words.ok_or("has a scope that is no text")?)
        .map_err(|error| format!("has an unknown scope: {error}"))?;
    let expires_at = match row.get("expires_at") {
        None | Some(Value::Null) => None,
        Some(end) => {
            let end = end.as_str().and_then(|end| DateTime::parse_from_rfc3339(end).ok());
            Some(end.ok_or("has an `expires_at` that is no moment such as 2027-01-31T00:00:00Z")?.to_utc())
        }
    };
    Ok(User {
        name,
        key_digest,
        profile_id: needed("profile_id")?,
        scopes,
        expires_at,
        created_at: text("created_at").unwrap_or_default(),
        updated_at: text("updated_at").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, key: &str) -> Value {
        json!({ "name": name, "key_hash": crate::vault::digest(key.as_bytes()), "profile_id": "p", "scopes": ["infinity:read"] })
    }

    #[test]
    fn a_row_that_is_nearly_right_is_told_and_takes_nobody_down() {
        let mut twice = row("ada", "other");
        twice["profile_id"] = json!("q");
        let mut scope = row("bob", "b");
        scope["scopes"] = json!(["infinity:read", "infinity:*"]);
        let mut expiry = row("cleo", "c");
        expiry["expires_at"] = json!("next year");
        let file = json!({ "version": 1, "users": [row("ada", "a"), twice, scope, expiry, row("dan", "a"), row("eve", "e"), 7] });
        let (users, faults) = UsersFile::parse(&file.to_string()).unwrap().users();
        assert_eq!(users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["ada", "eve"]);
        let told = faults.join("\n");
        for part in
            ["\"ada\" is there twice", "infinity:*", "\"cleo\" has an `expires_at`", "\"dan\" has the key", "row 7"]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn what_the_file_has_beyond_ours_stays_through_every_change() {
        let mut first = row("ada", "a");
        first["note"] = json!("accounts");
        let file = json!({ "version": 1, "comment": "kept", "users": [first, row("bob", "b")] });
        let mut users = UsersFile::parse(&file.to_string()).unwrap();
        users.change("ada", [("key_hash", json!("0".repeat(64))), ("expires_at", Value::Null)]);
        users.remove("bob");
        users.add("cleo", &"1".repeat(64), "p", &Scopes::all(), None);
        let text: Value = serde_json::from_str(&users.text()).unwrap();
        assert_eq!((&text["comment"], &text["users"][0]["note"]), (&json!("kept"), &json!("accounts")));
        assert_eq!((text["users"].as_array().unwrap().len(), &text["users"][1]["name"]), (2, &json!("cleo")));
    }
}
