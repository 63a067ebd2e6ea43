-- Secrets made once and shared by every server on this database, for example the key that seals forms.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- One consent of one person to one client. What follows from it ends with it.
CREATE TABLE oauth_families (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    -- SHA-256 of the key it was given with. With another key it counts no more, be it a new one of the same person or one of a
    -- later namesake.
    key_digest TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX oauth_families_by_client ON oauth_families (client_id);

-- Authorization codes, as digests. A used one stays for a while, so that a second use is recognised.
CREATE TABLE oauth_codes (
    digest TEXT NOT NULL PRIMARY KEY,
    family TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- Access and refresh tokens, as digests. A rotated refresh token stays, so that a later use is recognised.
CREATE TABLE oauth_tokens (
    digest TEXT NOT NULL PRIMARY KEY,
    family TEXT NOT NULL,
    kind TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    rotated_at BIGINT
);
CREATE INDEX oauth_tokens_by_family ON oauth_tokens (family);

-- Clients that registered themselves.
CREATE TABLE oauth_clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
