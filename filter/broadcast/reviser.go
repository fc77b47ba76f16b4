package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		var deleted []delivery
		if b.Revision.Kind == Unsend {
			deleted, err = r.unsend(ctx, b, got, &next)
		} else {
			err = r.edit(ctx, b, got, limit, &next)
		}
		if err != nil {
			return err
		}
		b.Revision = &next
		if b, err = r.service.store.updateRevision(ctx, b, deleted); errors.Is(err, ErrChanged) {
			return nil // read again
		} else if err != nil {
			return err
		}
	}
	return nil
}

// unsend deletes the messages of a page of recipients, and returns the recipients who have none any more.
func (r *Runner) unsend(ctx context.Context, b Broadcast, got []delivery, progress *Revision) (deleted []delivery, err error) {
	err = r.deleteMessages(ctx, b, got, func(list []delivery, out Outcome) error {
		if out.Class == Sent {
			deleted = append(deleted, list...)
		}
		return progress.count(out, int64(len(list)))
	})
	progress.after(got)
	return deleted, err
}

// deleteMessages deletes the messages of several people in one call, and those of each group in a call of its own. If Telegram refuses the call for several
// people, each of them gets a call. ended hears the outcome of each call that has no such repetition; its error ends deleteMessages.
func (r *Runner) deleteMessages(ctx context.Context, b Broadcast, got []delivery, ended func(list []delivery, out Outcome) error) error {
	for len(got) > 0 {
		n, messages := 1, slices.Clone(got[0].messages)
		var group RecipientID
		if b.Plan.Segment.Kind == Groups {
			group = got[0].to
		} else {
			for ; n < len(got) && len(messages)+len(got[n].messages) <= revisePage; n++ {
				messages = append(messages, got[n].messages...)
			}
		}
		list := got[:n]
		got = got[n:]
		out := r.sender.Delete(ctx, group, messages)
		if n == 1 || out.Class == Sent || out.unanswered() {
			if err := ended(list, out); err != nil {
				return err
			}
			continue
		}
		for i := range list {
			if err := ended(list[i:i+1], r.sender.Delete(ctx, group, list[i].messages)); err != nil {
				return err
			}
		}
	}
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
	switch {
	case out.unanswered():
		return fmt.Errorf("%w: %s", errNoOutcome, out.Name)
	case out.Class == Sent:
		v.Changed += recipients
	default:
		v.Failed += recipients
	}
	return nil
}

func (v *Revision) after(got []delivery) {
	if len(got) > 0 {
		v.After = got[len(got)-1].to
	}
}
