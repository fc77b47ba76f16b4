-- Who waits for which time.

-- +goose Up
CREATE TABLE waitlist (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id    bigint NOT NULL REFERENCES club,
    member_id  bigint NOT NULL,
    net_id     bigint NOT NULL DEFAULT 0, -- 0: any net
    during     tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND isfinite(lower(during)) AND isfinite(upper(during))),
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'offered', 'taken', 'passed', 'left')),
    booking_id bigint UNIQUE REFERENCES booking, -- the offer: a hold like any other, so nobody else can have its slot
    created_at timestamptz NOT NULL DEFAULT booking_clock(),
    CHECK ((state = 'offered') <= (booking_id IS NOT NULL))
);
CREATE INDEX waitlist_waiting ON waitlist USING gist (club_id, during) WHERE state = 'waiting';
CREATE INDEX waitlist_member ON waitlist (club_id, member_id);
-- One wish is one place in the queue.
CREATE UNIQUE INDEX waitlist_once ON waitlist (club_id, member_id, net_id, during) WHERE state IN ('waiting', 'offered');

-- +goose Down
DROP TABLE waitlist;
