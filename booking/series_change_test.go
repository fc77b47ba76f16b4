package booking_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
)

// weekly books net 1 from 18:00 to 19:00 on some Thursdays from 4 June 2026 on, for a member.
func (b *bundle) weekly(who booking.Actor, weeks int) booking.Series {
	b.t.Helper()
	s, err := b.BookSeries(b.t.Context(), desk(), booking.SeriesRequest{
		Club: b.club, Nets: b.nets[:1], First: day(b.t, "2026-06-04"), Minute: 18 * 60, Length: time.Hour, Weeks: weeks, Policy: booking.AllOrNothing, Member: who.ID,
	})
	b.must(err)
	return s
}

// starts lists the start and the net of each booking.
func (b *bundle) starts(list []booking.Booking) (all []string) {
	for _, x := range list {
		all = append(all, x.Span.Start.UTC().Format("2 Jan 15:04")+" net "+string(rune('1'+slices.Index(b.nets, x.Nets[0]))))
	}
	return all
}

// Booking, moving and ending a series each send one notification, whatever its length. The notification about the end names fee and refund. Each audit
// line names the series.
func TestSeries_OneMessageAtATime(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-01T00:00:00Z")
	s := l.weekly(player(1), 52)
	for _, x := range s.Bookings[:3] {
		p := l.checkout(player(1), x, booking.Sandbox)
		l.must(l.sandbox.Pay(p.Checkout))
	}
	l.work()
	l.waitSettled()
	moved, err := l.MoveSeries(ctx, desk(), booking.MoveSeriesRequest{Club: l.club, Series: s.ID, Minute: new(19 * 60), Policy: booking.AllOrNothing})
	l.must(err)
	if len(moved.Bookings) != 52 {
		t.Errorf("%d moved", len(moved.Bookings))
	}
	l.waitSettled()
	l.at("2026-06-10T19:30:00Z") // the first date is over; the second starts in less than a day, so the club keeps half
	why := desk()
	why.Reason = "the season is over"
	ended, err := l.EndSeries(ctx, why, booking.EndSeriesRequest{Club: l.club, Series: s.ID})
	l.must(err)
	if len(ended.Bookings) != 51 {
		t.Errorf("%d ended", len(ended.Bookings))
	}
	l.waitSettled()
	got := l.notices(player(1))
	if len(got) != 3 || got["series_booked"] != 1 || got["series_moved"] != 1 || got["series_ended"] != 1 {
		t.Errorf("messages: %v", got)
	}
	l.messages.mu.Lock()
	defer l.messages.mu.Unlock()
	for i, want := range [][]string{
		{"Booked, 52 times: Net 1", "First Thu 4 June, 18:00–19:00", "Last Thu 27 May, 18:00–19:00"},
		{"Moved, 52 bookings: now Net 1", "First Thu 4 June, 19:00–20:00"},
		{"Cancelled, 51 bookings: Net 1", "First Thu 11 June, 19:00–20:00", "₹15 goes back", "The club keeps ₹5"},
	} {
		m := l.messages.sent[i]
		for _, part := range want {
			if !strings.Contains(m.Text, part) {
				t.Errorf("no %q in %q", part, m.Text)
			}
		}
		if events := strings.Count(string(m.Calendar), "BEGIN:VEVENT"); events != []int{52, 52, 51}[i] || (i == 2) != strings.Contains(m.CalendarType, "CANCEL") {
			t.Errorf("%s: %d events, %s", m.Kind, events, m.CalendarType)
		}
	}
	if n := one[int](l.bundle, `SELECT count(*) FROM audit WHERE (booking_id IS NOT NULL) AND action IN ('book', 'reschedule', 'cancel') AND NOT coalesce(detail ->> 'series' = $1, false)`, text(s.ID)); n != 0 {
		t.Errorf("%d lines do not name the series", n)
	}
	if line := l.lastAudit(); one[int](l.bundle, `SELECT count(*) FROM audit WHERE action = 'end_series' AND reason = $1`, why.Reason) != 1 {
		t.Errorf("no line of the end: %+v", line)
	}
	l.healthy()
}

