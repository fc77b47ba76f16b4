-- A club, what it rents out, when, and for how much.

-- +goose Up
-- A net's id stands beside a time range in one GiST constraint. The extension stays on the way down: others may use it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The clock that judges everything with money in it. One function, so that a test can move it; never the clock of an application host.
-- +goose StatementBegin
CREATE FUNCTION booking_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';
-- +goose StatementEnd

CREATE TABLE club (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL CHECK (name <> ''),
    time_zone text NOT NULL CHECK (time_zone <> ''), -- an IANA name; only Go converts with it
    currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Online payment decides who confirms a hold: the member's word, or money.
    pays_online boolean NOT NULL DEFAULT false,

    grid_minutes         int NOT NULL DEFAULT 30 CHECK (grid_minutes BETWEEN 1 AND 1440),
    min_minutes          int NOT NULL DEFAULT 30 CHECK (min_minutes >= 1),
    max_minutes          int NOT NULL DEFAULT 240 CHECK (max_minutes BETWEEN min_minutes AND 1440),
    buffer_minutes       int NOT NULL DEFAULT 0 CHECK (buffer_minutes BETWEEN 0 AND 240),
    notice_minutes       int NOT NULL DEFAULT 0 CHECK (notice_minutes >= 0),
    horizon_days         int NOT NULL DEFAULT 60 CHECK (horizon_days BETWEEN 0 AND 1000),
    hold_seconds         int NOT NULL DEFAULT 600 CHECK (hold_seconds BETWEEN 1 AND 86400),
    hold_max_seconds     int NOT NULL DEFAULT 1800 CHECK (hold_max_seconds >= hold_seconds),
    offer_seconds        int NOT NULL DEFAULT 900 CHECK (offer_seconds BETWEEN 1 AND 86400),
    cancel_free_hours    int NOT NULL DEFAULT 24 CHECK (cancel_free_hours >= 0),
    cancel_fee_percent   int NOT NULL DEFAULT 50 CHECK (cancel_fee_percent BETWEEN 0 AND 100),
    check_in_minutes     int NOT NULL DEFAULT 30 CHECK (check_in_minutes >= 0),
    no_show_minutes      int NOT NULL DEFAULT 15 CHECK (no_show_minutes >= 0),
    reminder_minutes     int NOT NULL DEFAULT 120 CHECK (reminder_minutes >= 0), -- 0: none
    quota_active         int NOT NULL DEFAULT 4 CHECK (quota_active >= 0),       -- 0: no limit
    quota_week_minutes   int NOT NULL DEFAULT 600 CHECK (quota_week_minutes >= 0) -- 0: no limit
);

-- Whom the club knows. Someone without a row is a guest.
CREATE TABLE club_member (
    club_id   bigint NOT NULL REFERENCES club,
    member_id bigint NOT NULL, -- the Telegram user id
    role      text NOT NULL DEFAULT 'member' CHECK (role IN ('guest', 'member', 'staff', 'admin')),
    PRIMARY KEY (club_id, member_id)
);

CREATE TABLE net (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id  bigint NOT NULL REFERENCES club,
    name     text NOT NULL CHECK (name <> ''),
    surface  text NOT NULL DEFAULT '',
    indoor   boolean NOT NULL DEFAULT false,
    lights   boolean NOT NULL DEFAULT false,
    capacity int NOT NULL DEFAULT 6 CHECK (capacity > 0),
    active   boolean NOT NULL DEFAULT true, -- a net is retired, never deleted: bookings name it
    UNIQUE (club_id, name),
    UNIQUE (id, club_id)
);

-- What may be hired with one net: a bowling machine stands in its lane.
CREATE TABLE add_on (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    net_id        bigint NOT NULL REFERENCES net,
    name          text NOT NULL CHECK (name <> ''),
    per_hour      boolean NOT NULL, -- else once a booking
    price_minor   bigint NOT NULL CHECK (price_minor >= 0),
    active        boolean NOT NULL DEFAULT true,
    UNIQUE (net_id, name)
);

-- Minutes of the weekday's local clock; more than 1440 is the night after it. A net with rows of its own has only those.
CREATE TABLE opening_hours (
    club_id       bigint NOT NULL REFERENCES club,
    net_id        bigint NOT NULL DEFAULT 0, -- 0: every net without rows of its own
    weekday       int NOT NULL CHECK (weekday BETWEEN 0 AND 6), -- 0 is Sunday
    opens_minute  int NOT NULL CHECK (opens_minute BETWEEN 0 AND 1439),
    closes_minute int NOT NULL CHECK (closes_minute > opens_minute AND closes_minute <= 2880),
    EXCLUDE USING gist (club_id WITH =, net_id WITH =, weekday WITH =, int4range(opens_minute, closes_minute) WITH &&)
);

CREATE TABLE closure (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id  bigint NOT NULL REFERENCES club,
    net_ids  bigint[] NOT NULL DEFAULT '{}', -- empty: all
    reason   text NOT NULL DEFAULT '',
    every    text NOT NULL CHECK (every IN ('once', 'week', 'year')),
    during   tstzrange CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)), -- once
    first_day date, -- week, year: the first day, whose weekday or date repeats
    last_day  date,
    from_minute int CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute   int CHECK (to_minute > from_minute AND to_minute <= 2880),
    CHECK (CASE every WHEN 'once' THEN during IS NOT NULL AND first_day IS NULL
        ELSE during IS NULL AND first_day IS NOT NULL AND from_minute IS NOT NULL AND to_minute IS NOT NULL END)
);
CREATE INDEX closure_club ON closure (club_id);

-- The dearer rule wins by rank; the base rule of a club has rank 0 and the whole week.
CREATE TABLE price_rule (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id      bigint NOT NULL REFERENCES club,
    net_id       bigint NOT NULL DEFAULT 0, -- 0: every net
    label        text NOT NULL CHECK (label <> ''),
    rank         int NOT NULL DEFAULT 0 CHECK (rank >= 0),
    weekdays     int NOT NULL DEFAULT 127 CHECK (weekdays BETWEEN 1 AND 127), -- bit 0 is Sunday
    from_minute  int NOT NULL DEFAULT 0 CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute    int NOT NULL DEFAULT 1440 CHECK (to_minute > from_minute AND to_minute <= 1440),
    member_minor bigint NOT NULL CHECK (member_minor >= 0), -- an hour
    guest_minor  bigint NOT NULL CHECK (guest_minor >= 0)
);
CREATE INDEX price_rule_club ON price_rule (club_id);

-- Which state of the club a cached answer describes. A token is replaced in the transaction of the change that makes older answers
-- wrong. It is random and not a counter, so a database restored from a backup cannot give an old token a second meaning.
-- net_id 0 is every net, day -infinity every day: (0, -inf) broad, (net, -inf) net, (0, day) date, (net, day) net+date.
CREATE TABLE availability_token (
    club_id bigint NOT NULL REFERENCES club,
    net_id  bigint NOT NULL,
    day     date NOT NULL,
    token   uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (club_id, net_id, day)
) WITH (fillfactor = 70);

-- +goose Down
DROP TABLE availability_token;
DROP TABLE price_rule;
DROP TABLE closure;
DROP TABLE opening_hours;
DROP TABLE add_on;
DROP TABLE net;
DROP TABLE club_member;
DROP TABLE club;
DROP FUNCTION booking_clock();
