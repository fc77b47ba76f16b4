package bot

import (
	"context"
	"errors"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/internal/fault"
)

// checkoutWithin is how long the question whether somebody may pay can be answered: Telegram gives up after ten seconds. A yes that comes
// too late moves no money.
const checkoutWithin = 9 * time.Second

const maxRefusal = 200 // characters

var errCheckoutLate = errors.New("the question before a payment was answered too late")

// handleCheckout says yes to a payment that booking wants.
func (b *Bot) handleCheckout(ctx context.Context, e *Event) error {
	ctx, cancel := context.WithDeadlineCause(ctx, e.At.Add(checkoutWithin), errCheckoutLate)
	defer cancel()
	if err := b.deps.Booking.PreCheckout(ctx, *e.Asks); err != nil {
		return err
	}
	return b.tg.answerCheckout(ctx, e, "")
}

// finishCheckout says no, and why. Nothing was charged.
func (b *Bot) finishCheckout(ctx context.Context, e *Event, err error) error {
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithDeadlineCause(ctx, e.At.Add(checkoutWithin), errCheckoutLate)
	defer cancel()
	why := b.sentence(e, err)
	if fault.KindOf(err) == fault.Internal {
		why = b.deps.Phrases.In(e.From.Language).Say("error.checkout")
	}
	return errors.Join(err, b.tg.answerCheckout(ctx, e, why))
}

// answerCheckout answers the question; without a reason against it, with yes. The first answer counts.
func (m *messenger) answerCheckout(ctx context.Context, e *Event, refusal string) error {
	if e.clock.answered.Swap(true) {
		return nil
	}
	return m.queue.do(ctx, call{method: "messages.setBotPrecheckoutResults", invoke: func(ctx context.Context) error {
		r := &tg.MessagesSetBotPrecheckoutResultsRequest{QueryID: e.QueryID, Success: refusal == ""}
		if refusal != "" {
			r.SetError(clean(refusal, maxRefusal))
		}
		_, err := m.api.MessagesSetBotPrecheckoutResults(ctx, r)
		if tgerr.Is(err, "QUERY_ID_INVALID") { // too late: no money moves
			return nil
		}
		return err
	}})
}
