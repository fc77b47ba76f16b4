package broadcast

import (
	"context"
	"time"

	"pavilion/filter"
)

// RevisionKind says what happens to the sent messages.
type RevisionKind string

// The kinds.
const (
	Edit   RevisionKind = "edit"
	Unsend RevisionKind = "unsend"
)

// Revision is a change of the messages that people got.
type Revision struct {
	Kind     RevisionKind
	After    RecipientID // the last one whose messages were changed
	Changed  int64
	Failed   int64
	Finished bool
}

// revisionWindow is how long sent messages can be changed. Telegram lets a bot delete its messages for 48 hours.
const revisionWindow = 48*time.Hour - time.Minute

// Revise starts to change or to delete the messages that people got. For an edit, text and entities are the new text or caption.
func (s *Service) Revise(ctx context.Context, b Broadcast, kind RevisionKind, text string, entities []byte) (Broadcast, error) {
	if b.State != Paused && !b.State.Ended() || b.Revision != nil && !b.Revision.Finished || kind == Edit && b.Plan.Mode == Forward {
		return b, ErrState
	}
	got, err := s.store.deliveries(ctx, b.ID, 0, s.opts.Now().Add(-revisionWindow), 1)
	if err != nil {
		return b, err
	}
	if len(got) == 0 {
		return b, ErrTooLate
	}
	if kind == Edit {
		b.Content = b.Content.withText(text, entities)
	}
	b.Revision = &Revision{Kind: kind}
	revised, err := s.store.update(ctx, b)
	if err == nil {
		s.poke()
	}
	return revised, err
}

// withText returns the content with another text, or another caption of its first file.
func (c Content) withText(text string, entities []byte) Content {
	if len(c.Media) == 0 {
		c.Text, c.Entities = text, entities
		return c
	}
	media := append([]filter.Media(nil), c.Media...)
	media[0].Caption, media[0].CaptionEntities = text, entities
	c.Media = media
	return c
}

// Move forgets which messages a group got, because it has become a supergroup: there their ids name other messages.
func (s *Service) Move(ctx context.Context, group RecipientID) error {
	return s.store.forgetMessages(ctx, group)
}
