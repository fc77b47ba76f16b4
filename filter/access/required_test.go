package access_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// gate is Required over a Telegram that the test sets, with a list of its own.
type gate struct {
	*access.Required
	clock   *clock
	in      map[filter.ChannelID]bool
	hidden  map[filter.ChannelID]bool
	down    bool
	asked   atomic.Int64
	channel filter.ChannelID       // the first of the test's channels
	own     access.RequiredList    // of the group
	admins  map[filter.UserID]bool // of the group
}

// newGate is not for parallel tests: the list is one row for all.
func newGate(t *testing.T) *gate {
	t.Helper()
	db := openPostgres(t, shared.PostgresURL)
	g := &gate{clock: &clock{}, in: map[filter.ChannelID]bool{}, hidden: map[filter.ChannelID]bool{}, admins: map[filter.UserID]bool{}, channel: filter.ChannelID(1000 * someone())}
	var err error
	g.Required, err = access.NewRequired(db, access.RequiredOptions{
		IsMember: func(_ context.Context, channel filter.ChannelID, _ filter.UserID) (bool, error) {
			g.asked.Add(1)
			switch {
			case g.hidden[channel]:
				return false, fmt.Errorf("ask: %w", access.ErrHidden)
			case g.down:
				return false, context.DeadlineExceeded
			}
			return g.in[channel], nil
		},
		GroupList: func(_ context.Context, group filter.ChatID) access.RequiredList {
			if group == theGroup {
				return g.own
			}
			return access.RequiredList{}
		},
		IsGroupAdmin: func(_ context.Context, _ filter.ChatID, person filter.UserID) (bool, error) {
			if g.down {
				return false, context.DeadlineExceeded
			}
			return g.admins[person], nil
		}, Logger: slog.New(slog.DiscardHandler), Now: g.clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gate) require(t *testing.T, isAny bool, needs ...access.Need) {
	t.Helper()
	_, version, err := g.List.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := access.RequiredList{Any: isAny}
	for i, need := range needs {
		list = list.With(access.RequiredChannel{ID: g.channel + filter.ChannelID(i), Title: "Club", Link: "https://t.me/club", Need: need, Approve: need == access.NeedRequest})
	}
	if err := g.List.Change(t.Context(), version, int64(theAdmin), list); err != nil {
		t.Fatal(err)
	}
}

// missingIn is the number of channels that a person has not joined, for an event in a chat.
func missingIn(t *testing.T, r *access.Required, chat filter.ChatID, person filter.UserID) (n int) {
	t.Helper()
	for _, list := range r.Missing(t.Context(), chat, person).Lists {
		n += len(list.Channels)
	}
	return n
}

func (g *gate) missing(t *testing.T, person filter.UserID) int {
	t.Helper()
	return missingIn(t, g.Required, filter.ChatID(person), person)
}

func TestRequired_AllOrAnyOfTheList(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false, access.NeedMember, access.NeedMember)
	if n := g.missing(t, ann); n != 2 {
		t.Errorf("%d channels are missing", n)
	}
	g.in[g.channel] = true
	g.Forget(t.Context(), filter.ChatID(ann), ann)
	if n := g.missing(t, ann); n != 1 {
		t.Errorf("%d channels are missing after joining one of two", n)
	}
	g.require(t, true, access.NeedMember, access.NeedMember)
	if n := g.missing(t, ann); n != 0 {
		t.Errorf("%d channels are missing where one is enough", n)
	}
	g.channel += 5 // another list asks anew
	g.require(t, true, access.NeedMember, access.NeedMember)
	if n := g.missing(t, ann); n != 2 {
		t.Errorf("%d channels of the changed list are missing", n)
	}
}

const theGroup filter.ChatID = -1_001_500_000_001

// requireInGroup makes the group require channels of the test by their numbers.
func (g *gate) requireInGroup(isAny bool, channels ...filter.ChannelID) {
	g.own = access.RequiredList{Any: isAny}
	for _, n := range channels {
		g.own = g.own.With(access.RequiredChannel{ID: g.channel + n, Title: "Group", Link: "https://t.me/group", Need: access.NeedMember})
	}
}

func TestRequired_AGroupsOwnListCountsInTheGroupBesidesTheClubs(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false, access.NeedMember)
	g.requireInGroup(true, 1, 2)
	for _, c := range []struct {
		what string
		chat filter.ChatID
		want int
	}{{"in the group", theGroup, 3}, {"in private", filter.ChatID(ann), 1}, {"in another group", theGroup - 1, 1}, {"inline", 0, 1}} {
		if n := missingIn(t, g.Required, c.chat, ann); n != c.want {
			t.Errorf("%s: %d missing, want %d", c.what, n, c.want)
		}
	}
	g.in[g.channel+2] = true
	g.Forget(t.Context(), theGroup, ann)
	if n := missingIn(t, g.Required, theGroup, ann); n != 1 {
		t.Errorf("%d missing after joining one of the group's, which is enough there", n)
	}
	g.in[g.channel] = true
	g.Forget(t.Context(), theGroup, ann)
	if n := missingIn(t, g.Required, theGroup, ann); n != 0 {
		t.Errorf("%d missing after joining what both lists ask for", n)
	}
	g.requireInGroup(true, 3) // a changed list asks anew
	if n := missingIn(t, g.Required, theGroup, ann); n != 1 {
		t.Errorf("%d missing of the changed list", n)
	}
}

