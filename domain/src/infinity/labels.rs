//! The labels of an attribute, written back: upstream replaces the whole list, so nothing of the old one may be lost.

use serde_json::{Map, Value, json};

use super::looks;
use super::names::{fold, quoted};
use super::refusal::Refusal;
use super::values::embedded;
use infini_mcp_core::api::infinity::types::LabelWrite;

type Read<T> = Result<T, Refusal>;

/// Labels as upstream sent them, with every field they have, in the form in which they are sent back.
pub fn kept(labels: Option<&Value>) -> Vec<LabelWrite> {
    rows(labels).into_iter().filter_map(|row| serde_json::from_value(named(row)).ok()).collect()
}

/// The old labels with `wished` ones after them. One that is there already keeps its id, and takes a colour that is given.
///
/// # Errors
/// When a label has no name or no proper colour.
pub fn added(mut old: Vec<LabelWrite>, wished: &[Value]) -> Read<Vec<LabelWrite>> {
    for wish in wished {
        let wish = Wish::read(wish)?;
        match old.iter_mut().find(|label| wish.means(label)) {
            Some(label) => wish.paint(label),
            None => old.push(wish.label()?),
        }
    }
    Ok(old)
}

/// Exactly the `wished` labels, where those that are there already keep their ids.
///
/// # Errors
/// When a label has no name or no proper colour.
pub fn replaced(old: &[LabelWrite], wished: &Value) -> Read<Vec<LabelWrite>> {
    let mut labels: Vec<LabelWrite> = Vec::new();
    for wish in rows(Some(wished)) {
        let wish = Wish::read(wish)?;
        if labels.iter().any(|label| wish.means(label)) {
            return Err(Refusal::of_value(
                format!("The label {} is given twice.", quoted(&wish.name)),
                "Give each label once.",
            ));
        }
        let mut label = match old.iter().find(|label| wish.means(label)) {
            Some(label) => LabelWrite { name: wish.name.clone(), ..label.clone() },
            None => wish.label()?,
        };
        wish.paint(&mut label);
        labels.push(label);
    }
    Ok(labels)
}

/// The names of the labels in `old` that are not in `new` any more.
pub fn lost(old: &[LabelWrite], new: &[LabelWrite]) -> Vec<String> {
    let is_gone = |label: &&LabelWrite| !new.iter().any(|other| other.id == label.id);
    old.iter().filter(is_gone).map(|label| label.name.clone()).collect()
}

/// The rows of a list, or of what PHP writes for a list with gaps: an object keyed by position.
fn rows(labels: Option<&Value>) -> Vec<&Value> {
    match labels {
        Some(Value::Array(rows)) => rows.iter().collect(),
        Some(Value::Object(keyed)) => {
            let mut rows: Vec<(u64, &Value)> =
                keyed.iter().map(|(at, row)| (at.parse().unwrap_or(u64::MAX), row)).collect();
            rows.sort_by_key(|(at, _)| *at);
            rows.into_iter().map(|(_, row)| row).collect()
        }
        _ => Vec::new(),
    }
}

/// A label without a name is called by its id, for upstream takes none without.
fn named(label: &Value) -> Value {
    let mut label = label.clone();
    let is_nameless = label.get("name").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty());
    if let Some(fields) = label.as_object_mut().filter(|_| is_nameless) {
        let id = fields.get("id").cloned().unwrap_or_default();
        fields.insert("name".to_owned(), id);
    }
    label
}

/// A label as a caller says it: its name, or an object with name, colour and id.
struct Wish {
    id: Option<String>,
    name: String,
    color: Option<String>,
}

impl Wish {
    fn read(given: &Value) -> Read<Self> {
        let embedded = embedded(given);
        let given = embedded.as_ref().unwrap_or(given);
        let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let name = given.as_str().map(str::trim).filter(|name| !name.is_empty()).or_else(|| text("name"));
        let Some(name) = name else {
            let text = format!("{} is not a label.", quoted(&given.to_string()));
            return Err(Refusal::of_value(text, "Give the label's name, or an object with `name` and `color`."));
        };
        let color = text("color").map(looks::colour).transpose()?;
        Ok(Self { id: text("id").map(str::to_owned), name: name.to_owned(), color })
    }

    /// Whether `label` is meant: by its id, or by its name regardless of case and accents.
    fn means(&self, label: &LabelWrite) -> bool {
        match &self.id {
            Some(id) => *id == label.id,
            None => fold(&self.name) == fold(&label.name),
        }
    }

    fn paint(&self, label: &mut LabelWrite) {
        if let Some(color) = &self.color {
            label.color = Some(json!(color));
        }
    }

    /// A new label, whose id is made by whoever writes it.
    fn label(&self) -> Read<LabelWrite> {
        let id = match &self.id {
            None => uuid::Uuid::new_v4().to_string(),
            Some(id) if uuid::Uuid::parse_str(id).is_ok() => id.clone(),
            Some(id) => {
                let text = format!("{} is not the id of a label.", quoted(id));
                return Err(Refusal::of_value(text, "Leave the id of a new label out."));
            }
        };
        Ok(LabelWrite { id, name: self.name.clone(), color: self.color.clone().map(Value::from), extra: Map::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old() -> Vec<LabelWrite> {
        kept(Some(&json!({
            "2": { "id": "b", "name": "Done", "color": "#111111", "icon": "tick" },
            "0": { "id": "a", "name": "To do" },
            "5": { "id": "c" },
        })))
    }

    fn names(labels: &[LabelWrite]) -> Vec<&str> {
        labels.iter().map(|label| label.name.as_str()).collect()
    }

    #[test]
    fn old_labels_keep_their_order_their_ids_and_every_field_they_have() {
        assert_eq!(names(&old()), ["To do", "Done", "c"]);
        let back = json!(old());
        assert_eq!(back[1], json!({ "id": "b", "name": "Done", "color": "#111111", "icon": "tick" }));
    }

    #[test]
    fn an_added_label_comes_last_and_one_that_is_there_is_not_doubled() {
        let wished = [json!("Waiting"), json!({ "name": "DONE", "color": "222222" }), json!("waiting")];
        let labels = added(old(), &wished).unwrap();
        assert_eq!(names(&labels), ["To do", "Done", "c", "Waiting"]);
        assert_eq!((labels[1].id.as_str(), labels[1].color.clone()), ("b", Some(json!("#222222"))));
        assert!(uuid::Uuid::parse_str(&labels[3].id).is_ok());
    }

    #[test]
    fn replacing_keeps_the_ids_of_names_that_stay_and_tells_which_are_lost() {
        let labels = replaced(&old(), &json!([{ "id": "b", "name": "Finished" }, "Neu", { "name": "to DO" }])).unwrap();
        assert_eq!(names(&labels), ["Finished", "Neu", "to DO"]);
        assert_eq!((labels[0].id.as_str(), labels[2].id.as_str()), ("b", "a"));
        assert_eq!(lost(&old(), &labels), ["c"]);
        assert!(replaced(&old(), &json!(["Neu", "neu"])).is_err());
    }

    #[test]
    fn what_is_no_label_is_refused() {
        let said = json!(r##"{"name": "Waiting", "color": "#222222"}"##);
        assert_eq!(names(&added(Vec::new(), &[said]).unwrap()), ["Waiting"]);
        for wrong in [json!(""), json!({ "color": "#111111" }), json!(5), json!({ "name": "x", "color": "red" })] {
            assert!(added(old(), std::slice::from_ref(&wrong)).is_err(), "{wrong}");
        }
        assert!(added(old(), &[json!({ "id": "new", "name": "x" })]).is_err());
    }
}
