//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.

/// Rename a folder.
pub async fn infinity_update_folder(ctx: &Ctx, args: Args) -> Result<Folder> {
    rename(ctx, args).await
}
const _: () = {
    struct __Declared;
    impl ::infini_mcp::tool::Workflow for __Declared {
        type Args = Args;
        type Shown = ();
        type Answer = <Result<Folder> as ::infini_mcp::tool::Returns>::Answer;
        const DECLARATION: ::infini_mcp::tool::Declaration = ::infini_mcp::tool::Declaration {
            name: "infinity_update_folder",
            doc: "Rename a folder.",
            effect: ::infini_mcp::tool::Effect::Writes,
            toolset: ::infini_mcp::tool::Toolset::Default,
            confirm: ::core::option::Option::Some("Rename {folder} to {{{name}}}?"),
            undo: ::core::option::Option::Some("infinity_update_folder"),
            reports_progress: false,
            idempotent: true,
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
            infinity_update_folder(ctx, args).await
        }
    }
    #[::infini_mcp::tool::linkme::distributed_slice(::infini_mcp::tool::TOOLS)]
    #[linkme(crate = ::infini_mcp::tool::linkme)]
    #[allow(unsafe_code)]
    static __TOOL: ::infini_mcp::tool::Tool = ::infini_mcp::tool::Tool::of::<
        __Declared,
    >();
};
