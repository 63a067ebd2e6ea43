//! Plain reads of the stateless protocol, handed to the handler at once.
//!
//! Most requests are of one kind: a `tools/call` that is complete in itself, of a tool that only reads, by a client that wants
//! no progress. For each of them the library starts a service with tasks and channels for messages that never come, and writes
//! the message out again to hold it against its headers. Here the headers must agree letter by letter, and the library's own
//! dispatch is called. Whatever is not exactly of this kind goes the library's way, which has the answers to all others.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use rmcp::model::{
    CallToolRequest, ClientRequest, ErrorCode, GetExtensions, GetMeta, JsonRpcRequest, ProtocolVersion,
    ServerJsonRpcMessage,
};
use rmcp::service::{Peer, RequestContext, Service, serve_directly};
use rmcp::transport::common::http_header::{
    HEADER_MCP_METHOD as METHOD, HEADER_MCP_NAME as NAME, HEADER_MCP_PARAM_PREFIX as PARAM,
    HEADER_MCP_PROTOCOL_VERSION as VERSION, HEADER_SESSION_ID as SESSION,
};
use rmcp::{RoleServer, ServerHandler};
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::body::says_json;
use super::guard::refusal;
use infini_mcp_core::tool::declaration::Effect;

/// Takes such requests.
pub struct Direct<H> {
    handler: Arc<H>,
    app: Arc<App>,
    /// Nobody: such a client is neither asked back nor told anything on the way.
    peer: Peer<RoleServer>,
    closing: CancellationToken,
}

/// A request that is of this kind.
pub struct Plain {
    request: ClientRequest,
    context: RequestContext<RoleServer>,
}

impl<H: ServerHandler + Clone> Direct<H> {
    /// Calls `handler`, and waits for no call any more once `closing` is done. Within a runtime, as all serving is.
    pub fn new(handler: H, app: Arc<App>, closing: CancellationToken) -> Self {
        let nobody = serve_directly(handler.clone(), (tokio::io::empty(), tokio::io::sink()), None);
        Self { handler: Arc::new(handler), app, peer: nobody.peer().clone(), closing }
    }
}

impl<H: ServerHandler> Direct<H> {
    /// The request, if it is of this kind.
    pub fn plain(&self, head: &Parts, message: &Bytes) -> Option<Plain> {
        let name = name_of_plain(head)?;
        self.app.catalogue.find(name).filter(|offered| offered.tool.declaration.effect == Effect::Reads)?;
        // It can be no other of all the messages there are, so the library need not try them.
        let JsonRpcRequest { id, request: call, .. }: JsonRpcRequest<CallToolRequest> =
            serde_json::from_slice(message).ok()?;
        let is_named = call.params.name == name;
        let mut request = ClientRequest::CallToolRequest(call);
        let meta = request.get_meta();
        let is_plain = is_named
            && meta.protocol_version() == Some(ProtocolVersion::V_2026_07_28)
            && meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
            && meta.get_progress_token().is_none();
        if !is_plain {
            return None;
        }
        let mut context = RequestContext::new(id, self.peer.clone());
        std::mem::swap(&mut context.meta, request.get_meta_mut());
        std::mem::swap(&mut context.extensions, request.extensions_mut());
        Some(Plain { request, context })
    }

