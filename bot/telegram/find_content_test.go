package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

// broadcastAccount has files and texts of the bot in many private chats.
type broadcastAccount struct {
	files map[int]int64 // by message id; the others are texts of other chats
	owner int64         // the person who got the files
	calls int
}

func (a *broadcastAccount) Invoke(_ context.Context, in bin.Encoder, out bin.Decoder) error {
	request, ok := in.(*tg.MessagesGetMessagesRequest)
	if !ok || len(request.ID) > 100 {
		return tgerr.New(400, "MESSAGE_IDS_TOO_MANY")
	}
	a.calls++
	answer := &tg.MessagesMessages{}
	for _, class := range request.ID {
		id := class.(*tg.InputMessageID).ID //nolint:forcetypeassert // the only kind that the bot sends
		m := &tg.Message{ID: id, Out: true, PeerID: &tg.PeerUser{UserID: int64(1000 + id)}, Message: "hello"}
		if file := a.files[id]; file != 0 {
			m.PeerID = &tg.PeerUser{UserID: a.owner}
			media := &tg.MessageMediaDocument{}
			media.SetDocument(&tg.Document{ID: file})
			m.SetMedia(media)
		}
		answer.Messages = append(answer.Messages, m)
	}
	return answerWith(out, answer)
}

// The private chats of an account share one sequence of ids.
func TestFindBefore_FindsAnAlbumBesideSendsToManyOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			files map[int]int64
			want  []int
			calls int
		}{
			"just before":     {map[int]int64{998: 1, 999: 2}, []int{998, 999}, 1},
			"two calls":       {map[int]int64{898: 1, 903: 2}, []int{898, 903}, 2},
			"far before":      {map[int]int64{560: 1, 561: 2}, []int{560, 561}, 5},
			"a part is gone":  {map[int]int64{998: 1}, nil, 5},
			"long before":     {map[int]int64{400: 1, 401: 2}, nil, 5},
			"an earlier copy": {map[int]int64{700: 1, 701: 2, 720: 1, 722: 2}, []int{720, 722}, 3},
		} {
			account := &broadcastAccount{files: c.files, owner: 5}
			m := NewMessenger(account, MessengerOptions{Logger: slog.New(slog.DiscardHandler), Now: time.Now})
			m.queue = newOutbox(t, SendLimits{}).queue
			album := Content{Media: []filter.Media{{Document: 1}, {Document: 2}}}
			got, err := NewContents(m).FindBefore(t.Context(), Chat{ID: 5}, 1000, album)
			if fmt.Sprint(got) != fmt.Sprint(c.want) || errors.Is(err, ErrMessageGone) != (c.want == nil) || account.calls != c.calls {
				t.Errorf("%s: %v in %d calls, %v", name, got, account.calls, err)
			}
		}
	})
}
