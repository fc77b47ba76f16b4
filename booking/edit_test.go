package booking_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
)

// Admins who change different days, or add different prices, at the same time all keep their changes.
func TestEdit_NoChangeOfSettingsIsLost(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Asia/Kolkata", easy())
	b.must(b.SetHours(t.Context(), boss(), b.club, nil))
	b.must(b.SetPrices(t.Context(), boss(), b.club, nil))
	services := []*booking.Service{b.Service, b.service(nil)} // two processes
	var all sync.WaitGroup
	errs := make([]error, 14)
	for i := range 7 {
		all.Go(func() {
			errs[i] = services[i%2].EditHours(t.Context(), boss(), b.club, func(now []booking.OpeningHours) ([]booking.OpeningHours, error) {
				return append(now, booking.OpeningHours{Weekday: time.Weekday(i), Opens: 360, Closes: 1320}), nil
			})
		})
		all.Go(func() {
			errs[7+i] = services[i%2].EditPrices(t.Context(), boss(), b.club, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
				price := booking.Money{Minor: 100, Currency: "INR"}
				return append(now, booking.PriceRule{Label: string(rune('a' + i)), Weekdays: [7]bool{true}, To: 60, Member: price, Guest: price}), nil
			})
		})
	}
	all.Wait()
	b.must(errors.Join(errs...))
	hours, err := b.Hours(t.Context(), b.club)
	b.must(err)
	prices, err := b.Prices(t.Context(), b.club)
	b.must(err)
	if len(hours) != 7 || len(prices) != 7 {
		t.Errorf("%d days, %d prices", len(hours), len(prices))
	}
	if err := b.EditHours(t.Context(), player(1), b.club, func([]booking.OpeningHours) ([]booking.OpeningHours, error) { return nil, nil }); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member edits the hours: %v", err)
	}
	if err := b.EditPrices(t.Context(), player(1), b.club, func([]booking.PriceRule) ([]booking.PriceRule, error) { return nil, nil }); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member edits the prices: %v", err)
	}
}
