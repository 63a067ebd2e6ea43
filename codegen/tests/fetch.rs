//! Fetching takes a document from where it should come from, and nothing else from anywhere else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use codegen::fetch::{Limits, fetch};
use tempfile::TempDir;

const DOCUMENT: &str = "openapi: \"3.0.3\"\ninfo: { title: T, version: \"1\" }\npaths: {}\n";

/// A server on this machine that gives the answers in their order, one a connection, and then is gone.
fn serve(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = BufReader::new(connection.try_clone().unwrap());
            let mut line = String::new();
            while request.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            // The client may have had enough already.
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    address
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn moved(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

#[track_caller]
fn refused(address: &str, limits: Limits, said: &str) {
    let error = fetch(address, limits).unwrap_err().to_string();
    assert!(error.contains(said), "{said:?} is missing in {error}");
    assert!(error.contains("Nothing was written"), "{error}");
}

#[test]
fn a_document_comes_as_upstream_sent_it() {
    let address = serve(vec![ok(DOCUMENT)]);
    assert_eq!(fetch(&address, Limits::default()).unwrap(), DOCUMENT.as_bytes());
}

#[test]
fn the_same_host_may_send_us_on() {
    let address = serve(vec![moved("/newest.yaml"), ok(DOCUMENT)]);
    assert_eq!(fetch(&address, Limits::default()).unwrap(), DOCUMENT.as_bytes());
}

#[test]
fn another_host_is_not_followed() {
    for other in ["https://elsewhere.example/openapi.yaml", "http://127.0.0.1:1/openapi.yaml", "//localhost/x"] {
        let address = serve(vec![moved(other)]);
        refused(&address, Limits::default(), "which is not followed");
    }
}

#[test]
fn a_host_that_sends_us_in_circles_is_left() {
    let address = serve(vec![moved("/again"); 6]);
    refused(&address, Limits::default(), "more than 5 times");
}

#[test]
fn only_https_is_used_beyond_this_machine() {
    for (address, said) in [
        ("http://example.com/openapi.yaml", "only https"),
        ("ftp://example.com/openapi.yaml", "only https"),
        ("file:///etc/hostname", "only https"),
        ("nowhere", "no address"),
    ] {
        refused(address, Limits::default(), said);
    }
}

#[test]
fn credentials_in_an_address_are_refused_and_not_repeated() {
    let error = fetch("https://user:hunter2@example.com/a?key=hunter3", Limits::default()).unwrap_err().to_string();
    assert!(error.contains("credentials") && !error.contains("hunter"), "{error}");
}

#[test]
fn too_much_and_too_late_are_refused() {
    let small = Limits { bytes: 40, ..Limits::default() };
    refused(&serve(vec![ok(DOCUMENT)]), small, "larger than 40 bytes");

    // Nobody accepts, so nothing ever comes.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hasty = Limits { time: Duration::from_millis(200), ..Limits::default() };
    refused(&format!("http://{}", silent.local_addr().unwrap()), hasty, "did not arrive within");
}

#[test]
fn what_is_no_document_is_refused() {
    for (body, said) in [
        ("<!doctype html><p>Please sign in.", "no document"),
        ("swagger: \"2.0\"\npaths: {}\n", "Swagger 2.0"),
        ("{\"message\": \"ok\"}", "no OpenAPI 3 document"),
    ] {
        refused(&serve(vec![ok(body)]), Limits::default(), said);
    }
    let gone = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
    refused(&serve(vec![gone]), Limits::default(), "it answers 404");
}

fn command(specs: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_codegen")).args(arguments).arg("--specs").arg(specs).output().unwrap()
}

#[test]
fn the_command_writes_beside_our_document_and_never_over_it() {
    let specs = TempDir::new().unwrap();
    let service = specs.path().join("small");
    fs::create_dir(&service).unwrap();
    let ours = service.join("openapi.yaml");
    fs::write(&ours, "openapi: \"3.0.3\"\npaths: {}\n").unwrap();

    let address = serve(vec![ok(DOCUMENT)]);
    fs::write(service.join("source.toml"), format!("address = \"{address}\"\nsha256 = \"\"\n")).unwrap();
    let output = command(specs.path(), &["fetch", "small"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("cargo codegen diff small"));
    assert_eq!(fs::read_to_string(service.join("incoming.yaml")).unwrap(), DOCUMENT);

    let over = command(specs.path(), &["fetch", "small", "--out", &ours.display().to_string()]);
    assert_eq!(over.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&ours).unwrap(), "openapi: \"3.0.3\"\npaths: {}\n");

    let again = command(specs.path(), &["fetch", "small", "--url", "http://example.com/"]);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(fs::read_to_string(service.join("incoming.yaml")).unwrap(), DOCUMENT, "what was there stays");
}
