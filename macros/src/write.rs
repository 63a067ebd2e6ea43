//! Emits what stands beside the function: one `impl Workflow` of data and calls, and its place in the list of tools.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

use crate::check::{Parameters, Tool};

/// The names `__Declared` and `__TOOL` are this block's own: underscores keep them apart from every type the function
/// names. `unsafe_code` is about the linker section that gathers the tools, which linkme checks and nobody else writes.
pub fn write(tool: &Tool) -> TokenStream {
    let root = quote!(::infini_mcp::tool);
    let types = types(tool, &root);
    let declaration = declaration(tool, &root);
    let calls = calls(tool, &root);
    quote! {
        const _: () = {
            struct __Declared;
            impl #root::Workflow for __Declared {
                #types
                #declaration
                #calls
            }
            #[#root::linkme::distributed_slice(#root::TOOLS)]
            #[linkme(crate = #root::linkme)]
            #[allow(unsafe_code)]
            static __TOOL: #root::Tool = #root::Tool::of::<__Declared>();
        };
    }
}

/// The types as the function spells them, in the places where it does, so that the compiler reports a missing trait there.
fn types(tool: &Tool, root: &TokenStream) -> TokenStream {
    let (arguments, shown) = match &tool.parameters {
        Parameters::Nothing => (quote!(#root::NoArgs), quote!(())),
        Parameters::Arguments(arguments) => (quote!(#arguments), quote!(())),
        Parameters::ArgumentsAndShown { arguments, shown, .. } => (quote!(#arguments), quote!(#shown)),
    };
    let output = &tool.output;
    let (first, last) = ends(output);
    let open = quote_spanned!(first=> <);
    let close = quote_spanned!(last=> >::Answer);
    quote! {
        type Args = #arguments;
        type Shown = #shown;
        type Answer = #open #output as #root::Returns #close;
    }
}

fn declaration(tool: &Tool, root: &TokenStream) -> TokenStream {
    let name = tool.name.to_string();
    let Tool { doc, reports_progress, idempotent, .. } = tool;
    let effect = format_ident!("{}", capitalized(tool.effect.word()));
    let undo = option(tool.undo.as_ref());
    let toolset = match &tool.toolset {
        Some(toolset) => variant(toolset),
        None => format_ident!("Default"),
    };
    let confirm = option(tool.confirm.as_ref());
    quote! {
        const DECLARATION: #root::Declaration = #root::Declaration {
            name: #name,
            doc: #doc,
            effect: #root::Effect::#effect,
            toolset: #root::Toolset::#toolset,
            confirm: #confirm,
            undo: #undo,
            reports_progress: #reports_progress,
            idempotent: #idempotent,
            file: ::core::file!(),
        };
    }
}

fn option(text: Option<&LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// The calls, each in the place of the name it calls, so that a type that does not fit is reported there. The
/// parameters are this macro's own (mixed site): a preview called `args` is not hidden by them.
fn calls(tool: &Tool, root: &TokenStream) -> TokenStream {
    let show = show(&tool.parameters, root);
    let order = order(&tool.parameters, root);
    let details = details(&tool.parameters, root);
    let place = tool.name.span();
    let [ctx, args, shown] = own_names(["ctx", "args", "shown"], place);
    let (args, shown, passed) = match &tool.parameters {
        Parameters::Nothing => (quote!(_), quote!(_), quote!(#ctx)),
        Parameters::Arguments(_) => (quote!(#args), quote!(_), quote!(#ctx, #args)),
        Parameters::ArgumentsAndShown { .. } => (quote!(#args), quote!(#shown), quote!(#ctx, #args, #shown)),
    };
    let run = call(&tool.name, place, &passed);
    quote! {
        #show
        #order
        #details
        async fn run(#ctx: &#root::Ctx, #args: Self::Args, #shown: Self::Shown) -> #root::Result<Self::Answer> {
            #run
        }
    }
}

/// What a person sees before the question: the preview's finding, or nothing.
fn show(parameters: &Parameters, root: &TokenStream) -> TokenStream {
    let Parameters::ArgumentsAndShown { preview, .. } = parameters else {
        return quote! {
            async fn show(_: &#root::Ctx, _: &Self::Args) -> #root::Result<()> {
                ::core::result::Result::Ok(())
            }
        };
    };
    let place = preview.span();
    let [ctx, args] = own_names(["ctx", "args"], place);
    let show = call(preview, place, &quote!(#ctx, #args));
    quote! {
        async fn show(#ctx: &#root::Ctx, #args: &Self::Args) -> #root::Result<Self::Shown> {
            #show
        }
    }
}

/// What the ledger keeps of a purchase; a tool that does not spend has none, which is the trait's own answer.
fn order(parameters: &Parameters, root: &TokenStream) -> TokenStream {
    let Parameters::ArgumentsAndShown { order: Some(order), .. } = parameters else {
        return TokenStream::new();
    };
    let place = order.span();
    let [args, shown] = own_names(["args", "shown"], place);
    let call = quote_spanned!(Span::call_site().located_at(place)=> #order(#args, #shown));
    quote! {
        fn order(#args: &Self::Args, #shown: &Self::Shown) -> ::core::option::Option<#root::Order> {
            ::core::option::Option::Some(#call)
        }
    }
}

/// What stands under the question; a tool without more to tell has the trait's own answer, which is nothing.
fn details(parameters: &Parameters, root: &TokenStream) -> TokenStream {
    let Parameters::ArgumentsAndShown { details: Some(details), .. } = parameters else {
        return TokenStream::new();
    };
    let place = details.span();
    let [args, shown] = own_names(["args", "shown"], place);
    let call = quote_spanned!(Span::call_site().located_at(place)=> #details(#args, #shown));
    quote! {
        fn details(#args: &Self::Args, #shown: &Self::Shown) -> #root::Details {
            #call
        }
    }
}

fn own_names<const N: usize>(names: [&str; N], place: Span) -> [Ident; N] {
    names.map(|name| Ident::new(name, Span::mixed_site().located_at(place)))
}

fn call(function: impl ToTokens, place: Span, passed: &TokenStream) -> TokenStream {
    quote_spanned!(Span::call_site().located_at(place)=> #function(#passed).await)
}

/// `end_customers` → `EndCustomers`, in the place where the set was named: the compiler then says there that it does not exist.
fn variant(toolset: &Ident) -> Ident {
    let camel: String = toolset.to_string().split('_').map(capitalized).collect();
    Ident::new(&camel, toolset.span())
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn ends(ty: &Type) -> (Span, Span) {
    let mut tokens = ty.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    let here = |span| Span::call_site().located_at(span);
    (here(first), here(last))
}
