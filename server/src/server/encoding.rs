//! Bodies that come compressed, decoded within the limit that every body has.

use std::io::Read;

use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::bodies::MAX_MESSAGE;
use super::guard::refused;

/// What some programs write before the text of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The message in a body, whatever it is wrapped in. Only as much is decoded as a body may be long, so that a small one cannot
/// grow large in here.
pub fn unwrapped(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Box<Response>> {
    let body = match coding(headers).as_deref() {
        None => body,
        Some("gzip" | "x-gzip") => decoded(MultiGzDecoder::new(body.as_ref()))?,
        Some("deflate") => decoded(ZlibDecoder::new(body.as_ref()))?,
        Some(_) => return Err(unknown()),
    };
    Ok(if body.starts_with(BYTE_ORDER_MARK) { body.slice(BYTE_ORDER_MARK.len()..) } else { body })
}

/// How a body is coded, several times perhaps, which is no coding that is known here.
fn coding(headers: &HeaderMap) -> Option<String> {
    let named = headers.get_all(CONTENT_ENCODING).iter().flat_map(|value| value.to_str().unwrap_or("?").split(','));
    let codings: Vec<String> = named
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    (!codings.is_empty()).then(|| codings.join(", "))
}

fn decoded(decoder: impl Read) -> Result<Bytes, Box<Response>> {
    let mut plain = Vec::new();
    // One more than may be, so that it shows.
    decoder.take(MAX_MESSAGE as u64 + 1).read_to_end(&mut plain).map_err(|_| {
        refused(
            StatusCode::BAD_REQUEST,
            "bad_body",
            "The body is not coded as Content-Encoding says. Nothing was done.",
        )
    })?;
    if plain.len() > MAX_MESSAGE { Err(too_large()) } else { Ok(plain.into()) }
}

fn too_large() -> Box<Response> {
    refused(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is longer than 2 MiB once it is decoded, which is the most this server takes. Nothing was done.",
    )
}

/// The answer also names what is known (RFC 7694).
fn unknown() -> Box<Response> {
    let mut response = refused(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_encoding",
        "The Content-Encoding of the body must be gzip or deflate, or there must be none. Nothing was done.",
    );
    response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
    response
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn zipped(text: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap().into()
    }

    fn told(coding: &'static str, body: Bytes) -> Result<Bytes, u16> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))]);
        unwrapped(&headers, body).map_err(|refusal| refusal.status().as_u16())
    }

    #[test]
    fn known_codings_are_undone_and_others_refused() {
        let plain = Bytes::from_static(b"{}");
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"{}").unwrap();
        let zlib = Bytes::from(zlib.finish().unwrap());
        let twice = zipped(&zipped(b"{}"));
        let two_parts = Bytes::from([zipped(b"{").as_ref(), zipped(b"}").as_ref()].concat());
        for (coding, body, expected) in [
            ("", plain.clone(), Ok(plain.clone())),
            ("identity", plain.clone(), Ok(plain.clone())),
            ("gzip", zipped(b"{}"), Ok(plain.clone())),
            ("X-GZIP, identity", two_parts, Ok(plain.clone())),
            ("deflate", zlib, Ok(plain.clone())),
            ("gzip", zipped(b"\xef\xbb\xbf{}"), Ok(plain.clone())),
            ("gzip", plain.clone(), Err(400)),
            ("gzip", zipped(b"{}").slice(..12), Err(400)),
            ("gzip, gzip", twice, Err(415)),
            ("br", plain.clone(), Err(415)),
        ] {
            assert_eq!(told(coding, body), expected, "{coding}");
        }
        assert_eq!(unwrapped(&HeaderMap::new(), Bytes::from_static(b"\xef\xbb\xbf{}")).unwrap(), plain);
    }

    #[test]
    fn a_small_body_cannot_grow_beyond_the_limit() {
        assert_eq!(told("gzip", zipped(&vec![b' '; MAX_MESSAGE])).unwrap().len(), MAX_MESSAGE);
        assert_eq!(told("gzip", zipped(&vec![b' '; MAX_MESSAGE + 1])), Err(413));
        assert_eq!(told("gzip", zipped(&vec![b' '; 64 * MAX_MESSAGE])), Err(413));
    }
}
