package post

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The account that may send mail.
const (
	User     = "pavilion"
	Password = "a password, with %signs"
)

// Mood is the behaviour of a server.
type Mood int

// The moods.
const (
	Willing Mood = iota
	Closed       // it refuses messages for now
	Mute         // it accepts the message and closes the connection without an answer
)

// Letter is a mail that was delivered.
type Letter struct {
	To        string
	From      string
	Subject   string
	MessageID string
	Headers   []string // all of its lines
	Text      string
	HTML      string
	Files     map[string]string // by name
	Types     []string          // of all parts, in order
	Encrypted bool              // it came over TLS
}

// Office is an SMTP server.
type Office struct {
	addr     string
	tls      bool // TLS from the start of a connection
	listener net.Listener
	server   *smtp.Server
	done     chan error

	mu      sync.Mutex
	mood    Mood
	nobody  []string // unknown addresses
	begun   int      // mails begun, including those without a valid account
	letters []Letter
	change  chan struct{} // closed at the next letter
}

// OpenOffice starts an SMTP server on a local port. Without a certificate it has no TLS. With one it offers STARTTLS, or with implicit it requires TLS
// from the start.
func OpenOffice(certificate *tls.Certificate, implicit bool) (*Office, error) {
	o := &Office{tls: implicit, done: make(chan error, 1), change: make(chan struct{})}
	o.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{office: o, conn: c}, nil }))
	o.server.Domain, o.server.AllowInsecureAuth, o.server.ErrorLog = "post.example", certificate == nil, silence{}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("post office: %w", err)
	}
	if certificate != nil {
		config := &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
		if implicit {
			l = tls.NewListener(l, config)
		} else {
			o.server.TLSConfig = config
		}
	}
	o.addr, o.listener = l.Addr().String(), l
	go func() { o.done <- o.server.Serve(l) }()
	return o, nil
}

// silence discards the server's log of connections that a test breaks.
type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

// URL returns the server's address with the password.
func (o *Office) URL() string {
	u := url.URL{Scheme: "smtp", Host: o.addr, User: url.UserPassword(User, Password)}
	if o.tls {
		u.Scheme = "smtps"
	}
	return u.String()
}

// Close stops the server. It also closes the listener, because the server does not have it before Serve runs.
func (o *Office) Close() error {
	errs := []error{o.server.Close(), o.listener.Close(), <-o.done}
	return errors.Join(slices.DeleteFunc(errs, func(err error) bool { return errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) })...)
}

// Be changes the server's behaviour.
func (o *Office) Be(m Mood) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mood = m
}

// Evict makes an address unknown.
func (o *Office) Evict(address string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.nobody = append(o.nobody, address)
}

// Letters returns the delivered mails, and a channel that is closed at the next one.
func (o *Office) Letters() ([]Letter, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.letters), o.change
}

// Begun returns the number of mails that clients began, accepted or not.
func (o *Office) Begun() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.begun
}

func (o *Office) now() Mood {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mood
}

func (o *Office) keep(l Letter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, l)
	close(o.change)
	o.change = make(chan struct{})
}

// session is one connection.
type session struct {
	office *Office
	conn   *smtp.Conn
	known  bool
	to     []string
}

var (
	errClosed = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "come back later"}
	errNobody = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody lives here"}
)

// AuthMechanisms returns the only one, PLAIN.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth checks the password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

// Mail begins a mail.
func (s *session) Mail(string, *smtp.MailOptions) error {
	s.office.mu.Lock()
	s.office.begun++
	s.office.mu.Unlock()
	if !s.known {
		return smtp.ErrAuthRequired
	}
	if s.office.now() == Closed {
		return errClosed
	}
	return nil
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	if slices.Contains(s.office.nobody, to) {
		return errNobody
	}
	s.to = append(s.to, to)
	return nil
}

// Data stores the mail.
func (s *session) Data(r io.Reader) error {
	l, err := read(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	_, l.Encrypted = s.conn.TLSConnectionState()
	for _, l.To = range s.to {
		s.office.keep(l)
	}
	if s.office.now() == Mute {
		return s.conn.Conn().Close()
	}
	return nil
}

// Reset drops the mail.
func (s *session) Reset() { s.to = nil }

// Logout ends the connection.
func (s *session) Logout() error { return nil }

// read parses a mail.
func read(r io.Reader) (l Letter, err error) {
	m, err := mail.CreateReader(r)
	if err != nil {
		return l, fmt.Errorf("read letter: %w", err)
	}
	l.Files = map[string]string{}
	for lines := m.Header.Fields(); lines.Next(); {
		l.Headers = append(l.Headers, lines.Key()+": "+lines.Value())
	}
	l.MessageID, err = m.Header.MessageID()
	if err != nil {
		return l, fmt.Errorf("read message id: %w", err)
	}
	if l.Subject, err = m.Header.Subject(); err != nil {
		return l, fmt.Errorf("read subject: %w", err)
	}
	if l.From, err = m.Header.Text("From"); err != nil {
		return l, fmt.Errorf("read sender: %w", err)
	}
	for {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, fmt.Errorf("read part: %w", err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return l, fmt.Errorf("read part: %w", err)
		}
		switch h := part.Header.(type) {
		case *mail.InlineHeader:
			kind, _, _ := h.ContentType()
			l.Types = append(l.Types, kind)
			if kind == "text/html" {
				l.HTML = string(body)
			} else {
				l.Text = string(body)
			}
		case *mail.AttachmentHeader:
			kind, _, _ := h.ContentType()
			name, _ := h.Filename()
			l.Types = append(l.Types, kind)
			l.Files[name] = string(body)
		}
	}
}
