-- Settings of groups: one row for each group, with its fields as JSON. Releases before this one stored the switch of the search in MongoDB.
-- Additive: new tables.

-- +goose Up
CREATE TABLE group_settings (
    chat_id      bigint PRIMARY KEY CHECK (chat_id < 0), -- in the form of the Bot API
    value        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(value) = 'object' AND length(value::text) <= 65536),
    version      bigint NOT NULL DEFAULT 1 CHECK (version > 0),
    changed_by   bigint NOT NULL DEFAULT 0, -- a Telegram user id; negative for an anonymous admin, 0 for the takeover
    changed_at   timestamptz NOT NULL DEFAULT now(),
    taken_version bigint -- of the MongoDB document that the row was taken from; NULL once an admin changed the row
);

-- The takeover of the switches is complete once this table has its row.
CREATE TABLE group_takeover (
    is_done boolean PRIMARY KEY DEFAULT true CHECK (is_done),
    done_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE group_takeover;
DROP TABLE group_settings;
