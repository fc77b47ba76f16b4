package nets

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/storage"
	"pavilion/web"
)

// setClock stops booking's database clock at an instant. Sessions use another clock.
func (b *bundle) setClock(at time.Time) {
	b.t.Helper()
	_, err := b.db.Exec(b.t.Context(), fmt.Sprintf(`CREATE OR REPLACE FUNCTION booking_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$SELECT timestamptz '%s'$$`,
		at.UTC().Format("2006-01-02 15:04:05.999999Z07")))
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestBooking_ExtendEndsAtTheLimitAndConfirmAtTheExpiry(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	now := time.Now().Truncate(time.Second)
	b.setClock(now)
	held, other := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0])), b.hold(member, c, c.slot("10:00", "11:00", c.nets[1]))
	for _, step := range []struct{ at, until time.Duration }{{9 * time.Minute, 19 * time.Minute}, {18 * time.Minute, 28 * time.Minute}, {27 * time.Minute, 30 * time.Minute}} {
		b.setClock(now.Add(step.at))
		a := b.act(member, c, held.ID, "extend", nil)
		var longer BookingBody
		a.Into(t, &longer)
		if a.Status != 200 || !longer.ExpiresAt.Equal(now.Add(step.until)) {
			t.Errorf("extended after %s: %d %s", step.at, a.Status, a.Body)
		}
	}
	b.act(member, c, held.ID, "extend", nil).Want(t, "at the limit", 409, "hold-max")
	b.act(member, c, other.ID, "extend", nil).Want(t, "what has run out", 409, "hold-expired")
	b.setClock(now.Add(30*time.Minute - time.Microsecond))
	b.act(member, c, held.ID, "confirm", nil).Want(t, "at the last moment", 200, "")
	again := b.hold(member, c, c.slot("12:00", "13:00", c.nets[0]))
	b.setClock(*again.ExpiresAt)
	b.act(member, c, again.ID, "confirm", nil).Want(t, "at the expiry", 409, "hold-expired")
}

func TestBooking_NoShowIsForTheStaffAndFreesTheRest(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member, boss := b.member(), b.signIn(adminID)
	held := b.hold(member, c, c.slot("10:00", "12:00", c.nets[0]))
	here := b.hold(member, c, c.slot("10:00", "12:00", c.nets[1]))
	for _, id := range []int64{held.ID, here.ID} {
		b.act(member, c, id, "confirm", nil).Want(t, "confirm", 200, "")
	}
	b.setClock(held.Start.Add(-30 * time.Minute))
	b.act(member, c, here.ID, "check-in", nil).Want(t, "check in", 200, "")
	b.act(member, c, here.ID, "guests", map[string]any{"names": []string{"Asha", "Ravi"}}).Want(t, "who came along", 200, "")
	b.act(member, c, here.ID, "guests", map[string]any{"names": []string{"1", "2", "3", "4", "5", "6"}}).Want(t, "seven in a net for six", 422, "guests-room")
	withNote := c.slot("16:00", "17:00", c.nets[0])
	withNote["note"] = "a\x00b"
	b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: withNote}).Want(t, "a note with a character that Postgres does not take", 201, "")
	withGuests := c.slot("18:00", "19:00", c.nets[0])
	withGuests["guests"] = []string{"Asha", "Ravi"}
	made := b.Do(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: withGuests})
	made.Want(t, "a hold with guests", 201, "")
	var with BookingBody
	made.Into(t, &with)
	if !slices.Equal(with.Guests, []string{"Asha", "Ravi"}) {
		t.Errorf("the hold has the guests %q", with.Guests)
	}
	b.act(member, c, here.ID, "cancel", nil).Want(t, "who is there gives up", 409, "wrong-state")
	b.setClock(held.Start.Add(15*time.Minute - time.Microsecond))
	b.act(boss, c, held.ID, "no-show", nil).Want(t, "too early", 409, "no-show-early")
	b.setClock(held.Start.Add(15 * time.Minute))
	b.act(member, c, held.ID, "no-show", nil).Want(t, "by a member", 403, "forbidden")
	b.act(boss, c, here.ID, "no-show", nil).Want(t, "of one who came", 409, "wrong-state")
	b.act(boss, c, held.ID, "no-show", nil).Want(t, "no-show", 200, "")
	b.act(member, c, held.ID, "check-in", nil).Want(t, "too late", 409, "wrong-state")
	b.hold(b.member(), c, c.slot("10:30", "12:00", c.nets[0]))
}

