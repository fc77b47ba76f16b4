-- Broadcasts: messages to many people, their cursors, and what each person got.
-- Additive: new tables.

-- +goose Up
CREATE TABLE broadcast (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'previewed', 'scheduled', 'running', 'paused', 'done', 'cancelled')),
    version      bigint NOT NULL DEFAULT 1,
    author       bigint NOT NULL,
    language     text NOT NULL,
    panel        integer NOT NULL DEFAULT 0, -- the message that shows the broadcast, in the author's chat
    content      jsonb NOT NULL,
    plan         jsonb NOT NULL,
    scheduled_at timestamptz,
    started_at   timestamptz,
    ended_at     timestamptz,
    pause_reason text NOT NULL DEFAULT '',
    reached      bigint NOT NULL DEFAULT 0,
    gone         bigint NOT NULL DEFAULT 0,
    failed       jsonb NOT NULL DEFAULT '{}', -- counts by Telegram's error name
    sending_ms   bigint NOT NULL DEFAULT 0,
    revision     jsonb, -- an edit or a deletion of the sent messages
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (state NOT IN ('scheduled', 'running', 'done') OR scheduled_at IS NOT NULL)
);
CREATE INDEX broadcast_due ON broadcast (scheduled_at, id) WHERE state IN ('scheduled', 'running');
CREATE INDEX broadcast_revised ON broadcast (id) WHERE revision IS NOT NULL;

CREATE TABLE broadcast_cursor (
    broadcast bigint NOT NULL REFERENCES broadcast ON DELETE CASCADE,
    pool      text NOT NULL,
    position  integer NOT NULL,
    last_id   bigint NOT NULL DEFAULT 0,
    finished  boolean NOT NULL DEFAULT false,
    parked    boolean NOT NULL DEFAULT false, -- the pool did not answer
    PRIMARY KEY (broadcast, pool)
);

CREATE TABLE broadcast_delivery (
    broadcast bigint NOT NULL REFERENCES broadcast ON DELETE CASCADE,
    person    bigint NOT NULL,
    messages  integer[] NOT NULL, -- ids of the sent messages; empty where nothing was sent
    sent_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (broadcast, person)
);

CREATE TABLE broadcast_opt_out (
    person    bigint PRIMARY KEY,
    broadcast bigint NOT NULL DEFAULT 0, -- the one whose button was tapped; 0 for /settings
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX broadcast_opt_out_by ON broadcast_opt_out (broadcast);

CREATE TABLE broadcast_list (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner      bigint NOT NULL,
    name       text NOT NULL,
    people     bigint[] NOT NULL CHECK (cardinality(people) <= 100000), -- ascending
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX broadcast_list_owner ON broadcast_list (owner, id);

-- +goose Down
DROP TABLE broadcast_list;
DROP TABLE broadcast_opt_out;
DROP TABLE broadcast_delivery;
DROP TABLE broadcast_cursor;
DROP TABLE broadcast;
