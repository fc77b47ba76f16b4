package delivery

import (
	"cmp"
	"time"
)

// Policy is how files are sent.
type Policy struct {
	Protect     bool          // they cannot be forwarded or saved
	DeleteAfter time.Duration // when the bot deletes them again; 0: never
	Caption     string        // a template; empty: the post's own caption
}

// MaxDeleteAfter is the longest time after which the bot can still delete a message: Telegram allows it for 48 hours.
const MaxDeleteAfter = 47 * time.Hour

// Strictest combines policies, such as those of a link, a group and a channel. Protection of one protects all, and the shortest time counts. The caption is
// the last one, so the policies stand from the general to the special.
func Strictest(policies ...Policy) Policy {
	var all Policy
	for _, p := range policies {
		all.Protect = all.Protect || p.Protect
		if p.DeleteAfter > 0 && (all.DeleteAfter == 0 || p.DeleteAfter < all.DeleteAfter) {
			all.DeleteAfter = p.DeleteAfter
		}
		all.Caption = cmp.Or(p.Caption, all.Caption)
	}
	return all
}
