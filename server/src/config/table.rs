//! The table of all settings, which the README and the checks are made from.

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// The name of its variable; in the file it may be in lower case.
    pub name: &'static str,
    /// Another name that works too.
    pub alias: Option<&'static str>,
    /// What is used when it is not set.
    pub default: &'static str,
    /// Whether it is a secret, which may also come from the file that `<NAME>_FILE` names.
    pub secret: bool,
    /// What it means.
    pub meaning: &'static str,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, alias: None, default, secret: false, meaning }
}

const fn secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, alias: None, default: "", secret: true, meaning }
}

const fn with_alias(name: &'static str, alias: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, alias: Some(alias), default, secret: false, meaning }
}

/// Every setting, in the order of the documentation.
pub static SETTINGS: &[Setting] = &[
    secret("INFINIGATE_API_KEY", "Subscription key of the Infinigate API."),
    setting("INFINIGATE_CLIENT_ID", "", "Client id of the Infinigate API."),
    secret("INFINIGATE_CLIENT_SECRET", "Client secret of the Infinigate API."),
    setting(
        "INFINIGATE_BASE_URL",
        "https://api.infinigate.com",
        "Address of the Infinigate API; the test system is https://infapi-test.azure-api.net.",
    ),
    setting("INFINIGATE_TOKEN_TTL_SECONDS", "240", "Longest time an access token is used; never past its own expiry."),
    setting("INFINIGATE_REQUEST_TIMEOUT_MS", "15000", "Longest time one request may take, in milliseconds."),
    setting("INFINIGATE_MAX_RETRIES", "2", "How often a failed read is repeated."),
    secret("INFINITY_API_TOKEN", "Personal access token of StartInfinity."),
    setting("INFINITY_API_BASE_URL", "https://app.startinfinity.com/api/v2", "Address of the StartInfinity API."),
    setting("INFINITY_API_VERSION", "2026-04-20.morava", "Value of the X-API-Version header."),
    setting("INFINITY_REQUEST_TIMEOUT_MS", "15000", "Longest time one request may take, in milliseconds."),
    setting("INFINITY_MAX_RETRIES", "2", "How often a failed read is repeated."),
    setting("INFINITY_REQUESTS_PER_MINUTE", "180", "Most requests in any 60 seconds; StartInfinity allows 180."),
    with_alias("MCP_TRANSPORT", "TRANSPORT", "stdio", "stdio or http."),
    with_alias("MCP_HTTP_PORT", "PORT", "3000", "Port of the HTTP endpoint; 0 takes a free one."),
    setting(
        "MCP_HTTP_HOST",
        "127.0.0.1",
        "Address the HTTP endpoint listens on; beyond loopback only with authentication.",
    ),
    secret("MCP_AUTH_TOKEN", "Bearer token that opens the HTTP endpoint."),
    setting(
        "MCP_USERS_FILE",
        "config/mcp-users.json",
        "The users of the HTTP endpoint, each with a key of their own; they are on when this is set or the default file exists.",
    ),
    setting(
        "MCP_CREDENTIAL_STORE_FILE",
        "data/credentials.enc.json",
        "The encrypted upstream credentials of the users.",
    ),
    secret("MCP_CREDENTIAL_STORE_KEY", "What the credential store is encrypted with, at least 32 random characters."),
    setting(
        "MCP_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Hosts that are answered, with or without a port; *.example.com, networks such as 10.0.0.0/8, and * are understood. /health and /ready answer any.",
    ),
    setting(
        "MCP_ALLOWED_ORIGINS",
        "http://localhost:*,http://127.0.0.1:*,http://[::1]:*",
        "Origins of browsers that are answered, for example https://app.example.com or https://*.example.com; * only where callers must say who they are.",
    ),
    setting(
        "OAUTH_ENABLED",
        "false",
        "true lets clients in with OAuth: with this server's own consent page, or with the tokens of OAUTH_ISSUER.",
    ),
    setting(
        "OAUTH_PUBLIC_URL",
        "",
        "Address under which clients reach this server, with or without /mcp at its end; https, except on this machine.",
    ),
    setting("OAUTH_CLIENT_ID", "", "Id of the client that the operator registered."),
    secret("OAUTH_CLIENT_SECRET", "Its secret, at least 16 characters; without one it is a public client."),
    setting(
        "OAUTH_REDIRECT_URIS",
        "",
        "Addresses that client may be answered at, compared exactly; only the port of 127.0.0.1, [::1] or localhost may differ.",
    ),
    setting(
        "OAUTH_ALLOWED_REDIRECT_ORIGINS",
        "",
        "Origins that client may be answered at under any path; scheme, host and port must be the same. OAUTH_REDIRECT_URIS is safer. An entry with a path is compared exactly.",
    ),
    setting(
        "OAUTH_CLIENT_METADATA_HOSTS",
        "",
        "Hosts whose client ID metadata documents are accepted, for example claude.ai; * accepts every public host, without one none is.",
    ),
    setting("OAUTH_DYNAMIC_REGISTRATION", "false", "true lets clients register themselves."),
    setting(
        "OAUTH_PRIVATE_REDIRECT_SCHEMES",
        "",
        "Schemes of apps where clients may want to be answered although nobody vouches for them, for example cursor,vscode; without one only https and this machine.",
    ),
    setting(
        "OAUTH_MCP_USER",
        "",
        "The only user who may sign in with OAuth; they still sign in and consent on the page themselves.",
    ),
    setting(
        "OAUTH_ALLOWED_TOOLS",
        "",
        "Names of the only tools for callers with OAuth; without one, all that their scopes allow.",
    ),
    setting("OAUTH_ACCESS_TOKEN_TTL_SECONDS", "3600", "How long an access token works."),
    setting(
        "OAUTH_REFRESH_TOKEN_TTL_SECONDS",
        "2592000",
        "How long a client may stay away before a person must consent again.",
    ),
    setting(
        "OAUTH_TOKEN_STORE_FILE",
        "data/oauth-tokens.json",
        "Tokens that a predecessor gave out; they work until they end, and the file is left as it is.",
    ),
    setting(
        "OAUTH_ISSUER",
        "",
        "Issuer of another authorization server whose tokens are accepted in place of this server's own.",
    ),
    setting("OAUTH_AUDIENCE", "", "Audience its tokens must have; by default the address of /mcp."),
    setting("OAUTH_USER_CLAIM", "", "Claim that names the user; by default a verified email, else sub."),
    setting("OAUTH_JWKS_URL", "", "Where its keys are; by default its metadata say it."),
    setting(
        "OAUTH_SCOPELESS",
        "nothing",
        "What its tokens may do that name none of this server's scopes: nothing, or all that their user may.",
    ),
    setting(
        "MCP_TRUSTED_PROXIES",
        "",
        "Networks of the proxies in front, for example 10.0.0.0/8; only their X-Forwarded-For says where a caller is.",
    ),
    setting(
        "MCP_MAX_CONNECTIONS",
        "512",
        "Most open connections; beyond it the one that has waited longest for a request makes room.",
    ),
    setting(
        "MCP_MAX_CONNECTIONS_PER_ADDRESS",
        "256",
        "Most open connections of one address (of IPv6, one /64). Proxies in MCP_TRUSTED_PROXIES have no limit; those behind them have.",
    ),
    setting(
        "MCP_MAX_SESSIONS",
        "1000",
        "Most sessions of the initialize era held in memory; others wait in the state.",
    ),
    setting(
        "MCP_MAX_SESSIONS_PER_CALLER",
        "256",
        "Most sessions of the initialize era of one caller; beyond it the one not used for longest ends.",
    ),
    setting(
        "MCP_MAX_STREAMS_PER_CALLER",
        "64",
        "Most streams of one caller that are open only to be told of changes, to each server.",
    ),
    setting(
        "MCP_RATE_LIMIT_PER_MINUTE",
        "600",
        "Most requests a minute of one caller over HTTP, to each server; 0 sets no limit.",
    ),
    setting("MCP_MAX_CONCURRENT_CALLS", "32", "Most calls of one caller over HTTP at the same time."),
    setting("MCP_CALL_TIMEOUT_MS", "60000", "Longest time one tool call may take, waiting included, in milliseconds."),
    setting("MCP_TOOLSETS", "default", "Groups of tools to offer, or all."),
    setting("MCP_TOOLS_ALLOW", "", "Names of the only tools to offer."),
    setting("MCP_TOOLS_DENY", "", "Names of tools never to offer; wins over everything else."),
    setting("MCP_READ_ONLY", "false", "true offers only tools that change nothing."),
    setting(
        "MCP_FENCE_TEXT",
        "on",
        "on encloses comments and long texts in markers, so that a model sees they were written by others; off does not.",
    ),
    setting(
        "CONFIRM",
        "destructive",
        "Which calls a person must confirm: destructive (those that destroy or spend), writes (all that change something), or off (over stdio only).",
    ),
    setting(
        "CONFIRM_FALLBACK",
        "token",
        "What happens when a client cannot show a question for a call that spends money, or nobody answers it: token (it repeats the call with a token) or refuse.",
    ),
    setting(
        "CONFIRM_FORMS",
        "auto",
        "Whether questions come as forms: auto (where the client says that it shows them) or off, for clients that run unattended and decline by themselves; then as under CONFIRM_FALLBACK.",
    ),
    secret(
        "STATE_URL",
        "Where orders, the audit log and the like are kept: sqlite:<path> or postgres://…; by default a file in the user's state folder.",
    ),
    setting("ORDER_LIMIT_AMOUNT", "", "Highest net total of one order, in any currency; without it there is no limit."),
    setting(
        "ORDER_LIMIT_PER_DAY",
        "",
        "Highest net total of all orders of a day (UTC), each currency by itself; without it there is no limit.",
    ),
    setting("DEFAULT_PAGE_SIZE", "20", "Rows of a list when the caller does not say."),
    setting("MAX_PAGE_SIZE", "100", "Most rows of a list, at most 100."),
    setting(
        "TIME_ZONE",
        "",
        "IANA name of the time zone that decides which day is today, which month is the last one, and what a time without a zone means, for example Europe/Berlin; by default that of the machine (TZ, else what the system is set to), else Europe/Berlin.",
    ),
    setting("LOG_LEVEL", "info", "error, warn, info, debug or trace; the log goes to stderr."),
    setting("LOG_FORMAT", "pretty", "pretty or json."),
    setting(
        "MCP_METRICS_ADDR",
        "",
        "Address and port that serve /metrics to Prometheus, for example 127.0.0.1:9464; off without it. Beyond loopback everyone who reaches it can read which tools are used by whom.",
    ),
    setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "Address of an OpenTelemetry collector (OTLP, protobuf over HTTP) that is sent a trace of every call; off without it. The other standard OTEL_ variables (headers, service name, sampler, batches) count too.",
    ),
    setting(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "",
        "The same, but the whole address with its path; wins over the one before.",
    ),
    setting(
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "10000",
        "Longest time one delivery to the collector may take, in milliseconds.",
    ),
    setting("OTEL_SDK_DISABLED", "false", "true sends no traces, whatever the variables before say."),
];

