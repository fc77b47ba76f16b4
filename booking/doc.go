// Package booking is the club's nets: what is free, who has it, and what it costs. Postgres is the truth, Redis is speed.
//
// # A change
//
// Every change is one transaction: locks in one order (club, member, nets by id), the database's clock and the club's settings, the rules,
// the rows, the tokens of what readers know, the audit, the jobs of what is to be said, commit. Nothing happens after the commit, so there
// is no step that a crash could leave out. Rules are pure and in files named by their noun; their SQL is in the _store.go beside them.
//
// Whoever wants a slot that is plainly taken is refused before that (Approach), from one statement that locks nothing. It can only refuse, and
// only for what was so at one instant of the call; whatever it lets through is decided under the locks.
//
// # What the schema guarantees
//
// Two live bookings never share a net (EXCLUDE over the slots of live states); a slot's state is its booking's (a foreign key that
// cascades); the audit only grows. Locks make losing polite; without them the constraint would be as right, and clients would see deadlocks.
//
// A hold is a row in the same constraint, with an expiry that the database's clock judges: at ExpiresAt it is over. The constraint cannot
// ask a clock, so whoever takes a slot first moves the holds in its way that have run out. An offer to somebody on the waitlist is a hold
// as well, made in the transaction that freed the slot, so nobody can come in between.
//
// # What readers see
//
// Availability reads the tokens of the days it is asked for (one query by primary key), then looks in Redis under a name that contains
// them. A token is a random value in Postgres that the change replaces in its own transaction: broad (the club's settings), net, date,
// net+date. What is kept under a name was read in one snapshot together with the tokens in the name, so a name stands for one content for
// ever, and no entry can be wrong. Hence:
//
//   - A reader that starts after a commit sees the commit's tokens and cannot find an older answer, in whichever process either ran.
//   - There is no invalidation that a crash, a lost message, a failover or a paused Redis could skip. An emptied or rolled-back Redis
//     costs time only. Random tokens keep this true even after Postgres was restored from a backup.
//   - Calls that miss share one query by a name with the tokens in it, so nobody joins a query older than what they know of.
//   - A hold that runs out frees its slot without a commit: kept spans carry the expiry, and the reader judges it by the clock that came
//     with the tokens.
//
// The price is one small query for each read while Postgres is up; without Postgres there is no availability, because what Redis holds
// could then be old.
//
// # Money
//
// A payment is a row before its gateway hears of it. What a gateway says, in a callback or when asked, is a hint about that row: callbacks go
// into an inbox (one row for each event, by its id and by its body) and a job applies them; a report of a rank that the payment has reached
// changes nothing, so neither order nor number of reports matters. Only exactly the amount and currency that were asked for, for the price
// that the booking still has, confirm it; everything else waits in the review queue, where a person decides. Money for a slot that was
// lost, for a booking that is paid already or was cancelled goes back by itself.
//
// A refund is a row with a key that says why, so the same reason is one refund; the payment's row keeps what went back within what came, and
// the schema checks that. Its job asks the gateway under one key, however often. A reconciler asks about payments of which nothing was
// heard. Every movement has entries in a ledger that add up to nothing, which the schema checks at the commit.
//
// # What it does not do
//
// It does not send: a notification is a row and a job that names it; the job makes the words and a messenger carries them. Alerts about
// reviews go the same way. It moves no money: a Gateway does. It knows neither HTTP nor Telegram.
package booking