    /// The handler's answer to it.
    pub async fn answer(&self, head: Parts, plain: Plain) -> Response {
        let Plain { request, mut context } = plain;
        context.extensions.insert(head);
        let id = context.id.clone();
        // A client that goes away ends its call; in a task of its own it gets to know that, and says so in the log.
        let _gone = context.ct.clone().drop_guard();
        let handler = self.handler.clone();
        let call = tokio::spawn(async move { handler.handle_request(request, context).await });
        let ended = tokio::select! {
            ended = call => ended.inspect_err(|error| tracing::error!(%error, "a call broke off inside the server")).ok(),
            () = self.closing.cancelled() => None,
        };
        let message = match ended {
            Some(Ok(result)) => ServerJsonRpcMessage::response(result, id),
            Some(Err(error)) => ServerJsonRpcMessage::error(error, Some(id)),
            None => return broken_off(),
        };
        let status = status(&message);
        let Ok(body) = serde_json::to_vec(&message) else { return broken_off() };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

/// The tool's name, when the head is the plainest that such a request can have.
fn name_of_plain(head: &Parts) -> Option<&str> {
    let headers = &head.headers;
    let is_plain = head.method == Method::POST
        && only(headers, VERSION)? == ProtocolVersion::V_2026_07_28.as_str()
        && only(headers, METHOD)? == "tools/call"
        && says_json(headers)
        && takes_both(only(headers, ACCEPT.as_str())?)
        && !headers.contains_key(SESSION)
        && !headers.keys().any(|name| repeats_an_argument(name.as_str()));
    if is_plain { only(headers, NAME) } else { None }
}

fn repeats_an_argument(header: &str) -> bool {
    header.get(..PARAM.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(PARAM))
}

/// What a header says that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Whether both forms of an answer are taken, without preferences.
fn takes_both(accept: &str) -> bool {
    ["application/json", "text/event-stream"]
        .iter()
        .all(|form| accept.split(',').any(|taken| taken.trim().eq_ignore_ascii_case(form)))
}

/// The status that goes with an answer of the stateless protocol.
fn status(message: &ServerJsonRpcMessage) -> StatusCode {
    let ServerJsonRpcMessage::Error(error) = message else { return StatusCode::OK };
    match error.error.code {
        ErrorCode::UNSUPPORTED_PROTOCOL_VERSION
        | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
        | ErrorCode::HEADER_MISMATCH => StatusCode::BAD_REQUEST,
        ErrorCode::METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    }
}

fn broken_off() -> Response {
    refusal(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "The call broke off inside the server. Nothing was changed; try again.",
    )
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Sources;
    use crate::server::Handler;

    fn direct() -> Direct<Handler> {
        let settings = Sources::of([("INFINITY_API_TOKEN", "t"), ("STATE_URL", "sqlite::memory:")]).settings().unwrap();
        let app = Arc::new(App::new(settings).unwrap());
        Direct::new(Handler::new(app.clone()), app, CancellationToken::new())
    }

    fn request() -> (Request<()>, Value) {
        let head = Request::post("/mcp")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream, application/json")
            .header(VERSION, "2026-07-28")
            .header(METHOD, "tools/call")
            .header(NAME, "infinity_list_boards");
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "name": "infinity_list_boards", "arguments": {}, "_meta": meta });
        (head.body(()).unwrap(), json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }))
    }

    fn is_plain(direct: &Direct<Handler>, request: Request<()>, body: &Value) -> bool {
        direct.plain(&request.into_parts().0, &Bytes::from(body.to_string())).is_some()
    }

    #[tokio::test]
    async fn only_the_plainest_head_goes_the_short_way() {
        let direct = direct();
        let (head, body) = request();
        assert!(is_plain(&direct, head, &body));
        for (name, value) in [
            (VERSION, "2025-11-25"),
            (VERSION, ""),
            (METHOD, "tools/list"),
            (NAME, "infinity_list_items"),
            (NAME, "infinity_no_such_tool"),
            (NAME, "=?base64?aW5maW5pdHlfbGlzdF9ib2FyZHM=?="),
            (SESSION, "1"),
            ("mcp-param-board", "1"),
            (ACCEPT.as_str(), "application/json"),
            (ACCEPT.as_str(), "application/json;q=0, text/event-stream"),
            (CONTENT_TYPE.as_str(), "text/plain"),
        ] {
            let (mut head, body) = request();
            head.headers_mut().insert(name, HeaderValue::from_static(value));
            assert!(!is_plain(&direct, head, &body), "{name}: {value}");
        }
        for name in [VERSION, METHOD, NAME, ACCEPT.as_str()] {
            let (mut head, body) = request();
            let value = head.headers()[name].clone();
            head.headers_mut().append(name, value);
            assert!(!is_plain(&direct, head, &body), "{name} twice");
            let (mut head, body) = request();
            head.headers_mut().remove(name);
            assert!(!is_plain(&direct, head, &body), "no {name}");
        }
        let (mut head, body) = request();
        *head.method_mut() = Method::PUT;
        assert!(!is_plain(&direct, head, &body));
    }

    #[tokio::test]
    async fn only_a_whole_call_of_a_tool_that_reads_goes_the_short_way() {
        let direct = direct();
        for (place, value) in [
            ("/jsonrpc", json!("1.0")),
            ("/id", json!({})),
            ("/method", json!("tools/list")),
            ("/params/name", json!("infinity_list_items")),
            ("/params/_meta/progressToken", json!(7)),
            ("/params/_meta/io.modelcontextprotocol~1protocolVersion", json!("2025-11-25")),
            ("/params/_meta/io.modelcontextprotocol~1clientCapabilities", json!(null)),
            ("/params/_meta", json!({})),
            ("/params", json!([])),
        ] {
            let (head, mut body) = request();
            let (parent, key) = place.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[key.replace("~1", "/")] = value;
            assert!(!is_plain(&direct, head, &body), "{place}");
        }
        let (mut head, mut body) = request();
        head.headers_mut().insert(NAME, HeaderValue::from_static("infinity_create_board"));
        body["params"]["name"] = json!("infinity_create_board");
        assert!(!is_plain(&direct, head, &body), "it changes something");
        let (head, body) = request();
        assert!(!is_plain(&direct, head, &json!([body])), "a batch");
    }
}
