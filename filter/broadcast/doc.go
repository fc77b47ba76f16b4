// Package broadcast sends a message to the audience, to a segment of it, or to the groups that the bot is in.
//
// A broadcast is a row in Postgres that moves through the states of state.go. Its content is stored when it is made, so a deleted draft changes nothing.
// The Runner works in the lease holder. It reads each pool's people by id, or the groups by number, sends through an interface, and commits the outcomes with the
// cursor every second. A process that dies loses at most the outcomes of that second. The next one sends these messages again with the same names, and Telegram
// recognises them by the random_id that is derived from the name.
//
// Invariants: a recipient has at most one row in broadcast_delivery for each broadcast, also a person with documents in two pools and a group that becomes a
// supergroup; recipients with a row are skipped. The column person holds a group's number in a broadcast to groups. A cursor never passes a recipient without an
// outcome. Counters change in the transaction that inserts the rows. A pool that is down parks only its own people. A chat that Telegram makes wait holds up
// nobody else. People and groups that opted out are skipped for ever.
//
// The package does not know Telegram, its errors or its buttons.
package broadcast