// A series moves to another weekday, time and net, wholly or from a date on. Dates that clash are listed. With AllOrNothing nothing moves; with Skip the
// others move.
func TestSeries_MovesAndListsWhatClashes(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Europe/London", easy())
	ctx := t.Context()
	b.at("2026-06-01T00:00:00Z")
	s := b.weekly(player(1), 4)
	b.held(player(2), b.want("2026-06-23T19:00:00Z", time.Hour, 2)) // 20:00 on Tuesday of the fourth week
	tuesday := time.Tuesday
	r := booking.MoveSeriesRequest{Club: b.club, Series: s.ID, From: day(t, "2026-06-11"), Weekday: &tuesday, Minute: new(20 * 60), Nets: b.nets[1:2], Policy: booking.AllOrNothing}
	_, err := b.MoveSeries(ctx, player(1), r)
	var clash *booking.SeriesConflictError
	if !errors.As(err, &clash) || len(clash.Skipped) != 1 || clash.Skipped[0].Day != day(t, "2026-06-25") || !errors.Is(clash.Skipped[0].Reason, booking.ErrSlotTaken) {
		t.Fatalf("all or nothing: %v", err)
	}
	list, err := b.SeriesBookings(ctx, player(1), b.club, s.ID)
	b.must(err)
	if got, want := b.starts(list), b.starts(s.Bookings); !slices.Equal(got, want) {
		t.Errorf("after a refusal: %v", got)
	}
	r.Policy = booking.Skip
	done, err := b.MoveSeries(ctx, player(1), r)
	b.must(err)
	if got, want := b.starts(done.Bookings), []string{"9 Jun 19:00 net 2", "16 Jun 19:00 net 2"}; !slices.Equal(got, want) || len(done.Skipped) != 1 {
		t.Errorf("moved: %v, skipped %+v", got, done.Skipped)
	}
	list, err = b.SeriesBookings(ctx, player(1), b.club, s.ID)
	b.must(err)
	if got, want := b.starts(list), []string{"4 Jun 17:00 net 1", "9 Jun 19:00 net 2", "16 Jun 19:00 net 2", "25 Jun 17:00 net 1"}; !slices.Equal(got, want) {
		t.Errorf("the series: %v", got)
	}
	// A length of half an hour is off the grid. A length of two hours fits.
	if _, err := b.MoveSeries(ctx, player(1), booking.MoveSeriesRequest{Club: b.club, Series: s.ID, Length: new(30 * time.Minute), Policy: booking.Skip}); !errors.Is(err, booking.ErrSeriesConflict) {
		t.Errorf("off the grid: %v", err)
	}
	done, err = b.MoveSeries(ctx, desk(), booking.MoveSeriesRequest{Club: b.club, Series: s.ID, Length: new(2 * time.Hour), Policy: booking.AllOrNothing})
	b.must(err)
	if len(done.Bookings) != 4 || done.Bookings[0].Span.Length() != 2*time.Hour || done.Bookings[0].Price != rupees(2000) {
		t.Errorf("longer: %+v", done)
	}
	if _, err := b.MoveSeries(ctx, desk(), booking.MoveSeriesRequest{Club: b.club, Series: s.ID, Length: new(2 * time.Hour), Policy: booking.AllOrNothing}); !errors.Is(err, booking.ErrNoMove) {
		t.Errorf("moved nowhere: %v", err)
	}
	b.healthy()
}

// Time that one date of a series leaves is offered to the waitlist only after all dates have moved, so that another date can move there.
func TestSeries_MovesBeforeItsOldTimeIsOffered(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	b.at("2026-06-01T00:00:00Z")
	s, err := b.BookSeries(ctx, desk(), booking.SeriesRequest{
		Club: b.club, Nets: b.nets[:1], First: day(t, "2026-06-04"), Minute: 18 * 60, Length: 2 * time.Hour, Weeks: 2, Policy: booking.AllOrNothing, Member: player(1).ID,
	})
	b.must(err)
	wednesday := time.Date(2026, 6, 3, 19, 0, 0, 0, time.UTC)
	_, err = b.Reschedule(ctx, desk(), s.Bookings[1].ID, booking.RescheduleRequest{Start: wednesday, End: wednesday.Add(2 * time.Hour)})
	b.must(err)
	for n, start := range []time.Time{wednesday.Add(24 * time.Hour), wednesday} {
		_, err := b.JoinWaitlist(ctx, player(2+n), booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: start, End: start.Add(time.Hour)})
		b.must(err)
	}
	moved, err := b.MoveSeries(ctx, desk(), booking.MoveSeriesRequest{Club: b.club, Series: s.ID, Weekday: new(time.Thursday), Length: new(time.Hour), Policy: booking.AllOrNothing})
	b.must(err)
	if got, want := b.starts(moved.Bookings), []string{"4 Jun 18:00 net 1", "4 Jun 19:00 net 1"}; !slices.Equal(got, want) {
		t.Errorf("moved: %v, want %v", got, want)
	}
	if got := one[string](b, `SELECT string_agg(member_id || ' ' || lower(during), ', ') FROM booking b JOIN booking_slot s ON s.booking_id = b.id WHERE kind = 'offer'`); !strings.HasPrefix(got, text(player(3).ID)+" 2026-06-03 19:00") || strings.Contains(got, ",") {
		t.Errorf("offered: %s", got)
	}
	b.healthy()
}

// The member or the club's staff end a series from a date on. A second time fails. For others the series does not exist.
func TestSeries_EndsFromADateOn(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	b.at("2026-06-01T00:00:00Z")
	s := b.weekly(player(1), 4)
	r := booking.EndSeriesRequest{Club: b.club, Series: s.ID, From: day(t, "2026-06-18")}
	for name, try := range map[string]func() error{
		"another member": func() error { _, err := b.EndSeries(ctx, player(2), r); return err },
		"another club": func() error {
			r := r
			r.Club++
			_, err := b.EndSeries(ctx, desk(), r)
			return err
		},
		"reading it": func() error { _, err := b.SeriesBookings(ctx, player(2), b.club, s.ID); return err },
	} {
		if err := try(); !errors.Is(err, booking.ErrNoSeries) {
			t.Errorf("%s: %v", name, err)
		}
	}
	waive := r
	waive.Waive = true
	if _, err := b.EndSeries(ctx, player(1), waive); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member waives the fee: %v", err)
	}
	won, _ := race(t, 4, func(ctx context.Context, _ int) error {
		_, err := b.EndSeries(ctx, player(1), r)
		if errors.Is(err, booking.ErrSeriesOver) {
			return booking.ErrSlotTaken
		}
		return err
	})
	if n := one[int](b, `SELECT count(*) FROM booking WHERE state = 'cancelled'`); won != 1 || n != 2 {
		t.Errorf("%d won, %d cancelled", won, n)
	}
	if n := one[int](b, `SELECT count(*) FROM notification WHERE kind = 'series_ended'`); n != 1 {
		t.Errorf("%d messages", n)
	}
	b.at("2026-06-11T12:00:00Z") // the last one is this evening
	done, err := b.EndSeries(ctx, desk(), booking.EndSeriesRequest{Club: b.club, Series: s.ID, Waive: true})
	b.must(err)
	if len(done.Bookings) != 1 || done.Bookings[0].CancelFee.Minor != 0 {
		t.Errorf("waived: %+v", done)
	}
	b.healthy()
}
