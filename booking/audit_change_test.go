package booking_test

import (
	"encoding/json"
	"testing"
	"time"

	"pavilion/booking"
)

// The audit says before and after of every change of settings and of roles, what a waived fee would have been, and which rule staff overrode.
func TestAudit_SaysWhatChanged(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Notice = 2 * time.Hour
	b := newClub(t, "UTC", policy)
	now := b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	last := func(action string) string {
		t.Helper()
		lines, err := b.Audit(ctx, boss(), booking.AuditQuery{Club: b.club, Limit: 1, Newest: true})
		b.must(err)
		if len(lines) != 1 || lines[0].Action != action {
			t.Fatalf("%+v, want %s", lines, action)
		}
		detail, err := json.Marshal(lines[0].Detail)
		b.must(err)
		return string(detail)
	}
	check := func(action, want string) {
		t.Helper()
		if got := last(action); got != want {
			t.Errorf("%s: %s, want %s", action, got, want)
		}
	}
	club, err := b.Club(ctx, b.club)
	b.must(err)
	club.Policy.Buffer, club.Name = 15*time.Minute, "Riverside"
	b.saveClub(club)
	check("save_club", `{"after":{"buffer_minutes":15,"name":"Riverside"},"before":{"buffer_minutes":0,"name":"Test"}}`)
	b.must(b.SaveMember(ctx, boss(), b.club, 77, booking.Staff))
	b.must(b.SaveMember(ctx, boss(), b.club, 77, booking.Player))
	check("save_member", `{"after":{"role":"member"},"before":{"role":"staff"},"member":77}`)
	rule := booking.PriceRule{Label: "base", Weekdays: everyWeekday(), To: 1440, Member: rupees(1500), Guest: rupees(2000)}
	b.must(b.SetPrices(ctx, boss(), b.club, []booking.PriceRule{rule}))
	line := func(member string) string {
		return `{"prices":[{"from_minute":0,"guest_minor":2000,"label":"base","member_minor":` + member + `,"net":0,"rank":0,"to_minute":1440,"weekdays":[true,true,true,true,true,true,true]}]}`
	}
	check("set_prices", `{"after":`+line("1500")+`,"before":`+line("1000")+`}`)
	_, err = b.SaveNet(ctx, boss(), b.club, booking.Net{ID: b.nets[0], Name: "Net 1", Capacity: 4, Active: true})
	b.must(err)
	net := func(capacity string) string {
		return `{"net 1":{"active":true,"capacity":` + capacity + `,"indoor":false,"lights":false,"name":"Net 1","surface":""}}`
	}
	check("save_net", `{"after":`+net("4")+`,"before":`+net("6")+`}`)
	b.must(b.SetHours(ctx, boss(), b.club, wholeWeek(0, 1440)))
	check("set_hours", `{"after":{},"before":{}}`)
	closure, _, err := b.AddClosure(ctx, boss(), b.club, booking.Closure{Every: booking.Once, During: booking.Span{Start: now.Add(96 * time.Hour), End: now.Add(97 * time.Hour)}})
	b.must(err)
	b.must(b.RemoveClosure(ctx, boss(), b.club, closure.ID))
	check("remove_closure", `{"after":{},"before":{"closure 1":{"end":"2026-06-05T01:00:00Z","every":"once","nets":[],"reason":"","start":"2026-06-05T00:00:00Z"}}}`)

	h := b.held(boss(), b.want("2026-06-01T01:00:00Z", time.Hour, 1)) // within the notice
	check("hold", `{"override":["too_soon"]}`)
	_, err = b.Confirm(ctx, boss(), h.ID)
	b.must(err)
	_, err = b.Cancel(ctx, boss(), h.ID, true)
	b.must(err)
	check("cancel", `{"currency":"INR","fee_minor":0,"waived_minor":750}`)
	b.held(player(1), b.want("2026-06-03T01:00:00Z", time.Hour, 1))
	check("hold", `{}`)
}
