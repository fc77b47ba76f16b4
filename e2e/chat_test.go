package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// chatScene is a club that is paid online, with the bot; its first two members are connected.
func chatScene(t *testing.T, names ...string) (n *nets, arjun, zoya *driver.User) {
	t.Helper()
	return chatSceneIn(t, nil, names...)
}

// chatSceneIn is the same with settings of its own.
func chatSceneIn(t *testing.T, settings map[string]string, names ...string) (n *nets, arjun, zoya *driver.User) {
	t.Helper()
	env := maps.Clone(lowLimits)
	maps.Copy(env, settings)
	n = openNets(t, sandbox.Options{Gateway: true, Env: env}, names...)
	if err := n.Bot.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := n.club.Set(t.Context(), n.boss, map[string]any{
		"pays_online": true, "address": "Riverside Ground, Pune", "place": map[string]float64{"latitude": 18.52, "longitude": 73.855},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range n.Members {
		var set struct{}
		if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/members/%d", m.ID), map[string]string{"role": "member"}, http.StatusOK, &set); err != nil {
			t.Fatal(err)
		}
	}
	return n, connect(t, n.Scene, n.Members[0]), connect(t, n.Scene, n.Members[1])
}

// press taps the button with exactly that text.
func press(t *testing.T, u *driver.User, m *tg.Message, text string) *tg.MessagesBotCallbackAnswer {
	t.Helper()
	return pressData(t, u, m, button(t, m, func(b string) bool { return b == text }, text))
}

// button returns the data of a button.
func button(t *testing.T, m *tg.Message, match func(text string) bool, what string) []byte {
	t.Helper()
	if markup, ok := m.ReplyMarkup.(*tg.ReplyInlineMarkup); ok {
		for _, row := range markup.Rows {
			for _, b := range row.Buttons {
				if c, ok := b.(*tg.KeyboardButtonCallback); ok && match(c.Text) {
					return c.Data
				}
			}
		}
	}
	t.Fatalf("no button %q on %q:\n%s", what, m.Message, buttons(m))
	return nil
}

func pressData(t *testing.T, u *driver.User, m *tg.Message, data []byte) *tg.MessagesBotCallbackAnswer {
	t.Helper()
	answer, err := u.TapData(t.Context(), peer(t, u), m.ID, data)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// shows waits until that very message says something.
func shows(t *testing.T, u *driver.User, m *tg.Message, part string) *tg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	now, err := u.Await(ctx, sandbox.BotName, func(x *tg.Message) bool { return x.ID == m.ID && strings.Contains(x.Message, part) })
	if err != nil {
		t.Fatalf("%q: %v", part, err)
	}
	return now
}

// onDay opens the grid of the club's day after tomorrow, as a person does.
func (n *nets) onDay(t *testing.T, u *driver.User) *tg.Message {
	t.Helper()
	before := newest(t, u)
	say(t, u, "/book")
	var m *tg.Message
	until(t, "the first days", func() bool {
		m = await(t, u, "When do you want to play?")
		return m.ID > before
	})
	tap(t, u, m, "📅 Another day")
	return n.pick(t, u, shows(t, u, m, "Which day?"))
}

// newest is the id of the last message in the chat with the bot.
func newest(t *testing.T, u *driver.User) int {
	t.Helper()
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil || len(all) == 0 {
		return 0
	}
	return all[len(all)-1].ID
}

// pick goes from the calendar to the day after tomorrow.
func (n *nets) pick(t *testing.T, u *driver.User, m *tg.Message) *tg.Message {
	t.Helper()
	day := n.club.Date(2)
	month := day.Format("January 2006")
	if !strings.Contains(m.Message, month) {
		press(t, u, m, "▶")
		m = shows(t, u, m, month)
	}
	press(t, u, m, fmt.Sprint(day.Day()))
	return shows(t, u, m, "Tap a time")
}

// cell returns the text and data of the button for a time and a net. In a club with one net several times share a row.
func cell(t *testing.T, m *tg.Message, clock string, net int) (text string, data []byte) {
	t.Helper()
	markup, _ := m.ReplyMarkup.(*tg.ReplyInlineMarkup)
	for _, row := range markup.Rows {
		at := func(b tg.KeyboardButtonClass) bool { return slices.Contains(strings.Fields(b.GetText()), clock) }
		i := slices.IndexFunc(row.Buttons, at)
		if i < 0 {
			continue
		}
		if !slices.ContainsFunc(row.Buttons, func(b tg.KeyboardButtonClass) bool { return !at(b) && b.GetText() != "–" }) {
			i = net - 1 // the row has one time
		}
		b, _ := row.Buttons[i].(*tg.KeyboardButtonCallback)
		return b.Text, b.Data
	}
	t.Fatalf("no %s on\n%s", clock, buttons(m))
	return "", nil
}

// choose goes to the slip of a time in the evening.
func (n *nets) choose(t *testing.T, u *driver.User, clock string, net int) *tg.Message {
	t.Helper()
	m := n.onDay(t, u)
	if !strings.Contains(buttons(m), clock) {
		part := "Morning"
		if clock >= "17:00" {
			part = "Evening"
		}
		tap(t, u, m, part)
		until(t, "the part of the day", func() bool {
			m = face(t, u, m)
			return strings.Contains(buttons(m), clock)
		})
	}
	text, data := cell(t, m, clock, net)
	if !strings.HasPrefix(text, clock+" ₹") {
		t.Fatalf("%s on net %d is %q", clock, net, text)
	}
	pressData(t, u, m, data)
	return shows(t, u, m, "Total:")
}

// payPage is where the button for paying leads.
func payPage(m *tg.Message) string {
	if markup, ok := m.ReplyMarkup.(*tg.ReplyInlineMarkup); ok {
		for _, row := range markup.Rows {
			if b, ok := row.Buttons[0].(*tg.KeyboardButtonURL); ok {
				return b.URL
			}
		}
	}
	return ""
}

// payOn pays on the gateway's page, as a browser does.
func payOn(t *testing.T, page string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page+"/pay", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: patience}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // not read
	if res.StatusCode >= http.StatusBadRequest {
		t.Fatalf("paying: %d", res.StatusCode)
	}
	if back, want := res.Header.Get("Location"), "https://t.me/"+sandbox.BotName; back != want {
		t.Errorf("the payer comes back to %q, want %q", back, want)
	}
}

