package booking

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/phrase"
)

// DaySheet lists the bookings of an opening day that take or took a slot, by start, each once. A block is on the sheet of every day that it
// overlaps. For staff.
func (s *Service) DaySheet(ctx context.Context, actor Actor, club ClubID, day Day) ([]Booking, error) {
	return s.readSheet(ctx, actor, club, day, day, false)
}

// Paid returns those of some bookings that a payment settles, by the rule of PayAtDesk. Only staff may ask.
func (s *Service) Paid(ctx context.Context, actor Actor, list []Booking) (map[ID]bool, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	payments, err := selectPaymentsOfBookings(ctx, s.db, idsOf(list))
	paid := map[ID]bool{}
	for _, p := range payments {
		paid[p.Booking] = paid[p.Booking] || p.settles()
	}
	return paid, translate(ctx, err)
}

// Export lists the bookings of some opening days for the club's accounts: those of the day sheets, and cancelled ones with a fee. For staff.
func (s *Service) Export(ctx context.Context, actor Actor, club ClubID, from, to Day) ([]Booking, error) {
	if to < from || to-from >= maxDays {
		return nil, ErrRange
	}
	return s.readSheet(ctx, actor, club, from, to, true)
}

func (s *Service) readSheet(ctx context.Context, actor Actor, club ClubID, from, to Day, withFees bool) ([]Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	set, err := s.currentSetup(ctx, club)
	if err != nil {
		return nil, err
	}
	midnights := Span{boundary(from, 0, set.club.Zone, Earlier), boundary(to+1, 0, set.club.Zone, Earlier)}
	list, err := selectSheet(ctx, s.db, club, from, to, midnights, withFees)
	return list, translate(ctx, err)
}

// AnnounceSheets sends each club's staff the day sheet once a day, after the club's sheet hour. A late run skips none; a repeated run sends none
// twice. A day without bookings has no sheet.
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

// maxSheetLines is the number of lines that fit into a message.
const maxSheetLines = 60

// composeSheet writes the day sheet as text, one line for each booking.
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
		text.WriteString("\n" + in.Say(key, in.Times(b.Span.Start.In(d.zone), b.Span.End.In(d.zone)), b.NetNames(set.nets), strconv.FormatInt(int64(b.ID), 10)))
	}
	return text.String(), nil
}
