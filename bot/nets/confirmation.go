package nets

import (
	"context"
	"fmt"

	"pavilion/bot/telegram"
)

// sendConfirmation sends a booking's calendar file and the club's place, once for each version of the booking.
func (v *visit) sendConfirmation(ctx context.Context, s shown) error {
	name := fmt.Sprintf("booking %d of %d", s.booking.ID, s.booking.CreatedAt.UnixMicro())
	if err := v.sendCalendar(ctx, telegram.LaneBulk, s, fmt.Sprintf("%s version %d", name, s.booking.Version)); err != nil {
		return err
	}
	if s.club.Place == nil {
		return nil
	}
	return v.sendPlace(ctx, telegram.LaneBulk, s, name)
}

// sendCalendar sends the calendar file. Sends of one name are one message.
func (v *visit) sendCalendar(ctx context.Context, lane telegram.Lane, s shown, name string) error {
	return v.messenger.SendAttachment(ctx, v.event.Chat, lane, telegram.Attachment{
		Name: fmt.Sprintf("booking-%d.ics", s.booking.ID), Mime: "text/calendar", Data: s.booking.Calendar(s.club, s.nets), Caption: v.in.Say("show.file_caption"),
	}, name+" calendar")
}

// sendPlace sends the club's place on the map. Sends of one name are one message.
func (v *visit) sendPlace(ctx context.Context, lane telegram.Lane, s shown, name string) error {
	if s.club.Place == nil {
		return errNoPlace
	}
	return v.messenger.SendVenue(ctx, v.event.Chat, lane, telegram.Venue{
		Title: telegram.CleanLine(s.club.Name, 100), Address: telegram.CleanLine(s.club.Address, 200), Latitude: s.club.Place.Latitude, Longitude: s.club.Place.Longitude,
	}, name+" place")
}
