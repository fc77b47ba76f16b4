package chatpage_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/chatpage"
	"pavilion/sandbox/dc"
	"pavilion/sandbox/world"
)

// site is a page over a simulated Telegram with a silent bot and one person.
type site struct {
	*chatpage.Server
	dc     *dc.DC
	person world.User
	bot    world.User
}

func openSite(t *testing.T) site {
	t.Helper()
	d, err := dc.Start(dc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	bot, err := d.World().AddBot(world.BotSpec{Token: "7000000001:sandbox", Username: "quiet_bot", Name: "Quiet"})
	if err != nil {
		t.Fatal(err)
	}
	person, err := d.World().AddUser("9996620001", "Ann", "", "", "en")
	if err != nil {
		t.Fatal(err)
	}
	page, err := chatpage.Start(t.Context(), chatpage.Options{DC: d, Bot: bot.Username})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = page.Close() })
	page.Add(person, "member")
	return site{page, d, person, bot}
}

// ask sends a request and returns the status and the body.
func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestServer_NothingIsServedWithoutTheSecret(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	root := s.URL()[:strings.Index(s.URL()[len("http://"):], "/")+len("http://")]
	for _, path := range []string{"/", "/api/people", "/page.js", "/wrong/api/people"} {
		if status, _ := ask(t, http.MethodGet, root+path, ""); status != http.StatusNotFound {
			t.Errorf("%s without the secret: %d", path, status)
		}
	}
	if status, body := ask(t, http.MethodGet, s.URL()+"api/people", ""); status != http.StatusOK || !strings.Contains(body, `"Ann"`) {
		t.Errorf("the people: %d, %s", status, body)
	}
}

func TestServer_RefusalsHaveASentence(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	me := fmt.Sprintf("api/people/%d/", s.person.ID)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{http.MethodPost, fmt.Sprintf("api/people/%d/messages", s.bot.ID), `{"text": "hi"}`, http.StatusNotFound, "no such person"},
		{http.MethodPost, me + "messages", `{"text": " \n"}`, http.StatusBadRequest, "empty message"},
		{http.MethodPost, me + "messages", `not JSON`, http.StatusBadRequest, "cannot be read"},
		{http.MethodPost, me + "taps", `{"message": 99, "data": "eA=="}`, http.StatusBadGateway, "That message is gone."},
		{http.MethodPost, "api/people", `{"name": "  ", "language": "en"}`, http.StatusBadRequest, "needs a name"},
		{http.MethodGet, me + "files/99", ``, http.StatusNotFound, "no such file"},
		{http.MethodGet, "api/events", ``, http.StatusBadRequest, "one person or several"},
	} {
		if status, body := ask(t, c.method, s.URL()+c.path, c.body); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s %s: %d, %s; want %d, %q", c.method, c.path, status, body, c.status, c.says)
		}
	}
}

func TestStream_TellsWhatIsNewEditedAndGone(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	w := s.dc.World()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%sapi/events?person=%d", s.URL(), s.person.ID), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a stream without an end
	lines := bufio.NewScanner(res.Body)
	type event struct {
		Full     bool
		Messages []struct {
			ID     int
			Out    bool
			Text   string
			Edited bool
		}
		Gone []int
	}
	next := func() (e event) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Fatal(err)
				}
				return e
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return e
	}
	if e := next(); !e.Full || len(e.Messages) != 0 {
		t.Errorf("at first: %+v", e)
	}
	if status, body := ask(t, http.MethodPost, fmt.Sprintf("%sapi/people/%d/messages", s.URL(), s.person.ID), `{"text": "hello"}`); status != http.StatusOK {
		t.Fatalf("sending: %d, %s", status, body)
	}
	if e := next(); e.Full || len(e.Messages) != 1 || !e.Messages[0].Out || e.Messages[0].Text != "hello" {
		t.Errorf("after sending: %+v", e)
	}
	sent, err := w.SendText(s.bot.ID, world.UserPeer(s.person.ID), "yes?")
	if err != nil {
		t.Fatal(err)
	}
	e := next()
	if len(e.Messages) != 1 || e.Messages[0].Out || e.Messages[0].Text != "yes?" {
		t.Fatalf("after an answer: %+v", e)
	}
	id := e.Messages[0].ID
	if err := w.EditText(s.bot.ID, world.UserPeer(s.person.ID), sent, "yes!"); err != nil {
		t.Fatal(err)
	}
	if e := next(); len(e.Messages) != 1 || e.Messages[0].ID != id || e.Messages[0].Text != "yes!" || !e.Messages[0].Edited {
		t.Errorf("after an edit: %+v", e)
	}
	if err := w.DeleteMessages(s.person.ID, world.UserPeer(s.bot.ID), id); err != nil {
		t.Fatal(err)
	}
	if e := next(); len(e.Gone) != 1 || e.Gone[0] != id {
		t.Errorf("after the deletion: %+v", e)
	}
}
