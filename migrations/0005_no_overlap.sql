-- The last word: two live bookings never share a net at one time.

-- +goose Up
-- A table that already overlaps cannot take the constraint. Who stands in the way is named, all of them, and nothing changes.
-- +goose StatementBegin
DO $$
DECLARE offenders text;
BEGIN
    SELECT string_agg(format('net %s: bookings %s and %s', a.net_id, a.booking_id, b.booking_id), '; ' ORDER BY a.net_id, a.booking_id, b.booking_id)
    INTO offenders
    FROM booking_slot a
    JOIN booking_slot b ON a.net_id = b.net_id AND a.booking_id < b.booking_id AND a.occupied && b.occupied
    WHERE a.state IN ('held', 'confirmed', 'checked_in') AND b.state IN ('held', 'confirmed', 'checked_in');
    IF offenders IS NOT NULL THEN
        RAISE EXCEPTION 'bookings overlap; cancel or move one of each pair, then migrate again: %', offenders USING ERRCODE = 'exclusion_violation';
    END IF;
END $$;
-- +goose StatementEnd

-- Checked at the end of a statement, not of a row: one UPDATE may swap two bookings. The predicate cannot ask a clock; an expired
-- hold blocks until the taking transaction changes its state.
ALTER TABLE booking_slot ADD CONSTRAINT booking_slot_no_overlap
    EXCLUDE USING gist (net_id WITH =, occupied WITH &&) WHERE (state IN ('held', 'confirmed', 'checked_in'))
    DEFERRABLE INITIALLY IMMEDIATE;

-- +goose Down
ALTER TABLE booking_slot DROP CONSTRAINT booking_slot_no_overlap;
