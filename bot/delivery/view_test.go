package delivery

import (
	"math"
	"strings"
	"testing"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/sandbox/golden"
)

func book(t *testing.T) *phrase.Book {
	t.Helper()
	b, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func job(state delivery.JobState, sent, skipped, refused int) delivery.Job {
	return delivery.Job{
		Order: delivery.Order{Person: 7, Items: make([]delivery.Item, 60)}, ID: 5, State: state, Cursor: sent + skipped, Sent: sent, Skipped: skipped, Refused: refused,
	}
}

// screens are the messages about deliveries and links.
func screens(in *phrase.Speaker) map[string]telegram.Reply {
	text := func(s string) telegram.Reply { return telegram.Reply{Text: s} }
	failed := job(delivery.JobFailed, 12, 0, 0)
	failed.Reason = "chat_write_forbidden"
	link := delivery.StoredLink{ID: 3, CreatedBy: 7}
	limited := delivery.StoredLink{ID: 3, CreatedBy: 7, MostPeople: 5, People: 2, PremiumOnly: true, Protect: true, Expires: time.Unix(1, 0)}
	return map[string]telegram.Reply{
		"running":      runningText(in, job(delivery.JobRunning, 12, 1, 0)),
		"done":         text(endText(in, job(delivery.JobDone, 60, 0, 0), 0)),
		"done_one":     text(endText(in, job(delivery.JobDone, 1, 1, 1), 90*time.Minute)),
		"done_partly":  text(endText(in, job(delivery.JobDone, 40, 3, 17), 26*time.Hour)),
		"over_quota":   text(endText(in, job(delivery.JobDone, 0, 0, 60), 0)),
		"nothing_left": text(endText(in, job(delivery.JobDone, 0, 60, 0), 0)),
		"cancelled":    text(endText(in, job(delivery.JobCancelled, 12, 0, 0), 0)),
		"failed":       text(endText(in, failed, 0)),
		"link":         linkView{in: in, link: link, what: "📄 Inception.mkv · 2.1 GB", url: "https://t.me/bot?start=x"}.draw(),
		"link_limited": linkView{in: in, link: limited, what: "🔎 inception", url: "https://t.me/bot?start=x", left: 7 * 24 * time.Hour}.draw(),
		"link_ended":   linkView{in: in, link: limited, what: "🔎 inception", url: "https://t.me/bot?start=x", left: -time.Hour}.draw(),
	}
}

func TestScreens_LookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, language := range b.Languages() {
		for name, reply := range screens(b.In(language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
		}
	}
}

func TestPayloads_TheLargestFit(t *testing.T) {
	t.Parallel()
	const largest = 8_000_000_000 // an owner with as many digits as Telegram's ids have
	keys, err := delivery.NewKeys([]secret.String{secret.New("a secret of the club")})
	if err != nil {
		t.Fatal(err)
	}
	signed := keys.Sign(delivery.Link{Kind: delivery.LinkBatch, Channel: 1<<40 - 1, First: math.MaxInt32 - 1, Last: math.MaxInt32})
	for _, payload := range []string{
		verbLimit + ":" + signed,
		payloadOf(verbPeople, math.MaxInt64, delivery.MaxPeople),
		payloadOf(verbLast, 1<<40-1, math.MaxInt32),
		verbSettings + ":" + payloadOf(fieldDelete, 1<<40-1, math.MaxInt32),
	} {
		if data, fits := (chat.Data{Letter: letter, Owner: largest, Payload: payload}).Encode(); !fits {
			t.Errorf("%s has %d bytes", data, len(data))
		}
	}
}

func TestDuration_IsInTheLargestFittingUnit(t *testing.T) {
	t.Parallel()
	in := book(t).In("en")
	for d, want := range map[time.Duration]string{
		time.Second: "1 minute", 10 * time.Minute: "10 minutes", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours", 47 * time.Hour: "47 hours", 7 * 24 * time.Hour: "7 days",
	} {
		if got := duration(in, d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestTakes_AForwardedPostForItsOwnQuestionsOnly(t *testing.T) {
	t.Parallel()
	s := &Screens{}
	for d, want := range map[chat.Data]bool{
		{Letter: letter, Payload: verbFirst}:                        true,
		{Letter: letter, Payload: payloadOf(verbLast, 7, 5)}:        true,
		{Letter: letter, Payload: payloadOf(verbCaption, 0)}:        false,
		{Letter: 'b', Payload: verbFirst}:                           false,
		{Letter: letter, Payload: strings.ToUpper(verbFirst) + "x"}: false,
	} {
		if got := s.Takes(&telegram.Event{Forward: &telegram.Forward{Channel: 7, Message: 5}}, d); (got == chat.TakeAny) != want {
			t.Errorf("%+v: %v", d, got)
		}
		if got := s.Takes(&telegram.Event{Text: "text"}, d); got != chat.TakeText {
			t.Errorf("%+v and a text: %v", d, got)
		}
	}
}

// A link opens posts, so a place from a button is checked before it is used.
func TestPlaceFrom_RefusesWhatIsNoPlace(t *testing.T) {
	t.Parallel()
	if at, ok := placeFrom(chat.ParseFields("7:5")); !ok || at != (filter.Place{Channel: 7, Message: 5}) {
		t.Errorf("%v, %v", at, ok)
	}
	for _, payload := range []string{"", "7", "7:5:1", "-7:5", "7:-5", "zzzzzzzzzzzz:1", "7:zzzzzzzz", "x y:1"} {
		if at, ok := placeFrom(chat.ParseFields(payload)); ok {
			t.Errorf("%q is %v", payload, at)
		}
	}
}
