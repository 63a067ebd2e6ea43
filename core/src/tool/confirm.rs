//! Asking before acting: one sealed state, used once, for every way of asking.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::answer::{self, Detail};
use super::declaration::{Declaration, Effect};
use super::error::{Code, Error, Result};
use super::text::{self, Fence};
use crate::state::Store;
use crate::telemetry::counters::{self, Confirmation};
use crate::vault::{digest_json, random_token};

/// The name of the key for sealing.
const KEY: &str = "confirmations";

/// How long a question stays open.
pub const OPEN_FOR: Duration = Duration::from_secs(300);

/// Seals a payload so that it can be given to the caller and trusted when it comes back.
pub trait Seal: Send + Sync {
    /// A sealed text that opens with the same `context` only, until `lifetime` is over.
    fn seal(&self, payload: &str, context: &str, lifetime: Duration) -> String;

    /// The payload.
    ///
    /// # Errors
    /// When the seal is broken, of another context, or too old.
    fn open(&self, sealed: &str, context: &str) -> std::result::Result<String, SealFault>;
}

/// Why a sealed text does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealFault {
    /// Too old.
    Expired,
    /// Not ours, changed, or of another context.
    Broken,
}

/// Which calls ask (`CONFIRM`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Those that destroy or spend.
    Destructive,
    /// Those that write, too.
    Writes,
    /// None; a server for one person only.
    Off,
}

impl Policy {
    /// Whether a call with this effect must be confirmed.
    pub fn asks(self, effect: Effect) -> bool {
        match (self, effect) {
            (_, Effect::Reads) | (Self::Off, _) | (Self::Destructive, Effect::Writes) => false,
            (Self::Destructive | Self::Writes, Effect::Destroys | Effect::Spends) | (Self::Writes, Effect::Writes) => {
                true
            }
        }
    }
}

/// How this caller can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A person sees a form.
    Form,
    /// The call is repeated with a token: two deliberate calls, no proof of a person.
    Token,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Token => "token",
        }
    }
}

/// What the caller has brought.
#[derive(Debug, Clone, Copy)]
pub enum Consent<'a> {
    /// Nothing yet.
    None,
    /// A no.
    Declined,
    /// A yes to this sealed state.
    Given(&'a str),
}

/// A question that must be answered with yes before the call runs.
#[derive(Debug)]
pub struct Question {
    /// What a person reads.
    pub message: String,
    /// What the call would act on.
    pub shown: Value,
    /// The sealed state to bring back with the yes.
    pub state: String,
}

/// Makes a seal with a key.
pub type MakeSeal = fn([u8; 32]) -> Box<dyn Seal>;

/// Makes questions and checks the answers.
pub struct Confirmations {
    make_seal: MakeSeal,
    /// Made when the first question is asked, with a key that every server on one database has: what one of them asks, any
    /// other can be answered, also after a restart.
    seal: OnceCell<Box<dyn Seal>>,
    /// Which calls ask.
    pub policy: Policy,
    /// Whether `spends` may be confirmed by token (`CONFIRM_FALLBACK`).
    pub token_may_spend: bool,
}

/// The identity of one call: who calls what, with which arguments, asked which way.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Who calls.
    pub principal: &'a str,
    /// The tool.
    pub tool: &'a Declaration,
    /// The arguments as they will be used.
    pub arguments: &'a Value,
    /// How the caller is asked.
    pub way: Way,
}

impl Subject<'_> {
    fn context(&self) -> String {
        json!([self.principal, self.tool.name, digest_json(self.arguments), self.way.name()]).to_string()
    }
}

impl Confirmations {
    /// Confirmations under seals of this kind.
    pub fn new(make_seal: MakeSeal, policy: Policy, token_may_spend: bool) -> Self {
        Self { make_seal, seal: OnceCell::new(), policy, token_may_spend }
    }

    async fn seal(&self, store: &Store) -> Result<&dyn Seal> {
        let seal = self.seal.get_or_try_init(|| async { Ok::<_, Error>((self.make_seal)(store.secret(KEY).await?)) });
        Ok(seal.await?.as_ref())
    }

    /// The question for this call, about what is `shown`.
    ///
    /// # Errors
    /// When the key for sealing cannot be had.
    pub async fn question(&self, store: &Store, subject: Subject<'_>, shown: Value) -> Result<Question> {
        let payload = json!({ "nonce": random_token(), "shown": digest_json(&shown) }).to_string();
        let state = self.seal(store).await?.seal(&payload, &subject.context(), OPEN_FOR);
        let template = subject.tool.confirm.unwrap_or("Run {tool}?");
        Ok(Question { message: fill(template, subject, &shown), shown, state })
    }

