package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"pavilion/filter"
	"pavilion/storage"
)

// ErrHidden is returned by RequiredOptions.IsMember for a channel whose members the bot cannot see.
var ErrHidden = errors.New("the members of this channel are hidden from the bot")

const (
	memberAge     = 10 * time.Minute // how long a membership is believed
	outsiderAge   = 5 * time.Second  // how long its absence is believed
	memberCall    = 3 * time.Second
	knownMembers  = 131_072 // in memory
	approvalAgain = time.Minute
	waitKept      = 48 * time.Hour
)

// RequiredOptions configure Required.
type RequiredOptions struct {
	// IsMember asks Telegram whether a person is in a channel.
	IsMember func(ctx context.Context, channel filter.ChannelID, person filter.UserID) (bool, error)
	// GroupList returns the list of a group. It is empty if the group requires nothing.
	GroupList func(ctx context.Context, group filter.ChatID) RequiredList
	// IsGroupAdmin asks Telegram whether a person is an admin of a group.
	IsGroupAdmin func(ctx context.Context, group filter.ChatID, person filter.UserID) (bool, error)
	Logger       *slog.Logger
	Now          func() time.Time
}

// Required tells which required channels a person still has to join: those of the club's list, and in a group also those of the group's own list, which does
// not concern the group's admins. It keeps Telegram's answers in memory: only the holder of the bot's lease gets the
// updates that make them stale.
//
// A channel that the bot cannot see, and one about which Telegram or Postgres does not answer, shuts nobody out.
type Required struct {
	List  *storage.Setting[RequiredList]
	rows  requiredStore
	opts  RequiredOptions
	known *lru.Cache[memberKey, knownMember]
}

type memberKey struct {
	channel filter.ChannelID
	person  filter.UserID
}

type knownMember struct {
	in    bool
	until time.Time
}

// NewRequired makes Required.
func NewRequired(db *pgxpool.Pool, o RequiredOptions) (*Required, error) {
	known, err := lru.New[memberKey, knownMember](knownMembers)
	if err != nil {
		return nil, err
	}
	o.Logger = o.Logger.With("component", "required")
	return &Required{List: NewRequiredList(db, o.Now), rows: requiredStore{db}, opts: o, known: known}, nil
}

// Missing is what a person has not joined.
type Missing struct {
	Lists  []MissingOf // the lists that ask for more; none: nothing is missing
	Hidden []Hidden
}

// MissingOf are the channels of one list that a person has not joined.
type MissingOf struct {
	Channels []RequiredChannel
	Any      bool // one of them is enough
}

// Hidden is a required channel that the bot cannot see.
type Hidden struct {
	RequiredChannel
	Group filter.ChatID // whose list it is on; 0: the club's
}

// standing is a person's standing in one required channel.
type standing uint8

const (
	outside standing = iota
	passes
	hidden
)

// isGroup tells whether a chat is a group. The id of a private chat is that of its person, and inline queries come from no known chat.
func isGroup(chat filter.ChatID) bool { return chat < 0 }

// Missing returns the required channels that a person has not joined, for an event of theirs in a chat.
func (r *Required) Missing(ctx context.Context, chat filter.ChatID, person filter.UserID) Missing {
	var m Missing
	r.addMissing(ctx, &m, r.List.Get(ctx), 0, person)
	if !isGroup(chat) {
		return m
	}
	own := Missing{}
	r.addMissing(ctx, &own, r.opts.GroupList(ctx, chat), chat, person)
	m.Hidden = append(m.Hidden, own.Hidden...)
	if len(own.Lists) > 0 && !r.isExempt(ctx, chat, person) {
		m.Lists = append(m.Lists, own.Lists...)
	}
	return m
}

// isExempt tells whether a group's list does not concern a person: an admin of the group, and everybody while Telegram does not answer.
func (r *Required) isExempt(ctx context.Context, group filter.ChatID, person filter.UserID) bool {
	ctx, cancel := context.WithTimeout(ctx, memberCall)
	defer cancel()
	isAdmin, err := r.opts.IsGroupAdmin(ctx, group, person)
	if err != nil {
		r.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "let in: Telegram did not say whether the person is an admin of the group", slog.Any("error", err))
	}
	return isAdmin || err != nil
}

// addMissing adds what a person has not joined of a list. group is the list's group, 0 for the club.
func (r *Required) addMissing(ctx context.Context, m *Missing, list RequiredList, group filter.ChatID, person filter.UserID) {
	found := make([]standing, len(list.Channels))
	var asked errgroup.Group
	for i, c := range list.Channels {
		asked.Go(func() error {
			found[i] = r.standingOf(ctx, c, person)
			return nil
		})
	}
	_ = asked.Wait() // the results are in found
	missing := MissingOf{Any: list.Any}
	for i, c := range list.Channels {
		switch found[i] {
		case outside:
			missing.Channels = append(missing.Channels, c)
		case hidden:
			m.Hidden = append(m.Hidden, Hidden{RequiredChannel: c, Group: group})
		case passes:
		}
	}
	if n := len(missing.Channels); n == len(list.Channels) && n > 0 || n > 0 && !list.Any {
		m.Lists = append(m.Lists, missing)
	}
}

