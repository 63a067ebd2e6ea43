//! The description of a document's line, which Infinigate spreads over several fields.

use super::addresses::filled;

/// One text of the two description fields. The full one speaks where both are empty, and where it goes on from them: the
/// fields are short, and what did not fit stands only there.
pub fn whole(first: Option<&str>, second: Option<&str>, full: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [filled(first), filled(second)].into_iter().flatten().collect();
    let joined = parts.join(" ");
    let goes_on = |full: &&str| match parts.first() {
        Some(first) => full.starts_with(first) && full.chars().count() > joined.chars().count(),
        None => true,
    };
    filled(full).filter(goes_on).map(str::to_owned).or((!joined.is_empty()).then_some(joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_description_does_not_replace_what_the_others_say() {
        assert_eq!(
            whole(Some("365 Total Protection"), Some("per mailbox"), Some("x")).as_deref(),
            Some("365 Total Protection per mailbox")
        );
        assert_eq!(whole(Some(" "), None, Some("VM Backup")).as_deref(), Some("VM Backup"));
        assert_eq!(whole(None, None, None), None);
    }

    #[test]
    fn what_did_not_fit_into_the_short_fields_is_read_from_the_full_one() {
        let full = Some("Firebox T25 with 3 years Total Security Suite and Gold support");
        let told = |first, second| whole(first, second, full);
        assert_eq!(told(Some("Firebox T25 with 3 years"), Some("Total Sec")).as_deref(), full);
        assert_eq!(told(Some("Firebox T25 with 3 years"), None).as_deref(), full);
        assert_eq!(told(Some("Another article"), None).as_deref(), Some("Another article"));
    }
}