func TestRequired_AGroupsAdminIsExemptFromItsListOnly(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false)
	g.requireInGroup(false, 1)
	g.admins[ann] = true
	if n := missingIn(t, g.Required, theGroup, ann); n != 0 {
		t.Errorf("an admin of the group misses %d", n)
	}
	g.require(t, false, access.NeedMember)
	if n := missingIn(t, g.Required, theGroup, ann); n != 1 {
		t.Errorf("an admin of the group misses %d of the club's list", n)
	}
}

func TestRequired_AGroupsListShutsNobodyOutWithoutAnAnswer(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false)
	g.requireInGroup(false, 1)
	g.hidden[g.channel+1] = true
	m := g.Missing(t.Context(), theGroup, ann)
	if len(m.Lists) != 0 || len(m.Hidden) != 1 || m.Hidden[0].ID != g.channel+1 || m.Hidden[0].Group != theGroup {
		t.Errorf("a channel that the bot cannot see: %+v", m)
	}
	delete(g.hidden, g.channel+1)
	if n := missingIn(t, g.Required, theGroup, ann); n != 1 {
		t.Fatalf("%d missing", n)
	}
	g.down = true // memberships are known, but not the group's admins
	if n := missingIn(t, g.Required, theGroup, ann); n != 0 {
		t.Errorf("%d missing while Telegram does not tell whether the person is an admin", n)
	}
}

func TestRequired_YesIsKnownForTenMinutesNoForFiveSeconds(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false, access.NeedMember)
	steps := []struct {
		after time.Duration
		in    bool
		want  int
		asked int64
	}{{0, false, 1, 1}, {4 * time.Second, true, 1, 1}, {2 * time.Second, true, 0, 2}, {9 * time.Minute, false, 0, 2}, {2 * time.Minute, false, 1, 3}}
	for i, s := range steps {
		g.clock.advance(s.after)
		g.in[g.channel] = s.in
		if n := g.missing(t, ann); n != s.want || g.asked.Load() != s.asked {
			t.Errorf("step %d: %d missing, %d asked", i, n, g.asked.Load())
		}
	}
	g.in[g.channel] = true
	if err := g.NoteMember(t.Context(), g.channel, ann); err != nil {
		t.Fatal(err)
	}
	if n := g.missing(t, ann); n != 0 {
		t.Error("the update about joining did not drop what was known")
	}
}

