package courier

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// SMSOptions configure SMS.
type SMSOptions struct {
	// URL is the provider's; Twilio's when empty. Other providers offer the same API: POST 2010-04-01/Accounts/ACCOUNT/Messages.json.
	URL     string
	Account string
	Token   secret.String
	// From is a number, a name, or the id of a messaging service (MG…).
	From   string
	Client *http.Client
}

// SMS sends text messages.
type SMS struct {
	o SMSOptions
}

// Errors of text messages.
var (
	errSMSUnreachable = fault.New(fault.Unavailable, "sms_away")
	errSMSLater       = fault.New(fault.Unavailable, "sms_later")
	errSMSContent     = fault.New(fault.Gone, "sms_content")
	errSMSAnswer      = errors.New("the SMS provider answered")
	errSMSAccount     = errors.New("the account is not active")
)

const (
	twilio       = "https://api.twilio.com"
	maxSMSLength = 1600    // characters, the most that the provider takes
	maxAnswer    = 1 << 16 // bytes of an answer that are read
)

// NewSMS checks the settings. It makes no call.
func NewSMS(o SMSOptions) (*SMS, error) {
	if o.URL == "" {
		o.URL = twilio
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the SMS provider's URL is https://host")
	}
	if o.Account == "" || o.Token.Empty() || o.From == "" {
		return nil, errors.New("an SMS provider needs an account, its token and a sender")
	}
	o.Client = cmp.Or(o.Client, http.DefaultClient)
	o.URL = strings.TrimSuffix(o.URL, "/")
	return &SMS{o: o}, nil
}

// Send sends a text message.
func (s *SMS) Send(ctx context.Context, m booking.Message) error {
	form := url.Values{"To": {m.To}, "Body": {smsText(m.Text)}}
	if strings.HasPrefix(s.o.From, "MG") {
		form.Set("MessagingServiceSid", s.o.From)
	} else {
		form.Set("From", s.o.From)
	}
	var written atomic.Bool // the whole request was sent
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) { written.Store(i.Err == nil) }})
	status, code, err := s.call(ctx, http.MethodPost, "/Messages.json", strings.NewReader(form.Encode()))
	switch {
	case err != nil && written.Load():
		return err // no answer: it may have arrived
	case err != nil:
		return errors.Join(errSMSUnreachable, err)
	case status < 300:
		return nil
	}
	refusal := fmt.Errorf("%w %d, code %d", errSMSAnswer, status, code)
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return errors.Join(errSMSLater, refusal)
	case status >= 500:
		return refusal // a proxy in front of the provider may answer this after the message was accepted
	case status < 400, status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return errors.Join(errSMSLater, refusal) // settings or account: the operator can correct them
	case unreachableNumber(code):
		return errors.Join(booking.ErrRefused, refusal)
	}
	return errors.Join(errSMSContent, refusal)
}

// unreachableNumber reports whether an error code says that the number does not exist, takes no text messages, or has unsubscribed.
func unreachableNumber(code int) bool {
	switch code {
	case 21211, 21217, 21610, 21614:
		return true
	}
	return false
}

// Check reads the account, which must be active.
func (s *SMS) Check(ctx context.Context) error {
	status, _, err := s.call(ctx, http.MethodGet, ".json", http.NoBody)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%w %d", errSMSAnswer, status)
	}
	return err
}

// call makes a request under our account and returns the status and the provider's error code.
func (s *SMS) call(ctx context.Context, method, path string, body io.Reader) (status, code int, err error) {
	req, err := http.NewRequestWithContext(ctx, method, s.o.URL+"/2010-04-01/Accounts/"+url.PathEscape(s.o.Account)+path, body)
	if err != nil {
		return 0, 0, errSMSUnreachable
	}
	req.SetBasicAuth(s.o.Account, s.o.Token.Reveal())
	req.GetBody = nil // so the transport cannot resend the request by itself
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := s.o.Client.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = res.Body.Close() }() // the answer is read already
	var answer struct {
		Code   int    `json:"code"`
		Status string `json:"status"`
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err == nil && json.Unmarshal(data, &answer) == nil && method == http.MethodGet && answer.Status != "active" && res.StatusCode == http.StatusOK {
		return res.StatusCode, 0, fmt.Errorf("%w: %s", errSMSAccount, answer.Status)
	}
	return res.StatusCode, answer.Code, nil // the status decides, also when the body could not be read
}

// smsText rewrites a text for SMS. It drops emoji and replaces typographic characters by ASCII, because one character outside the GSM alphabet
// more than halves the length of a message part and so more than doubles the price.
func smsText(text string) string {
	plain := strings.NewReplacer("–", "-", "—", "-", "−", "-", " · ", ", ", "…", "...", "\u00a0", " ", "’", "'")
	var b strings.Builder
	for _, r := range plain.Replace(text) {
		if unicode.Is(unicode.So, r) || unicode.Is(unicode.Variation_Selector, r) {
			continue
		}
		b.WriteRune(r)
	}
	out := []rune(strings.TrimSpace(b.String()))
	if len(out) > maxSMSLength {
		out = out[:maxSMSLength]
	}
	return string(out)
}
