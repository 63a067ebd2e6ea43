//! The database: SQLite in a file, or PostgreSQL for several replicas, opened when it is first needed.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, AnyRow, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyPool, Executor, SqlStr, Transaction};
use tokio::sync::OnceCell;

use super::account_names::AccountNames;

/// How long a call waits for a free connection, and a SQLite writer for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// Every change of the schema, in order. A published one is never edited.
const SCHEMA: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("schema/0001_first.sql")),
    (2, "turns", include_str!("schema/0002_turns.sql")),
    (3, "shown before", include_str!("schema/0003_shown_before.sql")),
    (4, "used", include_str!("schema/0004_used.sql")),
    (5, "oauth", include_str!("schema/0005_oauth.sql")),
    (6, "sessions", include_str!("schema/0006_sessions.sql")),
    (7, "outcomes", include_str!("schema/0007_outcomes.sql")),
    (8, "oauth clients named", include_str!("schema/0008_oauth_clients_named.sql")),
    (9, "account names", include_str!("schema/0009_account_names.sql")),
];

/// Why something could not be remembered. Its text names no password.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The database cannot be opened.
    #[error("the state in {place} cannot be opened")]
    Open {
        /// Where it is, without credentials.
        place: String,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A read or write failed.
    #[error("the state cannot be read or written")]
    Query(#[from] sqlx::Error),
    /// A row is not in the form this version writes.
    #[error("a row of the state cannot be understood")]
    Row(#[from] serde_json::Error),
    /// A secret that is not what this version makes.
    #[error("the secret `{name}` of the state is not 256 bits long")]
    Secret {
        /// Its name.
        name: String,
    },
}

impl StateError {
    /// What callers may know of it: what went wrong, not where the state is.
    pub fn told(&self) -> &'static str {
        match self {
            Self::Open { .. } => "The server's state cannot be opened",
            Self::Query(_) => "The server's state cannot be read or written",
            Self::Row(_) | Self::Secret { .. } => "The server's state cannot be understood",
        }
    }
}

/// The server's memory.
pub struct Store {
    address: String,
    place: String,
    pool: OnceCell<AnyPool>,
    names: AccountNames,
    /// This process among those that share the database.
    pub(super) holder: String,
}

impl Store {
    /// A store at `address`: `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. Nothing is opened yet. `holder` names
    /// this process; no other may have the same name.
    pub fn new(address: impl Into<String>, holder: impl Into<String>) -> Self {
        let address = address.into();
        Self {
            place: without_credentials(&address),
            address,
            pool: OnceCell::new(),
            names: AccountNames::default(),
            holder: holder.into(),
        }
    }

    /// A store that is gone with the process.
    pub fn in_memory(holder: impl Into<String>) -> Self {
        Self::new("sqlite::memory:", holder)
    }

    /// Where it is, without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Opens the store if it is not open yet, so that a failure shows before something else is done.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn ready(&self) -> Result<(), StateError> {
        self.pool().await.map(drop)
    }

    /// Asks the database for an answer, whatever it is.
    ///
    /// # Errors
    /// When it cannot be opened or does not answer.
    pub async fn answers(&self) -> Result<(), StateError> {
        self.pool().await?.execute("SELECT 1").await?;
        Ok(())
    }

    pub(super) async fn pool(&self) -> Result<&AnyPool, StateError> {
        let pool = self.pool.get_or_try_init(|| self.open()).await?;
        // Before anything is looked up: what is filed under a former name must be found.
        self.names.write(pool).await?;
        Ok(pool)
    }

    /// Lets what is filed under `former` be found under `account`. It is written down when the store is next used.
    pub fn also_known_as(&self, account: &str, former: &str) {
        self.names.learn(account, former);
    }

    /// Whether something is kept already, by this process or an earlier one.
    pub(super) fn is_there(&self) -> bool {
        self.pool.get().is_some() || self.is_shared() || path_of(&self.address).is_file()
    }

    /// A transaction that no other one on the same table runs beside, in any process.
    pub(super) async fn alone_on(&self, table: Table) -> Result<Transaction<'static, Any>, StateError> {
        let pool = self.pool().await?;
        if self.is_shared() {
            let mut transaction = pool.begin().await?;
            transaction.execute(table.lock()).await?;
            Ok(transaction)
        } else {
            // Taking the writer's place at once: a reader that turns into a writer could be refused halfway.
            Ok(pool.begin_with("BEGIN IMMEDIATE").await?)
        }
    }

    /// Whether servers on several machines may share it.
    pub fn is_shared(&self) -> bool {
        self.address.starts_with("postgres:") || self.address.starts_with("postgresql:")
    }

    async fn open(&self) -> Result<AnyPool, StateError> {
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| StateError::Open { place: self.place.clone(), source };
        install_default_drivers();
        let options = AnyPoolOptions::new().acquire_timeout(PATIENCE);
        let pool = if self.is_shared() {
            options.max_connections(8).connect(&self.address).await
        } else {
            let (address, options) = sqlite(&self.address, options).map_err(|error| failed(error.into()))?;
            options.connect(&address).await
        }
        .map_err(|error| failed(error.into()))?;
        migrate(&pool).await.map_err(|error| failed(error.into()))?;
        Ok(pool)
    }
}

