//! What `#[tool]` writes, recorded by its tests: change the macro, not this file.

/// Add up what was spent.
///
/// Use after `infinigate_list_invoices`:
/// - by month
///   - or by "vendor"
#[expect(clippy::too_many_lines, reason = "an attribute that stays")]
pub async fn infinigate_spend_report(
    ctx: &Ctx,
    Args { from, to }: Args,
) -> Result<Report> {
    sum(ctx, from, to).await
}
const _: () = {
    struct __Declared;
    impl ::infini_mcp::tool::Workflow for __Declared {
        type Args = Args;
        type Shown = ();
        type Answer = <Result<Report> as ::infini_mcp::tool::Returns>::Answer;
        const DECLARATION: ::infini_mcp::tool::Declaration = ::infini_mcp::tool::Declaration {
            name: "infinigate_spend_report",
            doc: "Add up what was spent.\n\nUse after `infinigate_list_invoices`:\n- by month\n  - or by \"vendor\"",
            effect: ::infini_mcp::tool::Effect::Reads,
            toolset: ::infini_mcp::tool::Toolset::EndCustomers,
            confirm: ::core::option::Option::None,
            undo: ::core::option::Option::None,
            reports_progress: true,
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
            infinigate_spend_report(ctx, args).await
        }
    }
    #[::infini_mcp::tool::linkme::distributed_slice(::infini_mcp::tool::TOOLS)]
    #[linkme(crate = ::infini_mcp::tool::linkme)]
    #[allow(unsafe_code)]
    static __TOOL: ::infini_mcp::tool::Tool = ::infini_mcp::tool::Tool::of::<
        __Declared,
    >();
};
