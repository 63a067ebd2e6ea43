//! What data each type of attribute takes, as strictly as the vendor's table says.

use serde_json::Value;

use super::call::Call;
use super::formats::{is_date, is_email, is_phone};
use super::refuse::Faults;
use super::state::Attribute;

/// The one type string the facts do not know; nothing but the seed and this check depends on it.
pub const TIME_TRACKING: &str = "time_tracking";

/// The types the API can create.
pub const CREATABLE: [&str; 18] = [
    "attachments",
    "checkbox",
    "created_at",
    "created_by",
    "date",
    "email",
    "label",
    "links",
    "longtext",
    "members",
    "number",
    "phone",
    "progress",
    "rating",
    "source_folder",
    "text",
    "updated_at",
    "vote",
];

/// Refuses data that an attribute cannot hold; `field` is where it stands in the request.
pub fn check(call: &Call, attribute: &Attribute, data: &Value, field: &str, faults: &mut Faults) {
    if let Some(reason) = write_protection(&attribute.kind) {
        return faults.add(field, reason);
    }
    if data.is_null() {
        if !call.switches.null_clears {
            faults.required(field);
        }
        return;
    }
    if let Err(reason) = fits(call, attribute, data) {
        faults.add(field, reason);
    }
}

/// Why a type cannot be written through an item at all.
fn write_protection(kind: &str) -> Option<&'static str> {
    match kind {
        "reference" => Some("Reference values cannot be set here. Use the create reference endpoint."),
        "custom_id" => Some("Custom id values are assigned automatically."),
        TIME_TRACKING => Some("Time tracking values cannot be set here. Use the time tracking endpoints."),
        "created_at" | "updated_at" | "created_by" | "source_folder" => Some("This attribute is read only."),
        _ => None,
    }
}

type Fit = Result<(), String>;

fn fits(call: &Call, attribute: &Attribute, data: &Value) -> Fit {
    match attribute.kind.as_str() {
        "text" | "longtext" => text(data, |_| true, "string"),
        "email" => text(data, |text| text.is_empty() || is_email(text), "valid email address"),
        "phone" => text(data, |text| text.is_empty() || is_phone(text), "valid phone number"),
        "date" => text(data, |text| text.is_empty() || is_date(text), "valid ISO 8601 date"),
        "checkbox" => require(data.is_boolean(), "The data must be true or false."),
        "number" => require(data.is_number(), "The data must be a number."),
        "vote" => require(data.is_i64(), "The data must be an integer."),
        "progress" => in_range(attribute, data, (0.0, 100.0)),
        "rating" => {
            require(data.is_i64(), "The data must be an integer.")?;
            in_range(attribute, data, (0.0, 5.0))
        }
        "label" => labels(attribute, data),
        "members" => members(call, attribute, data),
        "links" => {
            each(data, |link| link.get("url").and_then(Value::as_str).is_some_and(is_link), "Each link needs a url.")
        }
        "checklist" => each(data, is_checklist_entry, "Each entry needs a name and may be done."),
        "attachments" => attachments(call, attribute, data),
        _ => Err("The attribute's type cannot be written.".to_owned()),
    }
}

fn require(holds: bool, reason: &str) -> Fit {
    if holds { Ok(()) } else { Err(reason.to_owned()) }
}

fn text(data: &Value, good: impl Fn(&str) -> bool, wanted: &str) -> Fit {
    require(data.as_str().is_some_and(good), &format!("The data must be a {wanted}."))
}

fn each(data: &Value, good: impl Fn(&Value) -> bool, reason: &str) -> Fit {
    let list = data.as_array().ok_or("The data must be an array.")?;
    require(list.iter().all(good), reason)
}

/// The settings give the range; which keys they use is not known, so the sandbox's seeds say `min` and `max`.
fn in_range(attribute: &Attribute, data: &Value, default: (f64, f64)) -> Fit {
    let bound = |key: &str, default: f64| attribute.settings.get(key).and_then(Value::as_f64).unwrap_or(default);
    let (low, high) = (bound("min", default.0), bound("max", default.1));
    let number = data.as_f64().ok_or("The data must be a number.")?;
    require((low..=high).contains(&number), &format!("The data must be between {low} and {high}."))
}

fn labels(attribute: &Attribute, data: &Value) -> Fit {
    let known = attribute.settings.get("labels").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let exists = |id: &Value| known.iter().any(|label| label.get("id") == Some(id));
    each(data, exists, "The data holds a label that this attribute does not have.")?;
    let single = attribute.settings.get("multiple") == Some(&Value::Bool(false));
    let several = data.as_array().is_some_and(|list| list.len() > 1);
    require(!(single && several), "This attribute takes one label only.")
}

fn members(call: &Call, attribute: &Attribute, data: &Value) -> Fit {
    let board = call.state.boards.get(&attribute.board);
    let workspace = board.and_then(|board| call.state.workspaces.get(&board.workspace.to_string()));
    let belongs =
        |id: &Value| id.as_u64().is_some_and(|id| workspace.is_some_and(|workspace| workspace.has_member(id)));
    each(data, belongs, "The data holds a user who is no member of this workspace.")
}

fn attachments(call: &Call, attribute: &Attribute, data: &Value) -> Fit {
    let workspace = call.state.boards.get(&attribute.board).map(|board| board.workspace);
    let exists = |entry: &Value| {
        let id = entry.get("id").and_then(Value::as_u64);
        let found = id.and_then(|id| call.state.attachments.get(&id.to_string()));
        found.is_some_and(|attachment| Some(attachment.workspace) == workspace)
    };
    each(data, exists, "The data holds an attachment that was not uploaded to this workspace.")
}

/// Any scheme will do: addresses such as `app://…` are accepted upstream.
fn is_link(text: &str) -> bool {
    url::Url::parse(text).is_ok()
}

fn is_checklist_entry(entry: &Value) -> bool {
    entry.get("name").is_some_and(Value::is_string) && entry.get("done").is_none_or(Value::is_boolean)
}
