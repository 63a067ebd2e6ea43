//! Which items a search keeps: conditions on attributes, all of which must hold.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::attributes::{Attribute, Kind};
use super::dates;
use super::folders::Folder;
use super::names::{self, Named, fold, quoted, spellings};
use super::place::Place;
use super::refusal::{self, Refusal};
use super::values;
use infini_mcp_core::api::ids::AttributeId;
use infini_mcp_core::api::infinity::types::Item;
use infini_mcp_core::tool::Result;
use infini_mcp_core::tool::numeral::{self, Doubt};
use infini_mcp_core::tool::schema::AnyAsText;
use infini_mcp_core::tool::text::{from_html, listed};

/// Folders that a note names.
const MOST_FOLDERS: usize = 5;

/// One condition as a caller says it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Attribute, id or name; or title, folder, created_at, created_by.
    field: String,
    /// How to compare; before and after take dates and numbers.
    is: Comparison,
    /// What to compare with, in words.
    #[schemars(with = "Option<AnyAsText>")]
    value: Option<Value>,
    /// The choices of one_of.
    #[schemars(with = "Option<Vec<AnyAsText>>")]
    values: Option<Vec<Value>>,
}

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The same, without regard to case and accents.
    Equals,
    /// Part of it.
    Contains,
    /// Equal to one of several.
    OneOf,
    /// Earlier, or less.
    Before,
    /// Later, or more.
    After,
    /// Nothing in it.
    Empty,
    /// Something in it.
    NotEmpty,
}

/// A condition whose names are worked out.
#[derive(Debug, Clone)]
pub struct Filter {
    field: Field,
    test: Test,
}

#[derive(Debug, Clone)]
enum Field {
    Attribute(AttributeId),
    Title,
    Folder,
    CreatedAt,
    CreatedBy,
}

/// What is compared with; texts are folded, moments are days or seconds in UTC.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Empty,
    NotEmpty,
    Texts(Vec<String>),
    Parts(Vec<String>),
    Numbers(Vec<f64>),
    Less(f64),
    More(f64),
    Moments(Vec<String>),
    Earlier(String),
    Later(String),
    Flag(bool),
}

/// What kinds of comparison a field allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    Text,
    Number,
    Moment,
    Flag,
}

/// What an item holds in a field.
enum Content {
    Nothing,
    Texts(Vec<String>),
    Number(f64),
    Moment(String),
    Flag(bool),
}

/// The filters of these conditions.
///
/// # Errors
/// All names that are unknown, and all comparisons that make no sense.
pub fn filters(place: &Place, conditions: &[Condition]) -> Result<Vec<Filter>> {
    let (mut filters, mut refused) = (Vec::new(), Vec::new());
    for condition in conditions {
        match Filter::of(place, condition) {
            Ok(filter) => filters.push(filter),
            Err(refusal) => refused.push(refusal),
        }
    }
    if refused.is_empty() { Ok(filters) } else { Err(refusal::all(refused)) }
}

impl Filter {
    fn of(place: &Place, condition: &Condition) -> std::result::Result<Self, Refusal> {
        let field = match (place.attribute(&condition.field), condition.field.trim()) {
            (Ok(attribute), _) => Field::Attribute(attribute.id.clone()),
            (Err(_), "title") => Field::Title,
            (Err(_), "folder") => Field::Folder,
            (Err(_), "created_at") => Field::CreatedAt,
            (Err(_), "created_by") => Field::CreatedBy,
            (Err(refusal), _) => return Err(refusal),
        };
        let test = test(place, &field, condition)?;
        Ok(Self { field, test })
    }

