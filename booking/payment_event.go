package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// eventArgs is the job that applies one event of the inbox.
type eventArgs struct {
	Event int64 `json:"event"`
}

// Kind names the job.
func (eventArgs) Kind() string { return "booking_payment_event" }

const eventAttempts = 25

// eventOutcome is what became of an event.
type eventOutcome string

const (
	outcomeApplied eventOutcome = "applied" // also where it said nothing new
	outcomeIgnored eventOutcome = "ignored" // not about a payment
	outcomeUnknown eventOutcome = "unknown" // a payment that is not ours: parked for a person
)

// VerifyCallback reads a callback where its provider sent it, now.
func (s *Service) VerifyCallback(provider Provider, c Callback) (Event, error) {
	gateway, ok := s.payments.Gateways[provider]
	if !ok {
		return Event{}, ErrNoGateway
	}
	return gateway.Verify(c)
}

// KeepEvent puts a verified event into the inbox together with the job that applies it. When it returns nil the event is safe, and the
// provider can be told so. An event that is there already, by its id or by its body, changes nothing.
func (s *Service) KeepEvent(ctx context.Context, provider Provider, e Event, body []byte) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		id, err := insertEvent(ctx, tx, provider, e, body)
		if err != nil || id == 0 {
			return err
		}
		if _, err := s.jobs.InsertTx(ctx, tx, eventArgs{Event: id}, &river.InsertOpts{Queue: string(JobQueue), MaxAttempts: eventAttempts}); err != nil {
			return fmt.Errorf("enqueue event %d: %w", id, err)
		}
		return nil
	})
}

// errUnknownMoney: an event without our reference names money that we do not know yet. Another event of the same payment may bring both together.
var errUnknownMoney = errors.New("no payment has this money yet")

// strayPatience is how long an event without our reference waits for one that explains it, before a person is asked.
const (
	unknownMoneyPatience = 10 * time.Minute
	unknownMoneyRetry    = 5 * time.Second
)

// applyEvent brings a payment up to what an event says.
func (s *Service) applyEvent(ctx context.Context, id int64) error {
	provider, report, waited, err := selectEvent(ctx, s.db, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // applied
	}
	if err != nil {
		return translate(ctx, err)
	}
	if report.State == "" {
		return translate(ctx, closeEvent(ctx, s.db, id, outcomeIgnored))
	}
	p, err := s.reportedPayment(ctx, provider, report)
	switch {
	case err == nil && s.payments.Gateways[provider] == nil:
		return ErrNoGateway // it was set up when the event came, and will be again
	case errors.Is(err, ErrNoPayment) && report.Reference == "" && waited < unknownMoneyPatience:
		return errUnknownMoney
	case errors.Is(err, ErrNoPayment):
		return s.parkEvent(ctx, id)
	case err != nil:
		return translate(ctx, err)
	}
	if report.State == Captured && report.Charge == "" { // money without a name could not be given back: ask
		known := Handle{Reference: p.Reference, Checkout: p.Checkout, Charge: p.Charge}
		if report, err = s.payments.Gateways[provider].Fetch(ctx, known); err != nil {
			return fmt.Errorf("event %d: %w", id, err)
		}
	}
	return s.withPayment(ctx, gatewayActor(), p.ID, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		if err := c.applyReport(ctx, b, p, report, id); err != nil {
			return err
		}
		return closeEvent(ctx, c.tx, id, outcomeApplied)
	})
}

// reportedPayment finds the payment that a report is about: by our reference, or by what the provider calls its page or its money.
func (s *Service) reportedPayment(ctx context.Context, provider Provider, r Report) (Payment, error) {
	if r.Reference != "" {
		return selectPayment(ctx, s.db, `WHERE provider = $1 AND reference = $2`, provider, r.Reference)
	}
	return selectPayment(ctx, s.db, `WHERE provider = $1 AND (checkout = nullif($2, '') OR charge = nullif($3, ''))`, provider, r.Checkout, r.Charge)
}

// parkEvent keeps an event about money that nobody here asked for, and asks a person.
func (s *Service) parkEvent(ctx context.Context, id int64) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := closeEvent(ctx, tx, id, outcomeUnknown); err != nil {
			return err
		}
		at, err := clock(ctx, tx)
		if err != nil {
			return err
		}
		return s.openReview(ctx, tx, Review{Reason: ReviewUnknown, Event: id}, at)
	})
}
