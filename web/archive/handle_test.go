package archive

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
	"pavilion/storage"
	"pavilion/web"
)

var (
	postgresURL string          //nolint:gochecknoglobals // of the package's server
	served      caller.Coverage //nolint:gochecknoglobals // the operations that the tests have seen succeed
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx := context.Background()
	shared, err := engines.Start(ctx, engines.Options{Postgres: true})
	if err != nil {
		panic(err)
	}
	postgresURL = shared.PostgresURL
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(postgresURL)})
	if err == nil {
		_, err = migrations.Up(ctx, db)
		db.Close()
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if err := goleak.Find(); code == 0 && err != nil {
		panic(err)
	}
	return code
}

// club stands for the parts of the bot: one file, one delivery, and a verdict that the test sets.
type club struct {
	elsewhere error // the process is not the bot
	verdict   error
	asked     []access.Kind
	delivered map[string]delivery.Job
	thumb     []byte // of the file
}

const (
	theFile  = filter.DocumentID(5375316420691234567)
	stranger = filter.UserID(99) // owner of delivery 7
	botToken = "7000000001:test"
)

func (c *club) open() (Archive, error) { return c, c.elsewhere }

func (c *club) Admit(_ context.Context, kind access.Kind, _ filter.UserID) error {
	c.asked = append(c.asked, kind)
	return c.verdict
}

func (c *club) Left(context.Context, filter.UserID) (access.Allowance, error) {
	return access.Allowance{Limit: 5, Left: 3, Ends: time.Now()}, nil
}

func (c *club) file() filter.File {
	return filter.File{Media: filter.Media{Document: theFile, Name: "Dune.mkv", Kind: filter.KindVideo}, Places: []filter.Place{{Channel: 12, Message: 34}}}
}

func (c *club) Search(context.Context, filter.Query) (filter.Page, error) {
	return filter.Page{Rows: []filter.Row{{Files: []filter.File{c.file()}}}, Total: 1}, nil
}

func (c *club) File(_ context.Context, id filter.DocumentID, _ filter.Place) (filter.File, error) {
	if id != theFile {
		return filter.File{}, filter.ErrFileNotFound
	}
	return c.file(), nil
}

func (c *club) Subtitles(_ context.Context, f filter.File) []filter.File {
	return []filter.File{{Media: filter.Media{Document: 35, Name: "Subtitles of " + f.Media.Name}, Places: []filter.Place{{Channel: 12, Message: 35}}}}
}

func (c *club) Thumbs(_ context.Context, files []filter.DocumentID) map[filter.DocumentID][]byte {
	thumbs := map[filter.DocumentID][]byte{}
	if slices.Contains(files, theFile) && c.thumb != nil {
		thumbs[theFile] = c.thumb
	}
	return thumbs
}

func (c *club) Deliver(_ context.Context, origin string, person filter.UserID, _ delivery.Item) (delivery.Job, error) {
	if _, ok := c.delivered[origin]; !ok {
		c.delivered[origin] = delivery.Job{Order: delivery.Order{Person: person}, ID: delivery.JobID(len(c.delivered) + 1), State: delivery.JobNew}
	}
	return c.delivered[origin], nil
}

func (c *club) Delivery(_ context.Context, id delivery.JobID) (delivery.Job, error) {
	for _, job := range c.delivered {
		if job.ID == id {
			return job, nil
		}
	}
	if id == 7 {
		return delivery.Job{Order: delivery.Order{Person: stranger}, ID: 7, State: delivery.JobDone, Sent: 1}, nil
	}
	return delivery.Job{}, delivery.ErrForgotten
}

