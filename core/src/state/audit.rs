//! The audit log: lines that can only be added, each sealed with the hash of the one before it.

use super::store::{self, StateError, Store, Table};

/// What stands before the first line.
const BEGINNING: &str = "";

/// One line with its place and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number, from 1.
    pub seq: i64,
    /// What happened, as JSON.
    pub line: String,
    /// The hash over the hash before it and the line.
    pub hash: String,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenAt {
    /// The first line that is missing or is not what was written.
    pub seq: i64,
}

impl Store {
    /// Adds a line. `seal` makes the hash from the one before and the line.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn add_to_audit(&self, line: &str, seal: impl Fn(&str, &str) -> String) -> Result<AuditLine, StateError> {
        let mut log = self.alone_on(Table::Audit).await?;
        let last =
            sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(&mut *log).await?;
        let (seq, before) = match &last {
            Some(row) => (store::number(row, "seq")?, store::text(row, "hash")?),
            None => (0, BEGINNING.to_owned()),
        };
        let line = AuditLine { seq: seq + 1, line: line.to_owned(), hash: seal(&before, line) };
        sqlx::query("INSERT INTO audit (seq, line, hash) VALUES ($1, $2, $3)")
            .bind(line.seq)
            .bind(&line.line)
            .bind(&line.hash)
            .execute(&mut *log)
            .await?;
        log.commit().await?;
        Ok(line)
    }

    /// The lines after `seq`, oldest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn audit_after(&self, seq: i64, most: u32) -> Result<Vec<AuditLine>, StateError> {
        let rows = sqlx::query("SELECT seq, line, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(seq)
            .bind(i64::from(most))
            .fetch_all(self.pool().await?)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditLine {
                    seq: store::number(row, "seq")?,
                    line: store::text(row, "line")?,
                    hash: store::text(row, "hash")?,
                })
            })
            .collect()
    }

    /// The number of the last line; 0 when there is none.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn audit_end(&self) -> Result<i64, StateError> {
        let row =
            sqlx::query("SELECT seq FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(self.pool().await?).await?;
        Ok(row.as_ref().map(|row| store::number(row, "seq")).transpose()?.unwrap_or_default())
    }

    /// Follows the chain from its beginning; gives its last line, or the first place where it does not hold.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn verify_audit(
        &self,
        seal: impl Fn(&str, &str) -> String,
    ) -> Result<Result<Option<AuditLine>, BrokenAt>, StateError> {
        const AT_ONCE: u32 = 500;
        let mut last: Option<AuditLine> = None;
        loop {
            let before = last.as_ref().map_or(0, |line| line.seq);
            let lines = self.audit_after(before, AT_ONCE).await?;
            if lines.is_empty() {
                return Ok(Ok(last));
            }
            for line in lines {
                let (seq, hash) = last.as_ref().map_or((0, BEGINNING), |line| (line.seq, line.hash.as_str()));
                if line.seq != seq + 1 || line.hash != seal(hash, &line.line) {
                    return Ok(Err(BrokenAt { seq: seq + 1 }));
                }
                last = Some(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(before: &str, line: &str) -> String {
        format!("{}{}", before.len(), line)
    }

    async fn three_lines() -> Store {
        let store = Store::in_memory("test");
        for line in ["one", "two", "three"] {
            store.add_to_audit(line, seal).await.unwrap();
        }
        store
    }

    #[tokio::test]
    async fn an_untouched_chain_holds_to_its_end() {
        let store = three_lines().await;
        let last = store.verify_audit(seal).await.unwrap().unwrap().unwrap();
        assert_eq!((last.seq, last.line.as_str()), (3, "three"));
        assert_eq!(store.audit_end().await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_changed_or_missing_line_is_found() {
        for (change, broken) in [
            ("UPDATE audit SET line = 'TWO' WHERE seq = 2", 2),
            ("DELETE FROM audit WHERE seq = 2", 2),
            ("UPDATE audit SET hash = 'x' WHERE seq = 1", 1),
        ] {
            let store = three_lines().await;
            sqlx::query(change).execute(store.pool().await.unwrap()).await.unwrap();
            assert_eq!(store.verify_audit(seal).await.unwrap(), Err(BrokenAt { seq: broken }), "{change}");
        }
    }

    #[tokio::test]
    async fn many_at_once_make_one_chain() {
        let store = Store::in_memory("test");
        let lines: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        for added in futures::future::join_all(lines.iter().map(|line| store.add_to_audit(line, seal))).await {
            added.unwrap();
        }
        assert_eq!(store.verify_audit(seal).await.unwrap().unwrap().unwrap().seq, 20);
    }
}
