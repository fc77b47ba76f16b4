package courier_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"pavilion/booking"
	"pavilion/booking/courier"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/sandbox/post"
)

func options(url string) courier.SMSOptions {
	return courier.SMSOptions{URL: url, Account: post.Account, Token: secret.New(post.Token), From: "+15005550006", Client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func texting(t *testing.T, change func(o *courier.SMSOptions)) (*post.SMS, *courier.SMS) {
	t.Helper()
	server := post.OpenSMS()
	t.Cleanup(server.Close)
	o := options(server.URL())
	if change != nil {
		change(&o)
	}
	s, err := courier.NewSMS(o)
	if err != nil {
		t.Fatal(err)
	}
	return server, s
}

func text(words string) booking.Message {
	return booking.Message{To: "+919876543210", Text: words}
}

func TestSMS_TextIsSentWithoutSigns(t *testing.T) {
	t.Parallel()
	server, s := texting(t, nil)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"⚠️ Booked: Net 1\nSat 6 June, 18:00–19:00\nRiverside · booking 12", "✅ बुक हो गया: नेट 1"} {
		if err := s.Send(t.Context(), text(words)); err != nil {
			t.Fatal(err)
		}
	}
	texts, _ := server.Texts()
	want := []post.Text{
		{To: "+919876543210", From: "+15005550006", Body: "Booked: Net 1\nSat 6 June, 18:00-19:00\nRiverside, booking 12"},
		{To: "+919876543210", From: "+15005550006", Body: "बुक हो गया: नेट 1"},
	}
	if len(texts) != 2 || texts[0] != want[0] || texts[1] != want[1] {
		t.Errorf("texts: %+v", texts)
	}
}

func TestSMS_AFailureTellsWhetherTheTextMayHaveArrived(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(s *post.SMS)
		change  func(o *courier.SMSOptions)
		kind    fault.Kind
		code    string
		arrived int
	}{
		"closed for now": {prepare: func(s *post.SMS) { s.Be(post.Closed) }, kind: fault.Unavailable, code: "sms_later"},
		"no such number": {prepare: func(s *post.SMS) { s.Evict("+919876543210") }, kind: fault.Gone, code: "refused"},
		"no answer":      {prepare: func(s *post.SMS) { s.Be(post.Mute) }, kind: fault.Internal, code: "internal", arrived: 1},
		"wrong token":    {change: func(o *courier.SMSOptions) { o.Token = secret.New("another") }, kind: fault.Unavailable, code: "sms_later"},
		"nobody listens": {change: func(o *courier.SMSOptions) { o.URL = "http://127.0.0.1:1" }, kind: fault.Unavailable, code: "sms_away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := texting(t, c.change)
			if c.prepare != nil {
				c.prepare(server)
			}
			err := s.Send(t.Context(), text("Booked"))
			if err == nil || fault.KindOf(err) != c.kind || fault.CodeOf(err) != c.code {
				t.Errorf("%v", err)
			}
			if texts, _ := server.Texts(); len(texts) != c.arrived {
				t.Errorf("%d arrived", len(texts))
			}
		})
	}
}

// A proxy may answer after the provider accepted the message. A redirect means a wrong URL in the settings.
func TestSMS_AStatusTellsWhetherTheTextMayHaveArrived(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]fault.Kind{
		http.StatusBadGateway: fault.Internal, http.StatusGatewayTimeout: fault.Internal, http.StatusInternalServerError: fault.Internal,
		http.StatusTooManyRequests: fault.Unavailable, http.StatusMovedPermanently: fault.Unavailable, http.StatusBadRequest: fault.Gone,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(status)
			}))
			t.Cleanup(server.Close)
			s, err := courier.NewSMS(options(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(t.Context(), text("Booked")); err == nil || fault.KindOf(err) != want {
				t.Errorf("%v", err)
			}
			if err := s.Check(t.Context()); err == nil {
				t.Error("the check finds nothing")
			}
		})
	}
}