    /// Whether an item is kept.
    pub fn fits(&self, place: &Place, item: &Item) -> bool {
        let content = self.field.content(place, item);
        match (&self.test, &content) {
            (Test::Empty, content) => matches!(content, Content::Nothing),
            (Test::NotEmpty, content) => !matches!(content, Content::Nothing),
            (Test::Texts(wanted), Content::Texts(texts)) => {
                texts.iter().flat_map(|text| spellings(text)).any(|text| wanted.contains(&text))
            }
            (Test::Parts(parts), Content::Texts(texts)) => {
                texts.iter().flat_map(|text| spellings(text)).any(|text| parts.iter().any(|part| text.contains(part)))
            }
            (Test::Numbers(wanted), Content::Number(number)) => wanted.contains(number),
            (Test::Less(bound), Content::Number(number)) => number < bound,
            (Test::More(bound), Content::Number(number)) => number > bound,
            (Test::Moments(wanted), Content::Moment(moment)) => wanted.iter().any(|day| moment.starts_with(day)),
            (Test::Earlier(bound), Content::Moment(moment)) => same_precision(moment, bound) < bound.as_str(),
            (Test::Later(bound), Content::Moment(moment)) => same_precision(moment, bound) > bound.as_str(),
            (Test::Flag(wanted), Content::Flag(flag)) => flag == wanted,
            // A box that nobody has ever ticked has no value.
            (Test::Flag(wanted), Content::Nothing) => !wanted,
            _ => false,
        }
    }
}

/// What is to be known of filters on attributes that not every folder shows: items elsewhere hardly have a value.
pub fn hidden(place: &Place, filters: &[Filter], folder: Option<&str>) -> Vec<String> {
    let folders: Vec<&Folder> = match folder {
        Some(id) => place.folder_of_id(id).into_iter().collect(),
        None => place.all_folders().iter().collect(),
    };
    let note = |filter: &Filter| {
        let Field::Attribute(id) = &filter.field else { return None };
        let attribute = place.attribute_of_id(id.as_str()).filter(|attribute| attribute.kind.is_writable())?;
        let (shows, hides): (Vec<&Folder>, Vec<&Folder>) =
            folders.iter().copied().partition(|folder| folder.attribute_ids.contains(id));
        let where_else = || place.folders_showing(id.as_str()).into_iter().map(|folder| quoted(&folder.path));
        (!hides.is_empty()).then(|| {
            format!(
                "{} of the {} folders searched do not show {}, so their items hardly have a value in it; {} do.",
                hides.len(),
                shows.len() + hides.len(),
                quoted(&attribute.key),
                match listed(where_else(), MOST_FOLDERS, ", ") {
                    none if none.is_empty() => "none".to_owned(),
                    some => some,
                }
            )
        })
    };
    let mut notes: Vec<String> = filters.iter().filter_map(note).collect();
    notes.dedup();
    notes
}

/// A day alone is compared with days: nothing on it is before or after it.
fn same_precision<'a>(moment: &'a str, bound: &str) -> &'a str {
    moment.get(..bound.len()).unwrap_or(moment)
}

fn test(place: &Place, field: &Field, condition: &Condition) -> std::result::Result<Test, Refusal> {
    let nature = field.nature(place);
    let given = given(condition);
    let one = || match given.as_slice() {
        [] => Err(missing(condition)),
        [one] => Ok(one),
        several => Err(too_many(condition, several.len())),
    };
    let several = || match (condition.is, given.as_slice()) {
        (Comparison::OneOf, several @ [_, ..]) => Ok(several),
        _ => one().map(std::slice::from_ref),
    };
    Ok(match (condition.is, nature) {
        (Comparison::Empty, _) => Test::Empty,
        (Comparison::NotEmpty, _) => Test::NotEmpty,
        (Comparison::Equals, Nature::Flag) => Test::Flag(flag(condition, one()?)?),
        (Comparison::Equals | Comparison::OneOf, Nature::Text) => {
            let choices = several()?.iter().map(|value| field.choice(place, condition, value));
            let choices: Vec<Vec<String>> = choices.collect::<std::result::Result<_, _>>()?;
            Test::Texts(choices.concat())
        }
        (Comparison::Equals | Comparison::OneOf, Nature::Number) => Test::Numbers(
            several()?.iter().map(|value| number(condition, value)).collect::<std::result::Result<_, _>>()?,
        ),
        (Comparison::Equals | Comparison::OneOf, Nature::Moment) => Test::Moments(
            several()?.iter().map(|value| moment(place, condition, value)).collect::<std::result::Result<_, _>>()?,
        ),
        (Comparison::Contains, Nature::Text) => Test::Parts(spellings(&plain(one()?))),
        (Comparison::Before, Nature::Number) => Test::Less(number(condition, one()?)?),
        (Comparison::After, Nature::Number) => Test::More(number(condition, one()?)?),
        (Comparison::Before, Nature::Moment) => Test::Earlier(moment(place, condition, one()?)?),
        (Comparison::After, Nature::Moment) => Test::Later(moment(place, condition, one()?)?),
        (Comparison::OneOf | Comparison::Contains | Comparison::Before | Comparison::After, _) => {
            return Err(senseless(condition, nature));
        }
    })
}

