package courier

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	htmltemplate "html/template"
	netmail "net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// EmailOptions configure Email.
type EmailOptions struct {
	// URL of the mail server: smtps://user:password@host:465 for TLS from the start, smtp://user:password@host:587 for STARTTLS.
	URL secret.String
	// From is the sender: Riverside Cricket <nets@riverside.example>.
	From string
	// Plain allows a server without TLS. Use it only for a server on the same machine.
	Plain bool
	// TLS holds the trusted roots; nil for the system's.
	TLS *tls.Config
	Now func() time.Time
}

// Email sends messages by email.
type Email struct {
	host     string
	settings []mail.Option // of client
	client   *mail.Client
	from     *netmail.Address
	page     *htmltemplate.Template
	now      func() time.Time
}

// Errors of email.
var (
	errMailUnreachable = fault.New(fault.Unavailable, "mail_away")
	errMailLater       = fault.New(fault.Unavailable, "mail_later")
	errMailContent     = fault.New(fault.Gone, "mail_content")
	errMailURL         = errors.New("the mail server's URL is smtps://user:password@host:465 or smtp://user:password@host:587")
)

const (
	mailTimeout = 15 * time.Second // of connecting, and then of sending
	smtpPort    = 587
	smtpsPort   = 465
)

// NewEmail checks the settings. Send connects.
func NewEmail(o EmailOptions) (*Email, error) {
	u, err := url.Parse(o.URL.Reveal())
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errMailURL
	}
	from, err := netmail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("the sender's address: %w", err)
	}
	settings := []mail.Option{mail.WithTimeout(mailTimeout), mail.WithoutNoop(), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithPort(smtpPort)}
	if u.Scheme == "smtps" {
		settings = append(settings, mail.WithSSL(), mail.WithPort(smtpsPort))
	} else if o.Plain {
		settings = append(settings, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	if port := u.Port(); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, errMailURL
		}
		settings = append(settings, mail.WithPort(n))
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		trust = o.TLS.Clone()
	}
	trust.ServerName = u.Hostname()
	settings = append(settings, mail.WithTLSConfig(trust))
	if user := u.User.Username(); user != "" {
		password, _ := u.User.Password()
		way := mail.SMTPAuthAutoDiscover // sends no password without TLS
		if o.Plain {
			way = mail.SMTPAuthPlainNoEnc
		}
		settings = append(settings, mail.WithSMTPAuth(way), mail.WithUsername(user), mail.WithPassword(password))
	}
	client, err := mail.NewClient(u.Hostname(), settings...)
	if err != nil {
		return nil, errMailURL // the library's error quotes its arguments, the password among them
	}
	page, err := htmltemplate.New("letter").Parse(letterHTML)
	if err != nil {
		return nil, fmt.Errorf("the letter's form: %w", err)
	}
	return &Email{client: client, host: u.Hostname(), settings: settings, from: from, page: page, now: o.Now}, nil
}

// Send sends a message as text and HTML, with the booking's calendar file.
func (e *Email) Send(ctx context.Context, m booking.Message) error {
	letter, err := e.compose(m)
	if err != nil {
		return err
	}
	conn, err := e.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return errors.Join(errMailUnreachable, err)
	}
	defer func() { _ = e.client.CloseWithSMTPClient(conn) }() // an error while closing says nothing about the delivery
	if err := e.client.SendWithSMTPClient(conn, letter); err != nil && !letter.IsDelivered() {
		return classify(err)
	}
	return nil
}

// Check connects to the server, signs in and closes the connection, before the deadline of ctx. The library watches ctx only while it dials, and its own
// limit begins anew after the server's greeting.
func (e *Email) Check(ctx context.Context) error {
	limit := mailTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, max(time.Millisecond, end.Sub(e.now())/2))
	}
	client, err := mail.NewClient(e.host, append(slices.Clip(e.settings), mail.WithTimeout(limit))...)
	if err != nil {
		return errMailURL
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	return client.CloseWithSMTPClient(conn)
}

// classify gives a failed try its kind. A failure before the end of the message, and any reply code, mean that it was not sent. No reply to the
// whole message means that it may have arrived.
func classify(err error) error {
	var why *mail.SendError
	if !errors.As(err, &why) {
		return err
	}
	code := why.ErrorCode()
	switch {
	case why.Reason == mail.ErrSMTPDataClose && code == 0:
		return err // no reply: it may have arrived
	case why.Reason == mail.ErrSMTPRcptTo && unknownMailbox(why):
		return errors.Join(booking.ErrRefused, err)
	case why.Reason == mail.ErrSMTPDataClose && code >= 500:
		return errors.Join(errMailContent, err)
	default:
		return errors.Join(errMailLater, err)
	}
}

// unknownMailbox reports whether a permanent refusal says that the mailbox does not exist. 5.7 codes are refusals of the sender instead.
func unknownMailbox(why *mail.SendError) bool {
	switch why.ErrorCode() {
	case 550, 551, 553, 556:
		return !strings.HasPrefix(why.EnhancedStatusCode(), "5.7.")
	}
	return false
}

func (e *Email) compose(m booking.Message) (*mail.Msg, error) {
	letter := mail.NewMsg()
	letter.FromMailAddress(e.from)
	if err := letter.To(m.To); err != nil {
		return nil, errors.Join(booking.ErrRefused, err)
	}
	subject, rest, _ := strings.Cut(m.Text, "\n")
	letter.Subject(subject)
	letter.SetDateWithValue(e.now())
	letter.SetMessageIDWithValue(e.messageID(m.Once))
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetGenHeader("Content-Language", m.Language)
	plain := m.Text
	if m.Foot != "" {
		plain += "\n\n-- \n" + m.Foot
	}
	letter.SetBodyString(mail.TypeTextPlain, plain+"\n")
	var html bytes.Buffer
	if err := e.page.Execute(&html, map[string]any{"Language": m.Language, "Title": subject, "Lines": strings.Split(rest, "\n"), "Foot": m.Foot}); err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	letter.AddAlternativeString(mail.TypeTextHTML, html.String())
	if len(m.Calendar) > 0 {
		if err := letter.AttachReader(fmt.Sprintf("booking-%d.ics", m.Booking), bytes.NewReader(m.Calendar), mail.WithFileContentType(mail.ContentType(m.CalendarType))); err != nil {
			return nil, fmt.Errorf("attach calendar file: %w", err)
		}
	}
	return letter, nil
}

// messageID derives the Message-ID from once, so that mail programs recognise a repeat.
func (e *Email) messageID(once string) string {
	_, domain, _ := strings.Cut(e.from.Address, "@")
	sum := sha256.Sum256([]byte(once))
	return fmt.Sprintf("%x@%s", sum[:16], domain)
}

// letterHTML is the HTML form. It loads nothing, so opening it tells nobody that it was read.
const letterHTML = `<!DOCTYPE html>
<html lang="{{.Language}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body style="margin:0;padding:24px;background:#f4f6f4;font:16px/1.5 system-ui,sans-serif;color:#1d2a1f">
<main style="max-width:34em;margin:0 auto;padding:24px;background:#fff;border-radius:8px">
<h1 style="margin:0 0 12px;font-size:20px">{{.Title}}</h1>
{{range .Lines}}{{if .}}<p style="margin:0 0 6px">{{.}}</p>
{{end}}{{end}}</main>
{{if .Foot}}<p style="max-width:34em;margin:12px auto;font-size:13px;color:#5b6b5e">{{.Foot}}</p>
{{end}}</body>
</html>
`