func TestBooking_QuotasHoldAgainstParallelRequests(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(func(c *booking.Club) { c.Policy.QuotaActive, c.Policy.QuotaWeek = 2, 3*time.Hour })
	member := b.member()
	counts := tally(t, 6, func(i int) (answer, error) {
		return b.Try(request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: c.slot("10:00", "11:00", c.nets[i])})
	})
	if counts["201"] != 2 || counts["409 /problems/quota-active"] != 4 {
		t.Errorf("%v", counts)
	}
	var mine web.ListOf[BookingBody]
	b.Do(request{Path: c.path("/bookings"), Token: member}).Into(t, &mine)
	b.act(member, c, mine.Items[0].ID, "cancel", nil).Want(t, "cancel", 200, "")
	long := request{Method: "POST", Path: c.path("/holds"), Token: member, Key: key(), Body: c.slot("14:00", "16:30", c.nets[0])}
	b.Do(long).Want(t, "half an hour more than a week has", 409, "quota-week")
	b.hold(member, c, c.slot("14:00", "16:00", c.nets[0]))
	for i := range 3 { // staff have no quota
		b.hold(b.signIn(adminID), c, c.slot("18:00", "21:00", c.nets[i]))
	}
}

// Five members wait for one time. Each gets the offer alone and in turn, and a hold by somebody else loses to the next one.
func TestWaitlist_FiveWaitAndAreAskedInTurn(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	now := time.Now().Truncate(time.Second)
	b.setClock(now)
	owner, sniper := b.member(), b.member()
	held := b.hold(owner, c, c.slot("10:00", "11:00", c.nets[0]))
	b.act(owner, c, held.ID, "confirm", nil).Want(t, "confirm", 200, "")
	var waiters []string
	for range 5 {
		waiters = append(waiters, b.member())
		b.put("POST", waiters[len(waiters)-1], c.path("/waitlist"), map[string]any{"net": c.nets[0], "start": c.at("10:00"), "end": c.at("11:00")}).Want(t, "wait", 201, "")
	}
	// states checks the states of all five and returns the open offer.
	states := func(want string) (offer int64) {
		t.Helper()
		var got []byte
		for _, w := range waiters {
			var list web.ListOf[WaitBody]
			b.Do(request{Path: c.path("/waitlist"), Token: w}).Into(t, &list)
			switch {
			case len(list.Items) == 0:
				got = append(got, '-')
			case list.Items[0].State == "offered":
				got, offer = append(got, 'o'), list.Items[0].Offer
			default:
				got = append(got, 'w')
			}
		}
		if string(got) != want {
			t.Fatalf("the five are %s, want %s", got, want)
		}
		return offer
	}
	snipe := func() {
		t.Helper()
		b.Do(request{Method: "POST", Path: c.path("/holds"), Token: sniper, Key: key(), Body: c.slot("10:00", "11:00", c.nets[0])}).Want(t, "a sniper", 409, "slot-taken")
	}
	states("wwwww")
	b.act(owner, c, held.ID, "cancel", nil).Want(t, "cancel", 200, "")
	first := states("owwww")
	snipe()
	b.act(waiters[0], c, first, "cancel", nil).Want(t, "decline", 200, "")
	states("-owww")
	b.setClock(now.Add(15 * time.Minute)) // the second offer expires; the sniper comes before any sweep
	snipe()
	third := states("--oww")
	b.act(waiters[3], c, third, "confirm", nil).Want(t, "the fourth, too soon", 404, "no-booking")
	b.act(waiters[2], c, third, "cancel", nil).Want(t, "decline", 200, "")
	fourth := states("---ow")
	b.act(waiters[3], c, fourth, "confirm", nil).Want(t, "accept", 200, "")
	states("----w")
	snipe()
}

// Servers whose clocks are 90 s wrong, either way, judge holds by the database's clock.
func TestServer_HostsWithWrongClocksAgree(t *testing.T) {
	t.Parallel()
	name := cloneDB(t, templateDB)
	off := func(by time.Duration) *bundle {
		wrong := func() time.Time { return time.Now().Add(by) }
		return setupOn(t, databaseURL(shared, name), shared.RedisURL, func(w *wiring) {
			pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(databaseURL(shared, name))})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(pool.Close)
			if w.sessions, err = web.NewSessions(pool, web.SessionOptions{Logger: slog.New(slog.DiscardHandler), Now: wrong}); err != nil {
				t.Fatal(err)
			}
			w.opts.Now = wrong
		})
	}
	hosts := []*bundle{off(90 * time.Second), off(-90 * time.Second)}
	c := hosts[0].club(nil)
	now := time.Now().Truncate(time.Second)
	hosts[0].setClock(now)
	for i, b := range hosts {
		other := hosts[1-i]
		member := b.member() // signed in at one host, known to both
		last, late := b.hold(member, c, c.slot("10:00", "11:00", c.nets[2*i])), b.hold(member, c, c.slot("10:00", "11:00", c.nets[2*i+1]))
		if !last.ExpiresAt.Equal(now.Add(10 * time.Minute)) {
			t.Errorf("host %d: a hold made at %s runs out at %s", i, now, last.ExpiresAt)
		}
		b.setClock(last.ExpiresAt.Add(-time.Microsecond))
		other.act(member, c, last.ID, "confirm", nil).Want(t, "at the last moment", 200, "")
		b.setClock(*last.ExpiresAt)
		for _, server := range hosts {
			server.act(member, c, late.ID, "confirm", nil).Want(t, "at the expiry", 409, "hold-expired")
			var a AvailabilityBody
			server.Do(request{Path: c.path("/availability?from=%s&nets=%d", c.day, c.nets[2*i+1])}).Into(t, &a)
			if cell := a.Days[0].Cells[20]; cell.Status != "free" || !a.At.Equal(*last.ExpiresAt) {
				t.Errorf("host %d shows %+v as of %s", i, cell, a.At)
			}
		}
		b.setClock(now)
	}
}

