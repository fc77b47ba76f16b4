package e2e_test

import (
	"strings"
	"testing"

	"pavilion/sandbox"
)

func TestLink_FromAResultIsMadeByAllIfTheClubSaysSoAndEnds(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.01.mkv", "Golden.02.mkv")
	if list := found(t, member, "golden", "2 files"); strings.Contains(buttons(list), "Links to these") {
		t.Errorf("a member may make links before the club says so: %s", buttons(list))
	}
	say(t, admin, "/delivery")
	tap(t, admin, await(t, admin, "📦 Deliveries"), "Everybody makes links")
	forget(t, member)
	list := found(t, member, "golden", "2 files")
	until(t, "the setting holds", func() bool { // within five seconds
		forget(t, member)
		list = found(t, member, "golden", "2 files")
		return strings.Contains(buttons(list), "Links to these")
	})
	tap(t, member, list, "Links to these")
	links := startPayload.FindAllStringSubmatch(await(t, member, "?start=").Message, -1)
	if len(links) != 3 {
		t.Fatalf("links: %q", links)
	}
	zoya := connect(t, s, s.Members[1])
	start(t, zoya, links[0][1])
	awaitFiles(t, zoya, 1)
	start(t, zoya, links[2][1])
	await(t, zoya, "🔎 golden\n")

	// The link to the search is stored, so it can have an end.
	tap(t, member, await(t, member, "?start="), "Limits of the link to the search")
	tap(t, member, await(t, member, "Opened by 1 person."), "1 day")
	await(t, member, "It ends in 24 hours")
	execute(t, s, `UPDATE delivery_link SET expires_at = now() - interval '1 second'`)
	forget(t, zoya)
	start(t, zoya, links[2][1])
	await(t, zoya, "This link has ended")
}

func TestDeletion_ThatTelegramForbidsIsDone(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	deleteAfterTenMinutes(t, admin)
	tap(t, member, found(t, member, "golden river", "1 file"), "Golden")
	received(t, member, "Golden.River.2014.mkv")
	await(t, member, "I delete this again in 10 minutes")
	before := s.DC.Faults().Calls("messages.deleteMessages")
	s.DC.Faults().Fail("messages.deleteMessages", 403, "MESSAGE_DELETE_FORBIDDEN", 100)
	execute(t, s, `UPDATE delivery_deletion SET delete_at = now()`)
	await(t, member, "Deleted, as announced")
	if n := s.DC.Faults().Calls("messages.deleteMessages") - before; n != 1 {
		t.Errorf("a forbidden deletion was tried %d times", n)
	}
}
