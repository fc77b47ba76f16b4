package booking

import "context"

// openingDayOf returns the opening day of a booking under these settings. For a block it is the date of the start. A booking outside the hours keeps
// its day if keep is set; otherwise it also gets the date of the start.
func (s *setup) openingDayOf(b Booking, keep bool) Day {
	if b.Kind != Block {
		for _, net := range b.Nets {
			if day, _, err := s.openingDay(net, b.Span); err == nil {
				return day
			}
		}
		if keep {
			return b.Day
		}
	}
	return DayIn(b.Span.Start, s.club.Zone)
}

// redate updates the stored opening days of future bookings after a change of the time zone or the hours. The bookings keep their instants, but can
// belong to another day and its day sheet.
func (c *change) redate(ctx context.Context) error {
	after, err := selectSetup(ctx, c.tx, c.setup.club.ID)
	if err != nil {
		return err
	}
	ahead, err := selectDatedAhead(ctx, c.tx, after.club.ID, c.at)
	if err != nil {
		return err
	}
	sameZone := after.club.Zone.String() == c.setup.club.Zone.String()
	for _, b := range ahead {
		if day := after.openingDayOf(b, sameZone); day != b.Day {
			b.Day = day
			c.redated = append(c.redated, b)
		}
	}
	return updateDays(ctx, c.tx, c.redated, c.at)
}
