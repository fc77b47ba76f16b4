package personal

import (
	"strings"
	"testing"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/personal"
	"pavilion/sandbox/golden"
)

func TestScreens_AreDrawnInEveryLanguage(t *testing.T) {
	t.Parallel()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	token := secret.New(strings.Repeat("t", 24))
	all := personal.Consequences{Bookings: 12, Payments: 1, Banned: true, PremiumUntil: time.Date(2026, 12, 24, 20, 0, 0, 0, time.UTC), Feeds: 2, Roles: 1}
	hindered := personal.Consequences{Obstacles: []error{personal.ErrUpcoming, personal.ErrMoneyOpen, personal.ErrSubscription, personal.ErrDelivery}, Bookings: 3}
	for _, language := range book.Languages() {
		d := drawing{in: book.In(language), owner: 7_000_000_001, zone: time.FixedZone("IST", 19_800)}
		golden.Check(t, "menu."+language, telegramtest.Drawn(d.menu()))
		golden.Check(t, "consequences."+language, telegramtest.Drawn(d.consequences(all, token)))
		golden.Check(t, "little."+language, telegramtest.Drawn(d.consequences(personal.Consequences{}, token)))
		golden.Check(t, "hindered."+language, telegramtest.Drawn(d.consequences(hindered, secret.String{})))
	}
}

func TestButton_OfTheConfirmationFitsEveryPerson(t *testing.T) {
	t.Parallel()
	data := chat.Data{Letter: letter, Owner: 1<<52 - 1, Payload: verbYes + ":" + strings.Repeat("t", 24)}
	if _, fits := data.Encode(); !fits {
		t.Error("the button is longer than Telegram allows")
	}
}
