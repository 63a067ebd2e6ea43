//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.

/// Delete a comment for ever.
pub async fn infinity_delete_comment(ctx: &Ctx, args: Args) -> Result<Deleted> {
    delete(ctx, args).await
}
const _: () = {
    struct __Declared;
    impl ::infini_mcp::tool::Workflow for __Declared {
        type Args = Args;
        type Shown = ();
        type Answer = <Result<Deleted> as ::infini_mcp::tool::Returns>::Answer;
        const DECLARATION: ::infini_mcp::tool::Declaration = ::infini_mcp::tool::Declaration {
            name: "infinity_delete_comment",
            doc: "Delete a comment for ever.",
            effect: ::infini_mcp::tool::Effect::Destroys,
            toolset: ::infini_mcp::tool::Toolset::Default,
            confirm: ::core::option::Option::Some("Delete the comment {comment_id}?"),
            undo: ::core::option::Option::None,
            reports_progress: false,
            idempotent: false,
            file: ::core::file!(),
        };
        async fn show(
            _: &::infini_mcp::tool::Ctx,
            _: &Self::Args,
        ) -> ::infini_mcp::tool::Result<()> {
            ::core::result::Result::Ok(())
        }
        async fn run(
            ctx: &::infini_mcp::tool::Ctx,
            args: Self::Args,
            _: Self::Shown,
        ) -> ::infini_mcp::tool::Result<Self::Answer> {
            infinity_delete_comment(ctx, args).await
        }
    }
    #[::infini_mcp::tool::linkme::distributed_slice(::infini_mcp::tool::TOOLS)]
    #[linkme(crate = ::infini_mcp::tool::linkme)]
    #[allow(unsafe_code)]
    static __TOOL: ::infini_mcp::tool::Tool = ::infini_mcp::tool::Tool::of::<
        __Declared,
    >();
};
