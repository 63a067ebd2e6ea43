//! Reads the fields of a JSON body and collects what is wrong with them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::formats::{is_color, moment};
use super::refuse::Faults;
use crate::service::{Reply, Request};

/// The body of one request, and what was found wrong with it so far.
pub struct Fields<'a> {
    body: &'a Value,
    /// Semantic faults are added here by whoever finds them.
    pub faults: Faults,
}

impl<'a> Fields<'a> {
    /// The fields of this request's JSON body.
    pub fn of(request: &'a Request) -> Self {
        Self { body: request.json(), faults: Faults::default() }
    }

    /// A field as it came.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name)
    }

    /// A text that must have something in it where it is given.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.body.get(name)?;
        match value.as_str().map(str::trim) {
            Some("") => self.faults.required(name),
            Some(_) => return value.as_str().map(str::to_owned),
            None => self.faults.add(name, format!("The {name} must be a string.")),
        }
        None
    }

    /// A text that must be given; empty when it is not, and a fault then.
    pub fn required(&mut self, name: &str) -> String {
        if self.body.get(name).is_none_or(Value::is_null) {
            self.faults.required(name);
            return String::new();
        }
        self.text(name).unwrap_or_default()
    }

    /// A text that may be null: `None` when the field is not given at all.
    pub fn nullable(&mut self, name: &str) -> Option<Option<String>> {
        match self.body.get(name)? {
            Value::Null => Some(None),
            _ => self.text(name).map(Some),
        }
    }

    /// A colour as `#rrggbb`, or null.
    pub fn color(&mut self) -> Option<Option<String>> {
        let color = self.nullable("color")?;
        if color.as_deref().is_some_and(|color| !is_color(color)) {
            self.faults.add("color", "The color format is invalid.");
        }
        Some(color)
    }

    /// A sort key: a number, written as text.
    pub fn sort_order(&mut self) -> Option<String> {
        let value = self.body.get("sort_order")?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Some(text);
        }
        self.faults.add("sort_order", "The sort order must be a number.");
        None
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let list = self.body.get(name)?.as_array();
        let texts = list.and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        if texts.is_none() {
            self.faults.add(name, format!("The {name} must be an array of strings."));
        }
        texts
    }

    /// A list of whole numbers.
    pub fn numbers(&mut self, name: &str) -> Option<Vec<u64>> {
        let list = self.body.get(name)?.as_array();
        let numbers = list.and_then(|list| list.iter().map(Value::as_u64).collect());
        if numbers.is_none() {
            self.faults.add(name, format!("The {name} must be an array of integers."));
        }
        numbers
    }

    /// An object of free form.
    pub fn object(&mut self, name: &str) -> Option<Value> {
        let value = self.body.get(name)?;
        // An empty PHP array and an empty object are the same thing to upstream.
        let object = value.is_object() || value.as_array().is_some_and(Vec::is_empty);
        if !object {
            self.faults.add(name, format!("The {name} must be an array."));
            return None;
        }
        Some(if value.is_object() { value.clone() } else { serde_json::json!({}) })
    }

    /// A moment that may be null: `None` when the field is not given at all.
    pub fn moment(&mut self, name: &str) -> Option<Option<DateTime<Utc>>> {
        let text = self.nullable(name)?;
        let parsed = text.as_deref().map(moment);
        if parsed == Some(None) {
            self.faults.add(name, format!("The {name} is not a valid date.").replace('_', " "));
        }
        Some(parsed.flatten())
    }

    /// Goes on when nothing is wrong.
    ///
    /// # Errors
    /// 422 with everything that was found.
    pub fn finish(self) -> Result<(), Reply> {
        self.faults.finish()
    }
}
