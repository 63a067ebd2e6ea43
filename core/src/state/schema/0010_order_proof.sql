-- How long a request can be on its way, as it was when it was sent; and what proves that an order came to nothing.
ALTER TABLE orders ADD COLUMN flight_ms BIGINT;
ALTER TABLE orders ADD COLUMN proof TEXT;
