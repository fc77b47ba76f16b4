-- Counters of the archive for its admins. None of them names a person.
-- Additive: new tables.

-- +goose Up
CREATE TABLE activity_count (
    day  date NOT NULL, -- in the zone of the bot
    what text NOT NULL CHECK (what ~ '^[a-z_]{1,40}$'),
    n    bigint NOT NULL,
    PRIMARY KEY (day, what)
);

-- People by the day of their last activity and the language of their client.
CREATE TABLE people_count (
    day      date NOT NULL, -- in the zone of the bot
    language text NOT NULL CHECK (length(language) <= 16),
    n        bigint NOT NULL,
    PRIMARY KEY (day, language)
);

CREATE TABLE file_count (
    channel bigint NOT NULL, -- 0: the whole archive
    kind    smallint NOT NULL,
    n       bigint NOT NULL,
    PRIMARY KEY (channel, kind)
);

-- Searches that found nothing, by their normalised words.
CREATE TABLE missed_search (
    words   text PRIMARY KEY CHECK (length(words) BETWEEN 1 AND 100),
    n       bigint NOT NULL CHECK (n > 0),
    last_at timestamptz NOT NULL
);
CREATE INDEX missed_search_often ON missed_search (n DESC, last_at DESC);
CREATE INDEX missed_search_late ON missed_search (last_at DESC);

-- +goose Down
DROP TABLE missed_search;
DROP TABLE file_count;
DROP TABLE people_count;
DROP TABLE activity_count;
