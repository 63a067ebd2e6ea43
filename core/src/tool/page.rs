//! A page of a list that is larger than one answer: it is asked for again with as many rows as fit.
//!
//! Only the tool that reads a list knows what leads on to its next row, and upstream's cursors stand behind whole pages. A
//! cursor that came with rows which are then left out would lose them; a smaller page brings its own.

use serde_json::{Map, Value, json};

use super::answer::{self, TooLong};
use super::error::Result;

/// The arguments that say how many rows are wanted.
const SIZES: [&str; 2] = ["limit", "take"];
/// Pages that are tried one after the other, for other rows may show other columns; the last is of one row.
const MOST_TRIES: usize = 6;

/// Runs a tool that reads with smaller and smaller pages until its answer fits. `input` is the schema of its arguments.
///
/// # Errors
/// Those of `run`.
pub(super) async fn fitting<F, Fut>(input: &Map<String, Value>, mut arguments: Value, run: F) -> Result<Value>
where
    F: Fn(Value) -> Fut,
    Fut: Future<Output = Result<Value>>,
{
    let goes_back = arguments.get("before").and_then(Value::as_str).is_some_and(|cursor| !cursor.trim().is_empty());
    let (mut tries, mut asked) = (1, None);
    loop {
        let mut answer = run(arguments.clone()).await?;
        let smaller = smaller(input, &answer).filter(|_| tries < MOST_TRIES);
        let (Some((size, long)), Some(sent)) = (smaller, arguments.as_object_mut()) else {
            if let Some(asked) = asked {
                let told = told(&answer, asked, goes_back);
                answer::note(&mut answer, told);
            }
            return Ok(answer);
        };
        tries += 1;
        sent.insert(size.to_owned(), json!(if tries == MOST_TRIES { 1 } else { long.fits }));
        asked.get_or_insert(long.all);
    }
}

/// Which argument makes this page smaller, and how much of it fits; nothing where all of it fits, or it is no page.
fn smaller(input: &Map<String, Value>, answer: &Value) -> Option<(&'static str, TooLong)> {
    let size = SIZES.into_iter().find(|size| input.get("properties").is_some_and(|all| all.get(size).is_some()))?;
    answer.get("has_more")?;
    let long = answer::too_long(answer)?;
    let is_the_page = answer.get("count").is_none_or(|count| *count == json!(long.all));
    is_the_page.then_some((size, long))
}

/// What is said of a page that is smaller than was asked for.
fn told(answer: &Value, asked: usize, goes_back: bool) -> String {
    let onward = if goes_back { ["before"].as_slice() } else { &["next_skip", "after"] };
    let onward = onward.iter().find(|name| answer.get(**name).is_some());
    let onward = onward.map(|name| format!(" `{name}` leads on to the others.")).unwrap_or_default();
    format!("{asked} rows are more than one answer can hold, so there are fewer here.{onward}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How a list leads on.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Way {
        Skip,
        After,
        Before,
    }

    /// One page of rows of these sizes, as a tool would give it.
    fn page(sizes: &[usize], way: Way, arguments: &Value) -> Value {
        let number = |name: &str| arguments.get(name).and_then(Value::as_u64).map(|number| number as usize);
        let cursor = |name: &str| arguments.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok());
        let limit = number(if way == Way::Skip { "take" } else { "limit" }).unwrap();
        let (from, to) = match way {
            Way::Before => {
                let to = cursor("before").unwrap_or(sizes.len());
                (to.saturating_sub(limit), to)
            }
            Way::After | Way::Skip => {
                let from = number("skip").or_else(|| cursor("after")).unwrap_or_default();
                (from, (from + limit).min(sizes.len()))
            }
        };
        let rows: Vec<Value> = (from..to).map(|at| json!({ "at": at, "text": "x".repeat(sizes[at]) })).collect();
        let has_more = if way == Way::Before { from > 0 } else { to < sizes.len() };
        let mut answer =
            json!({ "count": rows.len(), "has_more": has_more, "rows": rows, "notes": ["Something is odd."] });
        match way {
            Way::Skip if has_more => answer["next_skip"] = json!(to),
            Way::After if has_more => answer["after"] = json!(to.to_string()),
            Way::Before if has_more => answer["before"] = json!(from.to_string()),
            Way::Skip | Way::After | Way::Before => {}
        }
        answer
    }

    /// Walks through the whole list; gives the rows in the order in which a caller puts them together.
    fn walked(sizes: &[usize], limit: usize, way: Way) -> Vec<u64> {
        let size = if way == Way::Skip { "take" } else { "limit" };
        let input = json!({ "properties": { size: {} } });
        let mut arguments = json!({ size: limit });
        if way == Way::Before {
            arguments["before"] = json!(sizes.len().to_string());
        }
        let mut seen = Vec::new();
        loop {
            let run = async |arguments: Value| Ok(page(sizes, way, &arguments));
            let fitting = fitting(input.as_object().unwrap(), arguments.clone(), run);
            let mut answer = futures::executor::block_on(fitting).unwrap();
            assert_eq!(answer["notes"][0], json!("Something is odd."));
            // What does not fit even so is one row, which is never left out.
            if let Some(long) = answer::too_long(&answer) {
                answer::cut(&mut answer, &long);
                panic!("{} of {} rows were left out", long.all - long.fits, long.all);
            }
            let rows: Vec<u64> =
                answer["rows"].as_array().unwrap().iter().map(|row| row["at"].as_u64().unwrap()).collect();
            assert_eq!(answer["count"], json!(rows.len()));
            seen = if way == Way::Before { [rows, seen].concat() } else { [seen, rows].concat() };
            let (given, sent) = match way {
                Way::Skip => ("next_skip", "skip"),
                Way::After => ("after", "after"),
                Way::Before => ("before", "before"),
            };
            match answer.get(given) {
                Some(onward) => arguments[sent] = onward.clone(),
                None => return seen,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn whatever_the_sizes_walking_by_cursor_sees_every_row_once_and_in_order(
            sizes in proptest::collection::vec(prop_oneof![20 => 0_usize..400, 20 => 0_usize..4_000, 1 => Just(65_000_usize)], 0..90),
            limit in 1_usize..=100,
            way in prop_oneof![Just(Way::Skip), Just(Way::After), Just(Way::Before)],
        ) {
            let all: Vec<u64> = (0..sizes.len() as u64).collect();
            prop_assert_eq!(walked(&sizes, limit, way), all);
        }
    }

    #[test]
    fn a_page_that_became_smaller_says_so_and_what_leads_on() {
        let input = json!({ "properties": { "limit": {} } });
        let run = async |arguments: Value| Ok(page(&[2_000; 120], Way::After, &arguments));
        let fitting = fitting(input.as_object().unwrap(), json!({ "limit": 100 }), run);
        let answer = futures::executor::block_on(fitting).unwrap();
        assert_eq!((&answer["count"], &answer["after"]), (&json!(29), &json!("29")));
        let told =
            "100 rows are more than one answer can hold, so there are fewer here. `after` leads on to the others.";
        assert_eq!(answer["notes"][1], json!(told));
    }
}
