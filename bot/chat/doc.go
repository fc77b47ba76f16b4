// Package chat is the conversation between people and the bot, without its subject: which handler an event goes to, in which order, what
// becomes of an error, what a button carries, what a person was asked to type, and which messages are kept up to date.
//
// Data flow: telegram hands over events. Messages pass the inbox, which stores them until they are answered; taps and queries go to the router
// directly. The router runs a handler of a feature. An error leaves as a sentence in the person's language.
//
// Invariants:
//   - Every tap gets an answer within a second, and every other event that fails gets a sentence, also after a panic.
//   - A button belongs to the person it was made for, unless it names nobody. Its payload is opaque here: the feature that made it reads it.
//   - A message without a copy in the inbox holds back the update state until it is answered.
//   - A command of the club's admins reaches its handler only from them. Taps check rights again, because anybody can send any data.
//
// It knows no domain. Features register their handlers in Routes.
package chat
