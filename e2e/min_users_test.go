package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// Telegram sends a member who never wrote to the bot as a min user, whose access hash it refuses.
func TestGroups_AMinUserIsAnsweredAndLaterInPrivate(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	w, who := s.DC.World(), s.Members[1]
	zoya := connect(t, s, who)
	if _, err := w.SendText(who.ID, world.ChannelPeer(s.Group), "@"+sandbox.BotName+" golden river"); err != nil {
		t.Fatal(err)
	}
	tapIn(t, zoya, membersGroup, awaitIn(t, zoya, membersGroup, "🔎 golden river\n1 file"), "Golden")
	receivedIn(t, zoya, membersGroup, "Golden.River.2014.mkv")

	say(t, zoya, "/start")
	await(t, zoya, "Hi Zoya!")
	tap(t, zoya, ask(t, zoya, "golden river"), "Golden")
	received(t, zoya, "Golden.River.2014.mkv")
}

func TestChat_StaffSeeTheNameOfAMinUser(t *testing.T) {
	t.Parallel()
	n, _, _ := chatScene(t, "Net 1")
	meera, who := connect(t, n.Scene, n.Admin), n.Members[1]
	if _, err := n.DC.World().SendText(who.ID, world.ChannelPeer(n.Group), "/help@"+sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	awaitIn(t, meera, membersGroup, "Type words of a file's name")
	var b miniapp.Booking
	slot := miniapp.Slot(n.club.Day(1), "07:00", "08:00", n.club.Nets[0])
	if err := n.open(t, who).Do(t.Context(), http.MethodPost, n.club.Path("/holds"), slot, http.StatusCreated, &b); err != nil {
		t.Fatal(err)
	}
	say(t, meera, "/today")
	sheet := await(t, meera, "📋 Riverside")
	tap(t, meera, sheet, "▶")
	if sheet = shows(t, meera, sheet, "1 booking"); !strings.Contains(buttons(sheet), "Net 1 · Zoya") {
		t.Errorf("the day sheet:\n%s", buttons(sheet))
	}
}
