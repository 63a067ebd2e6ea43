//! Compare the code that is generated from two documents: shapes cut in another way compile to types of other names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::lower::{self, Draft};
use crate::{Error, document, fixes};

/// What becomes of the generated client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Code {
    /// Whether anything but its comments is different.
    pub changed: bool,
    /// Types that are generated no more.
    pub types_gone: Vec<String>,
    /// Why nothing can be generated from the new document.
    pub failure: Option<String>,
}

impl Code {
    /// Generate both clients, with the fixes that fit.
    ///
    /// # Errors
    /// When a fix cannot be read, or nothing can be generated from the document we have.
    pub fn compare(spec_dir: &Path, mut old: Value, mut new: Value) -> Result<Self, Error> {
        fixes::apply_fitting(&mut old, spec_dir)?;
        fixes::apply_fitting(&mut new, spec_dir)?;
        let path = spec_dir.join(document::FILE_NAME);
        let before = crate::made_of(old, &path)?.client;
        let now = match crate::made_of(new, &path) {
            Ok(generated) => generated.client,
            Err(Error::Ungeneratable { detail, .. }) => {
                return Ok(Self { changed: true, types_gone: Vec::new(), failure: Some(detail) });
            }
            Err(error) => return Err(error),
        };
        let (types_before, types_now) = (types(&before), types(&now));
        Ok(Self {
            changed: without_comments(&before) != without_comments(&now),
            types_gone: types_before.difference(&types_now).map(|name| (*name).to_owned()).collect(),
            failure: None,
        })
    }

    /// What a maintainer should know of it; nothing when the code stays the same.
    pub fn told(&self) -> Option<String> {
        if let Some(failure) = &self.failure {
            return Some(format!("No client can be generated from it, so it cannot be accepted: {failure}"));
        }
        let gone = match self.types_gone.as_slice() {
            [] => String::new(),
            types => format!(" Types that are gone: {}.", types.join(", ")),
        };
        self.changed.then(|| {
            format!("The generated code changes; after accepting it, the compiler names every file that has to follow.{gone}")
        })
    }
}

fn without_comments(code: &str) -> Vec<&str> {
    code.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect()
}

/// The types of bodies and answers; those of the builders beside them have the names of their operations.
fn types(code: &str) -> BTreeSet<&str> {
    let of_bodies = code.split("pub mod builder").next().unwrap_or_default();
    let named = of_bodies.lines().filter_map(|line| {
        let line = line.trim().strip_prefix("pub ")?;
        line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum ")).or_else(|| line.strip_prefix("type "))
    });
    named.filter_map(|rest| rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()).collect()
}

/// The operations that will have no generated method, each with the reason.
pub fn without_method(document: Value) -> BTreeMap<String, String> {
    const DECIDING: &str = "leave_out";
    let mut draft = Draft::new(document);
    let last = lower::RULES.iter().position(|rule| rule.name == DECIDING).map_or(0, |place| place + 1);
    lower::RULES.iter().take(last).for_each(|rule| (rule.apply)(&mut draft));
    draft.left_out.into_iter().map(|left_out| (left_out.operation, left_out.reason)).collect()
}
