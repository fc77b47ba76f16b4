package booking_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/booking/clubplan"
)

// behindAnother runs late while another change holds the club's lock. sql runs, and the other change ends, after late has begun to wait for the lock.
func (b *bundle) behindAnother(sql string, hours []booking.OpeningHours, late func(ctx context.Context) error) error {
	b.t.Helper()
	done := make(chan error, 1)
	b.must(b.EditHours(b.t.Context(), boss(), b.club, func(now []booking.OpeningHours) ([]booking.OpeningHours, error) {
		go func() { done <- late(b.t.Context()) }()
		b.waitForLock("advisory")
		if sql != "" {
			if _, err := b.db.Exec(b.t.Context(), sql); err != nil {
				return nil, err
			}
		}
		return append(now, hours...), nil
	}))
	return <-done
}

func TestClubPlan_AChangeThatItDidNotSeeIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql, kept string
		plan      clubplan.Plan
	}{
		"club": {`UPDATE club SET hold_seconds = 77, version = version + 1`, `SELECT count(*) FROM club WHERE hold_seconds = 77`, clubplan.Plan{Name: "Test", Address: new("Pune")}},
		"net":  {`UPDATE net SET capacity = 7, version = version + 1`, `SELECT (count(*) = 6)::int FROM net WHERE capacity = 7`, clubplan.Plan{Name: "Test", Nets: []clubplan.Net{{Was: "Net 1", Name: "North"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newClub(t, "UTC", easy())
			err := b.behindAnother(c.sql, nil, func(ctx context.Context) error {
				_, err := clubplan.Apply(ctx, b.Service, boss(), c.plan)
				return err
			})
			if !errors.Is(err, booking.ErrChanged) || one[int](b, c.kept) != 1 {
				t.Errorf("%v; kept: %d", err, one[int](b, c.kept))
			}
		})
	}
}

func TestClubPlan_HoursOfOneDayLeaveWhatAnotherJustChanged(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	other := booking.OpeningHours{Net: b.nets[0], Weekday: time.Monday, Opens: 360, Closes: 420}
	b.must(b.behindAnother("", []booking.OpeningHours{other}, func(ctx context.Context) error {
		return clubplan.ReplaceHours(ctx, b.Service, boss(), b.club, clubplan.Hours{Days: clubplan.Weekdays{time.Sunday}, Open: clubplan.Times{{From: 480, To: 720}}})
	}))
	hours, err := b.Hours(t.Context(), b.club)
	b.must(err)
	if !slices.Contains(hours, other) || !slices.Contains(hours, booking.OpeningHours{Weekday: time.Sunday, Opens: 480, Closes: 720}) {
		t.Errorf("%v", hours)
	}
}

func TestClubPlan_APriceLeavesWhatAnotherJustChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(ctx context.Context, b *bundle) error{
		"added": func(ctx context.Context, b *bundle) error {
			return clubplan.ReplacePrice(ctx, b.Service, boss(), b.club, clubplan.Price{Name: "Evening", Member: "5"})
		},
		"removed": func(ctx context.Context, b *bundle) error {
			return clubplan.RemovePrice(ctx, b.Service, boss(), b.club, "Early")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newClub(t, "UTC", easy())
			b.must(clubplan.ReplacePrice(t.Context(), b.Service, boss(), b.club, clubplan.Price{Name: "Early", Member: "3"}))
			b.must(b.behindAnother(`UPDATE price_rule SET member_minor = 4242 WHERE label <> 'Early'`, nil, func(ctx context.Context) error { return change(ctx, b) }))
			if got := one[int](b, `SELECT count(*) FROM price_rule WHERE member_minor = 4242`); got == 0 {
				t.Error("the other's price is lost")
			}
		})
	}
}
