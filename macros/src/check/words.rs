//! Judges the attribute's words: the effect, and what may stand beside it.

use proc_macro2::Span;

use super::Faults;
use crate::read::{Effect, Words};
use crate::template;

/// There is one effect, and a tool that needs a person's yes says how it asks.
pub fn effect(words: &Words, faults: &mut Faults) {
    if words.effect.is_missing() {
        faults.at(
            Span::call_site(),
            "say what this tool does to the world: `reads`, `writes`, `destroys` or `spends`, as in `#[tool(reads)]`",
        );
    }
    let Some(effect) = words.effect.entry() else {
        return;
    };
    let (place, effect) = (effect.word.span(), effect.value);
    if matches!(effect, Effect::Destroys | Effect::Spends) && words.confirm.is_missing() {
        let word = effect.word();
        faults.at(place, &format!("a tool that {word} asks a person first: add `confirm = \"…?\"`"));
    }
    if effect == Effect::Spends && words.preview.is_missing() {
        faults.at(
            place,
            "a tool that spends shows what it is about to buy: add `preview = …`, an `async fn(&Ctx, &Args) -> Result<Shown>`",
        );
    }
}

/// The question can be filled in, and belongs to a tool that may ask.
pub fn question(words: &Words, faults: &mut Faults) {
    let (confirm, preview) = (words.confirm.entry(), words.preview.entry());
    if let Some(confirm) = confirm {
        for fault in template::faults(&confirm.value.value()) {
            faults.at(confirm.value.span(), &fault);
        }
    }
    match words.effect.entry().map(|effect| effect.value) {
        Some(Effect::Reads) => {
            let unneeded = confirm.map(|confirm| &confirm.word);
            for word in unneeded.into_iter().chain(preview.map(|preview| &preview.word)) {
                faults.at(
                    word.span(),
                    &format!("a tool that reads never asks: leave `{word}` out, or say what else the tool does"),
                );
            }
        }
        // Where a question is compulsory, its absence is a fault of the effect already.
        Some(Effect::Writes) if words.confirm.is_missing() => {
            if let Some(preview) = preview {
                faults.at(
                    preview.word.span(),
                    "a preview is shown with the question of `confirm`: add `confirm = \"…?\"`, or leave `preview` out",
                );
            }
        }
        Some(Effect::Writes | Effect::Destroys | Effect::Spends) | None => {}
    }
}

/// `idempotent` says something only where doing it twice is a question.
pub fn idempotent(words: &Words, faults: &mut Faults) {
    let (Some(idempotent), Some(effect)) = (words.idempotent.entry(), words.effect.entry()) else {
        return;
    };
    let reason = match effect.value {
        Effect::Reads => "reading twice is harmless anyway",
        Effect::Spends => "spending twice is never the same as spending once",
        Effect::Writes | Effect::Destroys => return,
    };
    faults.at(idempotent.word.span(), &format!("`idempotent` goes with `writes` or `destroys`; {reason}"));
}

/// What a write can be undone with is part of its record; what cannot be undone says nothing.
pub fn undo(words: &Words, faults: &mut Faults) {
    let Some(effect) = words.effect.entry() else {
        return;
    };
    match (effect.value, words.undo.entry()) {
        (Effect::Writes, None) if words.undo.is_missing() => faults.at(
            effect.word.span(),
            "a tool that writes says what would undo it: add `undo = \"…\"`, a tool or a sentence",
        ),
        (Effect::Reads, Some(undo)) => faults.at(undo.word.span(), "a tool that reads leaves nothing to undo"),
        (Effect::Spends, Some(undo)) => {
            faults.at(undo.word.span(), "nothing undoes spending: leave `undo` out");
        }
        (Effect::Reads | Effect::Writes | Effect::Destroys | Effect::Spends, _) => {}
    }
}

/// The ledger needs to know an order before it is sent, and nothing else is an order.
pub fn order(words: &Words, faults: &mut Faults) {
    let Some(effect) = words.effect.entry() else {
        return;
    };
    match (effect.value, words.order.entry()) {
        (Effect::Spends, None) if words.order.is_missing() => faults.at(
            effect.word.span(),
            "a tool that spends names its order for the ledger: add `order = …`, a `fn(&Args, &Shown) -> Order`",
        ),
        (Effect::Reads | Effect::Writes | Effect::Destroys, Some(order)) => {
            faults.at(order.word.span(), "`order` goes with `spends`: nothing else is kept in the ledger of orders");
        }
        (Effect::Reads | Effect::Writes | Effect::Destroys | Effect::Spends, _) => {}
    }
}

/// A purchase is listed line by line, and what is listed was found by a preview.
pub fn details(words: &Words, faults: &mut Faults) {
    let Some(effect) = words.effect.entry() else {
        return;
    };
    match (effect.value, words.details.entry()) {
        (Effect::Spends, None) if words.details.is_missing() => faults.at(
            effect.word.span(),
            "a tool that spends lists what it is about to buy: add `details = …`, a `fn(&Args, &Shown) -> Details`",
        ),
        (Effect::Reads | Effect::Writes | Effect::Destroys, Some(details)) if words.preview.is_missing() => faults
            .at(details.word.span(), "`details` tell what `preview` found: add `preview = …`, or leave `details` out"),
        (Effect::Reads | Effect::Writes | Effect::Destroys | Effect::Spends, _) => {}
    }
}
