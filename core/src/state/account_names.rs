//! What accounts were called before: their names once followed from their secrets, so that a renewed key lost the ledger.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::AnyPool;
use tokio::sync::Mutex as Gate;

use super::store::StateError;

/// The former names that this process knows of.
#[derive(Default)]
pub(super) struct AccountNames {
    state: Mutex<Names>,
    /// Whoever comes while names are being written waits, or it would look without them.
    gate: Gate<()>,
}

#[derive(Default)]
struct Names {
    known: HashSet<Name>,
    unwritten: Vec<Name>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Name {
    account: String,
    former: String,
}

impl AccountNames {
    /// Keeps a former name until it can be written.
    pub(super) fn learn(&self, account: &str, former: &str) {
        if account == former {
            return;
        }
        let name = Name { account: account.to_owned(), former: former.to_owned() };
        let mut state = self.state();
        if state.known.insert(name.clone()) {
            state.unwritten.push(name);
        }
    }

    /// Writes down what is not written yet.
    pub(super) async fn write(&self, pool: &AnyPool) -> Result<(), StateError> {
        if self.state().unwritten.is_empty() {
            return Ok(());
        }
        let _alone = self.gate.lock().await;
        loop {
            let Some(name) = self.state().unwritten.first().cloned() else { return Ok(()) };
            name.write(pool).await?;
            self.state().unwritten.retain(|other| *other != name);
        }
    }

    fn state(&self) -> MutexGuard<'_, Names> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Name {
    /// Small things are copied once, so that an older server on the same state still finds its own; orders stay as they
    /// are, for of one order there must be one row.
    async fn write(&self, pool: &AnyPool) -> Result<(), StateError> {
        let sql = "SELECT former FROM account_names WHERE former = $1";
        if sqlx::query(sql).bind(&self.former).fetch_optional(pool).await?.is_some() {
            return Ok(());
        }
        let mut writing = pool.begin().await?;
        let sql = "INSERT INTO account_names (former, account) VALUES ($1, $2) ON CONFLICT (former) DO NOTHING";
        let done = sqlx::query(sql).bind(&self.former).bind(&self.account).execute(&mut *writing).await?;
        if done.rows_affected() == 1 {
            let sql = "INSERT INTO kept (account, kind, id, data, changed_at) \
                       SELECT $2, kind, id, data, changed_at FROM kept WHERE account = $1 \
                       ON CONFLICT (account, kind, id) DO NOTHING";
            sqlx::query(sql).bind(&self.former).bind(&self.account).execute(&mut *writing).await?;
        }
        writing.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;

    #[tokio::test]
    async fn what_was_kept_under_a_former_name_is_found_under_the_present_one() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let before = Store::new(&address, "before");
        before.kept::<String>("old", "note").put("1", &"one".to_owned()).await.unwrap();
        before.kept::<String>("old", "note").put("2", &"two".to_owned()).await.unwrap();

        let after = Store::new(&address, "after");
        after.also_known_as("now", "old");
        let notes = after.kept::<String>("now", "note");
        assert_eq!(notes.get("1").await.unwrap().as_deref(), Some("one"));
        assert!(notes.remove("2").await.unwrap());

        // What was taken away stays away, and an older server keeps what it had.
        let later = Store::new(&address, "later");
        later.also_known_as("now", "old");
        assert_eq!(later.kept::<String>("now", "note").all().await.unwrap().len(), 1);
        assert_eq!(before.kept::<String>("old", "note").all().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn nobody_looks_before_the_names_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        Store::new(&address, "before").kept::<String>("old", "note").put("1", &"one".to_owned()).await.unwrap();
        let after = Store::new(&address, "after");
        after.also_known_as("now", "old");
        let notes = after.kept::<String>("now", "note");
        let looks = futures::future::join_all((0..16).map(|_| notes.get("1"))).await;
        assert!(looks.into_iter().all(|found| found.unwrap().is_some()));
    }
}
