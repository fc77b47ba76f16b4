-- Settings that admins change at runtime: one row for each feature, with its fields as JSON.
-- Additive: a new table.

-- +goose Up
CREATE TABLE setting (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,40}$'),
    value      jsonb NOT NULL CHECK (jsonb_typeof(value) = 'object' AND length(value::text) <= 65536),
    version    bigint NOT NULL DEFAULT 1 CHECK (version > 0),
    changed_by bigint NOT NULL, -- a Telegram user id; 0 for an operator over HTTP
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE setting;
