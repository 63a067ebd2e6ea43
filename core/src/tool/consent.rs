//! What came back when a person was asked: a yes, a no, or neither.

use super::error::Code;
use crate::telemetry::counters::Confirmation;

/// What the caller has brought.
#[derive(Debug, Clone, Copy)]
pub enum Consent<'a> {
    /// Nothing yet.
    None,
    /// A no.
    Declined,
    /// A question that was put, and that nobody decided.
    Undecided(Undecided),
    /// A yes to this sealed state.
    Given(&'a str),
}

/// Why a question brought neither a yes nor a no. A person who was not heard has not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// It was closed without an answer, as clients do by themselves where nobody sits in front of them.
    Dismissed,
    /// The client could not show it, or never answered.
    NotShown,
    /// The form was accepted without the yes that it asks for.
    Unticked,
}

impl Undecided {
    const ALL: [Self; 3] = [Self::Dismissed, Self::NotShown, Self::Unticked];

    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dismissed => "dismissed",
            Self::NotShown => "not_shown",
            Self::Unticked => "unticked",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(super) fn code(self) -> Code {
        match self {
            Self::Dismissed => Code::ConfirmationDismissed,
            Self::NotShown => Code::ConfirmationNotShown,
            Self::Unticked => Code::ConfirmationUnticked,
        }
    }

    pub(super) fn counted(self) -> Confirmation {
        match self {
            Self::Dismissed => Confirmation::Dismissed,
            Self::NotShown => Confirmation::NotShown,
            Self::Unticked => Confirmation::Unticked,
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Dismissed => "The question was closed without an answer, so nobody has decided.",
            Self::NotShown => "This client could not show the question, so nobody has decided.",
            Self::Unticked => "The question was accepted without the yes that it asks for, so nobody has decided.",
        }
    }
}

/// How a question that was put was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Neither.
    Neither(Undecided),
}

impl Reply {
    /// What it means for the question with this sealed state.
    pub fn to(self, state: &str) -> Consent<'_> {
        match self {
            Self::Yes => Consent::Given(state),
            Self::No => Consent::Declined,
            Self::Neither(why) => Consent::Undecided(why),
        }
    }
}
