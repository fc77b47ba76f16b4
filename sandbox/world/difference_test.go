package world_test

import (
	"fmt"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestDifference_SlicesLeadToThePresent(t *testing.T) {
	s := newScene(t, world.Options{SliceSize: 4})
	ann, ben := s.user("ann"), s.user("ben")
	state := must[*tg.UpdatesState](t)(ben.api.UpdatesGetState(s.ctx))
	var ids []int
	for i := range 9 {
		ids = append(ids, s.text(ann, s.to(ann, ben.id), fmt.Sprint(i)))
	}
	edit := &tg.MessagesEditMessageRequest{Peer: s.to(ann, ben.id), ID: ids[0]}
	edit.SetMessage("edited")
	must[tg.UpdatesClass](t)(ann.api.MessagesEditMessage(s.ctx, edit))
	must[*tg.MessagesAffectedMessages](t)(ann.api.MessagesDeleteMessages(s.ctx, &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: ids[1:2]}))

	var texts []string
	edits, deleted := 0, 0
	take := func(messages []tg.MessageClass, others []tg.UpdateClass) {
		for _, m := range messages {
			texts = append(texts, m.(*tg.Message).Message)
		}
		for _, u := range others {
			switch u := u.(type) {
			case *tg.UpdateEditMessage:
				edits++
			case *tg.UpdateDeleteMessages:
				deleted += len(u.Messages)
			}
		}
	}
	pts, slices := state.Pts, 0
	for {
		d := must[tg.UpdatesDifferenceClass](t)(ben.api.UpdatesGetDifference(s.ctx, &tg.UpdatesGetDifferenceRequest{Pts: pts, Date: 1}))
		if slice, ok := d.(*tg.UpdatesDifferenceSlice); ok {
			take(slice.NewMessages, slice.OtherUpdates)
			pts = slice.IntermediateState.Pts
			slices++
			continue
		}
		last := d.(*tg.UpdatesDifference)
		take(last.NewMessages, last.OtherUpdates)
		pts = last.State.Pts
		break
	}
	if got, want := fmt.Sprint(texts, slices, edits, deleted, pts-state.Pts), "[edited 2 3 4 5 6 7 8] 2 1 1 11"; got != want {
		t.Errorf("difference %s, want %s", got, want)
	}
	d := must[tg.UpdatesDifferenceClass](t)(ben.api.UpdatesGetDifference(s.ctx, &tg.UpdatesGetDifferenceRequest{Pts: pts, Date: 1}))
	if _, ok := d.(*tg.UpdatesDifferenceEmpty); !ok {
		t.Errorf("then %T, want empty", d)
	}
	limited := &tg.UpdatesGetDifferenceRequest{Pts: state.Pts, Date: 1}
	limited.SetPtsTotalLimit(5)
	d = must[tg.UpdatesDifferenceClass](t)(ben.api.UpdatesGetDifference(s.ctx, limited))
	if long, ok := d.(*tg.UpdatesDifferenceTooLong); !ok || long.Pts != pts {
		t.Errorf("beyond the limit: %#v", d)
	}
}

func TestDifference_ForgottenLogIsTooLong(t *testing.T) {
	s := newScene(t, world.Options{LogCap: 10})
	ann, ben := s.user("ann"), s.user("ben")
	for i := range 30 {
		s.text(ann, s.to(ann, ben.id), fmt.Sprint(i))
	}
	d := must[tg.UpdatesDifferenceClass](t)(ben.api.UpdatesGetDifference(s.ctx, &tg.UpdatesGetDifferenceRequest{Pts: 1, Date: 1}))
	if _, ok := d.(*tg.UpdatesDifferenceTooLong); !ok {
		t.Errorf("%T, want too long", d)
	}
}

func TestChannelDifference_BotGetsAllPersonGetsTooLong(t *testing.T) {
	s := newScene(t, world.Options{SliceSize: 50})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "archive", true))
	if err := s.Promote(ch, bot.id, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	if err := s.Join(world.ChannelPeer(ch), ben.id); err != nil {
		t.Fatal(err)
	}
	posted := must[[]world.Posted](t)(s.PostFiles(ann.id, world.ChannelPeer(ch), files(150)))
	if err := s.DeleteMessages(ann.id, world.ChannelPeer(ch), posted[3].Message, posted[4].Message); err != nil {
		t.Fatal(err)
	}
	got, deleted, pts := 0, 0, 2
	for {
		d := must[tg.UpdatesChannelDifferenceClass](t)(bot.api.UpdatesGetChannelDifference(s.ctx, &tg.UpdatesGetChannelDifferenceRequest{
			Channel: s.inChannel(bot, ch), Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: pts, Limit: 100_000,
		})).(*tg.UpdatesChannelDifference)
		got += len(d.NewMessages)
		for _, u := range d.OtherUpdates {
			deleted += len(u.(*tg.UpdateDeleteChannelMessages).Messages)
		}
		pts = d.Pts
		if d.Final {
			break
		}
	}
	if got != 148 || deleted != 2 || pts != 154 {
		t.Errorf("%d new, %d deleted, pts %d", got, deleted, pts)
	}
	d := must[tg.UpdatesChannelDifferenceClass](t)(ben.api.UpdatesGetChannelDifference(s.ctx, &tg.UpdatesGetChannelDifferenceRequest{
		Channel: s.inChannel(ben, ch), Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: 2, Limit: 100,
	}))
	long, ok := d.(*tg.UpdatesChannelDifferenceTooLong)
	if !ok {
		t.Fatalf("%T, want too long", d)
	}
	if at, _ := long.Dialog.(*tg.Dialog).GetPts(); at != pts || len(long.Messages) != 100 || !long.Final {
		t.Errorf("too long: pts %d, %d messages", at, len(long.Messages))
	}
}

func TestBotUpdates_StoppedIsKeptForABotThatIsAway(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	state := must[*tg.UpdatesState](t)(bot.api.UpdatesGetState(s.ctx))
	must[bool](t)(ann.api.ContactsBlock(s.ctx, &tg.ContactsBlockRequest{ID: s.to(ann, bot.id)}))
	d := must[tg.UpdatesDifferenceClass](t)(bot.api.UpdatesGetDifference(s.ctx, &tg.UpdatesGetDifferenceRequest{
		Pts: state.Pts, Qts: state.Qts, Date: 1,
	})).(*tg.UpdatesDifference)
	stopped := d.OtherUpdates[0].(*tg.UpdateBotStopped)
	if !stopped.Stopped || stopped.UserID != ann.id || stopped.Qts != state.Qts+1 || d.State.Qts != stopped.Qts {
		t.Errorf("stopped %+v, state %+v", stopped, d.State)
	}
	_, err := bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: s.to(bot, ann.id), Message: "x", RandomID: 5})
	wantError(t, err, "USER_IS_BLOCKED")
	must[bool](t)(ann.api.ContactsUnblock(s.ctx, &tg.ContactsUnblockRequest{ID: s.to(ann, bot.id)}))
	if err := s.DeleteAccount(ann.id); err != nil {
		t.Fatal(err)
	}
	_, err = bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: s.to(bot, ann.id), Message: "x", RandomID: 6})
	wantError(t, err, "INPUT_USER_DEACTIVATED")
}

func files(n int) []world.FileSpec {
	specs := make([]world.FileSpec, n)
	for i := range specs {
		specs[i] = world.FileSpec{Kind: world.FileVideo, Name: fmt.Sprintf("Net session %d.mp4", i), Size: 1 << 30, Seconds: 60}
	}
	return specs
}
