package nets

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/sandbox/caller"
	"pavilion/web"
)

// linker plays the bot: it makes links to invoices.
type linker struct{ made atomic.Int64 }

func (l *linker) PostInvoice(context.Context, booking.Invoice) error { return nil }

func (l *linker) InvoiceLink(context.Context, booking.Invoice) (string, error) {
	return fmt.Sprintf("https://t.me/$link%d", l.made.Add(1)), nil
}

// workChat works the queue of the bot's process until the test ends.
func (l *paymentBundle) workChat(invoices *linker) {
	l.t.Helper()
	worker, err := booking.NewWorker(l.booking, booking.WorkerOptions{
		DB: l.db, Queues: []booking.Queue{booking.ChatQueue}, Invoices: invoices, Logger: slog.New(slog.DiscardHandler), Sweep: time.Hour,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(l.t.Context()))
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	l.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
	})
}

// The answer does not wait for the bot. The link then is in the member's payments, and in theirs alone.
func TestInvoiceLink_IsAskedForAndReadLater(t *testing.T) {
	t.Parallel()
	b := setupPayments(t, nil)
	c, bot := b.club, new(linker)
	held := b.hold(b.member, c, c.slot("18:00", "19:00", c.nets[0]))
	path := c.path("/bookings/%d/", held.ID)
	ask := func(token, provider string) answer {
		return b.Do(request{Method: http.MethodPost, Path: path + "invoice-link", Token: token, Body: map[string]string{"provider": provider}})
	}
	ask(b.member, "sandbox").Want(t, "a page", 422, "validation")
	ask(b.member, "stars").Want(t, "stars are not set up", 404, "no-gateway")
	ask(b.signIn(someone()), "telegram").Want(t, "a stranger", 404, "no-booking")
	boss := b.signIn(adminID)
	ask(boss, "telegram").Want(t, "the staff", 403, "forbidden")
	var first, p PaymentBody
	a := ask(b.member, "telegram")
	if a.Into(t, &first); a.Status != http.StatusOK || first.State != "created" || first.InvoiceLink != "" || first.URL != "" || first.Amount.Minor != 60000 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	b.workChat(bot)
	payments := func(token string) (all web.ListOf[PaymentBody]) {
		b.Do(request{Path: path + "payments", Token: token}).Into(t, &all)
		return all
	}
	caller.WaitFor(t, func() bool { return payments(b.member).Items[0].InvoiceLink != "" })
	for range 2 {
		if ask(b.member, "telegram").Into(t, &p); p.ID != first.ID || p.InvoiceLink != "https://t.me/$link1" {
			t.Errorf("asked again: %+v", p)
		}
	}
	if seen := payments(boss).Items; len(seen) != 1 || seen[0].InvoiceLink != "" {
		t.Errorf("the staff see %+v", seen)
	}
	b.put("POST", boss, c.path("/bookings/%d/desk-payment", held.ID), map[string]string{"method": "cash"}).Want(t, "pay at the desk", http.StatusOK, "")
	ask(b.member, "telegram").Want(t, "paid at the desk", 409, "paid")
	if n := bot.made.Load(); n != 1 {
		t.Errorf("%d links were made", n)
	}
}
