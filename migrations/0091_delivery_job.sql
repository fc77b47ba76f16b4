-- Deliveries of files that outlive the process: a list of places with a cursor, and the messages that the bot deletes again.
-- Additive: new tables.

-- +goose Up
CREATE TABLE delivery_job (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin       text NOT NULL UNIQUE CHECK (length(origin) BETWEEN 1 AND 100), -- the event that asked for it; a repeat finds the same row
    person       bigint NOT NULL,
    chat         bigint NOT NULL,              -- that the files are sent to
    topic        int NOT NULL DEFAULT 0,       -- a message of the forum topic
    language     text NOT NULL DEFAULT '',
    quiet        boolean NOT NULL,             -- one file, without a message about the progress
    state        text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'running', 'done', 'cancelled', 'failed')),
    reason       text NOT NULL DEFAULT '',     -- code of the error that ended it
    documents    bigint[] NOT NULL,            -- 0: the file at the place, whatever it is
    channels     bigint[] NOT NULL,
    messages     int[] NOT NULL,
    albums       bigint[],                     -- known once the posts were read; files of one album follow each other then
    total        int NOT NULL CHECK (total > 0),
    cursor       int NOT NULL DEFAULT 0 CHECK (cursor BETWEEN 0 AND total),
    sent         int NOT NULL DEFAULT 0 CHECK (sent BETWEEN 0 AND cursor),
    skipped      int NOT NULL DEFAULT 0 CHECK (skipped >= 0), -- posts without a file, and files that are gone
    refused      int NOT NULL DEFAULT 0 CHECK (refused >= 0), -- files for which the person's quota had no room
    protect      boolean NOT NULL,
    delete_after interval NOT NULL DEFAULT interval '0' CHECK (delete_after BETWEEN interval '0' AND interval '47 hours'),
    caption      text NOT NULL DEFAULT '',
    reservation  bigint NOT NULL DEFAULT 0,    -- of the person's quota
    progress     int NOT NULL DEFAULT 0,       -- id of the message about the progress
    notice       text NOT NULL DEFAULT 'none' CHECK (notice IN ('none', 'due', 'gone')), -- due: when the files are deleted, the message says so
    created_at   timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz,
    closed       boolean NOT NULL DEFAULT false, -- the person has been told how it ended
    CHECK (cardinality(documents) = total AND cardinality(channels) = total AND cardinality(messages) = total AND (albums IS NULL OR cardinality(albums) = total)),
    CHECK ((state IN ('new', 'running')) = (ended_at IS NULL)),
    CHECK (state <> 'running' OR albums IS NOT NULL),
    CHECK (NOT closed OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX delivery_job_one_a_person ON delivery_job (person) WHERE ended_at IS NULL AND NOT quiet;
CREATE INDEX delivery_job_live ON delivery_job (id) WHERE NOT closed;
CREATE INDEX delivery_job_notice ON delivery_job (id) WHERE notice = 'due';
CREATE INDEX delivery_job_ended ON delivery_job (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE delivery_deletion (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job       bigint NOT NULL REFERENCES delivery_job (id),
    chat      bigint NOT NULL,
    messages  int[] NOT NULL CHECK (cardinality(messages) BETWEEN 1 AND 100),
    sent_at   timestamptz NOT NULL DEFAULT now(),
    delete_at timestamptz NOT NULL CHECK (delete_at <= sent_at + interval '47 hours')
);
CREATE INDEX delivery_deletion_due ON delivery_deletion (delete_at);
CREATE INDEX delivery_deletion_job ON delivery_deletion (job);

-- +goose Down
DROP TABLE delivery_deletion;
DROP TABLE delivery_job;
