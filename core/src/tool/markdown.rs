//! An answer as Markdown, for people who read the text channel.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The same facts as the JSON, in headings, lists and tables.
pub fn render(answer: &Value) -> String {
    let mut page = String::new();
    match answer {
        Value::Object(map) => render_object(&mut page, map, 2),
        other => page.push_str(&plain(other)),
    }
    page.trim_end().to_owned()
}

fn render_object(page: &mut String, map: &Map<String, Value>, depth: usize) {
    for (name, value) in map.iter().filter(|(_, value)| is_small(value)) {
        let _ = writeln!(page, "- **{name}**: {}", plain(value));
    }
    for (name, value) in map.iter().filter(|(_, value)| !is_small(value)) {
        let _ = writeln!(page, "\n{} {name}\n", "#".repeat(depth.min(6)));
        match value {
            Value::Object(inner) => render_object(page, inner, depth + 1),
            Value::Array(rows) => render_rows(page, rows, depth),
            other => page.push_str(&plain(other)),
        }
    }
}

fn render_rows(page: &mut String, rows: &[Value], depth: usize) {
    let flat = rows.iter().all(|row| row.as_object().is_some_and(|row| row.values().all(is_small)));
    if flat {
        return render_table(page, rows);
    }
    for (index, row) in rows.iter().enumerate() {
        match row {
            Value::Object(inner) => {
                let _ = writeln!(page, "{} {}\n", "#".repeat((depth + 1).min(6)), index + 1);
                render_object(page, inner, depth + 2);
                page.push('\n');
            }
            other => {
                let _ = writeln!(page, "- {}", plain(other));
            }
        }
    }
}

fn render_table(page: &mut String, rows: &[Value]) {
    let mut columns: Vec<&str> = Vec::new();
    for row in rows.iter().filter_map(Value::as_object) {
        for name in row.keys() {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
    }
    let _ = writeln!(page, "| {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len()));
    for row in rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| row.get(column).map(plain).unwrap_or_default().replace('|', "\\|").replace('\n', " "))
            .collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

fn is_small(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| !item.is_array() && !item.is_object()),
        Value::Object(map) => map.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_of_flat_objects_is_a_table_with_every_fact() {
        let page = render(&json!({ "count": 2, "items": [{ "a": 1 }, { "a": 2, "b": "x|y" }] }));
        assert_eq!(page, "- **count**: 2\n\n## items\n\n| a | b |\n| --- | --- |\n| 1 |  |\n| 2 | x\\|y |");
    }
}
