-- The requests of the last minute, where several servers share one upstream token.
CREATE TABLE turns (
    account TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX turns_by_account ON turns (account, sent_at);
