package access

import "time"

// Kind is what a person does. Each kind has a budget of its own.
type Kind uint8

// The kinds.
const (
	Search       Kind = iota
	Tap               // on a button of results
	Inline            // each change of the typed text is a query
	Request           // for a file that the archive does not have
	AdminCommand      // also taps on an admin's buttons
	Kinds
)

// String returns the kind's name in settings, keys and the /limits command.
func (k Kind) String() string {
	switch k {
	case Search:
		return "searches"
	case Tap:
		return "taps"
	case Inline:
		return "inline"
	case Request:
		return "requests"
	case AdminCommand, Kinds:
	}
	return "commands"
}

// Period is the time in which the budget of a kind comes back.
func (k Kind) Period() time.Duration {
	if k == Request {
		return time.Hour
	}
	return time.Minute
}
