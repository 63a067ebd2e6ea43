//! Write the static table of operations and answer shapes, from which drift is counted and answers are shaped.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::{Map, Value, json};

use crate::lower::bare_forms;
use crate::lower::one_answer::{first_json_success, successes};
use crate::schemas::{self, unwrapped};

/// Rust source of `OPERATIONS` and the shapes it leads to, from the restated document.
///
/// Each named schema becomes one static, so that a schema may refer to itself. It speaks of the document before any rule
/// loosened it: `required`, `nullable` and known values are the document's own.
pub fn table(document: &Value) -> String {
    let mut shapes = Shapes { document, named: BTreeMap::new(), waiting: Vec::new(), around: Vec::new() };
    let mut rows: Vec<(String, TokenStream)> = schemas::operations(document)
        .into_iter()
        .map(|(path, method, operation)| (id(operation).to_owned(), row(&mut shapes, path, method, operation)))
        .collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let rows = rows.into_iter().map(|(_, row)| row);
    let statics = shapes.statics();

    let tokens = quote! {
        #[allow(unused_imports)]
        use crate::shape::{Answer, Field, Operation, Shape};

        /// Every operation of the document, sorted by id, those without a generated method too.
        pub static OPERATIONS: &[Operation] = &[#(#rows),*];

        #(#statics)*
    };
    // The tokens above are Rust whatever the document says; were they not, the compiler would show this text.
    syn::parse2(tokens.clone()).map_or_else(|_| tokens.to_string(), |file| prettyplease::unparse(&file))
}

fn id(operation: &Map<String, Value>) -> &str {
    operation.get("operationId").and_then(Value::as_str).unwrap_or_default()
}

fn row(shapes: &mut Shapes<'_>, path: &str, method: &str, operation: &Map<String, Value>) -> TokenStream {
    let id = id(operation);
    let method = method.to_ascii_uppercase();
    let alternate_path =
        optional(operation.get("x-alternate-path").and_then(Value::as_str).map(|path| quote! { #path }));
    let responses = operation.get("responses");
    let shape = optional(first_json_success(responses).map(|schema| shapes.reference(schema)));
    let may_be_empty = may_be_empty(responses);
    quote! {
        Operation {
            id: #id,
            method: #method,
            path: #path,
            alternate_path: #alternate_path,
            answer: Answer { shape: #shape, may_be_empty: #may_be_empty },
        }
    }
}

/// Whether some success of the operation has no content at all.
pub fn may_be_empty(responses: Option<&Value>) -> bool {
    successes(responses)
        .into_iter()
        .any(|response| response.get("content").and_then(Value::as_object).is_none_or(Map::is_empty))
}

fn optional(tokens: Option<TokenStream>) -> TokenStream {
    tokens.map_or_else(|| quote! { None }, |tokens| quote! { Some(#tokens) })
}

/// The named shapes met so far, and those still to be written.
struct Shapes<'a> {
    document: &'a Value,
    named: BTreeMap<String, Ident>,
    waiting: Vec<String>,
    /// The objects that are being written, each inside the one before it.
    around: Vec<Value>,
}

impl<'a> Shapes<'a> {
    /// Write the statics of all named shapes met, and of those they lead to.
    fn statics(&mut self) -> Vec<TokenStream> {
        let mut written = BTreeMap::new();
        while let Some(name) = self.waiting.pop() {
            let schema = schemas::resolved(self.document, &json_reference(&name)).unwrap_or_default();
            let shape = self.shape(&schema);
            if let Some(ident) = self.named.get(&name) {
                let line = format!("The shape of `{name}`.");
                written.insert(ident.to_string(), quote! { #[doc = #line] static #ident: Shape = #shape; });
            }
        }
        written.into_values().collect()
    }

    /// An expression of type `&'static Shape`.
    fn reference(&mut self, schema: &Value) -> TokenStream {
        match schemas::reference(unwrapped(schema)) {
            Some(name) => {
                let ident = self.ident(name);
                quote! { &#ident }
            }
            None => {
                let shape = self.shape(unwrapped(schema));
                quote! { &#shape }
            }
        }
    }

    fn ident(&mut self, name: &str) -> Ident {
        if let Some(ident) = self.named.get(name) {
            return ident.clone();
        }
        let mut text = format!("SHAPE_{}", screaming(name));
        while self.named.values().any(|taken| taken == &text) {
            text.push('_');
        }
        let ident = Ident::new(&text, Span::call_site());
        self.named.insert(name.to_owned(), ident.clone());
        self.waiting.push(name.to_owned());
        ident
    }

    /// An expression of type `Shape`.
    fn shape(&mut self, schema: &Value) -> TokenStream {
        if let (Some((bare, object)), Some(property)) =
            (bare_forms::split(schema), schema.get("x-bare-as").and_then(Value::as_str))
        {
            let (bare, object) = (self.reference(bare), self.reference(object));
            return quote! { Shape::BareOr { property: #property, bare: #bare, object: #object } };
        }
        if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
            return quote! { Shape::Any };
        }
        match kind(schema) {
            "string" => {
                let known = known_values(schema);
                quote! { Shape::Text { known: &[#(#known),*] } }
            }
            "integer" => quote! { Shape::Integer },
            "number" => quote! { Shape::Number },
            "boolean" => quote! { Shape::Boolean },
            "array" => {
                let items = self.reference(schema.get("items").unwrap_or(&Value::Null));
                quote! { Shape::List(#items) }
            }
            // An object without a name may hold itself by way of `allOf`; written out, it would have no end.
            "object" if self.around.contains(schema) => quote! { Shape::Any },
            "object" => {
                self.around.push(schema.clone());
                let object = self.object(schema);
                self.around.pop();
                object
            }
            _ => quote! { Shape::Any },
        }
    }

    fn object(&mut self, schema: &Value) -> TokenStream {
        let mut parts = Parts::default();
        parts.gather(self.document, schema);
        if parts.properties.is_empty() {
            let values = schema.get("additionalProperties").filter(|values| values.is_object());
            let values = values.map_or_else(|| quote! { &Shape::Any }, |values| self.reference(values));
            return quote! { Shape::Map(#values) };
        }
        let document = self.document;
        let fields = parts.properties.iter().map(|(name, property)| {
            let shape = self.reference(property);
            let required = parts.required.contains(name);
            let nullable = nullable(document, property);
            quote! { Field { name: #name, shape: #shape, required: #required, nullable: #nullable } }
        });
        quote! { Shape::Object(&[#(#fields),*]) }
    }
}

/// The properties of an object, its own and those that `allOf` brings.
#[derive(Default)]
struct Parts {
    properties: BTreeMap<String, Value>,
    required: BTreeSet<String>,
    gathered: BTreeSet<String>,
}

impl Parts {
    /// Each named schema is gathered once: one that contains itself through `allOf` must not hang the build.
    fn gather(&mut self, document: &Value, schema: &Value) {
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            if schemas::reference(part).is_none_or(|name| self.gathered.insert(name.to_owned())) {
                self.gather(document, &schemas::resolved(document, part).unwrap_or_default());
            }
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.properties.insert(name.clone(), property.clone());
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str).map(str::to_owned));
    }
}

fn kind(schema: &Value) -> &str {
    let is_text =
        || schema.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_string));
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) => kind,
        None if schema.get("properties").is_some() || schema.get("allOf").is_some() => "object",
        None if is_text() => "string",
        None => "",
    }
}

fn known_values(schema: &Value) -> Vec<&str> {
    let values = schema.get("enum").or_else(|| schema.get("x-known-values"));
    values.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn nullable(document: &Value, schema: &Value) -> bool {
    let says_so = |schema: &Value| schema.get("nullable") == Some(&json!(true));
    let inner = unwrapped(schema);
    let target = schemas::resolved(document, inner).unwrap_or_default();
    says_so(schema) || says_so(inner) || says_so(&target) || is_anything(&target)
}

/// A schema that says nothing of its values; null is one of them.
fn is_anything(schema: &Value) -> bool {
    kind(schema).is_empty() && !["oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some())
}

fn json_reference(name: &str) -> Value {
    json!({ "$ref": format!("{}{name}", schemas::NAMED) })
}

/// `ItemPage` as `ITEM_PAGE`.
fn screaming(name: &str) -> String {
    let mut text = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            text.push('_');
        }
        after_small = letter.is_lowercase() || letter.is_ascii_digit();
        if letter.is_ascii_alphanumeric() { text.push(letter.to_ascii_uppercase()) } else { text.push('_') }
    }
    text
}
