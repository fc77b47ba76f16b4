package e2e_test

import (
	"testing"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

func inlineResults(t *testing.T, u *driver.User, query string) *tg.MessagesBotResults {
	t.Helper()
	r, err := u.Inline(t.Context(), sandbox.BotName, query, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestProtected_AFileKeepsItsChannelsProtection(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	posted := post(t, s, "Golden.River.2014.mkv")
	deliver := func() *tg.Message {
		t.Helper()
		tap(t, member, found(t, member, "golden river", "1 file"), "Golden")
		return received(t, member, "Golden.River.2014.mkv")
	}
	if deliver().Noforwards {
		t.Error("a file of an open channel is delivered under protection")
	}
	forget(t, member)
	if err := w.Protect(s.Channel, true); err != nil { // after the file was posted
		t.Fatal(err)
	}
	m := deliver()
	if !m.Noforwards {
		t.Error("a file of a protected channel is delivered without protection")
	}
	if _, err := w.Forward(member.ID, world.UserPeer(s.BotID), m.ID, world.UserPeer(s.Admin.ID)); !tgerr.Is(err, "CHAT_FORWARDS_RESTRICTED") {
		t.Errorf("the delivered file can be forwarded: %v", err)
	}
	forget(t, member)
	if r := inlineResults(t, member, "golden river"); len(r.Results) != 0 || r.SwitchPm.Text == "" {
		t.Errorf("inline mode offers %d protected files, and the button %q", len(r.Results), r.SwitchPm.Text)
	}
	w.ExpireReferences(posted[0].File)
	if !deliver().Noforwards {
		t.Error("a file with a renewed reference is delivered without protection")
	}
	forget(t, member)
	if err := w.Protect(s.Channel, false); err != nil {
		t.Fatal(err)
	}
	if deliver().Noforwards {
		t.Error("a file of a channel that is open again is delivered under protection")
	}
	if r := inlineResults(t, member, "river golden"); len(r.Results) != 1 {
		t.Errorf("inline mode offers %d files of an open channel", len(r.Results))
	}
}
