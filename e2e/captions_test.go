package e2e_test

import (
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// A channel has two posts of one document with different captions.
func TestCaptions_EachPostOfAFileKeepsItsOwn(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	const first, second, edited = "cover drive masterclass", "wicketkeeping basics", "square cut drills"
	posted, err := s.Post(s.Channel, world.FileSpec{Kind: world.FileVideo, Name: "clip.mp4", Size: 1 << 20, Caption: first})
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Post(s.Channel, world.FileSpec{SameAs: posted[0].File, Caption: second})
	if err != nil {
		t.Fatal(err)
	}
	if again[0].File != posted[0].File {
		t.Fatal("another document was posted")
	}
	deliverCaption := func(query, want string) {
		t.Helper()
		tap(t, member, found(t, member, query, "1 file"), "clip")
		if m := received(t, member, "clip.mp4"); m.Message != want {
			t.Errorf("%q delivers the caption %q", query, m.Message)
		}
		forget(t, member)
	}
	deliverCaption("cover drive", first)
	deliverCaption("wicketkeeping", second)
	results, err := member.Inline(t.Context(), sandbox.BotName, "cover drive", "")
	if err != nil || len(results.Results) != 1 || inlineCaption(results.Results[0]) != first {
		t.Errorf("inline: %+v, %v", results, err)
	}

	s.DC.World().ExpireReferences(posted[0].File)
	deliverCaption("cover drive", first)

	peer, err := admin.Peer(t.Context(), sandbox.ChannelName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.API.MessagesEditMessage(t.Context(), &tg.MessagesEditMessageRequest{Peer: peer, ID: again[0].Message, Message: edited}); err != nil {
		t.Fatal(err)
	}
	found(t, member, "wicketkeeping", "Nothing found")
	forget(t, member)
	deliverCaption("square cut", edited)
	deliverCaption("cover drive", first)
	channel, ok := peer.(*tg.InputPeerChannel)
	if !ok {
		t.Fatalf("%T", peer)
	}
	if _, err := admin.API.ChannelsDeleteMessages(t.Context(), &tg.ChannelsDeleteMessagesRequest{
		Channel: &tg.InputChannel{ChannelID: channel.ChannelID, AccessHash: channel.AccessHash}, ID: []int{again[0].Message},
	}); err != nil {
		t.Fatal(err)
	}
	found(t, member, "square cut", "Nothing found")
	forget(t, member)
	deliverCaption("cover drive", first)
}

// forget deletes the messages of the chat with the bot. The next answer is then the only message.
func forget(t *testing.T, u *driver.User) {
	t.Helper()
	messages, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, m := range messages {
		ids = append(ids, m.ID)
	}
	if _, err := u.API.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: ids}); err != nil {
		t.Fatal(err)
	}
}

func inlineCaption(r tg.BotInlineResultClass) string {
	if m, ok := r.GetSendMessage().(*tg.BotInlineMessageMediaAuto); ok {
		return m.Message
	}
	return ""
}

// A caption of a premium account that is too long for a bot is cut at the bot's limit.
func TestCaptions_ALongOneIsCutAtItsLimit(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	if err := s.DC.World().SetPremium(s.Admin.ID, true); err != nil {
		t.Fatal(err)
	}
	line := "A line about the match.\n"
	caption := strings.Repeat(line, 100) + "The last words."
	if _, err := s.Post(s.Channel, world.FileSpec{
		Kind: world.FileVideo, Name: "Golden.River.2014.mkv", Size: 1 << 20, Caption: caption,
		CaptionEntities: []tg.MessageEntityClass{&tg.MessageEntityItalic{Offset: 0, Length: len(caption)}},
	}); err != nil {
		t.Fatal(err)
	}
	tap(t, member, found(t, member, "golden river", "1 file"), "Golden")
	m := received(t, member, "Golden.River.2014.mkv")
	if !strings.HasSuffix(m.Message, strings.TrimSpace(line)+"…") || len(m.Message) < 900 {
		t.Errorf("%d bytes, ends with %q", len(m.Message), m.Message[max(0, len(m.Message)-40):])
	}
	if _, italic := first(m.Entities).(*tg.MessageEntityItalic); !italic {
		t.Errorf("formatting: %v", m.Entities)
	}
	results, err := member.Inline(t.Context(), sandbox.BotName, "golden river", "")
	if err != nil || len(results.Results) != 1 || !strings.HasSuffix(inlineCaption(results.Results[0]), "…") {
		t.Errorf("inline: %+v, %v", results, err)
	}
}
