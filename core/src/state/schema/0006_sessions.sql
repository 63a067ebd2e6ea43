-- Sessions of the initialize era, so that a restart or another server loses none. The id is kept as its digest.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    principal TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
