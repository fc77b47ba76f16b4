package delivery

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
)

// errPrivateFirst reports a group whose files go to private chats, and a person who never started the bot or blocked it.
var errPrivateFirst = fault.New(fault.Forbidden, "private_first")

// errQuotaUsed reports that nothing is left of a person's daily files.
var errQuotaUsed = fault.New(fault.TooMany, "quota_used")

// Deliver sends one file for a tap on a result, and answers the tap. sent is false if the tap is answered without the file.
func (s *Screens) Deliver(ctx context.Context, e *telegram.Event, file filter.File) (sent bool, err error) {
	return s.deliver(ctx, e, file, delivery.Policy{})
}

// deliver sends one file under the policy of a link. A file that is deleted again becomes a quiet job, so that its deletion is stored with it.
func (s *Screens) deliver(ctx context.Context, e *telegram.Event, file filter.File, link delivery.Policy) (sent bool, err error) {
	to, group, err := s.destination(ctx, e)
	if errors.Is(err, errPrivateFirst) {
		return false, s.openPrivate(ctx, e)
	}
	if err != nil {
		return false, err
	}
	var place filter.Place
	if len(file.Places) > 0 {
		place = file.Places[0]
	}
	base := delivery.Strictest(link, group.Policy)
	plan := s.plan(ctx, filter.UserID(e.From.ID))
	policy := s.policy(ctx, place.Channel, base, plan)
	if policy.DeleteAfter > 0 {
		order := s.order(e, to, base, plan, []delivery.Item{{Document: file.Media.Document, Place: place}})
		order.Quiet = true
		if _, err := s.Jobs.Create(ctx, order); err != nil {
			return false, err
		}
		s.wake()
		return true, s.sayComing(ctx, e, "")
	}
	err = s.withinQuota(ctx, e, file.Media.Document, func(ctx context.Context, note string) error {
		// The tap is answered before the file is sent, which can take a moment when Telegram makes us wait.
		if err := s.sayComing(ctx, e, note); err != nil {
			return err
		}
		out := telegram.Outgoing{File: file, Caption: s.caption(ctx, policy.Caption, file, e.Chat), Name: originOf(e)}
		_, _, err := s.deliverer.SendFiles(ctx, to, []telegram.Outgoing{out}, telegram.FileOptions{
			Turn: telegram.Turn{First: plan.Priority}, Topic: topicIn(e, to), Protect: policy.Protect,
		})
		if errors.Is(err, telegram.ErrForwardsRestricted) {
			s.tellRestricted(ctx, place.Channel, originOf(e))
		}
		sent = err == nil
		return err
	})
	return sent, err
}

// sayComing answers a tap; note is added to the answer.
func (s *Screens) sayComing(ctx context.Context, e *telegram.Event, note string) error {
	if e.Kind != telegram.Tap {
		return nil
	}
	return s.messenger.AnswerTap(ctx, e, strings.TrimSpace(s.Texts.In(e).Say("search.coming")+" "+note), false)
}

// withinQuota lets send deliver a file within the person's quota. A message is stored until it is answered, so its delivery needs no record of its own.
func (s *Screens) withinQuota(ctx context.Context, e *telegram.Event, document filter.DocumentID, send func(ctx context.Context, note string) error) error {
	if e.Kind == telegram.Tap {
		return s.TapQuota(ctx, e, document, send)
	}
	reservation, granted, err := s.Quota.Reserve(ctx, filter.UserID(e.From.ID), []filter.DocumentID{document})
	if err != nil {
		return err
	}
	if len(granted) == 0 {
		return errQuotaUsed
	}
	err = send(ctx, "")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	settle := func() error { return s.Quota.Settle(ctx, reservation, document) }
	if err != nil {
		settle = func() error { return s.Quota.Release(ctx, reservation) }
	}
	if qerr := settle(); qerr != nil { // a sweep returns it
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "a quota is not settled", slog.Any("error", qerr))
	}
	return err
}

const settleWithin = 5 * time.Second

// destination is the chat that files for an event go to, with the group's decision. It returns errPrivateFirst if that is a private chat that takes no messages.
func (s *Screens) destination(ctx context.Context, e *telegram.Event) (telegram.Chat, GroupPolicy, error) {
	group, err := s.group(ctx, e.Chat)
	if err != nil || !group.InPrivate {
		return e.Chat, group, err
	}
	to, err := s.Client.PrivateChat(ctx, e.From.ID)
	if err == nil {
		err = s.deliverer.MayWrite(ctx, to)
	}
	for _, closed := range []error{telegram.ErrNeverWrote, telegram.ErrUnreachable, telegram.ErrBlocked} {
		if errors.Is(err, closed) {
			return to, group, errPrivateFirst
		}
	}
	return to, group, err
}

// topicIn is the forum topic of an event, for answers into the same chat.
func topicIn(e *telegram.Event, to telegram.Chat) int {
	if e.Chat.Key() == to.Key() {
		return e.Topic
	}
	return 0
}

// order is a delivery of items that an event asks for.
func (s *Screens) order(e *telegram.Event, to telegram.Chat, policy delivery.Policy, p Plan, items []delivery.Item) delivery.Order {
	return delivery.Order{
		Origin: originOf(e), Person: filter.UserID(e.From.ID), Chat: filter.ChatID(to.Key()), Topic: topicIn(e, to), Language: e.From.Language, Items: items, Policy: policy, Priority: p.Priority,
	}
}