// visit serves a club's archive, and signs a person in.
func visit(t *testing.T, c *club) (*caller.Caller, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	quiet := slog.New(slog.DiscardHandler)
	texts, err := phrase.Load()
	must(err)
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(postgresURL)})
	must(err)
	t.Cleanup(db.Close)
	sessions, err := web.NewSessions(db, web.SessionOptions{Logger: quiet, ConnWait: 4 * time.Second})
	must(err)
	server, err := web.New(web.Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: texts}, web.Options{
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Logger: quiet, Now: time.Now,
		Limits: web.Limits{AddressPerSecond: 1000, GlobalPerSecond: 1000, Reads: 1000, Writes: 1000, SignIns: 1000},
	})
	must(err)
	Add(web.NewAPI(server, sessions, web.APIOptions{About: About, Version: "test", BotToken: secret.New(botToken)}), Options{InBot: c.open, Delivery: c.Delivery})
	l := httptest.NewServer(server)
	t.Cleanup(l.Close)
	page := caller.New(t, l.URL)
	t.Cleanup(page.Client.CloseIdleConnections)
	page.Describe(&served)
	data, err := miniapp.InitData(botToken, world.User{ID: 5001}, time.Now())
	must(err)
	var tokens web.TokensBody
	a := page.Do(caller.Request{Method: http.MethodPost, Path: web.APIPath + "/sessions", Body: map[string]string{"init_data": data, "client_id": "the-phone-0123456789"}})
	a.Want(t, "sign in", http.StatusCreated, "")
	a.Into(t, &tokens)
	return page, tokens.AccessToken
}

var thumbPath = fmt.Sprintf("/archive/thumbs/%d", theFile) //nolint:gochecknoglobals // made of a constant

var filePath = fmt.Sprintf("/archive/files/%d", theFile) //nolint:gochecknoglobals // made of a constant

// routes are the routes behind the gate, with the kind that each counts as.
func routes(token string) map[access.Kind][]caller.Request {
	const place = "?channel=12&message=34"
	get := func(path string) caller.Request { return caller.Request{Path: web.APIPath + path, Token: token} }
	return map[access.Kind][]caller.Request{
		access.Search: {get("/archive/search?text=dune")},
		access.Inline: {get("/archive/search?text=dun&typing=true")},
		access.Tap: {
			get(filePath + place),
			get(thumbPath),
			{Method: http.MethodPost, Path: web.APIPath + filePath + "/deliveries" + place, Token: token, Key: "guarded"},
		},
	}
}

func TestGuard_EveryRouteAsksAndSaysWhyNot(t *testing.T) {
	t.Parallel()
	c := &club{delivered: map[string]delivery.Job{}}
	page, token := visit(t, c)
	join := &access.JoinFirstError{Lists: []access.MissingOf{{Any: true, Channels: []access.RequiredChannel{{Title: "News", Link: "https://t.me/news"}}}}}
	for _, want := range []struct {
		verdict error
		status  int
		kind    string
	}{
		{access.ErrBanned, http.StatusForbidden, "banned"},
		{fault.WithRetry(access.ErrTooOften, 90*time.Second), http.StatusTooManyRequests, "too-often"},
		{join, http.StatusForbidden, "join-first"},
	} {
		c.verdict = want.verdict
		for kind, requests := range routes(token) {
			for _, r := range requests {
				c.asked = nil
				a := page.Do(r)
				a.Want(t, r.Path, want.status, want.kind)
				if len(c.asked) != 1 || c.asked[0] != kind {
					t.Errorf("%s counts as %v, want %s", r.Path, c.asked, kind)
				}
				if retry := a.Header.Get("Retry-After"); want.kind == "too-often" && retry != strconv.Itoa(90) {
					t.Errorf("%s: try again in %q", r.Path, retry)
				}
				if want.kind != "join-first" {
					continue
				}
				var members ProblemMembers
				a.Into(t, &members)
				if !members.Any || len(members.Join) != 1 || members.Join[0] != (ChannelBody{"News", "https://t.me/news"}) {
					t.Errorf("%s names %+v", r.Path, members)
				}
			}
		}
	}
	if len(c.delivered) != 0 {
		t.Errorf("a refused person has %d deliveries", len(c.delivered))
	}
}

// Only the bot can check the rights of a person and search. A delivery is read anywhere.
func TestRoutes_InAProcessThatIsNotTheBotRefuse(t *testing.T) {
	t.Parallel()
	c := &club{elsewhere: fault.New(fault.Unavailable, "archive_elsewhere"), delivered: map[string]delivery.Job{"here": {Order: delivery.Order{Person: 5001}, ID: 3, State: delivery.JobNew}}}
	page, token := visit(t, c)
	for _, requests := range routes(token) {
		for _, r := range requests {
			page.Do(r).Want(t, r.Path, http.StatusServiceUnavailable, "archive-elsewhere")
		}
	}
	if len(c.asked) != 0 || len(c.delivered) != 1 {
		t.Errorf("the rights were asked for %v, and there are %d deliveries", c.asked, len(c.delivered))
	}
	page.Do(caller.Request{Path: web.APIPath + "/archive/deliveries/3", Token: token}).Want(t, "a delivery", http.StatusOK, "")
}

