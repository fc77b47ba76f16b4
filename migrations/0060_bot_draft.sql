-- What a person has told the bot so far in a conversation of several questions: the next process goes on with it.
-- Additive: a new table.

-- +goose Up
CREATE TABLE bot_draft (
    bot_id     bigint NOT NULL,
    chat_id    bigint NOT NULL, -- the person: drafts are made in private, one at a time
    content    jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bot_id, chat_id)
);

-- +goose Down
DROP TABLE bot_draft;
