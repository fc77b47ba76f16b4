package telegram

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/internal/fault"
)

// refusing answers calls with errors, in turn, and then repeats the last one.
type refusing struct{ errs []error }

func (r *refusing) Invoke(context.Context, bin.Encoder, bin.Decoder) error {
	err := r.errs[0]
	if len(r.errs) > 1 {
		r.errs = r.errs[1:]
	}
	return err
}

// A refusal of the person is definite, so that mail and SMS take over at once. An earlier try without an answer leaves it open.
func TestNotify_ARefusalIsDefinite(t *testing.T) {
	for name, c := range map[string]struct {
		errs []error
		kind fault.Kind
	}{
		"known from a group only": {[]error{tgerr.New(400, "PEER_ID_INVALID")}, fault.Gone},
		"another account's hash":  {[]error{tgerr.New(400, "USER_ID_INVALID")}, fault.Gone},
		"forbidden":               {[]error{tgerr.New(403, "CHAT_WRITE_FORBIDDEN")}, fault.Gone},
		"a fault of our own":      {[]error{tgerr.New(400, "PAYMENT_PROVIDER_INVALID")}, fault.Internal},
		"an error of Telegram's":  {[]error{tgerr.New(500, "INTERNAL")}, fault.Internal},
		"a session that is over":  {[]error{tgerr.New(401, "AUTH_KEY_UNREGISTERED")}, fault.Internal},
		"no answer before":        {[]error{errors.New("cut"), tgerr.New(400, "PEER_ID_INVALID")}, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutbox(t, SendLimits{})
				m := &Messenger{queue: o.queue, api: tg.NewClient(&refusing{c.errs}), onSent: func(Chat, int) {}}
				err := m.notify(t.Context(), private(1), Reply{Text: "hello"}, "name", false)
				if fault.KindOf(err) != c.kind || errors.Is(err, ErrUnreachable) != (c.kind == fault.Gone) {
					t.Errorf("%v, a %v", err, fault.KindOf(err))
				}
			})
		})
	}
}

// A process that is no longer the bot has sent nothing, so its notification waits for the process that is.
func TestNotify_WithoutAQueueWaits(t *testing.T) {
	q := newSendQueue(SendLimits{}, slog.New(slog.DiscardHandler), time.Now)
	ended, stop := context.WithCancel(t.Context())
	stop()
	q.Run(ended)
	m := &Messenger{queue: q, onSent: func(Chat, int) {}}
	if err := m.notify(t.Context(), private(1), Reply{Text: "hello"}, "name", false); !errors.Is(err, ErrDisconnected) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v, a %v", err, fault.KindOf(err))
	}
}
