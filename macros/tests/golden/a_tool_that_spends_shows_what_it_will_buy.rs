//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.

/// Accept a quote and turn it into a binding purchase.
pub async fn infinigate_accept_quote(
    ctx: &Ctx,
    args: Args,
    quote: Shown,
) -> Result<Accepted> {
    accept(ctx, args, quote).await
}
const _: () = {
    struct __Declared;
    impl ::infini_mcp::tool::Workflow for __Declared {
        type Args = Args;
        type Shown = Shown;
        type Answer = <Result<Accepted> as ::infini_mcp::tool::Returns>::Answer;
        const DECLARATION: ::infini_mcp::tool::Declaration = ::infini_mcp::tool::Declaration {
            name: "infinigate_accept_quote",
            doc: "Accept a quote and turn it into a binding purchase.",
            effect: ::infini_mcp::tool::Effect::Spends,
            toolset: ::infini_mcp::tool::Toolset::Default,
            confirm: ::core::option::Option::Some(
                "Buy for {quote.total} {quote.currency}?",
            ),
            undo: ::core::option::Option::None,
            reports_progress: false,
            idempotent: false,
            file: ::core::file!(),
        };
        async fn show(
            ctx: &::infini_mcp::tool::Ctx,
            args: &Self::Args,
        ) -> ::infini_mcp::tool::Result<Self::Shown> {
            quotes::preview(ctx, args).await
        }
        fn order(
            args: &Self::Args,
            shown: &Self::Shown,
        ) -> ::core::option::Option<::infini_mcp::tool::Order> {
            ::core::option::Option::Some(quotes::order(args, shown))
        }
        fn details(
            args: &Self::Args,
            shown: &Self::Shown,
        ) -> ::infini_mcp::tool::Details {
            quotes::details(args, shown)
        }
        async fn run(
            ctx: &::infini_mcp::tool::Ctx,
            args: Self::Args,
            shown: Self::Shown,
        ) -> ::infini_mcp::tool::Result<Self::Answer> {
            infinigate_accept_quote(ctx, args, shown).await
        }
    }
    #[::infini_mcp::tool::linkme::distributed_slice(::infini_mcp::tool::TOOLS)]
    #[linkme(crate = ::infini_mcp::tool::linkme)]
    #[allow(unsafe_code)]
    static __TOOL: ::infini_mcp::tool::Tool = ::infini_mcp::tool::Tool::of::<
        __Declared,
    >();
};
