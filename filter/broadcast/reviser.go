package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// revisePage is how many people's messages are changed between two writes of the cursor. Telegram deletes 100 messages in one call.
const revisePage = 100

// revisedPage is the work of a revision between two writes of its position.
type revisedPage struct {
	revision Revision
	got      []delivery
	deleted  []delivery // have no messages any more
	waits    []revisionWait
}

// revisionWait holds recipients whose edit or deletion got no answer, and the wait before the next try.
type revisionWait struct {
	list []delivery
	wait time.Duration
}

// revise changes or deletes the messages that recipients got, and stores its position after each page. Repeating a page changes nothing. It tries a recipient
// again if Telegram gave no answer: after the recipient's wait, and after all others. worked is false if no recipient was due.
func (r *Runner) revise(ctx context.Context, b Broadcast) (worked bool, err error) {
	limit := rate.NewLimiter(rate.Limit(r.service.freeSpeed(b)), 1)
	for !b.Revision.Finished {
		since := r.service.opts.Now().Add(-revisionWindow)
		got, err := r.service.store.deliveries(ctx, b.ID, b.Revision.After, since, revisePage)
		if err == nil && len(got) == 0 {
			got, err = r.service.store.revisionsDue(ctx, b.ID, since, revisePage)
		}
		if err != nil {
			return worked, err
		}
		page := revisedPage{revision: *b.Revision, got: got}
		if len(got) == 0 {
			if page.revision.Finished, err = r.service.store.revisionEnded(ctx, b.ID, since); err != nil || !page.revision.Finished {
				return worked, err
			}
		}
		if b.Revision.Kind == Unsend {
			err = r.deleteMessages(ctx, b, got, page.note)
		} else {
			err = r.edit(ctx, b, got, limit, page.note)
		}
		if err != nil {
			return worked, err
		}
		worked = true
		if n := len(got); n > 0 {
			page.revision.After = max(page.revision.After, got[n-1].to)
		}
		if b, err = r.service.store.updateRevision(ctx, b, page); errors.Is(err, ErrChanged) {
			return worked, nil // read again
		} else if err != nil {
			return worked, err
		}
	}
	return worked, nil
}

// note adds the outcome of a change to the messages of some recipients.
func (p *revisedPage) note(list []delivery, out Outcome) error {
	switch {
	case out.Class == Aborted:
		return fmt.Errorf("%w: %s", errNoOutcome, out.Name)
	case out.unanswered():
		p.waits = append(p.waits, revisionWait{list, cmp.Or(out.Wait, unansweredPause)})
	case out.Class == Sent:
		p.revision.Changed += int64(len(list))
		if p.revision.Kind == Unsend {
			p.deleted = append(p.deleted, list...)
		}
	default:
		p.revision.Failed += int64(len(list))
	}
	return nil
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

// edit edits the messages of recipients one by one. ended hears each outcome.
func (r *Runner) edit(ctx context.Context, b Broadcast, got []delivery, limit *rate.Limiter, ended func(list []delivery, out Outcome) error) error {
	for i, d := range got {
		if err := limit.Wait(ctx); err != nil {
			return err
		}
		if err := ended(got[i:i+1], r.sender.Edit(ctx, b, d.to, d.messages)); err != nil {
			return err
		}
	}
	return nil
}

var errNoOutcome = errors.New("telegram did not answer")
