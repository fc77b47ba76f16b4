package channels

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// largest is an owner with as many digits as Telegram's ids have.
const largest = 8_000_000_000

func TestPayloads_TheLargestFitAndAreReadBack(t *testing.T) {
	t.Parallel()
	const channel, message = 997_852_516_352, 1<<31 - 1
	payload := encodeChannelTap(verbRemove, channel)
	_, fits := chat.Data{Letter: letterChannel, Owner: largest, Payload: payload}.Encode()
	if verb, id, err := parseChannelTap(payload); !fits || verb != verbRemove || id != channel || err != nil {
		t.Errorf("%s reads as %s %d, %v", payload, verb, id, err)
	}
	payload = encodePastTap(channel, message)
	_, fits = chat.Data{Letter: letterAdd, Owner: largest, Payload: payload}.Encode()
	if id, to, err := parsePastTap(payload); !fits || id != channel || to != message || err != nil {
		t.Errorf("%s reads as %d %d, %v", payload, id, to, err)
	}
	if _, fits := (chat.Data{Letter: letterCancel, Owner: largest, Payload: "abcdefghij"}).Encode(); !fits {
		t.Error("the id of a read does not fit")
	}
}

func FuzzPayloads(f *testing.F) {
	f.Add("pause:zz")
	f.Add("zz:9")
	f.Fuzz(func(t *testing.T, payload string) {
		if verb, id, err := parseChannelTap(payload); err == nil {
			if v, i, err := parseChannelTap(encodeChannelTap(verb, id)); v != verb || i != id || err != nil {
				t.Fatalf("%q is %s %d, and that %s %d, %v", payload, verb, id, v, i, err)
			}
		}
		if id, to, err := parsePastTap(payload); err == nil {
			if i, m, err := parsePastTap(encodePastTap(id, to)); i != id || m != to || err != nil {
				t.Fatalf("%q is %d %d, and that %d %d, %v", payload, id, to, i, m, err)
			}
		}
	})
}

// Anybody can send any button's data, so rights are checked at the action.
func TestTaps_OfOthersThanAdminsAreRefused(t *testing.T) {
	t.Parallel()
	s := New(Deps{Client: &telegram.Client{}, IsAdmin: func(id int64) bool { return id == 1 }, Logger: slog.New(slog.DiscardHandler)})
	payloads := map[byte][]string{
		letterAdd: {encodePastTap(5, 9)}, letterIndex: {encodePastTap(5, 9)}, letterCancel: {"abcdefghij"},
		letterChannel: {encodeChannelTap(verbPause, 5), encodeChannelTap(verbResume, 5), encodeChannelTap(verbList, 5), encodeChannelTap(verbAskRemove, 5), encodeChannelTap(verbRemove, 5)},
	}
	tried := 0
	for letter, handle := range s.Taps() {
		for _, payload := range payloads[letter] {
			for _, owner := range []int64{0, 2} {
				tried++
				err := handle(context.Background(), &telegram.Event{From: telegram.Person{ID: 2}}, chat.Data{Letter: letter, Owner: owner, Payload: payload})
				if err == nil || !strings.Contains(err.Error(), "admins_only") {
					t.Errorf("%c %s: %v", letter, payload, err)
				}
			}
		}
	}
	if tried != 16 {
		t.Errorf("%d taps were tried", tried)
	}
}
