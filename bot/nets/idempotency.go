package nets

import (
	"context"
	"fmt"

	"pavilion/booking"
	"pavilion/bot/chat"
)

// makeBooking makes a booking within the transaction of service.
type makeBooking func(ctx context.Context, service *booking.Service) (booking.ID, error)

// once calls produce once per message and step while the booking is live. When that booking is over, the next tap makes a new one: its key includes
// the old booking's id.
func (v *visit) once(ctx context.Context, s step, produce makeBooking) (booking.ID, error) {
	var last booking.ID
	for {
		key := fmt.Sprintf("%d/%d/%v/%d", v.event.Chat.Key(), v.event.MessageID, s.encode(), last)
		id, replayed, err := v.makeBookingByKey(ctx, key, produce)
		if err != nil || !replayed {
			return id, err
		}
		found, at, err := v.Booking.BookingsByID(ctx, []booking.ID{id})
		if err != nil {
			return 0, err
		}
		if len(found) == 1 && found[0].LiveAt(at) || id <= last {
			return id, nil
		}
		last = id
	}
}

func (v *visit) makeBookingByKey(ctx context.Context, name string, produce makeBooking) (id booking.ID, replayed bool, err error) {
	key := booking.IdempotencyKey{Principal: fmt.Sprintf("member:%d", v.event.From.ID), Method: "TAP", Route: "bot", Key: name}
	if key.Fingerprint, err = booking.Fingerprint(key.Method, key.Route, nil); err != nil {
		return 0, false, err
	}
	response, replayed, err := v.Booking.Once(ctx, key, func(ctx context.Context, service *booking.Service) (booking.Response, error) {
		id, err := produce(ctx, service)
		return booking.Response{Status: 200, MediaType: "text/plain", Body: []byte(chat.Base36(int64(id)))}, err
	}, func(error) (booking.Response, bool) { return booking.Response{}, false })
	if err != nil {
		return 0, false, err
	}
	return booking.ID(chat.ParseFields(string(response.Body)).Number()), replayed, nil
}
