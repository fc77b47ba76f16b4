package world_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// door is a private channel with a bot that may decide about requests, and a person outside.
type door struct {
	*scene
	owner, bot, ann *session
	channel         int64
	code            string
}

func newDoor(t *testing.T, o world.Options) *door {
	t.Helper()
	s := newScene(t, o)
	d := &door{scene: s, owner: s.user("owner"), bot: s.bot("doorbot"), ann: s.user("ann")}
	d.channel = must[int64](t)(s.CreateChannel(d.owner.id, "Members", "", true))
	if err := s.Promote(d.channel, d.bot.id, tg.ChatAdminRights{InviteUsers: true}); err != nil {
		t.Fatal(err)
	}
	link := must[tg.ExportedChatInviteClass](t)(d.bot.api.MessagesExportChatInvite(s.ctx, &tg.MessagesExportChatInviteRequest{Peer: s.toChannel(d.bot, d.channel), RequestNeeded: true}))
	exported := link.(*tg.ChatInviteExported)
	if !exported.RequestNeeded || exported.Permanent {
		t.Errorf("the link %+v", exported)
	}
	d.code = strings.TrimPrefix(exported.Link, "https://t.me/+")
	d.bot.updates()
	return d
}

func (d *door) asks(who *session) {
	d.t.Helper()
	_, err := who.api.MessagesImportChatInvite(d.ctx, d.code)
	wantError(d.t, err, "INVITE_REQUEST_SENT")
}

func (d *door) decide(who *session, approved bool) error {
	_, err := d.bot.api.MessagesHideChatJoinRequest(d.ctx, &tg.MessagesHideChatJoinRequestRequest{Peer: d.toChannel(d.bot, d.channel), UserID: d.inUser(d.bot, who.id), Approved: approved})
	return err
}

func requesters(list []tg.UpdateClass) (found []*tg.UpdateBotChatInviteRequester) {
	for _, u := range list {
		if r, ok := u.(*tg.UpdateBotChatInviteRequester); ok {
			found = append(found, r)
		}
	}
	return found
}

func TestJoinRequest_IsToldOnceWithAQtsAndDecidedOnce(t *testing.T) {
	d := newDoor(t, world.Options{})
	invite := must[tg.ChatInviteClass](t)(d.ann.api.MessagesCheckChatInvite(d.ctx, d.code))
	if v, ok := invite.(*tg.ChatInvite); !ok || !v.RequestNeeded {
		t.Errorf("ann sees %+v", invite)
	}
	wantError(t, d.decide(d.ann, true), "HIDE_REQUESTER_MISSING")
	before := must[*tg.UpdatesState](t)(d.bot.api.UpdatesGetState(d.ctx))
	d.asks(d.ann)
	d.asks(d.ann) // again, while the first is undecided
	told := requesters(d.bot.updates())
	if len(told) != 1 || told[0].UserID != d.ann.id || told[0].Qts != before.Qts+1 || told[0].Invite.(*tg.ChatInviteExported).Link != "https://t.me/+"+d.code {
		t.Fatalf("the bot heard %+v", told)
	}
	missed := must[tg.UpdatesDifferenceClass](t)(d.bot.api.UpdatesGetDifference(d.ctx, &tg.UpdatesGetDifferenceRequest{Pts: before.Pts, Qts: before.Qts, Date: before.Date}))
	if again := requesters(missed.(*tg.UpdatesDifference).OtherUpdates); len(again) != 1 || again[0].Qts != told[0].Qts {
		t.Errorf("the difference has %+v", again)
	}

	get := func() error {
		_, err := d.bot.api.ChannelsGetParticipant(d.ctx, &tg.ChannelsGetParticipantRequest{Channel: d.inChannel(d.bot, d.channel), Participant: d.to(d.bot, d.ann.id)})
		return err
	}
	wantError(t, get(), "USER_NOT_PARTICIPANT")
	must[tg.UpdatesClass](t)(d.owner.api.MessagesHideChatJoinRequest(d.ctx, &tg.MessagesHideChatJoinRequestRequest{
		Peer: d.toChannel(d.owner, d.channel), UserID: d.inUser(d.owner, d.ann.id), Approved: true,
	}))
	if err := get(); err != nil {
		t.Error(err)
	}
	moved := pushed[*tg.UpdateChannelParticipant](d.scene, d.bot)
	if moved.UserID != d.ann.id || moved.NewParticipant == nil {
		t.Errorf("the bot heard %+v", moved)
	}
	wantError(t, d.decide(d.ann, true), "USER_ALREADY_PARTICIPANT")
}

func TestJoinRequest_DeclinedAndTooManyChannels(t *testing.T) {
	d := newDoor(t, world.Options{MaxChannels: 1})
	d.asks(d.ann)
	if err := d.decide(d.ann, false); err != nil {
		t.Fatal(err)
	}
	wantError(t, d.decide(d.ann, true), "HIDE_REQUESTER_MISSING")
	must[int64](t)(d.CreateChannel(d.ann.id, "Her own", "", true))
	d.asks(d.ann)
	wantError(t, d.decide(d.ann, true), "USER_CHANNELS_TOO_MUCH")
	if pending := must[[]int64](t)(d.PendingRequests(d.channel)); len(pending) != 1 {
		t.Errorf("undecided: %v", pending)
	}
	if err := d.Promote(d.channel, d.bot.id, tg.ChatAdminRights{PostMessages: true}); err != nil {
		t.Fatal(err)
	}
	wantError(t, d.decide(d.ann, true), "CHAT_ADMIN_REQUIRED")
}

func TestJoinRequest_LetsTheBotWriteFirstForFiveMinutes(t *testing.T) {
	now := time.Now()
	d := newDoor(t, world.Options{Now: func() time.Time { return now }})
	write := func(random int64) error {
		_, err := d.bot.api.MessagesSendMessage(d.ctx, &tg.MessagesSendMessageRequest{Peer: d.to(d.bot, d.ann.id), Message: "one more step", RandomID: random})
		return err
	}
	wantError(t, write(1), "PEER_ID_INVALID")
	d.asks(d.ann)
	now = now.Add(6 * time.Minute)
	wantError(t, write(2), "PEER_ID_INVALID")
	now = now.Add(-4 * time.Minute)
	if err := write(3); err != nil {
		t.Error(err)
	}
}

func TestParticipant_ABroadcastChannelTellsOnlyItsAdmins(t *testing.T) {
	s := newScene(t, world.Options{})
	owner, bot, ann := s.user("owner"), s.bot("lookbot"), s.user("ann")
	id := must[int64](t)(s.CreateChannel(owner.id, "News", "news", true))
	look := func() error {
		_, err := bot.api.ChannelsGetParticipant(s.ctx, &tg.ChannelsGetParticipantRequest{Channel: s.inChannel(bot, id), Participant: s.to(bot, ann.id)})
		return err
	}
	wantError(t, look(), "CHAT_ADMIN_REQUIRED")
	if err := s.Join(world.ChannelPeer(id), ann.id); err != nil {
		t.Fatal(err)
	}
	wantError(t, look(), "CHAT_ADMIN_REQUIRED")
	private := must[int64](t)(s.CreateChannel(owner.id, "Inner", "", true))
	_, err := bot.api.ChannelsGetParticipant(s.ctx, &tg.ChannelsGetParticipantRequest{Channel: s.inChannel(bot, private), Participant: s.to(bot, ann.id)})
	wantError(t, err, "CHANNEL_PRIVATE")
}
