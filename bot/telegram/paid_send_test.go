package telegram

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// unpaying answers as Telegram does to a bot that may not pay for messages.
type unpaying struct {
	refusal    string
	paid, free int
}

func (u *unpaying) Invoke(_ context.Context, in bin.Encoder, out bin.Decoder) error {
	if r, ok := in.(*tg.MessagesSendMessageRequest); ok && r.AllowPaidFloodskip {
		u.paid++
		return tgerr.New(420, u.refusal)
	}
	u.free++
	return answerWith(out, &tg.Updates{})
}

func TestSends_APaidOneThatIsRefusedNeitherWaitsNorIsRepeated(t *testing.T) {
	t.Parallel()
	for answer, name := range map[string]string{"FLOOD_WAIT_30": "FLOOD_WAIT", "BALANCE_TOO_LOW": "BALANCE_TOO_LOW"} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox(t, SendLimits{})
			telegram := &unpaying{refusal: answer}
			m := NewMessenger(telegram, MessengerOptions{Logger: slog.New(slog.DiscardHandler), Now: time.Now})
			m.queue = o.queue
			to, began := Chat{ID: 7, Type: Private}, time.Now()
			send := func(paid bool) error {
				_, err := NewContents(m).SendContent(t.Context(), to, Content{Text: "hello"}, Delivery{Lane: LaneBroadcast, Name: "broadcast", Paid: paid})
				return err
			}
			if failure, got := FailureOf(send(true)); failure != PaidRefused || got != name {
				t.Errorf("%s: failure %d, %q", answer, failure, got)
			}
			if err := send(false); err != nil {
				t.Errorf("%s: the free send: %v", answer, err)
			}
			if took := time.Since(began); telegram.paid != 1 || telegram.free != 1 || took > time.Second {
				t.Errorf("%s: %d paid and %d free calls in %s", answer, telegram.paid, telegram.free, took)
			}
		})
	}
}
