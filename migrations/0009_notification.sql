-- What is to be said to whom. A job in the queue names the row; the words are made when it is sent.

-- +goose Up
CREATE TABLE notification (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id    bigint NOT NULL REFERENCES club,
    member_id  bigint NOT NULL,
    kind       text NOT NULL,
    booking_id bigint NOT NULL REFERENCES booking,
    version    int NOT NULL, -- the booking's, when this was said of it
    created_at timestamptz NOT NULL DEFAULT booking_clock(),
    sent_at    timestamptz,
    dropped_at timestamptz, -- no longer true when its turn came
    UNIQUE (booking_id, kind, version)
);
CREATE INDEX notification_member ON notification (club_id, member_id, id);

-- +goose Down
DROP TABLE notification;
