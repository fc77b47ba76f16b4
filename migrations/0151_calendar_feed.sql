-- Addresses by which calendar programs read bookings. Making a feed again replaces its token, so the address of before stops working.
-- Additive: a new table.

-- +goose Up
CREATE TABLE calendar_feed (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    club_id     bigint NOT NULL REFERENCES club,
    member_id   bigint NOT NULL CHECK (member_id > 0),
    kind        text   NOT NULL CHECK (kind IN ('member', 'net', 'staff')),
    net_id      bigint REFERENCES net CHECK ((net_id IS NOT NULL) = (kind = 'net')),
    token_hash  bytea  NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    incarnation text   NOT NULL, -- a restored backup has addresses that were revoked later, so it ends all
    created_at  timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (member_id, club_id, kind, net_id)
);

-- +goose Down
DROP TABLE calendar_feed;
