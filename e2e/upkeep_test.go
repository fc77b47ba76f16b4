package e2e_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

const operatorToken = "operator-token-value"

// operatorScene is a scene whose program serves HTTP for the operator at the returned address.
func operatorScene(t *testing.T) (s *sandbox.Scene, admin, member *driver.User, address string) {
	t.Helper()
	addr := freeAddr(t)
	env := map[string]string{"PAVILION_HTTP_ADDR": addr, "PAVILION_OPERATOR_TOKEN": operatorToken}
	maps.Copy(env, lowLimits)
	s, admin, member = scene(t, sandbox.Options{Env: env})
	return s, admin, member, "http://" + addr + "/operator/"
}

// postOperator posts a JSON object to a page of the operator.
func postOperator(t *testing.T, url string, fields any) (int, string) {
	t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+operatorToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	var text bytes.Buffer
	if _, err := text.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, text.String()
}

// poolFiles are the numbers of files and the modes by pool, as the operator reads them.
func poolFiles(t *testing.T, operator string) map[string]string {
	t.Helper()
	_, body := get(t, operator+"pools", operatorToken)
	var list struct {
		Pools []struct {
			Name, Mode string
			Files      int
		}
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	found := map[string]string{}
	for _, p := range list.Pools {
		found[p.Name] = fmt.Sprintf("%s %d", p.Mode, p.Files)
	}
	return found
}

// An admin empties a pool from the chat while the bot is killed and members search. The wish outlives the kill, and no file is lost.
func TestUpkeep_ADrainOutlivesAKillAndLosesNoFile(t *testing.T) {
	t.Parallel()
	s, admin, member, operator := operatorScene(t)
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("Golden.River.S02E%02d.mkv", i+1))
	}
	post(t, s, names...)
	found(t, member, "golden river", "60 files")
	full := ""
	for name, state := range poolFiles(t, operator) {
		if state != "normal 0" {
			full = name
		}
	}
	say(t, admin, "/dbstats")
	m := await(t, admin, "Databases")
	tap(t, admin, m, full)
	tap(t, admin, await(t, admin, "It takes new files"), "Move everything out")
	tap(t, admin, await(t, admin, "Move everything out of "+full+"?"), "Yes, move")
	s.Bot.Kill()
	startBot(t, s)
	until(t, "the pool is empty", func() bool { return poolFiles(t, operator)[full] == "draining 0" })
	found(t, member, "golden river", "60 files")
	post(t, s, "Silent.Harbour.2015.mkv")
	found(t, member, "silent harbour", "1 file")
	if state := poolFiles(t, operator)[full]; state != "draining 0" {
		t.Errorf("a draining pool got a new file: %s", state)
	}
	if status, body := postOperator(t, operator+"pools", map[string]string{"name": full, "mode": "normal"}); status != http.StatusOK || !strings.Contains(body, `"mode": "normal"`) {
		t.Errorf("back to normal: %d %s", status, body)
	}
	refused := 0
	for name := range poolFiles(t, operator) {
		if status, _ := postOperator(t, operator+"pools", map[string]string{"name": name, "mode": "read_only"}); status == http.StatusConflict {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d of both pools were kept normal, want the last one", refused)
	}
}

// searches is the number of searches that /performance shows.
func searches(t *testing.T, m *tg.Message) int {
	t.Helper()
	shown := regexp.MustCompile(`(?m)^• search: (\d+),`).FindStringSubmatch(m.Message)
	if shown == nil {
		t.Fatalf("no searches in\n%s", m.Message)
	}
	n, _ := strconv.Atoi(shown[1]) // digits
	return n
}

