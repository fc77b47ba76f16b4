package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/dc"
	"pavilion/sandbox/install"
	"pavilion/sandbox/world"
)

// foreignSelf is what a client was told about the account that it signed in to.
type foreignSelf struct {
	ID       int64
	Bot      bool
	Username string
}

// memberSaw is what foreign/member.mjs reports.
type memberSaw struct {
	Self                          foreignSelf
	Page, Button, Answer, Caption string
	File                          struct {
		Name, SHA256 string
		Size         int
	}
	Inline struct {
		Results int
		Name    string
	}
}

// scorerSaw is what foreign/scorer.mjs reports.
type scorerSaw struct {
	Bot, Self        foreignSelf
	Refused          string
	Greeting, Edited string
	Answer           struct {
		Text  string
		Alert bool
	}
	Menu        []string
	Chosen, Via string
	Upload      struct {
		Sent, Received string
		Answers        bool
	}
	Album []struct {
		Caption, Name string
		Together      bool
	}
	Forwarded, Kept string
	Deleted         bool
}

// TestForeignClient_MemberAndBotOfAnotherMake gives a client that shares no code with ours the address and the public key: two people and
// a bot sign in at once, one of them at our bot.
func TestForeignClient_MemberAndBotOfAnotherMake(t *testing.T) {
	t.Parallel()
	s, _, gotd := scene(t, sandbox.Options{Env: lowLimits})
	const (
		name, caption = "Over.By.Over.2019.mkv", "the whole innings"
		scorerName    = "scorer_bot"
		scorerToken   = "7000000002:scorer"
	)
	content := bytes.Repeat([]byte("dot ball, one, dot ball, four "), 100_000)
	if _, err := s.Post(s.Channel, world.FileSpec{Kind: world.FileVideo, Name: name, Caption: caption, Seconds: 9, Bytes: content}); err != nil {
		t.Fatal(err)
	}
	found(t, gotd, "over by over", "1 file")
	scorer, err := s.DC.World().AddBot(world.BotSpec{Token: scorerToken, Username: scorerName, Name: "Scorer", Inline: true, Feedback: true})
	if err != nil {
		t.Fatal(err)
	}
	asker, person := s.Members[1], s.Members[2]

	var saw struct {
		Member memberSaw
		Scorer scorerSaw
	}
	runForeign(t, map[string]any{
		"telegram": addressOf(t, s.DC),
		"member":   map[string]any{"phone": asker.Phone, "bot": sandbox.BotName, "query": "over by over"},
		"scorer":   map[string]any{"phone": person.Phone, "token": scorerToken, "name": scorerName},
	}, &saw)

	m := saw.Member
	m.received(t, asker, name, caption, content)
	if m.Inline.Results != 1 || m.Inline.Name != name {
		t.Errorf("inline: %+v", m.Inline)
	}

	want := scorerSaw{
		Bot: foreignSelf{scorer.ID, true, scorerName}, Self: foreignSelf{person.ID, false, person.Username}, Refused: "BOT_METHOD_INVALID",
		Greeting: "started with net_4", Edited: "over 7", Menu: []string{"score"}, Chosen: "six was chosen for Asha", Via: scorerName,
		Forwarded: "page 1.txt", Kept: "caption 1", Deleted: true,
	}
	want.Answer.Text, want.Answer.Alert = "bowled", true
	got := saw.Scorer
	if got.Upload.Sent == "" || got.Upload.Sent != got.Upload.Received || !got.Upload.Answers {
		t.Errorf("upload: %+v", got.Upload)
	}
	if len(got.Album) != 2 || got.Album[1].Caption != "caption 2" || got.Album[1].Name != "page 2.txt" || !got.Album[1].Together {
		t.Errorf("album: %+v", got.Album)
	}
	got.Upload, got.Album = want.Upload, want.Album
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the other bot:\n got %+v\nwant %+v", got, want)
	}
}

// received checks that the member searched, tapped and received the file.
func (m memberSaw) received(t *testing.T, who world.User, name, caption string, content []byte) {
	t.Helper()
	sum := sha256.Sum256(content)
	if m.Self != (foreignSelf{who.ID, false, who.Username}) {
		t.Errorf("the member is signed in as %+v", m.Self)
	}
	if m.File.Name != name || m.Caption != caption || m.File.Size != len(content) || m.File.SHA256 != hex.EncodeToString(sum[:]) || m.Answer == "" {
		t.Errorf("asked %q, tapped %q, was told %q and received %+v with %q", m.Page, m.Button, m.Answer, m.File, m.Caption)
	}
}

// Telethon still makes its keys by the handshake with SHA-1. Its member searches, taps and receives like any other.
func TestForeignClient_TelethonSearchesTapsAndReceives(t *testing.T) {
	t.Parallel()
	s, _, gotd := scene(t, sandbox.Options{Env: lowLimits})
	const name, caption = "Leg.Glance.2016.pdf", "for a slow afternoon"
	content := bytes.Repeat([]byte("glanced to fine leg "), 1000) // its ciphers are written in Python
	if _, err := s.Post(s.Channel, world.FileSpec{Kind: world.FileDocument, Name: name, Caption: caption, Bytes: content}); err != nil {
		t.Fatal(err)
	}
	found(t, gotd, "leg glance", "1 file")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	python, err := install.Python(ctx, filepath.Join("foreign", "telethon-requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	asker := s.Members[1]
	var saw memberSaw
	runClient(ctx, t, map[string]any{
		"telegram": addressOf(t, s.DC), "phone": asker.Phone, "bot": sandbox.BotName, "query": "leg glance",
	}, &saw, python, filepath.Join("foreign", "telethon_member.py"))
	saw.received(t, asker, name, caption, content)
}

// addressOf is what a client needs to know of a data centre.
func addressOf(t *testing.T, d *dc.DC) map[string]any {
	t.Helper()
	host, portText, err := net.SplitHostPort(d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"address": host, "port": port, "dc": d.Number(), "key": d.PublicKeyPEM()}
}

// runForeign runs foreign/main.mjs with settings and decodes what it reports.
func runForeign(t *testing.T, settings, report any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	node, modules, err := install.Node(ctx, "foreign")
	if err != nil {
		t.Fatal(err)
	}
	// Node looks for packages beside the program, and they are in the cache: the program goes to a folder that has a link to them.
	dir := t.TempDir()
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "foreign"), os.DirFS("foreign")); err != nil {
		t.Fatal(err)
	}
	runClient(ctx, t, settings, report, node, filepath.Join(dir, "foreign", "main.mjs"))
}

// runClient runs a program with settings on its standard input and decodes what it reports.
func runClient(ctx context.Context, t *testing.T, settings, report any, name string, args ...string) {
	t.Helper()
	in, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(in), &complaints, 5*time.Second
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the foreign client: %v\n%s", err, complaints.Bytes())
	}
	if err := json.Unmarshal(out, report); err != nil {
		t.Fatalf("the foreign client said %q: %v", out, err)
	}
}
