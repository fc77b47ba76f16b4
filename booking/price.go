package booking

import (
	"slices"
	"time"

	"pavilion/internal/fault"
)

// Rate chooses one of the two prices of a rule.
type Rate string

// The rates.
const (
	MemberRate Rate = "member"
	GuestRate  Rate = "guest"
)

// PriceRule is the price of an hour on some weekdays between two minutes of the local clock. Of several rules that match, the highest rank
// applies, then a rule for this net only, then the newest rule.
type PriceRule struct {
	ID       int64
	Net      NetID // 0: every net
	Label    string
	Rank     int
	Weekdays [7]bool // Sunday first
	From, To int
	Member   Money // per hour
	Guest    Money // per hour
}

// PriceLine is one part of a price: a net under one rule, or an add-on.
type PriceLine struct {
	Net    NetID
	Label  string
	AddOn  AddOnID // 0: the net itself
	Start  time.Time
	End    time.Time
	Hourly Money // for an add-on with a price per booking: that price
	Amount Money
}

// Quote is the price of a possible booking.
type Quote struct {
	Nets  []NetID
	Span  Span
	Day   Day
	Rate  Rate
	Lines []PriceLine
	Total Money
}

// Errors of prices.
var (
	ErrNoPrice   = fault.New(fault.Conflict, "no_price")
	ErrPriceRule = fault.New(fault.Invalid, "price_rule")
)

// Check refuses a rule that is not valid, or that is in another currency.
func (r PriceRule) Check(currency string) error {
	if badName(r.Label) || r.Rank < 0 || r.From < 0 || r.From >= 1440 || r.To <= r.From || r.To > 1440 || !slices.Contains(r.Weekdays[:], true) ||
		r.Member.Currency != currency || r.Guest.Currency != currency || !validPrice(r.Member) || !validPrice(r.Guest) {
		return ErrPriceRule
	}
	return nil
}

// validPrice bounds prices so that sums cannot overflow. Prices that are asked for as they are have to be payable; hourly ones are rounded.
func validPrice(m Money) bool { return m.Minor >= 0 && m.Minor <= maxMinor }

// hourly is the price of an hour at a rate.
func (r PriceRule) hourly(rate Rate) Money {
	if rate == MemberRate {
		return r.Member
	}
	return r.Guest
}

// priceLines prices nets and add-ons for a span. It counts elapsed time, so a repeated hour is paid and a skipped hour is not. The lines are rounded
// so that their sum is the exact sum rounded once.
func (s *setup) priceLines(nets []NetID, addOns []AddOnID, want Span, rate Rate) ([]PriceLine, Money, error) {
	var lines []PriceLine
	for _, net := range nets {
		segments, err := s.priceSegments(net, want, rate)
		if err != nil {
			return nil, Money{}, err
		}
		lines = append(lines, segments...)
	}
	for _, id := range addOns {
		a, err := s.activeAddOn(id, nets)
		if err != nil {
			return nil, Money{}, err
		}
		lines = append(lines, PriceLine{Net: a.Net, AddOn: a.ID, Label: a.Name, Start: want.Start, End: want.End, Hourly: a.Price})
		if !a.PerHour {
			lines[len(lines)-1].Amount = a.Price
		}
	}
	total := Money{Currency: s.club.Currency}
	step := payableStep(s.club.Currency)
	var exact, rounded int64 // Σ hourly price × seconds; Σ amounts so far
	for i := range lines {
		l := &lines[i]
		if l.Amount != (Money{}) || l.Hourly.Minor == 0 {
			l.Amount.Currency = s.club.Currency
			total.Minor += l.Amount.Minor
			continue
		}
		exact += l.Hourly.Minor * int64(l.End.Sub(l.Start)/time.Second)
		sum := divideHalfUp(exact, 3600*step) * step
		l.Amount = Money{Minor: sum - rounded, Currency: s.club.Currency}
		rounded = sum
		total.Minor += l.Amount.Minor
	}
	return lines, total, nil
}

// priceSegments makes one line for each part of the span with the same rule.
func (s *setup) priceSegments(net NetID, want Span, rate Rate) ([]PriceLine, error) {
	var lines []PriceLine
	for at := want.Start; at.Before(want.End); {
		rule, until := s.ruleAt(net, at)
		if rule == nil {
			return nil, ErrNoPrice
		}
		end := until
		if end.After(want.End) {
			end = want.End
		}
		if n := len(lines); n > 0 && lines[n-1].Label == rule.Label && lines[n-1].Hourly == rule.hourly(rate) {
			lines[n-1].End = end
		} else {
			lines = append(lines, PriceLine{Net: net, Label: rule.Label, Start: at, End: end, Hourly: rule.hourly(rate)})
		}
		at = end
	}
	return lines, nil
}

// priced reports whether every part of a span has a price.
func (s *setup) priced(net NetID, want Span) bool {
	for at := want.Start; at.Before(want.End); {
		rule, until := s.ruleAt(net, at)
		if rule == nil {
			return false
		}
		at = until
	}
	return true
}

// ruleAt returns the rule that applies at an instant, or nil, and an instant until which this does not change: the next minute at which a rule begins
// or ends, or the next change of the clock.
func (s *setup) ruleAt(net NetID, at time.Time) (*PriceRule, time.Time) {
	local := at.In(s.club.Zone)
	minute, weekday := local.Hour()*60+local.Minute(), local.Weekday()
	next := 1440
	var best *PriceRule
	for i := range s.prices {
		r := &s.prices[i]
		if r.Net != 0 && r.Net != net || !r.Weekdays[weekday] {
			continue
		}
		for _, border := range []int{r.From, r.To} {
			if border > minute && border < next {
				next = border
			}
		}
		if r.From <= minute && minute < r.To && (best == nil || r.winsOver(best)) {
			best = r
		}
	}
	whole := local.Add(-time.Duration(local.Second())*time.Second - time.Duration(local.Nanosecond()))
	until := whole.Add(time.Duration(next-minute) * time.Minute)
	if _, change := local.ZoneBounds(); !change.IsZero() && change.Before(until) {
		until = change
	}
	return best, until
}

// winsOver reports whether r applies rather than o when both match.
func (r *PriceRule) winsOver(o *PriceRule) bool {
	if r.Rank != o.Rank {
		return r.Rank > o.Rank
	}
	if (r.Net != 0) != (o.Net != 0) {
		return r.Net != 0
	}
	return r.ID > o.ID
}

// activeAddOn finds an add-on that can be hired with one of the nets.
func (s *setup) activeAddOn(id AddOnID, nets []NetID) (AddOn, error) {
	for _, n := range s.nets {
		if !slices.Contains(nets, n.ID) {
			continue
		}
		for _, a := range n.AddOns {
			if a.ID == id && a.Active {
				return a, nil
			}
		}
	}
	return AddOn{}, ErrNoAddOn
}
