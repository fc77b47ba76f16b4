-- Money: what was asked for, what gateways said, what came, what went back, and what does not add up.

-- +goose Up
CREATE TABLE payment (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What gateways know it by, also as their idempotency key. Random, so that a database restored from a backup cannot meet an old key.
    reference  text NOT NULL UNIQUE CHECK (length(reference) BETWEEN 20 AND 40),
    club_id    bigint NOT NULL REFERENCES club,
    booking_id bigint NOT NULL REFERENCES booking,
    member_id  bigint NOT NULL,
    version    int NOT NULL, -- the booking's, when the payment was made for it
    provider   text NOT NULL CHECK (provider IN ('stripe', 'razorpay', 'sandbox', 'desk', 'telegram', 'stars')),
    state      text NOT NULL CHECK (state IN ('created', 'failed', 'authorized', 'review', 'captured', 'refund_pending', 'part_refunded', 'refunded')),
    -- What is asked for, and the price that it stands for: the same, except where the provider has a currency of its own.
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    price_currency text NOT NULL CHECK (price_currency ~ '^[A-Z]{3}$'),
    price_minor    bigint NOT NULL CHECK (price_minor > 0),
    checkout text,
    charge   text,
    url      text NOT NULL DEFAULT '',
    method   text NOT NULL DEFAULT '', -- at the desk: cash or card
    payer_id bigint,                   -- who paid, where the provider tells
    received_currency text,
    received_minor bigint NOT NULL DEFAULT 0,
    refund_minor   bigint NOT NULL DEFAULT 0, -- given back or about to be
    refunded_minor bigint NOT NULL DEFAULT 0, -- given back
    suspended   boolean NOT NULL DEFAULT false, -- the money is not the club's yet: it is under review
    accepted_by bigint,                         -- who accepted money that was not what was asked for
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    checked_at timestamptz, -- when the gateway was last asked
    -- More can never go back than came, whoever asks for it and however often.
    CONSTRAINT payment_refund_most CHECK (refunded_minor >= 0 AND refunded_minor <= refund_minor AND refund_minor <= received_minor),
    CHECK ((state IN ('created', 'failed', 'authorized')) = (received_currency IS NULL)),
    -- Money that is not exactly what was asked for confirms nothing until somebody says so.
    CONSTRAINT payment_exact CHECK (state IN ('created', 'failed', 'authorized') OR suspended OR accepted_by IS NOT NULL
        OR received_minor = amount_minor AND received_currency = currency)
);
CREATE UNIQUE INDEX payment_checkout ON payment (provider, checkout) WHERE checkout IS NOT NULL;
CREATE UNIQUE INDEX payment_charge ON payment (provider, charge) WHERE charge IS NOT NULL;
CREATE UNIQUE INDEX payment_open ON payment (booking_id, provider) WHERE state = 'created';
CREATE INDEX payment_booking ON payment (booking_id);
CREATE INDEX payment_silent ON payment (created_at) WHERE state IN ('created', 'failed', 'authorized');

-- The inbox. What a gateway says is kept first and applied later.
CREATE TABLE payment_event (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider  text NOT NULL,
    event_id  text NOT NULL CHECK (event_id <> ''),
    digest    bytea NOT NULL, -- SHA-256 of the body: not every provider signs the event's id
    kind      text NOT NULL,
    body      bytea, -- as it came; emptied after a while
    reference text NOT NULL,
    checkout  text NOT NULL,
    charge    text NOT NULL,
    payer_id  bigint NOT NULL,
    state     text NOT NULL, -- empty: it says nothing that we act on
    currency       text NOT NULL,
    amount_minor   bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT booking_clock(),
    applied_at  timestamptz,
    outcome     text,
    CHECK ((applied_at IS NULL) = (outcome IS NULL)),
    UNIQUE (provider, event_id),
    UNIQUE (provider, digest)
);
CREATE INDEX payment_event_waiting ON payment_event (received_at) WHERE applied_at IS NULL;

CREATE TABLE refund (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference  text NOT NULL UNIQUE, -- the gateway's idempotency key
    key        text NOT NULL UNIQUE, -- why: the same reason is one refund
    payment_id bigint NOT NULL REFERENCES payment,
    reason     text NOT NULL,
    state      text NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
    currency     text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    by_hand    boolean NOT NULL DEFAULT false, -- a person gives it back
    gateway_ref text,
    actor_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    done_at    timestamptz,
    tried_until timestamptz, -- while somebody is asking the gateway
    CHECK ((state = 'pending') = (done_at IS NULL))
);
CREATE INDEX refund_payment ON refund (payment_id);
CREATE INDEX refund_pending ON refund (created_at) WHERE state = 'pending';

-- Two entries or more for each cause, which add up to nothing. Where the money is: the gateway or the desk. Whose it is: sales, or suspense.
CREATE TABLE ledger (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cause      text NOT NULL,
    account    text NOT NULL,
    payment_id bigint NOT NULL REFERENCES payment,
    refund_id  bigint REFERENCES refund,
    currency   text NOT NULL,
    minor      bigint NOT NULL CHECK (minor <> 0),
    at         timestamptz NOT NULL,
    UNIQUE (cause, account)
);
CREATE INDEX ledger_payment ON ledger (payment_id);

-- +goose StatementBegin
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger WHERE cause = NEW.cause GROUP BY currency HAVING sum(minor) <> 0) THEN
        RAISE EXCEPTION 'the entries of % do not add up to nothing', NEW.cause USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER ledger_balance AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();

-- +goose StatementBegin
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_rows BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_all BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON ledger FROM PUBLIC;

-- What does not add up, for a person to look at.
CREATE TABLE payment_review (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason     text NOT NULL,
    club_id    bigint REFERENCES club, -- none: nobody knows whose money it is
    payment_id bigint REFERENCES payment,
    event_id   bigint REFERENCES payment_event,
    refund_id  bigint REFERENCES refund,
    opened_at  timestamptz NOT NULL,
    closed_at  timestamptz,
    closed_by  bigint,
    resolution text,
    CHECK ((closed_at IS NULL) = (resolution IS NULL))
);
-- The same thing is looked at once at a time.
CREATE UNIQUE INDEX payment_review_once ON payment_review (reason, payment_id, event_id, refund_id) NULLS NOT DISTINCT WHERE closed_at IS NULL;

-- Each refund is told of once, also two of the same booking.
ALTER TABLE notification ADD COLUMN refund_id bigint REFERENCES refund;
ALTER TABLE notification DROP CONSTRAINT notification_booking_id_kind_version_key;
ALTER TABLE notification ADD CONSTRAINT notification_once UNIQUE NULLS NOT DISTINCT (booking_id, kind, version, refund_id);

-- +goose Down
DELETE FROM notification WHERE refund_id IS NOT NULL;
ALTER TABLE notification DROP CONSTRAINT notification_once;
ALTER TABLE notification DROP COLUMN refund_id;
ALTER TABLE notification ADD CONSTRAINT notification_booking_id_kind_version_key UNIQUE (booking_id, kind, version);
DROP TABLE payment_review;
DROP TABLE ledger;
DROP FUNCTION ledger_is_append_only();
DROP FUNCTION ledger_balances();
DROP TABLE refund;
DROP TABLE payment_event;
DROP TABLE payment;
