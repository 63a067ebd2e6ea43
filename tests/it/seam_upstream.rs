//! A tiny upstream for the seam's tests: it hears whole requests and can misbehave on the wire in ways no framework allows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use infini_mcp::api::{Call, http_client, infinigate, infinity};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub const KEY: &str = "key-3f1c9a52";
pub const CLIENT_SECRET: &str = "client-secret-88d0";
pub const TOKEN: &str = "infinity-token-5b7e";

/// What the upstream does with one request.
pub enum Act {
    /// Answers with a status, headers and a body; without a `content-type` among the headers it is JSON.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Writes these bytes and closes the connection.
    Raw(String),
    /// Closes the connection without an answer.
    Close,
    /// Answers only when released.
    Hold,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Heard {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Heard {
    pub fn is_token(&self) -> bool {
        self.path == "/authorization/token"
    }
}

type Script = dyn Fn(&Heard, usize) -> Act + Send + Sync;

/// A running upstream.
pub struct Upstream {
    pub url: String,
    heard: Mutex<Vec<Heard>>,
    /// Fires for each held request.
    pub holding: Notify,
    /// Lets one held request be answered.
    pub release: Notify,
    /// Fires when a held request was given up by its client.
    pub gone: Notify,
    /// Fires when a held request was answered.
    pub answered: Notify,
}

impl Upstream {
    /// Serves by a script, which is told the request and how many came before it (token requests count apart).
    pub async fn start(script: impl Fn(&Heard, usize) -> Act + Send + Sync + 'static) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            heard: Mutex::default(),
            holding: Notify::new(),
            release: Notify::new(),
            gone: Notify::new(),
            answered: Notify::new(),
        });
        let (serving, script): (_, Arc<Script>) = (upstream.clone(), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream, script.clone()));
            }
        });
        upstream
    }

    /// An Infinigate that grants tokens `token-0`, `token-1`, … and answers all else by the script.
    pub async fn infinigate(script: impl Fn(&Heard, usize) -> Act + Send + Sync + 'static) -> Arc<Self> {
        Self::start(move |heard, before| {
            if heard.is_token() {
                json(200, &format!(r#"{{"access_token":"token-{before}","expires_in":300}}"#))
            } else {
                script(heard, before)
            }
        })
        .await
    }

    /// All requests but those for a token.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().iter().filter(|heard| !heard.is_token()).cloned().collect()
    }

    /// How many tokens were asked for.
    pub fn tokens(&self) -> usize {
        self.heard.lock().unwrap().iter().filter(|heard| heard.is_token()).count()
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream, script: Arc<Script>) {
        while let Some(heard) = read_request(&mut stream).await {
            let before = {
                let mut all = self.heard.lock().unwrap();
                let before = all.iter().filter(|other| other.is_token() == heard.is_token()).count();
                all.push(heard.clone());
                before
            };
            let answer = match script(&heard, before) {
                Act::Answer(status, headers, body) => written(status, &headers, &body),
                Act::Raw(text) => {
                    let _ = stream.write_all(text.as_bytes()).await;
                    return;
                }
                Act::Close => return,
                Act::Hold => {
                    self.holding.notify_one();
                    tokio::select! {
                        () = self.release.notified() => {}
                        _ = stream.read_u8() => {
                            self.gone.notify_one();
                            return;
                        }
                    }
                    self.answered.notify_one();
                    written(200, &[], "{}")
                }
            };
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// A JSON answer.
pub fn json(status: u16, body: &str) -> Act {
    Act::Answer(status, Vec::new(), body.to_owned())
}

fn written(status: u16, headers: &[(&'static str, String)], body: &str) -> String {
    let kind =
        if headers.iter().any(|(name, _)| *name == "content-type") { "" } else { "content-type: application/json\r\n" };
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n{kind}{more}\r\n{body}", body.len())
}

async fn read_request(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[head_end + 4..]).into_owned();
    Some(Heard { method: first.next()?, path: first.next()?, headers, body })
}

/// A call with ample time.
pub fn call() -> Call {
    Call::new("request-1", CancellationToken::new(), Duration::from_secs(30))
}

/// An Infinigate account at this address, with one repetition.
pub fn infinigate_at(url: &str) -> infinigate::Upstream {
    infinigate_within(url, Duration::from_secs(10))
}

/// The same, each attempt being given this long.
pub fn infinigate_within(url: &str, timeout: Duration) -> infinigate::Upstream {
    let settings = infinigate::Settings {
        base_url: url.to_owned(),
        api_key: KEY.into(),
        client_id: "client-1".into(),
        client_secret: CLIENT_SECRET.into(),
        token_ttl: Duration::from_secs(240),
        timeout,
        max_retries: 1,
    };
    infinigate::Upstream::new(settings, http_client().unwrap()).unwrap()
}

/// A StartInfinity token at this address, with one repetition.
pub fn infinity_at(url: &str) -> infinity::Upstream {
    let settings = infinity::Settings {
        base_url: url.to_owned(),
        token: TOKEN.into(),
        version: "2026-04-20.morava".into(),
        timeout: Duration::from_secs(10),
        max_retries: 1,
        per_minute: 180,
    };
    infinity::Upstream::new(settings, http_client().unwrap()).unwrap()
}

/// A purchase, as a tool would send it.
pub fn acceptance() -> infinigate::types::QuoteAcceptance {
    infinigate::types::QuoteAcceptance {
        accepted_by_user_mail: "buyer@example.com".into(),
        document_number: "AN2600456".parse().unwrap(),
        document_revision: 2,
    }
}
