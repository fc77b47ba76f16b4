package broadcast

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/time/rate"
)

// revisePage is how many people's messages are changed between two writes of the cursor. Telegram deletes 100 messages in one call.
const revisePage = 100

// revise changes or deletes the messages that people got, and stores how far it is after each page. Repeating a page changes nothing.
func (r *Runner) revise(ctx context.Context, b Broadcast) error {
	limit := rate.NewLimiter(rate.Limit(r.service.freeSpeed(b)), 1)
	for !b.Revision.Finished {
		got, err := r.service.store.deliveries(ctx, b.ID, b.Revision.After, r.service.opts.Now().Add(-revisionWindow), revisePage)
		if err != nil {
			return err
		}
		next := *b.Revision
		next.Finished = len(got) < revisePage
		if b.Revision.Kind == Unsend {
			err = r.unsend(ctx, b, got, &next)
		} else {
			err = r.edit(ctx, b, got, limit, &next)
		}
		if err != nil {
			return err
		}
		b.Revision = &next
		if b, err = r.service.store.update(ctx, b); errors.Is(err, ErrChanged) {
			return nil // read again
		} else if err != nil {
			return err
		}
	}
	return nil
}

// unsend deletes the messages of several people in one call, and those of each group in a call of its own.
func (r *Runner) unsend(ctx context.Context, b Broadcast, got []delivery, progress *Revision) error {
	var messages []int
	var recipients int64
	for i, d := range got {
		messages = append(messages, d.messages...)
		recipients++
		var group RecipientID
		if b.Plan.Segment.Kind == Groups {
			group = d.to
		} else if i < len(got)-1 && len(messages)+len(got[i+1].messages) <= revisePage {
			continue
		}
		if err := progress.count(r.sender.Delete(ctx, group, messages), recipients); err != nil {
			return err
		}
		messages, recipients = nil, 0
	}
	progress.after(got)
	return nil
}

func (r *Runner) edit(ctx context.Context, b Broadcast, got []delivery, limit *rate.Limiter, progress *Revision) error {
	for _, d := range got {
		if err := limit.Wait(ctx); err != nil {
			return err
		}
		if err := progress.count(r.sender.Edit(ctx, b, d.to, d.messages), 1); err != nil {
			return err
		}
	}
	progress.after(got)
	return nil
}

var errNoOutcome = errors.New("telegram did not answer")

// count adds the outcome of a change to the messages of some recipients.
func (v *Revision) count(out Outcome, recipients int64) error {
	switch out.Class {
	case Sent:
		v.Changed += recipients
	case Passing, MustWait, Aborted:
		return fmt.Errorf("%w: %s", errNoOutcome, out.Name)
	case Gone, Closed, Refused, Unsendable, Unpaid:
		v.Failed += recipients
	}
	return nil
}

func (v *Revision) after(got []delivery) {
	if len(got) > 0 {
		v.After = got[len(got)-1].to
	}
}
