-- Finds the sales of some days for reports.
-- Additive: one more index.

-- +goose Up
CREATE INDEX ledger_sales ON ledger (at) WHERE account = 'sales';

-- +goose Down
DROP INDEX ledger_sales;
