//! Nothing secret, and no value of a request, gets into an error, a `Debug` or the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use infini_mcp::api::Error;
use tracing_subscriber::fmt::MakeWriter;

use super::seam_upstream::{
    Act, CLIENT_SECRET, KEY, TOKEN, Upstream, acceptance, call, infinigate_at, infinity_at, json,
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Writes down all that this thread logs until the guards are dropped.
    fn listening() -> (Self, (tracing::Dispatch, tracing::subscriber::DefaultGuard)) {
        let log = Self::default();
        let everything = || {
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(log.clone())
        };
        // Where only one listens, the library asks the thread that logs something first, for all threads and for ever
        // whether anybody listens; that may be the thread of another test.
        let second = tracing::Dispatch::new(everything().finish());
        let guard = tracing::subscriber::set_default(everything().finish());
        (log, (second, guard))
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn secrets_and_values_stay_out_of_errors_and_of_the_most_talkative_log() {
    let (log, _guard) = Log::listening();

    let echo =
        |what: &str| json(422, &format!(r#"{{"message":"you sent {what}","errors":{{"token":["{what} is wrong"]}}}}"#));
    let mut said = String::new();
    let mut tell =
        |error: Error| said.push_str(&format!("{error} {error:?} {:?}\n", std::error::Error::source(&error)));

    let upstream = Upstream::infinigate(move |_, before| match before {
        0 => echo(&format!("{KEY} {CLIENT_SECRET} token-0")),
        1 => Act::Close,
        _ => json(200, "<html>"),
    })
    .await;
    let client = infinigate_at(&upstream.url).client(call());
    for _ in 0..3 {
        tell(client.accept_purchase_quote().body(acceptance()).send().await.unwrap_err().into());
    }
    tell(client.list_purchase_quotes().buyer_reference("PO-4711-secret-reference").send().await.unwrap_err().into());

    let upstream = Upstream::start(move |_, _| echo(TOKEN)).await;
    let client_debug = format!("{:?}", infinity_at(&upstream.url).client(call()));
    tell(infinity_at(&upstream.url).client(call()).get_my_profile_data().send().await.unwrap_err().into());

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("acceptPurchaseQuote") && log.contains("/order-management/v2/purchasequote/acceptance"),
        "{log}"
    );
    assert!(said.contains("[secret]"), "{said}");
    for secret in [KEY, CLIENT_SECRET, TOKEN, "token-0", "buyer@example.com", "secret-reference"] {
        assert!(!said.contains(secret), "{secret} in {said}");
        assert!(!log.contains(secret), "{secret} in the log:\n{log}");
        assert!(!client_debug.contains(secret));
    }
}

#[tokio::test]
async fn a_secret_that_the_cut_would_tear_apart_is_masked_as_a_whole_in_texts_and_in_names_of_fields() {
    for secret in [KEY, CLIENT_SECRET, "token-0"] {
        for before in 300 - secret.len()..=301 {
            let body = format!(r#"{{"message":"{} {secret}"}}"#, "x".repeat(before));
            let named = format!(
                r#"{{"errors":{{"{secret}\n{}{secret}":["{} {secret}"]}}}}"#,
                "y".repeat(before),
                "z".repeat(before)
            );
            let upstream =
                Upstream::infinigate(move |_, calls| json(422, if calls == 0 { &body } else { &named })).await;
            let client = infinigate_at(&upstream.url).client(call());
            for _ in 0..2 {
                let error: Error = client.list_purchase_quotes().send().await.unwrap_err().into();
                let said = format!("{error} {error:?}");
                let beginning = &secret[..5];
                assert!(!said.contains(beginning), "{beginning} of a secret after {before} characters: {said}");
            }
        }
    }
}
