-- The bot's own memory of Telegram: a container holds no state.

-- +goose Up
CREATE TABLE bot_session (
    id         bigint PRIMARY KEY, -- the bot's user id, the part of its token before the colon
    data       bytea NOT NULL,     -- gotd's session: the key that signs in without the token
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bot_state (
    bot_id bigint PRIMARY KEY,
    pts    int NOT NULL,
    qts    int NOT NULL,
    date   int NOT NULL,
    seq    int NOT NULL
);

CREATE TABLE bot_channel_state (
    bot_id     bigint NOT NULL,
    channel_id bigint NOT NULL,
    pts        int NOT NULL,
    PRIMARY KEY (bot_id, channel_id)
);

CREATE TABLE bot_access_hash (
    bot_id  bigint NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('user', 'channel')),
    peer_id bigint NOT NULL,
    hash    bigint NOT NULL,
    PRIMARY KEY (bot_id, kind, peer_id)
);

-- Messages to the bot that are not answered yet. The key drops what Telegram delivers twice; rows stay a while after they are handled
-- for that reason.
CREATE TABLE bot_inbox (
    bot_id      bigint NOT NULL,
    chat_id     bigint NOT NULL,
    message_id  int NOT NULL,
    update_data bytea NOT NULL, -- the update as it came, emptied once handled
    received_at timestamptz NOT NULL DEFAULT now(),
    handled_at  timestamptz,
    PRIMARY KEY (bot_id, chat_id, message_id)
);
CREATE INDEX bot_inbox_waiting ON bot_inbox (bot_id, received_at) WHERE handled_at IS NULL;
CREATE INDEX bot_inbox_handled ON bot_inbox (handled_at) WHERE handled_at IS NOT NULL;

-- +goose Down
DROP TABLE bot_inbox;
DROP TABLE bot_access_hash;
DROP TABLE bot_channel_state;
DROP TABLE bot_state;
DROP TABLE bot_session;
