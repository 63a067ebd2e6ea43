-- What upstream showed of an order before it was sent: only what is new since then proves that it took effect.
ALTER TABLE orders ADD COLUMN shown_before TEXT;