// keep holds the time of a slip and opens the page to pay on.
func keep(t *testing.T, u *driver.User, slip *tg.Message) (held *tg.Message, page string) {
	t.Helper()
	tap(t, u, slip, "Keep it for me")
	held = shows(t, u, slip, "Kept for you for")
	return held, opened(t, u, held)
}

// opened asks for the page to pay on.
func opened(t *testing.T, u *driver.User, held *tg.Message) (page string) {
	t.Helper()
	tap(t, u, held, "💳 Pay")
	until(t, "a page to pay on", func() bool {
		page = payPage(face(t, u, held))
		return page != ""
	})
	return page
}

// face is a message as it is now.
func face(t *testing.T, u *driver.User, m *tg.Message) *tg.Message {
	t.Helper()
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(x *tg.Message) bool { return x.ID == m.ID })
	if i < 0 {
		t.Fatalf("%q is gone", m.Message)
	}
	return all[i]
}

// awaitMedia waits for a message from the bot with a medium of a type.
func awaitMedia[M tg.MessageMediaClass](t *testing.T, u *driver.User) (found M) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool {
		media, ok := m.Media.(M)
		if ok {
			found = media
		}
		return ok && !m.Out
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func peer(t *testing.T, u *driver.User) tg.InputPeerClass {
	t.Helper()
	p, err := u.Peer(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// atOnce does something several times side by side.
func atOnce(t *testing.T, times int, do func(i int) error) {
	t.Helper()
	errs := make([]error, times)
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestChat_BookPayOnTheGatewayAndBeTold(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1", "Net 2")
	var added struct{}
	machine := map[string]any{"name": "Bowling machine", "per_hour": true, "price_minor": 30000, "active": true}
	if err := n.boss.Do(t.Context(), http.MethodPost, n.club.Path("/nets/%d/add-ons", n.club.Nets[0]), machine, http.StatusCreated, &added); err != nil {
		t.Fatal(err)
	}
	slip := n.choose(t, arjun, "18:00", 1)
	if !strings.Contains(slip.Message, "Total: ₹300") {
		t.Errorf("half an hour in the evening: %q", slip.Message)
	}
	press(t, arjun, slip, "1 h")
	slip = shows(t, arjun, slip, "Total: ₹600")
	tap(t, arjun, slip, "☐ Bowling machine")
	slip = shows(t, arjun, slip, "Total: ₹900")

	// Back and there again: nothing is lost or taken.
	tap(t, arjun, slip, "◀ Back")
	grid := shows(t, arjun, slip, "Tap a time")
	pressData(t, arjun, grid, button(t, slip, func(b string) bool { return strings.HasPrefix(b, "● 1 h") }, "1 h"))
	slip = shows(t, arjun, slip, "Total: ₹900")

	// A nervous thumb.
	hold := button(t, slip, func(b string) bool { return strings.HasPrefix(b, "✋") }, "✋")
	bot := peer(t, arjun)
	atOnce(t, 4, func(int) error {
		_, err := arjun.TapData(t.Context(), bot, slip.ID, hold)
		return err
	})
	held := shows(t, arjun, slip, "Kept for you for 10 minutes")
	if got := n.count(t, `SELECT count(*) FROM booking`); got != 1 {
		t.Errorf("%d holds from one button", got)
	}
	pay := button(t, held, func(b string) bool { return strings.HasPrefix(b, "💳") }, "💳")
	page := opened(t, arjun, held)
	payOn(t, page)
	booked := shows(t, arjun, slip, "✅ Booked\n")
	for _, want := range []string{"Net 1", "18:00–19:00", "₹900", "Bowling machine"} {
		if !strings.Contains(booked.Message, want) {
			t.Errorf("no %q in %q", want, booked.Message)
		}
	}
	if payPage(booked) != "" {
		t.Error("what is paid can be paid again")
	}
	doc, name := driver.Document(received(t, arjun, fmt.Sprintf("booking-%d.ics", n.count(t, `SELECT id FROM booking`))))
	if doc.MimeType != "text/calendar; charset=utf-8; method=PUBLISH" {
		t.Errorf("%s is %s", name, doc.MimeType)
	}
	venue := awaitMedia[*tg.MessageMediaVenue](t, arjun)
	if point, ok := venue.Geo.(*tg.GeoPoint); !ok || point.Lat != 18.52 || venue.Title != "Riverside" || venue.Address != "Riverside Ground, Pune" {
		t.Errorf("%+v", venue)
	}

	// Buttons of before say how things stand.
	if answer := pressData(t, arjun, slip, pay); !answer.Alert || !strings.Contains(answer.Message, "paid already") {
		t.Errorf("paying again: %+v", answer)
	}
	if got := n.count(t, `SELECT count(*) FROM booking WHERE state = 'confirmed'`); got != 1 {
		t.Errorf("%d bookings", got)
	}
	n.settled(t)
}

// Two want one net at the same moment; who is second hears it on the spot and takes the net beside it.
func TestChat_TheLoserOfARaceTakesTheNetBeside(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1", "Net 2")
	racers := []*driver.User{arjun, zoya}
	var slips []*tg.Message
	for _, u := range racers {
		slips = append(slips, n.choose(t, u, "07:00", 1))
	}
	hold := func(i int) []byte {
		return button(t, slips[i], func(b string) bool { return strings.HasPrefix(b, "✋") }, "✋")
	}
	peers, holds := []tg.InputPeerClass{peer(t, arjun), peer(t, zoya)}, [][]byte{hold(0), hold(1)}
	answers := make([]*tg.MessagesBotCallbackAnswer, 2)
	atOnce(t, 2, func(i int) (err error) {
		answers[i], err = racers[i].TapData(t.Context(), peers[i], slips[i].ID, holds[i])
		return err
	})
	loser := 0
	until(t, "one has it", func() bool {
		for i, u := range racers {
			if strings.Contains(face(t, u, slips[i]).Message, "Kept for you for") {
				loser = 1 - i
				return true
			}
		}
		return false
	})
	near := shows(t, racers[loser], slips[loser], "Somebody was faster")
	if !strings.Contains(answers[loser].Message, "just been taken") && answers[loser].Message != "" {
		t.Errorf("on the button: %+v", answers[loser])
	}
	if first := driver.Buttons(near)[0][0]; first != "07:00 · Net 2" {
		t.Fatalf("the nearest is %q:\n%s", first, buttons(near))
	}
	press(t, racers[loser], near, "07:00 · Net 2")
	slip := shows(t, racers[loser], near, "Total:")
	_, page := keep(t, racers[loser], slip)
	payOn(t, page)
	shows(t, racers[loser], slip, "✅ Booked\n🏏 Net 2")

	// The grid says so to everybody.
	grid := n.onDay(t, racers[loser])
	for net, want := range map[int]string{1: "⏳ 07:00", 2: "⭐ 07:00"} {
		if text, _ := cell(t, grid, "07:00", net); text != want {
			t.Errorf("net %d is %q, want %q", net, text, want)
		}
	}
	if got := n.count(t, `SELECT count(*) FROM booking`); got != 2 {
		t.Errorf("%d bookings", got)
	}
}

// Redis is gone from the first word to the last, and the program is killed while the member pays.
func TestChat_WithoutRedisAndThroughAKill(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1")
	n.Engines.StopRedis()
	slip := n.choose(t, arjun, "06:30", 1)
	_, page := keep(t, arjun, slip)
	n.Bot.Kill()
	n.serve(t)
	if err := n.Bot.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	payOn(t, page)
	shows(t, arjun, slip, "✅ Booked\n")
	received(t, arjun, fmt.Sprintf("booking-%d.ics", n.count(t, `SELECT id FROM booking`)))
	if got := n.count(t, `SELECT count(*) FROM bot_screen`); got != 0 {
		until(t, "nothing is watched any more", func() bool { return n.count(t, `SELECT count(*) FROM bot_screen`) == 0 })
	}
}

// A hold that is not paid for ends on the screen, and the time is free again.
func TestChat_AHoldRunsOutInSight(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1")
	slip := n.choose(t, arjun, "06:30", 1)
	held, _ := keep(t, arjun, slip)
	pay := button(t, held, func(b string) bool { return strings.HasPrefix(b, "⏱") }, "more time")
	var expires time.Time
	if err := n.db.QueryRow(t.Context(), `SELECT expires_at FROM booking`).Scan(&expires); err != nil {
		t.Fatal(err)
	}
	n.later(t, time.Until(expires)-55*time.Second)
	late := shows(t, arjun, slip, "Less than a minute")
	const longer = "Kept for you for 10 minutes, until"
	if answer := pressData(t, arjun, late, pay); !strings.Contains(answer.Message, longer) {
		t.Errorf("more time: %+v", answer)
	}
	shows(t, arjun, slip, longer)
	n.later(t, 20*time.Minute)
	over := shows(t, arjun, slip, "The time ran out")
	if answer := pressData(t, arjun, over, pay); !answer.Alert || !strings.Contains(answer.Message, "has run out") {
		t.Errorf("more time: %+v", answer)
	}
	tap(t, arjun, over, "Book again")
	shows(t, arjun, slip, "Tap a time")
	keep(t, zoya, n.choose(t, zoya, "06:30", 1))
}

// Whatever a button carries, its tap is answered, and nothing happens that its owner may not do.
func TestChat_ForgedButtonsAreAnsweredAndDoNothing(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1")
	keep(t, arjun, n.choose(t, arjun, "06:30", 1))
	id := n.count(t, `SELECT id FROM booking`)
	m := n.onDay(t, zoya)
	owner := strconv.FormatInt(n.Members[1].ID, 36)
	for _, step := range []string{"v:%[1]s", "k:%[1]s", "y:%[1]s:0", "e:%[1]s", "g:%[1]s", "f:%[1]s", "o:%[1]s", "r:1:1:zz:u:%[1]s"} {
		data := "1b:" + owner + ":" + fmt.Sprintf(step, strconv.FormatInt(int64(id), 36))
		if answer := pressData(t, zoya, m, []byte(data)); !answer.Alert || answer.Message == "" || strings.Contains(answer.Message, "Something went wrong") {
			t.Errorf("%s: %+v", data, answer)
		}
	}
	for _, data := range []string{"1b:" + strconv.FormatInt(n.Members[0].ID, 36) + ":g:" + strconv.FormatInt(int64(id), 36), "1b:0:l:-", "1b:" + owner + ":?", "1b:" + owner + ":t:9:9:-1:u::0"} {
		if answer := pressData(t, zoya, m, []byte(data)); !answer.Alert || answer.Message == "" {
			t.Errorf("%s: %+v", data, answer)
		}
	}
	if got := n.count(t, `SELECT count(*) FROM booking WHERE state = 'held' AND member_id = $1`, n.Members[0].ID); got != 1 {
		t.Error("somebody else's hold is gone")
	}
}
