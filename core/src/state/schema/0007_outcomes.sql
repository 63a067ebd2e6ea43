-- When a confirmation was used, and what came of the call that used it, so that the same call again is answered with that.
ALTER TABLE used ADD COLUMN used_at BIGINT;
ALTER TABLE used ADD COLUMN outcome TEXT;
