-- The daily quota of files. quota_day.used counts files that were delivered and files that are reserved for a delivery under way.
-- Additive: new tables.

-- +goose Up
CREATE TABLE quota_day (
    person bigint NOT NULL, -- a Telegram user id
    day    date NOT NULL, -- in the bot's zone
    used   integer NOT NULL CHECK (used >= 0),
    PRIMARY KEY (person, day)
);
CREATE INDEX quota_day_old ON quota_day (day);

-- A delivery under way. Its owner settles each file that Telegram took and releases the rest. After expires_at the sweep releases it.
CREATE TABLE quota_reservation (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person     bigint NOT NULL,
    day        date NOT NULL, -- on which the files count
    key        text UNIQUE CHECK (length(key) <= 100), -- of the delivery, if a repeated delivery shall find its reservation
    resume     bytea, -- repeats the delivery after a kill
    resume_at  timestamptz, -- not before; NULL without resume
    expires_at timestamptz NOT NULL
);
CREATE INDEX quota_reservation_expiry ON quota_reservation (expires_at);
CREATE INDEX quota_reservation_resume ON quota_reservation (resume_at) WHERE resume_at IS NOT NULL;

-- The files of a reservation that are neither settled nor released.
CREATE TABLE quota_file (
    reservation bigint NOT NULL REFERENCES quota_reservation ON DELETE CASCADE,
    document    bigint NOT NULL, -- Telegram's id of the file
    counted     boolean NOT NULL, -- false: the file is free, because the person had it in the last 24 hours
    PRIMARY KEY (reservation, document)
);

-- When a person was last charged for a file. Within 24 hours the file is free for them.
CREATE TABLE quota_delivered (
    person     bigint NOT NULL,
    document   bigint NOT NULL,
    charged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, document)
);
CREATE INDEX quota_delivered_old ON quota_delivered (charged_at);

-- +goose Down
DROP TABLE quota_delivered;
DROP TABLE quota_file;
DROP TABLE quota_reservation;
DROP TABLE quota_day;
