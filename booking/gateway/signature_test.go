package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/secret"
	sandbox "pavilion/sandbox/gateway"
)

// signatures is the part of the suite about the signatures of callbacks.
func signatures(b *bundle) {
	b.charged()
	if err := b.sandbox.RefundOwn("ref-1", 10); err != nil {
		b.t.Fatal(err)
	}
	if err := b.sandbox.Settled(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	arrived := <-b.inbox
	good := struct {
		Header http.Header
		Body   []byte
	}{arrived.Header, arrived.Body}
	now := time.Now()
	sign := func(key string, body []byte, at time.Time) http.Header {
		h := sandbox.Sign(b.dialect, key, "evt_1", body, at)
		return h
	}
	believed := func(name string, h http.Header, body []byte) {
		b.t.Helper()
		if _, err := b.Verify(booking.Callback{Header: h, Body: body}); err != nil {
			b.t.Errorf("%s: %v", name, err)
		}
	}
	refused := func(name string, h http.Header, body []byte) {
		b.t.Helper()
		if e, err := b.Verify(booking.Callback{Header: h, Body: body}); !errors.Is(err, booking.ErrForged) {
			b.t.Errorf("%s: %+v %v", name, e, err)
		}
	}
	believed("as it came", good.Header, good.Body)
	believed("the old secret while it is replaced", sign(oldSecret, good.Body, now), good.Body)
	refused("a stranger's secret", sign(someSecret, good.Body, now), good.Body)
	refused("no signature", http.Header{}, good.Body)
	for _, bit := range []int{0, 7, len(good.Body)*8 - 1, len(good.Body) * 4} {
		body := slices.Clone(good.Body)
		body[bit/8] ^= 1 << (bit % 8)
		refused(fmt.Sprintf("bit %d flipped", bit), good.Header, body)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, good.Body, "", " "); err != nil {
		b.t.Fatal(err)
	}
	refused("written anew", good.Header, pretty.Bytes())
	refused("cut", good.Header, good.Body[:len(good.Body)-1])
	signature := good.Header.Get(b.header)
	for name, value := range map[string]string{
		"in capitals of another": strings.Replace(signature, "v1=", "V1=", 1), "cut": signature[:len(signature)-2], "not hex": signature[:len(signature)-1] + "g", "empty": "",
		"huge": strings.Repeat("v1=00,", 1000) + signature,
	} {
		if value == signature {
			continue // this provider has no v1
		}
		h := good.Header.Clone()
		h.Set(b.header, value)
		refused("signature "+name, h, good.Body)
	}
	empty := sign(newSecret, []byte("{}"), now)
	if _, err := b.Verify(booking.Callback{Header: empty, Body: []byte("{}")}); !errors.Is(err, booking.ErrCallback) {
		b.t.Errorf("a signed nothing: %v", err)
	}
	if b.timed {
		times(b, good.Body, believed, refused)
	}
}

// times is the part of the suite for providers that sign a time.
func times(b *bundle, body []byte, believed, refused func(name string, h http.Header, body []byte)) {
	now := time.Unix(1_790_000_000, 0)
	g, err := b.make(b.sandbox.URL(), nil, func() time.Time { return now })
	if err != nil {
		b.t.Fatal(err)
	}
	usual := b.Gateway
	b.Gateway = g
	defer func() { b.Gateway = usual }()
	at := func(d time.Duration) http.Header {
		return sandbox.Sign(b.dialect, newSecret, "evt_1", body, now.Add(d))
	}
	believed("300 s old", at(-300*time.Second), body)
	believed("300 s ahead", at(300*time.Second), body)
	refused("301 s old", at(-301*time.Second), body)
	refused("301 s ahead", at(301*time.Second), body)
	value := at(0).Get(b.header)
	v1 := value[strings.Index(value, "v1="):]
	zero := "v1=" + strings.Repeat("0", 64)
	stamp := value[:strings.Index(value, ",")]
	with := func(parts ...string) http.Header { return http.Header{b.header: {strings.Join(parts, ",")}} }
	believed("the second of two v1", with(stamp, zero, v1), body)
	believed("the first of two v1", with(stamp, v1, zero), body)
	believed("beside schemes that nobody knows", with(stamp, "v0="+v1[3:], "v2=abc", v1, "nonsense"), body)
	refused("only a scheme that nobody knows", with(stamp, "v0="+v1[3:]), body)
	refused("nine signatures", with(stamp, zero, zero, zero, zero, zero, zero, zero, zero, v1), body)
	refused("another time", with("t=1790000001", v1), body)
	refused("two times", with(stamp, "t=1790000001", v1), body)
	refused("two times, the signed one last", with("t=1790000001", stamp, v1), body)
	refused("no time", with(v1), body)
	refused("a time that wraps around", with("t=9223372036854775807", v1), body)
	refused("a time before all times", with("t=-9223372036854775808", v1), body)
}

func TestByHand_DeskAndTelegramOpenNothingAndPromiseNothing(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]booking.Gateway{"desk": DeskGateway{}, "telegram": NewTelegram(nil)} {
		if made, err := g.Create(t.Context(), booking.CheckoutRequest{Reference: "r", Amount: booking.Money{Minor: 60000, Currency: "INR"}}); err != nil || made.URL != "" || made.ID == "" {
			t.Errorf("%s: create %+v %v", name, made, err)
		}
		if _, err := g.Verify(booking.Callback{}); !errors.Is(err, booking.ErrForged) {
			t.Errorf("%s: verify %v", name, err)
		}
		if _, err := g.Fetch(t.Context(), booking.Handle{Reference: "r"}); !errors.Is(err, booking.ErrUnknownPayment) {
			t.Errorf("%s: fetch %v", name, err)
		}
		if _, err := g.Refund(t.Context(), booking.RefundOrder{}); !errors.Is(err, booking.ErrByHand) {
			t.Errorf("%s: refund %v", name, err)
		}
	}
	for _, amount := range []booking.Money{{Minor: 1005, Currency: "KWD"}, {Minor: 0, Currency: "INR"}} {
		if made, err := NewTelegram(nil).Create(t.Context(), booking.CheckoutRequest{Reference: "r", Amount: amount}); err == nil {
			t.Errorf("telegram takes %+v: %+v", amount, made)
		}
	}
}

