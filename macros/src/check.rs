//! Judges how the words and the signature go together, and names every fault at its own token.

mod doc;
mod signature;
#[cfg(test)]
mod tests;
mod words;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, Ident, LitStr, Path, Type};

use crate::read::{Effect, Reading};

/// A tool without a fault in its declaration: all that the expansion is made of.
pub struct Tool {
    pub name: Ident,
    /// The doc comment: lines joined by `\n`, without the space after each `///`.
    pub doc: String,
    pub effect: Effect,
    /// As it was written, in `snake_case`; `None` is the default set.
    pub toolset: Option<Ident>,
    pub confirm: Option<LitStr>,
    pub undo: Option<LitStr>,
    pub parameters: Parameters,
    /// The function's whole return type.
    pub output: Box<Type>,
    pub reports_progress: bool,
    pub idempotent: bool,
}

/// What the function takes after `ctx: &Ctx`.
pub enum Parameters {
    Nothing,
    Arguments(Box<Type>),
    /// The preview is called with the arguments; what it found is handed to the function with them.
    ArgumentsAndShown {
        arguments: Box<Type>,
        shown: Box<Type>,
        preview: Path,
        /// Only of a tool that spends: what would be ordered, for the ledger.
        order: Option<Path>,
        /// What stands under the question.
        details: Option<Path>,
    },
}

/// Either a tool with nothing wrong, or everything that is wrong.
pub fn check(reading: Reading) -> Result<Tool, Vec<Error>> {
    let Reading { words, function, faults } = reading;
    let mut faults = Faults(faults);
    words::effect(&words, &mut faults);
    words::question(&words, &mut faults);
    words::idempotent(&words, &mut faults);
    words::undo(&words, &mut faults);
    words::order(&words, &mut faults);
    words::details(&words, &mut faults);
    signature::head(&function, &mut faults);
    let doc = doc::doc(&function, &mut faults);
    let parameters = signature::parameters(&words, &function.signature, &mut faults);
    let output = signature::output(&function.signature, &mut faults);
    match (words.effect.entry(), doc, parameters, output) {
        (Some(effect), Some(doc), Some(parameters), Some(output)) if faults.0.is_empty() => Ok(Tool {
            name: function.signature.ident,
            doc,
            effect: effect.value,
            toolset: words.toolset.entry().map(|set| set.value.clone()),
            confirm: words.confirm.entry().map(|ask| ask.value.clone()),
            undo: words.undo.entry().map(|undo| undo.value.clone()),
            parameters,
            output,
            reports_progress: words.progress.entry().is_some(),
            idempotent: words.idempotent.entry().is_some(),
        }),
        _ => Err(faults.0),
    }
}

/// All faults of one tool, so that one compilation tells them all.
struct Faults(Vec<Error>);

impl Faults {
    /// A fault at one token.
    fn at(&mut self, place: Span, message: &str) {
        self.0.push(Error::new(place, message));
    }

    /// A fault over several tokens, from the first to the last.
    fn over(&mut self, place: impl ToTokens, message: &str) {
        self.0.push(Error::new_spanned(place, message));
    }
}
