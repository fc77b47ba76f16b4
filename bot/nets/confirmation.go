package nets

import (
	"context"
	"fmt"

	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// errNoPlace reports a club without a place on the map.
var errNoPlace = fault.New(fault.NotFound, "no_place")

// confirmation sends the attachments of a booking. Sends of one name are one message.
type confirmation struct {
	*visit
	lane telegram.Lane
}

// sendAll sends the calendar file once for each version of the booking, and the club's place once.
func (c confirmation) sendAll(ctx context.Context, v bookingView) error {
	name := fmt.Sprintf("booking %d of %d", v.booking.ID, v.booking.CreatedAt.UnixMicro())
	if err := c.sendCalendarFile(ctx, v, fmt.Sprintf("%s version %d", name, v.booking.Version)); err != nil {
		return err
	}
	if v.club.Place == nil {
		return nil
	}
	return c.sendPlace(ctx, v, name)
}

func (c confirmation) sendCalendarFile(ctx context.Context, v bookingView, name string) error {
	return c.Client.Messenger.SendAttachment(ctx, c.event.Chat, c.lane, telegram.Attachment{
		Name: fmt.Sprintf("booking-%d.ics", v.booking.ID), Mime: v.booking.CalendarType(), Data: v.booking.Calendar(v.club, v.nets), Caption: c.in.Say("show.file_caption"),
	}, name+" calendar")
}

func (c confirmation) sendPlace(ctx context.Context, v bookingView, name string) error {
	if v.club.Place == nil {
		return errNoPlace
	}
	return c.Client.Messenger.SendVenue(ctx, c.event.Chat, c.lane, telegram.Venue{
		Title: clubName(v.club), Address: telegram.CleanLine(v.club.Address, 200), Latitude: v.club.Place.Latitude, Longitude: v.club.Place.Longitude,
	}, name+" place")
}
