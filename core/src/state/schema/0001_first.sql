-- What the server remembers; the same text for SQLite and PostgreSQL. Times are milliseconds since 1970 in UTC.

-- Small things of one upstream account: time entries and references made here, aliases of customers, finished batches.
CREATE TABLE kept (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account, kind, id)
);

-- The ledger of orders. A row is written before the order leaves, so that a crash cannot hide one.
CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    tool TEXT NOT NULL,
    order_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    summary TEXT NOT NULL,
    arguments TEXT NOT NULL,
    totals TEXT NOT NULL,
    principal TEXT NOT NULL,
    holder TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    settled_at BIGINT,
    answer TEXT,
    found TEXT
);

-- Of one order there is one living row; rows of attempts that surely came to nothing stay as history.
CREATE UNIQUE INDEX orders_once ON orders (account, tool, order_key) WHERE state <> 'failed';
CREATE INDEX orders_by_time ON orders (started_at);

-- One line a write, each sealed with the hash of the line before it.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    line TEXT NOT NULL,
    hash TEXT NOT NULL
);
