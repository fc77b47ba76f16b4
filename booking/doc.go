// Package booking manages a club's nets: availability, prices, holds, bookings, payments and notifications. All state is in Postgres. Redis is only
// a cache.
//
// # A change
//
// A change of a booking is one transaction. It takes its locks in one order (club, members by id, nets by id), reads the database's clock and the
// club's settings, applies the rules, and writes the rows, the availability tokens, the audit and the jobs for notifications. Nothing of it happens
// after the commit, so a crash cannot leave a change half done. Rules are in files named by their noun; the SQL of a rule is in the _store.go beside
// it.
//
// PrecheckHold runs before Hold. It refuses a slot that another booking has, by one statement without locks. It makes no other decision: Hold decides
// about everything that PrecheckHold lets through, under the locks. Both run in the transaction of the request's idempotency key.
//
// # What the schema guarantees
//
// Two live bookings never share a net: an EXCLUDE constraint covers the slots of live states. The state of a slot is the state of its booking: a
// foreign key cascades it. Lines of the audit and the ledger cannot be changed or deleted: triggers refuse that. The locks are not needed for
// correctness. They avoid the deadlocks that the constraint alone would cause under load.
//
// A hold is a row under the same constraint. It is expired from ExpiresAt on, by the database's clock. The constraint cannot read a clock, so a new
// booking first changes the state of the expired holds in its slots. An offer to a member on the waitlist is a hold too. It is made in the
// transaction that frees the slot, so no other booking can take the slot first; a sweep makes the offers that no transaction has made.
//
// # Availability
//
// Availability first reads the tokens of the requested days from Postgres (one query by primary key). Then it looks in Redis under names that contain
// these tokens. A token is a random value. Three kinds exist: for the club (its settings), for a net (a change of many days), and for a net on a day.
// A change replaces the tokens that it concerns, in its own transaction. An entry in Redis was read in one snapshot together with the tokens in its
// name, so its content never changes. Therefore:
//
//   - A reader that starts after a commit reads the new tokens and cannot find an older entry, in any process.
//   - No invalidation exists that a crash, a lost message, a failover or a paused Redis could skip. An emptied or restored Redis costs time only.
//     Because tokens are random, this also holds after Postgres was restored from a backup.
//   - Readers that miss the same entries share one query. Its name contains the tokens too, so no reader joins a query that is older than its tokens.
//   - A hold frees its slot without a commit when it expires. Entries contain the expiry, and readers compare it with the clock that they read with
//     the tokens.
//
// The cost is one small query for each read. Without Postgres there is no availability, because the entries in Redis could be old.
//
// # Money
//
// A payment has a committed row before its gateway is called. Reports of gateways, from callbacks or queries, may be late, repeated or out of order.
// Callbacks are stored in an inbox, once for each id and each body, and a job applies them. A report of a rank that the payment has reached changes
// nothing. Money confirms a booking only when amount, currency and payer are as asked for and the booking's price is unchanged; otherwise it waits in
// a review for the staff. Money for a booking that was lost, cancelled or paid already is refunded automatically.
//
// A refund is a row whose key names its cause, so a cause has one refund. The schema checks that the refunds of a payment do not exceed its money. The
// refund's job calls the gateway with the same key on every try; where the gateway cannot refund, a review asks the staff. A reconciler asks gateways
// about payments without a report. Every movement of money has entries in a ledger; the schema checks at the commit that they add up to zero.
//
// # Limits
//
// The package sends nothing itself: a notification is a row and a job, the job composes the text, and a messenger sends it. Alerts about reviews and
// invoices in the chat work the same way. It moves no money itself: a Gateway does. It imports neither net/http nor a Telegram library; callers pass
// it values of its own types.
package booking
