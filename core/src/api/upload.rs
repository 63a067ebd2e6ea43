//! Uploading a file to StartInfinity: the one call the generator cannot write, because its body is a multipart form.

use futures::TryStreamExt;
use progenitor_client::ClientInfo;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part};

use super::ids::WorkspaceId;
use super::infinity::{Client, types};
use super::{Error, Result, SendError};

/// The document's id of this operation.
const OPERATION: &str = "createFromFile";

/// Uploads `bytes` as a file of a workspace; `media` is its media type, such as `application/pdf`.
///
/// The attachment's `link` is signed and expires. Nothing refers to the file yet: put its id into an attachments value.
///
/// # Errors
/// As any call; [`Cause::Internal`](super::Cause::Internal) when `media` is not a media type.
pub async fn upload(
    client: &Client,
    workspace: &WorkspaceId,
    name: &str,
    media: &str,
    bytes: Vec<u8>,
) -> Result<types::Attachment> {
    let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str(media);
    let part = part.map_err(|_| Error::internal(format!("{media:?} is not a media type")))?;
    let form = Form::new().part("file", part);
    let kind = HeaderValue::try_from(format!("multipart/form-data; boundary={}", form.boundary()));
    let kind = kind.map_err(|error| Error::internal(error.to_string()))?;

    // Collected into one piece, so that an attempt that surely did not arrive can be repeated.
    let chunks: Vec<_> = form.into_stream().try_collect().await.map_err(|error| Error::internal(error.to_string()))?;
    let address = format!("{}/workspaces/{workspace}/attachments/file", client.baseurl());
    let request = client.client().post(address).header(CONTENT_TYPE, kind).body(chunks.concat()).build();
    let request = request.map_err(|error| Error::internal(error.without_url().to_string()))?;

    let response = client.inner().pass(request, OPERATION).await;
    if !response.status().is_success() {
        return Err(SendError::UnexpectedResponse(response).into());
    }
    let body = response.bytes().await.map_err(|error| Error::internal(error.without_url().to_string()))?;
    serde_json::from_slice(&body).map_err(|error| Error::internal(error.to_string()))
}
