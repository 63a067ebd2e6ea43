//! Whether an answer can be decoded as it came, told while reading it once and without building it up.
//!
//! Nearly all can, and then their bytes go to the typed decoding untouched. Whatever this does not take is no fault
//! yet: it only means that the answer is looked at closely, and mended.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::envelope::is_list_name;
use super::path::Path;
use super::report::Report;
use crate::api::drift::Kind;
use crate::api::shape::{Field, Shape};

/// Fields of one object that can be told apart here; larger objects are looked at closely.
const MOST_FIELDS: usize = 128;

/// What differs from `shape` in JSON that needs no mending; nothing when it does need it, or is no JSON.
pub(in crate::api) fn fits(shape: &'static Shape, body: &[u8]) -> Option<Report> {
    let mut report = Report::default();
    // Whether it is text is found out at once, and not again for each name and value.
    let mut reader = serde_json::Deserializer::from_str(std::str::from_utf8(body).ok()?);
    let root = Expected { shape, may_be_null: false, at: Path::root(), report: &mut report };
    root.deserialize(&mut reader).and_then(|()| reader.end()).ok().map(|()| report)
}

/// What must come next, and where.
struct Expected<'a> {
    shape: &'static Shape,
    may_be_null: bool,
    at: Path<'a>,
    report: &'a mut Report,
}

/// Ends the reading: something has to be looked at closely.
fn closely<E: Error>() -> E {
    E::custom("to be looked at closely")
}

fn only_if<E: Error>(is_right: bool) -> Result<(), E> {
    if is_right { Ok(()) } else { Err(closely()) }
}

impl<'de> DeserializeSeed<'de> for Expected<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.shape {
            Shape::Any => IgnoredAny::deserialize(deserializer).map(drop),
            Shape::Text { .. }
            | Shape::Number
            | Shape::Integer
            | Shape::Boolean
            | Shape::List(_)
            | Shape::Object(_)
            | Shape::Map(_)
            | Shape::BareOr { .. } => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Expected<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the documented form")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        only_if(self.may_be_null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        only_if(matches!(self.shape, Shape::Boolean))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        only_if(matches!(self.shape, Shape::Integer | Shape::Number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        let is_integer = matches!(self.shape, Shape::Integer) && i64::try_from(number).is_ok();
        only_if(is_integer || matches!(self.shape, Shape::Number))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        only_if(matches!(self.shape, Shape::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let Shape::Text { known } = self.shape else { return Err(closely()) };
        if !known.is_empty() && !known.contains(&text) {
            self.report.count(self.at, Kind::UnknownValue);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Shape::List(shape) = self.shape else { return Err(closely()) };
        let mut index = 0;
        loop {
            let element = Expected { shape, may_be_null: false, at: self.at.index(index), report: self.report };
            if elements.next_element_seed(element)?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Shape::BareOr { object, .. } = self.shape {
            self.shape = object;
        }
        match self.shape {
            Shape::Object(fields) if fields.len() <= MOST_FIELDS => self.visit_object(fields, entries),
            Shape::Map(shape) => {
                while let Some(key) = entries.next_key::<String>()? {
                    let at = self.at.key(&key);
                    entries.next_value_seed(Expected { shape, may_be_null: false, at, report: self.report })?;
                }
                Ok(())
            }
            Shape::Any
            | Shape::Text { .. }
            | Shape::Number
            | Shape::Integer
            | Shape::Boolean
            | Shape::List(_)
            | Shape::Object(_)
            | Shape::BareOr { .. } => Err(closely()),
        }
    }
}

impl Expected<'_> {
    fn visit_object<'de, A: MapAccess<'de>>(self, fields: &'static [Field], mut entries: A) -> Result<(), A::Error> {
        let (mut met, mut hint) = (0_u128, 0);
        while let Some(name) = entries.next_key_seed(Name { fields, hint })? {
            let (index, field) = match name {
                Named::Known(index, field) => (index, field),
                Named::Unknown(name) => {
                    // Such names may mean that the whole object stands for something else.
                    only_if(!is_list_name(&name) && !name.bytes().all(|byte| byte.is_ascii_digit()))?;
                    self.report.count(self.at.field(&name), Kind::UnknownField);
                    entries.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            // The typed decoding refuses a field that comes twice.
            only_if(met & (1 << index) == 0)?;
            met |= 1 << index;
            hint = index + 1;
            let at = self.at.field(field.name);
            entries.next_value_seed(Nullable(Expected {
                shape: field.shape,
                may_be_null: field.nullable,
                at,
                report: self.report,
            }))?;
        }
        for (index, field) in fields.iter().enumerate() {
            if field.required && met & (1 << index) == 0 {
                self.report.count(self.at.field(field.name), Kind::MissingField);
            }
        }
        Ok(())
    }
}

/// The value of a field, where a null that nobody documented decodes all the same.
struct Nullable<'a>(Expected<'a>);

impl<'de> DeserializeSeed<'de> for Nullable<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Nullable<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        if !self.0.may_be_null && !matches!(self.0.shape, Shape::Any) {
            self.0.report.count(self.0.at, Kind::UnexpectedNull);
        }
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.deserialize(deserializer)
    }
}

/// A field's name. Fields usually come in the order of the document, so the one after the last is tried first.
struct Name {
    fields: &'static [Field],
    hint: usize,
}

enum Named {
    Known(usize, &'static Field),
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Named, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Named, E> {
        if let Some(field) = self.fields.get(self.hint).filter(|field| field.name == name) {
            return Ok(Named::Known(self.hint, field));
        }
        let found = self.fields.iter().enumerate().find(|(_, field)| field.name == name);
        Ok(found.map_or_else(|| Named::Unknown(name.to_owned()), |(index, field)| Named::Known(index, field)))
    }
}