/// A table that several processes may want to change at the same time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    Orders,
    Audit,
    Turns,
}

impl Table {
    fn lock(self) -> &'static str {
        match self {
            Self::Orders => "LOCK TABLE orders IN EXCLUSIVE MODE",
            Self::Audit => "LOCK TABLE audit IN EXCLUSIVE MODE",
            Self::Turns => "LOCK TABLE turns IN EXCLUSIVE MODE",
        }
    }
}

/// The address SQLite understands, and connections as it needs them. A new file is its owner's alone.
fn sqlite(address: &str, options: AnyPoolOptions) -> std::io::Result<(String, AnyPoolOptions)> {
    let path = path_of(address);
    if path == Path::new(MEMORY) {
        // The data live as long as the one connection: it must never be replaced.
        let options = options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        return Ok(("sqlite::memory:".to_owned(), options));
    }
    create_private(path)?;
    let options = options.max_connections(4).after_connect(|connection, _| {
        Box::pin(async move {
            // FULL: an order must be on the disk before it leaves.
            for pragma in ["PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"] {
                connection.execute(pragma).await?;
            }
            Ok(())
        })
    });
    Ok((format!("sqlite://{}?mode=rwc", path.display()), options))
}

const MEMORY: &str = ":memory:";

/// The file of an address of SQLite.
fn path_of(address: &str) -> &Path {
    Path::new(address.trim_start_matches("sqlite:").trim_start_matches("//"))
}

fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Brings the schema up to date. Several processes may start at once: whoever comes second finds the work done.
async fn migrate(pool: &AnyPool) -> Result<(), sqlx::migrate::MigrateError> {
    let migrations = SCHEMA.iter().map(|(version, name, sql)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    match migrator.run(pool).await {
        Ok(()) => Ok(()),
        // SQLite has no lock for migrations: two at once get in each other's way, and the loser looks again.
        Err(_) => {
            tokio::time::sleep(Duration::from_millis(200)).await;
            migrator.run(pool).await
        }
    }
}

fn without_credentials(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) if scheme.starts_with("postgres") => {
            let rest = rest.split('?').next().unwrap_or_default();
            format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host))
        }
        _ => address.to_owned(),
    }
}

/// A text column.
pub(super) fn text(row: &AnyRow, column: &str) -> Result<String, sqlx::Error> {
    sqlx::Row::try_get(row, column)
}

/// A text column that may be empty.
pub(super) fn optional_text(row: &AnyRow, column: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::Row::try_get(row, column)
}

/// A number column.
pub(super) fn number(row: &AnyRow, column: &str) -> Result<i64, sqlx::Error> {
    sqlx::Row::try_get(row, column)
}

/// Now, in milliseconds since 1970.
pub(super) fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_made_for_its_owner_alone_and_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.db");
        let address = format!("sqlite:{}", path.display());
        for _ in 0..2 {
            Store::new(&address, "one").ready().await.unwrap();
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }

    #[tokio::test]
    async fn several_may_open_a_new_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let stores: Vec<Store> = (0..4).map(|holder| Store::new(&address, holder.to_string())).collect();
        for ready in futures::future::join_all(stores.iter().map(Store::ready)).await {
            ready.unwrap();
        }
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_named_without_a_password() {
        let refused = Store::new("sqlite:/proc/nowhere/state.db", "one").ready().await.unwrap_err();
        assert_eq!(refused.to_string(), "the state in sqlite:/proc/nowhere/state.db cannot be opened");
        let place = without_credentials("postgres://me:secret@db.example.com/infini?sslmode=require");
        assert_eq!(place, "postgres://db.example.com/infini");
    }
}
