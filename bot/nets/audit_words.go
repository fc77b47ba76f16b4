package nets

import (
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// auditWords writes the lines of a club's audit as sentences.
type auditWords struct {
	drawing
	zone  *time.Location
	nets  []booking.Net
	names map[booking.MemberID]string
}

// line writes one line of the audit: the time, the sentence, the overridden rules and the reason.
func (w auditWords) line(x booking.AuditEntry) string {
	text := w.instant(x.At, w.zone) + " · " + w.sentence(x)
	if rules := w.overrides(x.Detail["override"]); rules != "" {
		text += " " + w.in.Say("audit.override", rules)
	}
	if x.Reason != "" {
		text += " " + w.in.Say("audit.reason", telegram.CleanLine(x.Reason, 200))
	}
	return text
}

// sentence writes the phrase of the action. Some actions have several phrases. The arguments are the person, the booking's number and up to two values.
func (w auditWords) sentence(x booking.AuditEntry) string {
	form, first, second := "", "", ""
	switch x.Action {
	case "reschedule", "swap":
		first, second = w.place(x.Detail["from_nets"], x.Detail["from"]), w.place(x.Detail["to_nets"], x.Detail["to"])
	case "cancel":
		if waived := w.money(x, "waived_minor"); waived != "" {
			form, first = "_waived", waived
		} else if fee := w.money(x, "fee_minor"); fee != "" {
			form, first = "_fee", fee
		}
	case "payment", "refund", "refunded":
		first = w.money(x, "amount_minor")
	case "paid":
		first = w.money(x, "amount_minor")
		if _, atDesk := x.Detail["method"]; atDesk {
			form = "_desk"
		}
	case "review":
		first = number(x.Detail["review"])
		form = "_" + word(x.Detail["verdict"])
	case "guests":
		first = number(x.Detail["guests"])
	case "book_series", "move_series", "end_series":
		first = number(x.Detail["series"])
		list, _ := x.Detail["bookings"].([]any)
		second = strconv.Itoa(len(list))
	case "save_member":
		first = w.name(booking.MemberID(integer(x.Detail["member"])))
		after, _ := x.Detail["after"].(map[string]any)
		second = w.phraseOr("audit.role."+word(after["role"]), word(after["role"]))
	}
	key := "audit.action." + x.Action + form
	if !w.in.Knows(key) {
		key = "audit.action.unknown"
		first = x.Action
	}
	return w.in.Say(key, w.name(x.Actor), strconv.FormatInt(int64(x.Booking), 10), first, second)
}

// name returns a person's name, or the bot's for 0. Erased people have negative numbers.
func (w auditWords) name(id booking.MemberID) string {
	switch {
	case id == 0:
		return w.in.Say("audit.program")
	case id < 0:
		return w.in.Say("audit.erased")
	}
	if name, ok := w.names[id]; ok {
		return name
	}
	return strconv.FormatInt(int64(id), 10)
}

// place writes nets and a start, or "another place" if the line has none.
func (w auditWords) place(nets, start any) string {
	var b booking.Booking
	list, _ := nets.([]any)
	for _, id := range list {
		b.Nets = append(b.Nets, booking.NetID(integer(id)))
	}
	at, err := time.Parse(time.RFC3339, word(start))
	if err != nil || len(b.Nets) == 0 {
		return w.in.Say("audit.elsewhere")
	}
	return telegram.CleanLine(b.NetNames(w.nets), 60) + ", " + w.instant(at, w.zone)
}

// money writes an amount of the line. It returns "" if the amount is missing or 0.
func (w auditWords) money(x booking.AuditEntry, field string) string {
	minor, currency := integer(x.Detail[field]), word(x.Detail["currency"])
	if minor == 0 || currency == "" {
		return ""
	}
	return w.drawing.money(booking.Money{Minor: minor, Currency: currency})
}

// overrides names the rules that staff overrode. value is a list, or a single rule in lines of earlier versions.
func (w auditWords) overrides(value any) string {
	codes, _ := value.([]any)
	if one, ok := value.(string); ok {
		codes = []any{one}
	}
	var rules []string
	for _, code := range codes {
		rules = append(rules, w.phraseOr("audit.rule."+word(code), word(code)))
	}
	return strings.Join(rules, ", ")
}

// phraseOr returns the phrase of key, or code if this version does not have the phrase.
func (w auditWords) phraseOr(key, code string) string {
	if w.in.Knows(key) {
		return w.in.Say(key)
	}
	return code
}

// The functions below convert values of a line's detail, which are decoded JSON.

func word(value any) string {
	text, _ := value.(string)
	return text
}

func integer(value any) int64 {
	n, _ := value.(float64)
	return int64(n)
}

func number(value any) string { return strconv.FormatInt(integer(value), 10) }
