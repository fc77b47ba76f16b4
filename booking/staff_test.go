package booking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
)

// desk is a member of the club's staff.
func desk() booking.Actor { return booking.Actor{ID: 50, Role: booking.Staff, Origin: "test"} }

// lastAudit reads the newest line of the club's audit.
func (b *bundle) lastAudit() booking.AuditEntry {
	b.t.Helper()
	lines, err := b.Audit(b.t.Context(), boss(), booking.AuditQuery{Club: b.club, Limit: 1, Newest: true})
	b.must(err)
	return lines[0]
}

// Staff undo a no-show if the time is still free, until a day after the end. The audit has both steps with their reasons.
func TestNoShow_MarkedByMistakeIsUndone(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	b.at("2026-06-01T00:00:00Z")
	var ids []booking.ID
	for i := range 2 {
		h := b.held(player(1), b.want("2026-06-01T10:00:00Z", 2*time.Hour, i+1))
		_, err := b.Confirm(ctx, player(1), h.ID)
		b.must(err)
		ids = append(ids, h.ID)
	}
	if _, err := b.UndoNoShow(ctx, desk(), ids[0]); !errors.Is(err, booking.ErrState) {
		t.Errorf("undoing nothing: %v", err)
	}
	b.at("2026-06-01T10:20:00Z")
	for _, id := range ids {
		_, err := b.NoShow(ctx, desk(), id)
		b.must(err)
	}
	if _, err := b.UndoNoShow(ctx, player(1), ids[0]); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("by the member: %v", err)
	}
	rival := b.held(player(2), b.want("2026-06-01T11:00:00Z", time.Hour, 2))
	_, err := b.Confirm(ctx, player(2), rival.ID)
	b.must(err)
	if _, err := b.UndoNoShow(ctx, desk(), ids[1]); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("when the rest of the time is taken: %v", err)
	}
	b.at("2026-06-02T12:00:00Z")
	if _, err := b.UndoNoShow(ctx, desk(), ids[0]); !errors.Is(err, booking.ErrNoShowLate) {
		t.Errorf("a day later: %v", err)
	}
	b.at("2026-06-02T11:59:59Z")
	why := desk()
	why.Reason = "she came to net 3"
	undone, err := b.UndoNoShow(ctx, why, ids[0])
	b.must(err)
	if undone.State != booking.Confirmed || undone.Version <= 2 {
		t.Errorf("undone: %+v", undone)
	}
	if line := b.lastAudit(); line.Action != "undo_no_show" || line.Booking != ids[0] || line.Actor != desk().ID || line.Reason != why.Reason {
		t.Errorf("audit: %+v", line)
	}
	if _, err := b.Hold(ctx, player(3), b.want("2026-06-02T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrPast) {
		t.Error(err)
	}
	b.healthy()
}

// A closure that refunds leaves a no-show out, so undoing the no-show must not bring the booking into its time.
func TestNoShow_IsNotUndoneInClosedTime(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	b.at("2026-06-03T09:00:00Z")
	h := b.held(player(1), b.want("2026-06-03T10:00:00Z", 2*time.Hour, 1))
	_, err := b.Confirm(ctx, player(1), h.ID)
	b.must(err)
	b.at("2026-06-03T10:20:00Z")
	_, err = b.NoShow(ctx, desk(), h.ID)
	b.must(err)
	closure := b.rain(11, 12)
	closed, err := b.CloseAndRefund(ctx, boss(), b.club, closure, b.previewed(closure).Version)
	b.must(err)
	if _, err := b.UndoNoShow(ctx, desk(), h.ID); closed.Bookings != 0 || !errors.Is(err, booking.ErrClosed) {
		t.Errorf("%d bookings are inside; undone: %v", closed.Bookings, err)
	}
	b.must(b.RemoveClosure(ctx, boss(), b.club, closed.Closure.ID))
	_, err = b.UndoNoShow(ctx, desk(), h.ID)
	b.must(err)
	b.healthy()
}

