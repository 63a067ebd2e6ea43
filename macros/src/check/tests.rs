//! Proves what the programs in the main crate's `tests/mistakes/` cannot: that faults are told together, and once.

use crate::check::check;
use crate::read::read;

/// The faults of one declaration; the function is good, so that only the attribute is judged.
fn faults_of_words(attribute: &str) -> Vec<String> {
    faults(attribute, "/// Do it. pub async fn", "(ctx: &Ctx, args: Args) -> Result<Done>")
}

/// The faults of one declaration whose attribute is good.
fn faults_of_signature(parameters: &str) -> Vec<String> {
    faults("reads", "/// Do it. pub async fn", parameters)
}

fn faults(attribute: &str, head: &str, parameters: &str) -> Vec<String> {
    let item = format!("{} do_it{parameters} {{}}", head.replace(". ", ".\n"));
    let read = read(attribute.parse().unwrap(), item.parse().unwrap());
    match read.and_then(check) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[track_caller]
fn assert_told(told: &[String], expected: &[&str]) {
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn good_declarations_have_no_fault() {
    for attribute in [
        "reads",
        "reads,",
        "writes, idempotent, undo = \"undo_it\"",
        "writes, undo = \"undo_it\", confirm = \"Do {it}?\", toolset = views",
        "destroys, undo = \"undo_it\", confirm = \"Do it?\"",
        "progress, destroys, confirm = r\"Do it?\", idempotent",
    ] {
        assert_told(&faults_of_words(attribute), &[]);
    }
}

#[test]
fn a_preview_may_go_with_every_effect_that_asks() {
    for effect in ["writes, undo = \"undo_it\"", "destroys", "spends, order = order, details = tell"] {
        let attribute = format!("{effect}, preview = super::look, confirm = \"Do it?\"");
        let told =
            faults(&attribute, "/// Do it. pub async fn", "(ctx: &Ctx, args: Args, shown: Shown) -> Result<Done>");
        assert_told(&told, &[]);
    }
}

#[test]
fn faults_of_the_attribute_and_the_signature_are_told_together() {
    let told = faults(
        "writes, undo = \"undo_it\", idempotent, idempotent, colour = 3, confirm = \"Do {it?\"",
        "fn",
        "<T>(ctx: &Ctx, args: T)",
    );
    assert_told(
        &told,
        &[
            "`idempotent` is said twice",
            "`colour` is not a word",
            "`{it?` is never closed",
            "a tool is public",
            "a tool is asynchronous",
            "no generic parameters",
            "a tool has a doc comment",
            "a tool answers",
        ],
    );
}

#[test]
fn a_misspelt_word_is_not_also_missing() {
    assert_told(&faults_of_words("raeds"), &["did you mean `reads`?"]);
    assert_told(&faults_of_words("fetches"), &["the words are `reads`"]);
    assert_told(&faults_of_words("\"reads\""), &["a word belongs here"]);
    assert_told(&faults_of_words("destroys, confrim = \"Do it?\""), &["did you mean `confirm`?"]);
}

#[test]
fn an_unreadable_value_is_not_also_missing() {
    assert_told(&faults_of_words("destroys, confirm"), &["`confirm` takes a text"]);
    assert_told(&faults_of_words("destroys, confirm = {it}, progress"), &["`confirm` takes a text"]);
    assert_told(
        &faults_of_words("spends, order = order, details = tell, preview = 3, confirm = \"Do it?\""),
        &["`preview` takes a function"],
    );
    assert_told(&faults_of_words("reads, toolset = \"views\""), &["`toolset` takes a bare word"]);
    assert_told(&faults_of_words("reads = true"), &["`reads` stands alone"]);
}

#[test]
fn two_effects_are_one_fault() {
    assert_told(&faults_of_words("reads, destroys, idempotent"), &["a tool has one effect"]);
    assert_told(&faults_of_words("reads, writes, spends"), &["a tool has one effect"]);
    assert_told(&faults_of_words("reads, reads"), &["`reads` is said twice"]);
}

#[test]
fn a_missing_comma_is_one_fault() {
    assert_told(&faults_of_words("destroys confirm = \"Do it?\""), &["a comma is missing"]);
    assert_told(&faults_of_words("reads, , progress"), &["a word belongs here"]);
}

#[test]
fn a_preview_that_is_missing_or_unwanted_is_one_fault() {
    let three = "(ctx: &Ctx, args: Args, shown: Shown) -> Result<Done>";
    let head = "/// Do it. pub async fn";
    let spends = faults("spends, order = order, details = tell, confirm = \"Do it?\"", head, three);
    assert_told(&spends, &["a tool that spends shows"]);
    let reads = faults("reads, preview = look", head, three);
    assert_told(&reads, &["a tool that reads never asks"]);
    let destroys = faults("destroys, preview = look", head, three);
    assert_told(&destroys, &["a tool that destroys asks"]);
    assert_told(&faults_of_words("reads, preview = look"), &["a tool that reads never asks"]);
}

#[test]
fn undo_and_order_go_with_their_effects() {
    assert_told(&faults_of_words("writes"), &["says what would undo it"]);
    assert_told(&faults_of_words("writes, undo = 3"), &["`undo` takes a text"]);
    assert_told(&faults_of_words("reads, undo = \"undo_it\""), &["nothing to undo"]);
    assert_told(&faults_of_words("writes, undo = \"undo_it\", order = order"), &["`order` goes with `spends`"]);
    let three = "(ctx: &Ctx, args: Args, shown: Shown) -> Result<Done>";
    let spends = |words: &str| {
        faults(
            &format!("spends, preview = look, details = tell, confirm = \"Do it?\"{words}"),
            "/// Do it. pub async fn",
            three,
        )
    };
    assert_told(&spends(""), &["names its order for the ledger"]);
    assert_told(&spends(", order = order, undo = \"undo_it\""), &["nothing undoes spending"]);
    let unlisted =
        faults("spends, preview = look, order = order, confirm = \"Do it?\"", "/// Do it. pub async fn", three);
    assert_told(&unlisted, &["lists what it is about to buy"]);
    assert_told(&faults_of_words("destroys, details = tell, confirm = \"Do it?\""), &["tell what `preview` found"]);
}

#[test]
fn parameters_are_counted_once() {
    assert_told(&faults_of_signature("() -> Result<Done>"), &["takes the context"]);
    assert_told(&faults_of_signature("(&self, a: A, b: B, c: C) -> Result<Done>"), &["a free function"]);
    assert_told(&faults_of_signature("(ctx: &Ctx, a: A, b: B, c: C) -> Result<Done>"), &["nothing more"]);
    assert_told(&faults_of_signature("(ctx: &Ctx, a: A, b: B) -> Result<Done>"), &["the third parameter receives"]);
}

#[test]
fn an_item_that_is_no_function_is_told_so() {
    let told = read("reads".parse().unwrap(), "pub struct Board;".parse().unwrap()).err().unwrap_or_default();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_told(&told, &["`#[tool]` goes on a function"]);
}
