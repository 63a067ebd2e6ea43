//! What can be read by address: quotes and boards, as the tool that reads them answers.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::address;
use infini_mcp_core::tool::catalogue::{Choice, Offered};
use infini_mcp_core::tool::confirm::{Consent, Way};
use infini_mcp_core::tool::declaration::Declaration;
use infini_mcp_core::tool::run::{self, Attempt, Runtime, Turn};
use infini_mcp_core::tool::{Code, Ctx, Error, Result, Service, text};
use infini_mcp_domain::infinigate::documents::Document;
use infini_mcp_domain::infinigate::recent_quotes;
use infini_mcp_domain::infinity::every_board::{self, Located};
use infini_mcp_domain::infinity::names::quoted;

/// How long a list waits for a service that does not answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// Open quotes in the list; the newest, for the older ones are found by number.
const MOST_QUOTES: usize = 20;
/// Boards in the list.
const MOST_BOARDS: usize = 50;

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A quote by its number.
    Quote,
    /// A board by its id or name.
    Board,
}

/// What is fixed about a kind.
#[derive(Debug)]
pub struct Facts {
    /// What every address of the kind begins with.
    pub beginning: &'static str,
    /// The variable that follows.
    pub variable: &'static str,
    /// The name for programs.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// What it holds.
    pub description: &'static str,
    /// The tool whose answer it is.
    tool: &'static str,
    /// How long what was read may be used.
    pub fresh_for: Duration,
}

const QUOTES: Facts = Facts {
    beginning: "infinigate://quotes/",
    variable: "number",
    name: "infinigate_quote",
    title: "Infinigate quote",
    description: "One quote by its number: lines, prices, revision, and whether it can be accepted or rejected now.",
    tool: "infinigate_get_quote",
    fresh_for: Duration::from_secs(30),
};

const BOARDS: Facts = Facts {
    beginning: "infinity://boards/",
    variable: "id",
    name: "infinity_board",
    title: "StartInfinity board",
    description: "What writing to a board takes, by its id or name: folders, attributes with their types and labels, members, and how each value is written.",
    tool: "infinity_describe_board",
    fresh_for: Duration::from_secs(60),
};

impl Kind {
    /// Every kind, in the order of the lists.
    const ALL: [Self; 2] = [Self::Quote, Self::Board];

    /// What is fixed about it.
    pub fn facts(self) -> &'static Facts {
        match self {
            Self::Quote => &QUOTES,
            Self::Board => &BOARDS,
        }
    }

    /// The address of every one of them, as a template (RFC 6570).
    pub fn template(self) -> String {
        let Facts { beginning, variable, .. } = self.facts();
        format!("{beginning}{{{variable}}}")
    }

    async fn arguments(self, ctx: &Ctx, value: String) -> Result<Map<String, Value>> {
        let arguments = match self {
            Self::Quote => json!({ "document_number": value, "detail": "full" }),
            Self::Board => {
                let Located { workspace, board } = every_board::one(ctx, &value).await?;
                json!({ "workspace_id": workspace.id, "board_id": board.id, "detail": "full" })
            }
        };
        Ok(arguments.as_object().cloned().unwrap_or_default())
    }
}

/// A kind that this server offers.
pub struct Readable {
    /// Which.
    pub kind: Kind,
    /// The tool that reads it: its scope is what a reader needs.
    pub tool: Offered,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is read.
    pub uri: String,
    /// The number or name.
    pub name: String,
    /// What a person sees.
    pub title: String,
}

/// What is worth showing in a list, as far as the services answered.
#[derive(Debug, Default)]
pub struct Listing {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Whether every service answered.
    pub is_complete: bool,
}

/// The kinds that this server offers.
pub struct Resources {
    readable: Vec<Readable>,
}

impl Resources {
    /// Those whose tool the operator lets work, and the caller may use.
    pub fn new(choice: &Choice, may: impl Fn(&Declaration) -> bool) -> Self {
        let readable = |kind: Kind| Some(Readable { kind, tool: Offered::reading(kind.facts().tool, choice, &may)? });
        Self { readable: Kind::ALL.into_iter().filter_map(readable).collect() }
    }

    /// All of them.
    pub fn all(&self) -> &[Readable] {
        &self.readable
    }

    /// The offered kind of a template.
    pub fn of_template(&self, template: &str) -> Option<&Readable> {
        self.readable.iter().find(|readable| readable.kind.template() == template)
    }

