package booking

// everyDay stands for all days in a token's key.
const everyDay = Day(-1 << 31)

// tokenKey names a token: of a net on a day, of a net on every day, or, with net 0 and every day, of the club.
type tokenKey struct {
	net NetID
	day Day
}

// tokens are the tokens of a club that concern some days. A change replaces the tokens of everything whose answer it makes wrong.
type tokens map[tokenKey]string

// version joins the tokens on which an answer about one net and day depends: the club's, the net's, and the net's for the day.
func (t tokens) version(net NetID, day Day) string {
	return t.clubToken() + "/" + t[tokenKey{net, everyDay}] + "/" + t[tokenKey{net, day}]
}

// clubToken stands for the club's settings.
func (t tokens) clubToken() string { return t[tokenKey{0, everyDay}] }

// clubTokens names the token that a change of the club's settings replaces.
func clubTokens() map[tokenKey]bool { return map[tokenKey]bool{{0, everyDay}: true} }

// manyDays is the length from which a change replaces the token of a net instead of one for each day.
const manyDays = 40

// slotTokens names the tokens that a change of slots replaces. The day before is included: a span that ends at 01:00 is part of that evening.
func (s *setup) slotTokens(nets []NetID, span Span) map[tokenKey]bool {
	keys := map[tokenKey]bool{}
	first, last := DayIn(span.Start, s.club.Zone)-1, DayIn(span.End, s.club.Zone)
	for _, net := range nets {
		if last-first > manyDays {
			keys[tokenKey{net, everyDay}] = true
			continue
		}
		for day := first; day <= last; day++ {
			keys[tokenKey{net, day}] = true
		}
	}
	return keys
}
