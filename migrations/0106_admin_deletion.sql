-- Files that admins deleted from the archive: hidden at once, removed after a day.
-- Additive: new tables.

-- +goose Up
CREATE TABLE admin_deletion (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state      text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'hidden', 'undone', 'removing', 'removed')),
    what       text NOT NULL CHECK (length(what) <= 100), -- the search, or the post, that found the files
    made_by    bigint NOT NULL,                           -- a Telegram user id
    made_at    timestamptz NOT NULL DEFAULT now(),
    due_at     timestamptz                                -- of the removal; null for a draft
);
CREATE INDEX admin_deletion_due ON admin_deletion (due_at) WHERE state IN ('hidden', 'removing');

CREATE TABLE admin_deletion_file (
    deletion bigint NOT NULL REFERENCES admin_deletion ON DELETE CASCADE,
    document bigint NOT NULL,
    removed  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (deletion, document)
);

-- +goose Down
DROP TABLE admin_deletion_file;
DROP TABLE admin_deletion;
