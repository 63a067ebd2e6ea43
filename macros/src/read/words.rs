//! Reads the words of the attribute one by one; a fault in one does not stop the next.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitStr, Path, Result, Token};

/// The words between the parentheses of `#[tool(…)]`.
#[derive(Default)]
pub struct Words {
    pub effect: Said<Effect>,
    pub toolset: Said<Ident>,
    pub confirm: Said<LitStr>,
    pub preview: Said<Path>,
    pub order: Said<Path>,
    pub details: Said<Path>,
    pub undo: Said<LitStr>,
    pub progress: Said<()>,
    pub idempotent: Said<()>,
}

/// Whether a word was written, with its value.
#[derive(Default)]
pub enum Said<T> {
    #[default]
    Nothing,
    /// It was tried, and the fault is already reported: nobody should also say that it is missing.
    Unreadable,
    Is(Entry<T>),
}

/// One word of the attribute as it was written, so that a fault can point at it.
pub struct Entry<T> {
    pub word: Ident,
    pub value: T,
}

/// What a tool does to the world.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    Writes,
    Destroys,
    Spends,
}

impl Words {
    /// Reads to the end, whatever is there.
    pub fn read(input: ParseStream, faults: &mut Vec<Error>) -> Self {
        let mut words = Self::default();
        let mut misspelt = Vec::new();
        while !input.is_empty() {
            if let Err(fault) = words.read_entry(input, &mut misspelt) {
                faults.push(fault);
                skip_to_comma(input);
            } else if !input.is_empty() && !input.peek(Token![,]) {
                faults.push(input.error("a comma is missing here"));
                if !input.peek(Ident::peek_any) {
                    skip_to_comma(input);
                }
            }
            // The comma is here, or the text is at its end, or a missing comma was reported.
            drop(input.parse::<Option<Token![,]>>());
        }
        for word in misspelt {
            words.forgive(word);
        }
        words
    }

    fn read_entry(&mut self, input: ParseStream, misspelt: &mut Vec<&'static str>) -> Result<()> {
        if !input.peek(Ident::peek_any) {
            // Whatever this is, it may have been meant as the effect: once is enough to say so.
            misspelt.push("reads");
            return Err(input.error(format!("a word belongs here: {}", list(&WORDS))));
        }
        let word = input.call(Ident::parse_any)?;
        let text = word.to_string();
        if let Some(effect) = Effect::of(&text) {
            return self.set_effect(word, effect, input);
        }
        match text.as_str() {
            "toolset" => {
                let value = value(&word, input, "a bare word", "reports");
                self.toolset.set(word, value)
            }
            "confirm" => {
                let value = value(&word, input, "a text", "\"Delete {name}?\"");
                self.confirm.set(word, value)
            }
            "preview" => {
                let value = value(&word, input, "a function", "preview").map(|ModulePath(path)| path);
                self.preview.set(word, value)
            }
            "order" => {
                let value = value(&word, input, "a function", "order").map(|ModulePath(path)| path);
                self.order.set(word, value)
            }
            "details" => {
                let value = value(&word, input, "a function", "details").map(|ModulePath(path)| path);
                self.details.set(word, value)
            }
            "undo" => {
                let value = value(&word, input, "a text", "\"infinity_archive_item\"");
                self.undo.set(word, value)
            }
            "progress" => {
                let value = alone(&word, input);
                self.progress.set(word, value)
            }
            "idempotent" => {
                let value = alone(&word, input);
                self.idempotent.set(word, value)
            }
            _ => Err(unknown(&word, input, misspelt)),
        }
    }

    fn set_effect(&mut self, word: Ident, effect: Effect, input: ParseStream) -> Result<()> {
        let value = alone(&word, input).map(|()| effect);
        if matches!(self.effect, Said::Unreadable) {
            // One fault about the effect is enough until it is mended.
            return value.map(drop);
        }
        if let Said::Is(first) = &self.effect
            && first.value != effect
        {
            let message =
                format!("a tool has one effect, and `{}` is already said; keep the graver of the two", first.word);
            // Nothing that follows from the effect can be judged until one of them is gone.
            self.effect = Said::Unreadable;
            return Err(Error::new(word.span(), message));
        }
        self.effect.set(word, value)
    }