func TestRequired_ARequestSufficesUntilThePersonLeaves(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false, access.NeedRequest)
	if n := g.missing(t, ann); n != 1 {
		t.Fatalf("%d missing", n)
	}
	q := access.JoinRequest{Channel: g.channel, Person: ann, Invite: "https://t.me/+x", At: time.Now().UTC().Truncate(time.Second)}
	for range 2 { // Telegram repeats updates
		if err := g.NoteRequest(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.missing(t, ann); n != 0 {
		t.Errorf("%d missing after the request", n)
	}
	due, err := g.DueApprovals(t.Context())
	if err != nil || len(due) != 1 || due[0].Person != ann || !due[0].At.Equal(q.At) {
		t.Fatalf("to approve: %+v, %v", due, err)
	}
	if err := g.NoteApproved(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	if err := g.NoteRequest(t.Context(), q); err != nil { // the update again, after a restart
		t.Fatal(err)
	}
	if due, err := g.DueApprovals(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("approved twice: %+v, %v", due, err)
	}
	if err := g.NoteMember(t.Context(), g.channel, ann); err != nil { // joined, or left again
		t.Fatal(err)
	}
	if n := g.missing(t, ann); n != 1 {
		t.Errorf("%d missing after leaving", n)
	}
}

func TestRequired_AnOldRequestCountsForAChannelThatIsRequiredLater(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false)
	if err := g.NoteRequest(t.Context(), access.JoinRequest{Channel: g.channel, Person: ann, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	g.require(t, false, access.NeedRequest)
	if n := g.missing(t, ann); n != 0 {
		t.Errorf("%d missing", n)
	}
	g.require(t, false, access.NeedMember)
	if n := g.missing(t, ann); n != 1 {
		t.Errorf("%d missing where a request is not enough", n)
	}
}

func TestRequired_AChannelThatTheBotCannotSeeShutsNobodyOut(t *testing.T) {
	g, ann := newGate(t), someone()
	g.require(t, false, access.NeedMember, access.NeedMember)
	g.hidden[g.channel], g.in[g.channel+1] = true, true
	m := g.Missing(t.Context(), filter.ChatID(ann), ann)
	if len(m.Lists) != 0 || len(m.Hidden) != 1 || m.Hidden[0].ID != g.channel {
		t.Errorf("%+v", m)
	}
	g.down = true
	if n := g.missing(t, someone()); n != 0 {
		t.Errorf("%d missing while Telegram does not answer", n)
	}
}

func TestRequired_WithoutPostgresNobodyIsShutOut(t *testing.T) {
	own, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := own.Close(); err != nil {
			t.Error(err)
		}
	}()
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(own.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	clock := &clock{}
	r, err := access.NewRequired(db, access.RequiredOptions{
		IsMember: func(context.Context, filter.ChannelID, filter.UserID) (bool, error) { return false, nil }, Logger: slog.New(slog.DiscardHandler), Now: clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	list := access.RequiredList{Channels: []access.RequiredChannel{{ID: 5, Title: "Club", Link: "https://t.me/club", Need: access.NeedRequest}}}
	if err := r.List.Change(t.Context(), 0, int64(theAdmin), list); err != nil {
		t.Fatal(err)
	}
	ann := someone()
	if n := missingIn(t, r, filter.ChatID(ann), ann); n != 1 {
		t.Fatalf("%d missing", n)
	}
	own.StopPostgres()
	clock.advance(time.Hour)
	if n := missingIn(t, r, filter.ChatID(ann), ann); n != 0 {
		t.Errorf("%d missing while requests cannot be read", n)
	}
}

func TestRequired_AnEventWaitsForItsPersonOnly(t *testing.T) {
	g, ann := newGate(t), someone()
	first, err := g.KeepWait(t.Context(), access.Wait{Person: ann, Chat: 5, Event: []byte(`{"Text":"golden river"}`)})
	if err != nil || first.ID == 0 || first.Message != 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := g.SetWaitMessage(t.Context(), first.ID, 77); err != nil {
		t.Fatal(err)
	}
	second, err := g.KeepWait(t.Context(), access.Wait{Person: ann, Chat: 5, Event: []byte(`{"Text":"silent harbour"}`)})
	if err != nil || second.ID != first.ID || second.Message != 77 {
		t.Errorf("%+v, %v", second, err)
	}
	if _, found, err := g.FindWait(t.Context(), first.ID, someone()); err != nil || found {
		t.Errorf("somebody else finds it: %v, %v", found, err)
	}
	if w, found, err := g.FindWait(t.Context(), first.ID, ann); err != nil || !found || string(w.Event) != `{"Text": "silent harbour"}` {
		t.Errorf("%s, %v, %v", w.Event, found, err)
	}
}

func TestRequiredList_IsBounded(t *testing.T) {
	t.Parallel()
	c := access.RequiredChannel{ID: 5, Title: "Club", Link: "https://t.me/club", Need: access.NeedMember}
	many := access.RequiredList{}
	for i := range filter.ChannelID(11) {
		c := c
		c.ID = i + 1
		many = many.With(c)
	}
	twice := access.RequiredList{Channels: []access.RequiredChannel{c, c}}
	for list, want := range map[*access.RequiredList]error{&many: access.ErrRequiredMany, &twice: access.ErrRequiredTwice} {
		if err := list.Check(); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	c.Link = "https://example.com"
	if err := (access.RequiredList{Channels: []access.RequiredChannel{c}}).Check(); err == nil {
		t.Error("a link that leads elsewhere")
	}
	if list := many.Without(3); len(list.Channels) != 10 || list.Check() != nil || len(many.Channels) != 11 {
		t.Errorf("%d channels without one", len(list.Channels))
	}
}
