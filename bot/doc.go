// Package bot is Pavilion in Telegram: the MTProto client, the updates it receives, the handlers that answer, and the queue that sends.
//
// Data flow: gotd → update queue → updates manager → dispatcher. A channel's posts go to the indexer at once. A message is stored in the
// inbox and handed to the router; taps and inline queries go to the router directly. Handlers call filter and answer through the messenger,
// and everything that the messenger sends passes the send queue.
//
// Invariants:
//   - The handler of an update never waits for Telegram, MongoDB or Redis; what it must not lose is in Postgres when it returns.
//   - The update state in Postgres never runs ahead of what the handlers stored, so a kill repeats updates and loses none.
//   - A send's random_id is derived from what caused it: a repeat, by whichever process, posts nothing twice.
//   - Every tap gets an answer within a second, every other event that fails a sentence, a panic included; see router and tapClock. Roles are checked where the action happens. User text is sent as plain text, never as markup.
//   - An edited message is not answered again: people who correct a question usually send it anew.
//   - tg types stop here.
package bot
