//! The two pages: the one that asks a person, and the one that says why nothing happens. No script, no image, one form.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::{Host, Url};

use super::form::{Asked, Browser};
use super::scopes::{SCOPES, Scope};
use super::words::{Language, Words};
use infini_mcp_core::vault::random_token;

const STYLE: &str = include_str!("page.css");

/// What the page says above the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Nothing; the person is here for the first time.
    None,
    /// The key was not accepted.
    WrongKey,
    /// None of what was ticked is the person's to give.
    NoScope,
    /// Too many attempts; the seconds to wait.
    Wait(u64),
}

/// The page that asks.
pub struct ConsentPage<'a> {
    /// What is asked.
    pub asked: &'a Asked,
    /// The same, sealed.
    pub sealed: &'a str,
    /// The address of this page in the other language.
    pub other_language: &'a str,
    /// What is ticked.
    pub ticked: &'a (dyn Fn(&str) -> bool + Sync),
    /// What is said above the form.
    pub notice: Notice,
    /// The language.
    pub language: Language,
}

impl ConsentPage<'_> {
    /// The page, for this browser.
    pub fn respond(&self, browser: &Browser) -> Response {
        let nonce = random_token();
        let words = self.language.words();
        let title = html! { (self.asked.client_name) " " (words.wants_access) };
        let body = html! {
            h1 { bdi { (self.asked.client_name) } " " (words.wants_access) }
            (self.about_client(words))
            form method="post" action="authorize" autocomplete="off" {
                input type="hidden" name="request" value=(self.sealed);
                input type="hidden" name="lang" value=(self.language.tag());
                (self.notice(words))
                (self.scopes(words))
                label for="key" { (words.your_key) }
                input #key type="password" name="key" required autocomplete="off" autocapitalize="off"
                    spellcheck="false" maxlength="512" aria-describedby="hint" autofocus[self.notice != Notice::None];
                p #hint .quiet { (words.key_hint) }
                div .buttons {
                    button .allow type="submit" name="decision" value="allow" { (words.allow) }
                    button type="submit" name="decision" value="deny" formnovalidate { (words.deny) }
                }
            }
            @if self.notice == Notice::None {
                p .quiet { a href=(self.other_language) hreflang=(other(self.language).tag()) lang=(other(self.language).tag()) { (words.other_language) } }
            }
        };
        let page = document(self.language, &title, &body, &nonce);
        let mut response = respond(self.status(), page, &nonce, &form_targets(&self.asked.redirect_uri));
        set(&mut response, SET_COOKIE, &browser.cookie());
        if let Notice::Wait(seconds) = self.notice {
            set(&mut response, RETRY_AFTER, &seconds.to_string());
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self.notice {
            Notice::None => StatusCode::OK,
            Notice::WrongKey => StatusCode::UNAUTHORIZED,
            Notice::NoScope => StatusCode::FORBIDDEN,
            Notice::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn about_client(&self, words: &Words) -> Markup {
        let target = target_of(&self.asked.redirect_uri);
        html! {
            @if let Some(host) = &self.asked.client_host { p { (words.published_by) " " strong { bdi { (host) } } } }
            @if self.asked.registered_itself { p .warning { (words.unverified) } }
            p {
                (words.answer_goes_to) " "
                @match &target {
                    Target::ThisMachine => strong { (words.this_machine) },
                    Target::Elsewhere(host) => strong { bdi { (host) } },
                }
            }
        }
    }

    fn notice(&self, words: &Words) -> Markup {
        html! {
            @match self.notice {
                Notice::None => {},
                Notice::WrongKey => p .warning role="alert" { (words.wrong_key) },
                Notice::NoScope => p .warning role="alert" { (words.no_scope) },
                Notice::Wait(seconds) => p .warning role="alert" { (words.too_many) " " (seconds) " " (words.seconds) },
            }
        }
    }

    /// First what was asked for; the rest is folded. A client that asks for what reading needs, as it is told to, would
    /// otherwise never be given more.
    fn scopes(&self, words: &Words) -> Markup {
        let (asked, more): (Vec<&Scope>, Vec<&Scope>) =
            SCOPES.iter().partition(|scope| self.asked.scopes.contains(scope.name));
        html! {
            fieldset {
                legend { (words.allowed_to) }
                @for scope in &asked { (self.scope(scope)) }
                @if !more.is_empty() {
                    details open[more.iter().any(|scope| (self.ticked)(scope.name))] {
                        summary { (words.not_asked_for) }
                        @for scope in &more { (self.scope(scope)) }
                    }
                }
                p .quiet { (words.never_more) }
            }
        }
    }

    fn scope(&self, scope: &Scope) -> Markup {
        html! {
            label .scope {
                input type="checkbox" name="scope" value=(scope.name) checked[(self.ticked)(scope.name)];
                span .grave[scope.is_grave()] { (scope.meaning(self.language)) }
            }
        }
    }
}

/// The page that says why nothing happens. It sends nobody anywhere: the request may be an attack on whoever it names.
pub fn refusal_page(status: StatusCode, language: Language, reason: &str) -> Response {
    let nonce = random_token();
    let words = language.words();
    let title = html! { (words.refused) };
    let body = html! {
        h1 { (words.refused) }
        p { (reason) }
        p .quiet { (words.go_back) }
    };
    respond(status, document(language, &title, &body, &nonce), &nonce, "'none'")
}

fn other(language: Language) -> Language {
    match language {
        Language::English => Language::German,
        Language::German => Language::English,
    }
}

fn document(language: Language, title: &Markup, body: &Markup, nonce: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                style nonce=(nonce) { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}

fn respond(status: StatusCode, page: Markup, nonce: &str, form_targets: &str) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action {form_targets}; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut response = (status, page.into_string()).into_response();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (CACHE_CONTROL, "no-store"),
        // Nothing leaves for other sites; `no-referrer` would also take the Origin from our own form, which is checked.
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        set(&mut response, name, value);
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

enum Target {
    ThisMachine,
    Elsewhere(String),
}

fn target_of(redirect_uri: &str) -> Target {
    let Ok(url) = Url::parse(redirect_uri) else { return Target::Elsewhere(redirect_uri.to_owned()) };
    match url.host() {
        Some(Host::Ipv4(address)) if address.is_loopback() => Target::ThisMachine,
        Some(Host::Ipv6(address)) if address.is_loopback() => Target::ThisMachine,
        Some(Host::Domain("localhost")) => Target::ThisMachine,
        Some(host) if matches!(url.scheme(), "https" | "http") => Target::Elsewhere(host.to_string()),
        // An app of its own scheme: the scheme is what the system goes by.
        Some(_) | None => Target::Elsewhere(format!("{}:", url.scheme())),
    }
}

/// Browsers hold the answer's redirect against the form's policy, so it has to name where the answer goes.
fn form_targets(redirect_uri: &str) -> String {
    let target = Url::parse(redirect_uri).map_or_else(
        |_| String::new(),
        |url| match url.host() {
            // The policy's grammar knows no addresses of version 6.
            Some(Host::Ipv6(_)) | None => format!("{}:", url.scheme()),
            Some(_) if url.origin().is_tuple() => url.origin().ascii_serialization(),
            Some(_) => format!("{}:", url.scheme()),
        },
    );
    format!("'self' {target}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_where_the_answer_goes_and_nothing_else() {
        for (uri, targets) in [
            ("https://app.example/back", "'self' https://app.example"),
            ("http://127.0.0.1:5000/back", "'self' http://127.0.0.1:5000"),
            ("http://[::1]:5000/back", "'self' http:"),
            ("com.example.desk://back", "'self' com.example.desk:"),
            ("com.example.desk:/back", "'self' com.example.desk:"),
        ] {
            assert_eq!(form_targets(uri), targets, "{uri}");
        }
    }
}
