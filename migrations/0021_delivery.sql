-- How a notification reached its member, and by which ways it could not.

-- +goose Up
ALTER TABLE notification ADD COLUMN channel text CHECK (channel IN ('telegram', 'email', 'sms')); -- by which it was sent
ALTER TABLE notification ADD COLUMN failed_at timestamptz; -- no way led to the member
ALTER TABLE notification ADD CONSTRAINT notification_ends_once CHECK (num_nonnulls(sent_at, dropped_at, failed_at) <= 1);
-- Until now nobody sent them. What is old by now is not said late.
UPDATE notification SET dropped_at = booking_clock() WHERE sent_at IS NULL AND dropped_at IS NULL;

-- A way that was tried and given up for a notification; the next way follows.
CREATE TABLE notification_failure (
    notification_id bigint NOT NULL REFERENCES notification,
    channel         text NOT NULL CHECK (channel IN ('telegram', 'email', 'sms')),
    reason          text NOT NULL, -- an error's code, never its text
    at              timestamptz NOT NULL DEFAULT booking_clock(),
    PRIMARY KEY (notification_id, channel)
);

-- +goose Down
DROP TABLE notification_failure;
ALTER TABLE notification DROP CONSTRAINT notification_ends_once;
ALTER TABLE notification DROP COLUMN failed_at;
ALTER TABLE notification DROP COLUMN channel;
