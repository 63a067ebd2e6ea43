//! Completes what a person types into a prompt or an address, from what is known of the account anyway.

use std::collections::HashMap;
use std::time::Duration;

use chrono::NaiveDate;

use super::resources::Kind;
use infini_mcp_core::tool::{Ctx, Result, text};
use infini_mcp_domain::infinigate::{manufacturers, recent_quotes};
use infini_mcp_domain::infinity::directory::{self, Board};
use infini_mcp_domain::infinity::every_board;
use infini_mcp_domain::infinity::names::{Named, fold};
use infini_mcp_domain::infinity::pictures::Pictures;
use infini_mcp_domain::months;

/// Most values an answer may have, by the protocol.
const MOST: usize = 100;
/// How long a person who types waits; without an answer by then, nothing is offered.
const PATIENCE: Duration = Duration::from_secs(3);
/// Months that are offered, the last full one first.
const MONTHS: u32 = 13;

/// Where the values of an argument come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The manufacturers in Infinigate's price list.
    Manufacturers,
    /// The numbers of the newest quotes.
    Quotes,
    /// The names of the visible workspaces.
    Workspaces,
    /// The names of the boards, in the workspace that was chosen before, if one was.
    Boards,
    /// The last months, as 2026-10.
    Months,
    /// Only the person knows.
    Nothing,
}

impl From<Kind> for Source {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Quote => Self::Quotes,
            Kind::Board => Self::Boards,
        }
    }
}

/// What fits what was typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// The values, the best first, 100 at most.
    pub values: Vec<String>,
    /// How many fit in all.
    pub total: usize,
}

/// What may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    value: String,
    /// What it may be found by too.
    also: Option<String>,
}

impl Candidate {
    fn plain(value: &str) -> Self {
        Self { value: text::name(value), also: None }
    }
}

/// The values of `source` that begin with `typed`, whatever its case and accents. A service that does not answer has
/// none to offer, which is no error: the person can still type.
pub async fn complete(ctx: &Ctx, source: Source, typed: &str, workspace: Option<&str>) -> Completed {
    match tokio::time::timeout(PATIENCE, candidates(ctx, source, workspace)).await {
        Ok(Ok(candidates)) => fitting(candidates, typed),
        Ok(Err(error)) => {
            tracing::debug!(?source, %error, "nothing to complete with");
            Completed::default()
        }
        Err(_) => {
            tracing::debug!(?source, "nothing to complete with in time");
            Completed::default()
        }
    }
}

async fn candidates(ctx: &Ctx, source: Source, workspace: Option<&str>) -> Result<Vec<Candidate>> {
    Ok(match source {
        Source::Manufacturers => manufacturers::names(ctx).await?.iter().map(|name| Candidate::plain(name)).collect(),
        Source::Quotes => {
            let quotes = recent_quotes::read(ctx).await?;
            let (open, closed): (Vec<_>, Vec<_>) = quotes.iter().partition(|quote| recent_quotes::is_open(quote));
            let numbers = open.into_iter().chain(closed).filter_map(|quote| quote.number.as_deref());
            numbers.map(Candidate::plain).collect()
        }
        Source::Workspaces => by_name(&ctx.memory::<Pictures>().workspaces(ctx).await?.rows),
        Source::Boards => boards(ctx, workspace).await?,
        Source::Months => last_months(ctx.today()),
        Source::Nothing => Vec::new(),
    })
}

async fn boards(ctx: &Ctx, workspace: Option<&str>) -> Result<Vec<Candidate>> {
    let Some(workspace) = workspace.filter(|word| !word.trim().is_empty()) else {
        return Ok(by_name(&every_board::all(ctx).await?.rows));
    };
    let workspace = directory::workspace(ctx, Some(workspace)).await?;
    let boards = ctx.memory::<Pictures>().boards(ctx, &workspace.id).await?;
    Ok(by_name::<Board>(&boards.rows))
}

/// Things by their names; those that share theirs with another by id, so that each value stands for one thing.
fn by_name<T: Named>(things: &[T]) -> Vec<Candidate> {
    let mut bearers: HashMap<String, usize> = HashMap::new();
    for thing in things {
        *bearers.entry(fold(thing.name())).or_default() += 1;
    }
    let candidate = |thing: &T| match bearers.get(&fold(thing.name())) {
        Some(1) => Candidate { value: text::name(thing.name()), also: Some(thing.id().to_owned()) },
        Some(_) | None => Candidate { value: thing.id().to_owned(), also: Some(text::name(thing.name())) },
    };
    things.iter().map(candidate).collect()
}

/// The last full month first, and the running one after all others.
fn last_months(today: NaiveDate) -> Vec<Candidate> {
    let days = (1..MONTHS).chain([0]).filter_map(|back| months::before(today, back));
    days.map(|day| Candidate::plain(&months::name(day))).collect()
}

/// First what begins so, then what has a word that begins so, then what has another name that begins so.
fn fitting(candidates: Vec<Candidate>, typed: &str) -> Completed {
    let typed = fold(typed);
    let rank = |candidate: &Candidate| {
        let value = fold(&candidate.value);
        let ends_of_value = value.match_indices(|c: char| !c.is_alphanumeric()).map(|(at, gap)| at + gap.len());
        if value.starts_with(&typed) {
            Some(0)
        } else if ends_of_value.filter_map(|at| value.get(at..)).any(|end| end.starts_with(&typed)) {
            Some(1)
        } else {
            candidate.also.as_deref().is_some_and(|also| fold(also).starts_with(&typed)).then_some(2)
        }
    };
    let mut ranked: Vec<(u8, String)> =
        candidates.into_iter().filter_map(|candidate| Some((rank(&candidate)?, candidate.value))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let total = ranked.len();
    Completed { values: ranked.into_iter().map(|(_, value)| value).take(MOST).collect(), total }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str, &'static str);

    impl Named for Thing {
        fn id(&self) -> &str {
            self.0
        }
        fn name(&self) -> &str {
            self.1
        }
    }

    fn values(candidates: Vec<Candidate>, typed: &str) -> Vec<String> {
        fitting(candidates, typed).values
    }

    #[test]
    fn case_and_accents_do_not_matter_and_the_beginning_of_the_name_comes_first() {
        let things = [Thing("b1", "Alte Verträge"), Thing("b2", "Verträge 2026"), Thing("b3", "Projekte")];
        assert_eq!(values(by_name(&things), "VERTRA"), ["Verträge 2026", "Alte Verträge"]);
        assert_eq!(values(by_name(&things), "b3"), ["Projekte"]);
        assert_eq!(values(by_name(&things), "rojekte"), Vec::<String>::new());
        assert_eq!(values(by_name(&things), "").len(), 3);
    }

    #[test]
    fn namesakes_are_offered_by_their_ids() {
        let things = [Thing("b1", "Intern"), Thing("b2", "intern"), Thing("b3", "Extern\u{202E}  AG")];
        assert_eq!(values(by_name(&things), "int"), ["b1", "b2"]);
        assert_eq!(values(by_name(&things), "ext"), ["Extern AG"]);
    }

    #[test]
    fn no_more_than_a_hundred_are_given_and_the_number_of_all_is_told() {
        let many = (0..250).map(|number| Candidate::plain(&format!("Quote {number}"))).collect();
        let completed = fitting(many, "quote");
        assert_eq!((completed.values.len(), completed.total), (MOST, 250));
    }

    #[test]
    fn the_last_full_month_is_offered_first() {
        let offered = values(last_months(NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()), "2026");
        assert_eq!(offered, ["2026-02", "2026-01", "2026-03"]);
    }
}
