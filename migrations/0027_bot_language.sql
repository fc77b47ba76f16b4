-- The language that a person chose for the bot. A person without a row is spoken to in their Telegram client's language.

-- +goose Up
CREATE TABLE bot_language (
    person    bigint PRIMARY KEY, -- Telegram user id
    language  text NOT NULL,      -- IETF tag
    chosen_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE bot_language;
