//! The one trait behind `#[tool]`, with the type-erased form that the server calls.

use std::future::Future;

use futures::future::BoxFuture;
use linkme::distributed_slice;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ctx::Ctx;
use super::declaration::Declaration;
use super::details::Details;
use super::error::{Error, Result};
use super::order::Order;
use super::schema;

/// A tool: what it takes, what it shows before it acts, what it answers.
pub trait Workflow: Send + Sync + 'static {
    /// The arguments.
    type Args: Arguments;
    /// What a person is shown before they decide; `()` where nobody is asked.
    type Shown: Serialize + Send + Sync;
    /// The answer.
    type Answer: Serialize + JsonSchema + Send;

    /// The fixed facts.
    const DECLARATION: Declaration;

    /// Reads what a person must see before they decide.
    fn show(ctx: &Ctx, args: &Self::Args) -> impl Future<Output = Result<Self::Shown>> + Send;

    /// What a purchase is for the ledger; nothing where no money is spent.
    fn order(_args: &Self::Args, _shown: &Self::Shown) -> Option<Order> {
        None
    }

    /// What stands under the question; nothing where the question says it all.
    fn details(_args: &Self::Args, _shown: &Self::Shown) -> Details {
        Details::default()
    }

    /// Does the work.
    fn run(ctx: &Ctx, args: Self::Args, shown: Self::Shown) -> impl Future<Output = Result<Self::Answer>> + Send;
}

/// What can stand as a tool's arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the arguments of a tool",
    label = "needs `#[derive(Deserialize, JsonSchema)]`",
    note = "a tool's arguments are a struct that derives `serde::Deserialize` and `schemars::JsonSchema`"
)]
pub trait Arguments: DeserializeOwned + JsonSchema + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + Sync> Arguments for T {}

/// What a tool's function may return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "needs `Result<Answer>` with an answer that derives `Serialize` and `JsonSchema`",
    note = "use `infini_mcp::tool::Result<Answer>`"
)]
pub trait Returns {
    /// The answer in the good case.
    type Answer: Serialize + JsonSchema + Send;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema + Send> Returns for Result<T> {
    type Answer = T;
}

/// The arguments of a tool that takes none.
#[derive(Debug, serde::Deserialize, JsonSchema)]
pub struct NoArgs {}

/// Every tool that was compiled in; order is of no meaning here.
#[distributed_slice]
pub static TOOLS: [Tool];

/// A tool without its types.
#[derive(Clone, Copy)]
pub struct Tool {
    /// The fixed facts.
    pub declaration: Declaration,
    /// The JSON Schema of the arguments, before the runtime adds its own.
    pub args_schema: fn() -> Value,
    /// The JSON Schema of the answer.
    pub answer_schema: fn() -> Value,
    /// Reads the arguments, which already agree with the schema.
    pub prepare: fn(Value) -> Result<Box<dyn Prepared>>,
}

impl Tool {
    /// The type-erased form of a workflow.
    pub const fn of<W: Workflow>() -> Self {
        Self {
            declaration: W::DECLARATION,
            args_schema: schema::of_arguments::<W::Args>,
            answer_schema: schema::of_answer::<W::Answer>,
            prepare: prepare::<W>,
        }
    }
}

/// A call whose arguments have been read.
pub trait Prepared: Send + Sync {
    /// Reads what a person must see, keeps it for the run and gives it as JSON.
    fn show<'a>(&'a mut self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Value>>;

    /// What a purchase of what was last shown is for the ledger.
    fn order(&self) -> Option<Order>;

    /// What stands under a question about what was last shown.
    fn details(&self) -> Details;

    /// Does the work with what was last shown.
    fn run<'a>(self: Box<Self>, ctx: &'a Ctx) -> BoxFuture<'a, Result<Value>>;
}

struct Pending<W: Workflow> {
    args: W::Args,
    shown: Option<W::Shown>,
}

fn prepare<W: Workflow>(args: Value) -> Result<Box<dyn Prepared>> {
    let args = serde_path_to_error::deserialize(args)
        .map_err(|wrong| Error::of_argument(&wrong.path().to_string(), &wrong.inner().to_string()))?;
    Ok(Box::new(Pending::<W> { args, shown: None }))
}

impl<W: Workflow> Prepared for Pending<W> {
    fn show<'a>(&'a mut self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Value>> {
        Box::pin(async move {
            let shown = W::show(ctx, &self.args).await?;
            let value = serde_json::to_value(&shown).map_err(Error::internal)?;
            self.shown = Some(shown);
            Ok(value)
        })
    }

    fn order(&self) -> Option<Order> {
        self.shown.as_ref().and_then(|shown| W::order(&self.args, shown))
    }

    fn details(&self) -> Details {
        self.shown.as_ref().map(|shown| W::details(&self.args, shown)).unwrap_or_default()
    }

    fn run<'a>(self: Box<Self>, ctx: &'a Ctx) -> BoxFuture<'a, Result<Value>> {
        Box::pin(async move {
            let Self { args, shown } = *self;
            let shown = match shown {
                Some(shown) => shown,
                None => W::show(ctx, &args).await?,
            };
            let answer = W::run(ctx, args, shown).await?;
            serde_json::to_value(&answer).map_err(Error::internal)
        })
    }
}
