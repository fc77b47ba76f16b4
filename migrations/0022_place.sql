-- Where a club is, for the map pin under a booking.

-- +goose Up
ALTER TABLE club
    ADD COLUMN address   text NOT NULL DEFAULT '',
    ADD COLUMN latitude  double precision CHECK (latitude BETWEEN -90 AND 90),
    ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    ADD CONSTRAINT club_place_whole CHECK ((latitude IS NULL) = (longitude IS NULL));

-- +goose Down
ALTER TABLE club DROP CONSTRAINT club_place_whole, DROP COLUMN longitude, DROP COLUMN latitude, DROP COLUMN address;
