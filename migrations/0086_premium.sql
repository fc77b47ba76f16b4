-- Premium: plans, what people buy of them with Stars, and the time that they get.
-- Additive: new tables.

-- +goose Up
CREATE TABLE plan (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title         text NOT NULL CHECK (length(title) BETWEEN 1 AND 32),
    days          integer NOT NULL CHECK (days BETWEEN 1 AND 3650),
    stars         integer NOT NULL CHECK (stars BETWEEN 0 AND 10000), -- 0: only admins give it
    monthly       boolean NOT NULL CHECK (NOT monthly OR days = 30),  -- also sold as a subscription
    files_per_day integer NOT NULL CHECK (files_per_day BETWEEN 0 AND 100000), -- 0: no limit
    unprotected   boolean NOT NULL, -- its files may be forwarded and saved
    priority      boolean NOT NULL, -- its deliveries go first
    withdrawn     boolean NOT NULL DEFAULT false,
    version       bigint NOT NULL DEFAULT 1
);

-- One row for each invoice, with the terms that it was made for.
CREATE TABLE premium_purchase (
    reference    uuid PRIMARY KEY DEFAULT gen_random_uuid(), -- the payload of the invoice
    plan_id      bigint NOT NULL REFERENCES plan,
    buyer        bigint NOT NULL,
    receiver     bigint NOT NULL, -- another person for a gift
    days         integer NOT NULL,
    stars        integer NOT NULL CHECK (stars > 0),
    subscription boolean NOT NULL CHECK (NOT subscription OR buyer = receiver),
    link         text NOT NULL DEFAULT '', -- of a subscription
    canceled_at  timestamptz,              -- a subscription that is not renewed any more
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX premium_purchase_buyer ON premium_purchase (buyer, created_at);

-- One row for each charge of Telegram. A charge without a purchase goes back.
CREATE TABLE premium_payment (
    charge_id   text PRIMARY KEY CHECK (charge_id <> ''),
    reference   uuid REFERENCES premium_purchase,
    payer       bigint NOT NULL,
    stars       bigint NOT NULL CHECK (stars >= 0),
    paid_at     timestamptz NOT NULL,
    told_at     timestamptz, -- the buyer and the receiver were told
    refund      text NOT NULL DEFAULT '' CHECK (refund IN ('', 'due', 'done', 'refused')),
    refunded_by bigint, -- the admin; NULL where Telegram began it, or nobody bought anything
    try_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX premium_payment_reference ON premium_payment (reference, paid_at);
CREATE INDEX premium_payment_refund_due ON premium_payment (try_at) WHERE refund = 'due';
CREATE INDEX premium_payment_untold ON premium_payment (try_at) WHERE told_at IS NULL;

-- The time that a person has of a plan. The rows of one person and plan that have not ended early follow one another without overlap.
CREATE TABLE entitlement (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person       bigint NOT NULL,
    plan_id      bigint NOT NULL REFERENCES plan,
    charge_id    text UNIQUE REFERENCES premium_payment, -- NULL: given by an admin
    given_by     bigint,
    from_at      timestamptz NOT NULL,
    until_at     timestamptz NOT NULL,
    renews       boolean NOT NULL, -- of a subscription: 48 hours more, in which the renewal may come
    ended_at     timestamptz,      -- refunded, or taken back by an admin
    CHECK (until_at >= from_at AND (charge_id IS NULL) <> (given_by IS NULL)),
    EXCLUDE USING gist (person WITH =, plan_id WITH =, tstzrange(from_at, until_at) WITH &&) WHERE (ended_at IS NULL) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX entitlement_until ON entitlement (person, until_at) WHERE ended_at IS NULL;

-- When the bot's account of Stars was last compared with the payments.
CREATE TABLE premium_reconciled (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL,
    found    bigint NOT NULL DEFAULT 0 -- payments and refunds that no update had told
);

-- +goose Down
DROP TABLE premium_reconciled;
DROP TABLE entitlement;
DROP TABLE premium_payment;
DROP TABLE premium_purchase;
DROP TABLE plan;