// The audit has the reason of each decision. A reason that is too long is refused and nothing changes.
func TestAudit_HasTheReasonOfADecision(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	_, err := b.Confirm(ctx, player(1), h.ID)
	b.must(err)
	why := desk()
	why.Reason = strings.Repeat("ब", 201)
	if _, err := b.Cancel(ctx, why, h.ID, true); !errors.Is(err, booking.ErrReason) {
		t.Errorf("201 characters: %v", err)
	}
	why.Reason = strings.Repeat("ब", 200)
	_, err = b.Cancel(ctx, why, h.ID, true)
	b.must(err)
	if line := b.lastAudit(); line.Action != "cancel" || line.Reason != why.Reason || line.Detail["waived_minor"] != 500.0 {
		t.Errorf("audit: %+v", line)
	}
}

// The audit names the quota that staff overrode with a hold, a confirmed offer, a move or a series.
func TestAudit_MarksABookingOverTheQuota(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.QuotaActive, policy.QuotaWeek, policy.Notice = 1, 2*time.Hour, 2*time.Hour
	b := newClub(t, "UTC", policy)
	ctx := t.Context()
	b.at("2026-06-01T00:00:00Z")
	mark := func(action string) string {
		t.Helper()
		line := b.lastAudit()
		if line.Action != action {
			t.Fatalf("%+v, want %s", line, action)
		}
		var rules []string
		list, _ := line.Detail["override"].([]any)
		for _, rule := range list {
			rules = append(rules, rule.(string))
		}
		return strings.Join(rules, " ")
	}
	forMember := func(start string, net int) booking.HoldRequest {
		r := b.want(start, time.Hour, net)
		r.Member = player(1).ID
		return r
	}
	b.held(desk(), forMember("2026-06-02T10:00:00Z", 1))
	if got := mark("hold"); got != "" {
		t.Errorf("within the quota: %q", got)
	}
	if _, err := b.Hold(ctx, player(1), b.want("2026-06-02T11:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrQuotaActive) {
		t.Errorf("the member: %v", err)
	}
	h := b.held(desk(), forMember("2026-06-02T11:00:00Z", 1))
	if got := mark("hold"); got != "quota_active" {
		t.Errorf("over the quota: %q", got)
	}
	b.held(desk(), forMember("2026-06-01T01:00:00Z", 1))
	if got := mark("hold"); got != "too_soon quota_active" {
		t.Errorf("over the quota and too soon: %q", got)
	}
	_, err := b.Reschedule(ctx, desk(), h.ID, booking.RescheduleRequest{Start: h.Span.Start.Add(time.Hour), End: h.Span.End.Add(time.Hour)})
	b.must(err)
	if got := mark("reschedule"); got != "quota_active" {
		t.Errorf("moved over the quota: %q", got)
	}
	b.held(player(2), b.want("2026-06-02T15:00:00Z", time.Hour, 2))
	if got := mark("hold"); got != "" {
		t.Errorf("a member's own: %q", got)
	}
}

// Only the staff of its club can close a review. Only operators can close one without a known club. Each decision has an audit line.
func TestReview_IsClosedByTheStaffOfItsClubOnly(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	other, err := b.CreateClub(ctx, boss(), booking.Club{Name: "Other", Zone: time.UTC, Currency: "INR", Policy: easy()})
	b.must(err)
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	p, err := b.PayAtDesk(ctx, desk(), h.ID, booking.Cash)
	b.must(err)
	review := func(reason booking.ReviewReason, club, payment any) booking.ReviewID {
		return booking.ReviewID(one[int64](b, `INSERT INTO payment_review (reason, club_id, payment_id, opened_at) VALUES ($1, $2, $3, now()) RETURNING id`, reason, club, payment))
	}
	ours := review(booking.ReviewDifference, b.club, p.ID)
	bare := review(booking.ReviewMismatch, b.club, nil)
	orphan := review(booking.ReviewRefunded, nil, p.ID) // the club is known from the payment
	stray := review(booking.ReviewUnknown, nil, nil)
	admin := booking.Actor{ID: 60, Role: booking.Admin, Origin: "test"}
	for _, id := range []booking.ReviewID{ours, bare, orphan, stray} {
		for name, who := range map[string]booking.Actor{"staff": desk(), "an admin": admin} {
			if err := b.Resolve(ctx, who, other.ID, id, booking.Close); !errors.Is(err, booking.ErrNoReview) {
				t.Errorf("review %d by %s of another club: %v", id, name, err)
			}
		}
	}
	for _, who := range []booking.Actor{desk(), admin} {
		if err := b.Resolve(ctx, who, b.club, stray, booking.Close); !errors.Is(err, booking.ErrNoReview) {
			t.Errorf("a review of no club: %v", err)
		}
	}
	listed := func(who booking.Actor, club booking.ClubID, want int) {
		t.Helper()
		if list, err := b.Reviews(ctx, who, club); len(list) != want || err != nil {
			t.Errorf("%d reviews, %v; want %d", len(list), err, want)
		}
	}
	listed(desk(), b.club, 2)
	listed(desk(), other.ID, 0)
	listed(boss(), b.club, 4)
	why := desk()
	why.Reason = "settled at the counter"
	for _, id := range []booking.ReviewID{ours, bare} {
		b.must(b.Resolve(ctx, why, b.club, id, booking.Close))
		if line := b.lastAudit(); line.Action != "review" || line.Actor != why.ID || line.Reason != why.Reason || line.Detail["review"] != float64(id) || line.Detail["verdict"] != "close" {
			t.Errorf("audit: %+v", line)
		}
	}
	for _, id := range []booking.ReviewID{orphan, stray} {
		b.must(b.Resolve(ctx, boss(), b.club, id, booking.Close))
		if line := b.lastAudit(); line.Action != "review" || line.Actor != boss().ID || line.Detail["review"] != float64(id) {
			t.Errorf("audit: %+v", line)
		}
	}
	listed(boss(), b.club, 0)
}

// sheetsAt sets the clock, announces the day sheets, and returns the number of all day sheets so far.
func (b *bundle) sheetsAt(at string) int {
	b.t.Helper()
	b.at(at)
	b.must(b.AnnounceSheets(b.t.Context()))
	return one[int](b, `SELECT count(*) FROM notification WHERE kind = 'day_sheet'`)
}

// An admin sets the hour of the day sheet or switches it off. The default is 06:00.
func TestDaySheet_ItsHourIsSet(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	made, err := b.CreateClub(ctx, boss(), booking.Club{Name: "Other", Zone: time.UTC, Currency: "INR", Policy: easy()})
	b.must(err)
	if made.DaySheet == nil || *made.DaySheet != 360 {
		t.Errorf("a new club's: %v", made.DaySheet)
	}
	b.at("2026-06-01T00:00:00Z")
	b.must(b.SaveMember(ctx, boss(), b.club, desk().ID, booking.Staff))
	b.held(player(1), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	_, err = b.Confirm(ctx, player(1), booking.ID(one[int64](b, `SELECT id FROM booking`)))
	b.must(err)
	set := func(minute *int) error {
		club, err := b.Club(ctx, b.club)
		b.must(err)
		club.DaySheet = minute
		_, err = b.SaveClub(ctx, boss(), club)
		return err
	}
	for _, minute := range []int{-1, 1440} {
		if err := set(&minute); !errors.Is(err, booking.ErrSettings) {
			t.Errorf("minute %d: %v", minute, err)
		}
	}
	b.must(set(nil))
	if n := b.sheetsAt("2026-06-02T09:00:00Z"); n != 0 {
		t.Errorf("%d sheets without an hour", n)
	}
	b.must(set(new(7*60 + 30)))
	if n := b.sheetsAt("2026-06-02T07:29:00Z"); n != 0 {
		t.Errorf("%d sheets before the hour", n)
	}
	if n := b.sheetsAt("2026-06-02T07:30:00Z"); n != 2 { // boss is an admin of the club and counts as staff
		t.Errorf("%d sheets, want one for each of the staff", n)
	}
}
