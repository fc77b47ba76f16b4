// Package retention deletes old rows in small batches, so that tables do not grow without end.
//
// It never deletes payments, refunds, the ledger, reviews, bookings or the audit of bookings with a payment. Of every other booking it keeps the first
// line of the audit. It also keeps audit lines that belong to no booking, such as those of prices, roles, closures and series.
package retention
