package groups

import (
	"context"
	"errors"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/storage"
)

// ErrNotInGroup reports a group that the bot is not in.
var ErrNotInGroup = errors.New("the bot is not in the group")

// Number identifies a group for ever: a group that becomes a supergroup gets another chat id and keeps its number.
type Number int64

// Member is a group that the bot is in.
type Member struct {
	Number     Number
	Chat       filter.ChatID
	Refused    bool // Telegram let the bot write nothing there
	Broadcasts bool // its admins want the club's messages
}

// Roster is the list of the groups that the bot is in. It is read for broadcasts to groups.
type Roster struct {
	db *pgxpool.Pool
	// known has the groups whose row is up to date; true where it also says that the bot can write there.
	known *lru.Cache[filter.ChatID, bool]
}

// rosterKnown is the number of groups in memory. A group that was evicted is written again at its next message.
const rosterKnown = 20_000

// NewRoster makes a Roster.
func NewRoster(db *pgxpool.Pool) (*Roster, error) {
	known, err := lru.New[filter.ChatID, bool](rosterKnown)
	if err != nil {
		return nil, err
	}
	return &Roster{db: db, known: known}, nil
}

// IsNew tells whether a message of a group is a reason to call See. It is for the update handler, which may not wait: the next call returns false.
func (r *Roster) IsNew(chat filter.ChatID) bool {
	known, _ := r.known.ContainsOrAdd(chat, false)
	return !known
}

// IsOpenNew tells whether a message that the bot wrote into a group is a reason to call Open. The next call returns false.
func (r *Roster) IsOpenNew(chat filter.ChatID) bool {
	isOpen, _ := r.known.Get(chat)
	r.known.Add(chat, true)
	return !isOpen
}

// See notes that the bot is in a group.
func (r *Roster) See(ctx context.Context, chat filter.ChatID) error {
	return insertMember(ctx, r.db, chat)
}

// Join notes that the bot was added to a group, or got other rights there.
func (r *Roster) Join(ctx context.Context, chat filter.ChatID) error {
	if err := r.See(ctx, chat); err != nil {
		return err
	}
	return r.Open(ctx, chat)
}

// Leave notes that the bot is not in a group any more.
func (r *Roster) Leave(ctx context.Context, chat filter.ChatID) error {
	err := markLeft(ctx, r.db, chat)
	r.known.Remove(chat)
	return err
}

// Open notes that the bot can write in a group.
func (r *Roster) Open(ctx context.Context, chat filter.ChatID) error {
	return markOpen(ctx, r.db, chat)
}

// Refuse notes the error with which Telegram let the bot write nothing in a group. Broadcasts leave the group out until Open or Join.
func (r *Roster) Refuse(ctx context.Context, number Number, reason string) error {
	chat, err := markRefused(ctx, r.db, number, reason)
	if err == nil {
		r.known.Remove(chat)
	}
	return err
}

// Move gives a group's number to the supergroup that replaced it. A repeated call changes nothing.
func (r *Roster) Move(ctx context.Context, from, to filter.ChatID) error {
	err := storage.InTx(ctx, r.db, func(ctx context.Context, tx pgx.Tx) error { return moveMember(ctx, tx, from, to) })
	if err != nil {
		return fmt.Errorf("move group %d to %d: %w", from, to, err)
	}
	r.known.Remove(from)
	return nil
}

// Members reads the groups with a number above after, in the order of their numbers.
func (r *Roster) Members(ctx context.Context, after Number, most int) ([]Member, error) {
	return selectMembers(ctx, r.db, after, most)
}

// Find returns the chat of a group and its settings, or ErrNotInGroup.
func (r *Roster) Find(ctx context.Context, number Number) (filter.ChatID, Settings, error) {
	return selectMember(ctx, r.db, number)
}
