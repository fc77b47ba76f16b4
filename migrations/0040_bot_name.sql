-- The bot's username. Processes that are not connected to Telegram make links to the chat of it.

-- +goose Up
CREATE TABLE bot_name (
    bot_id   bigint PRIMARY KEY,
    username text NOT NULL
);

-- +goose Down
DROP TABLE bot_name;
