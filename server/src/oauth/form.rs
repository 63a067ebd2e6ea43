//! The consent form's memory: what was asked, sealed so that nothing can be swapped, and bound to one browser.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::authorization_server::now;
use super::client::Provenance;
use super::scopes::{SCOPES, Weight};
use infini_mcp_core::vault::{digest, mac, mac_fits, random_token};

const PURPOSE: &str = "consent form";
/// How long a person may think, in milliseconds.
const PATIENCE: i64 = 10 * 60_000;

/// What a client asked for, as it was checked when the page was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// What people know it by.
    pub client_name: String,
    /// The host of its document.
    pub client_host: Option<String>,
    /// Whether it has to prove who it is with a key of its own.
    #[serde(default)]
    pub must_prove: bool,
    /// Whether nobody vouches for it.
    pub registered_itself: bool,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What the client wants to find again in the answer.
    pub state: Option<String>,
    /// The PKCE challenge.
    pub challenge: String,
    /// What it asks for.
    pub scopes: BTreeSet<String>,
    /// Whether it named them; one that names none asks for everything, out of habit.
    pub names_scopes: bool,
}

impl Asked {
    /// Whether a scope is ticked before the person has touched anything: reading is, other changes are if the client names
    /// them, and what spends or destroys never is, for clients ask for everything out of habit.
    pub fn suggests(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
            && SCOPES.iter().find(|known| known.name == scope).is_some_and(|known| match known.weight() {
                Weight::Reads => true,
                Weight::Writes => self.names_scopes,
                Weight::Grave => false,
            })
    }

    /// How the client is known, for the page.
    pub fn describe(&mut self, provenance: &Provenance) {
        match provenance {
            Provenance::Operator => {}
            Provenance::Document { host } => self.client_host = Some(host.clone()),
            Provenance::Itself => self.registered_itself = true,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    asked: Asked,
    until: i64,
    browser: String,
}

/// The cookie that binds a form to the browser it was made for.
pub struct Browser {
    value: String,
    is_https: bool,
}

impl Browser {
    /// The browser that sends these headers, if it has been here.
    pub fn of(headers: &HeaderMap, is_https: bool) -> Option<Self> {
        let name = cookie_name(is_https);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut values = cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(key, value)| *key == name && value.len() == 43)
            .map(|(_, value)| value.to_owned());
        let value = values.next()?;
        // Two of them mean that somebody planted one.
        values.next().is_none().then_some(Self { value, is_https })
    }

    /// A browser that is here for the first time.
    pub fn new(is_https: bool) -> Self {
        Self { value: random_token(), is_https }
    }

    /// The header that makes it known. Lax, because the way to the page begins at the client's site.
    pub fn cookie(&self) -> String {
        let secure = if self.is_https { "; Secure" } else { "" };
        let name = cookie_name(self.is_https);
        format!("{name}={}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax{secure}", self.value)
    }
}

/// The prefix makes browsers refuse the cookie from a sibling host; they accept it over https only.
fn cookie_name(is_https: bool) -> &'static str {
    if is_https { "__Host-infini-mcp-consent" } else { "infini-mcp-consent" }
}

/// Seals what was asked, for this browser.
pub fn seal(key: &[u8; 32], asked: &Asked, browser: &Browser) -> Result<String, serde_json::Error> {
    let sealed = Sealed { asked: asked.clone(), until: now() + PATIENCE, browser: digest(browser.value.as_bytes()) };
    let text = serde_json::to_vec(&sealed)?;
    let code = mac(key, PURPOSE, &text);
    Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(code)))
}

/// What was asked, if this very server sealed it for this browser a short while ago.
pub fn open(key: &[u8; 32], sealed: &str, browser: &Browser) -> Option<Asked> {
    let (text, code) = sealed.split_once('.')?;
    let (text, code) = (URL_SAFE_NO_PAD.decode(text).ok()?, URL_SAFE_NO_PAD.decode(code).ok()?);
    if !mac_fits(key, PURPOSE, &text, &code) {
        return None;
    }
    let opened: Sealed = serde_json::from_slice(&text).ok()?;
    let fits = opened.until > now() && opened.browser == digest(browser.value.as_bytes());
    fits.then_some(opened.asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asked() -> Asked {
        Asked {
            client_id: "desk".into(),
            client_name: "Desk".into(),
            client_host: None,
            must_prove: false,
            registered_itself: false,
            redirect_uri: "https://app.example/back".into(),
            state: Some("s".into()),
            challenge: "c".into(),
            scopes: BTreeSet::new(),
            names_scopes: true,
        }
    }

    #[test]
    fn a_form_opens_in_its_own_browser_and_unchanged() {
        let (key, browser) = ([1; 32], Browser::new(true));
        let sealed = seal(&key, &asked(), &browser).unwrap();
        assert_eq!(open(&key, &sealed, &browser), Some(asked()));
        assert_eq!(open(&key, &sealed, &Browser::new(true)), None);
        assert_eq!(open(&[2; 32], &sealed, &browser), None);
        for at in [0, sealed.len() / 2, sealed.len() - 2] {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(&key, &String::from_utf8(changed).unwrap(), &browser), None, "{at}");
        }
    }

    #[test]
    fn a_browser_with_two_cookies_of_the_name_is_not_recognised() {
        let browser = Browser::new(true);
        let pair = browser.cookie().split(';').next().unwrap().to_owned();
        let headers = |text: &str| HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(text).unwrap())]);
        assert_eq!(Browser::of(&headers(&format!("a=b; {pair}")), true).unwrap().value, browser.value);
        assert!(Browser::of(&headers(&format!("{pair}; {pair}")), true).is_none());
        assert!(Browser::of(&headers(&pair), false).is_none(), "a name without the prefix is another cookie");
    }
}
