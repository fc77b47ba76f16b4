package e2e_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/gotd/td/fileid"
	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
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

var startPayload = regexp.MustCompile(`\?start=([A-Za-z0-9_-]+)`)

func payloadIn(t *testing.T, m *tg.Message) string {
	t.Helper()
	match := startPayload.FindStringSubmatch(m.Message)
	if match == nil {
		t.Fatalf("no link in %q", m.Message)
	}
	return match[1]
}

// linkTo makes a link to a file of a search as the admin, and returns the message that has it.
func linkTo(t *testing.T, admin *driver.User, query, name string) *tg.Message {
	t.Helper()
	tap(t, admin, found(t, admin, query, "1 file"), name)
	file := received(t, admin, name)
	if err := admin.Reply(t.Context(), sandbox.BotName, file.ID, "/link"); err != nil {
		t.Fatal(err)
	}
	return await(t, admin, "?start=")
}

// flipped is a link payload with one bit changed.
func flipped(t *testing.T, payload string, bit int) string {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	data[bit/8] ^= 1 << (bit % 8)
	return base64.RawURLEncoding.EncodeToString(data)
}

func TestLink_ToAFileIsOpenedAndAFlippedBitIsNotValid(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	link := linkTo(t, admin, "golden river", "Golden.River.2014.mkv")
	payload := payloadIn(t, link)
	for bit := range 24 * 8 {
		if bit%37 != 0 { // a few are enough here; TestLink_OneFlippedBitIsNotValid tries all
			continue
		}
		say(t, member, "/start "+flipped(t, payload, bit))
		await(t, member, "link is not valid")
		forget(t, member)
	}
	say(t, member, "/start "+payload)
	received(t, member, "Golden.River.2014.mkv")
	forget(t, member)

	tap(t, admin, link, "Set limits")
	limited := await(t, admin, "Opened by 0 people")
	tap(t, admin, limited, "Premium only")
	limited = await(t, admin, "Opened by 0 people")
	row := payloadIn(t, limited)
	say(t, member, "/start "+row)
	await(t, member, "for premium members")
	tap(t, admin, limited, "Premium only")
	await(t, admin, "Opened by 0 people")
	say(t, member, "/start "+row)
	received(t, member, "Golden.River.2014.mkv")
	say(t, admin, "/links")
	list := await(t, admin, "Your links")
	tap(t, admin, list, "Golden.River.2014.mkv")
	tap(t, admin, await(t, admin, "Opened by 1 person"), "Take it back")
	await(t, admin, "Taken back")
	say(t, member, "/start "+row)
	await(t, member, "was taken back")

	say(t, member, "/link")
	await(t, member, "Only the club's admins make links")
}