func TestDeliver_TheSameKeyIsOneDeliveryThatOnlyItsPersonSees(t *testing.T) {
	t.Parallel()
	c := &club{delivered: map[string]delivery.Job{}}
	page, token := visit(t, c)
	order := func(key string) (d FileDeliveryBody) {
		a := page.Do(caller.Request{Method: http.MethodPost, Path: web.APIPath + filePath + "/deliveries?channel=12&message=34", Token: token, Key: key})
		a.Want(t, key, http.StatusAccepted, "")
		a.Into(t, &d)
		return d
	}
	first, again, other := order("a"), order("a"), order("b")
	if first.ID != again.ID || first.ID == other.ID || len(c.delivered) != 2 {
		t.Errorf("deliveries %d, %d and %d", first.ID, again.ID, other.ID)
	}
	for id, status := range map[int64]int{first.ID: http.StatusOK, 7: http.StatusGone, 8: http.StatusGone} {
		if a := page.Do(caller.Request{Path: fmt.Sprintf("%s/archive/deliveries/%d", web.APIPath, id), Token: token}); a.Status != status {
			t.Errorf("delivery %d: %d %s, want %d", id, a.Status, a.Body, status)
		}
	}
	for path, status := range map[string]int{filePath: http.StatusOK, "/archive/files/12": http.StatusNotFound, "/archive/files/x": http.StatusNotFound} {
		if a := page.Do(caller.Request{Path: web.APIPath + path + "?channel=12&message=34", Token: token}); a.Status != status {
			t.Errorf("%s: %d %s, want %d", path, a.Status, a.Body, status)
		}
	}
	var found SearchBody
	a := page.Do(caller.Request{Path: web.APIPath + "/archive/search?text=dune", Token: token})
	a.Want(t, "search", http.StatusOK, "")
	a.Into(t, &found)
	if found.Total != 1 || found.Rows[0].Files[0].ID != strconv.FormatInt(int64(theFile), 10) || found.Quota.Left != 3 {
		t.Errorf("found %+v", found)
	}
}

func TestThumb_IsKeptByClientsWhileTheyMaySeeItAndStandsInAnswers(t *testing.T) {
	t.Parallel()
	c := &club{delivered: map[string]delivery.Job{}}
	page, token := visit(t, c)
	get := func(path, tag string) caller.Answer {
		return page.Do(caller.Request{Path: web.APIPath + path, Token: token, Headers: map[string]string{"If-None-Match": tag}})
	}
	get(thumbPath, "").Want(t, "a file without a thumb", http.StatusNotFound, "no-thumb")
	c.thumb = []byte("thumb")
	get("/archive/thumbs/12", "").Want(t, "another file", http.StatusNotFound, "file-not-found")
	a := get(thumbPath, "")
	a.Want(t, "the thumb", http.StatusOK, "")
	tag := a.Header.Get("ETag")
	if a.Header.Get("Content-Type") != "image/jpeg" || a.Header.Get("Cache-Control") != "private, no-cache" || string(a.Body) != "thumb" || tag == "" {
		t.Errorf("%s, %v", a.Body, a.Header)
	}
	if again := get(thumbPath, tag); again.Status != http.StatusNotModified || len(again.Body) != 0 || again.Header.Get("ETag") != tag {
		t.Errorf("asked again: %d %s", again.Status, again.Body)
	}
	c.verdict = access.ErrBanned
	get(thumbPath, tag).Want(t, "asked again after a ban", http.StatusForbidden, "banned")
	c.verdict = nil
	var found SearchBody
	get("/archive/search?text=dune", "").Into(t, &found)
	var file OneFileBody
	get(filePath+"?channel=12&message=34", "").Into(t, &file)
	if len(file.Subtitles) != 1 || file.Subtitles[0].ID != "35" || file.Subtitles[0].Message != 35 || file.Subtitles[0].Name != "Subtitles of Dune.mkv" {
		t.Errorf("the subtitles are %+v", file.Subtitles)
	}
	if string(found.Rows[0].Files[0].Thumb) != "thumb" || string(file.Thumb) != "thumb" {
		t.Errorf("the search has %q, the file %q", found.Rows[0].Files[0].Thumb, file.Thumb)
	}
}
