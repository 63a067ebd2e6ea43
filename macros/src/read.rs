//! Takes the attribute's words and the function's signature apart, without judging how they go together.

mod words;

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Error, Ident, Result, Signature, Token, Visibility};

pub use words::{Effect, Words};

/// What was written, taken apart.
pub struct Reading {
    pub words: Words,
    pub function: Function,
    /// What could not be read; the rest of the reading is still good enough to judge.
    pub faults: Vec<Error>,
}

/// The function's head. Its body is never looked at, so a half-typed one does not lose the tool.
pub struct Function {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    pub signature: Signature,
}

/// Reads both; the error case is an item that is no function, with which nothing can be done.
pub fn read(attribute: TokenStream, item: TokenStream) -> std::result::Result<Reading, Vec<Error>> {
    let mut faults = Vec::new();
    // The parser below never fails as a whole: what it cannot read becomes a fault, and it goes on.
    let words = (|input: ParseStream| Ok(Words::read(input, &mut faults))).parse2(attribute).unwrap_or_default();
    match syn::parse2(item) {
        Ok(function) => Ok(Reading { words, function, faults }),
        Err(fault) => {
            faults.push(fault);
            Err(faults)
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let starts_function = input.peek(Token![fn])
            || input.peek(Token![async])
            || input.peek(Token![unsafe])
            || input.peek(Token![extern])
            || (input.peek(Token![const]) && !input.peek2(Ident));
        if !starts_function {
            return Err(input.error("`#[tool]` goes on a function: `pub async fn …`"));
        }
        let signature = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(Self { attributes, visibility, signature })
    }
}
