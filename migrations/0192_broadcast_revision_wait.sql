-- Messages of a broadcast whose edit or deletion must wait.
-- Additive: the previous release does not write the column.

-- +goose Up
ALTER TABLE broadcast_delivery ADD revise_at timestamptz; -- when the running revision tries again
CREATE INDEX broadcast_delivery_revised ON broadcast_delivery (broadcast, revise_at) WHERE revise_at IS NOT NULL;

-- +goose Down
DROP INDEX broadcast_delivery_revised;
ALTER TABLE broadcast_delivery DROP revise_at;
