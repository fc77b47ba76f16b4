-- Manual filters: words that a group's admins answer with a text or a file. chat_id 0 holds the club's filters, which answer in every group.
-- Additive: new tables.

-- +goose Up
CREATE TABLE filter_set (
    chat_id bigint PRIMARY KEY CHECK (chat_id <= 0),
    version bigint NOT NULL CHECK (version > 0) -- rises with every change of the chat's filters; its row is the lock of such a change
);

CREATE TABLE manual_filter (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chat_id        bigint NOT NULL REFERENCES filter_set (chat_id),
    key            text NOT NULL CHECK (key <> '' AND length(key) <= 400), -- the words in the form in which they are compared
    words          text NOT NULL CHECK (words <> '' AND length(words) <= 100), -- as they were typed
    body           text NOT NULL CHECK (length(body) <= 4096),
    entities       bytea, -- formatting of the body, in Telegram's encoding
    buttons        jsonb NOT NULL CHECK (jsonb_typeof(buttons) = 'array' AND jsonb_array_length(buttons) <= 100),
    kind           smallint, -- of the file; NULL without a file
    document       bigint,
    access_hash    bigint,
    file_reference bytea,
    place_chat     bigint, -- the message that the file is read from again when its reference has expired
    place_message  integer,
    changed_by     bigint NOT NULL,
    changed_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chat_id, key),
    CHECK (body <> '' OR document IS NOT NULL),
    CHECK (num_nulls(kind, document, access_hash, file_reference, place_chat, place_message) IN (0, 6))
);

-- +goose Down
DROP TABLE manual_filter;
DROP TABLE filter_set;
