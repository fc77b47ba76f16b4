package delivery_test

import (
	"encoding/base64"
	"errors"
	"math"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/secret"
)

// noon is the time of these tests.
func noon() time.Time { return time.Date(2026, 6, 6, 12, 0, 0, 0, time.UTC) }

func keys(t *testing.T, secrets ...string) delivery.Keys {
	t.Helper()
	var list []secret.String
	for _, s := range secrets {
		list = append(list, secret.New(s))
	}
	k, err := delivery.NewKeys(list)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func links() []delivery.Link {
	return []delivery.Link{
		{Kind: delivery.LinkFile, Document: 5_000_000_001},
		{Kind: delivery.LinkFile, Document: math.MinInt64, Protect: true, Expires: noon().Add(time.Hour)},
		{Kind: delivery.LinkBatch, Channel: 1<<40 - 1, First: 1, Last: 1000},
		{Kind: delivery.LinkBatch, Channel: 7, First: math.MaxInt32 - 1, Last: math.MaxInt32, Protect: true, Expires: noon().Add(time.Second)},
		{Kind: delivery.LinkRow, Row: 1},
		{Kind: delivery.LinkRow, Row: math.MaxInt64},
	}
}

func TestLink_IsReadBackAndFitsTelegram(t *testing.T) {
	t.Parallel()
	k := keys(t, "a secret of the club")
	for _, l := range links() {
		payload := k.Sign(l)
		if len(payload) > 64 {
			t.Errorf("%+v has %d characters", l, len(payload))
		}
		if got, err := k.Parse(payload, noon()); err != nil || got != l {
			t.Errorf("%+v is read back as %+v, %v", l, got, err)
		}
		if !delivery.IsLink(payload) {
			t.Errorf("%q is no link", payload)
		}
	}
}

func TestLink_OneFlippedBitIsNotValid(t *testing.T) {
	t.Parallel()
	k := keys(t, "a secret of the club", "the club's old secret")
	for _, l := range links() {
		data, err := base64.RawURLEncoding.DecodeString(k.Sign(l))
		if err != nil {
			t.Fatal(err)
		}
		for bit := range len(data) * 8 {
			data[bit/8] ^= 1 << (bit % 8)
			if got, err := k.Parse(base64.RawURLEncoding.EncodeToString(data), noon()); !errors.Is(err, delivery.ErrLinkInvalid) {
				t.Errorf("%+v with bit %d flipped: %+v, %v", l, bit, got, err)
			}
			data[bit/8] ^= 1 << (bit % 8)
		}
		// The last character may carry bits that belong to no byte.
		payload := k.Sign(l)
		for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			if other := payload[:len(payload)-1] + string(last); other != payload {
				if got, err := k.Parse(other, noon()); !errors.Is(err, delivery.ErrLinkInvalid) {
					t.Errorf("%+v as %s: %+v, %v", l, other, got, err)
				}
			}
		}
	}
}

func TestLink_OfTheOldKeyIsValidWhileKeysRotate(t *testing.T) {
	t.Parallel()
	l := links()[0]
	old := keys(t, "the club's old secret").Sign(l)
	rotating := keys(t, "a new secret", "the club's old secret")
	if got, err := rotating.Parse(old, noon()); err != nil || got != l {
		t.Errorf("while the keys rotate: %+v, %v", got, err)
	}
	after := keys(t, "a new secret")
	if _, err := after.Parse(old, noon()); !errors.Is(err, delivery.ErrLinkInvalid) {
		t.Errorf("after the rotation: %v", err)
	}
	if _, err := after.Parse(rotating.Sign(l), noon()); err != nil {
		t.Errorf("a link of the new key: %v", err)
	}
}

func TestLink_EndsAtItsSecond(t *testing.T) {
	t.Parallel()
	k := keys(t, "a secret of the club")
	payload := k.Sign(delivery.Link{Kind: delivery.LinkFile, Document: 1, Expires: noon()})
	if _, err := k.Parse(payload, noon().Add(-time.Second)); err != nil {
		t.Errorf("a second before: %v", err)
	}
	if _, err := k.Parse(payload, noon()); !errors.Is(err, delivery.ErrLinkExpired) {
		t.Errorf("at its end: %v", err)
	}
}

func TestRange_HoldsAtMostAThousandMessagesOfOneChannel(t *testing.T) {
	t.Parallel()
	at := func(channel filter.ChannelID, message filter.MessageID) filter.Place {
		return filter.Place{Channel: channel, Message: message}
	}
	if l, err := delivery.NewRange(at(7, 1000), at(7, 1)); err != nil || l.First != 1 || l.Last != 1000 {
		t.Errorf("a thousand messages, the last one first: %+v, %v", l, err)
	}
	for _, ends := range [][2]filter.Place{{at(7, 1), at(7, 1001)}, {at(7, 1), at(8, 2)}, {at(7, 0), at(7, 1)}, {at(0, 1), at(0, 2)}, {at(1<<40, 1), at(1<<40, 2)}} {
		if l, err := delivery.NewRange(ends[0], ends[1]); !errors.Is(err, delivery.ErrLinkRange) {
			t.Errorf("%v: %+v, %v", ends, l, err)
		}
	}
}

func FuzzParseLink(f *testing.F) {
	k, err := delivery.NewKeys([]secret.String{secret.New("a secret of the club")})
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range links() {
		f.Add(k.Sign(l))
	}
	f.Add("")
	f.Add("inline")
	f.Add("q-aW5jZXB0aW9u")
	f.Fuzz(func(t *testing.T, payload string) {
		l, err := k.Parse(payload, noon())
		if err != nil {
			return
		}
		if again := k.Sign(l); again != payload {
			t.Fatalf("%q reads as %+v, which is written as %q", payload, l, again)
		}
	})
}
