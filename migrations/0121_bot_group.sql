-- The groups that the bot is in. Broadcasts to groups go to them.
-- Additive: a new table.

-- +goose Up
CREATE TABLE bot_group (
    number     bigint PRIMARY KEY CHECK (number > 0),            -- the first chat id without its sign; a group that becomes a supergroup keeps it
    chat_id    bigint NOT NULL UNIQUE CHECK (chat_id < 0),       -- in the form of the Bot API
    left_at    timestamptz,                                      -- the bot left or was removed
    refused    text NOT NULL DEFAULT '' CHECK (length(refused) <= 100), -- Telegram's error for which the bot cannot write there
    refused_at timestamptz,
    noted_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((refused = '') = (refused_at IS NULL))
);

-- Groups of before are known if their admins stored something. The others are noted with their next message.
INSERT INTO bot_group (number, chat_id)
SELECT -chat_id, chat_id FROM (
    SELECT chat_id FROM group_settings UNION SELECT chat_id FROM filter_set WHERE chat_id < 0 UNION SELECT chat_id FROM group_connection
) AS known
WHERE NOT EXISTS (SELECT FROM bot_migrated_group m WHERE known.chat_id = -m.group_id);

-- +goose Down
DROP TABLE bot_group;
