-- Bookings and the slots they take.

-- +goose Up
CREATE TABLE booking_series (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id    bigint NOT NULL REFERENCES club,
    member_id  bigint NOT NULL,
    policy     text NOT NULL CHECK (policy IN ('all_or_nothing', 'skip')),
    created_at timestamptz NOT NULL DEFAULT booking_clock()
);

CREATE TABLE booking (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id    bigint NOT NULL REFERENCES club,
    member_id  bigint NOT NULL, -- the Telegram user id; whoever set it up, for a block
    kind       text NOT NULL CHECK (kind IN ('play', 'offer', 'block')),
    state      text NOT NULL CHECK (state IN ('held', 'confirmed', 'checked_in', 'no_show', 'expired', 'cancelled', 'slot_lost')),
    day        date NOT NULL, -- the opening day it belongs to: 01:00 belongs to the evening before
    series_id  bigint REFERENCES booking_series,
    rate       text NOT NULL CHECK (rate IN ('member', 'guest')),
    -- Fixed at the hold; the lines add up to the price.
    currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    price_lines jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(price_lines) = 'array'),
    add_on_ids  bigint[] NOT NULL DEFAULT '{}',
    cancel_fee_minor bigint CHECK (cancel_fee_minor BETWEEN 0 AND price_minor),
    note       text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    expires_at timestamptz, -- of a hold: the first instant at which it is no more
    version    int NOT NULL DEFAULT 1, -- counts holds, moves and changes of state: what a payment was made for
    reminded_for timestamptz, -- the start of which its member was reminded
    CHECK ((state = 'held') <= (expires_at IS NOT NULL)),
    CHECK ((state = 'cancelled') <= (cancel_fee_minor IS NOT NULL)),
    UNIQUE (id, state)
);
CREATE INDEX booking_member ON booking (club_id, member_id, day);
CREATE INDEX booking_day ON booking (club_id, day);
CREATE INDEX booking_expiring ON booking (expires_at) WHERE state = 'held';
CREATE INDEX booking_series_rows ON booking (series_id) WHERE series_id IS NOT NULL;

-- state is the booking's: the foreign key carries every change over, so the two cannot disagree.
CREATE TABLE booking_slot (
    booking_id bigint NOT NULL,
    state      text NOT NULL,
    net_id     bigint NOT NULL REFERENCES net,
    during     tstzrange NOT NULL, -- play
    occupied   tstzrange NOT NULL, -- play and the buffer after it: once between two bookings
    PRIMARY KEY (booking_id, net_id) DEFERRABLE INITIALLY IMMEDIATE, -- one UPDATE may shift nets or exchange owners
    FOREIGN KEY (booking_id, state) REFERENCES booking (id, state) ON UPDATE CASCADE ON DELETE RESTRICT,
    CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND isfinite(lower(during)) AND isfinite(upper(during)) AND lower_inc(during) AND NOT upper_inc(during)),
    CHECK (lower(occupied) = lower(during) AND isfinite(upper(occupied)) AND upper(occupied) >= upper(during)
        AND lower_inc(occupied) AND NOT upper_inc(occupied))
);

-- +goose Down
DROP TABLE booking_slot;
DROP TABLE booking;
DROP TABLE booking_series;
