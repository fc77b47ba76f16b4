package booking_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
)

// offeredTo is the member with the offer for net 1 at ten; 0: none.
func (b *bundle) offeredTo() booking.MemberID {
	b.t.Helper()
	return booking.MemberID(one[int64](b, `SELECT coalesce(max(b.member_id), 0) FROM booking b WHERE kind = 'offer' AND state = 'held'`))
}

func TestWaitlist_OneTimedOfferAtATimeInOrder(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	ten := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	wish := booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: ten, End: ten.Add(time.Hour)}
	if _, err := b.JoinWaitlist(t.Context(), player(1), wish); !errors.Is(err, booking.ErrStillFree) {
		t.Errorf("waiting for a free slot: %v", err)
	}
	owner := b.held(player(9), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	_, err := b.Confirm(t.Context(), player(9), owner.ID)
	b.must(err)
	for i := range 5 {
		_, err := b.JoinWaitlist(t.Context(), player(i+1), wish)
		b.must(err)
	}
	if _, err := b.JoinWaitlist(t.Context(), player(1), wish); !errors.Is(err, booking.ErrWaitTwice) {
		t.Errorf("the same wish twice: %v", err)
	}
	_, err = b.Cancel(t.Context(), player(9), owner.ID, false)
	b.must(err)
	if got := b.offeredTo(); got != player(1).ID {
		t.Fatalf("offered to %d", got)
	}
	if _, err := b.Hold(t.Context(), player(8), b.want("2026-06-02T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("a sniper: %v", err)
	}
	// The first declines, so the second gets the offer. It expires: a booking before the next sweep must not jump the queue.
	offer := booking.ID(one[int64](b, `SELECT id FROM booking WHERE kind = 'offer' AND state = 'held'`))
	_, err = b.Cancel(t.Context(), player(1), offer, false)
	b.must(err)
	if got := b.offeredTo(); got != player(2).ID {
		t.Errorf("after a decline offered to %d", got)
	}
	b.stop(now.Add(15 * time.Minute))
	if _, err := b.Hold(t.Context(), player(8), b.want("2026-06-02T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("a sniper after the offer ran out: %v", err)
	}
	if got := b.offeredTo(); got != player(3).ID {
		t.Errorf("after an expiry offered to %d", got)
	}
	// The sweep makes the next offer too.
	b.stop(now.Add(30 * time.Minute))
	if n, err := b.Expire(t.Context()); n != 1 || err != nil {
		t.Errorf("%d expired, %v", n, err)
	}
	if got := b.offeredTo(); got != player(4).ID {
		t.Errorf("after the sweep offered to %d", got)
	}
	offer = booking.ID(one[int64](b, `SELECT id FROM booking WHERE kind = 'offer' AND state = 'held'`))
	taken, err := b.Confirm(t.Context(), player(4), offer)
	b.must(err)
	if taken.Kind != booking.Play || taken.State != booking.Confirmed {
		t.Errorf("accepted: %+v", taken)
	}
	if got := one[string](b, `SELECT string_agg(state, ' ' ORDER BY id) FROM waitlist`); got != "passed passed passed taken waiting" {
		t.Error(got)
	}
	if got := one[int](b, `SELECT count(*) FROM notification WHERE kind = 'offered'`); got != 4 {
		t.Errorf("%d offers told", got)
	}
	b.healthy()
}

func TestWaitlist_PastAndClosedTimesAreNeverOffered(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	ten := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	var owners []booking.ID
	for net := 1; net <= 2; net++ {
		h := b.held(player(9), b.want("2026-06-01T10:00:00Z", 2*time.Hour, net))
		_, err := b.Confirm(t.Context(), player(9), h.ID)
		b.must(err)
		owners = append(owners, h.ID)
		for hour := range 2 {
			_, err := b.JoinWaitlist(t.Context(), player(hour), booking.WaitRequest{Club: b.club, Net: b.nets[net-1], Start: ten.Add(time.Duration(hour) * time.Hour), End: ten.Add(time.Duration(hour+1) * time.Hour)})
			b.must(err)
		}
	}
	closure, _, err := b.AddClosure(t.Context(), boss(), b.club, booking.Closure{Nets: b.nets[1:2], Every: booking.Once, During: booking.Span{Start: ten, End: ten.Add(2 * time.Hour)}})
	b.must(err)
	b.stop(ten.Add(30 * time.Minute)) // the first hour has begun
	for _, id := range owners {
		_, err := b.Cancel(t.Context(), boss(), id, true)
		b.must(err)
	}
	if got := one[string](b, `SELECT string_agg(member_id || ' ' || net_id, ', ') FROM booking b JOIN booking_slot s ON s.booking_id = b.id WHERE kind = 'offer'`); got != "7000000101 1" {
		t.Errorf("offered: %s", got)
	}
	if expires := one[time.Time](b, `SELECT expires_at FROM booking WHERE kind = 'offer'`); !expires.Equal(ten.Add(45 * time.Minute)) {
		t.Errorf("the offer lasts until %s", expires)
	}
	b.must(b.RemoveClosure(t.Context(), boss(), b.club, closure.ID))
	b.must(b.SweepWaitlist(t.Context()))
	if got := one[int](b, `SELECT count(*) FROM booking b JOIN booking_slot s ON s.booking_id = b.id WHERE kind = 'offer' AND net_id = 2 AND member_id = 7000000101`); got != 1 {
		t.Errorf("%d offers after the closure was lifted", got)
	}
	b.healthy()
}

// The number of a member's waits is limited.
func TestWaitlist_OneMemberHasSoManyPlaces(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(9), b.want("2026-06-02T10:00:00Z", 8*time.Hour, 1))
	_, err := b.Confirm(t.Context(), player(9), h.ID)
	b.must(err)
	ten := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	var outcomes []error
	for start := range 8 {
		for more := range 8 - start {
			from := ten.Add(time.Duration(start) * time.Hour)
			_, err := b.JoinWaitlist(t.Context(), player(1), booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: from, End: from.Add(time.Duration(more+1) * time.Hour)})
			if err != nil && !errors.Is(err, booking.ErrWaits) {
				t.Fatal(err)
			}
			outcomes = append(outcomes, err)
		}
	}
	for i, err := range outcomes {
		if (err == nil) != (i < 20) {
			t.Errorf("wish %d: %v", i+1, err)
		}
	}
	_, err = b.JoinWaitlist(t.Context(), player(2), booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: ten, End: ten.Add(time.Hour)})
	b.must(err)
}

