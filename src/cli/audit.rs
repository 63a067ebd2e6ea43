//! `infini-mcp audit`: the log of everything that changed something.

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, of_state, on_runtime, opened, print};
use crate::state::Store;
use crate::tool::audit::seal;

/// What to do with the log.
#[derive(Args)]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print the latest lines, one JSON object each.
    Show {
        /// How many.
        #[arg(long, default_value_t = 50)]
        last: u32,
    },
    /// Prove that no line was changed or taken out of the middle, and print the seal of the last one. Note it down
    /// elsewhere: with `--seal` a later run proves that nothing was cut off at the end either.
    Verify {
        /// A seal that an earlier run printed, which must still be there.
        #[arg(long)]
        seal: Option<String>,
    },
}

impl Audit {
    /// Shows or verifies.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let app = opened(config)?;
        on_runtime(async move {
            match self.action {
                Action::Show { last } => show(app.store(), last).await,
                Action::Verify { seal } => verify(app.store(), seal.as_deref()).await,
            }
        })
    }
}

async fn show(store: &Store, last: u32) -> Result<(), Failure> {
    let end = store.audit_end().await.map_err(|error| of_state(&error))?;
    let lines = store.audit_after((end - i64::from(last)).max(0), last).await.map_err(|error| of_state(&error))?;
    let text: String = lines
        .iter()
        .map(|line| {
            let said: Value = serde_json::from_str(&line.line).unwrap_or_else(|_| json!(line.line));
            format!("{}\n", json!({ "seq": line.seq, "line": said, "seal": line.hash }))
        })
        .collect();
    print(&text)
}

async fn verify(store: &Store, expected: Option<&str>) -> Result<(), Failure> {
    let (mut count, mut met) = (0, expected.is_none());
    let chain = store.verify_audit(seal).await.map_err(|error| of_state(&error))?;
    let last = chain.map_err(|broken| {
        Failure::Failed(format!("the audit log is broken at line {}: it was changed or taken out", broken.seq))
    })?;
    if let Some(last) = &last {
        count = last.seq;
    }
    let mut after = 0;
    while !met && after < count {
        let lines = store.audit_after(after, 500).await.map_err(|error| of_state(&error))?;
        met = lines.iter().any(|line| Some(line.hash.as_str()) == expected);
        after += 500;
    }
    if !met {
        return Err(Failure::Failed(
            "the seal is not in the audit log: lines were cut off, or it is of another log".into(),
        ));
    }
    let seal = last.map_or_else(|| "none".to_owned(), |line| line.hash);
    print(&format!("The audit log is whole: {count} lines, last seal {seal}\n"))
}
