-- Messages of a broadcast that are deleted some hours after they were sent.
-- Additive: the previous release does not write the columns.

-- +goose Up
ALTER TABLE broadcast ADD deleted bigint NOT NULL DEFAULT 0; -- recipients whose messages were deleted as planned
ALTER TABLE broadcast_delivery ADD delete_at timestamptz;
CREATE INDEX broadcast_delivery_due ON broadcast_delivery (delete_at) WHERE delete_at IS NOT NULL;

-- +goose Down
DROP INDEX broadcast_delivery_due;
ALTER TABLE broadcast_delivery DROP delete_at;
ALTER TABLE broadcast DROP deleted;
