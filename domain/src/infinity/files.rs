//! Files on their way to a workspace: read from Base64, checked, and put on an item.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::names::quoted;
use super::refusal::Refusal;

/// The largest file: in Base64 it just fits into the two mebibytes that a request over HTTP may have.
pub const LARGEST: usize = 1_500_000;
/// Characters of a file's name.
const LONGEST_NAME: usize = 200;

const READING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// A file that can be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a path.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Reads a file from Base64 text or a `data:` address.
///
/// # Errors
/// When the name, the media type or the content is no such thing, and when the content is empty or too large.
pub fn read(name: &str, content: &str, media: Option<&str>) -> Result<File, Refusal> {
    let name = plain_name(name)?;
    let (said_by_content, text) = split_data_address(content)?;
    let said = media.map(str::trim).filter(|media| !media.is_empty());
    let media = match said.or(said_by_content) {
        Some(media) => checked_media(media)?,
        None => media_of_name(&name).to_owned(),
    };
    Ok(File { bytes: decoded(text)?, name, media })
}

/// The last part of a path, without characters that have no place in a name.
fn plain_name(given: &str) -> Result<String, Refusal> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = infini_mcp_core::tool::text::clean(last);
    let name: String =
        clean.trim().chars().filter(|character| !matches!(character, '"' | '\n' | '\r' | '\t')).collect();
    if name.trim_matches('.').is_empty() {
        return Err(Refusal::of_value(
            format!("`file_name`: {} is no file name.", quoted(given)),
            "Give a name such as report.pdf.",
        ));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::of_value(
            format!("`file_name` has more than {LONGEST_NAME} characters."),
            "Give a shorter name.",
        ));
    }
    Ok(name)
}

/// `data:application/pdf;base64,…` says the media type, too.
fn split_data_address(content: &str) -> Result<(Option<&str>, &str), Refusal> {
    let content = content.trim();
    let Some(address) = content.get(..5).filter(|start| start.eq_ignore_ascii_case("data:")).and(content.get(5..))
    else {
        return Ok((None, content));
    };
    let parts = address.split_once(',').and_then(|(head, text)| Some((head.strip_suffix(";base64")?, text)));
    let (head, text) = parts.ok_or_else(|| {
        Refusal::of_value(
            "`content_base64` is a data: address without Base64.",
            "Write it as data:TYPE;base64,CONTENT.",
        )
    })?;
    let media = head.split(';').next().map(str::trim).filter(|media| !media.is_empty());
    Ok((media, text))
}

fn checked_media(media: &str) -> Result<String, Refusal> {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |part: &str| {
        let plain = |character: char| character.is_ascii_alphanumeric() || "!#$&-^_.+".contains(character);
        (1..=100).contains(&part.len()) && part.chars().all(plain)
    };
    match essence.split_once('/') {
        Some((kind, sub)) if is_token(kind) && is_token(sub) => Ok(essence),
        _ => Err(Refusal::of_value(
            format!("`content_type`: {} is no media type.", quoted(media)),
            "Give one such as application/pdf, or leave it out.",
        )),
    }
}

/// The media type that goes with a file's ending; what is not known is just bytes.
fn media_of_name(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}

/// Either alphabet, with or without padding, blanks and line breaks ignored: all of these are sent as Base64.
fn decoded(text: &str) -> Result<Vec<u8>, Refusal> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if text.is_empty() {
        return Err(Refusal::of_value("`content_base64` is empty.", "Give the file's content in Base64."));
    }
    if text.len() / 4 * 3 > LARGEST + 3 {
        return Err(too_large(text.len() / 4 * 3));
    }
    let alphabet = if text.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    let bytes = GeneralPurpose::new(alphabet, READING).decode(&text).map_err(|fault| {
        Refusal::of_value(
            format!("`content_base64` is not Base64: {fault}."),
            "Encode the file's bytes in Base64; a plain text must be encoded, too.",
        )
    })?;
    match bytes.len() {
        0 => Err(Refusal::of_value("`content_base64` holds no bytes.", "Give the file's content in Base64.")),
        size if size > LARGEST => Err(too_large(size)),
        _ => Ok(bytes),
    }
}

fn too_large(size: usize) -> Refusal {
    Refusal::of_value(
        format!("The file has about {:.1} MB; {:.1} MB is the most.", size as f64 / 1e6, LARGEST as f64 / 1e6),
        "Put it where StartInfinity can download it and use infinity_upload_attachment_from_url, or upload it in the application.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    fn words(refused: Result<File, Refusal>) -> String {
        let error = infini_mcp_core::tool::Error::from(refused.unwrap_err());
        format!("{error} {}", error.hint().unwrap_or_default())
    }

    #[test]
    fn base64_is_read_in_all_its_spellings() {
        let bytes: Vec<u8> = (0..=255).collect();
        let standard = BASE64_STANDARD.encode(&bytes);
        let broken = standard
            .as_bytes()
            .chunks(20)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect::<Vec<_>>()
            .join("\r\n");
        for text in
            [standard.clone(), broken, BASE64_URL_SAFE_NO_PAD.encode(&bytes), format!("data:;base64,{standard}")]
        {
            let file = read("a.bin", &text, None).unwrap();
            assert_eq!((file.bytes, file.media.as_str()), (bytes.clone(), "application/octet-stream"));
        }
    }

    #[test]
    fn the_media_type_comes_from_the_caller_the_address_or_the_name() {
        let media = |content: &str, said| read("Bericht.PDF", content, said).unwrap().media;
        assert_eq!(media("AAAA", None), "application/pdf");
        assert_eq!(media("data:text/plain;charset=utf-8;base64,AAAA", None), "text/plain");
        assert_eq!(media("data:text/plain;base64,AAAA", Some("Image/PNG")), "image/png");
        assert!(words(read("a", "AAAA", Some("pdf"))).contains("no media type"));
    }

    #[test]
    fn a_name_loses_its_path_and_must_be_left_with_something() {
        assert_eq!(read("C:\\Akten\\Übergabe\u{202E}.pdf", "AAAA", None).unwrap().name, "Übergabe.pdf");
        assert_eq!(read("../../etc/passwd", "AAAA", None).unwrap().name, "passwd");
        for wrong in ["", "  ", "a/", "..", "\n"] {
            assert!(words(read(wrong, "AAAA", None)).contains("file_name"), "{wrong:?}");
        }
        assert!(read(&"x".repeat(300), "AAAA", None).is_err());
    }

    #[test]
    fn bad_empty_and_large_content_is_refused_with_what_to_do() {
        assert!(words(read("a", "  ", None)).contains("is empty"));
        assert!(words(read("a", "data:text/plain,hello", None)).contains("without Base64"));
        assert!(words(read("a", "hello world!", None)).contains("is not Base64"));
        assert!(words(read("a", &"A".repeat(2_100_000), None)).contains("1.5 MB is the most"));
        assert!(read("a", &"A".repeat(2_000_000), None).is_ok());
    }
}