// A long report reads in one repeatable-read transaction while members book.
func TestBooking_AReportHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member, boss := b.member(), b.signIn(adminID)
	seen := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	report, err := b.db.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	defer report.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it only read
	count := func() (n int) {
		t.Helper()
		err := report.QueryRow(t.Context(), `SELECT count(*) FROM booking b JOIN booking_slot s ON s.booking_id = b.id LEFT JOIN audit a ON a.booking_id = b.id
			LEFT JOIN payment p ON p.booking_id = b.id LEFT JOIN notification n ON n.booking_id = b.id`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	b.act(member, c, seen.ID, "confirm", nil).Want(t, "confirm", 200, "")
	held := b.hold(member, c, c.slot("12:00", "13:00", c.nets[0]))
	b.act(member, c, held.ID, "reschedule", map[string]any{"start": c.at("14:00"), "end": c.at("15:00")}).Want(t, "reschedule", 200, "")
	b.act(member, c, held.ID, "cancel", nil).Want(t, "cancel", 200, "")
	b.put("PUT", boss, c.path("/nets/%d", c.nets[5]), map[string]any{"name": "Net 6", "capacity": 4, "active": false}).Want(t, "retire a net", 200, "")
	b.Do(request{Path: c.path("/export.csv?from=%s&to=%s", c.day, c.day), Token: boss}).Want(t, "another report", 200, "")
	if after := count(); after != before {
		t.Errorf("the report saw %d rows, then %d", before, after)
	}
	var live int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM booking WHERE state = 'confirmed'`).Scan(&live); err != nil || live != 1 {
		t.Errorf("%d confirmed, %v", live, err)
	}
}

func TestBooking_ADearerMoveNamesTheDifference(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	ctx, boss := t.Context(), booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	service := b.booking
	machine, err := service.SaveAddOn(ctx, boss, c.id, booking.AddOn{Net: c.nets[0], Name: "Bowling machine", Price: booking.Money{Minor: 5000, Currency: "INR"}, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	member := b.member()
	slot := c.slot("10:00", "11:00", c.nets[0])
	slot["add_ons"] = []booking.AddOnID{machine.ID}
	held := b.hold(member, c, slot)
	if _, err := service.PayAtDesk(ctx, boss, booking.ID(held.ID), booking.Cash); err != nil {
		t.Fatal(err)
	}
	a := b.act(member, c, held.ID, "reschedule", map[string]any{"start": c.at("10:00"), "end": c.at("12:00")})
	a.Want(t, "an hour more", 409, "costs-more")
	if p := problemOf(t, a); p.Difference == nil || p.Difference.Minor != 60000 || p.Difference.Text != "600.00 INR" {
		t.Errorf("%s", a.Body)
	}
	b.act(member, c, held.ID, "reschedule", map[string]any{"nets": c.nets[1:2], "start": c.at("10:00"), "end": c.at("11:00")}).Want(t, "away from the machine", 404, "no-add-on")
	k := key()
	move := request{Method: http.MethodPost, Path: c.path("/bookings/%d/reschedule", held.ID), Token: member, Key: k, Body: map[string]any{"nets": c.nets[1:2], "start": c.at("10:00"), "end": c.at("11:00"), "add_ons": []int64{}}, Headers: b.seen(c.path("/bookings/%d/reschedule", held.ID))}
	a = b.Do(move)
	var done RescheduledBody
	a.Into(t, &done)
	if a.Status != 200 || done.Booking.Price.Minor != 60000 || done.Difference.Minor != -5000 || len(done.Booking.Lines) != 1 {
		t.Errorf("without the machine: %d %s", a.Status, a.Body)
	}
	move.Body = map[string]any{"nets": c.nets[1:2], "start": c.at("10:00"), "end": c.at("11:00")}
	b.Do(move).Want(t, "no word about what is hired is another request", 422, "idempotency-mismatch")
}
