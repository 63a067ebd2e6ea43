-- Which program acted: what people know it by, beside its id, and whether it must prove who it is with a key of its own.
ALTER TABLE oauth_families ADD COLUMN client_name TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_families ADD COLUMN client_proof TEXT NOT NULL DEFAULT 'none';
ALTER TABLE orders ADD COLUMN client_id TEXT;
ALTER TABLE orders ADD COLUMN client_name TEXT;
