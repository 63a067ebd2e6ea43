//! Say how grave a change is, in the words and exit codes that every report uses.

use serde::Serialize;

/// What a change means for the tools, from least to most grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No tool can feel it.
    Cosmetic,
    /// Something is possible that was not; what works goes on working.
    Additive,
    /// The comparison does not understand what changed, so a person has to.
    CannotTell,
    /// Something that works now will not.
    Breaking,
}

impl Verdict {
    /// The verdicts as a reader wants them: gravest first.
    pub const GRAVEST_FIRST: [Self; 4] = [Self::Breaking, Self::CannotTell, Self::Additive, Self::Cosmetic];

    /// The verdict in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::CannotTell => "cannot tell",
            Self::Additive => "additive",
            Self::Cosmetic => "cosmetic",
        }
    }

    /// 0 nothing a tool can feel, 4 `cargo codegen accept` puts it right, 1 someone must think.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Cosmetic => 0,
            Self::Additive => 4,
            Self::CannotTell | Self::Breaking => 1,
        }
    }
}
