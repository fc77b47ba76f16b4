package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter/delivery"
	"pavilion/internal/phrase"
)

// showProgress shows how far a delivery is: in a new message, then by editing it, not too often.
func (r *jobRun) showProgress(ctx context.Context) error {
	if r.job.Quiet || r.Now().Sub(r.shownAt) < progressEvery {
		return nil
	}
	first := r.shownAt.IsZero()
	r.shownAt = r.Now()
	reply := runningText(r.in(), r.job)
	if r.job.Progress == 0 {
		return r.post(ctx, reply, "progress")
	}
	if first && r.job.Cursor > 0 { // after a restart the next edit shows it
		return nil
	}
	return r.edit(ctx, reply)
}

func (r *jobRun) in() *phrase.Speaker { return r.Texts.InLanguage(r.job.Language) }

// post sends the delivery's message and stores its id.
func (r *jobRun) post(ctx context.Context, reply telegram.Reply, what string) error {
	id, err := r.deliverer.SendNamed(ctx, r.chat, r.job.Topic, reply, fmt.Sprintf("delivery/%d/%s", r.job.ID, what))
	if err != nil || id == 0 {
		return err
	}
	r.job.Progress = id
	return r.Jobs.SetProgress(ctx, r.job.ID, id)
}

// edit changes the delivery's message. The person may have deleted it, which stops nothing.
func (r *jobRun) edit(ctx context.Context, reply telegram.Reply) error {
	if r.job.Progress == 0 {
		return nil
	}
	err := r.deliverer.EditLater(ctx, r.chat, r.job.Progress, reply)
	if errors.Is(err, telegram.ErrMessageGone) || telegram.IsRefusal(err) {
		return nil
	}
	return err
}

// finish gives quota back and tells the person how the delivery ended.
func (r *jobRun) finish(ctx context.Context) error {
	if err := r.Quota.Release(ctx, r.job.Reservation); err != nil { // a sweep returns it
		r.Logger.LogAttrs(ctx, slog.LevelInfo, "a quota is not given back", slog.Any("error", err))
	}
	if r.chat != (telegram.Chat{}) {
		if err := r.showEnd(ctx); err != nil && !unreachable(err) {
			return err
		}
	}
	return r.Jobs.Close(ctx, r.job.ID)
}

// unreachable tells whether the chat takes no messages.
func unreachable(err error) bool {
	return errors.Is(err, telegram.ErrBlocked) || errors.Is(err, telegram.ErrCannotWrite) || errors.Is(err, telegram.ErrUnreachable) || telegram.IsRefusal(err)
}

func (r *jobRun) showEnd(ctx context.Context) error {
	var deleted time.Duration
	if r.job.Deletes {
		var err error
		if deleted, err = r.Deletions.Next(ctx, r.job.ID); err != nil {
			return err
		}
	}
	if !r.job.Quiet {
		reply := telegram.Reply{Text: endText(r.in(), r.job, deleted)}
		if r.job.Progress == 0 { // there was nothing to send
			return r.post(ctx, reply, "progress")
		}
		return r.edit(ctx, reply)
	}
	switch {
	case r.job.Sent > 0 && r.job.Deletes:
		return r.post(ctx, telegram.Reply{Text: r.in().Say("delivery.deleted_in", duration(r.in(), deleted))}, "notice")
	case r.job.Sent == 0 && r.job.State == delivery.JobDone:
		return r.post(ctx, telegram.Reply{Text: endText(r.in(), r.job, 0)}, "notice")
	}
	return nil
}

func runningText(in *phrase.Speaker, j delivery.Job) telegram.Reply {
	return telegram.Reply{
		Text:     in.Say("delivery.running", j.Sent, len(j.Items)),
		Keyboard: [][]telegram.Button{{button(in.Say("delivery.cancel"), int64(j.Person), payloadOf(verbCancel, int64(j.ID)))}},
	}
}

// endText says how a delivery ended. deleted is the time until its first file is deleted; 0: they stay.
func endText(in *phrase.Speaker, j delivery.Job, deleted time.Duration) string {
	var lines []string
	switch {
	case j.State == delivery.JobCancelled:
		lines = append(lines, in.Say("delivery.cancelled", j.Sent, len(j.Items)))
	case j.State == delivery.JobFailed:
		lines = append(lines, in.Say("delivery.failed", j.Sent, len(j.Items)), in.Error(j.Reason))
	case j.Sent == 0 && j.Refused > 0:
		lines = append(lines, in.Say("delivery.nothing"))
	case j.Sent == 0:
		lines = append(lines, in.Say("delivery.nothing_left"))
	default:
		lines = append(lines, in.Say("delivery.done", j.Sent))
	}
	if j.Skipped > 0 {
		lines = append(lines, in.Say("delivery.skipped", j.Skipped))
	}
	if j.Refused > 0 {
		lines = append(lines, in.Say("delivery.refused", j.Refused))
	}
	if deleted > 0 {
		lines = append(lines, in.Say("delivery.deleted_in", duration(in, deleted)))
	}
	return strings.Join(lines, "\n")
}
