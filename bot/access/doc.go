// Package access stands before the archive's screens: it keeps banned people out, limits how often each person asks, and has the commands of the club's
// admins about both. Join asks people to join the required channels. Plans sells premium.
//
// Guard and GuardTap wrap a handler. They run the steps in order (ban, limit, required channels), and the handler only if all of them admit the event. A step
// that refuses an event answers it. The wrapped screens know nothing of them.
//
// Deliver sends a tapped file within the person's daily quota. A delivery that a kill interrupts is a row with its event, which the next process handles
// again.
//
// Join keeps a refused event as a row; "Try again" hands it to the router again. Plans receives the payments whose invoices it made, gives refunds back and
// tells people, from rows that the rules mark as due.
//
// filter/access holds the rules and their rows. Each write checks that the person is one of the club's admins, because anybody can send any button's data.
package access
