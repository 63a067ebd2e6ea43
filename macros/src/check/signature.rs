//! Judges the function's signature: whether it can be called the way tools are called.

use proc_macro2::Ident;
use syn::{FnArg, PatType, ReturnType, Signature, Type, Visibility};

use super::{Faults, Parameters};
use crate::read::{Effect, Function, Words};

/// Everything before the parameters.
pub fn head(function: &Function, faults: &mut Faults) {
    let signature = &function.signature;
    match &function.visibility {
        Visibility::Public(_) => {}
        Visibility::Restricted(narrow) => {
            faults.over(narrow, "a tool is public everywhere: a plain `pub`");
        }
        Visibility::Inherited => {
            let fn_place = signature.fn_token.span;
            let first = signature.asyncness.map_or(fn_place, |token| token.span);
            faults.at(first, "a tool is public: `pub async fn`");
        }
    }
    if signature.asyncness.is_none() {
        faults.at(signature.fn_token.span, "a tool is asynchronous: `pub async fn`");
    }
    name(&signature.ident, faults);
    let generics = &signature.generics;
    if !generics.params.is_empty() {
        faults.over(&generics.params, "a tool is one function: no generic parameters, no lifetimes");
    } else if let Some(bounds) = &generics.where_clause {
        faults.over(bounds, "a tool is one function: there is nothing for a `where` to bound");
    }
}

fn name(ident: &Ident, faults: &mut Faults) {
    let name = ident.to_string();
    let good = (3..=40).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !good {
        faults.at(
            ident.span(),
            "a tool's name is 3 to 40 characters: a small letter, then small letters, digits and `_`",
        );
    }
}

/// What comes after the context.
pub fn parameters(words: &Words, signature: &Signature, faults: &mut Faults) -> Option<Parameters> {
    let mut parameters = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Typed(parameter) => parameters.push(parameter),
            FnArg::Receiver(receiver) => {
                faults.over(receiver, "a tool is a free function: it takes `ctx: &Ctx`, not `self`");
                return None;
            }
        }
    }
    let (arguments, shown) = match parameters.as_slice() {
        [] => {
            faults.at(signature.paren_token.span.join(), "a tool takes the context of the call first: `ctx: &Ctx`");
            return None;
        }
        [_ctx] => (None, None),
        [_ctx, arguments] => (Some(arguments), None),
        [_ctx, arguments, shown] => (Some(arguments), Some(*shown)),
        [_ctx, _arguments, _shown, extra, ..] => {
            faults.over(extra, "a tool takes `ctx`, its arguments, and with `preview` what was shown; nothing more");
            return None;
        }
    };
    judge_shown(words, shown, faults);
    Some(match (arguments, shown, words.preview.entry()) {
        (Some(arguments), Some(shown), Some(preview)) => Parameters::ArgumentsAndShown {
            arguments: arguments.ty.clone(),
            shown: shown.ty.clone(),
            preview: preview.value.clone(),
            order: words.order.entry().map(|order| order.value.clone()),
            details: words.details.entry().map(|details| details.value.clone()),
        },
        (Some(arguments), ..) => Parameters::Arguments(arguments.ty.clone()),
        (None, ..) => Parameters::Nothing,
    })
}

/// A preview and the parameter that receives what it found go together.
fn judge_shown(words: &Words, shown: Option<&PatType>, faults: &mut Faults) {
    let effect = words.effect.entry().map(|effect| effect.value);
    match (words.preview.entry(), shown) {
        // A tool that reads was already told to leave its preview out.
        (Some(preview), None) if effect != Some(Effect::Reads) => faults.at(
            preview.word.span(),
            "what the preview found is the third parameter: `(ctx: &Ctx, args: Args, shown: Shown)`",
        ),
        // A tool that spends was already told to add its preview, and a misspelt one is not missing.
        (None, Some(shown)) if words.preview.is_missing() && effect != Some(Effect::Spends) => {
            faults.over(
                shown,
                "the third parameter receives what `preview` found: add `preview = …`, or leave the parameter out",
            );
        }
        _ => {}
    }
}

/// What the function says it answers.
pub fn output(signature: &Signature, faults: &mut Faults) -> Option<Box<Type>> {
    match &signature.output {
        ReturnType::Type(_, output) => Some(output.clone()),
        ReturnType::Default => {
            faults.at(signature.ident.span(), "a tool answers: add `-> Result<…>`");
            None
        }
    }
}
