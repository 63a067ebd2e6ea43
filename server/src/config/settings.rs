//! The settings once they are read and checked.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use super::upstream::{self, Reach};
use super::watching::{self, Watching};
use super::{HostPattern, OAuth, OriginPattern, Sources, doors, oauth, state, users};
use infini_mcp_core::api::infinigate;
use infini_mcp_core::tool::Toolset;
use infini_mcp_core::tool::Zone;
use infini_mcp_core::tool::catalogue::Choice;
use infini_mcp_core::tool::confirm::{Forms, Policy};
use infini_mcp_core::tool::ctx::PageSizes;
use infini_mcp_core::tool::ledger::Limits;
use infini_mcp_core::tool::run::FenceForeignText;
use infini_mcp_core::vault::Place;

/// How clients reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// One client, over standard input and output.
    Stdio,
    /// Many clients, over Streamable HTTP.
    Http,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// The HTTP endpoint.
#[derive(Clone)]
pub struct Http {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The bearer that opens the endpoint.
    pub auth_token: Option<SecretString>,
    /// Answered values of the Host header.
    pub allowed_hosts: Vec<HostPattern>,
    /// Answered origins of browsers.
    pub allowed_origins: Vec<OriginPattern>,
    /// The proxies whose word about the caller's address counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Most open connections.
    pub max_connections: usize,
    /// Most open connections of one address.
    pub max_connections_per_address: usize,
    /// Most sessions of the `initialize` era in memory.
    pub max_sessions: usize,
    /// Most sessions of the `initialize` era of one caller.
    pub max_sessions_per_caller: usize,
    /// Most open streams of one caller.
    pub max_streams_per_caller: usize,
    /// Most requests of one caller in a minute; 0 sets no limit.
    pub rate_per_minute: u32,
    /// Most calls of one caller at the same time.
    pub max_concurrent_calls: usize,
}

impl Http {
    /// Answers under the host of the address that the world knows the server by, too.
    pub fn also_reached_at(&mut self, public_url: &url::Url) {
        self.allowed_hosts.extend(public_url.host_str().and_then(|host| HostPattern::parse(host).ok()));
    }
}

/// Everything that can be set.
pub struct Settings {
    /// How both services are reached, with whatever credentials.
    pub reach: Reach,
    /// Infinigate's three credentials, when they are set.
    pub infinigate: Option<infinigate::Credentials>,
    /// StartInfinity's token, when it is set.
    pub infinity: Option<SecretString>,
    /// How clients reach the server.
    pub transport: Transport,
    /// The HTTP endpoint.
    pub http: Http,
    /// Who lets clients in on behalf of people, when OAuth is on.
    pub oauth: Option<OAuth>,
    /// Users and their credentials, when callers are asked who they are.
    pub vault: Option<Place>,
    /// Longest time of one tool call.
    pub call_timeout: Duration,
    /// Which tools are offered.
    pub choice: Choice,
    /// Whether foreign bodies are fenced.
    pub fence: FenceForeignText,
    /// Which calls ask first.
    pub confirm: Policy,
    /// Whether a call that spends may be confirmed with a token.
    pub token_may_spend: bool,
    /// Whether questions come as forms.
    pub forms: Forms,
    /// Where things are remembered: `sqlite:<path>`, `sqlite::memory:` or `postgres://…`.
    pub state: SecretString,
    /// What may be spent.
    pub limits: Limits,
    /// Rows of a page.
    pub pages: PageSizes,
    /// The time zone of whoever uses the server.
    pub zone: Zone,
    /// The least severe log level shown.
    pub log_level: tracing::Level,
    /// The form of the log.
    pub log_format: LogFormat,
    /// What operators may watch.
    pub watching: Watching,
}