func TestUpkeep_FiguresCountAndMissedSearchesAreListedWithoutPeople(t *testing.T) {
	t.Parallel()
	s, admin, member, operator := operatorScene(t)
	post(t, s, "Golden.River.2014.mkv")
	results := found(t, member, "golden river", "1 file")
	tap(t, member, results, "Golden")
	received(t, member, "Golden.River.2014.mkv")
	for range 2 {
		ask(t, member, "purple Xylophone")
	}
	if err := s.Bot.Stop(); err != nil { // a kill may lose the counts of the last seconds; a stop loses none
		t.Fatal(err)
	}
	startBot(t, s)
	for range 2 {
		ask(t, member, "purple.xylophone")
	}
	until(t, "the search is listed", func() bool {
		_, body := get(t, operator+"missed", operatorToken)
		return strings.Contains(body, `"purple xylophone"`)
	})
	say(t, admin, "/stats")
	m := await(t, admin, "Figures")
	if !strings.Contains(m.Message, "Files: 1") || !strings.Contains(m.Message, "Today") {
		t.Errorf("stats:\n%s", m.Message)
	}
	tap(t, admin, m, "What people miss")
	tap(t, admin, await(t, admin, "purple xylophone ("), "Clear the list")
	await(t, admin, "Every search has found something")
	s.DC.Faults().FloodWait("messages.sendMessage", member.ID, 1)
	ask(t, member, "golden 2014")
	say(t, admin, "/performance")
	m = await(t, admin, "Performance")
	before := searches(t, m)
	if !strings.Contains(m.Message, "telegram messages.sendMessage: ") || strings.Contains(m.Message, "asked me to wait 0 times") || before < 3 {
		t.Errorf("performance:\n%s", m.Message)
	}
	ask(t, member, "river 2014")
	tap(t, admin, m, "Refresh")
	until(t, "the figures are refreshed", func() bool { return searches(t, await(t, admin, "Performance")) > before })
	say(t, admin, "/cache")
	if m := await(t, admin, "Caches"); !strings.Contains(m.Message, "result pages: ") || strings.Contains(m.Message, "result pages: 0") {
		t.Errorf("caches:\n%s", m.Message)
	} else {
		tap(t, admin, m, "result pages")
		await(t, admin, "result pages: 0 entries")
		tap(t, member, results, "Golden") // the query is read from the message
		until(t, "the file came again", func() bool {
			names, _ := filesOf(t, member)
			return names["Golden.River.2014.mkv"] == 2
		})
	}
	say(t, admin, "/log")
	m = await(t, admin, "Level: INFO")
	if !strings.Contains(m.Message, "telegram asks to wait (bot)") {
		t.Errorf("log:\n%s", m.Message)
	}
	tap(t, admin, m, "error")
	m = await(t, admin, "Level: ERROR")
	const waits = "telegram asks to wait"
	logged := strings.Count(s.Bot.Log(), waits)
	s.DC.Faults().FloodWait("messages.sendMessage", member.ID, 1)
	ask(t, member, "golden river 2014")
	if n := strings.Count(s.Bot.Log(), waits); n != logged || n == 0 {
		t.Errorf("%d warnings are logged at the level error, %d before", n-logged, logged)
	}
	tap(t, admin, m, "debug")
	await(t, admin, "Level: DEBUG")
	if status, body := postOperator(t, operator+"log", map[string]string{"level": "warn"}); status != http.StatusOK || !strings.Contains(body, `"level": "WARN"`) {
		t.Errorf("level: %d %s", status, body)
	}
	say(t, member, "/missed")
	await(t, member, "for the club's admins")
	until(t, "the activity is counted", func() bool {
		_, body := get(t, operator+"stats", operatorToken)
		var figures struct {
			Periods []struct {
				People   int64            `json:"active_people"`
				Activity map[string]int64 `json:"activity"`
			} `json:"periods"`
		}
		return json.Unmarshal([]byte(body), &figures) == nil && len(figures.Periods) == 3 && figures.Periods[0].People >= 2 && figures.Periods[0].Activity["search_missed"] >= 4 &&
			figures.Periods[0].Activity["delivery"] == 2
	})
}

