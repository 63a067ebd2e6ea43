//! Pages of a list: limit, order, and opaque cursors made of id and time, as the vendor's own sample shows them.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::refuse::Faults;
use super::switches::{SortBy, Switches};
use super::table::Row;
use crate::service::{Reply, Request};

const DEFAULT_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 100;
const CURSOR_TIME: &str = "%Y-%m-%d %H:%M:%S";

/// The page a request asks for.
#[derive(Debug)]
pub struct Paging {
    limit: usize,
    after: Option<Cursor>,
    before: Option<Cursor>,
    sort_by: SortBy,
    descending: bool,
    after_on_last_page: bool,
}

/// A place in a list, which need not be a row that still exists.
#[derive(Debug, Clone)]
struct Cursor {
    id: String,
    created: DateTime<Utc>,
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        let plain = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let (id, created) = plain.rsplit_once(',')?;
        let created = NaiveDateTime::parse_from_str(created, CURSOR_TIME).ok()?.and_utc();
        Some(Self { id: id.to_owned(), created })
    }

    fn of(row: &impl Row) -> String {
        STANDARD.encode(format!("{},{}", row.id(), row.created().format(CURSOR_TIME)))
    }
}

impl Paging {
    /// Reads the list parameters.
    ///
    /// # Errors
    /// 422 for a limit outside 1 to 100, an unknown order, a cursor that is none, or both cursors at once.
    pub fn read(request: &Request, switches: &Switches) -> Result<Self, Reply> {
        let mut faults = Faults::default();
        let limit = match request.query("limit").map(str::parse::<usize>) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=LARGEST_LIMIT).contains(&limit) => limit,
            Some(_) => {
                faults.add("limit", format!("The limit must be between 1 and {LARGEST_LIMIT}."));
                DEFAULT_LIMIT
            }
        };
        let sort_by = match given(request, "sort_by") {
            None => switches.default_sort,
            Some("id") => SortBy::Id,
            Some("created_at") => SortBy::CreatedAt,
            Some(_) => {
                faults.invalid("sort_by");
                SortBy::Id
            }
        };
        let descending = match given(request, "sort_direction") {
            None => switches.default_descending,
            Some("asc") => false,
            Some("desc") => true,
            Some(_) => {
                faults.invalid("sort_direction");
                false
            }
        };
        let after = read_cursor(request, "after", &mut faults);
        let before = read_cursor(request, "before", &mut faults);
        if after.is_some() && before.is_some() {
            faults.add("before", "The before field is prohibited when after is present.");
        }
        faults.finish()?;
        Ok(Self { limit, after, before, sort_by, descending, after_on_last_page: switches.after_on_last_page })
    }

    /// Cuts this page out of all rows, which may come in any order.
    pub fn cut<'r, T: Row>(&self, rows: impl Iterator<Item = &'r T>) -> Page<'r, T> {
        let mut rows: Vec<&T> = rows.filter(|row| self.within(*row)).collect();
        rows.sort_by(|one, other| self.compare((&one.id(), one.created()), (&other.id(), other.created())));
        let has_more = rows.len() > self.limit;
        if self.before.is_some() {
            // Going backwards, the page is what stands nearest before the cursor, still in the list's own order.
            rows.drain(..rows.len().saturating_sub(self.limit));
        } else {
            rows.truncate(self.limit);
        }
        let before = rows.first().map(|row| Cursor::of(*row));
        let after = rows.last().filter(|_| has_more || self.after_on_last_page).map(|row| Cursor::of(*row));
        Page { rows, has_more, before, after }
    }

    fn within(&self, row: &impl Row) -> bool {
        let order = |cursor: &Cursor| self.compare((&row.id(), row.created()), (&cursor.id, cursor.created));
        self.after.as_ref().is_none_or(|cursor| order(cursor) == Ordering::Greater)
            && self.before.as_ref().is_none_or(|cursor| order(cursor) == Ordering::Less)
    }

    fn compare(&self, one: (&str, DateTime<Utc>), other: (&str, DateTime<Utc>)) -> Ordering {
        let by_id = || compare_ids(one.0, other.0);
        let order = match self.sort_by {
            SortBy::Id => by_id(),
            SortBy::CreatedAt => one.1.cmp(&other.1).then_with(by_id),
        };
        if self.descending { order.reverse() } else { order }
    }
}

/// A parameter with something in it: Laravel takes an empty text for none.
fn given<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.query(name).filter(|text| !text.is_empty())
}

fn read_cursor(request: &Request, name: &str, faults: &mut Faults) -> Option<Cursor> {
    let text = given(request, name)?;
    let cursor = Cursor::read(text);
    if cursor.is_none() {
        faults.invalid(name);
    }
    cursor
}

/// Numbers as numbers, all else as text.
fn compare_ids(one: &str, other: &str) -> Ordering {
    match (one.parse::<u64>(), other.parse::<u64>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        _ => one.cmp(other),
    }
}

/// The rows of a page with its cursors.
#[derive(Debug)]
pub struct Page<'r, T> {
    rows: Vec<&'r T>,
    has_more: bool,
    before: Option<String>,
    after: Option<String>,
}

impl<T> Page<'_, T> {
    /// The list envelope, each row as `show` gives it.
    pub fn show(self, show: impl Fn(&T) -> Value) -> Value {
        let rows: Vec<Value> = self.rows.into_iter().map(show).collect();
        json!({ "has_more": self.has_more, "before": self.before, "after": self.after, "data": rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_own_sample_cursor_is_understood() {
        let cursor = Cursor::read("TEExZFc4aTFUVEssMjAyMC0xMS0yNSAxNTozMjozOA==").unwrap();
        assert_eq!(cursor.id, "LA1dW8i1TTK");
        assert_eq!(cursor.created.to_rfc3339(), "2020-11-25T15:32:38+00:00");
        assert!(Cursor::read("no cursor").is_none());
    }

    #[test]
    fn ids_of_digits_are_compared_as_numbers() {
        assert_eq!(compare_ids("669", "52593"), Ordering::Less);
        assert_eq!(compare_ids("b", "a"), Ordering::Greater);
    }
}
