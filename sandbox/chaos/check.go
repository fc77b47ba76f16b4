package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/gateway"
	"pavilion/sandbox/miniapp"
)

// settles is how long the jobs of killed processes may take. Another process runs them again after 90 seconds, and they retry failed calls.
const settles = 4 * time.Minute

// check compares the final state with the clients' answers and returns a sentence for each difference. Jobs complete payments and refunds, so it repeats
// the comparison until there is no difference or settles has passed.
func (s *scene) check(ctx context.Context, clients []*client) []string {
	for _, c := range clients {
		if err := c.signIn(ctx); err != nil { // access tokens live for minutes
			return []string{fmt.Sprintf("sign in again: %v", err)}
		}
	}
	var findings []string
	for deadline := time.Now().Add(settles); ; {
		findings = s.differences(ctx, clients)
		if len(findings) == 0 || time.Now().After(deadline) {
			break
		}
		if err := sandbox.Pause(ctx, 3*time.Second); err != nil {
			return append(findings, err.Error())
		}
	}
	findings = append(findings, replays(ctx, clients)...)
	if out, err := s.Run(ctx, "doctor", "booking"); err != nil || !strings.Contains(out, "ok    every booking keeps the rules") {
		findings = append(findings, fmt.Sprintf("doctor booking: %v %s", err, out))
	}
	return findings
}

// differences compares the clients' answers with the bookings over the API, the money at the payment service, and the number of rows.
func (s *scene) differences(ctx context.Context, clients []*client) (found []string) {
	bookings, checkouts, paid := 0, map[string]bool{}, 0
	for _, c := range clients {
		for _, m := range c.bookings {
			bookings++
			if m.checkout != "" {
				checkouts[m.checkout] = true
			}
			if m.paid {
				paid++
			}
			if what := s.difference(ctx, c, m); what != "" {
				found = append(found, fmt.Sprintf("booking %d of client %d: %s", m.id, c.number, what))
			}
		}
	}
	captured := 0
	for _, p := range s.Gateway.Payments() {
		if p.Status == gateway.Captured {
			captured++
		}
		if !checkouts[p.ID] {
			found = append(found, fmt.Sprintf("the payment service has the checkout %s, which no client was told of", p.ID))
		}
	}
	if captured != paid {
		found = append(found, fmt.Sprintf("%d payments are captured, %d were made", captured, paid))
	}
	conn, err := pgx.Connect(ctx, s.Engines.PostgresURL)
	if err != nil {
		return append(found, err.Error())
	}
	defer conn.Close(ctx) //nolint:errcheck // read only
	for what, c := range map[string]struct {
		sql  string
		want int
	}{
		"bookings": {`SELECT count(*) FROM booking`, bookings},
		"pairs of bookings that overlap": {`SELECT count(*) FROM booking_slot a JOIN booking_slot b ON a.net_id = b.net_id AND a.occupied && b.occupied AND a.booking_id < b.booking_id
			WHERE a.state IN ('held', 'confirmed', 'checked_in') AND b.state IN ('held', 'confirmed', 'checked_in')`, 0},
	} {
		var n int
		if err := conn.QueryRow(ctx, c.sql).Scan(&n); err != nil || n != c.want {
			found = append(found, fmt.Sprintf("%d %s, want %d (%v)", n, what, c.want, err))
		}
	}
	return found
}

// difference compares one booking and its money with the client's answers. It returns "" if they agree.
func (s *scene) difference(ctx context.Context, c *client, m *made) string {
	var b miniapp.Booking
	if err := c.app.Get(ctx, s.club.Path("/bookings/%d", m.id), &b); err != nil {
		return err.Error()
	}
	switch {
	case m.cancelled && b.State != "cancelled", !m.cancelled && m.paid && b.State != "confirmed", !m.cancelled && !m.paid && b.State != "held" && b.State != "expired":
		return fmt.Sprintf("is %s; told cancelled %v, paid %v", b.State, m.cancelled, m.paid)
	case !m.paid:
		return ""
	}
	p, ok := s.Gateway.Payment(m.checkout)
	if !ok || p.Status != gateway.Captured {
		return fmt.Sprintf("its payment is %q", p.Status)
	}
	back := s.Gateway.Refunds(p.Charge)
	if !m.cancelled && len(back) > 0 || m.cancelled && (len(back) != 1 || back[0].Amount != p.Amount) {
		return fmt.Sprintf("%d was paid, the refunds are %v; told cancelled %v", p.Amount, back, m.cancelled)
	}
	return ""
}

// replays sends every action again and checks that its key has the answer that the client got. It leaves out payments, because a repeated request
// returns the present state. differences checks at the payment service that each payment was started once.
func replays(ctx context.Context, clients []*client) []string {
	var mu sync.Mutex
	var found []string
	var wg sync.WaitGroup
	for _, c := range clients {
		wg.Go(func() {
			for _, a := range c.actions {
				if strings.HasSuffix(a.path, "/payments") {
					continue
				}
				got, err := c.app.Send(ctx, http.MethodPost, a.path, a.key, a.body)
				if err == nil && got.Status == a.answer.Status && bytes.Equal(bytes.TrimSpace(got.Body), bytes.TrimSpace(a.answer.Body)) && got.Header.Get("Idempotency-Replayed") == "true" {
					continue
				}
				mu.Lock()
				found = append(found, fmt.Sprintf("%s under the key %s was answered %d %s, and then %d %s, %v", a.path, a.key, a.answer.Status, a.answer.Body, got.Status, got.Body, err))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return found
}

// summary counts the clients' actions.
func (s *scene) summary(clients []*client) string {
	var actions, bookings, paid, cancelled, refunds int
	for _, c := range clients {
		actions += len(c.actions)
		bookings += len(c.bookings)
		for _, m := range c.bookings {
			if m.paid {
				paid++
			}
			if m.cancelled {
				cancelled++
			}
		}
	}
	for _, p := range s.Gateway.Payments() {
		refunds += len(s.Gateway.Refunds(p.Charge))
	}
	return fmt.Sprintf("# %d clients, %d actions: %d bookings, %d payments, %d cancellations, %d refunds", len(clients), actions, bookings, paid, cancelled, refunds)
}
