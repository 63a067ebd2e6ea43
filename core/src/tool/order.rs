//! A purchase as the ledger sees it, before it is sent.

use serde_json::Value;

use super::amount::Amount;
use super::error::Error;

/// What makes a purchase the same purchase, what it costs, and what upstream shows of it so far.
#[derive(Debug)]
pub struct Order {
    /// Two calls with the same key are the same purchase, whoever calls.
    pub key: String,
    /// The argument that holds the buyer's own number, and that number: earlier orders with it are told in the question.
    pub number: Option<(&'static str, String)>,
    /// What is sent. With the same key and another payload it is a conflict.
    pub payload: Value,
    /// What a person recognises it by, for example `quote AN2600456, revision 2`.
    pub summary: String,
    /// What it costs without tax, as currency and sum; empty when upstream does not say. Charges and rebates of one
    /// currency are apart, so that none hides another from a limit; a currency that nobody named is empty.
    pub totals: Vec<(String, Amount)>,
    /// What upstream shows of it, should it have been sent before.
    pub evidence: Evidence,
    /// Why it cannot be bought now, if so; judged after the ledger was asked, for what was bought cannot be bought again.
    pub refusal: Option<Error>,
}

/// What a look at upstream tells of an order that may have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// It took effect; the sentence says how that shows.
    Happened(String),
    /// It did not take effect, or not yet.
    NotThere(String),
    /// Upstream cannot tell.
    Unclear(String),
}

impl Evidence {
    /// The finding in words.
    pub fn text(&self) -> &str {
        match self {
            Self::Happened(text) | Self::NotThere(text) | Self::Unclear(text) => text,
        }
    }
}
