package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// client simulates one person who books, pays and cancels.
type client struct {
	number int
	who    world.User
	app    *miniapp.Client
	scene  *scene
	record *record
	random *rand.Rand

	actions  []*action
	bookings []*made
}

// action is a request with its idempotency key and final answer.
type action struct {
	path   string
	key    string
	body   any
	answer miniapp.Answer
}

// made is a booking according to the answers that its client got.
type made struct {
	id        int64
	checkout  string // the payment's id at the payment service
	paid      bool
	cancelled bool
}

const (
	thinking   = 40 * time.Millisecond
	firstDay   = 3 // far enough ahead that cancelling is free
	days       = 50
	opens      = 6
	openHours  = 16
	tryTimeout = 10 * time.Second // for one try: the version is read first, then the action is sent, and the server has 5 s for each
)

// startClients signs the clients in and lets them act until ctx ends. done waits until each has its last final answer.
func (s *scene) startClients(ctx context.Context, r *record) (all []*client, done func()) {
	var wg sync.WaitGroup
	for i := range everyone {
		c := &client{
			number: i, who: world.User{ID: 4_300_000_000 + int64(i), First: fmt.Sprintf("Player %d", i)}, scene: s, record: r,
			random: rand.New(rand.NewPCG(uint64(i), 9)),
		}
		all = append(all, c)
		wg.Go(func() { c.run(ctx) })
	}
	return all, wg.Wait
}

func (c *client) run(ctx context.Context) {
	if err := c.signIn(context.WithoutCancel(ctx)); err != nil {
		c.record.strange(fmt.Sprintf("sign in: %v", err))
		return
	}
	for ctx.Err() == nil {
		c.turn(context.WithoutCancel(ctx)) // the client waits for the answers of its last turn
		_ = sandbox.Pause(ctx, thinking)
	}
}

func (c *client) signIn(ctx context.Context) (err error) {
	c.app, err = miniapp.Open(ctx, c.scene.base, sandbox.BotToken, c.who)
	return err
}

// turn holds a time, usually pays for it, and sometimes cancels a booking.
func (c *client) turn(ctx context.Context) {
	hour := opens + c.random.IntN(openHours)
	slot := miniapp.Slot(c.scene.club.Day(firstDay+c.random.IntN(days)), fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), c.scene.club.Nets[c.random.IntN(nets)])
	var b miniapp.Booking
	if !c.send(ctx, c.scene.club.Path("/holds"), slot, http.StatusCreated, &b) {
		return
	}
	m := &made{id: b.ID}
	c.bookings = append(c.bookings, m)
	if c.random.IntN(6) > 0 {
		c.pay(ctx, m)
	}
	if c.random.IntN(3) == 0 {
		c.cancel(ctx, c.bookings[c.random.IntN(len(c.bookings))])
	}
}

func (c *client) pay(ctx context.Context, m *made) {
	var started struct {
		URL string `json:"url"`
	}
	if !c.send(ctx, c.scene.club.Path("/bookings/%d/payments", m.id), map[string]string{"provider": "sandbox"}, http.StatusOK, &started) {
		return
	}
	m.checkout = started.URL[strings.LastIndex(started.URL, "/")+1:]
	if c.random.IntN(8) == 0 {
		return // the payer changes their mind
	}
	if err := c.scene.Gateway.Pay(m.checkout); err != nil {
		c.record.strange(fmt.Sprintf("the payment service: %v", err))
		return
	}
	m.paid = true
}

func (c *client) cancel(ctx context.Context, m *made) {
	var b miniapp.Booking
	if !m.cancelled && c.send(ctx, c.scene.club.Path("/bookings/%d/cancel", m.id), nil, http.StatusOK, &b) {
		m.cancelled = true
	}
}

// send sends an action until it has a final answer. It returns true if the answer has the wanted status. It counts final answers other than that and a
// conflict as unexpected.
func (c *client) send(ctx context.Context, path string, body any, status int, to any) bool {
	a := &action{path: path, key: fmt.Sprintf("%d-%d", c.number, len(c.actions)), body: body}
	c.actions = append(c.actions, a)
	for began := time.Now(); ; {
		tctx, cancel := context.WithTimeout(ctx, tryTimeout)
		answer, err := c.app.Send(tctx, http.MethodPost, path, a.key, body)
		cancel()
		wait := again(answer, err)
		if wait == 0 {
			a.answer = answer
			c.record.final(c.number, began)
			break
		}
		c.record.try(describe(answer, err))
		_ = sandbox.Pause(ctx, wait)
	}
	switch {
	case a.answer.Status == status:
		if err := a.answer.Into(status, to); err != nil {
			c.record.strange(err.Error())
			return false
		}
		return true
	case a.answer.Status != http.StatusConflict:
		c.record.strange(fmt.Sprintf("%s: %d %s", path, a.answer.Status, a.answer.Problem()))
	}
	return false
}

// again returns the wait before the next try, 0 for a final answer.
func again(a miniapp.Answer, err error) time.Duration {
	const atOnce = 100 * time.Millisecond
	switch {
	case err != nil:
		return atOnce
	case a.Status == http.StatusServiceUnavailable, a.Status == http.StatusTooManyRequests, a.Problem() == "idempotency-in-progress":
		after, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if err != nil {
			return atOnce
		}
		return time.Duration(after) * time.Second
	}
	return 0
}

func describe(a miniapp.Answer, err error) string {
	if err != nil {
		return "no answer"
	}
	return strconv.Itoa(a.Status)
}