func TestWaitlist_AnyNet(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	all := b.held(player(9), b.want("2026-06-01T10:00:00Z", time.Hour, 1, 2, 3, 4, 5, 6))
	ten := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	for i := range 3 {
		_, err := b.JoinWaitlist(t.Context(), player(i), booking.WaitRequest{Club: b.club, Start: ten, End: ten.Add(time.Hour)})
		b.must(err)
	}
	waits, err := b.Waits(t.Context(), player(2), b.club)
	b.must(err)
	if err := b.LeaveWaitlist(t.Context(), player(1), waits[0].ID); !errors.Is(err, booking.ErrNoWait) {
		t.Errorf("another member's wish: %v", err)
	}
	b.must(b.LeaveWaitlist(t.Context(), player(2), waits[0].ID))
	_, err = b.Cancel(t.Context(), player(9), all.ID, false)
	b.must(err)
	if got := one[int](b, `SELECT count(DISTINCT member_id) FROM booking WHERE kind = 'offer' AND state = 'held'`); got != 2 {
		t.Errorf("%d offers for two waiters", got)
	}
	b.healthy()
}

// Who waits is bound by the notice like everybody else.
func TestWaitlist_NoticeCountsForOffers(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Notice = 2 * time.Hour
	b := newClub(t, "UTC", policy)
	now := b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	var owners []booking.ID
	for hour := range 2 {
		start := now.Add(time.Duration(10+hour) * time.Hour)
		h := b.held(player(9), b.want(start.Format(time.RFC3339), time.Hour, 1))
		_, err := b.Confirm(ctx, player(9), h.ID)
		b.must(err)
		owners = append(owners, h.ID)
		_, err = b.JoinWaitlist(ctx, player(hour), booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: start, End: start.Add(time.Hour)})
		b.must(err)
	}
	b.stop(now.Add(8*time.Hour + time.Minute)) // ten o'clock is too soon, eleven is not
	for _, id := range owners {
		_, err := b.Cancel(ctx, boss(), id, true)
		b.must(err)
	}
	b.must(b.SweepWaitlist(ctx))
	if _, err := b.Hold(ctx, player(5), b.want("2026-06-01T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrTooSoon) {
		t.Errorf("somebody else: %v", err)
	}
	if got := one[string](b, `SELECT string_agg(member_id::text, ' ') FROM booking WHERE kind = 'offer' AND state = 'held'`); got != "7000000101" {
		t.Errorf("offered to %s", got)
	}
	b.healthy()
}

