package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
)

// jobRun sends one delivery in this process.
type jobRun struct {
	*Screens
	job     delivery.Job
	chat    telegram.Chat
	plan    Plan
	posts   map[filter.Place]telegram.ChannelFile // that were read, with fresh references
	read    map[filter.Place]bool                 // places that were read, also those without a file
	readAt  time.Time
	shownAt time.Time // when the progress was last shown
	heldAt  time.Time // when the quota was last extended
}

const (
	progressEvery = 3 * time.Second // Telegram's pace for edits of one message
	holdEvery     = time.Minute
	postsFresh    = 10 * time.Minute
	window        = 100 // posts to read at once
)

// runJob sends a delivery until it has ended, or until an error that may pass; then the next poll goes on.
func (s *Screens) runJob(ctx context.Context, id delivery.JobID) {
	r := &jobRun{Screens: s, posts: map[filter.Place]telegram.ChannelFile{}, read: map[filter.Place]bool{}}
	err := r.run(ctx, id)
	if err != nil && ctx.Err() == nil {
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "a delivery waits", slog.Int64("delivery", int64(id)), slog.String("code", fault.CodeOf(err)), slog.Any("error", err))
	}
}

func (r *jobRun) run(ctx context.Context, id delivery.JobID) (err error) {
	if r.job, err = r.Jobs.Read(ctx, id); err != nil {
		return err
	}
	if r.chat, err = r.chatOf(ctx, r.job.Chat); err != nil {
		return r.failFor(ctx, err)
	}
	r.plan = r.Screens.plan(ctx, r.job.Person)
	if r.job.State == delivery.JobNew {
		if err := r.start(ctx); err != nil {
			return err
		}
	}
	for !r.job.State.Ended() {
		if err := r.showProgress(ctx); err != nil {
			return r.failFor(ctx, err)
		}
		r.holdQuota(ctx)
		if err := r.sendUnit(ctx); err != nil {
			return r.failFor(ctx, err)
		}
	}
	return r.finish(ctx)
}

// chatOf is the chat of a delivery.
func (s *Screens) chatOf(ctx context.Context, key filter.ChatID) (telegram.Chat, error) {
	if to, ok := s.Client.ChatOf(int64(key)); ok {
		return to, nil
	}
	if key > 0 { // of a person
		return s.Client.PrivateChat(ctx, int64(key))
	}
	return telegram.Chat{}, telegram.ErrUnreachable
}

// failFor ends the delivery for an error that another try would meet again. Any other error is returned.
func (r *jobRun) failFor(ctx context.Context, err error) error {
	for _, final := range []error{telegram.ErrBlocked, telegram.ErrNeverWrote, telegram.ErrUnreachable, telegram.ErrCannotWrite, telegram.ErrMediaForbidden} {
		if !errors.Is(err, final) {
			continue
		}
		var ferr error
		if r.job, ferr = r.Jobs.Fail(ctx, r.job, fault.CodeOf(final)); ferr != nil {
			return ferr
		}
		return r.finish(ctx)
	}
	return err
}

// start reads the posts, keeps albums together, and takes quota.
func (r *jobRun) start(ctx context.Context) error {
	if err := r.readPosts(ctx, r.job.Items); err != nil {
		return err
	}
	var items []delivery.Item
	for _, it := range r.job.Items {
		post, ok := r.posts[it.Place]
		switch {
		case ok && (it.Document == 0 || it.Document == post.Post.Media.Document):
			items = append(items, delivery.Item{Document: post.Post.Media.Document, Place: it.Place, Album: post.Album})
		case it.Document != 0: // another post may have it
			items = append(items, it)
		}
	}
	skipped := len(r.job.Items) - len(items)
	items, refused, reservation, err := r.reserve(ctx, items)
	if err != nil {
		return err
	}
	r.job, err = r.Jobs.Start(ctx, r.job.ID, delivery.KeepAlbums(items), skipped, refused, reservation)
	return err
}

// reserve takes quota for files and leaves out those that it has no room for.
func (r *jobRun) reserve(ctx context.Context, items []delivery.Item) (granted []delivery.Item, refused int, reservation int64, err error) {
	if len(items) == 0 {
		return nil, 0, 0, nil
	}
	var documents []filter.DocumentID
	for _, it := range items {
		documents = append(documents, it.Document)
	}
	reservation, fit, err := r.Quota.Reserve(ctx, r.job.Person, documents)
	if err != nil {
		return nil, 0, 0, err
	}
	granted = slices.DeleteFunc(slices.Clone(items), func(it delivery.Item) bool { return !slices.Contains(fit, it.Document) })
	return granted, len(items) - len(granted), reservation, nil
}

// holdQuota keeps the reservation while the delivery lives.
func (r *jobRun) holdQuota(ctx context.Context) {
	if r.Now().Sub(r.heldAt) < holdEvery {
		return
	}
	r.heldAt = r.Now()
	if err := r.Quota.Extend(ctx, r.job.Reservation); err != nil {
		r.Logger.LogAttrs(ctx, slog.LevelInfo, "a quota is not extended", slog.Any("error", err))
	}
}

// readPosts reads the posts of items from Telegram, channel by channel. A channel that the bot cannot read has none.
func (r *jobRun) readPosts(ctx context.Context, items []delivery.Item) error {
	byChannel := map[filter.ChannelID][]filter.MessageID{}
	for _, it := range items {
		if it.Place != (filter.Place{}) {
			byChannel[it.Place.Channel] = append(byChannel[it.Place.Channel], it.Place.Message)
		}
		r.read[it.Place] = true
	}
	for channel, ids := range byChannel {
		if _, err := r.Channels.Get(channel); err != nil { // it was removed from the archive
			continue
		}
		files, err := r.deliverer.ReadFiles(ctx, channel, ids)
		if err != nil && !telegram.IsRefusal(err) && !errors.Is(err, telegram.ErrChannelNotFound) {
			return err
		}
		for _, f := range files {
			r.posts[f.Post.Place] = f
		}
	}
	r.readAt = r.Now()
	return nil
}