/// How names begin that no other program is likely to use.
pub(super) const NAMES_OF_OURS: [&str; 5] = ["INFINIGATE_", "INFINITY_", "MCP_", "OAUTH_", "ORDER_LIMIT"];

/// The setting with this name or alias.
pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name || setting.alias == Some(name))
}

/// The setting that an unknown variable was most likely meant to be. Other programs have variables of their own that
/// begin like ours, so only a near miss counts; what looks like a bound on spending is never passed over.
pub(super) fn misspelt(name: &str) -> Option<String> {
    let ours = NAMES_OF_OURS.iter().chain(&["CONFIRM", "STATE_"]).any(|prefix| name.starts_with(prefix));
    let bounds_spending = bounds_spending(name);
    let (likeness, near) = names()
        .filter(|known| !bounds_spending || known.starts_with("ORDER_LIMIT_"))
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (bounds_spending || (ours && likeness >= 0.8)).then(|| near.to_owned())
}

/// Whether an unknown variable reads like a limit of orders: `ORDER_LIMIT`, `MAX_ORDER_AMOUNT`, `ORDERS_LIMIT_DAY`.
fn bounds_spending(name: &str) -> bool {
    let has = |wanted: &[&str]| name.split('_').any(|word| wanted.contains(&word));
    has(&["ORDER", "ORDERS", "ORDERLIMIT"]) && has(&["LIMIT", "LIMITS", "MAX", "AMOUNT", "ORDERLIMIT", "DAY"])
}

/// `; did you mean …?` for an unknown key of the settings file.
pub(super) fn suggestion(name: &str) -> String {
    let near = names()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    near.filter(|(likeness, _)| *likeness > 0.85)
        .map(|(_, known)| format!("; did you mean {}?", known.to_lowercase()))
        .unwrap_or_default()
}

/// Whether a setting names a file or a folder, which stands beside the settings file that names it.
pub(super) fn is_path(name: &str) -> bool {
    ["MCP_USERS_FILE", "MCP_CREDENTIAL_STORE_FILE", "OAUTH_TOKEN_STORE_FILE"].contains(&name)
}

fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.name)
}

/// The table as Markdown, for the README.
pub fn markdown_table() -> String {
    let mut table = String::from("| Name | Default | Meaning |\n| --- | --- | --- |\n");
    for setting in SETTINGS {
        let alias = setting.alias.map(|alias| format!(" (also `{alias}`)")).unwrap_or_default();
        let secret = if setting.secret {
            format!(" Also from the file that `{}_FILE` names.", setting.name)
        } else {
            String::new()
        };
        let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
        table.push_str(&format!("| `{}`{alias} | {default} | {}{secret} |\n", setting.name, setting.meaning));
    }
    table
}
