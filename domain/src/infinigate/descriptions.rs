//! The description of a document's line, which Infinigate spreads over several fields.

use super::addresses::filled;

/// One text of the two description fields, or of the full one when both are empty; nothing when all are.
pub fn whole(first: Option<&str>, second: Option<&str>, full: Option<&str>) -> Option<String> {
    match (filled(first), filled(second)) {
        (Some(first), Some(second)) => Some(format!("{first} {second}")),
        (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
        (None, None) => filled(full).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_description_speaks_only_when_both_others_are_silent() {
        assert_eq!(
            whole(Some("365 Total Protection"), Some("per mailbox"), Some("x")).as_deref(),
            Some("365 Total Protection per mailbox")
        );
        assert_eq!(whole(Some(" "), None, Some("VM Backup")).as_deref(), Some("VM Backup"));
        assert_eq!(whole(None, None, None), None);
    }
}