// Leaving the waitlist with an open offer declines it. The next wait gets an offer at once, and leaving a second time returns ErrNoWait.
func TestWaitlist_LeavingWithAnOpenOfferPassesItOn(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	ten := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	owner := b.held(player(9), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	var waits []booking.Wait
	for i := range 3 {
		w, err := b.JoinWaitlist(ctx, player(i+1), booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: ten, End: ten.Add(time.Hour)})
		b.must(err)
		waits = append(waits, w)
	}
	_, err := b.Cancel(ctx, player(9), owner.ID, false)
	b.must(err)
	if err := b.LeaveWaitlist(ctx, player(2), waits[0].ID); !errors.Is(err, booking.ErrNoWait) {
		t.Errorf("another member's wait: %v", err)
	}
	b.must(b.LeaveWaitlist(ctx, player(1), waits[0].ID))
	if got := b.offeredTo(); got != player(2).ID {
		t.Errorf("after the first left, offered to %d", got)
	}
	if err := b.LeaveWaitlist(ctx, player(1), waits[0].ID); !errors.Is(err, booking.ErrNoWait) {
		t.Errorf("leaving twice: %v", err)
	}
	// An offer that has expired and was not swept yet counts as declined.
	b.stop(now.Add(15 * time.Minute))
	b.must(b.LeaveWaitlist(ctx, player(2), waits[1].ID))
	_, err = b.Expire(ctx)
	b.must(err)
	if got := b.offeredTo(); got != player(3).ID {
		t.Errorf("after the second offer ran out, offered to %d", got)
	}
	_, err = b.Confirm(ctx, player(3), booking.ID(one[int64](b, `SELECT id FROM booking WHERE kind = 'offer' AND state = 'held'`)))
	b.must(err)
	if err := b.LeaveWaitlist(ctx, player(3), waits[2].ID); !errors.Is(err, booking.ErrNoWait) {
		t.Errorf("an offer that was taken: %v", err)
	}
	b.healthy()
}

// A place counts the members ahead who could get the same net at the same time, each of them once.
func TestWaitlist_PlacesCountTheMembersAhead(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	ten := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	owners := map[int]booking.Booking{}
	for i := range len(b.nets) {
		owners[i] = b.held(player(9), b.want("2026-06-02T10:00:00Z", 2*time.Hour, i+1))
		_, err := b.Confirm(t.Context(), player(9), owners[i].ID)
		b.must(err)
	}
	join := func(who int, net booking.NetID, after time.Duration) int {
		t.Helper()
		w, err := b.JoinWaitlist(t.Context(), player(who), booking.WaitRequest{Club: b.club, Net: net, Start: ten.Add(after), End: ten.Add(after + time.Hour)})
		b.must(err)
		return w.Place
	}
	places := func(who int) (list []int) {
		t.Helper()
		waits, err := b.Waits(t.Context(), player(who), b.club)
		b.must(err)
		for _, w := range waits {
			list = append(list, w.Place)
		}
		return list
	}
	for i, x := range []struct {
		who   int
		net   booking.NetID
		after time.Duration
		want  int
	}{
		{1, b.nets[0], 0, 1},
		{2, b.nets[1], 0, 1},         // another net
		{3, b.nets[0], time.Hour, 1}, // another time
		{4, 0, 0, 3},                 // any net: two members are ahead
		{1, 0, 0, 3},                 // one's own wait is not ahead
		{5, b.nets[0], 0, 3},         // the first member, who waits twice, and the fourth
	} {
		if got := join(x.who, x.net, x.after); got != x.want {
			t.Errorf("wait %d has place %d, not %d", i, got, x.want)
		}
	}
	_, err := b.Cancel(t.Context(), player(9), owners[0].ID, false)
	b.must(err)
	// The first member has an offer of net 1 and may still pass it on.
	if got := fmt.Sprint(places(1), places(2), places(5)); got != "[0 3] [1] [3]" {
		t.Errorf("with an offer the places are %s", got)
	}
	offer := booking.ID(one[int64](b, `SELECT id FROM booking WHERE kind = 'offer' AND state = 'held' AND member_id = $1`, player(1).ID))
	_, err = b.Confirm(t.Context(), player(1), offer)
	b.must(err)
	if got := fmt.Sprint(places(2), places(4), places(5)); got != "[1] [2] [3]" {
		t.Errorf("with the offer taken the places are %s", got)
	}
	waits, err := b.Waits(t.Context(), player(1), b.club)
	b.must(err)
	b.must(b.LeaveWaitlist(t.Context(), player(1), waits[0].ID))
	if got := fmt.Sprint(places(5)); got != "[2]" {
		t.Errorf("with one fewer ahead the place is %s", got)
	}
}
