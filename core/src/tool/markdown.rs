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
    let table = table_of(map);
    let is_shown = |name: &str| table.is_none() || !matches!(name, "columns" | "rows");
    for (name, value) in map.iter().filter(|(name, value)| is_shown(name) && is_small(value)) {
        let _ = writeln!(page, "- **{name}**: {}", plain(value));
    }
    if let Some((columns, rows)) = &table {
        let _ = writeln!(page, "\n{} rows\n", "#".repeat(depth.min(6)));
        write_table(page, columns, rows.iter().map(|cells| cells.iter().map(Some).collect()));
    }
    for (name, value) in map.iter().filter(|(name, value)| is_shown(name) && !is_small(value)) {
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
    let cells = |row: &'_ Value| columns.iter().map(|column| row.get(column).cloned()).collect::<Vec<_>>();
    let all: Vec<Vec<Option<Value>>> = rows.iter().map(cells).collect();
    write_table(page, &columns, all.iter().map(|cells| cells.iter().map(Option::as_ref).collect()));
}

/// The columns and rows of a table that is kept as lists of cells.
fn table_of(map: &Map<String, Value>) -> Option<(Vec<&str>, Vec<&Vec<Value>>)> {
    let columns: Option<Vec<&str>> = map.get("columns")?.as_array()?.iter().map(Value::as_str).collect();
    let rows: Option<Vec<&Vec<Value>>> = map.get("rows")?.as_array()?.iter().map(Value::as_array).collect();
    columns.zip(rows).filter(|(columns, rows)| rows.iter().all(|cells| cells.len() == columns.len()))
}

fn write_table<'a>(page: &mut String, columns: &[&str], rows: impl Iterator<Item = Vec<Option<&'a Value>>>) {
    let head: Vec<String> = columns.iter().map(|name| in_cell(name)).collect();
    let _ = writeln!(page, "| {} |\n|{}", head.join(" | "), " --- |".repeat(columns.len()));
    for row in rows {
        let cells: Vec<String> = row.into_iter().map(|cell| in_cell(&cell.map(plain).unwrap_or_default())).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

/// A cell is one line, in which nothing ends it but its end.
fn in_cell(text: &str) -> String {
    text.trim().replace('\\', "\\\\").replace('|', "\\|").replace("\r\n", "<br>").replace(['\n', '\r'], "<br>")
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
    fn every_cell_stays_in_its_column_whatever_it_holds() {
        let page = render(&json!({
            "count": 2,
            "columns": ["id", "Tags | alle", "Notiz"],
            "rows": [["1", ["Netz", "Vor-Ort"], "eins\nzwei"], ["2", null, "a|b \\"]],
        }));
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(
            lines.get(4..).unwrap(),
            [
                "| id | Tags \\| alle | Notiz |",
                "| --- | --- | --- |",
                "| 1 | Netz, Vor-Ort | eins<br>zwei |",
                "| 2 |  | a\\|b \\\\ |"
            ]
        );
    }

    #[test]
    fn a_list_of_flat_objects_is_a_table_with_every_fact() {
        let page = render(&json!({ "count": 2, "items": [{ "a": 1 }, { "a": 2, "b": "x|y" }] }));
        assert_eq!(page, "- **count**: 2\n\n## items\n\n| a | b |\n| --- | --- |\n| 1 |  |\n| 2 | x\\|y |");
    }
}
