package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// A purchase with Stars changes the next delivery: the limit of the day, and the club's protection. The channel's own protection stays.
func TestPremium_BoughtTimeLiftsTheLimitOfTheDayAndTheClubsProtection(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	say(t, s.admin, "/premium add 30 50 500 unprotected priority Platinum")
	await(t, s.admin, "2. Platinum: 30 days")
	post(t, s.Scene, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv")
	say(t, s.admin, "/delivery")
	tap(t, s.admin, await(t, s.admin, "📦 Deliveries"), "Protected")
	setLimit(t, s.admin, "files", 1)

	tap(t, s.member, found(t, s.member, "golden river", "1 file"), "Golden")
	if !received(t, s.member, "Golden.River.2014.mkv").Noforwards {
		t.Error("a file came without the club's protection before the purchase")
	}
	harbour := found(t, s.member, "silent harbour", "1 file")
	if answer := tap(t, s.member, harbour, "Silent"); !answer.Alert {
		t.Errorf("a second file at a limit of one: %q", answer.Message)
	}
	tap(t, s.member, s.offers(t, s.member), "Platinum · ⭐ 50")
	if err := s.member.Pay(t.Context(), sandbox.BotName, bill(t, s.member, "Platinum for 30 days"), ""); err != nil {
		t.Fatal(err)
	}
	await(t, s.member, "✅ Thank you! You have Platinum until")
	tap(t, s.member, harbour, "Silent")
	if received(t, s.member, "Silent.Harbour.2015.mkv").Noforwards {
		t.Error("a file came under the club's protection after the purchase")
	}
	say(t, s.member, "/quota")
	await(t, s.member, "You can get 498 more of 500 files today.")

	if err := s.DC.World().Protect(s.Channel, true); err != nil {
		t.Fatal(err)
	}
	forget(t, s.member)
	until(t, "the channel's own protection counts for everybody", func() bool {
		forget(t, s.member)
		tap(t, s.member, found(t, s.member, "golden river", "1 file"), "Golden")
		return received(t, s.member, "Golden.River.2014.mkv").Noforwards
	})
}

func TestPremium_DeliveriesWithPriorityGoFirstAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: map[string]string{
		"PAVILION_SEND_PER_SECOND": "6", "PAVILION_SEND_PER_CHAT": "1000", "PAVILION_SEND_PER_GROUP": "60000",
	}})
	other := connect(t, s, s.Members[1])
	const files = 24
	var names []string
	for i := range files {
		names = append(names, fmt.Sprintf("Golden.River.S01E%02d.mkv", i+1))
	}
	post(t, s, names...)
	say(t, admin, "/premium add 30 0 500 priority Gold")
	await(t, admin, "1. Gold: 30 days")
	say(t, admin, fmt.Sprintf("/premium %d 1 10", member.ID))
	await(t, admin, "⭐ Premium of")
	all := fmt.Sprintf("Send all %d", files)
	theirs, mine := found(t, other, "golden river", "24 files"), found(t, member, "golden river", "24 files")
	tap(t, other, theirs, all)
	awaitFiles(t, other, 2)
	tap(t, member, mine, all)
	awaitFiles(t, member, files)
	awaitFiles(t, other, files)
	dates := func(u *driver.User) (of []int) {
		_, messages := filesOf(t, u)
		for _, m := range messages {
			of = append(of, m.Date)
		}
		return of
	}
	own, others := dates(member), 0
	for _, d := range dates(other) {
		if d > slices.Min(own) && d < slices.Max(own) { // whole seconds, in which some six files are sent
			others++
		}
	}
	if others < files/8 || others > files/2 {
		t.Errorf("among %d files of a person with priority %d others were sent; each fourth turn is theirs", files, others)
	}
}
