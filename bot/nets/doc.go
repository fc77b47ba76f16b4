// Package nets is booking in the chat: the calendar and the times of a day, holds and bookings, the waitlist, the club's desk, the editors of
// nets, hours, prices and closures, the questions that lead to a first club, the settings of a person, and the messages, invoices and payments that
// booking exchanges with Telegram.
//
// Data flow: a command or a button becomes a step. The step's screen group (calendar, bookingScreen, priceEditor …) reads and changes bookings
// through booking.Service and returns a screen, which is plain values. The screen is drawn in the person's language, and the reply edits the
// tapped message. A question is a screen too: it comes as a message of its own, and the typed answer goes to a step.
//
// Invariants:
//   - A button carries everything that its step needs, so it works after a restart or an outage. The answers about a new club are too long for a button
//     and are a draft of bot/chat.
//   - A letter of a verb keeps its meaning for ever, because messages that were sent long ago carry it.
//   - Drawing a screen reads nothing: equal values in one language give equal replies.
//   - Every step checks the person's rights again, because anybody can send any button's data.
//   - A hold is made once for each message and step, however often its button is tapped.
//   - A payment that is not stored holds back the update state.
//
// It decides no rule of booking and holds no SQL: those are booking's.
package nets
