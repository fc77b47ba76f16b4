// Package world is the state of a simulated Telegram and the methods that act on it.
//
// It has accounts, chats, messages, files and bots, and no sockets or encryption. A data centre passes every unwrapped request
// with its Caller to World.Handle, sends the answer, and delivers the updates that World passes to the pusher. Tests and the
// demo use the same state through Go methods (AddUser, PostFile, History).
//
// Data flow: Handle -> strict rules (callers of each method) -> generated dispatcher -> a method of call, which holds the one
// lock -> messages, boxes and channels change, and each change gets a pts and a log entry -> new tg objects are rendered for
// each viewer -> the outbox passes them to the pusher in order, after the lock is released.
//
// Invariants:
//   - State holds no tg pointers. Entities, keyboards, attributes and service actions are kept as TL bytes and decoded for
//     every viewer, because encoding a tg object sets its flags (SetFlags) and never clears them.
//   - Every viewer has its own access hashes, out flags and message ids of private boxes. Viewers share no rendered object.
//   - pts of an account or a channel rises with every logged event by that event's count, with no holes in the log.
//   - A random_id is accepted once per account. As on Telegram, the second use fails with RANDOM_ID_DUPLICATE.
//   - Everything in state survives Save and Load. Waiting queries, upload parts and online sessions do not.
//
// Money is simulated: bots post invoices, and people pay with stars that a test gave them or with simulated cards.
//
// Rate limits and faults are the data centre's.
package world
