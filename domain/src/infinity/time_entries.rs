//! Spans of recorded time: read from what callers say, kept, and shown with how long they last.

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::is_none;
use super::dates;
use super::made_here::{Made, Spot, Thing};
use super::named_item::{ItemName, NamedItem};
use super::names::{fold, quoted};
use super::refusal::Refusal;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::Zone;
use infini_mcp_core::tool::text::Foreign;

/// A time entry as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Span {
    /// Where it belongs.
    #[serde(flatten)]
    pub spot: Spot,
    /// The item it was spent on.
    pub item_id: String,
    /// Its title.
    pub item: Option<String>,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended; nothing while it runs.
    pub ended_at: Option<String>,
    /// What was done.
    pub description: Option<String>,
}

impl Made for Span {
    const KIND: &'static str = "time_entry";

    fn spot(&self) -> &Spot {
        &self.spot
    }

    fn items(&self) -> Vec<Thing> {
        vec![Thing(self.item_id.clone(), self.item.clone().unwrap_or_default())]
    }
}

impl Span {
    /// An entry of an item that has begun.
    pub fn on(spot: Spot, item: &NamedItem, started_at: Option<String>) -> Self {
        let item = ItemName::from(item);
        Self { spot, item_id: item.id, item: item.title, started_at, ended_at: None, description: None }
    }

    /// Refuses another item or attribute than its own.
    ///
    /// # Errors
    /// When one of them is given and is another.
    pub fn must_stay_with(&self, item: Option<&str>, attribute: Option<&str>) -> Result<(), Refusal> {
        let is = |given: Option<&str>, id: &str, name: &str| {
            given.map(str::trim).is_none_or(|given| given.is_empty() || given == id || fold(given) == fold(name))
        };
        let item_stays = is(item, &self.item_id, self.item.as_deref().unwrap_or_default());
        if item_stays && is(attribute, &self.spot.attribute_id, &self.spot.attribute) {
            return Ok(());
        }
        Err(Refusal::of_value(
            "A time entry cannot move to another item or attribute.",
            "Delete it with infinity_delete_time_entry and record it anew.",
        ))
    }

    /// Takes over what was sent.
    pub fn change(&mut self, change: &Change) {
        if let Some(started) = &change.started_at {
            self.started_at = Some(started.clone());
        }
        if let Some(ended) = &change.ended_at {
            self.ended_at.clone_from(ended);
        }
        if let Some(description) = &change.description {
            self.description.clone_from(description);
        }
    }

    /// Takes over what upstream answered; what it left out stays as it was sent.
    pub fn take_over(&mut self, told: &types::TimeEntry) {
        if let Some(started) = &told.started_at {
            self.started_at = Some(dates::moment(started).unwrap_or_else(|| started.clone()));
        }
        if let Some(ended) = &told.ended_at {
            self.ended_at = Some(dates::moment(ended).unwrap_or_else(|| ended.clone()));
        }
        if let Some(description) = &told.description {
            self.description = Some(description.clone());
        }
    }

    /// Whether it has no end yet.
    pub fn is_running(&self) -> bool {
        self.ended_at.is_none()
    }

    /// How long it lasts, until `now` while it runs.
    pub fn seconds(&self, now: DateTime<Utc>) -> Option<i64> {
        let started = read(self.started_at.as_deref()?)?;
        let ended = match &self.ended_at {
            Some(ended) => read(ended)?,
            None => now,
        };
        Some((ended - started).num_seconds().max(0))
    }
}

/// Seconds by which upstream's clock may be ahead of ours.
const MOST_SKEW: i64 = 60;

fn read(text: &str) -> Option<DateTime<Utc>> {
    dates::moment(text).and_then(|moment| moment.parse().ok())
}

/// A time entry in an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SpanRow {
    /// Time entry id.
    pub id: Option<String>,
    /// Item id.
    pub item_id: String,
    /// Item title.
    pub item: Option<String>,
    /// Attribute name.
    pub attribute: String,
    /// Board id.
    pub board_id: String,
    /// Board name.
    pub board: String,
    /// Start, UTC.
    pub started_at: Option<String>,
    /// End, UTC.
    pub ended_at: Option<String>,
    /// No end yet.
    pub running: bool,
    /// So far.
    pub seconds: Option<i64>,
    /// In words.
    pub duration: Option<String>,
    /// What was done.
    pub description: Option<Foreign>,
}

