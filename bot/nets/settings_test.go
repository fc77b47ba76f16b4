package nets

import "pavilion/booking"

func settingsGoldens() []goldenScreen {
	all := []booking.Channel{booking.ByTelegram, booking.ByEmail, booking.BySMS}
	contact := func(addresses ...booking.Address) booking.Contact {
		return booking.Contact{Member: goldenOwner, Channels: all, Addresses: addresses}
	}
	shown := func(c booking.Contact, channels ...booking.Channel) settingsView {
		return settingsView{&c, channels, true}
	}
	mail := booking.Address{Channel: booking.ByEmail, Address: "arjun@example.org"}
	confirmed, refused := changed(mail, func(a *booking.Address) { a.Confirmed = true }), changed(mail, func(a *booking.Address) { a.Confirmed, a.Refused = true, true })
	languages := []namedLanguage{{"en", "English"}, {"hi", "हिन्दी"}}
	return []goldenScreen{
		{"no addresses", []verb{stepSettings, stepRemoveAddress, stepChooseLanguage}, shown(contact(), all...)},
		{"an address that is not confirmed", []verb{stepSettings}, shown(contact(mail), all...)},
		{"e-mail first, with quiet hours", []verb{stepFirstChannel, stepQuietHours, stepCode}, shown(changed(contact(confirmed), func(c *booking.Contact) {
			c.Channels, c.Quiet = []booking.Channel{booking.ByEmail, booking.ByTelegram, booking.BySMS}, &booking.Quiet{From: 22 * 60, To: 7*60 + 30}
		}), all...)},
		{"an address that is refused, and a phone number", []verb{stepSettings}, shown(contact(refused, booking.Address{
			Channel: booking.BySMS, Address: "+919876543210", Confirmed: true,
		}), all...)},
		{"a club that sends by Telegram only", []verb{stepSettings}, shown(contact(), booking.ByTelegram)},
		{"without a club", []verb{stepSettings, stepChooseLanguage}, settingsView{broadcasts: true}},
		{"no broadcasts", []verb{stepBroadcasts}, settingsView{}},
		{"the languages, none chosen", []verb{stepLanguages}, languagesView{languages: languages}},
		{"the languages, one chosen", []verb{stepLanguages}, languagesView{languages: languages, chosen: "hi"}},
	}
}
