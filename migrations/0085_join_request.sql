-- Requests to join channels, and the events of people who had to join a required channel first.
-- Additive: new tables.

-- +goose Up
-- A bot cannot list requests, so each is kept until the person joins or leaves. The list of required channels is a row of setting.
CREATE TABLE join_request (
    channel_id  bigint NOT NULL,
    person      bigint NOT NULL,
    invite      text NOT NULL, -- the link that was used; may be empty
    asked_at    timestamptz NOT NULL,
    approve     boolean NOT NULL, -- the bot approves it
    approved_at timestamptz,      -- the approval was made, or refused for good
    try_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, person)
);
CREATE INDEX join_request_due ON join_request (try_at) WHERE approve AND approved_at IS NULL;

-- The last event of a person in a chat that waits until they have joined.
CREATE TABLE join_wait (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person     bigint NOT NULL,
    chat_id    bigint NOT NULL, -- in the Bot API's form
    event      jsonb NOT NULL CHECK (length(event::text) <= 65536),
    message_id bigint NOT NULL DEFAULT 0, -- of the screen that asks them to join
    asked_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (person, chat_id)
);
CREATE INDEX join_wait_age ON join_wait (asked_at);

-- +goose Down
DROP TABLE join_wait;
DROP TABLE join_request;
