-- A link of t.me that opens the invoice of a payment inside Telegram.
-- Additive: the previous release does not write the column.

-- +goose Up
ALTER TABLE payment ADD invoice_link text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE payment DROP invoice_link;
