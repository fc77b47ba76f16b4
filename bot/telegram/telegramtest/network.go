// Package telegramtest is a stand-in for the network between the bot and Telegram, for tests of one package: it notes requests and answers the
// few that such tests need. Everything else is tested against the simulated data centre.
package telegramtest

import (
	"context"
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// Network implements gotd's tg.Invoker.
type Network struct {
	Slow map[string]time.Duration // method → how long its answer takes
	Fail map[string][]error       // method → its first errors

	mu    sync.Mutex
	start time.Time
	calls []Call
}

// Call is one request: an answer to a tap, a sent message, or another method with the short name that Network gives it.
type Call struct {
	Method string // "answer", "send", "get" or empty
	Text   string
	At     time.Duration // since Start
}

// Start sets the zero point of Call.At.
func (n *Network) Start() { n.start = time.Now() } //nolint:forbidigo // the clock of a synctest bubble

// Flood is Telegram's error that asks to wait.
func Flood(seconds int) error {
	return &tgerr.Error{Code: 420, Type: "FLOOD_WAIT", Message: "FLOOD_WAIT", Argument: seconds}
}

// BadRequest is an error of Telegram's that names what is wrong.
func BadRequest(name string) error { return tgerr.New(400, name) }

// Calls returns the requests so far.
func (n *Network) Calls() []Call {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]Call(nil), n.calls...)
}

// Invoke answers a request.
func (n *Network) Invoke(_ context.Context, input bin.Encoder, output bin.Decoder) error {
	c := Call{}
	switch r := input.(type) {
	case *tg.MessagesSetBotCallbackAnswerRequest:
		c.Method, c.Text = "answer", r.Message
	case *tg.MessagesSendMessageRequest:
		c.Method, c.Text = "send", r.Message
	case *tg.MessagesGetMessagesRequest:
		c.Method = "get"
	}
	time.Sleep(n.Slow[c.Method]) // in a synctest bubble it takes no real time
	n.mu.Lock()
	defer n.mu.Unlock()
	c.At = time.Since(n.start) //nolint:forbidigo // the clock of a synctest bubble
	n.calls = append(n.calls, c)
	if fail := n.Fail[c.Method]; len(fail) > 0 {
		n.Fail[c.Method] = fail[1:]
		return fail[0]
	}
	if box, ok := output.(*tg.BoolBox); ok {
		box.Bool = &tg.BoolTrue{}
	}
	if box, ok := output.(*tg.UpdatesBox); ok {
		box.Updates = &tg.Updates{}
	}
	return nil
}
