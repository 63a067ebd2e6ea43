//! Currencies as answers give them, and the one type of money.

pub use infini_mcp_core::tool::Amount;

/// The currency, where one was named.
///
/// Other clients read an empty one as EUR; for a Swiss reseller that would be a wrong price, so it stays empty here.
pub fn currency(code: Option<String>) -> Option<String> {
    code.map(|code| code.trim().to_ascii_uppercase()).filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_never_guessed() {
        assert_eq!(currency(Some(" eur ".into())).as_deref(), Some("EUR"));
        assert_eq!(currency(Some(String::new())), None);
    }
}
