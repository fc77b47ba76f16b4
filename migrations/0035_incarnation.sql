-- Names this database, together with the server that runs it. Keys in Redis begin with the name, so that they mean nothing to another database.

-- +goose Up
CREATE TABLE incarnation (
    id  uuid NOT NULL DEFAULT gen_random_uuid(),
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
INSERT INTO incarnation DEFAULT VALUES;

-- +goose Down
DROP TABLE incarnation;