func (r *Required) standingOf(ctx context.Context, c RequiredChannel, person filter.UserID) standing {
	in, err := r.isMember(ctx, c.ID, person)
	if err == nil && !in && c.Need == NeedRequest {
		in, err = r.rows.hasRequest(ctx, c.ID, person)
	}
	switch {
	case errors.Is(err, ErrHidden):
		return hidden
	case err != nil:
		r.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "a person passes because their membership is not known", slog.Int64("channel", int64(c.ID)), slog.Any("error", err))
		return passes
	case in:
		return passes
	}
	return outside
}

func (r *Required) isMember(ctx context.Context, channel filter.ChannelID, person filter.UserID) (bool, error) {
	key, now := memberKey{channel, person}, r.opts.Now()
	if k, ok := r.known.Get(key); ok && now.Before(k.until) {
		return k.in, nil
	}
	ctx, cancel := context.WithTimeout(ctx, memberCall)
	defer cancel()
	in, err := r.opts.IsMember(ctx, channel, person)
	if err != nil {
		return false, fmt.Errorf("member %d of %d: %w", person, channel, err)
	}
	age := outsiderAge
	if in {
		age = memberAge
	}
	r.known.Add(key, knownMember{in, now.Add(age)})
	return in, nil
}

// Forget drops what is known about a person's memberships, so that Missing asks Telegram.
func (r *Required) Forget(ctx context.Context, chat filter.ChatID, person filter.UserID) {
	channels := r.List.Get(ctx).Channels
	if isGroup(chat) {
		channels = slices.Concat(channels, r.opts.GroupList(ctx, chat).Channels)
	}
	for _, c := range channels {
		r.known.Remove(memberKey{c.ID, person})
	}
}

// NoteMember records that a person joined or left a channel. Their request to join, if any, has ended.
func (r *Required) NoteMember(ctx context.Context, channel filter.ChannelID, person filter.UserID) error {
	r.known.Remove(memberKey{channel, person})
	return r.rows.deleteRequest(ctx, channel, person)
}

// JoinRequest is a person's request to join a channel.
type JoinRequest struct {
	Channel filter.ChannelID
	Person  filter.UserID
	Invite  string
	At      time.Time
}

// NoteRequest stores a request to join any channel of the bot, because the channel may become a required one later.
func (r *Required) NoteRequest(ctx context.Context, q JoinRequest) error {
	list, _, err := r.List.Read(ctx)
	if err != nil {
		return err
	}
	approve := slices.ContainsFunc(list.Channels, func(c RequiredChannel) bool { return c.ID == q.Channel && c.Approve })
	return r.rows.insertRequest(ctx, q, approve)
}

// DueApprovals returns requests that the bot has to approve, the oldest first.
func (r *Required) DueApprovals(ctx context.Context) ([]JoinRequest, error) {
	return r.rows.selectDue(ctx)
}

// NoteApproved records that a request needs no approval any more.
func (r *Required) NoteApproved(ctx context.Context, q JoinRequest) error {
	r.known.Remove(memberKey{q.Channel, q.Person})
	return r.rows.markApproved(ctx, q)
}

// PostponeApproval leaves a request for approvalAgain.
func (r *Required) PostponeApproval(ctx context.Context, q JoinRequest) error {
	return r.rows.postpone(ctx, q, approvalAgain)
}

// Wait is an event that waits until its person has joined.
type Wait struct {
	ID      int64
	Person  filter.UserID
	Chat    filter.ChatID
	Event   []byte // JSON
	Message int    // of the screen that asks them to join; 0 before it is sent
}

// KeepWait stores an event in the place of the person's last one in the chat. It returns the row, with the screen of the last one.
func (r *Required) KeepWait(ctx context.Context, w Wait) (Wait, error) {
	return r.rows.upsertWait(ctx, w)
}

// SetWaitMessage stores the screen of an event.
func (r *Required) SetWaitMessage(ctx context.Context, id int64, message int) error {
	return r.rows.updateWaitMessage(ctx, id, message)
}

// FindWait returns a person's waiting event; false where it is too old.
func (r *Required) FindWait(ctx context.Context, id int64, person filter.UserID) (Wait, bool, error) {
	return r.rows.selectWait(ctx, id, person)
}

// DropOldWaits deletes events that nobody came back for.
func (r *Required) DropOldWaits(ctx context.Context) error {
	return r.rows.deleteOldWaits(ctx, waitKept)
}
