package delivery_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"

	"pavilion/filter"
	"pavilion/filter/delivery"
)

const oldChat = 1_002_141_094_497 // the chat id of channel 2141094497, without its sign

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestOldLink_FormsOfOtherBotsAreRead(t *testing.T) {
	t.Parallel()
	channels := []filter.ChannelID{1838577085, 2141094497}
	const fileID = "BQADBQADAgADq4BhVGhq7bBm6jOtFgQ"
	for payload, want := range map[string]delivery.OldLink{
		encoded(fmt.Sprint("get-", 15*oldChat)):                   {Channel: 2141094497, First: 15, Last: 15},
		encoded(fmt.Sprint("get-", 15*oldChat)) + "==":            {Channel: 2141094497, First: 15, Last: 15},
		encoded(fmt.Sprintf("get-%d-%d", 15*oldChat, 17*oldChat)): {Channel: 2141094497, First: 15, Last: 17},
		encoded(fmt.Sprintf("get-%d-%d", 17*oldChat, 15*oldChat)): {Channel: 2141094497, First: 15, Last: 17},
		"DSTORE-" + encoded("15_17_-1002141094497_/batch"):        {Channel: 2141094497, First: 15, Last: 17},
		"DSTORE-" + encoded("15_214_-1002141094497_/pbatch"):      {Channel: 2141094497, First: 15, Last: 214, Protect: true},
		"DSTORE-" + encoded("15_17_-1002141094497"):               {Channel: 2141094497, First: 15, Last: 17},
		"file_" + fileID:           {FileID: fileID},
		"filep_" + fileID:          {FileID: fileID, Protect: true},
		encoded("filep_" + fileID): {FileID: fileID, Protect: true},
		encoded(fmt.Sprint("get-", int64(1_001_838_577_085)*1_000)): {Channel: 1838577085, First: 1000, Last: 1000},
	} {
		if got, err := delivery.ParseOldLink(payload, channels); err != nil || got != want || !delivery.IsOldLink(payload) {
			t.Errorf("%s: %+v, %v; want %+v", payload, got, err, want)
		}
	}
}

func TestOldLink_OtherPayloadsAreRefused(t *testing.T) {
	t.Parallel()
	channels := []filter.ChannelID{2141094497}
	for _, payload := range []string{
		"", "inline", "book", "file_", "filep_", "DSTORE-", encoded("get-"),
		encoded(fmt.Sprint("get-", 15*oldChat+1)),                   // not divisible
		encoded(fmt.Sprintf("get-%d-%d", 15*oldChat, 17*oldChat-1)), //
		encoded(fmt.Sprintf("get-%d-%d", 1*oldChat, 1001*oldChat)),  // more than a link may have
		encoded(fmt.Sprint("get-", int64(1_001_838_577_085)*15)),    // another channel
		encoded("get-0"), encoded(fmt.Sprint("get-+", 15*oldChat)), //
		encoded(fmt.Sprint("get-0", 15*oldChat)), encoded("get--15"), //
		"DSTORE-" + encoded("15_17_-1001838577085_/batch"),  // another channel
		"DSTORE-" + encoded("15_215_-1002141094497_/batch"), // 201 posts
		"DSTORE-" + encoded("17_15_-1002141094497_/batch"), "DSTORE-" + encoded("0_15_-1002141094497_/batch"),
		"DSTORE-" + encoded("15_17_-1002141094497_/batch_more"), "DSTORE-" + encoded("15_17"), "DSTORE-!", "BATCH-" + encoded("15_17_-1002141094497"),
	} {
		if got, err := delivery.ParseOldLink(payload, channels); !errors.Is(err, delivery.ErrLinkInvalid) {
			t.Errorf("%s: %+v, %v", payload, got, err)
		}
	}
	if got, err := delivery.ParseOldLink("file_x", nil); !errors.Is(err, delivery.ErrLinkInvalid) {
		t.Errorf("while old links are on in no channel: %+v, %v", got, err)
	}
}

// A number that is a multiple of two chat ids does not say which channel is meant.
func TestOldLink_ThatFitsTwoChannelsIsRefused(t *testing.T) {
	t.Parallel()
	payload := encoded(fmt.Sprint("get-", int64(1_000_000_000_002)*2))
	one, two := filter.ChannelID(2), filter.ChannelID(1_000_000_000_004)
	for _, channels := range [][]filter.ChannelID{{one}, {two}} {
		if _, err := delivery.ParseOldLink(payload, channels); err != nil {
			t.Errorf("%v alone: %v", channels, err)
		}
	}
	if got, err := delivery.ParseOldLink(payload, []filter.ChannelID{one, two}); !errors.Is(err, delivery.ErrLinkInvalid) {
		t.Errorf("both: %+v, %v", got, err)
	}
}

func FuzzParseOldLink(f *testing.F) {
	f.Add(encoded(fmt.Sprint("get-", 15*oldChat)))
	f.Add("DSTORE-" + encoded("15_17_-1002141094497_/batch"))
	f.Add("filep_BQADBQADAgADq4BhVGhq7bBm6jOtFgQ")
	f.Fuzz(func(t *testing.T, payload string) {
		l, err := delivery.ParseOldLink(payload, []filter.ChannelID{2141094497})
		switch {
		case err != nil && l != delivery.OldLink{}:
			t.Errorf("%q is refused as %+v", payload, l)
		case err == nil && l.FileID == "" && (l.Channel != 2141094497 || l.First < 1 || l.Last < l.First || l.Last-l.First >= delivery.MaxRange):
			t.Errorf("%q is %+v", payload, l)
		case err == nil && !delivery.IsOldLink(payload):
			t.Errorf("%q is parsed and not recognised", payload)
		}
	})
}
