package booking

import "context"

// openingDayOf is the day on which a booking stands under these settings. A block belongs to the date of its start. So does a booking outside the
// hours, unless keep is set: then it keeps its day.
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

// redate moves the stored days of the bookings ahead to those of the settings that this change has written. A booking's time is an instant and
// stays, but a change of the zone or the hours can make it part of another day, and the sheet of that day must have it.
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