impl SpanRow {
    /// A kept entry in words, as of `now`.
    pub fn of(id: Option<String>, span: Span, now: DateTime<Utc>) -> Self {
        let seconds = span.seconds(now);
        Self {
            id,
            running: span.is_running(),
            seconds,
            duration: seconds.map(in_words),
            item_id: span.item_id,
            item: span.item,
            attribute: span.spot.attribute,
            board_id: span.spot.board_id,
            board: span.spot.board,
            started_at: span.started_at,
            ended_at: span.ended_at,
            description: span.description.filter(|text| !text.trim().is_empty()).map(|text| Foreign::text(&text)),
        }
    }
}

/// `1 h 35 min`, or seconds where it is less than a minute.
pub fn in_words(seconds: i64) -> String {
    match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// What a caller wants to change, as it was said; an end that is `none` and an empty description remove what was there.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The start.
    pub started_at: Option<&'a str>,
    /// The end.
    pub ended_at: Option<&'a str>,
    /// The description.
    pub description: Option<&'a str>,
}

/// A change that may be sent; an inner nothing removes what was there.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// The new start.
    pub started_at: Option<String>,
    /// The new end.
    pub ended_at: Option<Option<String>>,
    /// The new description.
    pub description: Option<Option<String>>,
}

impl Change {
    /// What is wanted of an entry that may be known here; nothing when nothing is wanted.
    ///
    /// # Errors
    /// When a moment is none, and when the end would lie before the start.
    pub fn of(
        wanted: Wanted<'_>,
        known: Option<&Span>,
        now: DateTime<Utc>,
        zone: Zone,
    ) -> Result<Option<Self>, Refusal> {
        let is_said = |text: &&str| !text.trim().is_empty();
        let started =
            wanted.started_at.filter(is_said).map(|text| moment("started_at", text, now, zone)).transpose()?;
        let begins = started.or_else(|| known.and_then(start_of));
        let ended = match wanted.ended_at {
            None => None,
            Some(text) if is_none(text) => Some(None),
            Some(text) => {
                let ended = moment("ended_at", text, now, zone)?;
                // A timer that was started a moment ago by a clock that is ahead of ours ends when it began.
                let is_skew = |begins: &DateTime<Utc>| ended == now && (*begins - now).num_seconds() < MOST_SKEW;
                Some(Some(begins.filter(is_skew).map_or(ended, |begins| ended.max(begins))))
            }
        };
        if let (Some(begins), Some(Some(ended))) = (begins, ended) {
            in_order(begins, ended)?;
        }
        let description = wanted.description.map(|text| Some(text.to_owned()).filter(|text| is_said(&text.as_str())));
        let change =
            Self { started_at: started.map(written), ended_at: ended.map(|ended| ended.map(written)), description };
        let is_empty = change.started_at.is_none() && change.ended_at.is_none() && change.description.is_none();
        Ok(Some(change).filter(|_| !is_empty))
    }
}