impl Settings {
    pub(super) fn read(sources: &mut Sources) -> Self {
        let transport = sources.choice(
            "MCP_TRANSPORT",
            &[("stdio", Transport::Stdio), ("http", Transport::Http)],
            Transport::Stdio,
        );
        let settings = Self {
            reach: upstream::reach(sources),
            infinigate: upstream::infinigate(sources),
            infinity: upstream::infinity(sources),
            transport,
            http: read_http(sources),
            oauth: oauth::read(sources),
            vault: users::when_on(sources, transport),
            call_timeout: upstream::milliseconds(sources, "MCP_CALL_TIMEOUT_MS"),
            choice: read_choice(sources),
            fence: sources.choice(
                "MCP_FENCE_TEXT",
                &[("on", FenceForeignText::On), ("off", FenceForeignText::Off)],
                FenceForeignText::On,
            ),
            confirm: sources.choice(
                "CONFIRM",
                &[("destructive", Policy::Destructive), ("writes", Policy::Writes), ("off", Policy::Off)],
                Policy::Destructive,
            ),
            token_may_spend: sources.choice("CONFIRM_FALLBACK", &[("token", true), ("refuse", false)], false),
            forms: sources.choice(
                "CONFIRM_FORMS",
                &[("auto", Forms::WhereShown), ("off", Forms::Off)],
                Forms::WhereShown,
            ),
            state: state::address(sources),
            limits: state::limits(sources),
            pages: read_pages(sources),
            zone: read_zone(sources),
            log_level: sources.choice(
                "LOG_LEVEL",
                &[
                    ("error", tracing::Level::ERROR),
                    ("warn", tracing::Level::WARN),
                    ("info", tracing::Level::INFO),
                    ("debug", tracing::Level::DEBUG),
                    ("trace", tracing::Level::TRACE),
                ],
                tracing::Level::INFO,
            ),
            log_format: sources.choice(
                "LOG_FORMAT",
                &[("pretty", LogFormat::Pretty), ("json", LogFormat::Json)],
                LogFormat::Pretty,
            ),
            watching: watching::read(sources),
        };
        settings.check_doors(sources);
        settings.check_confirmations(sources);
        settings
    }

    /// Whether callers over HTTP must say who they are.
    pub fn callers_are_known(&self) -> bool {
        self.http.auth_token.is_some() || self.vault.is_some() || self.oauth.is_some()
    }

    /// Without forms and without tokens nobody could ever confirm.
    fn check_confirmations(&self, sources: &mut Sources) {
        if self.forms == Forms::Off && !self.token_may_spend {
            sources.fault(
                "CONFIRM_FORMS",
                "may not be off with CONFIRM_FALLBACK=refuse: nothing that spends could be confirmed; MCP_TOOLS_DENY takes tools away",
            );
        }
    }

    /// Whoever can reach the port can spend money: no authentication, no port beyond this machine; no question, no HTTP.
    fn check_doors(&self, sources: &mut Sources) {
        if self.transport != Transport::Http {
            return;
        }
        if !self.http.host.is_loopback() && !self.callers_are_known() {
            sources.fault("MCP_HTTP_HOST", "is not a loopback address, which needs MCP_AUTH_TOKEN or users to be set");
        }
        // A page runs wherever its reader is: on this machine, too, where nobody is asked who they are.
        if self.http.allowed_origins.contains(&OriginPattern::Any) && !self.callers_are_known() {
            sources
                .fault("MCP_ALLOWED_ORIGINS", "allows every web page, which needs MCP_AUTH_TOKEN or users to be set");
        }
        if self.oauth.is_some() && self.vault.is_none() {
            sources.fault(
                "OAUTH_ENABLED",
                "needs users, who sign in with their keys: `infini-mcp credentials init` makes the files",
            );
        }
        if self.confirm == Policy::Off {
            sources.fault("CONFIRM", "may be off over stdio only; over HTTP set destructive or writes");
        }
    }
}

fn read_http(sources: &mut Sources) -> Http {
    let host = sources.text("MCP_HTTP_HOST").replace("localhost", "127.0.0.1");
    let host = host.parse().unwrap_or_else(|_| {
        sources.fault("MCP_HTTP_HOST", "must be an IP address, for example 127.0.0.1 or 0.0.0.0");
        IpAddr::from([127, 0, 0, 1])
    });
    let auth_token = sources.secret("MCP_AUTH_TOKEN");
    if auth_token.as_ref().is_some_and(|token| secrecy::ExposeSecret::expose_secret(token).len() < 16) {
        sources.fault("MCP_AUTH_TOKEN", "is shorter than 16 characters, so it could be guessed");
    }
    Http {
        host,
        port: sources.number("MCP_HTTP_PORT", 0, u16::MAX),
        auth_token,
        allowed_hosts: doors::hosts(sources),
        allowed_origins: doors::origins(sources),
        trusted_proxies: networks(sources, "MCP_TRUSTED_PROXIES"),
        max_connections: sources.number("MCP_MAX_CONNECTIONS", 1, 65_536),
        max_connections_per_address: sources.number("MCP_MAX_CONNECTIONS_PER_ADDRESS", 1, 65_536),
        max_sessions: sources.number("MCP_MAX_SESSIONS", 1, 100_000),
        max_sessions_per_caller: sources.number("MCP_MAX_SESSIONS_PER_CALLER", 1, 100_000),
        max_streams_per_caller: sources.number("MCP_MAX_STREAMS_PER_CALLER", 1, 65_536),
        rate_per_minute: sources.number("MCP_RATE_LIMIT_PER_MINUTE", 0, 1_000_000),
        max_concurrent_calls: sources.number("MCP_MAX_CONCURRENT_CALLS", 1, 10_000),
    }
}