// sendUnit sends the next file or album and moves the cursor.
func (r *jobRun) sendUnit(ctx context.Context) error {
	unit := r.job.Unit()
	if !r.read[unit[0].Place] || r.Now().Sub(r.readAt) > postsFresh {
		clear(r.posts)
		clear(r.read)
		if err := r.readPosts(ctx, r.job.Items[r.job.Cursor:min(r.job.Cursor+window, len(r.job.Items))]); err != nil {
			return err
		}
	}
	files, policy, err := r.outgoing(ctx, unit)
	if err != nil {
		return err
	}
	out := delivery.Outcome{Files: len(unit), DeleteAfter: policy.DeleteAfter}
	if len(files) > 0 {
		if out.Messages, out.Sent, err = r.send(ctx, files, policy); err != nil {
			return err
		}
	}
	if policy.DeleteAfter > 0 && len(out.Messages) < out.Sent {
		r.Logger.LogAttrs(ctx, slog.LevelWarn, "files were sent whose messages are not known, so they are not deleted", slog.Int64("delivery", int64(r.job.ID)), slog.Int("files", out.Sent-len(out.Messages)))
	}
	r.settle(ctx, unit, files, out.Sent)
	r.job, err = r.Jobs.Advance(ctx, r.job, out)
	return err
}

// settle counts the files of a unit that were sent.
func (r *jobRun) settle(ctx context.Context, unit []delivery.Item, files []telegram.Outgoing, sent int) {
	if sent == 0 {
		return
	}
	for _, it := range unit {
		if !slices.ContainsFunc(files, func(f telegram.Outgoing) bool { return f.File.Media.Document == it.Document }) {
			continue
		}
		if err := r.Quota.Settle(ctx, r.job.Reservation, it.Document); err != nil { // what is not settled goes back
			r.Logger.LogAttrs(ctx, slog.LevelInfo, "a quota is not settled", slog.Any("error", err))
		}
	}
}

// outgoing finds the files of a unit as they are now, and their policy. Files that are gone are left out.
func (r *jobRun) outgoing(ctx context.Context, unit []delivery.Item) (files []telegram.Outgoing, policy delivery.Policy, err error) {
	policy = r.policy(ctx, unit[0].Place.Channel, r.job.Policy, r.plan)
	for i, it := range unit {
		file, err := r.file(ctx, it)
		if fault.KindOf(err) == fault.NotFound || errors.Is(err, filter.ErrFileGone) || errors.Is(err, filter.ErrFileUnreachable) {
			continue
		}
		if err != nil {
			return nil, policy, err
		}
		caption := r.caption(ctx, policy.Caption, file, r.chat)
		if caption != nil && len(files) > 0 { // an album has one caption
			caption = []telegram.CaptionPart{}
		}
		files = append(files, telegram.Outgoing{File: file, Caption: caption, Name: fmt.Sprintf("delivery/%d/%d", r.job.ID, r.job.Cursor+i)})
	}
	return files, policy, nil
}

// file is a file of the delivery: its post as it was read, or the file's other posts.
func (r *jobRun) file(ctx context.Context, it delivery.Item) (filter.File, error) {
	if post, ok := r.posts[it.Place]; ok && post.Post.Media.Document == it.Document {
		return filter.File{Media: post.Post.Media, Posted: post.Post.Posted, Places: []filter.Place{it.Place}}, nil
	}
	return r.Searcher.File(ctx, it.Document, it.Place)
}

// send sends a unit. A unit that Telegram refuses is skipped: sent is 0 then.
func (r *jobRun) send(ctx context.Context, files []telegram.Outgoing, policy delivery.Policy) (ids []int, sent int, err error) {
	o := telegram.FileOptions{Turn: telegram.Turn{Lane: telegram.LaneBulk, First: r.job.Priority}, Topic: r.job.Topic, Protect: policy.Protect}
	if r.job.Quiet {
		o.Turn.Lane = telegram.LaneAnswer
	}
	ids, sent, err = r.deliverer.SendFiles(ctx, r.chat, files, o)
	switch {
	case err == nil:
		return ids, sent, nil
	case errors.Is(err, filter.ErrFileGone):
		return nil, 0, nil
	case errors.Is(err, telegram.ErrForwardsRestricted):
		r.tellRestricted(ctx, files[0].File.Places[0].Channel, fmt.Sprint("delivery/", r.job.ID))
		return nil, 0, nil
	case fault.KindOf(err) == fault.Internal && telegram.IsRefusal(err):
		r.Logger.LogAttrs(ctx, slog.LevelWarn, "a file of a delivery is skipped", slog.Int64("delivery", int64(r.job.ID)), slog.Any("error", err))
		return nil, 0, nil
	}
	return nil, 0, err
}

// tellRestricted tells the admins of a channel whose files Telegram does not let the bot send. name makes it one message for one delivery.
func (s *Screens) tellRestricted(ctx context.Context, channel filter.ChannelID, name string) {
	title := fmt.Sprint(channel)
	if ch, err := s.Channels.Get(channel); err == nil {
		title = telegram.CleanLine(ch.Title, maxFieldRunes)
	}
	for _, admin := range s.Admins {
		text := s.Texts.InLanguage(s.Language(ctx, admin)).Say("delivery.restricted", title)
		if err := s.Client.Notify(ctx, admin, telegram.Reply{Text: text}, fmt.Sprintf("restricted/%s/%d", name, channel), true); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "an admin was not told of a restricted channel", slog.Any("error", err))
		}
	}
}
