package booking

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// digest names a state of the tokens. Equal digests mean that nothing about the club on these days was changed in between.
func (t tokens) digest() string {
	keys := slices.SortedFunc(maps.Keys(t), func(x, y tokenKey) int {
		if x.day != y.day {
			return int(x.day) - int(y.day)
		}
		return int(x.net - y.net)
	})
	h := sha256.New()
	for _, k := range keys {
		fmt.Fprintf(h, "%d %d %s\n", k.net, k.day, t[k])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// Tag names an answer: the tokens under which it was made, and the instant until which the clock alone changes nothing in it.
func (a Availability) Tag() string { return fmt.Sprintf("%s.%d", a.tokens, a.until.UnixMicro()) }

// Unchanged reports whether an answer with this tag is still true. It reads the tokens and the clock only.
func (s *Service) Unchanged(ctx context.Context, club ClubID, from, to Day, tag string) (bool, error) {
	digest, until, ok := strings.Cut(tag, ".")
	micro, err := strconv.ParseInt(until, 10, 64)
	if !ok || err != nil || to < from || to-from >= maxDays {
		return false, nil //nolint:nilerr // a tag that cannot be read fits no answer
	}
	known, at, err := s.readTokens(ctx, club, from, to)
	if err != nil {
		return false, err
	}
	return known.digest() == digest && at.Before(time.UnixMicro(micro)), nil
}

// nextChange returns the first instant from at on that can change the status of a cell without a commit: a cell begins or comes too near, a hold ends, or
// the horizon moves at midnight.
func (s *setup) nextChange(days []NetDay, busy map[busyKey][]busySpan, at time.Time) time.Time {
	next := boundary(DayIn(at, s.club.Zone)+1, 0, s.club.Zone, Earlier)
	earlier := func(t time.Time) {
		if t.After(at) && t.Before(next) {
			next = t
		}
	}
	for _, d := range days {
		for _, c := range d.Cells {
			earlier(c.Span.Start)
			earlier(c.Span.Start.Add(-s.club.Policy.Notice + time.Microsecond)) // at the instant itself the notice is still kept
		}
	}
	for _, spans := range busy {
		for _, b := range spans {
			if b.Expires != nil {
				earlier(*b.Expires)
			}
		}
	}
	return next
}
