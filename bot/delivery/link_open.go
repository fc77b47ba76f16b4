package delivery

import (
	"context"
	"errors"
	"slices"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
)

// IsLink tells whether a payload of /start is for OpenLink.
func IsLink(payload string) bool { return delivery.IsLink(payload) || delivery.IsOldLink(payload) }

// OpenLink answers /start with the payload of a link.
func (s Links) OpenLink(ctx context.Context, e *telegram.Event) error {
	l, err := s.Keys.Parse(e.Text, s.Now())
	if errors.Is(err, delivery.ErrLinkInvalid) && delivery.IsOldLink(e.Text) {
		l, err = s.openOld(ctx, e.Text)
	}
	if err != nil {
		return err
	}
	target, policy := delivery.TargetOf(l), delivery.Policy{Protect: l.Protect}
	if l.Kind == delivery.LinkRow {
		stored, err := s.openStored(ctx, e, l.Row)
		if err != nil {
			return err
		}
		target, policy.Protect = stored.Target, stored.Protect
	} else if err := s.reachable(ctx, target); err != nil {
		return err
	}
	switch target.Kind {
	case delivery.TargetSearch:
		return s.Search(ctx, e, target.Query)
	case delivery.TargetBatch:
		var items []delivery.Item
		for id := target.First; id <= target.Last; id++ {
			items = append(items, delivery.Item{Place: filter.Place{Channel: target.Channel, Message: id}})
		}
		return s.startJob(ctx, e, policy, items)
	case delivery.TargetFile:
	}
	file, err := s.Searcher.File(ctx, target.Document, filter.Place{})
	if err != nil {
		return err
	}
	_, err = s.deliver(ctx, e, file, policy)
	return err
}

// openOld reads an old link (see delivery.OldLink). A file must have a post in a channel for which old links are on.
func (s Links) openOld(ctx context.Context, payload string) (delivery.Link, error) {
	set, _, err := s.Set.Read(ctx)
	if err != nil {
		return delivery.Link{}, err
	}
	channels := set.OldLinkChannels()
	old, err := delivery.ParseOldLink(payload, channels)
	if err != nil {
		return delivery.Link{}, err
	}
	if old.FileID == "" {
		return delivery.Link{Kind: delivery.LinkBatch, Channel: old.Channel, First: old.First, Last: old.Last, Protect: old.Protect}, nil
	}
	document, ok := telegram.DocumentOf(old.FileID)
	if !ok {
		return delivery.Link{}, delivery.ErrLinkInvalid
	}
	file, err := s.Searcher.File(ctx, document, filter.Place{})
	if err != nil {
		return delivery.Link{}, err
	}
	if !slices.ContainsFunc(file.Places, func(p filter.Place) bool { return slices.Contains(channels, p.Channel) }) {
		return delivery.Link{}, delivery.ErrLinkInvalid
	}
	return delivery.Link{Kind: delivery.LinkFile, Document: document, Protect: old.Protect}, nil
}

// openStored counts the person who opens a stored link. A link whose target is gone is refused without being counted.
func (s Links) openStored(ctx context.Context, e *telegram.Event, id delivery.LinkID) (delivery.StoredLink, error) {
	link, err := s.Stored.Read(ctx, id)
	if err != nil {
		return link, err
	}
	if !link.Revoked {
		if err := s.reachable(ctx, link.Target); err != nil {
			return link, err
		}
	}
	person := filter.UserID(e.From.ID)
	return s.Stored.Open(ctx, id, person, link.PremiumOnly && (s.IsAdmin(e.From.ID) || s.plan(ctx, person).Premium))
}

// reachable returns an error for a target that is gone from the archive.
func (s Links) reachable(ctx context.Context, t delivery.Target) error {
	switch t.Kind {
	case delivery.TargetBatch:
		if ch, err := s.Channels.Get(t.Channel); err != nil || ch.State == filter.ChannelLost {
			return delivery.ErrLinkChannelGone
		}
	case delivery.TargetFile:
		_, err := s.Searcher.File(ctx, t.Document, filter.Place{})
		return err
	case delivery.TargetSearch:
	}
	return nil
}