func TestLink_ToPostsIsMadeByForwardingAndEndsWithItsChannel(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.01.mkv", "Golden.02.mkv", "Golden.03.mkv", "Golden.04.mkv")
	found(t, admin, "golden", "4 files")
	if err := s.DC.World().DeleteMessages(s.Admin.ID, world.ChannelPeer(s.Channel), posted[1].Message); err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/link")
	await(t, admin, "Forward me the first post")
	if err := admin.Forward(t.Context(), sandbox.ChannelName, posted[3].Message, sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	await(t, admin, "forward me the last post")
	if err := admin.Forward(t.Context(), sandbox.ChannelName, posted[0].Message, sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	payload := payloadIn(t, await(t, admin, "?start="))
	say(t, member, "/start "+payload)
	if m := await(t, member, "3 files sent"); !strings.Contains(m.Message, "1 is gone from its channel") {
		t.Errorf("a deleted post is not counted: %q", m.Message)
	}
	if byName, _ := filesOf(t, member); byName["Golden.01.mkv"] != 1 || byName["Golden.03.mkv"] != 1 || byName["Golden.04.mkv"] != 1 || len(byName) != 3 {
		t.Errorf("%v", byName)
	}
	forget(t, member)
	say(t, admin, "/channels")
	tap(t, admin, await(t, admin, "Indexed channels"), "🗑")
	tap(t, admin, await(t, admin, "Remove Riverside Archive?"), "Remove")
	found(t, member, "golden", "Nothing found")
	say(t, member, "/start "+payload)
	await(t, member, "not in the archive any more")
}

// The links that another bot made under this name are not signed, so they open only what an admin has declared.
func TestOldLink_OpensPostsOfDeclaredChannelsOnly(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.01.mkv", "Golden.02.mkv", "Golden.03.mkv")
	found(t, admin, "golden", "3 files")
	fileID, err := fileid.EncodeFileID(fileid.FileID{Type: fileid.Video, DC: 2, ID: posted[0].File, AccessHash: 99}) // another bot's hash
	if err != nil {
		t.Fatal(err)
	}
	chat := int64(1_000_000_000_000) + s.Channel
	coded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	one := coded(fmt.Sprint("get-", int64(posted[2].Message)*chat))
	say(t, member, "/start "+one)
	await(t, member, "link is not valid")
	forget(t, member)
	say(t, admin, "/delivery")
	tap(t, admin, await(t, admin, "📦 Deliveries"), "For one channel")
	tap(t, admin, await(t, admin, "Which channel?"), "Riverside Archive")
	tap(t, admin, await(t, admin, "📦 Riverside Archive"), "Old links")
	await(t, admin, "📦 Riverside Archive")
	opens := func(payload string, names ...string) {
		t.Helper()
		until(t, "the delivery before has ended", func() bool { // its last file has come, but the bot may not have noted it yet
			say(t, member, "/start "+payload)
			if !strings.HasPrefix(await(t, member, "").Message, "I am still sending you files") {
				return true
			}
			forget(t, member)
			return false
		})
		awaitFiles(t, member, len(names))
		for _, name := range names {
			if byName, _ := filesOf(t, member); byName[name] != 1 {
				t.Errorf("%s: %v, want %q", payload, byName, names)
			}
		}
		forget(t, member)
	}
	opens("file_"+fileID, "Golden.01.mkv")
	opens(coded("filep_"+fileID), "Golden.01.mkv")
	opens(one, "Golden.03.mkv")
	opens("DSTORE-"+coded(fmt.Sprintf("%d_%d_-%d_/batch", posted[0].Message, posted[1].Message, chat)), "Golden.01.mkv", "Golden.02.mkv")
	for _, payload := range []string{coded(fmt.Sprint("get-", int64(posted[2].Message)*chat+1)), "file_" + fileID[2:]} {
		say(t, member, "/start "+payload)
		await(t, member, "link is not valid")
		forget(t, member)
	}
}

func TestLink_RacedByTwentyPeopleWithFiveUsesDeliversFive(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	post(t, s, "Golden.River.2014.mkv")
	tap(t, admin, linkTo(t, admin, "golden river", "Golden.River.2014.mkv"), "Set limits")
	tap(t, admin, await(t, admin, "Opened by 0 people"), "5")
	row := payloadIn(t, await(t, admin, "Opened by 0 of 5 people"))
	var guests []world.User
	for i := range 20 {
		guest, err := w.AddUser(fmt.Sprintf("99966300%02d", i), fmt.Sprint("Guest ", i), "", "", "en")
		if err != nil {
			t.Fatal(err)
		}
		guests = append(guests, guest)
	}
	for _, g := range guests {
		if _, err := w.SendText(g.ID, world.UserPeer(s.BotID), "/start "+row); err != nil {
			t.Fatal(err)
		}
	}
	delivered, refused := 0, 0
	for _, g := range guests {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		m, err := w.WaitMessage(ctx, g.ID, func(chat world.Peer, m *tg.Message) bool { return chat == world.UserPeer(s.BotID) && !m.Out })
		cancel()
		switch {
		case err != nil:
			t.Fatal(err)
		case fileName(m) != "":
			delivered++
		case strings.Contains(m.Message, "As many people"):
			refused++
		default:
			t.Errorf("%q", m.Message)
		}
	}
	if delivered != 5 || refused != 15 {
		t.Errorf("%d people got the file, %d were refused", delivered, refused)
	}
}
