//! The `#[tool]` attribute: it turns one documented async function into one registered tool.
//!
//! Three steps, one file each: [`read`] takes the attribute and the signature apart, [`check`] judges them, [`write`]
//! emits what was judged good. All behaviour is ordinary code behind `::infini_mcp::tool`, the only path known here.

mod check;
#[cfg(test)]
mod golden;
mod read;
mod template;
mod write;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Error;

/// Makes a `pub async fn(ctx: &Ctx[, args: Args[, shown: Shown]]) -> Result<Answer>` a tool of the same name.
///
/// The function's doc comment is what the model reads: its first sentence says what the tool does, the rest when to use it.
///
/// | Word | Meaning |
/// |---|---|
/// | `reads`, `writes`, `destroys`, `spends` | what the tool does to the world; exactly one, always |
/// | `confirm = "Delete {name}?"` | the question a person is asked; `{dotted.path}` is filled in, `{{` and `}}` are braces. Needed by `destroys` and `spends`, refused with `reads` |
/// | `preview = path` | an `async fn(&Ctx, &Args) -> Result<Shown>` whose answer is shown with the question and handed to the function. Needed by `spends` |
/// | `order = path` | a `fn(&Args, &Shown) -> Order`: what the ledger keeps. Needed by `spends`, and goes with nothing else |
/// | `details = path` | a `fn(&Args, &Shown) -> Details`: the warnings, facts and lines under the question. Needed by `spends`, goes with a `preview` |
/// | `toolset = reports` | the set the tool is listed in; `default` when left out |
/// | `progress` | the tool reports how far it has come |
/// | `idempotent` | doing it twice leaves the world as doing it once; only with `writes` and `destroys` |
#[proc_macro_attribute]
pub fn tool(attribute: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(attribute.into(), item.into()).into()
}

/// The whole expansion. The function always comes out as it went in: a mistake in the attribute must not make every
/// use of the function a second mistake.
fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let declared = read::read(attribute, item.clone()).and_then(check::check);
    let added = match declared {
        Ok(tool) => write::write(&tool),
        Err(faults) => faults.iter().map(Error::to_compile_error).collect(),
    };
    quote! { #item #added }
}
