//! Which version of the API a caller speaks, and what that version can do.

use axum::http::HeaderMap;

use super::switches::{MissingVersion, Switches};

/// The versions known from the vendor's pages, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2.1.0`, and what callers without a version get.
    Legacy,
    /// `2025-02-26.morava`.
    February2025,
    /// `2025-12-01.morava`: deleting an item archives it.
    December2025,
    /// `2026-04-20.morava`: time tracking.
    April2026,
}

impl Version {
    /// Reads the header; `None` when this caller is to be refused as unauthenticated.
    pub fn read(headers: &HeaderMap, switches: &Switches) -> Option<Self> {
        let Some(asked) = headers.get("x-api-version") else {
            return match switches.missing_version {
                MissingVersion::Legacy => Some(Self::Legacy),
                MissingVersion::Newest => Some(Self::April2026),
                MissingVersion::Unauthenticated => None,
            };
        };
        match asked.as_bytes() {
            b"2.1.0" => Some(Self::Legacy),
            b"2025-02-26.morava" => Some(Self::February2025),
            b"2025-12-01.morava" => Some(Self::December2025),
            b"2026-04-20.morava" => Some(Self::April2026),
            _ if switches.unknown_version_refused => None,
            _ => Some(Self::April2026),
        }
    }

    /// Whether this is the API before the code names.
    pub fn is_legacy(self) -> bool {
        self == Self::Legacy
    }

    /// Whether deleting archives, so that the object stays readable.
    pub fn archives(self) -> bool {
        self >= Self::December2025
    }

    /// Whether time entries exist.
    pub fn tracks_time(self) -> bool {
        self >= Self::April2026
    }
}
