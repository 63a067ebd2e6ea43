//! The fixture resources.

use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceTemplate};
use serde_json::json;

use crate::fixtures::read;
use crate::tools::PNG;

/// What every fixture's address begins with.
pub const SCHEME: &str = "test://";

const TEXT: &str = "test://static-text";
const BINARY: &str = "test://static-binary";
const WATCHED: &str = "test://watched-resource";

/// Every fixture resource as it is listed.
pub fn definitions() -> Result<Vec<Resource>, ErrorData> {
    [(TEXT, "text/plain"), (BINARY, "image/png"), (WATCHED, "text/plain")]
        .into_iter()
        .map(|(uri, kind)| read(json!({ "uri": uri, "name": uri.trim_start_matches(SCHEME), "description": "Fixture of the conformance suite.", "mimeType": kind })))
        .collect()
}

/// The one fixture template.
pub fn templates() -> Result<Vec<ResourceTemplate>, ErrorData> {
    let template = json!({ "uriTemplate": "test://template/{id}/data", "name": "template-data", "description": "Fixture of the conformance suite.", "mimeType": "application/json" });
    Ok(vec![read(template)?])
}

/// What a fixture resource holds.
pub fn read_fixture(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let contents = match uri {
        TEXT => {
            json!({ "uri": uri, "mimeType": "text/plain", "text": "This is the content of the static text resource." })
        }
        WATCHED => json!({ "uri": uri, "mimeType": "text/plain", "text": "This never changes." }),
        BINARY => json!({ "uri": uri, "mimeType": "image/png", "blob": PNG }),
        _ => {
            let Some(id) = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data")) else {
                return Err(ErrorData::resource_not_found("Resource not found", Some(json!({ "uri": uri }))));
            };
            let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            json!({ "uri": uri, "mimeType": "application/json", "text": data.to_string() })
        }
    };
    read(json!({ "resultType": "complete", "contents": [contents] }))
}
