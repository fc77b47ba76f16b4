package e2e_test

import (
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

func TestLanguage_FollowsTheClientUntilOneIsChosen(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	client := func(lang string) {
		t.Helper()
		if err := w.SetLanguage(s.Admin.ID, lang); err != nil {
			t.Fatal(err)
		}
	}
	say(t, admin, "/settings")
	screen := await(t, admin, "⚙️ Settings")
	client("hi")
	press(t, admin, screen, "🌐 Language: English") // the tap is the newest update
	pick := shows(t, admin, screen, "किस भाषा में")
	if err := w.Leave(world.ChannelPeer(s.Channel), s.BotID); err != nil {
		t.Fatal(err)
	}
	await(t, admin, "से हटा दिया गया है") // a message that the bot sends by itself

	press(t, admin, pick, "English")
	shows(t, admin, screen, "⚙️ Settings")
	say(t, admin, "/help")
	await(t, admin, "Type words of a file's name") // a chosen language stays
}