// An admin deletes what a search finds. The files are hidden at once, also after a kill, come back after the undo, and are removed when a day is over.
func TestUpkeep_ADeletionHidesAtOnceIsUndoneAndOutlivesAKill(t *testing.T) {
	t.Parallel()
	s, admin, member, operator := operatorScene(t)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("Golden.River.S02E%02d.mkv", i+1))
	}
	posted := post(t, s, append(names, "Silent.Harbour.2015.mkv")...)
	found(t, member, "golden river", "12 files")
	say(t, admin, "/delete golden river")
	asked := await(t, admin, "Delete 12 files?")
	if strings.Count(asked.Message, "Golden.River") != 10 || !strings.Contains(asked.Message, "and 2 more") {
		t.Errorf("the question:\n%s", asked.Message)
	}
	m := found(t, member, "golden river", "12 files") // nothing is hidden before the answer
	tap(t, admin, asked, "Delete 12 files")
	done := await(t, admin, "12 files are deleted")
	if answer := tap(t, member, m, "S02E12"); !strings.Contains(answer.Message, "not in the archive") {
		t.Errorf("a tap on a hidden file: %q", answer.Message)
	}
	found(t, member, "golden river", "Nothing found")
	s.Bot.Kill()
	startBot(t, s)
	until(t, "the files are hidden after a kill", func() bool {
		return strings.Contains(ask(t, member, "golden river").Message, "Nothing found")
	})
	tap(t, admin, done, "Undo")
	await(t, admin, "12 files are back")
	found(t, member, "golden river", "12 files")
	say(t, admin, fmt.Sprintf("/delete https://t.me/%s/%d", sandbox.ChannelName, posted[12].Message))
	tap(t, admin, await(t, admin, "Delete 1 file?"), "Delete 1 file")
	await(t, admin, "1 file is deleted")
	found(t, member, "silent harbour", "Nothing found")
	db, err := pgx.Connect(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context()) //nolint:errcheck // the test is over
	if _, err := db.Exec(t.Context(), `UPDATE admin_deletion SET due_at = now() - interval '1 second' WHERE state = 'hidden'`); err != nil {
		t.Fatal(err)
	}
	if status, body := postOperator(t, operator+"maintenance", map[string]string{"run": "deletions"}); status != http.StatusOK {
		t.Fatalf("run now: %d %s", status, body)
	}
	until(t, "the file is removed", func() bool {
		_, body := get(t, operator+"deletions", operatorToken)
		return strings.Contains(body, `"state": "removed"`)
	})
	say(t, admin, "/maintenance")
	await(t, admin, "Remove deleted files")
	say(t, admin, "/users "+fmt.Sprint(s.Members[0].ID))
	await(t, admin, "Last active: ")
	say(t, member, "/help")
	help := await(t, member, "Type words of a file's name").Message
	for _, command := range []string{"/stats", "/missed", "/dbstats", "/users", "/delete", "/maintenance", "/performance", "/cache", "/log", "/logchannel"} {
		if strings.Contains(help, command) {
			t.Errorf("a member's help names %s", command)
		}
		say(t, member, command)
		await(t, member, "for the club's admins")
	}
	for _, typed := range []string{"/delete golden", "/users 5", "/maintenance", "/logchannel @x"} {
		say(t, member, typed)
		await(t, member, "for the club's admins")
	}
}

var bannedTimes = regexp.MustCompile(`An admin banned somebody; /bans has more(?: \((\d+) times\))?`)

// bansTold counts the bans that a channel was told of, and the messages about them.
func bansTold(t *testing.T, u *driver.User, channel string) (bans, messages int) {
	t.Helper()
	all, err := u.Messages(t.Context(), channel)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		match := bannedTimes.FindStringSubmatch(m.Message)
		if match == nil {
			continue
		}
		n, err := strconv.Atoi(cmp.Or(match[1], "1"))
		if err != nil {
			t.Fatal(err)
		}
		bans, messages = bans+n, messages+1
	}
	return bans, messages
}

func TestUpkeep_TheLogChannelHearsOfItsKindsInFewMessagesAndAMissingRightIsSaidOnce(t *testing.T) {
	t.Parallel()
	s, admin, _, _ := operatorScene(t)
	const journal = "@clubjournal"
	id, err := s.AddChannel("Journal", journal[1:])
	if err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/logchannel")
	await(t, admin, "There is no log channel")
	say(t, admin, "/logchannel "+journal)
	menu := await(t, admin, "I post what happens")
	awaitIn(t, admin, journal[1:], "hears from now on")
	say(t, admin, "/channels add "+journal)
	awaitIn(t, admin, journal[1:], "Indexed: Journal")
	// Many events at once are few messages: Telegram allows a bot twenty a minute there.
	began := time.Now()
	for i := range 12 {
		say(t, admin, fmt.Sprintf("/ban %d", 7_000_000_000+i))
	}
	var bans, messages int
	until(t, "the bans are told", func() bool {
		bans, messages = bansTold(t, admin, journal[1:])
		return bans >= 12
	})
	if most := int(time.Since(began)/(3*time.Second)) + 1; bans != 12 || messages > most {
		t.Errorf("%d bans in %d messages within %s", bans, messages, time.Since(began))
	}
	s.Engines.StopMongo(1)
	awaitIn(t, admin, journal[1:], "does not answer")
	tap(t, admin, menu, "Channels added or lost") // muted from now on
	if err := s.DC.World().Promote(id, s.BotID, tg.ChatAdminRights{EditMessages: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.Engines.StartMongo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	await(t, admin, "I may not post in the log channel")
	s.Engines.StopMongo(1)
	if err := s.Engines.StartMongo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/logchannel @nowhere_at_all")
	await(t, admin, "Type /logchannel @name")
	history, err := s.DC.World().History(s.Admin.ID, world.UserPeer(s.BotID))
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, m := range history {
		if strings.Contains(m.Message, "I may not post in the log channel") {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the missing right was said %d times", said)
	}
}
