-- Closures that refund. The transaction that adds the closure also fixes its bookings; jobs then cancel them, one job for each member.
-- Additive: new tables.

-- +goose Up
CREATE TABLE closure_run (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id    bigint NOT NULL REFERENCES club,
    closure_id bigint NOT NULL, -- no reference: a closure may be lifted afterwards
    net_ids    bigint[] NOT NULL, -- empty: all
    during     tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    reason     text NOT NULL,
    preview    bigint NOT NULL, -- the version of the preview that was accepted
    actor_id   bigint NOT NULL,
    actor_role text NOT NULL,
    origin     text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT booking_clock()
);
CREATE INDEX closure_run_club ON closure_run (club_id, id);
CREATE INDEX closure_run_closure ON closure_run (closure_id, id);

CREATE TABLE closure_run_booking (
    booking_id bigint NOT NULL REFERENCES booking,
    run_id     bigint NOT NULL REFERENCES closure_run,
    outcome    text CHECK (outcome IN ('cancelled', 'left')), -- left: it ended or moved away before its turn
    done_at    timestamptz,
    PRIMARY KEY (booking_id, run_id),
    CHECK (num_nonnulls(outcome, done_at) IN (0, 2))
);
CREATE INDEX closure_run_booking_run ON closure_run_booking (run_id);
CREATE UNIQUE INDEX closure_run_booking_open ON closure_run_booking (booking_id) WHERE outcome IS NULL;

-- +goose Down
DROP TABLE closure_run_booking;
DROP TABLE closure_run;
