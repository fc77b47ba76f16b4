-- How often people took each file of the archive. The search orders files of one likeness by it.
-- Additive: a new table.

-- +goose Up
CREATE TABLE file_taken (
    document bigint PRIMARY KEY, -- Telegram's id of the file
    n        bigint NOT NULL CHECK (n > 0)
);

CREATE INDEX file_taken_most ON file_taken (n DESC, document);

-- +goose Down
DROP TABLE file_taken;