/// Networks such as `10.0.0.0/8`, or single addresses.
fn networks(sources: &mut Sources, name: &'static str) -> Vec<IpNet> {
    let words = sources.list(name);
    let read = |word: &String| word.parse().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
    let networks: Vec<IpNet> = words.iter().filter_map(read).collect();
    if networks.len() < words.len() {
        sources.fault(name, "must be addresses or networks, for example 10.0.0.0/8,192.0.2.7");
    }
    networks
}

fn read_pages(sources: &mut Sources) -> PageSizes {
    let largest = sources.number("MAX_PAGE_SIZE", 1, 100);
    PageSizes { default: sources.number("DEFAULT_PAGE_SIZE", 1, largest.max(1)), largest }
}

/// The zone that is set, else that of the machine.
fn read_zone(sources: &mut Sources) -> Zone {
    let name = sources.text("TIME_ZONE");
    if name.is_empty() {
        return Zone::of_system(sources.machine_zone.as_deref());
    }
    Zone::named(&name).unwrap_or_else(|| {
        sources.fault("TIME_ZONE", "must be the IANA name of a time zone, for example Europe/Berlin or UTC");
        Zone::default()
    })
}

fn read_choice(sources: &mut Sources) -> Choice {
    let mut toolsets = BTreeSet::new();
    for name in sources.list("MCP_TOOLSETS") {
        match Toolset::named(&name) {
            Some(toolset) => {
                toolsets.insert(toolset);
            }
            None if name == "all" => toolsets.extend(Toolset::ALL),
            None => sources.fault(
                "MCP_TOOLSETS",
                &format!(
                    "names the unknown toolset `{name}`; there are all, {}",
                    Toolset::ALL.map(Toolset::name).join(", ")
                ),
            ),
        }
    }
    let known = |sources: &mut Sources, setting: &'static str| -> BTreeSet<String> {
        let names: BTreeSet<String> = sources.list(setting).into_iter().collect();
        for name in names
            .iter()
            .filter(|name| !infini_mcp_core::tool::TOOLS.iter().any(|tool| tool.declaration.name == name.as_str()))
        {
            sources.fault(setting, &format!("names the unknown tool `{name}`"));
        }
        names
    };
    Choice {
        toolsets,
        allow: known(sources, "MCP_TOOLS_ALLOW"),
        deny: known(sources, "MCP_TOOLS_DENY"),
        read_only: sources.choice(
            "MCP_READ_ONLY",
            &[("true", true), ("1", true), ("false", false), ("0", false)],
            true,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(pairs: &[(&str, &str)]) -> String {
        Sources::of(pairs.iter().copied()).settings().err().map(|faults| faults.join("\n")).unwrap_or_default()
    }

    #[test]
    fn every_name_of_the_predecessors_works_and_aliases_yield_to_names() {
        let settings = Sources::of([
            ("INFINIGATE_API_KEY", "k"),
            ("INFINIGATE_CLIENT_ID", "c"),
            ("INFINIGATE_CLIENT_SECRET", "s"),
            ("INFINITY_API_TOKEN", "t"),
            ("PORT", "4000"),
            ("MCP_HTTP_PORT", "5000"),
            ("TRANSPORT", "http"),
            ("DEFAULT_PAGE_SIZE", "10"),
        ])
        .settings()
        .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert!(settings.infinigate.is_some() && settings.infinity.is_some());
        assert_eq!((settings.http.port, settings.transport, settings.pages.default), (5000, Transport::Http, 10));
    }

    #[test]
    fn the_time_zone_is_the_one_that_is_set_else_that_of_the_machine() {
        let zone = |pairs: &[(&str, &str)]| {
            Sources::of(pairs.iter().copied()).settings().map(|settings| settings.zone.name()).map_err(|_| ())
        };
        assert_eq!(zone(&[("TIME_ZONE", "Europe/Zurich"), ("TZ", "America/New_York")]), Ok("Europe/Zurich"));
        assert_eq!(zone(&[("TZ", "America/New_York")]), Ok("America/New_York"));
        assert!(faults(&[("TIME_ZONE", "Berlin")]).starts_with("TIME_ZONE must be the IANA name of a time zone"));
    }

    #[test]
    fn all_faults_are_told_at_once_without_values() {
        let text = faults(&[
            ("INFINIGATE_API_KEY", "top-secret"),
            ("LOG_LEVEL", "loud"),
            ("MCP_HTTP_PROT", "1"),
            ("MCP_TOOLSETS", "default,vews"),
        ]);
        for part in [
            "INFINIGATE_CLIENT_ID is missing",
            "LOG_LEVEL must be one of",
            "MCP_HTTP_PORT is",
            "unknown toolset `vews`",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("top-secret"));
    }

    #[test]
    fn a_port_beyond_this_machine_needs_a_bearer() {
        assert!(
            faults(&[("MCP_TRANSPORT", "http"), ("MCP_HTTP_HOST", "0.0.0.0")])
                .contains("needs MCP_AUTH_TOKEN or users")
        );
        assert_eq!(
            faults(&[("MCP_TRANSPORT", "http"), ("MCP_HTTP_HOST", "0.0.0.0"), ("MCP_AUTH_TOKEN", "0123456789abcdef")]),
            ""
        );
        assert!(faults(&[("MCP_TRANSPORT", "http"), ("CONFIRM", "off")]).contains("over stdio only"));
        assert!(faults(&[("CONFIRM_FORMS", "off"), ("CONFIRM_FALLBACK", "refuse")]).contains("could be confirmed"));
    }

    #[test]
    fn every_page_may_come_only_where_callers_are_known_and_a_name_is_understood_or_refused() {
        let http = ("MCP_TRANSPORT", "http");
        let pages = ("MCP_ALLOWED_ORIGINS", "*");
        assert!(faults(&[http, pages]).contains("every web page, which needs MCP_AUTH_TOKEN"));
        assert_eq!(faults(&[http, pages, ("MCP_AUTH_TOKEN", "0123456789abcdef")]), "");
        assert_eq!(faults(&[http, ("MCP_ALLOWED_HOSTS", "*, *.example.com, 10.0.0.0/8")]), "");
        let told = faults(&[("MCP_ALLOWED_HOSTS", "localhost,10.0.0.*"), ("MCP_ALLOWED_ORIGINS", "app.example.com")]);
        assert!(told.contains("MCP_ALLOWED_HOSTS has an entry, its 2. one, that has * where"), "{told}");
        assert!(told.contains("write the whole origin"), "{told}");
    }

    #[test]
    fn users_are_on_over_http_when_their_file_is_named_and_then_need_the_key_of_the_store() {
        let named = ("MCP_USERS_FILE", "users.json");
        let http = ("MCP_TRANSPORT", "http");
        assert!(faults(&[http, named]).contains("MCP_CREDENTIAL_STORE_KEY is missing"));
        let vault = |pairs: &[(&str, &str)]| {
            Sources::of(pairs.iter().copied()).settings().unwrap_or_else(|faults| panic!("{faults:?}")).vault
        };
        assert!(vault(&[named]).is_none(), "over stdio there is one caller");
        assert!(vault(&[http]).is_none(), "no file, no users");
        let place = vault(&[http, named, ("MCP_CREDENTIAL_STORE_KEY", "k")]).unwrap();
        assert_eq!(place.store, std::path::Path::new("data/credentials.enc.json"));
    }

    #[test]
    fn variables_of_other_programs_are_left_alone_and_unsupported_doors_are_refused() {
        assert_eq!(faults(&[("MCP_TIMEOUT", "1"), ("PATH", "/bin")]), "");
        assert!(faults(&[("OAUTH_ENABLED", "true")]).contains("OAUTH_PUBLIC_URL"));
    }
}
