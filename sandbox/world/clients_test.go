// What clients other than gotd's expect.

package world_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// replacing encodes a request with other constructors.
type replacing struct {
	request bin.Encoder
	ids     map[uint32]uint32
}

func (r replacing) Encode(b *bin.Buffer) error {
	if err := r.request.Encode(b); err != nil {
		return err
	}
	for at := 0; at+4 <= len(b.Buf); at += 4 {
		if other, ok := r.ids[binary.LittleEndian.Uint32(b.Buf[at:])]; ok {
			binary.LittleEndian.PutUint32(b.Buf[at:], other)
		}
	}
	return nil
}

// Pyrogram and others send an InputPeer where the schema has an InputUser or an InputChannel. Telegram takes it.
func TestInput_PeersStandForUsersAndChannels(t *testing.T) {
	t.Parallel()
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	channel := must[int64](t)(s.CreateChannel(ann.id, "Overs", "overs", true))
	invoke := func(request bin.Encoder, out bin.Decoder) error {
		return invoker{s.World, ann.from}.Invoke(context.Background(), replacing{request, map[uint32]uint32{
			tg.InputUserTypeID: tg.InputPeerUserTypeID, tg.InputUserSelfTypeID: tg.InputPeerSelfTypeID, tg.InputChannelTypeID: tg.InputPeerChannelTypeID,
		}}, out)
	}
	var users tg.UserClassVector
	err := invoke(&tg.UsersGetUsersRequest{ID: []tg.InputUserClass{s.inUser(ann, ben.id), &tg.InputUserSelf{}, s.inUser(ann, ben.id)}}, &users)
	if err != nil || len(users.Elems) != 3 || users.Elems[0].GetID() != ben.id || users.Elems[1].GetID() != ann.id {
		t.Errorf("users %+v, %v", users.Elems, err)
	}
	var full tg.MessagesChatFull
	if err := invoke(&tg.ChannelsGetFullChannelRequest{Channel: s.inChannel(ann, channel)}, &full); err != nil || full.FullChat.GetID() != channel {
		t.Errorf("channel %+v, %v", full.FullChat, err)
	}
	var nobody tg.UserClassVector
	if err := invoke(&tg.UsersGetUsersRequest{ID: []tg.InputUserClass{&tg.InputUser{UserID: ben.id, AccessHash: 1}}}, &nobody); err == nil && len(nobody.Elems) > 0 {
		t.Errorf("a wrong hash finds %+v", nobody.Elems)
	}
	// A channel does not stand for a user.
	err = invoker{s.World, ann.from}.Invoke(context.Background(), replacing{
		&tg.UsersGetUsersRequest{ID: []tg.InputUserClass{s.inUser(ann, ben.id)}}, map[uint32]uint32{tg.InputUserTypeID: tg.InputPeerChannelTypeID},
	}, &nobody)
	wantError(t, err, "INPUT_FETCH_ERROR")
}

// TDLib complains about each of these.
func TestClients_OfTDLibsKindFindWhatTheyExpect(t *testing.T) {
	t.Parallel()
	s := newScene(t, world.Options{DC: 1})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("scorer")
	s.text(ben, s.to(ben, ann.id), "hello")
	s.text(ben, s.to(ben, bot.id), "/start")
	if c := must[*tg.Config](t)(ann.api.HelpGetConfig(s.ctx)); c.TestMode || c.ThisDC != 1 {
		t.Errorf("the config is of data centre %d, test mode %t", c.ThisDC, c.TestMode)
	}
	for folder, want := range map[int]int{0: 1, 1: 0} {
		r := &tg.MessagesGetDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10}
		r.SetFolderID(folder)
		list, ok := must[tg.MessagesDialogsClass](t)(ann.api.MessagesGetDialogs(s.ctx, r)).AsModified()
		if !ok || len(list.GetDialogs()) != want {
			t.Errorf("folder %d has %+v", folder, list)
		}
	}
	r := &tg.MessagesGetDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10}
	r.SetFolderID(7)
	_, err := ann.api.MessagesGetDialogs(s.ctx, r)
	wantError(t, err, "FOLDER_ID_INVALID")
	filters := must[*tg.MessagesDialogFilters](t)(ann.api.MessagesGetDialogFilters(s.ctx)).Filters
	if len(filters) != 1 || filters[0].TypeID() != tg.DialogFilterDefaultTypeID {
		t.Errorf("filters %+v", filters)
	}
	// The language of a person is for bots.
	language := func(viewer *session) string {
		users := must[[]tg.UserClass](t)(viewer.api.UsersGetUsers(s.ctx, []tg.InputUserClass{s.inUser(viewer, ben.id)}))
		return users[0].(*tg.User).LangCode
	}
	if toPerson, toBot := language(ann), language(bot); toPerson != "" || toBot != "en" {
		t.Errorf("a person sees the language %q, a bot %q", toPerson, toBot)
	}
}
