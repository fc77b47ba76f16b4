-- A member's bookings by the member first: comparing (member_id, club_id, day) as a row can use this index only, whatever the statistics say.
-- Additive: another index for the same statements.

-- +goose Up
-- Building the index stops writes of bookings, not reads. The old one is dropped at the end, because that stops both.
CREATE INDEX booking_of_member ON booking (member_id, club_id, day);
DROP INDEX booking_member;

-- +goose Down
CREATE INDEX booking_member ON booking (club_id, member_id, day);
DROP INDEX booking_of_member;
