package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// Telegram sends a member who never wrote to the bot as a min user, whose access hash it refuses.
func TestGroups_AMinUserIsAnsweredAndLaterInPrivate(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	w, zoya, tom := s.DC.World(), connect(t, s, s.Members[1]), connect(t, s, s.Members[2])
	group := world.ChannelPeer(s.Group)
	if err := w.Join(group, tom.ID); err != nil {
		t.Fatal(err)
	}
	asked := func(u *driver.User, query string) *tg.Message {
		t.Helper()
		if _, err := w.SendText(u.ID, group, "@"+sandbox.BotName+" "+query); err != nil {
			t.Fatal(err)
		}
		return awaitIn(t, u, membersGroup, "🔎 "+query+"\n1 file")
	}
	asked(zoya, "river golden")
	tapIn(t, tom, membersGroup, asked(tom, "golden river"), "Golden")
	receivedIn(t, tom, membersGroup, "Golden.River.2014.mkv")

	// A tap brings the whole user, which Zoya's message did not.
	for u, name := range map[*driver.User]string{zoya: "Zoya", tom: "Tom"} {
		say(t, u, "/start")
		await(t, u, "Hi "+name+"!")
		tap(t, u, ask(t, u, "golden river"), "Golden")
		received(t, u, "Golden.River.2014.mkv")
	}
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
