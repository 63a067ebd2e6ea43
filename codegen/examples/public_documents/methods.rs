//! What the generated methods send, read from their code.

use std::collections::BTreeMap;

/// One generated method.
pub struct Method {
    /// The HTTP method, in small letters.
    pub method: String,
    /// The path with `{}` for each parameter.
    pub url: String,
    /// Query parameters, and whether they are required.
    pub query: BTreeMap<String, bool>,
    /// Header parameters, and whether they are required.
    pub headers: BTreeMap<String, bool>,
    /// How many required values the path takes.
    pub path_parameters: usize,
    /// Whether a body is sent.
    pub has_body: bool,
}

/// All methods, each read from its builder.
pub fn of(client: &str) -> Vec<Method> {
    let text: String = client.split_whitespace().collect();
    text.split("/**Builderfor[`Client::").skip(1).filter_map(method).collect()
}

fn method(builder: &str) -> Option<Method> {
    let is_required = |ident: &str| builder.contains(&format!("{}wasnotinitialized", ident.trim_start_matches("r#")));
    let url = between(builder, "=format!(\"{}", "\",")?;
    let path: Vec<&str> =
        builder.split("encode_path(&").skip(1).filter_map(|rest| rest.split(".to_string()").next()).collect();
    let query = builder.split("QueryParam::new(").skip(1).filter_map(|rest| {
        let (name, rest) = rest.strip_prefix('"')?.split_once("\",&")?;
        Some((name.to_owned(), is_required(rest.split([')', ',']).next()?)))
    });
    let headers = builder.split("header_map.append(\"").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("\",")?;
        let ident = rest.split(".to_string()").next()?;
        Some((name.to_owned(), ident != "value"))
    });
    Some(Method {
        method: between(builder, "client.client.", "(")?.to_owned(),
        url: url.to_owned(),
        query: query.collect(),
        headers: headers.collect(),
        path_parameters: path.into_iter().filter(|ident| is_required(ident)).count(),
        has_body: [".json(&body)", ".form_urlencoded(&body)", ".body(body)"].iter().any(|body| builder.contains(body)),
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

/// The client and its table with `()` for the seam, so that a module of any crate with the same libraries can hold them.
pub fn on_their_own(client: &str, operations: &str) -> String {
    let seam = between(client, "inner: ", ",\n").unwrap_or("()");
    let table: Vec<&str> =
        operations.lines().map(|line| if line.starts_with("use crate::") { SHAPES } else { line }).collect();
    format!(
        "{}\nimpl ClientHooks<()> for Client {{}}\nimpl ClientHooks<()> for &Client {{}}\npub mod operations {{\n{}\n}}",
        client.replace(seam, "()"),
        table.join("\n")
    )
}

/// Where the crate that compiles the clients finds what the operations table is made of.
const SHAPES: &str = "use crate::shape::{Answer, Field, Operation, Shape};";