/// A moment as upstream takes it.
pub fn written(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The moment an argument says: ISO 8601 with a time of day, of `zone` where it names none, or `now`.
///
/// # Errors
/// When it is no moment.
pub fn moment(argument: &str, text: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, Refusal> {
    let text = text.trim();
    if matches!(text.to_lowercase().as_str(), "now" | "jetzt") {
        return Ok(now);
    }
    // A day alone would silently become its midnight, which nobody means who records time.
    let told = dates::moment_in(text, zone).and_then(|moment| moment.parse().ok());
    told.filter(|_| text.contains(':')).ok_or_else(|| {
        Refusal::of_value(
            format!("`{argument}`: {} is no date with a time.", quoted(text)),
            format!(
                "Give ISO 8601 such as 2026-05-04T09:00:00Z (without a zone it is a time of {}), or `now`.",
                zone.name()
            ),
        )
    })
}

/// Refuses an end before its start.
///
/// # Errors
/// When the end comes first.
pub fn in_order(started: DateTime<Utc>, ended: DateTime<Utc>) -> Result<(), Refusal> {
    if ended >= started {
        return Ok(());
    }
    Err(Refusal::of_value(
        format!("The end, {}, lies before the start, {}.", written(ended), written(started)),
        "Give an end that comes after the start.",
    ))
}

/// When a kept entry began, where that is known.
pub fn start_of(span: &Span) -> Option<DateTime<Utc>> {
    span.started_at.as_deref().and_then(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn span(started: &str, ended: Option<&str>) -> Span {
        let spot = Spot {
            workspace_id: "669".into(),
            board_id: "b".into(),
            board: "B".into(),
            attribute_id: "a".into(),
            attribute: "A".into(),
            made_at: "2026-05-04T09:00:00Z".into(),
        };
        let (started_at, ended_at) = (Some(started.to_owned()), ended.map(str::to_owned));
        Span { spot, item_id: "i".into(), item: None, started_at, ended_at, description: None }
    }

    #[test]
    fn a_running_entry_lasts_until_now_and_an_ended_one_until_its_end() {
        let now = at("2026-05-04T10:35:00Z");
        let running = SpanRow::of(None, span("2026-05-04T09:00:00Z", None), now);
        assert_eq!(
            (running.running, running.seconds, running.duration.as_deref()),
            (true, Some(5_700), Some("1 h 35 min"))
        );
        let ended = SpanRow::of(None, span("2026-05-04T09:00:00", Some("2026-05-04T09:00:20Z")), now);
        assert_eq!((ended.running, ended.duration.as_deref()), (false, Some("20 s")));
        // The clocks of two machines differ a little; that is no negative time.
        assert_eq!(span("2026-05-04T10:35:02Z", None).seconds(now), Some(0));
    }

    #[test]
    fn moments_are_read_with_a_zone_without_one_and_as_now() {
        let now = at("2026-05-04T10:35:00Z");
        let read = |text: &str| moment("ended_at", text, now, Zone::UTC).map(written);
        assert_eq!(read("2026-05-04T11:00:00+02:00").as_deref(), Ok("2026-05-04T09:00:00Z"));
        assert_eq!(read("2026-05-04 11:00").as_deref(), Ok("2026-05-04T11:00:00Z"));
        assert_eq!(read(" NOW ").as_deref(), Ok("2026-05-04T10:35:00Z"));
        for wrong in ["2026-05-04", "soon", ""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn now_stops_a_timer_even_when_the_clocks_differ() {
        let now = at("2026-05-04T10:35:00Z");
        let stop = |started: &str| {
            let wanted = Wanted { started_at: None, ended_at: Some("now"), description: None };
            Change::of(wanted, Some(&span(started, None)), now, Zone::UTC)
                .map(|change| change.unwrap().ended_at.flatten())
        };
        assert_eq!(stop("2026-05-04T10:00:00Z").unwrap().as_deref(), Some("2026-05-04T10:35:00Z"));
        assert_eq!(stop("2026-05-04T10:35:03Z").unwrap().as_deref(), Some("2026-05-04T10:35:03Z"));
        assert!(stop("2026-05-05T10:35:03Z").is_err());
    }

    #[test]
    fn an_empty_text_removes_and_nothing_at_all_is_no_change() {
        let now = at("2026-05-04T10:35:00Z");
        let of = |ended_at, description| {
            Change::of(Wanted { started_at: None, ended_at, description }, None, now, Zone::UTC).unwrap()
        };
        assert_eq!(of(None, None), None);
        let change = of(Some("none"), Some(" ")).unwrap();
        assert_eq!((change.ended_at, change.description), (Some(None), Some(None)));
    }

    #[test]
    fn an_entry_stays_with_its_item() {
        let span = span("2026-05-04T09:00:00Z", None);
        assert!(span.must_stay_with(Some("i"), Some(" a")).is_ok() && span.must_stay_with(None, Some("")).is_ok());
        assert!(span.must_stay_with(Some("other"), None).is_err());
    }

    #[test]
    fn an_end_before_the_start_is_refused_and_one_at_the_start_is_not() {
        let (early, late) = (at("2026-05-04T09:00:00Z"), at("2026-05-04T10:00:00Z"));
        assert!(in_order(late, early).is_err());
        assert!(in_order(early, late).is_ok() && in_order(early, early).is_ok());
    }
}
