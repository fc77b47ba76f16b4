package e2e_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/install"
	"pavilion/sandbox/world"
)

// TDLib is the library of many clients, and the strictest of them. Its member signs in, sees the chats, starts the bot, searches, taps and receives.
func TestForeignClient_TDLibSearchesTapsAndReceives(t *testing.T) {
	t.Parallel()
	s, _, gotd := scene(t, sandbox.Options{Env: lowLimits, DC: 1}) // where TDLib begins
	const name, caption = "Square.Cut.2014.pdf", "late in the day"
	content := bytes.Repeat([]byte("cut past point, four "), 100_000)
	if _, err := s.Post(s.Channel, world.FileSpec{Kind: world.FileDocument, Name: name, Caption: caption, Bytes: content}); err != nil {
		t.Fatal(err)
	}
	found(t, gotd, "square cut", "1 file")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	python, err := install.Python(ctx, filepath.Join("foreign", "tdlib-requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	asker := s.Members[1]
	var saw struct {
		memberSaw

		Chats    []string
		Greeting string
	}
	runClient(ctx, t, map[string]any{
		"telegram": addressOf(t, s.DC), "proxy": leadTo(t, s.DC.Addr()), "folder": t.TempDir(), "phone": asker.Phone, "bot": sandbox.BotName, "query": "square cut",
	}, &saw, python, filepath.Join("foreign", "tdlib_member.py"))
	saw.received(t, asker, name, caption, content)
	if !slices.Contains(saw.Chats, "Riverside Members") || !strings.Contains(saw.Greeting, "Hi "+asker.First) {
		t.Errorf("the chats are %q, and the bot greets with %q", saw.Chats, saw.Greeting)
	}
	if saw.Inline.Results != 1 || saw.Inline.Name != name {
		t.Errorf("inline: %+v", saw.Inline)
	}
}

// leadTo starts an HTTP proxy that connects its clients to one address, whichever they ask for.
func leadTo(t *testing.T, addr string) map[string]any {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server, err := new(net.Dialer).DialContext(r.Context(), "tcp", addr)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer server.Close() //nolint:errcheck // the copying below has ended
		client, sent, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Errorf("the proxy: %v", err)
			return
		}
		defer client.Close() //nolint:errcheck // the copying below has ended
		go func() {
			defer server.Close() //nolint:errcheck // ends the copying below
			_, _ = io.Copy(server, sent)
		}()
		_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		_, _ = io.Copy(client, server)
	}))
	t.Cleanup(proxy.Close)
	where := proxy.Listener.Addr().(*net.TCPAddr) //nolint:forcetypeassert // of a TCP listener
	return map[string]any{"server": where.IP.String(), "port": where.Port}
}
