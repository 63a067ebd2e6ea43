//! Files uploaded to a workspace; only their names and sizes are kept.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::fields::Fields;
use super::formats::is_web_address;
use super::refuse::Faults;
use super::state::{Attachment, stamp};
use crate::service::Body;

/// `createFromFile`.
pub fn from_file(call: &mut Call) -> Answer {
    let workspace = call.workspace()?;
    let Body::File { name, length, .. } = &call.request.body else {
        let mut faults = Faults::default();
        faults.required("file");
        faults.finish()?;
        return Ok(Value::Null);
    };
    Ok(add(call, workspace, name.clone(), *length as u64))
}

/// `createFromURL`: nothing is fetched, the sandbox stays within the machine.
pub fn from_url(call: &mut Call) -> Answer {
    let workspace = call.workspace()?;
    let mut fields = Fields::of(call.request);
    let address = fields.required("url");
    if !address.is_empty() && !is_web_address(&address) {
        fields.faults.add("url", "The url format is invalid.");
    }
    fields.finish()?;
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("download").to_owned();
    let length = 1_024 * name.len() as u64;
    Ok(add(call, workspace, name, length))
}

fn add(call: &mut Call, workspace: u64, name: String, size: u64) -> Value {
    let attachment = Attachment { id: call.state.next_number(), workspace, name, size, created: call.now };
    call.state.attachments.put(attachment.clone());
    show(call, &attachment)
}

/// An attachment with its signed link, which is another one each time the old one has expired.
pub fn show(call: &Call, attachment: &Attachment) -> Value {
    let lifetime = i64::from(call.switches.attachment_link_seconds.max(1));
    let expires = (call.now.timestamp() / lifetime + 1) * lifetime;
    let signature = (attachment.id << 32) ^ expires.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let link = format!(
        "https://app.startinfinity.com/api/attachments/get?access_key=sandbox-{}&expires={expires}&signature={signature:016x}",
        attachment.id
    );
    json!({
        "id": attachment.id, "object": "attachment", "link": link, "original_name": attachment.name,
        "filesize": attachment.size, "created_at": stamp(attachment.created), "deleted": false,
    })
}