// starBank records the charges it refunded.
type starBank []string

func (b *starBank) RefundStars(_ context.Context, _ int64, charge string) error {
	*b = append(*b, charge)
	return nil
}

func TestStars_GoBackWholeOrByHand(t *testing.T) {
	t.Parallel()
	bank := starBank{}
	g := NewTelegram(&bank)
	if _, err := g.Refund(t.Context(), booking.RefundOrder{Charge: "stx1"}); !errors.Is(err, booking.ErrByHand) || len(bank) != 0 {
		t.Errorf("a part of a charge: %v, %q", err, bank)
	}
	if ref, err := g.Refund(t.Context(), booking.RefundOrder{Charge: "stx1", Whole: true}); err != nil || ref != "stx1" || len(bank) != 1 {
		t.Errorf("a whole charge: %q %v, %q", ref, err, bank)
	}
}

func TestSettings_WhatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	key, one := secret.New(apiKey), secret.New(newSecret)
	for name, o := range map[string]StripeOptions{
		"no key":                     {Secrets: Secrets{one}},
		"no secret":                  {Key: key},
		"three secrets":              {Key: key, Secrets: Secrets{one, secret.New(oldSecret), secret.New(someSecret)}},
		"one secret twice":           {Key: key, Secrets: Secrets{one, one}},
		"a short secret":             {Key: key, Secrets: Secrets{secret.New("short")}},
		"the key as secret":          {Key: key, Secrets: Secrets{key}},
		"plain http over the net":    {Key: key, Secrets: Secrets{one}, URL: "http://api.stripe.com"},
		"an address that is none":    {Key: key, Secrets: Secrets{one}, URL: "api.stripe.com"},
		"http to a name like ours":   {Key: key, Secrets: Secrets{one}, URL: "http://localhost.example"},
		"http with a user like ours": {Key: key, Secrets: Secrets{one}, URL: "http://127.0.0.1@example.com"},
	} {
		if _, err := NewStripe(o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := NewStripe(StripeOptions{Key: key, Secrets: Secrets{one}}); err != nil {
		t.Error(err)
	}
}

func FuzzVerify(f *testing.F) {
	now := time.Unix(1_790_000_000, 0)
	var gateways []booking.Gateway
	var dialects []sandbox.Dialect
	for _, p := range providers() {
		g, err := p.make("https://gateway.example", nil, func() time.Time { return now })
		if err != nil {
			f.Fatal(err)
		}
		gateways, dialects = append(gateways, g), append(dialects, p.dialect)
	}
	f.Add([]byte(`{"id":"evt_1","type":"checkout.session.completed","data":{"object":{"id":"cs_1","payment_intent":"pi_1","currency":"inr","amount_total":100}}}`), "t=1790000000,v1=00", "evt")
	f.Add([]byte(`{"id":"evt_1","type":"charge.refunded","data":{"object":{"id":"ch","payment_intent":{"id":"pi"},"amount_captured":-1}}}`), "t=,v1=", "")
	f.Add([]byte(`{"event":"payment_link.paid","payload":{"payment_link":{"entity":{"notes":[]}},"payment":{"entity":{"notes":{"a":1}}}}}`), "00", "evt")
	f.Add([]byte(`{"id":"e","type":"payment.captured","payment":{"amount":9223372036854775807,"currency":"KWD"}}`), "v1=,t=1", "evt")
	f.Fuzz(func(t *testing.T, body []byte, header, event string) {
		for i, g := range gateways {
			forged := http.Header{"Stripe-Signature": {header}, "Sandbox-Signature": {header}, "X-Razorpay-Signature": {header}, "X-Razorpay-Event-Id": {event}}
			if _, err := g.Verify(booking.Callback{Header: forged, Body: body}); !errors.Is(err, booking.ErrForged) {
				t.Errorf("%s believed %q: %v", dialects[i], header, err)
			}
			signed := sandbox.Sign(dialects[i], newSecret, event, body, now)
			e, err := g.Verify(booking.Callback{Header: signed, Body: body})
			if err != nil && !errors.Is(err, booking.ErrCallback) {
				t.Errorf("%s: %v", dialects[i], err)
			}
			if err == nil && e.ID == "" {
				t.Errorf("%s: an event without an id", dialects[i])
			}
		}
	})
}
