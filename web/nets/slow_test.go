package nets

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/sandbox/caller"
)

// slowly is a proxy that delays each answer of a server.
func slowly(t *testing.T, target string, delay time.Duration) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var work sync.WaitGroup
	carry := func(from, to net.Conn, delay time.Duration) {
		defer from.Close() //nolint:errcheck // the other direction ends with it
		defer to.Close()   //nolint:errcheck // as above
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			if err != nil {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(delay):
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	work.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
			if err != nil {
				_ = client.Close()
				continue
			}
			context.AfterFunc(ctx, func() { _, _ = client.Close(), server.Close() })
			work.Go(func() { carry(client, server, 0) })
			work.Go(func() { carry(server, client, delay) })
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		work.Wait()
	})
	return l.Addr().String()
}

// A slow Redis, or one too slow to count as up, delays answers by a bounded time and makes none of them wrong.
func TestServer_ARedisThatIsSlow(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(shared.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	for _, delay := range []time.Duration{200 * time.Millisecond, 2 * time.Second} {
		t.Run(delay.String(), func(t *testing.T) {
			t.Parallel()
			name := cloneDB(t, templateDB)
			slow := *u
			slow.Host = slowly(t, u.Host, delay)
			b := setupOn(t, databaseURL(shared, name), slow.String(), nil)
			c := b.club(nil)
			winner, loser := b.member(), b.member()
			shown := func(want string) {
				t.Helper()
				var a AvailabilityBody
				b.Do(request{Path: c.path("/availability?from=%s&nets=%d", c.day, c.nets[0])}).Into(t, &a)
				if got := a.Days[0].Cells[20].Status; got != want {
					t.Errorf("10:00 is shown as %s, want %s", got, want)
				}
			}
			start := time.Now()
			shown("free")
			held := b.hold(winner, c, c.slot("10:00", "11:00", c.nets[0]))
			shown("held")
			b.Do(request{Method: http.MethodPost, Path: c.path("/holds"), Token: loser, Key: key(), Body: c.slot("10:00", "11:00", c.nets[0])}).Want(t, "the loser", 409, "slot-taken")
			b.act(winner, c, held.ID, "confirm", nil).Want(t, "confirm", 200, "")
			shown("taken")
			b.act(winner, c, held.ID, "cancel", nil).Want(t, "cancel", 200, "")
			shown("free")
			// Each of the eight may wait for Redis three times, half a second at most: for the limit, the cache read and the cache write. Without the client's
			// timeout the slower Redis would take 48 s.
			if took := time.Since(start); took > 24*time.Second {
				t.Errorf("eight requests took %s", took)
			}
			if delay < time.Second {
				return
			}
			caller.WaitFor(t, func() bool { return !b.redis.Up() })
			start = time.Now()
			shown("free")
			if took := time.Since(start); took > delay {
				t.Errorf("a read took %s though Redis is known to be slow", took)
			}
			findings, err := booking.Check(t.Context(), b.db)
			if err != nil || len(findings) > 0 {
				t.Errorf("%v %v", findings, err)
			}
		})
	}
}
