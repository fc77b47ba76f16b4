package dc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/exchange"
	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/auth"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/transport"

	"pavilion/sandbox/dc"
	"pavilion/sandbox/world"
)

const token = "7000000001:secret"

func start(t *testing.T, o dc.Options) *dc.DC {
	t.Helper()
	d, err := dc.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// client runs fn with a gotd client connected to d.
func client(t *testing.T, d *dc.DC, plain dcs.PlainOptions, o telegram.Options, fn func(ctx context.Context, c *telegram.Client) error) error {
	t.Helper()
	host, port, _ := net.SplitHostPort(d.Addr())
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	o.DC, o.DCList = d.Number(), dcs.List{Options: []tg.DCOption{{ID: d.Number(), IPAddress: host, Port: number}}}
	o.PublicKeys = []exchange.PublicKey{d.PublicKey()}
	o.Resolver = dcs.Plain(plain)
	if o.SessionStorage == nil {
		o.SessionStorage = new(session.StorageMemory)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := telegram.NewClient(1, "hash", o)
	return c.Run(ctx, func(ctx context.Context) error { return fn(ctx, c) })
}

func TestDC_SignInOverEveryTransport(t *testing.T) {
	d := start(t, dc.Options{})
	if _, err := d.World().AddBot(world.BotSpec{Token: token, Username: "pavilionbot", Name: "Pavilion"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.World().AddUser("9996621234", "Asha", "Rao", "asha", "en"); err != nil {
		t.Fatal(err)
	}
	for name, plain := range map[string]dcs.PlainOptions{
		"abridged": {Protocol: transport.Abridged}, "intermediate": {Protocol: transport.Intermediate}, "padded": {Protocol: transport.PaddedIntermediate},
		"full": {Protocol: transport.Full}, "obfuscated": {Protocol: transport.PaddedIntermediate, Obfuscated: true},
	} {
		for _, pfs := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				err := client(t, d, plain, telegram.Options{EnablePFS: pfs}, func(ctx context.Context, c *telegram.Client) error {
					if _, err := c.Auth().Bot(ctx, token); err != nil {
						return err
					}
					self, err := c.Self(ctx)
					if err == nil && (!self.Bot || self.Username != "pavilionbot") {
						err = errors.New("signed in as somebody else")
					}
					return err
				})
				if err != nil {
					t.Errorf("pfs %v: %v", pfs, err)
				}
			})
		}
	}
	err := client(t, d, dcs.PlainOptions{}, telegram.Options{}, func(ctx context.Context, c *telegram.Client) error {
		return c.Auth().IfNecessary(ctx, auth.NewFlow(auth.Constant("9996621234", "", auth.CodeAuthenticatorFunc(func(context.Context, *tg.AuthSentCode) (string, error) {
			return "22222", nil
		})), auth.SendCodeOptions{}))
	})
	if err != nil {
		t.Errorf("a user signs in: %v", err)
	}
}

// Some clients begin at a certain data centre, TDLib at 1. Another number is refused.
func TestDC_HasTheNumberThatIsChosen(t *testing.T) {
	d := start(t, dc.Options{Number: 1})
	if _, err := d.World().AddBot(world.BotSpec{Token: token, Username: "pavilionbot", Name: "Pavilion"}); err != nil {
		t.Fatal(err)
	}
	for _, pfs := range []bool{false, true} {
		err := client(t, d, dcs.PlainOptions{}, telegram.Options{EnablePFS: pfs}, func(ctx context.Context, c *telegram.Client) error {
			if _, err := c.Auth().Bot(ctx, token); err != nil {
				return err
			}
			if config := c.Config(); config.ThisDC != 1 {
				return fmt.Errorf("the config is of data centre %d", config.ThisDC)
			}
			return nil
		})
		if err != nil {
			t.Errorf("pfs %v: %v", pfs, err)
		}
	}
	storage, err := d.Session(t.Context(), 7000000001)
	if err != nil {
		t.Fatal(err)
	}
	data, err := (&session.Loader{Storage: storage}).Load(t.Context())
	if err != nil || data.DC != 1 || data.Config.ThisDC != 1 {
		t.Errorf("an issued session is of data centre %d, %v", data.DC, err)
	}
}

func TestDC_SilentAndRudeConnectionsHoldUpNobody(t *testing.T) {
	d := start(t, dc.Options{})
	u, err := d.World().AddUser("9996621234", "Asha", "", "asha", "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []string{"", "\xef", "\xee\xee\xee\xee", "GET / HTTP/1.1\r\n\r\n", strings.Repeat("x", 200), "\xef\x01\x00\x00\x00\x00"} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", d.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(say)); err != nil {
			t.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // the test needs an open connection
	}
	probe, err := new(net.Dialer).DialContext(t.Context(), "tcp", d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	_ = probe.Close()
	for range 20 {
		storage, err := d.Session(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		err = client(t, d, dcs.PlainOptions{}, telegram.Options{SessionStorage: storage}, func(ctx context.Context, c *telegram.Client) error {
			_, err := c.Self(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestDC_SessionsSurviveARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	d, err := dc.Start(dc.Options{StateFile: file})
	if err != nil {
		t.Fatal(err)
	}
	u, err := d.World().AddUser("9996621234", "Asha", "", "asha", "en")
	if err != nil {
		t.Fatal(err)
	}
	storage, err := d.Session(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	addr := d.Addr()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, dc.Options{StateFile: file, Addr: addr})
	err = client(t, again, dcs.PlainOptions{}, telegram.Options{SessionStorage: storage}, func(ctx context.Context, c *telegram.Client) error {
		self, err := c.Self(ctx)
		if err == nil && self.ID != u.ID {
			err = errors.New("somebody else")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