    /// Marks what a misspelt word most likely meant as tried, unless it is there as well.
    fn forgive(&mut self, word: &str) {
        match word {
            "confirm" => self.confirm.forgive(),
            "preview" => self.preview.forgive(),
            "order" => self.order.forgive(),
            "details" => self.details.forgive(),
            "undo" => self.undo.forgive(),
            "reads" | "writes" | "destroys" | "spends" => self.effect.forgive(),
            _ => {}
        }
    }
}

impl<T> Said<T> {
    fn set(&mut self, word: Ident, value: Result<T>) -> Result<()> {
        if !matches!(self, Said::Nothing) {
            return Err(Error::new(word.span(), format!("`{word}` is said twice")));
        }
        match value {
            Ok(value) => *self = Said::Is(Entry { word, value }),
            Err(fault) => {
                *self = Said::Unreadable;
                return Err(fault);
            }
        }
        Ok(())
    }

    fn forgive(&mut self) {
        if matches!(self, Said::Nothing) {
            *self = Said::Unreadable;
        }
    }

    /// What was said, when it could be read.
    pub fn entry(&self) -> Option<&Entry<T>> {
        match self {
            Said::Is(entry) => Some(entry),
            Said::Nothing | Said::Unreadable => None,
        }
    }

    /// True only when nobody even tried to say it.
    pub fn is_missing(&self) -> bool {
        matches!(self, Said::Nothing)
    }
}

const WORDS: [&str; 12] = [
    "reads",
    "writes",
    "destroys",
    "spends",
    "confirm",
    "preview",
    "order",
    "details",
    "undo",
    "toolset",
    "progress",
    "idempotent",
];

impl Effect {
    fn of(word: &str) -> Option<Self> {
        match word {
            "reads" => Some(Self::Reads),
            "writes" => Some(Self::Writes),
            "destroys" => Some(Self::Destroys),
            "spends" => Some(Self::Spends),
            _ => None,
        }
    }

    /// The word of the attribute that says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Destroys => "destroys",
            Self::Spends => "spends",
        }
    }
}

/// A path of plain names, as one writes it to call a function: it must mean the same before a `(`.
struct ModulePath(Path);

impl Parse for ModulePath {
    fn parse(input: ParseStream) -> Result<Self> {
        input.call(Path::parse_mod_style).map(Self)
    }
}

/// The value behind `word =`.
fn value<T: Parse>(word: &Ident, input: ParseStream, kind: &str, example: &str) -> Result<T> {
    let message = format!("`{word}` takes {kind}: `{word} = {example}`");
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), message));
    }
    input.parse::<Token![=]>()?;
    // At the end of the text there is no token to point at but the word itself.
    let span = if input.is_empty() || input.peek(Token![,]) { word.span() } else { input.span() };
    input.parse().map_err(|_| Error::new(span, message))
}

/// A word that takes no value.
fn alone(word: &Ident, input: ParseStream) -> Result<()> {
    if input.peek(Token![=]) || input.peek(syn::token::Paren) {
        return Err(input.error(format!("`{word}` stands alone, without a value")));
    }
    Ok(())
}

fn unknown(word: &Ident, input: ParseStream, misspelt: &mut Vec<&'static str>) -> Error {
    let text = word.to_string();
    let nearest = WORDS
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(&text, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 2);
    let hint = match nearest {
        Some((_, known)) => {
            misspelt.push(known);
            format!("did you mean `{known}`?")
        }
        None => {
            // A bare word that means nothing here was most likely meant as the effect.
            if !input.peek(Token![=]) {
                misspelt.push("reads");
            }
            format!("the words are {}", list(&WORDS))
        }
    };
    Error::new(word.span(), format!("`{text}` is not a word of `#[tool]`; {hint}"))
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
