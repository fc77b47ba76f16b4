package nets

import (
	"context"
	"strings"

	"pavilion/booking"
)

// addressSettings are a person's e-mail address and phone number. A code that is sent there shows that they are the person's.
type addressSettings struct{ *visit }

// setAddress takes a typed address, which makes booking send a code there, and asks for the code.
func (a addressSettings) setAddress(ctx context.Context, s step) (screen, error) {
	by, err := a.channel(s)
	if err != nil || by == booking.ByTelegram {
		return nil, booking.ErrNotOffered
	}
	text, typed := a.typed()
	if !typed {
		return question{answer: s, text: askAddress(by)}, nil
	}
	address, err := a.Booking.SetAddress(ctx, a.member(), by, text)
	if err != nil {
		return nil, err
	}
	return question{answer: s.with(stepCode), text: askCode(address.Address)}, nil
}

// confirmCode takes the typed code. Where no address waits for a code, it shows the settings.
func (a addressSettings) confirmCode(ctx context.Context, s step) (screen, error) {
	by, err := a.channel(s)
	if err != nil {
		return nil, err
	}
	c, err := a.Booking.Contact(ctx, a.member())
	if err != nil {
		return nil, err
	}
	address, ok := addressOf(c, by)
	if !ok || address.Confirmed {
		return settings(a).showSettings(ctx)
	}
	text, typed := a.typed()
	if !typed {
		return question{answer: s, text: askCode(address.Address)}, nil
	}
	if err := a.Booking.ConfirmAddress(ctx, a.member(), by, strings.ReplaceAll(text, " ", "")); err != nil {
		return nil, err
	}
	return settings(a).showSettings(ctx)
}

func (a addressSettings) removeAddress(ctx context.Context, s step) (screen, error) {
	by, err := a.channel(s)
	if err != nil {
		return nil, err
	}
	if err := a.Booking.RemoveAddress(ctx, a.member(), by); err != nil {
		return nil, err
	}
	a.confirmSaved()
	return settings(a).showSettings(ctx)
}

func askAddress(by booking.Channel) func(d drawing) string {
	return func(d drawing) string { return d.in.Say("notifications.ask_" + string(by)) }
}

func askCode(address string) func(d drawing) string {
	return func(d drawing) string { return d.in.Say("notifications.ask_code", address) }
}
