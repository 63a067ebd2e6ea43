//! Asking before acting: one sealed state, used once, for every way of asking.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::answer::{self, Detail};
use super::declaration::{Declaration, Effect};
use super::details::Details;
use super::error::{Code, Error, Result};
use super::question::fill;
use super::text::Fence;
use super::used::Before;
use crate::state::Store;
use crate::telemetry::counters::{self, Confirmation};
use crate::vault::{digest_json, random_token};

pub use super::consent::{Consent, Reply, Undecided};
pub use super::question::{Asked, Question};

/// The name of the key for sealing.
const KEY: &str = "confirmations";

/// How long a question stays open.
pub const OPEN_FOR: Duration = Duration::from_secs(300);
/// How long a confirmation that was used is known, with what came of it: a client whose answer was lost asks again with it.
const KNOWN_FOR: Duration = Duration::from_secs(3_600);

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

/// Whether questions come as forms (`CONFIRM_FORMS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// Where the client says that it can show one.
    WhereShown,
    /// Never: for clients that say so and then answer by themselves.
    Off,
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
    /// Whether questions come as forms.
    pub forms: Forms,
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

    /// Under which a no to this call is remembered, whichever way it is asked about next.
    fn refusal(&self) -> String {
        format!("declined {}", digest_json(&json!([self.principal, self.tool.name, self.arguments])))
    }
}

/// A yes that was brought, and used up by that.
#[derive(Debug)]
pub struct Yes {
    /// What it was said to.
    pub to: Asked,
    /// Why the form brought nothing, where this is the token that stands in for it.
    pub instead_of: Option<Undecided>,
    /// The name under which it was used up.
    pub used_as: String,
}

/// What a confirmation is worth.
#[derive(Debug)]
pub enum Redeemed {
    /// It counts, now and never again.
    Now(Yes),
    /// It was used before.
    Before(Before),
}

impl Confirmations {
    /// Confirmations under seals of this kind.
    pub fn new(make_seal: MakeSeal, policy: Policy, token_may_spend: bool, forms: Forms) -> Self {
        Self { make_seal, seal: OnceCell::new(), policy, token_may_spend, forms }
    }

    async fn seal(&self, store: &Store) -> Result<&dyn Seal> {
        let seal = self.seal.get_or_try_init(|| async { Ok::<_, Error>((self.make_seal)(store.secret(KEY).await?)) });
        Ok(seal.await?.as_ref())
    }

    /// The question for this call, about what is `shown`; as a token it may stand in for a form that brought nothing.
    ///
    /// # Errors
    /// When the key for sealing cannot be had.
    pub async fn question(
        &self,
        store: &Store,
        subject: Subject<'_>,
        shown: Value,
        details: &Details,
        instead_of: Option<Undecided>,
    ) -> Result<Question> {
        let payload = json!({
            "nonce": random_token(),
            "asked": Asked::about(&shown, details),
            "at": now(),
            "instead_of": instead_of.map(Undecided::name),
        });
        let state = self.seal(store).await?.seal(&payload.to_string(), &subject.context(), KNOWN_FOR);
        let template = subject.tool.confirm.unwrap_or("Run {tool}?");
        Ok(Question::new(fill(template, subject.arguments, &shown), details, shown, state))
    }

    /// Checks a yes and uses it up.
    ///
    /// # Errors
    /// `confirmation_required` when the yes is not for this call or is too old; `confirmation_declined` when a person said
    /// no to the same call after the token was given out.
    pub async fn redeem(&self, store: &Store, subject: Subject<'_>, state: &str) -> Result<Redeemed> {
        let payload = self.seal(store).await?.open(state, &subject.context()).map_err(|fault| match fault {
            SealFault::Expired => expired(),
            SealFault::Broken => refused(
                Confirmation::Mismatched,
                "The confirmation does not belong to this call with these arguments, so this call did nothing.",
            ),
        })?;
        let payload: Value = serde_json::from_str(&payload).map_err(Error::internal)?;
        let part = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
        let at = payload.get("at").and_then(Value::as_i64).unwrap_or_default();
        let name = format!("confirmation {}", part("nonce"));
        // Older than a question stays open, it can only be known; younger, it is used up by looking.
        let is_open = now().saturating_sub(at) <= i64::try_from(OPEN_FOR.as_millis()).unwrap_or(i64::MAX);
        if is_open && subject.way == Way::Token {
            self.not_declined_since(store, subject, at).await?;
        }
        if is_open && store.use_up(&name, KNOWN_FOR).await? {
            let instead_of = Undecided::named(part("instead_of"));
            // A question of an earlier version says nothing here, and is asked again.
            let to = payload.get("asked").cloned().and_then(|asked| serde_json::from_value(asked).ok());
            let to = to.unwrap_or_default();
            return Ok(Redeemed::Now(Yes { to, instead_of, used_as: name }));
        }
        let Some(used) = store.used(&name).await? else { return Err(expired()) };
        counters::confirmation(Confirmation::Replayed);
        Ok(Redeemed::Before(Before::of(&used)))
    }

