// The state of the world. Save writes all of it, so it has values and ids and no tg pointers.

package world

import "github.com/gotd/td/tg"

type state struct {
	Secret   uint64 // access hashes and file references are derived from it
	Last     counters
	Accounts map[int64]*account
	Groups   map[int64]*group
	Channels map[int64]*channel
	Files    map[int64]*file
	Messages map[int64]*message // of private chats and basic groups, by uid; channels keep their own
	Logins   map[[8]byte]int64  // auth key -> account
	Names    map[string]Peer    // lower-case username -> its owner
	Invites  map[string]*invite
	Slugs    map[string]*invoice // invoices behind links
	Charges  []*charge           // payments to bots, in order

	Subscriptions []*subscription
}

// counters are the last numbers that were assigned.
type counters struct{ User, Group, Channel, File, UID, Album, Query int64 }

func newState(secret uint64) state {
	return state{
		Secret:   secret,
		Last:     counters{User: 5_000_000_000, Group: 4_000_000, Channel: 1_500_000_000, File: 5_000_000_000_000_000, Album: 13_000_000_000_000_000},
		Accounts: map[int64]*account{},
		Groups:   map[int64]*group{},
		Channels: map[int64]*channel{},
		Files:    map[int64]*file{},
		Messages: map[int64]*message{},
		Logins:   map[[8]byte]int64{},
		Names:    map[string]Peer{},
		Invites:  map[string]*invite{},
		Slugs:    map[string]*invoice{},
	}
}

// account is a person or a bot, with the box of its private chats and basic groups.
type account struct {
	ID                                        int64
	First, Last, Username, Phone, Lang, About string
	Deleted, Premium                          bool
	HidesForwards                             bool         // forwards of its messages have no link to it
	Bot                                       *botSettings // nil for people
	Blocked                                   map[int64]bool
	Joined                                    map[int64]bool // channels it is a member of

	Pts, Qts int
	Log      []event // the last events; Log[0] starts at pts LogFrom
	LogFrom  int
	QLog     []qevent // updates that only bots get
	LastID   int
	Box      map[int]int64 // message id -> uid
	Dialogs  map[Peer]*dialog
	Sent     map[int64]sent // messages by the random id of their send
	RandomAt []int64        // random ids in order of use, to forget the oldest
	Stars    int64
	Unbilled int64 // tenths of a Star that paid messages have cost, less than one Star
}

// botSettings are the settings of a bot at BotFather.
type botSettings struct {
	Token       string
	Inline      bool
	Placeholder string
	Feedback    bool     // wants updateBotInlineSend
	SeesAll     bool     // privacy mode is off
	Providers   []string // tokens of payment providers
	Commands    map[string][]tg.BotCommand
	Profiles    map[string]botProfile // by language; the default has the key ""
	Buttons     map[int64]menuButton  // by person; the default has the key 0

	ProfileChanges int
}

// sent is the message that a send with a random id made.
type sent struct {
	Channel int64 // 0: in the account's box
	ID      int
}

// dialog is a chat in an account's view.
type dialog struct {
	IDs                 []int // of messages in it, ascending
	ReadInbox, ReadMine int
}

// group is a basic group.
type group struct {
	ID      int64
	Title   string
	Date    int
	Version int
	Members map[int64]*member
	Limits  tg.ChatBannedRights // for members; admins have no limits
	// MigratedTo is the supergroup that replaced the group; 0 for a group in use.
	MigratedTo int64
}

// channel is a channel (Broadcast) or a supergroup.
type channel struct {
	ID              int64
	Title, Username string
	About           string
	Broadcast       bool
	Date            int
	Members         map[int64]*member
	LastID          int
	IDs             []int // of messages that exist, ascending
	Messages        map[int]*message
	Pts             int
	Log             []event
	LogFrom         int
	Pinned          int
	ReadMax         map[int64]int
	Topics          map[int]*topic      // of a forum; nil elsewhere
	Limits          tg.ChatBannedRights // for members; admins have no limits
	Protected       bool                // its content cannot be forwarded or saved
	Requests        map[int64]joinRequest
	SlowMode        int           // seconds between two messages of a member; admins have none
	LastBy          map[int64]int // in slow mode: when an account last wrote
}

// member is a membership in a group or channel. It stays after the member has left, because a ban does.
type member struct {
	Date     int
	Inviter  int64
	Creator  bool
	Admin    bool
	Rights   tg.ChatAdminRights
	Rank     string
	Out      bool // left or was removed
	Banned   bool
	Promoter int64
}

// in reports whether m is a member now; m may be nil.
func (m *member) in() bool { return m != nil && !m.Out && !m.Banned }

func (m *member) admin() bool { return m.in() && (m.Admin || m.Creator) }

type eventKind uint8

const (
	eventNew eventKind = iota + 1
	eventEdit
	eventDelete
	eventReadIn
	eventReadOut
	eventPin
	eventUnpin
)

// event is one entry of a log. It raised the pts from Pts-Count to Pts.
type event struct {
	Pts, Count int
	Kind       eventKind
	IDs        []int
	Peer       Peer // of read and pin events in boxes
}

type qevent struct {
	Qts       int
	Update    []byte // TL
	Mentioned []Peer
}
