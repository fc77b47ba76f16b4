-- How members want to be told, where they can be reached, and how far each notification has come on its way.

-- +goose Up
-- What a member chose. Someone without a row has what the defaults say.
CREATE TABLE contact (
    member_id  bigint PRIMARY KEY,
    channels   text[] NOT NULL CHECK (cardinality(channels) > 0 AND channels <@ '{telegram,email,sms}'), -- the first that leads to the member is used
    quiet_from int CHECK (quiet_from BETWEEN 0 AND 1439), -- minutes of the club's clock; may be later than the end
    quiet_to   int CHECK (quiet_to BETWEEN 0 AND 1439),
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

-- Where a member can be reached besides Telegram. An address counts once the member has shown that it is theirs.
CREATE TABLE contact_address (
    member_id    bigint NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('email', 'sms')),
    address      text NOT NULL CHECK (address <> ''),
    confirmed_at timestamptz,
    refused_at   timestamptz, -- the channel says that nobody is there
    code_hash    bytea,       -- of the code that was sent there last; gone once it was used
    code_until   timestamptz,
    code_tries   int NOT NULL DEFAULT 0,
    PRIMARY KEY (member_id, channel)
);

-- The codes that were asked for, so that nobody has strangers written to.
CREATE TABLE contact_code (
    member_id bigint NOT NULL,
    channel   text NOT NULL,
    address   text NOT NULL,
    at        timestamptz NOT NULL DEFAULT booking_clock()
);
CREATE INDEX contact_code_member ON contact_code (member_id, at);
CREATE INDEX contact_code_address ON contact_code (address, at);

ALTER TABLE notification
    ADD COLUMN due_at    timestamptz NOT NULL DEFAULT booking_clock(), -- later than its making where quiet hours came between
    ADD COLUMN handed_at timestamptz, -- given to the channel: it may have arrived, whatever becomes of the process
    ADD COLUMN day       date;        -- of a day sheet, which is about no booking
UPDATE notification SET channel = 'telegram' WHERE channel IS NULL;
ALTER TABLE notification
    ALTER COLUMN channel SET NOT NULL,
    ALTER COLUMN booking_id DROP NOT NULL,
    ADD CONSTRAINT notification_about CHECK (num_nonnulls(booking_id, day) = 1),
    ADD CONSTRAINT notification_day UNIQUE (club_id, member_id, kind, day);
-- Nothing is said twice of one version of a booking; day sheets have no booking.
ALTER TABLE notification DROP CONSTRAINT notification_once;
CREATE UNIQUE INDEX notification_once ON notification (booking_id, kind, version, refund_id) NULLS NOT DISTINCT WHERE booking_id IS NOT NULL;
CREATE INDEX notification_waiting ON notification (due_at) WHERE sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL;

-- The first channel of a member's choice that leads to them and was not given up for a notification; null where there is none.
-- +goose StatementBegin
CREATE FUNCTION next_channel(member bigint, notification bigint, installed text[]) RETURNS text LANGUAGE sql STABLE AS '
    SELECT u.channel FROM unnest(coalesce((SELECT c.channels FROM contact c WHERE c.member_id = $1), ''{telegram,email,sms}'')) WITH ORDINALITY u (channel, place)
    WHERE u.channel = ANY ($3)
        AND (u.channel = ''telegram'' OR EXISTS (SELECT FROM contact_address a WHERE a.member_id = $1 AND a.channel = u.channel AND a.confirmed_at IS NOT NULL AND a.refused_at IS NULL))
        AND NOT EXISTS (SELECT FROM notification_failure f WHERE f.notification_id = $2 AND f.channel = u.channel)
    ORDER BY u.place LIMIT 1';
-- +goose StatementEnd

-- The local minute at which the staff get the sheet of the day; none where null.
ALTER TABLE club ADD COLUMN day_sheet_minute int DEFAULT 360 CHECK (day_sheet_minute BETWEEN 0 AND 1439);

-- +goose Down
ALTER TABLE club DROP COLUMN day_sheet_minute;
DROP FUNCTION next_channel(bigint, bigint, text[]);
DROP INDEX notification_waiting;
DELETE FROM notification_failure f USING notification n WHERE n.id = f.notification_id AND n.booking_id IS NULL;
DELETE FROM notification WHERE booking_id IS NULL;
DROP INDEX notification_once;
ALTER TABLE notification
    ADD CONSTRAINT notification_once UNIQUE NULLS NOT DISTINCT (booking_id, kind, version, refund_id),
    DROP CONSTRAINT notification_day,
    DROP CONSTRAINT notification_about,
    ALTER COLUMN booking_id SET NOT NULL,
    ALTER COLUMN channel DROP NOT NULL,
    DROP COLUMN day,
    DROP COLUMN handed_at,
    DROP COLUMN due_at;
DROP TABLE contact_code;
DROP TABLE contact_address;
DROP TABLE contact;
