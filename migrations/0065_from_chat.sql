-- A change that a member makes in the chat is shown by the message that they tapped. Its notification waits for that, and is sent where the message
-- could not be shown.
-- Additive: both columns have a default.

-- +goose Up
ALTER TABLE notification ADD COLUMN from_chat boolean NOT NULL DEFAULT false; -- the member made the change in the chat that would be notified
ALTER TABLE payment ADD COLUMN from_chat boolean NOT NULL DEFAULT false; -- the member asked for it in the chat

-- +goose Down
ALTER TABLE payment DROP COLUMN from_chat;
ALTER TABLE notification DROP COLUMN from_chat;
