package booking

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/phrase"
)

// AnnounceSheets writes down, once a day, that the staff of a club are to have the sheet of the day, from the club's hour for it on; a sweep
// that comes late or twice loses nothing and repeats nothing. A day on which nothing is booked has no sheet.
func (s *Service) AnnounceSheets(ctx context.Context) error {
	now, err := selectClock(ctx, s.db)
	if err != nil {
		return translate(ctx, err)
	}
	clubs, err := selectSheetHours(ctx, s.db)
	if err != nil {
		return translate(ctx, err)
	}
	var errs []error
	for _, c := range clubs {
		day := DayIn(now, c.zone)
		if !now.Before(boundary(day, c.minute, c.zone, Earlier)) {
			errs = append(errs, s.announceSheet(ctx, c.club, day))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) announceSheet(ctx context.Context, club ClubID, day Day) error {
	staff, err := selectStaffWithoutSheet(ctx, s.db, club, day)
	if err != nil || len(staff) == 0 {
		return translate(ctx, err)
	}
	list, err := s.DaySheet(ctx, systemActor(), club, day)
	if err != nil || len(list) == 0 {
		return err
	}
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		at, err := selectClock(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range staff {
			if err := s.announce(ctx, tx, announcement{club: club, member: id, kind: notifySheet, day: day, at: at}); err != nil {
				return err
			}
		}
		return nil
	})
}

// maxSheetLines is how many lines fit into a message.
const maxSheetLines = 60

// composeSheet is the day's sheet in words: a line for each booking.
func (d *delivery) composeSheet(ctx context.Context, set *setup, in *phrase.Speaker) (string, error) {
	list, err := d.s.DaySheet(ctx, systemActor(), d.Club, d.Day)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(in.Say("sheet.title", set.club.Name, in.Day(boundary(d.Day, 0, d.zone, Earlier).In(d.zone))))
	for i, b := range list {
		if i == maxSheetLines {
			text.WriteString("\n" + in.Say("sheet.more", len(list)-i))
			break
		}
		key := "sheet.booking"
		if b.Kind == Block {
			key = "sheet.block"
		}
		text.WriteString("\n" + in.Say(key, in.Clock(b.Span.Start.In(d.zone)), in.Clock(b.Span.End.In(d.zone)), b.NetNames(set.nets), strconv.FormatInt(int64(b.ID), 10)))
	}
	return text.String(), nil
}
