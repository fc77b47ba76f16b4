-- Readers ask for some days of a club and get the tokens of all its nets.
-- Additive: the same key in another order.

-- +goose Up
ALTER TABLE availability_token DROP CONSTRAINT availability_token_pkey, ADD PRIMARY KEY (club_id, day, net_id);

-- +goose Down
ALTER TABLE availability_token DROP CONSTRAINT availability_token_pkey, ADD PRIMARY KEY (club_id, net_id, day);