    /// Checks a yes and uses it up; gives the digest of what was shown.
    ///
    /// # Errors
    /// `confirmation_required` when the yes is not for this call, is too old or was used before.
    pub async fn redeem(&self, store: &Store, subject: Subject<'_>, state: &str) -> Result<String> {
        let payload = self.seal(store).await?.open(state, &subject.context()).map_err(|fault| match fault {
            SealFault::Expired => refused(Confirmation::Expired, "The confirmation is older than five minutes."),
            SealFault::Broken => {
                refused(Confirmation::Mismatched, "The confirmation does not belong to this call with these arguments.")
            }
        })?;
        let payload: Value = serde_json::from_str(&payload).map_err(Error::internal)?;
        let part = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
        if !store.use_up(&format!("confirmation {}", part("nonce")), OPEN_FOR * 2).await? {
            return Err(refused(Confirmation::Replayed, "The confirmation was used before."));
        }
        Ok(part("shown").to_owned())
    }

    /// Whether this effect may be confirmed by repeating the call with a token.
    pub fn token_allowed(&self, effect: Effect) -> bool {
        effect != Effect::Spends || self.token_may_spend
    }
}

fn refused(event: Confirmation, why: &str) -> Error {
    counters::confirmation(event);
    Error::new(Code::ConfirmationRequired, format!("{why} Nothing was done."))
        .with_hint("Call the tool again without a confirmation to be asked anew.")
}

/// The error that asks a caller to repeat the call with the token.
pub fn ask_by_token(question: Question) -> Error {
    let shown = answer::finish(question.shown, Detail::Brief, &Fence::Off);
    Error::new(Code::ConfirmationRequired, format!("{} Nothing was done yet.", question.message))
        .with_hint("Show this to the person you work for. If they agree, call the tool again within five minutes with the same arguments and this confirmation_token.")
        .with("shown", shown)
        .with("confirmation_token", json!(question.state))
}

/// Fills `{name}` from the arguments and `{parameter.path}` from what is shown.
fn fill(template: &str, subject: Subject<'_>, shown: &Value) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once(['{', '}']) {
        text.push_str(before);
        let opened = rest.as_bytes().get(before.len()) == Some(&b'{');
        if let Some(after) = tail.strip_prefix(if opened { '{' } else { '}' }) {
            text.push(if opened { '{' } else { '}' });
            rest = after;
            continue;
        }
        let Some((name, after)) = tail.split_once('}') else { break };
        text.push_str(&placeholder(name.trim(), subject, shown));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn placeholder(name: &str, subject: Subject<'_>, shown: &Value) -> String {
    let found = match name.split_once('.') {
        Some((_, path)) => shown.pointer(&format!("/{}", path.replace('.', "/"))),
        None => subject.arguments.get(name),
    };
    let shown = match found {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "—".into(),
        Some(other) => other.to_string(),
    };
    // Names of vendors and items come from others: one line, nothing hidden, not long enough to tell a story.
    text::clean(&shown).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::declaration::Toolset;

    struct Plain;

    impl Seal for Plain {
        fn seal(&self, payload: &str, context: &str, _: Duration) -> String {
            format!("{context}\u{1}{payload}")
        }

        fn open(&self, sealed: &str, context: &str) -> std::result::Result<String, SealFault> {
            let (sealed_for, payload) = sealed.split_once('\u{1}').ok_or(SealFault::Broken)?;
            if sealed_for == context { Ok(payload.to_owned()) } else { Err(SealFault::Broken) }
        }
    }

    const TOOL: Declaration = Declaration {
        name: "infinigate_buy",
        doc: "Buy.",
        effect: Effect::Spends,
        toolset: Toolset::Default,
        confirm: Some("Buy {quote.total} {{net}} for {number}?"),
        undo: None,
        reports_progress: false,
        idempotent: false,
        file: "",
    };

    fn subject<'a>(principal: &'a str, arguments: &'a Value, way: Way) -> Subject<'a> {
        Subject { principal, tool: &TOOL, arguments, way }
    }

    #[tokio::test]
    async fn a_yes_counts_once_and_only_for_the_call_it_was_given_to() {
        let confirmations = Confirmations::new(|_| Box::new(Plain), Policy::Destructive, true);
        let store = Store::in_memory("test");
        let arguments = json!({ "number": "AN1" });
        let other = json!({ "number": "AN2" });
        let question = confirmations
            .question(&store, subject("ana", &arguments, Way::Form), json!({ "total": 10.5 }))
            .await
            .unwrap();
        assert_eq!(question.message, "Buy 10.5 {net} for AN1?");
        for wrong in [
            subject("bob", &arguments, Way::Form),
            subject("ana", &other, Way::Form),
            subject("ana", &arguments, Way::Token),
        ] {
            assert_eq!(
                confirmations.redeem(&store, wrong, &question.state).await.unwrap_err().code(),
                Code::ConfirmationRequired
            );
        }
        assert_eq!(
            confirmations.redeem(&store, subject("ana", &arguments, Way::Form), &question.state).await.unwrap(),
            digest_json(&json!({ "total": 10.5 }))
        );
        assert!(
            confirmations
                .redeem(&store, subject("ana", &arguments, Way::Form), &question.state)
                .await
                .unwrap_err()
                .to_string()
                .contains("used before")
        );
    }
}