impl Field {
    fn attribute<'a>(&self, place: &'a Place, item: Option<&Item>) -> Option<&'a Attribute> {
        match self {
            Self::Attribute(id) => place.attribute_of_id(id.as_str()),
            Self::Title => {
                let folder = item.and_then(|item| item.folder_id.as_deref()).and_then(|id| place.folder_of_id(id));
                place.name_attribute(folder)
            }
            Self::Folder | Self::CreatedAt | Self::CreatedBy => None,
        }
    }

    fn nature(&self, place: &Place) -> Nature {
        match (self, self.attribute(place, None).map(|attribute| &attribute.kind)) {
            (Self::CreatedAt, _) | (_, Some(Kind::Date | Kind::CreatedAt | Kind::UpdatedAt)) => Nature::Moment,
            (_, Some(Kind::Number | Kind::Progress | Kind::Rating | Kind::Vote | Kind::CustomId)) => Nature::Number,
            (_, Some(Kind::Checkbox)) => Nature::Flag,
            (_, Some(_) | None) => Nature::Text,
        }
    }

    /// A choice as it is compared: the name of what exists, so that a misspelt one is told instead of finding nothing.
    fn choice(&self, place: &Place, condition: &Condition, value: &Value) -> std::result::Result<Vec<String>, Refusal> {
        let given = plain(value);
        let kind = self.attribute(place, None).map(|attribute| (attribute, &attribute.kind));
        let name = match (self, kind) {
            (Self::Folder, _) | (_, Some((_, Kind::SourceFolder))) => {
                let folder = place.folder(&given)?;
                place.folder_name(folder.id()).name
            }
            (_, Some((attribute, Kind::Label))) => {
                let label = names::find("label", &given, &attribute.labels);
                label.map_err(|refusal| refusal.about(&quoted(&condition.field)))?.name.clone()
            }
            (Self::CreatedBy, _) | (_, Some((_, Kind::Members | Kind::CreatedBy))) => {
                place.member(&given)?.name.clone()
            }
            _ => given,
        };
        Ok(spellings(&name))
    }

    fn content(&self, place: &Place, item: &Item) -> Content {
        let text = |text: Option<String>| text.map_or(Content::Nothing, |text| Content::Texts(vec![text]));
        match self {
            Self::Folder => text(item.folder_id.as_deref().map(|id| place.folder_name(id).name)),
            Self::CreatedAt => item.created_at.as_deref().map_or(Content::Nothing, instant),
            Self::CreatedBy => {
                let author = item.created_by.as_ref();
                let known = author.and_then(|author| place.member_name(author.id?)).map(str::to_owned);
                text(known.or_else(|| author?.name.clone()))
            }
            Self::Attribute(_) | Self::Title => self
                .attribute(place, Some(item))
                .and_then(|attribute| Some(held(place, attribute, values::data_of(item, attribute.id())?)))
                .unwrap_or(Content::Nothing),
        }
    }
}

