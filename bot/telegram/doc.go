// Package telegram is the bot's connection to Telegram over MTProto: the client, the updates it receives, and the queue through which it
// sends. It is the only package of the production binary that imports gotd.
//
// Data flow in: gotd → update queue → updates manager → dispatcher → Handlers. A channel's posts go straight to the index, and everything that
// a person does becomes an Event. Data flow out: Messenger → send queue → gotd.
//
// Invariants:
//   - An update handler returns at once. It stores or hands over, and never waits for Telegram, MongoDB or Redis.
//   - The update state in Postgres never runs ahead of what the handlers stored, so a kill repeats updates and loses none.
//   - A send's random_id is derived from its cause. A repeat, by any process, posts nothing twice.
//   - A person's text is sent as plain text, never parsed as markup.
//
// It knows the index's types for posts and files, because it translates between them and Telegram's. It knows nothing of booking.
package telegram
