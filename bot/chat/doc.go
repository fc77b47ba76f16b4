// Package chat handles conversations for all features: it routes events in order, answers errors, encodes buttons, keeps typed questions, drafts and
// chosen languages, and updates watched messages.
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
