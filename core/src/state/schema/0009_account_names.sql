-- What an account was called while its name still followed from its secrets. Rows of orders keep the name they were written with.
CREATE TABLE account_names (
    former TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL
);
CREATE INDEX account_names_by_account ON account_names (account);
