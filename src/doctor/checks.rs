//! The checks that need no second look: settings, services, clocks, files, the protocol.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Finding;
use crate::api::raw::{Read, Reader, Seen};
use crate::api::{Call, Cause, Service};
use crate::config::{Settings, Transport};
use crate::server::{App, Handler, Principal, rehearse};
use crate::state::Store;

/// Clocks further apart than this spoil the expiry of tokens.
const MOST_SKEW: i64 = 30;
/// How long one read of a check may take, repetitions included.
const PATIENCE: Duration = Duration::from_secs(45);

/// What is set.
pub fn configuration(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let services: Vec<&str> =
        [(settings.infinigate.is_some(), "Infinigate"), (settings.infinity.is_some(), "StartInfinity")]
            .into_iter()
            .filter_map(|(is_set, name)| is_set.then_some(name))
            .collect();
    findings.push(if settings.vault.is_some() {
        Finding::well("settings", "all can be read; callers are users, whose profiles hold the credentials")
    } else if services.is_empty() {
        Finding::wrong(
            "settings",
            "there are credentials for no service, so no tool is offered",
            "Set INFINIGATE_API_KEY, INFINIGATE_CLIENT_ID and INFINIGATE_CLIENT_SECRET, or INFINITY_API_TOKEN; --sandbox needs none.",
        )
    } else {
        Finding::well("settings", format!("all can be read; there are credentials for {}", services.join(" and ")))
    });
    let is_open = settings.transport == Transport::Http && !settings.callers_are_known();
    if is_open {
        findings.push(Finding::doubtful(
            "the HTTP endpoint",
            "it asks nobody who they are",
            "Set MCP_AUTH_TOKEN, unless everybody with a program on this machine may use it.",
        ));
    }
    findings
}

/// Whether a service can be reached and takes the credentials, asked with a small read; then its clock. A profile is named
/// where there are several credentials.
pub async fn account(service: Service, profile: Option<&str>, reader: &Reader) -> Vec<Finding> {
    let (operation, query) = match service {
        Service::Infinigate => ("listPurchaseQuotes", vec![("Take".to_owned(), "1".to_owned())]),
        Service::Infinity => ("getMyProfileData", Vec::new()),
    };
    let call = Call::new("doctor", CancellationToken::new(), PATIENCE);
    let read = reader.read(call, operation, &[], &query).await;
    let check =
        profile.map_or_else(|| service.to_string(), |profile| format!("{service} with the profile {profile:?}"));
    let mut findings = vec![answer(service, check, &read)];
    findings.extend(read.seen.as_ref().and_then(|seen| clock(service, seen)));
    findings
}

fn answer(service: Service, check: String, read: &Read) -> Finding {
    let error = match &read.outcome {
        Ok(()) => return Finding::well(check, "it can be reached and takes the credentials"),
        Err(error) => error,
    };
    match error.cause {
        // Reached and let in is what is examined here; the form of answers is examined by `--live`.
        Cause::PermissionDenied | Cause::RouteMissing | Cause::NotFound => Finding::doubtful(
            check,
            format!("it takes the credentials, but not for a read as simple as this: {error}"),
            error.hint(),
        ),
        Cause::Unreachable | Cause::Timeout { .. } => {
            let setting = match service {
                Service::Infinigate => "INFINIGATE_BASE_URL",
                Service::Infinity => "INFINITY_API_BASE_URL",
            };
            Finding::wrong(
                check,
                error.to_string(),
                format!("Look at {setting}, at the network of this machine, and at a proxy or firewall on the way."),
            )
        }
        _ => Finding::wrong(check, error.to_string(), error.hint()),
    }
}

/// How far a service's clock is from ours; nothing when it does not tell the time.
pub fn clock(service: Service, seen: &Seen) -> Option<Finding> {
    let apart = (seen.came - seen.clock?).num_seconds();
    let check = format!("the clock, beside {service}'s");
    Some(if apart.abs() <= MOST_SKEW {
        Finding::well(check, "it is right")
    } else {
        let way = if apart > 0 { "ahead of" } else { "behind" };
        Finding::doubtful(
            check,
            format!("it is {} s {way} the service's", apart.abs()),
            "Let this machine set its clock by the network; tokens and confirmations expire by it.",
        )
    })
}

/// Whether the state opens, and whether its file is its owner's alone.
pub async fn state(store: &Store) -> Vec<Finding> {
    let check = "the state";
    if let Err(error) = store.ready().await {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let advice = "Let STATE_URL name a folder that this user can write to, or a database that can be reached. Until then nothing that changes something is carried out.";
        return vec![Finding::wrong(check, format!("{error}{cause}"), advice)];
    }
    let mut findings = vec![Finding::well(check, format!("{} opens", store.place()))];
    if let Some(path) = store.place().strip_prefix("sqlite:").filter(|path| *path != ":memory:") {
        findings.extend(private("the state's file", Path::new(path)));
    }
    findings
}

/// Whether a file is its owner's alone; nothing when it is not there.
pub fn private(what: &str, path: &Path) -> Option<Finding> {
    let known = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = known.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Some(Finding::wrong(
                what,
                format!("{} can be read by others (mode {mode:03o})", path.display()),
                format!("chmod 600 {}", path.display()),
            ));
        }
    }
    Some(Finding::well(what, format!("{} ({} bytes) is its owner's alone", path.display(), known.len())))
}

/// Whether a client would be served: the handshake and the list of tools, over the stdio transport.
pub async fn protocol(app: Arc<App>) -> Finding {
    let offered = app.view(&Principal::local(), app.accounts.own()).definitions.len();
    let has_users = app.roster.is_some();
    match rehearse(Handler::new(app)).await {
        Ok(listed) if listed == offered && has_users => Finding::well("the protocol", "a client shakes hands"),
        Ok(listed) if listed == offered => {
            Finding::well("the protocol", format!("a client shakes hands and sees {listed} tools"))
        }
        Ok(listed) => Finding::wrong(
            "the protocol",
            format!("a client sees {listed} of {offered} tools"),
            "This is a fault of infini-mcp: report it with this output.",
        ),
        Err(fault) => {
            Finding::wrong("the protocol", fault, "This is a fault of infini-mcp: report it with this output.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use chrono::{TimeDelta, Utc};

    #[test]
    fn a_clock_that_is_wrong_is_told_with_its_way() {
        let found = |apart: i64| {
            let came = Utc::now();
            let seen = Seen { status: 200, clock: Some(came - TimeDelta::seconds(apart)), came, body: Vec::new() };
            clock(Service::Infinity, &seen).unwrap()
        };
        assert_eq!(found(2).verdict, Verdict::Well);
        assert_eq!(found(90).found, "it is 90 s ahead of the service's");
        assert_eq!(found(-90).found, "it is 90 s behind the service's");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_wrong() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(private("the file", file.path()).unwrap().verdict, Verdict::Well);
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let found = private("the file", file.path()).unwrap();
        assert_eq!(found.verdict, Verdict::Wrong);
        assert!(found.advice.unwrap().starts_with("chmod 600 "));
        assert_eq!(private("the file", Path::new("/nowhere/at/all")), None);
    }
}
