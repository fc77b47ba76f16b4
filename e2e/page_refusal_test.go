package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// archiveUser is a person who searches in the chat and over HTTP.
type archiveUser struct {
	t    *testing.T
	chat *driver.User
	http *miniapp.Client
}

// wants searches in the chat, whose answer must contain a text, and over HTTP, where the refusal must have a code; empty for none.
func (u archiveUser) wants(rule, inChat, overHTTP string) {
	u.t.Helper()
	u.wantsInChat(rule, inChat)
	u.wantsOverHTTP(rule, overHTTP)
}

// wantsInChat searches in the chat. An empty text stands for no answer: a refusal is told once.
func (u archiveUser) wantsInChat(rule, text string) {
	u.t.Helper()
	var got []string
	for _, m := range answersTo(u.t, u.chat, "silver lining") {
		got = append(got, m.Message)
	}
	if text == "" && len(got) > 0 || text != "" && (len(got) != 1 || !strings.Contains(got[0], text)) {
		u.t.Errorf("%s: the chat answers %q, want %q", rule, got, text)
	}
}

func (u archiveUser) wantsOverHTTP(rule, code string) {
	u.t.Helper()
	if got := u.search(); got != code {
		u.t.Errorf("%s: %q over HTTP, want %q", rule, got, code)
	}
}

// search searches over HTTP and returns the code of the refusal; empty for none.
func (u archiveUser) search() string {
	u.t.Helper()
	a, err := u.http.Send(u.t.Context(), http.MethodGet, "/archive/search?text=silver", "", nil)
	if err != nil {
		u.t.Fatal(err)
	}
	return a.Problem()
}

// The chat's guard and the page's gate refuse the same people, and count together.
func (p *pages) refusesAlike(t *testing.T) {
	admin := connect(t, p.Scene, p.Admin)
	user := func(who world.User) archiveUser { return archiveUser{t, connect(t, p.Scene, who), p.open(t, who)} }
	one, other := user(p.Members[2]), user(p.Members[1])
	say(t, one.chat, "/start")
	await(t, one.chat, "🏏 Hi")
	const found, searches = "🔎", 4
	one.wants("nothing forbids it", found, "")

	const name = "Silver.Lining.S01E01.720p.mkv"
	file := one.file(name)
	one.wantsShared("nothing forbids it", file, "")

	news := requires(t, p.Scene, admin, "Club News", "club_news")
	one.wants("a required channel", joinFirst, "join-first")
	one.wantsShared("a required channel", file, "join-first")
	if err := p.DC.World().Join(news, one.chat.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the new member is admitted", func() bool { return one.search() == "" })
	one.wantsInChat("a member of the required channel", found)
	say(t, admin, "/required")
	tap(t, admin, await(t, admin, "People must join"), "🗑")
	await(t, admin, "Nobody has to join a channel")

	say(t, admin, fmt.Sprintf("/ban %d 7d", one.chat.ID))
	await(t, admin, "is shut out until")
	one.wants("a ban", "You cannot use the archive here until", "banned")
	one.wantsShared("a ban", file, "banned")
	say(t, admin, fmt.Sprintf("/unban %d", one.chat.ID))
	await(t, admin, "may use the archive again")
	one.wants("the ban is lifted", found, "")

	setLimit(t, admin, "searches", searches)
	for range searches { // some were counted before
		one.search()
	}
	one.wants("a limit that is used up over HTTP, where it was told", "", "too-often")
	answersTo(t, other.chat, "silver one", "silver two", "silver three", "silver four", "silver five")
	other.wantsOverHTTP("a limit that is used up in the chat", "too-often")
	setLimit(t, admin, "searches", 900)

	w := p.DC.World()
	if err := w.Protect(p.Channel, true); err != nil {
		t.Fatal(err)
	}
	ask(t, one.chat, "silver") // meanwhile the bot hears of it
	until(t, "a file of a channel that restricts forwarding cannot be shared", func() bool { return one.share(file).Problem() == "file-protected" })
	forget(t, one.chat)
	tap(t, one.chat, ask(t, one.chat, "silver lining s01e01"), "S01E01")
	inChat := received(t, one.chat, name)
	forget(t, one.chat)
	if id := one.deliver(file); id == 0 {
		t.Fatal("the order was refused")
	}
	if overHTTP := received(t, one.chat, name); !inChat.Noforwards || !overHTTP.Noforwards {
		t.Errorf("protected in the chat: %t, over HTTP: %t", inChat.Noforwards, overHTTP.Noforwards)
	}
	if err := w.Protect(p.Channel, false); err != nil {
		t.Fatal(err)
	}
}

// archiveFile names a file by one of its posts.
type archiveFile struct {
	ID      string `json:"id"`
	Channel int64  `json:"channel"`
	Message int64  `json:"message"`
}

// file finds a file by its name over HTTP.
func (u archiveUser) file(name string) archiveFile {
	u.t.Helper()
	var found struct {
		Rows []struct {
			Files []struct {
				archiveFile

				Name string
			}
		}
	}
	if err := u.http.Do(u.t.Context(), http.MethodGet, "/archive/search?text=silver%20lining", nil, http.StatusOK, &found); err != nil {
		u.t.Fatal(err)
	}
	for _, row := range found.Rows {
		for _, f := range row.Files {
			if f.Name == name {
				return f.archiveFile
			}
		}
	}
	u.t.Fatalf("%s is not among %+v", name, found)
	return archiveFile{}
}

// deliver orders a file over HTTP and returns the order's id.
func (u archiveUser) deliver(f archiveFile) int64 {
	u.t.Helper()
	var order struct{ ID int64 }
	path := fmt.Sprintf("/archive/files/%s/deliveries?channel=%d&message=%d", f.ID, f.Channel, f.Message)
	if err := u.http.Do(u.t.Context(), http.MethodPost, path, nil, http.StatusAccepted, &order); err != nil {
		u.t.Fatal(err)
	}
	return order.ID
}

// wantsShared prepares a message with a file. The refusal must have a code; empty for none.
func (u archiveUser) wantsShared(rule string, f archiveFile, code string) {
	u.t.Helper()
	if a := u.share(f); a.Problem() != code {
		u.t.Errorf("%s: a message to share: %d %s, want %q", rule, a.Status, a.Body, code)
	}
}

func (u archiveUser) share(f archiveFile) miniapp.Answer {
	u.t.Helper()
	return act(u.t, u.http, "/prepared-messages", "", map[string]any{"file": f})
}
