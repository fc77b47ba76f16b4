-- Links to files, to ranges of a channel's messages, and to searches that have limits: an end, a number of people, premium only. They can be revoked.
-- Additive: new tables.

-- +goose Up
CREATE TABLE delivery_link (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin        text NOT NULL UNIQUE CHECK (length(origin) BETWEEN 1 AND 100), -- the message that made the link; a repeat finds the same row
    kind          text NOT NULL CHECK (kind IN ('file', 'batch', 'search')),
    document      bigint NOT NULL DEFAULT 0,
    channel       bigint NOT NULL DEFAULT 0 CHECK (channel >= 0),
    first_message int NOT NULL DEFAULT 0,
    last_message  int NOT NULL DEFAULT 0,
    query         text NOT NULL DEFAULT '' CHECK (length(query) <= 400),
    protect       boolean NOT NULL DEFAULT false,
    premium_only  boolean NOT NULL DEFAULT false,
    most_people   int NOT NULL DEFAULT 0 CHECK (most_people >= 0), -- 0: any number
    people        int NOT NULL DEFAULT 0 CHECK (people >= 0),      -- that have opened it
    expires_at    timestamptz,
    revoked_at    timestamptz,
    created_by    bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (kind <> 'file' OR document <> 0),
    CHECK (kind <> 'batch' OR channel > 0 AND first_message > 0 AND last_message BETWEEN first_message AND first_message + 999),
    CHECK (kind <> 'search' OR query <> '')
);
CREATE INDEX delivery_link_made ON delivery_link (created_by, id);

CREATE TABLE delivery_link_person (
    link      bigint NOT NULL REFERENCES delivery_link (id) ON DELETE CASCADE,
    person    bigint NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (link, person)
);

-- +goose Down
DROP TABLE delivery_link_person;
DROP TABLE delivery_link;