/// What a value says, as far as it can be compared.
fn held(place: &Place, attribute: &Attribute, data: &Value) -> Content {
    if attribute.kind == Kind::Longtext {
        let text = from_html(data.as_str().unwrap_or_default());
        return if text.is_empty() { Content::Nothing } else { Content::Texts(vec![text]) };
    }
    let Some(shown) = values::shown(place, attribute, data) else { return Content::Nothing };
    match (&attribute.kind, &shown) {
        (Kind::Date | Kind::CreatedAt | Kind::UpdatedAt, Value::String(text)) => instant(text),
        (_, Value::Bool(flag)) => Content::Flag(*flag),
        (_, Value::Number(number)) => number.as_f64().map_or(Content::Nothing, Content::Number),
        (_, shown) => Content::Texts(texts(shown)),
    }
}

fn instant(text: &str) -> Content {
    dates::moment(text).map_or_else(|| Content::Texts(vec![text.to_owned()]), Content::Moment)
}

/// All texts in a value, however deep.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

fn number(condition: &Condition, value: &Value) -> std::result::Result<f64, Refusal> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    let read = value.as_str().map_or(Err(Doubt::NoNumber), numeral::read);
    let read = read.and_then(|number| number.as_f64().filter(|number| number.is_finite()).ok_or(Doubt::NoNumber));
    read.map_err(|doubt| misfit(condition, value, &doubt.wanted()))
}

/// A day stays a day, a moment is brought to the second in UTC.
fn moment(place: &Place, condition: &Condition, value: &Value) -> std::result::Result<String, Refusal> {
    let text = plain(value);
    let moment = dates::moment_in(&text, place.zone())
        .ok_or_else(|| misfit(condition, value, "a date such as 2026-05-04 or 2026-05-04T09:00:00Z"))?;
    let is_day = dates::is_day(&text);
    Ok(if is_day { moment.chars().take(10).collect() } else { moment })
}

fn flag(condition: &Condition, value: &Value) -> std::result::Result<bool, Refusal> {
    match fold(&plain(value)).as_str() {
        "true" | "yes" | "ja" | "1" => Ok(true),
        "false" | "no" | "nein" | "0" => Ok(false),
        _ => Err(misfit(condition, value, "true or false")),
    }
}

fn misfit(condition: &Condition, value: &Value, wanted: &str) -> Refusal {
    let field = quoted(&condition.field);
    Refusal::of_value(
        format!("{} cannot be compared with {field}.", quoted(&plain(value))),
        format!("{field} is compared with {wanted}."),
    )
}

/// What is compared with: the value, or the values, or a list that came as the value.
fn given(condition: &Condition) -> Vec<Value> {
    let is_given = |value: &&Value| !value.is_null();
    if let Some(values) = condition.values.as_ref().filter(|values| !values.is_empty()) {
        return values.iter().chain(condition.value.as_ref()).filter(is_given).cloned().collect();
    }
    let Some(value) = condition.value.as_ref().filter(is_given) else { return Vec::new() };
    let as_text = || value.as_str().map(str::trim).filter(|text| text.starts_with('[') && text.ends_with(']'));
    let read = || as_text().and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    match value {
        Value::Array(list) => list.iter().filter(is_given).cloned().collect(),
        one => read().unwrap_or_else(|| vec![one.clone()]),
    }
}

fn too_many(condition: &Condition, count: usize) -> Refusal {
    Refusal::of_value(
        format!("The filter on {} is given {count} values, but takes one.", quoted(&condition.field)),
        "Give one `value`; for any of several use one_of with `values`, for all of them a filter each.",
    )
}

fn missing(condition: &Condition) -> Refusal {
    Refusal::of_value(
        format!("The filter on {} lacks a value.", quoted(&condition.field)),
        "Give `value`, or `values` with one_of.",
    )
}

fn senseless(condition: &Condition, nature: Nature) -> Refusal {
    let allowed = match nature {
        Nature::Text => "equals, contains, one_of, empty or not_empty",
        Nature::Number | Nature::Moment => "equals, one_of, before, after, empty or not_empty",
        Nature::Flag => "equals, empty or not_empty",
    };
    Refusal::of_value(
        format!("{} cannot be compared this way.", quoted(&condition.field)),
        format!("Its filter takes {allowed}."),
    )
}
