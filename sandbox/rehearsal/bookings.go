package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
)

const (
	thinking = 50 * time.Millisecond // of a member, between two requests
	keepOne  = 8                     // of this many bookings one is not cancelled
	firstDay = 3                     // far enough ahead that cancelling is free
	opens    = 6
	hours    = 16
)

// bookings are members who hold, confirm, look and cancel.
type bookings struct {
	*answers

	members []*booker
	stopped chan struct{}
	running sync.WaitGroup
}

// booker is a member with bookings of their own days.
type booker struct {
	*answers

	number  int
	members int
	client  *visitor
	club    miniapp.Club
	kept    int              // bookings that stay
	states  map[int64]string // by booking, as the last answer told
}

// startBookings lets members act until finish. Each has a client of their own.
func startBookings(ctx context.Context, club miniapp.Club, clients []*visitor) *bookings {
	b := &bookings{answers: newAnswers(len(clients)), stopped: make(chan struct{})}
	for i, client := range clients {
		m := &booker{answers: b.answers, number: i, members: len(clients), client: client, club: club, states: map[int64]string{}}
		b.members = append(b.members, m)
		b.running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				select {
				case <-b.stopped:
					return
				default:
					m.act(ctx, n)
				}
			}
		})
	}
	return b
}

// finish ends the load when every action under way has its final answer.
func (b *bookings) finish() {
	close(b.stopped)
	b.running.Wait()
}

// act makes a booking, and cancels most of them.
func (m *booker) act(ctx context.Context, n int) {
	key := func(action string) string { return fmt.Sprintf("%s %d of member %d", action, n, m.number) }
	// The hours of all nets on the first of the member's days, then on the next.
	nets := len(m.club.Nets)
	day := m.club.Day(firstDay + m.number + m.kept/(nets*hours)*m.members)
	hour := opens + m.kept/nets%hours
	slot := miniapp.Slot(day, fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), m.club.Nets[m.kept%nets])
	var made miniapp.Booking
	a, ok := m.ask(ctx, m.number, m.client, request{http.MethodPost, m.club.Path("/holds"), key("hold"), slot, http.StatusCreated})
	if !ok || a.Into(http.StatusCreated, &made) != nil {
		return
	}
	m.states[made.ID] = "held"
	_ = sandbox.Pause(ctx, thinking)
	if _, ok := m.ask(ctx, m.number, m.client, request{http.MethodPost, m.club.Path("/bookings/%d/confirm", made.ID), key("confirm"), nil, http.StatusOK}); !ok {
		return
	}
	m.states[made.ID] = "confirmed"
	_ = sandbox.Pause(ctx, thinking)
	m.ask(ctx, m.number, m.client, request{http.MethodGet, m.club.Path("/availability?from=%s&nets=%d", day, m.club.Nets[0]), "", nil, http.StatusOK})
	_ = sandbox.Pause(ctx, thinking)
	if n%keepOne == keepOne-1 {
		m.kept++
		return
	}
	if _, ok := m.ask(ctx, m.number, m.client, request{http.MethodPost, m.club.Path("/bookings/%d/cancel", made.ID), key("cancel"), nil, http.StatusOK}); ok {
		m.states[made.ID] = "cancelled"
	}
	_ = sandbox.Pause(ctx, thinking)
}

// check compares the rows with the answers after finish. It returns the number of bookings and a sentence for each difference.
func (b *bookings) check(ctx context.Context, db *pgx.Conn) (made int, findings []string) {
	_, findings = b.total()
	told := map[int64]string{}
	for _, m := range b.members {
		maps.Copy(told, m.states)
	}
	rows, err := db.Query(ctx, `SELECT id, state FROM booking`)
	if err != nil {
		return 0, append(findings, err.Error())
	}
	var id int64
	var state string
	if _, err := pgx.ForEachRow(rows, []any{&id, &state}, func() error {
		switch want, ok := told[id]; {
		case !ok:
			findings = append(findings, fmt.Sprintf("booking %d is %s, and no answer told of it", id, state))
		case want != state:
			findings = append(findings, fmt.Sprintf("booking %d is %s, its last answer said %s", id, state, want))
		}
		delete(told, id)
		made++
		return nil
	}); err != nil {
		return 0, append(findings, err.Error())
	}
	for id, state := range told {
		findings = append(findings, fmt.Sprintf("booking %d was %s and is lost", id, state))
	}
	return made, findings
}
