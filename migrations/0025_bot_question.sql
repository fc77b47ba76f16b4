-- What a person was asked to type in the chat: an answer that comes to the next process still answers it.

-- +goose Up
CREATE TABLE bot_question (
    bot_id   bigint NOT NULL,
    chat_id  bigint NOT NULL, -- the person: questions are asked in private, one at a time
    step     text NOT NULL,   -- where the answer goes, as a button would carry it
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bot_id, chat_id)
);

-- +goose Down
DROP TABLE bot_question;
