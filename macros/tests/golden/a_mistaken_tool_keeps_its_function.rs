//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.

pub async fn infinity_delete_comment(ctx: &Ctx, args: Args) -> Result<Deleted> {
    delete(ctx, args).await
}
::core::compile_error! {
    "`progress` is said twice"
}
::core::compile_error! {
    "a tool that destroys asks a person first: add `confirm = \"…?\"`"
}
::core::compile_error! {
    "a tool has a doc comment: the model reads it to know when to call the tool"
}
