package broadcast

import (
	"context"
	"time"

	"pavilion/filter"
)

// RecipientID is the user id of a person. In a broadcast to groups it is the number of a group, which stays the same when the group becomes a supergroup.
type RecipientID int64

// Recipient is a person, or a group.
type Recipient struct {
	ID       RecipientID
	Language string    // of a person's client; may be empty
	Seen     time.Time // a person's last activity
	Blocked  bool      // the person blocked the bot or deleted their account; Telegram refused the bot's messages in the group
	OptedOut bool      // of a group, by its admins
}

// audience is the part of filter.Audience that broadcasts read.
type audience interface {
	PoolNames() []string
	People(ctx context.Context, pool string, after filter.UserID, most int) ([]filter.AudiencePerson, error)
}

// groupList is the list of the groups that the bot is in.
type groupList interface {
	// Recipients reads groups with a number above after, in the order of their numbers.
	Recipients(ctx context.Context, after RecipientID, most int) ([]Recipient, error)
	// Disable notes the error with which Telegram lets the bot write nothing in a group.
	Disable(ctx context.Context, group RecipientID, reason string) error
}

// groupPool is the name of the only pool of a broadcast to groups.
const groupPool = "groups"

// source is where the recipients of a broadcast are read from, pool by pool.
type source struct {
	people audience
	groups groupList // nil: the broadcast goes to people
}

func (s *Service) sourceOf(segment Segment) source {
	if segment.Kind == Groups {
		return source{groups: s.opts.Groups}
	}
	return source{people: s.opts.Audience}
}

func (s source) pools() []string {
	if s.groups != nil {
		return []string{groupPool}
	}
	return s.people.PoolNames()
}

// page is how many recipients are read at once.
const page = 500

// read reads the recipients of a pool whose ids are above after, in the order of their ids.
func (s source) read(ctx context.Context, pool string, after RecipientID) ([]Recipient, error) {
	if s.groups != nil {
		return s.groups.Recipients(ctx, after, page)
	}
	people, err := s.people.People(ctx, pool, filter.UserID(after), page)
	list := make([]Recipient, len(people))
	for i, p := range people {
		list[i] = Recipient{ID: RecipientID(p.ID), Language: p.Language, Seen: p.Seen, Blocked: p.Blocked}
	}
	return list, err
}

func ids(list []Recipient) []RecipientID {
	numbers := make([]RecipientID, len(list))
	for i, r := range list {
		numbers[i] = r.ID
	}
	return numbers
}

// optedOut tells which recipients of a segment want no broadcasts.
func (s *Service) optedOut(ctx context.Context, segment Segment, list []Recipient) (map[RecipientID]bool, error) {
	if segment.Kind != Groups {
		return s.store.optedOut(ctx, ids(list))
	}
	out := map[RecipientID]bool{}
	for _, r := range list {
		out[r.ID] = r.OptedOut
	}
	return out, nil
}
