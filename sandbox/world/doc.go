// Package world is the state of a simulated Telegram and the methods that act on it.
//
// It knows accounts, chats, messages, files and bots; it knows nothing of sockets, keys or encryption. A data centre hands
// every unwrapped request to World.Handle with the Caller it came from, sends the answer back, and delivers what World
// hands to the pusher. Tests and the demo act on the same state through the plain Go methods (AddUser, PostFile, History).
//
// Data flow: Handle -> strict rules (who may call what) -> generated dispatcher -> a method on call, which holds the one
// lock -> messages, boxes and channels change, each change getting its pts and an entry in a log -> fresh tg objects are
// rendered for each viewer -> the outbox passes them to the pusher after the lock is released, in order.
//
// Invariants:
//   - State holds no tg pointers. Entities, keyboards, attributes and service actions are kept as TL bytes and decoded for
//     every viewer, because encoding a tg object writes to it (SetFlags) and never clears a flag once set.
//   - Access hashes, the out flag and message ids of private boxes are the viewer's own; nothing rendered is shared.
//   - pts of an account or a channel rises with every logged event by that event's count, with no holes in the log.
//   - A random_id is accepted once per account; the second time the answer is RANDOM_ID_DUPLICATE, as Telegram's.
//   - Everything in state survives Save and Load. Waiting queries, upload parts and online sessions do not, as on Telegram.
//
// Money is made up: bots post invoices, people pay them with stars that a test gave them or with cards that the world invents.
//
// It does not limit rates and injects no faults; the data centre does both before a request gets here.
package world
