//! Have progenitor write the client, and find the operation that is too much for it when it fails.

use std::collections::BTreeMap;
use std::panic::{set_hook, take_hook};
use std::sync::Mutex;

use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::quote;
use serde_json::Value;

use crate::lower::{self, Draft};
use crate::schemas;

/// Generate the client's source. Operations that fail alone are taken out of the draft, with progenitor's reason.
///
/// # Errors
/// What progenitor said, when it fails though each operation alone succeeds.
pub fn generate(draft: &mut Draft) -> Result<String, String> {
    let code = match attempt(&draft.document) {
        Ok(code) => code,
        Err(of_whole) => {
            let failing = failing_alone(&draft.document);
            if failing.is_empty() {
                return Err(of_whole);
            }
            for (id, reason) in failing {
                lower::take_out(draft, &id, reason);
            }
            attempt(&draft.document)?
        }
    };
    Ok(with_document_ids(&without_noise(&code), &draft.document))
}

/// Generate half of the operations, and half of that half where it fails, down to one. progenitor's errors carry no
/// location, so this is how one learns which it was.
fn failing_alone(document: &Value) -> Vec<(String, String)> {
    let mut failing = Vec::new();
    let mut waiting = vec![ids(document)];
    while let Some(some) = waiting.pop() {
        let Err(reason) = attempt(&lower::only(document, &some)) else {
            continue;
        };
        match some.as_slice() {
            [] => {}
            [only] => failing.push((only.clone(), reason)),
            _ => {
                let (first, second) = some.split_at(some.len() / 2);
                waiting.extend([second.to_vec(), first.to_vec()]);
            }
        }
    }
    failing
}

fn ids(document: &Value) -> Vec<String> {
    schemas::operations(document)
        .into_iter()
        .filter_map(|(_, _, operation)| operation.get("operationId")?.as_str().map(str::to_owned))
        .collect()
}

fn attempt(document: &Value) -> Result<String, String> {
    let spec: openapiv3::OpenAPI =
        serde_json::from_value(document.clone()).map_err(|error| in_short(&error.to_string()))?;
    quietly(|| {
        let tokens =
            Generator::new(&settings()).generate_tokens(&spec).map_err(|error| in_short(&error.to_string()))?;
        let file = syn::parse2(tokens).map_err(|error| format!("the generated code is not Rust: {error}"))?;
        Ok(prettyplease::unparse(&file))
    })?
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        // A new optional parameter upstream then breaks no caller.
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        // A client without its seam must not compile.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::api::send::Seam })
        // Requests are then the same bytes for the same content.
        .with_map_type("::std::collections::BTreeMap");
    settings
}

/// Run what may panic, and turn the panic into a message. Nothing is printed meanwhile.
///
/// The panic hook belongs to the whole process, hence the lock.
fn quietly<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    static HOOK: Mutex<()> = Mutex::new(());
    let guard = HOOK.lock();
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let outcome = on_a_deep_stack(work);
    set_hook(hook);
    drop(guard);
    outcome.map_err(|payload| {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        format!("the generator panicked: {}", in_short(message))
    })
}

/// The generator descends as deep as the schemas do, which may be deeper than the stack a build script is given.
fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::thread::Result<T> {
    const STACK: usize = 256 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let none =
            |error| -> Box<dyn std::any::Any + Send> { Box::new(format!("no thread could be started: {error}")) };
        thread.map_err(none)?.join()
    })
}

/// The first line, at most as long as a line of the surface can bear.
fn in_short(message: &str) -> String {
    const LONGEST: usize = 160;
    let line = message.lines().next().unwrap_or_default().trim();
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain("…".chars()).collect()
}

/// Drop the JSON schema that each type repeats in its documentation, and keep example calls from being run as tests.
fn without_noise(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut inside = false;
    for line in code.lines() {
        let text = line.trim_start();
        inside |= text.starts_with("///<details>");
        if !inside {
            kept.push_str(&line.replace("```ignore", "```text"));
            kept.push('\n');
        }
        inside &= !text.starts_with("///</details>");
    }
    kept
}

/// Let hooks see an operation by the id its document gives it, as in the operations table; progenitor gives the method's
/// name instead (`list_items` for `listItems`).
fn with_document_ids(code: &str, document: &Value) -> String {
    let by_essence: BTreeMap<String, String> = ids(document).into_iter().map(|id| (lower::essence(&id), id)).collect();
    let mut renamed = String::with_capacity(code.len());
    for line in code.lines() {
        let id = line
            .trim()
            .strip_prefix("operation_id: \"")
            .and_then(|rest| rest.split_once('"'))
            .and_then(|(name, _)| Some((name, by_essence.get(&lower::essence(name))?)));
        match id {
            Some((name, id)) => renamed.push_str(&line.replace(&format!("\"{name}\""), &format!("{id:?}"))),
            None => renamed.push_str(line),
        }
        renamed.push('\n');
    }
    renamed
}
