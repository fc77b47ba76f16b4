package telegram

import (
	"errors"
	"testing"

	"github.com/gotd/td/tgerr"
)

func TestFailureOf_GoesByTelegramsNames(t *testing.T) {
	blocked := tgerr.New(400, "USER_IS_BLOCKED")
	for _, c := range []struct {
		err  error
		want Failure
		name string
	}{
		{nil, NoFailure, ""},
		{errors.Join(ErrBlocked, blocked), PersonGone, "USER_IS_BLOCKED"},
		{errors.Join(ErrBlocked, tgerr.New(400, "INPUT_USER_DEACTIVATED")), PersonGone, "INPUT_USER_DEACTIVATED"},
		{tgerr.New(400, "PEER_ID_INVALID"), ChatRefused, "PEER_ID_INVALID"}, // never a reason to forget somebody
		{tgerr.New(400, "USER_ID_INVALID"), ChatRefused, "USER_ID_INVALID"},
		{ErrNeverWrote, ChatRefused, "NO_ACCESS_HASH"},
		{errors.Join(ErrCannotWrite, tgerr.New(403, "CHAT_WRITE_FORBIDDEN")), ChatClosed, "CHAT_WRITE_FORBIDDEN"},
		{tgerr.New(400, "CHANNEL_PRIVATE"), ChatClosed, "CHANNEL_PRIVATE"},
		{tgerr.New(400, "CHAT_RESTRICTED"), ChatClosed, "CHAT_RESTRICTED"},
		{tgerr.New(400, "USER_BANNED_IN_CHANNEL"), ChatClosed, "USER_BANNED_IN_CHANNEL"},
		{tgerr.New(403, "CHAT_SEND_VIDEOS_FORBIDDEN"), ChatClosed, "CHAT_SEND_VIDEOS_FORBIDDEN"},
		{errors.Join(ErrCannotWrite, tgerr.New(400, "TOPIC_CLOSED")), TopicClosed, "TOPIC_CLOSED"},
		{tgerr.New(400, "TOPIC_DELETED"), TopicClosed, "TOPIC_DELETED"},
		{errors.Join(ErrTelegramWaits, tgerr.New(420, "SLOWMODE_WAIT_60")), ChatWaits, ""},
		{tgerr.New(400, "FILE_REFERENCE_EXPIRED"), ContentBad, "FILE_REFERENCE_EXPIRED"},
		{tgerr.New(400, "MEDIA_EMPTY"), ContentBad, "MEDIA_EMPTY"},
		{tgerr.New(400, "BUTTON_URL_INVALID"), ContentBad, "BUTTON_URL_INVALID"},
		{tgerr.New(400, "ENTITY_BOUNDS_INVALID"), ContentBad, "ENTITY_BOUNDS_INVALID"},
		{tgerr.New(400, "MESSAGE_TOO_LONG"), ContentBad, "MESSAGE_TOO_LONG"},
		{tgerr.New(400, "CHAT_FORWARDS_RESTRICTED"), ContentBad, "CHAT_FORWARDS_RESTRICTED"},
		{tgerr.New(500, "INTERNAL"), MayPass, "INTERNAL"},
		{tgerr.New(420, "FLOOD_WAIT_7"), MayPass, "FLOOD_WAIT"},
		{errors.New("connection reset"), MayPass, ""},
		{ErrQueueStopped, QueueStopped, ""},
		{errors.Join(ErrSessionEnded, tgerr.New(401, "SESSION_REVOKED")), QueueStopped, ""},
	} {
		if got, name := FailureOf(c.err); got != c.want || name != c.name {
			t.Errorf("%v is %d %q, want %d %q", c.err, got, name, c.want, c.name)
		}
	}
}
