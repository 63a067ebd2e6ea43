//! Which operation needs what from which other: the values of its path and query come from the rows of a list.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::Reading;

/// How many rows of a list are tried for the reads below it.
const MOST_ROWS: usize = 3;

/// Values that no path leads to: operation, parameter, and the list and field they are taken from.
const SOURCES: [(&str, &str, &str, &str); 7] = [
    ("searchPriceList", "searchword", "listManufacturers", "name"),
    ("countPriceList", "searchword", "listManufacturers", "name"),
    ("getPriceListByManufacturer", "manufacturerName", "listManufacturers", "name"),
    ("getPriceListBySku", "no", "searchPriceList", "sku"),
    ("getPriceListBySku", "no", "getPriceListByManufacturer", "sku"),
    ("getPriceListByVendorSku", "no", "searchPriceList", "vendorSku"),
    ("getPriceListByVendorSku", "no", "getPriceListByManufacturer", "vendorSku"),
];

/// The values one read is made with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// Those of the path, in order.
    pub(super) path: Vec<String>,
    /// Those the query must have.
    pub(super) query: Vec<(String, String)>,
}

/// The rows met so far, by operation, each with the path values it was read with.
#[derive(Default)]
pub(super) struct Rows(BTreeMap<String, Vec<(Vec<String>, Value)>>);

impl Rows {
    /// Keeps the rows of an answer; says how many there were.
    pub(super) fn keep(&mut self, reading: &Reading, path: &[String], answer: &Value) -> usize {
        let rows = rows(answer);
        let kept = self.0.entry(reading.id.clone()).or_default();
        kept.extend(rows.iter().take(MOST_ROWS).map(|row| (path.to_vec(), row.clone())));
        rows.len()
    }

    /// The values to try for a read, best first; `readings` are all there are.
    pub(super) fn values(&self, reading: &Reading, readings: &[Reading]) -> Vec<Values> {
        if SOURCES.iter().any(|source| source.0 == reading.id) {
            let sources = SOURCES.iter().filter(|source| source.0 == reading.id);
            return sources.flat_map(|source| self.sourced(*source, reading)).take(MOST_ROWS).collect();
        }
        if !reading.needed.is_empty() {
            return Vec::new();
        }
        let Some((above, parameter)) = split(&reading.template) else { return vec![Values::default()] };
        let Some(list) = list_above(above, readings) else { return Vec::new() };
        self.of(&list.id)
            .filter_map(|(path, row)| {
                let id = text(row.get(parameter).or_else(|| row.get("id"))?)?;
                Some(Values { path: path.iter().cloned().chain([id]).collect(), query: Vec::new() })
            })
            .take(MOST_ROWS)
            .collect()
    }

    fn sourced(&self, source: (&str, &str, &str, &str), reading: &Reading) -> Vec<Values> {
        let (_, parameter, list, field) = source;
        let found = self.of(list).filter_map(|(_, row)| text(row.get(field).unwrap_or(row))).take(MOST_ROWS);
        found
            .map(|value| {
                if reading.needed.iter().any(|needed| needed == parameter) {
                    Values { path: Vec::new(), query: vec![(parameter.to_owned(), value)] }
                } else {
                    Values { path: vec![value], query: Vec::new() }
                }
            })
            .collect()
    }

    fn of(&self, operation: &str) -> impl Iterator<Item = &(Vec<String>, Value)> {
        self.0.get(operation).into_iter().flatten()
    }
}

/// What stands before the last parameter of a template, and that parameter's name.
fn split(template: &str) -> Option<(&str, &str)> {
    let (above, rest) = template.rsplit_once("/{")?;
    Some((above, rest.split_once('}')?.0))
}

/// The list whose rows name what a path goes on with: the nearest one above.
fn list_above<'a>(above: &str, readings: &'a [Reading]) -> Option<&'a Reading> {
    let mut above = above;
    loop {
        if let Some(list) = readings.iter().find(|reading| reading.template == above) {
            return Some(list);
        }
        let (shorter, last) = above.rsplit_once('/')?;
        if last.starts_with('{') {
            return None;
        }
        above = shorter;
    }
}

/// The rows of a page, however it is wrapped.
fn rows(answer: &Value) -> &[Value] {
    match answer {
        Value::Array(rows) => rows,
        Value::Object(map) => {
            let named = ["data", "result"].iter().find_map(|name| map.get(*name));
            named.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => &[],
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reading(id: &str, template: &str) -> Reading {
        Reading { id: id.into(), template: template.into(), needed: Vec::new(), rows: None, schema: String::new() }
    }

    #[test]
    fn values_of_a_path_come_from_the_rows_of_the_list_above_it() {
        let all = [
            reading("listBoards", "/boards"),
            reading("listItems", "/boards/{board_id}/items"),
            reading("getItem", "/boards/{board_id}/items/{item_id}"),
            reading("getByNumber", "/boards/number/{boardNumber}"),
            reading("getLost", "/lost/{id}"),
        ];
        let mut rows = Rows::default();
        assert_eq!(rows.values(&all[0], &all), [Values::default()]);
        assert_eq!(rows.keep(&all[0], &[], &json!({ "data": [{ "id": 7, "boardNumber": "B7" }] })), 1);
        assert_eq!(rows.values(&all[1], &all)[0].path, ["7"]);
        rows.keep(&all[1], &["7".to_owned()], &json!([{ "id": "i1" }]));
        assert_eq!(rows.values(&all[2], &all)[0].path, ["7", "i1"]);
        assert_eq!(rows.values(&all[3], &all)[0].path, ["B7"]);
        assert_eq!(rows.values(&all[4], &all), []);
    }
}
