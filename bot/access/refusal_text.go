package access

import (
	"time"

	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

// banText says that a person is banned, until when and why.
func banText(in *phrase.Speaker, b access.Ban, zone *time.Location) string {
	text := in.Say("access.banned")
	if !b.Until.IsZero() {
		until := b.Until.In(zone)
		text = in.Say("access.banned_until", in.Day(until), in.Clock(until))
	}
	if b.Reason != "" {
		text += " " + in.Say("access.reason", b.Reason)
	}
	return text
}

// limitText says how long a person waits before the next try.
func limitText(in *phrase.Speaker, wait time.Duration) string {
	return in.Say("access.too_often", duration(in, wait))
}

// duration says a length of time in its largest unit, rounded up.
func duration(in *phrase.Speaker, d time.Duration) string {
	switch {
	case d > time.Hour:
		return in.Say("length.hours", int((d+time.Hour-1)/time.Hour))
	case d > time.Minute:
		return in.Say("length.minutes", int((d+time.Minute-1)/time.Minute))
	}
	return in.Say("length.seconds", max(1, int((d+time.Second-1)/time.Second)))
}
