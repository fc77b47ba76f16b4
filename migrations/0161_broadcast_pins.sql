-- Counts the recipients of a broadcast in whose chats it is not pinned, although its plan says so.
-- Additive: the previous release does not write the column.

-- +goose Up
ALTER TABLE broadcast ADD unpinned bigint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE broadcast DROP unpinned;
