package courier_test

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/booking/courier"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/sandbox/post"
)

func message() booking.Message {
	return booking.Message{
		Notification: booking.Notification{ID: 7, Booking: 12, Kind: "confirmed"}, Once: "notification 7 of 1", To: "asha@example.org", Language: "en",
		Text: "✅ Booked: Net 1\nSat 6 June, 18:00–19:00\nRiverside & <Sons> · booking 12", Foot: "You get this because you booked.",
		Calendar: []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), CalendarType: "text/calendar; charset=utf-8; method=CANCEL",
	}
}

// office starts a mail server and a courier that sends to it.
func office(t *testing.T, encrypted, implicit bool, change func(o *courier.EmailOptions)) (*post.Office, *courier.Email) {
	t.Helper()
	o := courier.EmailOptions{From: "Riverside Cricket <nets@riverside.example>", Plain: true, Now: time.Now}
	var certificate *tls.Certificate
	if encrypted {
		c, pem, err := post.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		certificate, o.Plain, o.TLS = c, false, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	server, err := post.OpenOffice(certificate, implicit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	o.URL = secret.New(server.URL())
	if change != nil {
		change(&o)
	}
	e, err := courier.NewEmail(o)
	if err != nil {
		t.Fatal(err)
	}
	return server, e
}

func TestEmail_ALetterHasTextHTMLAndTheCalendarFile(t *testing.T) {
	t.Parallel()
	server, e := office(t, false, false, nil)
	for range 2 {
		if err := e.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
	}
	letters, _ := server.Letters()
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	l := letters[0]
	if l.To != "asha@example.org" || l.Subject != "✅ Booked: Net 1" || l.From != `"Riverside Cricket" <nets@riverside.example>` {
		t.Errorf("to %q from %q about %q", l.To, l.From, l.Subject)
	}
	if want := message().Text + "\n\n-- \n" + message().Foot; strings.TrimSpace(strings.ReplaceAll(l.Text, "\r\n", "\n")) != want {
		t.Errorf("text %q, want %q", l.Text, want)
	}
	for _, part := range []string{`<html lang="en">`, "<h1", "Booked: Net 1</h1>", "18:00–19:00</p>", "Riverside &amp; &lt;Sons&gt;", "You get this because"} {
		if !strings.Contains(l.HTML, part) {
			t.Errorf("the HTML lacks %q: %s", part, l.HTML)
		}
	}
	if l.Files["booking-12.ics"] != string(message().Calendar) {
		t.Errorf("files: %q", l.Files)
	}
	if want := []string{"text/plain", "text/html", "text/calendar"}; !slices.Equal(l.Types, want) {
		t.Errorf("parts: %v", l.Types)
	}
	if !strings.HasSuffix(l.MessageID, "@riverside.example") || l.MessageID != letters[1].MessageID {
		t.Errorf("message ids %q and %q", l.MessageID, letters[1].MessageID)
	}
}

func TestEmail_LettersTravelEncrypted(t *testing.T) {
	t.Parallel()
	for name, implicit := range map[string]bool{"STARTTLS": false, "from the start": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, e := office(t, true, implicit, nil)
			if err := e.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := e.Send(t.Context(), message()); err != nil {
				t.Fatal(err)
			}
			if letters, _ := server.Letters(); len(letters) != 1 || !letters[0].Encrypted {
				t.Errorf("letters: %+v", letters)
			}
		})
	}
}

