package e2e_test

import (
	"strings"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

// A member chooses the language of the bot: the screen answers in it at once, and "as in my Telegram" returns to the client's.
func TestChat_AMemberChoosesALanguage(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1")
	say(t, arjun, "/settings")
	screen := await(t, arjun, "🔔 How I tell you")
	press(t, arjun, screen, "🌐 Language: English")
	pick := shows(t, arjun, screen, "In which language")
	if answer := press(t, arjun, pick, "हिन्दी"); answer.Message != "" && !strings.Contains(answer.Message, "हिन्दी") {
		t.Errorf("the answer: %+v", answer)
	}
	hindi := shows(t, arjun, screen, "मैं आपको कैसे बताऊँ")
	say(t, arjun, "/mybookings")
	await(t, arjun, "आपकी बुकिंग")
	menu := func() string {
		list := n.DC.World().Menu(n.BotID, world.UserPeer(arjun.ID), arjun.ID)
		if len(list) == 0 {
			return ""
		}
		return list[0].Description
	}
	until(t, "the member's menu in Hindi", func() bool { return menu() == "फ़ाइलें खोजें" })
	press(t, arjun, hindi, "🌐 भाषा: हिन्दी")
	pick = shows(t, arjun, screen, "किस भाषा में")
	press(t, arjun, pick, "जैसी मेरे टेलीग्राम में है")
	shows(t, arjun, screen, "How I tell you")
	until(t, "everybody's menu again", func() bool { return menu() == "find files" })
	if got := n.count(t, `SELECT count(*) FROM bot_language`); got != 0 {
		t.Errorf("%d choices are stored", got)
	}
}

// Without a club, /settings has the language only.
func TestChat_SettingsWithoutAClub(t *testing.T) {
	t.Parallel()
	_, _, member := scene(t, sandbox.Options{})
	say(t, member, "/settings")
	screen := await(t, member, "⚙️ Settings")
	press(t, member, screen, "🌐 Language: English")
	press(t, member, shows(t, member, screen, "In which language"), "हिन्दी")
	shows(t, member, screen, "सेटिंग")
}

// The staff who lay a block see it, and can cancel it.
func TestChat_ABlockIsShownToTheStaffWhoLaidIt(t *testing.T) {
	t.Parallel()
	n, _, _ := chatScene(t, "Net 1")
	meera := connect(t, n.Scene, n.Admin)
	say(t, meera, "/block")
	grid := n.pick(t, meera, await(t, meera, "Choose a day and a time"))
	_, free := cell(t, grid, "07:00", 1)
	pressData(t, meera, grid, free)
	tap(t, meera, shows(t, meera, grid, "Total: "), "🚧 Block 30 min")
	tap(t, meera, shows(t, meera, grid, "🚧 Blocked for the club"), "❌ Cancel")
	why := after(t, meera, "Why?", func() { tap(t, meera, shows(t, meera, grid, "Cancel the booking?"), "❌ Cancel it") })
	tap(t, meera, why, "Skip")
	shows(t, meera, why, "❌ Cancelled\n")
}
