//! Holds the expansion of each kind of tool against the text in `tests/golden/`, which a reviewer can read.
//!
//! `RECORD_GOLDENS=1 cargo test -p infini-mcp-macros` writes the files again. On a build server nothing is ever written.

use std::env;
use std::fs;
use std::path::Path;

use crate::expand;

const OPENING: &str = "//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.\n\n";

/// Expands, lays out, and compares with `tests/golden/<shown>.rs`.
fn assert_golden(shown: &str, attribute: &str, item: &str) {
    let expansion = expand(attribute.parse().unwrap(), item.parse().unwrap());
    let file = syn::parse2(expansion).expect("the expansion is Rust");
    let actual = format!("{OPENING}{}", prettyplease::unparse(&file));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{shown}.rs"));
    if env::var_os("RECORD_GOLDENS").is_some() && env::var_os("CI").is_none() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &actual).unwrap();
    }
    let recorded = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("tests/golden/{shown}.rs: {error}; record it with RECORD_GOLDENS=1"));
    assert!(
        recorded == actual,
        "tests/golden/{shown}.rs is not what the macro writes now; RECORD_GOLDENS=1 records this:\n{actual}"
    );
}

#[test]
fn a_tool_that_reads_without_arguments() {
    assert_golden(
        "a_tool_that_reads_without_arguments",
        "reads",
        "/// Show who the token belongs to.
         pub async fn infinity_get_profile(ctx: &Ctx) -> Result<Profile> { ctx.infinity().profile().await }",
    );
}

#[test]
fn a_tool_that_reads_with_arguments_reports_progress_and_has_a_toolset() {
    assert_golden(
        "a_tool_that_reads_with_arguments",
        "reads, toolset = end_customers, progress",
        "/// Add up what was spent.
         ///
         /// Use after `infinigate_list_invoices`:
         /// - by month
         ///   - or by \"vendor\"
         #[expect(clippy::too_many_lines, reason = \"an attribute that stays\")]
         pub async fn infinigate_spend_report(ctx: &Ctx, Args { from, to }: Args) -> Result<Report> { sum(ctx, from, to).await }",
    );
}

#[test]
fn a_tool_that_writes_and_asks() {
    assert_golden(
        "a_tool_that_writes_and_asks",
        r#"writes, undo = "infinity_update_folder", confirm = "Rename {folder} to {{{name}}}?", idempotent"#,
        "/// Rename a folder.
         pub async fn infinity_update_folder(ctx: &Ctx, args: Args) -> Result<Folder> { rename(ctx, args).await }",
    );
}

#[test]
fn a_tool_that_destroys() {
    assert_golden(
        "a_tool_that_destroys",
        r#"destroys, confirm = "Delete the comment {comment_id}?""#,
        "/// Delete a comment for ever.
         pub async fn infinity_delete_comment(ctx: &Ctx, args: Args) -> Result<Deleted> { delete(ctx, args).await }",
    );
}

#[test]
fn a_tool_that_spends_shows_what_it_will_buy() {
    assert_golden(
        "a_tool_that_spends_shows_what_it_will_buy",
        r#"spends, preview = quotes::preview, order = quotes::order, details = quotes::details, confirm = "Buy for {quote.total} {quote.currency}?""#,
        "/// Accept a quote and turn it into a binding purchase.
         pub async fn infinigate_accept_quote(ctx: &Ctx, args: Args, quote: Shown) -> Result<Accepted> { accept(ctx, args, quote).await }",
    );
}

#[test]
fn a_mistaken_tool_keeps_its_function_and_tells_every_fault() {
    assert_golden(
        "a_mistaken_tool_keeps_its_function",
        r#"destroys, progress, progress"#,
        "pub async fn infinity_delete_comment(ctx: &Ctx, args: Args) -> Result<Deleted> { delete(ctx, args).await }",
    );
}

#[test]
fn a_half_typed_body_does_not_lose_the_tool() {
    let expansion = expand(
        "reads".parse().unwrap(),
        "/// Show boards.\n pub async fn infinity_list_boards(ctx: &Ctx) -> Result<Boards> { let boards = ctx. }"
            .parse()
            .unwrap(),
    )
    .to_string();
    assert!(expansion.contains("{ let boards = ctx . }"), "{expansion}");
    assert!(expansion.contains(":: Workflow for"), "{expansion}");
    assert!(!expansion.contains("compile_error"), "{expansion}");
}
