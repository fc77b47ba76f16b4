// Package retention deletes rows that nobody needs any more, in small batches, so that no table grows without end.
//
// Money stays: payments, refunds, the ledger, reviews, bookings and the audit of bookings that were paid for are never deleted.
// So does the audit of everything but bookings (prices, roles, closures, series, reviews), and the first line of every booking.
package retention