func TestEmail_NothingIsSentToAServerThatIsNotTrusted(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]struct {
		encrypted bool
		change    func(o *courier.EmailOptions)
	}{
		"another's certificate": {true, func(o *courier.EmailOptions) { o.TLS = nil }},
		"no TLS":                {false, func(o *courier.EmailOptions) { o.Plain = false }},
		"no TLS and no password": {false, func(o *courier.EmailOptions) {
			o.Plain = false
			o.URL = secret.New("smtp://" + o.URL.Reveal()[strings.LastIndex(o.URL.Reveal(), "@")+1:])
		}},
		"wrong password": {true, func(o *courier.EmailOptions) {
			o.URL = secret.New(strings.Replace(o.URL.Reveal(), "%25signs", "nothing", 1))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, e := office(t, o.encrypted, false, o.change)
			if err := e.Send(t.Context(), message()); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("sent: %v", err)
			}
			if err := e.Check(t.Context()); err == nil {
				t.Error("the check finds nothing")
			}
			if begun := server.Begun(); begun != 0 {
				t.Errorf("%d letters were begun", begun)
			}
		})
	}
}

// The kind of a failure decides whether booking may send the message again.
func TestEmail_AFailureTellsWhetherTheLetterMayHaveArrived(t *testing.T) {
	t.Parallel()
	t.Run("closed for now", func(t *testing.T) {
		t.Parallel()
		server, e := office(t, false, false, nil)
		server.Be(post.Closed)
		if err := e.Send(t.Context(), message()); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		server, e := office(t, false, false, nil)
		server.Evict(message().To)
		if err := e.Send(t.Context(), message()); fault.CodeOf(err) != "refused" {
			t.Errorf("%v", err)
		}
	})
	t.Run("no answer to the whole letter", func(t *testing.T) {
		t.Parallel()
		server, e := office(t, false, false, nil)
		server.Be(post.Mute)
		if err := e.Send(t.Context(), message()); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%v", err)
		}
		if letters, _ := server.Letters(); len(letters) != 1 {
			t.Errorf("%d letters", len(letters))
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		e, err := courier.NewEmail(courier.EmailOptions{URL: secret.New("smtp://127.0.0.1:1"), From: "a@b.example", Plain: true, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Send(t.Context(), message()); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
	})
}

func TestNewEmail_RefusesSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	for _, o := range []courier.EmailOptions{
		{URL: secret.New("http://post.example"), From: "a@b.example"},
		{URL: secret.New("smtp://"), From: "a@b.example"},
		{URL: secret.New("smtp://user:pass%hunter@post.example"), From: "a@b.example"},
		{URL: secret.New("smtp://post.example"), From: "nobody"},
	} {
		if _, err := courier.NewEmail(o); err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Names of nets and clubs are foreign text: they cannot add header lines, nor an address further recipients.
func TestEmail_NothingInAMessageAddsAHeaderOrAnAddressee(t *testing.T) {
	t.Parallel()
	server, e := office(t, false, false, nil)
	m := message()
	m.Text = "Booked: Net\rBcc: mallory@example.org\r\nX-Evil: 1\nrest"
	if err := e.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	m.To = "asha@example.org>\r\nRCPT TO:<mallory@example.org"
	if err := e.Send(t.Context(), m); fault.CodeOf(err) != "refused" {
		t.Errorf("%v", err)
	}
	letters, _ := server.Letters()
	if len(letters) != 1 || letters[0].To != "asha@example.org" {
		t.Fatalf("letters: %+v", letters)
	}
	for _, header := range letters[0].Headers {
		if name, _, _ := strings.Cut(header, ":"); name == "Bcc" || name == "X-Evil" {
			t.Errorf("header %q", header)
		}
	}
}

// Mail programs take an event out of the calendar when the part's type and the file say CANCEL.
func TestEmail_TheCalendarFileHasItsMethodInItsType(t *testing.T) {
	t.Parallel()
	e, err := courier.NewEmail(courier.EmailOptions{URL: secret.New("smtp://mail.example"), From: "nets@riverside.example", Plain: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"PUBLISH", "CANCEL"} {
		m := message()
		m.CalendarType = "text/calendar; charset=utf-8; method=" + method
		letter, err := e.Written(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(letter), " "); !strings.Contains(got, "Content-Type: "+m.CalendarType) {
			t.Errorf("no %q in %s", m.CalendarType, letter)
		}
	}
}
