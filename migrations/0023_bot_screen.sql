-- Messages of the bot that show a hold and count down. One that survives its process goes on counting in the next.

-- +goose Up
CREATE TABLE bot_screen (
    bot_id     bigint NOT NULL,
    chat_id    bigint NOT NULL, -- the person: bookings are shown in private
    message_id int NOT NULL,
    booking_id bigint NOT NULL REFERENCES booking,
    language   text NOT NULL,
    PRIMARY KEY (bot_id, chat_id, message_id)
);

-- +goose Down
DROP TABLE bot_screen;
