// Package broadcast sends a message to the audience, or to a segment of it.
//
// A broadcast is a row in Postgres that moves through the states of state.go. Its content is stored when it is made, so a deleted draft changes nothing.
// The Runner works in the lease holder. It reads each pool's people by id, sends through an interface, and commits the outcomes with the pool's cursor
// every second. A process that dies loses at most the outcomes of that second. The next one sends these messages again with the same names, and Telegram
// recognises them by the random_id that is derived from the name.
//
// Invariants: a person has at most one row in broadcast_delivery for each broadcast, also with documents in two pools; people with a row are skipped. A
// cursor never passes a person without an outcome. Counters change in the transaction that inserts the rows. A pool that is down parks only its own
// people. People who opted out are skipped for ever.
//
// The package does not know Telegram, its errors or its buttons.
package broadcast
