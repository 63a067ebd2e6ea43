-- What may be used once and was, by whichever server on this database; kept for as long as it could be tried again.
CREATE TABLE used (
    name TEXT NOT NULL PRIMARY KEY,
    forget_at BIGINT NOT NULL
);
