package clubplan

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"pavilion/booking"
)

// Write prints a club as tables.
func Write(to io.Writer, o booking.Overview) error {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	c, p := o.Club, o.Club.Policy
	fmt.Fprintf(t, "%s (club %d)\n", c.Name, c.ID)
	fmt.Fprintf(t, "  time zone\t%s\n  currency\t%s\n", c.Zone, c.Currency)
	if c.Address != "" {
		fmt.Fprintf(t, "  address\t%s\n", c.Address)
	}
	fmt.Fprintf(t, "  bookings\t%s to %s, in steps of %s, up to %d days ahead\n", short(p.Min), short(p.Max), short(p.Grid), p.Horizon)
	confirms := "the member confirms"
	if p.PaysOnline {
		confirms = "a payment confirms"
	}
	fmt.Fprintf(t, "  holds\t%s, then free again; %s\n", short(p.Hold), confirms)
	fmt.Fprintf(t, "  cancelling\tfree until %s before, then %d %% of the price\n", short(p.CancelFree), p.CancelFee)
	fmt.Fprintf(t, "  each member\tholds %d nets at most, %s ahead, %s a week\n", p.QuotaHeld, limit(p.QuotaActive, fmt.Sprintf("%d bookings", p.QuotaActive)), limit(int(p.QuotaWeek), short(p.QuotaWeek)))

	fmt.Fprintf(t, "\nNETS\tSURFACE\tPLAYERS\t\n")
	for _, n := range o.Nets {
		var more []string
		for name, has := range map[string]bool{"indoor": n.Indoor, "lights": n.Lights, "retired": !n.Active} {
			if has {
				more = append(more, name)
			}
		}
		slices.Sort(more)
		fmt.Fprintf(t, "  %s\t%s\t%d\t%s\n", n.Name, n.Surface, n.Capacity, strings.Join(more, ", "))
	}
	fmt.Fprintf(t, "\nHOURS\tNET\tOPEN\n")
	writeHours(t, o)
	fmt.Fprintf(t, "\nPRICES\tNET\tDAYS\tHOURS\tMEMBERS\tGUESTS\n")
	for _, r := range o.Prices {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\n", r.Label, netName(o.Nets, r.Net), weekdays(r.Weekdays), times(r.From, r.To), r.Member, r.Guest)
	}
	fmt.Fprintf(t, "\nROLES\t\n")
	writeRoles(t, o.Members)
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write club: %w", err)
	}
	return nil
}

const mostMembers = 20

// writeRoles prints each person with a role. In a club with more than mostMembers people it only counts the members and guests.
func writeRoles(to io.Writer, members []booking.Membership) {
	left := 0
	for _, m := range members {
		if len(members) > mostMembers && (m.Role == booking.Player || m.Role == booking.Guest) {
			left++
			continue
		}
		fmt.Fprintf(to, "  %d\t%s\n", m.Member, m.Role)
	}
	if left > 0 {
		fmt.Fprintf(to, "  and %d members and guests\t\n", left)
	}
}

// writeHours prints one line for the days on which a net has the same hours.
func writeHours(to io.Writer, o booking.Overview) {
	type line struct {
		net  booking.NetID
		open string
		days [7]bool
	}
	var lines []*line
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		open := map[booking.NetID][]string{}
		for _, h := range o.Hours {
			if h.Weekday == day {
				open[h.Net] = append(open[h.Net], times(h.Opens, h.Closes))
			}
		}
		for net, all := range open {
			text := strings.Join(all, ", ")
			at := slices.IndexFunc(lines, func(l *line) bool { return l.net == net && l.open == text })
			if at < 0 {
				at, lines = len(lines), append(lines, &line{net: net, open: text})
			}
			lines[at].days[day] = true
		}
	}
	slices.SortStableFunc(lines, func(x, y *line) int { return int(x.net - y.net) })
	for _, l := range lines {
		fmt.Fprintf(to, "  %s\t%s\t%s\n", weekdays(l.days), netName(o.Nets, l.net), l.open)
	}
}

// weekdays writes days in the form that plans use: every day, mon-fri, sat, sun.
func weekdays(days [7]bool) string {
	if !slices.Contains(days[:], false) {
		return "every day"
	}
	var parts []string
	name := func(i int) string { return strings.ToLower(time.Weekday((i + 1) % 7).String())[:shortWeekday] }
	for i := 0; i < 7; i++ {
		if !days[(i+1)%7] {
			continue
		}
		last := i
		for last+1 < 7 && days[(last+2)%7] {
			last++
		}
		switch last {
		case i:
			parts = append(parts, name(i))
		case i + 1:
			parts = append(parts, name(i), name(last))
		default:
			parts = append(parts, name(i)+"-"+name(last))
		}
		i = last
	}
	return strings.Join(parts, ", ")
}

func times(from, to int) string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", from/60, from%60, to/60, to%60)
}

func netName(nets []booking.Net, id booking.NetID) string {
	for _, n := range nets {
		if n.ID == id {
			return n.Name
		}
	}
	return "all"
}

// short writes a duration without zero parts: 1h30m, 30m.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// limit returns text, or "no limit" if n is 0.
func limit(n int, text string) string {
	if n == 0 {
		return "no limit"
	}
	return text
}