    /// Remembers a no, so that no token given out before it lets the same call through.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn declined(&self, store: &Store, subject: Subject<'_>) -> Result<()> {
        Ok(store.use_again(&subject.refusal(), KNOWN_FOR).await?)
    }

    async fn not_declined_since(&self, store: &Store, subject: Subject<'_>, at: i64) -> Result<()> {
        match store.used(&subject.refusal()).await? {
            Some(no) if no.at > at => Err(declined("A person said no to this call after the token was given out.")),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether this effect may be confirmed by repeating the call with a token.
    pub fn token_allowed(&self, effect: Effect) -> bool {
        effect != Effect::Spends || self.token_may_spend
    }
}

fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

fn expired() -> Error {
    refused(Confirmation::Expired, "The confirmation is older than five minutes, so this call did nothing.")
}

fn refused(event: Confirmation, why: &str) -> Error {
    counters::confirmation(event);
    Error::new(Code::ConfirmationRequired, why)
        .with_hint("Call the tool again without a confirmation to be asked anew.")
}

/// The error after a person's no.
pub fn declined(why: &str) -> Error {
    counters::confirmation(Confirmation::Declined);
    Error::new(Code::ConfirmationDeclined, format!("{why} Nothing was done."))
        .with_hint("Do not ask again unless the person wants it. A client that says no by itself because nobody sits in front of it needs CONFIRM_FORMS=off, which its operator sets.")
}

/// The error of a call that only a form could confirm, where a form cannot be had; with the question, so that a person can
/// read what was not done.
pub fn form_needed(why: Option<Undecided>, question: Option<Question>) -> Error {
    let (code, said) = why.map_or(
        (
            Code::ConfirmationRequired,
            "This call must be confirmed by a person in a form, which this client cannot show.",
        ),
        |why| (why.code(), why.in_words()),
    );
    let asked = question.as_ref().map(|question| format!(" {}", question.heading)).unwrap_or_default();
    let error = Error::new(code, format!("{said}{asked} Nothing was done."))
        .with_hint("A person must say yes in a form, in a client that supports elicitation; the operator has forbidden the token way for calls that spend money.");
    match question {
        Some(question) => with_question(error, question),
        None => error,
    }
}

/// The error that asks a caller to repeat the call with the token.
pub fn ask_by_token(question: Question, instead_of: Option<Undecided>) -> Error {
    let message = format!("{} Nothing was done yet.", question.heading);
    let (code, message) = match instead_of {
        Some(why) => (why.code(), format!("{} {message}", why.in_words())),
        None => (Code::ConfirmationRequired, message),
    };
    let state = question.state.clone();
    with_question(Error::new(code, message), question)
        .with_hint("Show this, with every line of the question, to the person you work for. If they agree, call the tool again within five minutes with the same arguments and this confirmation_token.")
        .with_whole("confirmation_token", json!(state))
}

/// An error of one line has no room for a question of many, which is told beside it, whole.
fn with_question(error: Error, question: Question) -> Error {
    let says_it_all = question.message == question.heading;
    let error = if says_it_all { error } else { error.with_whole("question", json!(question.message)) };
    error.with_whole("shown", answer::finish(question.shown, Detail::Brief, &Fence::Off))
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
        let confirmations = Confirmations::new(|_| Box::new(Plain), Policy::Destructive, true, Forms::WhereShown);
        let store = Store::in_memory("test");
        let arguments = json!({ "number": "AN1" });
        let other = json!({ "number": "AN2" });
        let question = confirmations
            .question(
                &store,
                subject("ana", &arguments, Way::Form),
                json!({ "total": 10.5 }),
                &Details::default(),
                None,
            )
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
        let again = || confirmations.redeem(&store, subject("ana", &arguments, Way::Form), &question.state);
        let Redeemed::Now(yes) = again().await.unwrap() else { panic!("it was not used before") };
        assert_eq!(yes.to, Asked::about(&json!({ "total": 10.5 }), &Details::default()));
        assert!(matches!(again().await.unwrap(), Redeemed::Before(_)));
    }

    /// What comes before and after is told apart by its time.
    fn next_millisecond() {
        let before = now();
        assert!((0..100_000_000).any(|_| now() > before));
    }

    #[tokio::test]
    async fn a_no_ends_the_tokens_given_out_before_it_and_not_the_call_for_ever() {
        let confirmations = Confirmations::new(|_| Box::new(Plain), Policy::Destructive, true, Forms::WhereShown);
        let store = Store::in_memory("test");
        let arguments = json!({ "number": "AN1" });
        let subject = subject("ana", &arguments, Way::Token);
        let nothing = Details::default();
        let token = || confirmations.question(&store, subject, json!({}), &nothing, Some(Undecided::Dismissed));
        let before = token().await.unwrap();
        next_millisecond();
        confirmations.declined(&store, Subject { way: Way::Form, ..subject }).await.unwrap();
        let refused = confirmations.redeem(&store, subject, &before.state).await.unwrap_err();
        assert_eq!(refused.code(), Code::ConfirmationDeclined);
        next_millisecond();
        let after = token().await.unwrap();
        let Redeemed::Now(yes) = confirmations.redeem(&store, subject, &after.state).await.unwrap() else {
            panic!("it was not used before")
        };
        assert_eq!(yes.instead_of, Some(Undecided::Dismissed));
    }
}
