//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.

/// Show who the token belongs to.
pub async fn infinity_get_profile(ctx: &Ctx) -> Result<Profile> {
    ctx.infinity().profile().await
}
const _: () = {
    struct __Declared;
    impl ::infini_mcp::tool::Workflow for __Declared {
        type Args = ::infini_mcp::tool::NoArgs;
        type Shown = ();
        type Answer = <Result<Profile> as ::infini_mcp::tool::Returns>::Answer;
        const DECLARATION: ::infini_mcp::tool::Declaration = ::infini_mcp::tool::Declaration {
            name: "infinity_get_profile",
            doc: "Show who the token belongs to.",
            effect: ::infini_mcp::tool::Effect::Reads,
            toolset: ::infini_mcp::tool::Toolset::Default,
            confirm: ::core::option::Option::None,
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
            _: Self::Args,
            _: Self::Shown,
        ) -> ::infini_mcp::tool::Result<Self::Answer> {
            infinity_get_profile(ctx).await
        }
    }
    #[::infini_mcp::tool::linkme::distributed_slice(::infini_mcp::tool::TOOLS)]
    #[linkme(crate = ::infini_mcp::tool::linkme)]
    #[allow(unsafe_code)]
    static __TOOL: ::infini_mcp::tool::Tool = ::infini_mcp::tool::Tool::of::<
        __Declared,
    >();
};
