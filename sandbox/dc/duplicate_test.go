package dc_test

import (
	"context"
	"net"
	"testing"

	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tgerr"

	"pavilion/sandbox/dc"
	"pavilion/sandbox/world"
)

// Using one auth key on two hosts ends the session on both permanently.
func TestDC_AKeyOnTwoHostsIsEnded(t *testing.T) {
	t.Parallel()
	d := start(t, dc.Options{})
	bot, err := d.World().AddBot(world.BotSpec{Token: token, Username: "pavilionbot", Name: "Pavilion"})
	if err != nil {
		t.Fatal(err)
	}
	storage, err := d.Session(t.Context(), bot.ID)
	if err != nil {
		t.Fatal(err)
	}
	from := func(host string) dcs.PlainOptions {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(host)}}
		return dcs.PlainOptions{Dial: dialer.DialContext}
	}
	self := func(ctx context.Context, c *telegram.Client) error {
		_, err := c.Self(ctx)
		return err
	}
	for range 2 { // connections one after the other are allowed
		if err := client(t, d, from("127.0.0.1"), telegram.Options{SessionStorage: storage}, self); err != nil {
			t.Fatal(err)
		}
	}
	err = client(t, d, from("127.0.0.1"), telegram.Options{SessionStorage: storage}, func(ctx context.Context, c *telegram.Client) error {
		if err := self(ctx, c); err != nil {
			return err
		}
		if err := client(t, d, from("127.0.0.2"), telegram.Options{SessionStorage: storage}, self); !tgerr.Is(err, "AUTH_KEY_DUPLICATED") {
			t.Errorf("the second host: %v", err)
		}
		return self(ctx, c)
	})
	if !tgerr.Is(err, "AUTH_KEY_DUPLICATED") {
		t.Errorf("the first host: %v", err)
	}
	if err := client(t, d, from("127.0.0.1"), telegram.Options{SessionStorage: storage}, self); !tgerr.Is(err, "AUTH_KEY_DUPLICATED") {
		t.Errorf("alone again: %v", err)
	}
	err = client(t, d, from("127.0.0.1"), telegram.Options{}, func(ctx context.Context, c *telegram.Client) error {
		_, err := c.Auth().Bot(ctx, token)
		return err
	})
	if err != nil {
		t.Errorf("with a new key and the token: %v", err)
	}
}
