//! Where the server keeps what it must remember, and what it may spend.

use secrecy::{ExposeSecret, SecretString};

use super::Sources;
use infini_mcp_core::tool::Amount;
use infini_mcp_core::tool::ledger::Limits;

/// The address of the store: as set, or a file in the user's state folder.
pub(super) fn address(sources: &mut Sources) -> SecretString {
    let Some(address) = sources.secret("STATE_URL") else { return default_file() };
    let known =
        ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| address.expose_secret().starts_with(scheme));
    if !known {
        sources.fault("STATE_URL", "must begin with sqlite: or postgres://");
    }
    address
}

/// Without a home the current folder has to do; it is opened only when something must be remembered.
fn default_file() -> SecretString {
    let folder = dirs::state_dir().or_else(dirs::data_local_dir).unwrap_or_default();
    SecretString::from(format!("sqlite:{}", folder.join("infini-mcp").join("state.db").display()))
}

/// The spending limits, in the units of any currency.
pub(super) fn limits(sources: &mut Sources) -> Limits {
    Limits { one_order: limit(sources, "ORDER_LIMIT_AMOUNT"), a_day: limit(sources, "ORDER_LIMIT_PER_DAY") }
}

fn limit(sources: &mut Sources, name: &'static str) -> Option<Amount> {
    let text = sources.text(name);
    if text.is_empty() {
        return None;
    }
    match text.parse::<f64>() {
        Ok(units) if units.is_finite() && units >= 0.0 => Some(Amount::of(units)),
        // A limit that cannot be read must not become no limit; the fault keeps the server from starting.
        Ok(_) | Err(_) => {
            sources.fault(name, "must be an amount such as 5000 or 99.50");
            Some(Amount::ZERO)
        }
    }
}
