// The Go API for tests and the demo: it makes people and chats without a sign-in.

package world

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gotd/td/tg"
)

// User describes an account in the Go API.
type User struct {
	ID                                 int64
	Phone, First, Last, Username, Lang string
	Bot                                bool
	Token                              string
}

// BotSpec describes a bot to add. The number before the colon of the token is its id.
type BotSpec struct {
	Token, Username, Name string
	Inline                bool // answers inline queries
	Placeholder           string
	Feedback              bool     // gets updates about the inline results that people choose
	SeesAll               bool     // privacy mode off: sees every message of its groups
	Providers             []string // tokens of the payment providers that BotFather connected
}

var (
	errTaken = errors.New("is taken")
	errToken = errors.New("a bot token is NUMBER:SECRET")
)

// AddUser makes a person. The phone is digits only; a phone 99966XYYYY can sign in with the code XXXXX.
func (w *World) AddUser(phone, first, last, username, lang string) (User, error) {
	w.mu.Lock()
	defer w.unlock()
	if w.byPhone(phone) != nil {
		return User{}, fmt.Errorf("phone of %q %w", first, errTaken)
	}
	w.Last.User++
	a := newAccount(w.Last.User)
	a.First, a.Last, a.Phone, a.Lang = first, last, digits(phone), lang
	if err := w.claim(username, UserPeer(a.ID)); err != nil {
		return User{}, err
	}
	a.Username = username
	w.Accounts[a.ID] = a
	return a.view(), nil
}

// AddPeople makes people who have talked to a bot before. Their chats with it are empty, and the bot gets no updates about them.
func (w *World) AddPeople(n int, botID int64, lang string) ([]User, error) {
	w.mu.Lock()
	defer w.unlock()
	bot := w.Accounts[botID]
	if bot == nil || bot.Bot == nil {
		return nil, fmt.Errorf("bot %d: %w", botID, errNoAccount)
	}
	people := make([]User, n)
	for i := range people {
		w.Last.User++
		a := newAccount(w.Last.User)
		a.First, a.Lang = fmt.Sprint("Person ", i+1), lang
		a.dialog(UserPeer(botID))
		bot.dialog(UserPeer(a.ID))
		w.Accounts[a.ID] = a
		people[i] = a.view()
	}
	return people, nil
}

// SetLanguage changes the language of a person's clients. Bots learn it with the next update that shows the person.
func (w *World) SetLanguage(accountID int64, lang string) error {
	w.mu.Lock()
	defer w.unlock()
	a := w.Accounts[accountID]
	if a == nil {
		return errNoAccount
	}
	a.Lang = lang
	return nil
}

// SetPremium makes a person a subscriber of Telegram Premium, or ends the subscription.
func (w *World) SetPremium(accountID int64, premium bool) error {
	w.mu.Lock()
	defer w.unlock()
	a := w.Accounts[accountID]
	if a == nil {
		return errNoAccount
	}
	a.Premium = premium
	return nil
}

// AddBot makes a bot, as BotFather does.
func (w *World) AddBot(s BotSpec) (User, error) {
	w.mu.Lock()
	defer w.unlock()
	number, _, _ := strings.Cut(s.Token, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id <= 0 {
		return User{}, errToken
	}
	if w.Accounts[id] != nil {
		return User{}, fmt.Errorf("bot id %d %w", id, errTaken)
	}
	if err := w.claim(s.Username, UserPeer(id)); err != nil {
		return User{}, err
	}
	a := newAccount(id)
	a.First, a.Username = s.Name, s.Username
	a.Bot = &botSettings{
		Token: s.Token, Inline: s.Inline, Placeholder: s.Placeholder, Feedback: s.Feedback, SeesAll: s.SeesAll, Providers: s.Providers,
		Commands: map[string][]tg.BotCommand{}, Profiles: map[string]botProfile{}, Buttons: map[int64]menuButton{},
	}
	w.Accounts[id] = a
	return a.view(), nil
}

// SignIn binds an auth key to an account without a code, for pre-issued sessions.
func (w *World) SignIn(authKey [8]byte, userID int64) error {
	w.mu.Lock()
	defer w.unlock()
	if w.Accounts[userID] == nil {
		return fmt.Errorf("sign in %d: %w", userID, errNoAccount)
	}
	w.login(authKey, userID)
	return nil
}

// UserByName finds an account by username, without regard to case.
func (w *World) UserByName(username string) (User, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.Names[strings.ToLower(username)]
	if a := w.Accounts[p.ID]; p.Kind == PeerUser && a != nil {
		return a.view(), true
	}
	return User{}, false
}

// UserByID finds an account by id.
func (w *World) UserByID(id int64) (User, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.Accounts[id]; a != nil {
		return a.view(), true
	}
	return User{}, false
}

// AccountOf returns the account that an auth key is signed in to, or 0.
func (w *World) AccountOf(authKey [8]byte) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Logins[authKey]
}

// KeysOf returns the auth keys that are signed in to an account.
func (w *World) KeysOf(userID int64) [][8]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	var keys [][8]byte
	for k := range w.keys[userID] {
		keys = append(keys, k)
	}
	return keys
}

// DeleteAccount deletes an account. A message to it fails with INPUT_USER_DEACTIVATED.
func (w *World) DeleteAccount(userID int64) error {
	w.mu.Lock()
	defer w.unlock()
	a := w.Accounts[userID]
	if a == nil {
		return fmt.Errorf("delete %d: %w", userID, errNoAccount)
	}
	delete(w.Names, strings.ToLower(a.Username))
	a.Deleted, a.First, a.Last, a.Username, a.Phone = true, "", "", "", ""
	return nil
}

func newAccount(id int64) *account {
	return &account{
		ID: id, Pts: 1, LogFrom: 1, Blocked: map[int64]bool{}, Joined: map[int64]bool{},
		Box: map[int]int64{}, Dialogs: map[Peer]*dialog{}, Sent: map[int64]sent{},
	}
}

func (a *account) view() User {
	u := User{ID: a.ID, Phone: a.Phone, First: a.First, Last: a.Last, Username: a.Username, Lang: a.Lang, Bot: a.Bot != nil}
	if a.Bot != nil {
		u.Token = a.Bot.Token
	}
	return u
}

// claim gives a username to a peer. An empty name does nothing.
func (w *World) claim(name string, p Peer) error {
	key := strings.ToLower(name)
	if key == "" {
		return nil
	}
	if owner, taken := w.Names[key]; taken && owner != p {
		return fmt.Errorf("username %q %w", name, errTaken)
	}
	w.Names[key] = p
	return nil
}

func (w *World) byPhone(phone string) *account {
	phone = digits(phone)
	if phone == "" {
		return nil
	}
	for _, a := range w.Accounts {
		if a.Phone == phone {
			return a
		}
	}
	return nil
}

// digits removes the plus, spaces and dashes of a phone number.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