    /// The open quotes and the boards of the account: what there is to read without knowing a number or a name.
    pub async fn list(&self, ctx: &Ctx) -> Listing {
        let mut listing = Listing { entries: Vec::new(), is_complete: true };
        let entries = self.readable.iter().map(|readable| async {
            tokio::time::timeout(PATIENCE, entries(ctx, readable.kind)).await.unwrap_or_else(|_| {
                Err(Error::new(Code::Timeout, format!("{} were not listed in time.", readable.kind.facts().name)))
            })
        });
        for listed in futures::future::join_all(entries).await {
            match listed {
                Ok(entries) => listing.entries.extend(entries),
                Err(error) if ctx.call().cancel().is_cancelled() => {
                    tracing::debug!(%error, "a list of resources is not wanted any more");
                    listing.is_complete = false;
                }
                Err(error) => {
                    tracing::warn!(%error, "a part of the list of resources is missing");
                    listing.is_complete = false;
                }
            }
        }
        listing
    }

    /// Finds what lies at `uri`.
    ///
    /// # Errors
    /// `not_found` when nothing offered can lie there.
    pub fn find(&self, uri: &str) -> Result<(&Readable, String)> {
        let found = self.readable.iter().find_map(|readable| {
            let value = address::read(readable.kind.facts().beginning, uri)?;
            Some((readable, value))
        });
        found.ok_or_else(|| {
            let templates: Vec<String> = self.readable.iter().map(|readable| readable.kind.template()).collect();
            let shown = text::line(uri, 120);
            Error::new(Code::NotFound, format!("There is no resource at {shown}."))
                .with_hint(format!("What can be read is {}.", templates.join(" and ")))
        })
    }
}

impl Readable {
    /// Reads `value` under the same rules as a call of the tool.
    ///
    /// # Errors
    /// Those of the tool.
    pub async fn read(&self, runtime: &Runtime, ctx: &Ctx, principal: &str, value: String) -> Result<String> {
        let arguments = self.kind.arguments(ctx, value).await?;
        let attempt = Attempt { offered: &self.tool, arguments, principal, way: Way::Token, consent: Consent::None };
        match run::take(runtime, ctx, attempt).await? {
            Turn::Done(done) => Ok(done.text),
            Turn::Ask(_) => Err(Error::internal("a tool that only reads asked for a confirmation")),
        }
    }

    /// The service it comes from.
    pub fn service(&self) -> Service {
        self.tool.tool.declaration.service()
    }
}

async fn entries(ctx: &Ctx, kind: Kind) -> Result<Vec<Entry>> {
    Ok(match kind {
        Kind::Quote => {
            let quotes = recent_quotes::read(ctx).await?;
            quotes.iter().filter(|quote| recent_quotes::is_open(quote)).filter_map(quote).take(MOST_QUOTES).collect()
        }
        Kind::Board => every_board::all(ctx).await?.rows.iter().take(MOST_BOARDS).map(board).collect(),
    })
}

/// A quote without a number has no address that a person would know.
fn quote(quote: &Document) -> Option<Entry> {
    let number = text::name(quote.number.as_deref()?);
    let sum = quote.total.zip(quote.currency.as_deref());
    let parts = [
        quote.vendor.as_deref().map(quoted),
        sum.map(|(total, currency)| format!("{} {}", total.money(), text::line(currency, 10))),
        quote.valid_until.as_deref().map(|day| format!("valid until {}", text::line(day, 40))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let title =
        if parts.is_empty() { format!("Quote {number}") } else { format!("Quote {number}: {}", parts.join(", ")) };
    Some(Entry { uri: address::write(QUOTES.beginning, &number), name: number, title })
}

fn board(located: &Located) -> Entry {
    let Located { workspace, board } = located;
    let place = workspace.name.as_deref().map(|name| format!(" in {}", quoted(name))).unwrap_or_default();
    Entry {
        uri: address::write(BOARDS.beginning, board.id.as_str()),
        name: text::line(&board.name, 100),
        title: format!("Board {}{place}", quoted(&board.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_domain::infinigate::money::Amount;

    #[test]
    fn every_kind_is_read_by_a_tool_that_only_reads() {
        for kind in Kind::ALL {
            let facts = kind.facts();
            let tool = infini_mcp_core::tool::TOOLS.iter().find(|tool| tool.declaration.name == facts.tool).unwrap();
            assert_eq!(tool.declaration.effect, infini_mcp_core::tool::Effect::Reads);
            assert!(facts.beginning.starts_with(&format!("{}://", tool.declaration.service())));
        }
    }

    #[test]
    fn an_entry_says_what_a_person_needs_to_choose_and_hides_nothing() {
        let document = Document {
            number: Some("AN1 (2)".into()),
            vendor: Some("So\u{200B}phos".into()),
            total: Some(Amount::of(147.3)),
            currency: Some("EUR".into()),
            valid_until: Some("2026-12-01".into()),
            ..Default::default()
        };
        let entry = quote(&document).unwrap();
        assert_eq!(entry.title, "Quote AN1 (2): “Sophos”, 147.30 EUR, valid until 2026-12-01");
        assert_eq!(entry.uri, "infinigate://quotes/AN1%20%282%29");
        assert_eq!(quote(&Document::default()), None);
    }
}
