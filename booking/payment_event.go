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

// eventOutcome is the result of an event.
type eventOutcome string

const (
	outcomeApplied eventOutcome = "applied" // also when it changed nothing
	outcomeIgnored eventOutcome = "ignored" // not about a payment
	outcomeUnknown eventOutcome = "unknown" // about a payment that is not ours: under review
)

// VerifyCallback checks that the provider sent a callback, and reads it.
func (s *Service) VerifyCallback(provider Provider, c Callback) (Event, error) {
	gateway, ok := s.payments.Gateways[provider]
	if !ok {
		return Event{}, ErrNoGateway
	}
	return gateway.Verify(c)
}

// StoreEvent stores a verified event in the inbox, with the job that applies it. When it returns nil, the event is committed and the callback can be
// acknowledged. An event that is stored already, by id or by body, changes nothing.
func (s *Service) StoreEvent(ctx context.Context, provider Provider, e Event, body []byte) error {
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

// errUnknownMoney reports an event without our reference whose checkout and charge no payment has yet. A later event may contain both.
var errUnknownMoney = errors.New("no payment has this money yet")

const (
	unknownMoneyPatience = 10 * time.Minute // then the event goes to review
	unknownMoneyRetry    = 5 * time.Second
)

// applyEvent updates a payment by an event of the inbox.
func (s *Service) applyEvent(ctx context.Context, id int64) error {
	provider, report, waited, err := selectEvent(ctx, s.db, id)
	if errors.Is(err, errApplied) {
		return nil
	}
	if err != nil {
		return translate(ctx, err)
	}
	if report.State == "" {
		return translate(ctx, closeEvent(ctx, s.db, id, outcomeIgnored))
	}
	p, err := selectReportedPayment(ctx, s.db, provider, report)
	switch {
	case err == nil && s.payments.Gateways[provider] == nil:
		return ErrNoGateway // the job is retried until the gateway is configured again
	case errors.Is(err, ErrNoPayment) && report.Reference == "" && waited < unknownMoneyPatience:
		return errUnknownMoney
	case errors.Is(err, ErrNoPayment):
		return s.closeUnknownEvent(ctx, id)
	case err != nil:
		return translate(ctx, err)
	}
	if report.State == Captured && report.Charge == "" { // without its charge the money could not be refunded
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

// closeUnknownEvent closes an event about a payment that is not ours, and opens a review.
func (s *Service) closeUnknownEvent(ctx context.Context, id int64) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := closeEvent(ctx, tx, id, outcomeUnknown); err != nil {
			return err
		}
		at, err := selectClock(ctx, tx)
		if err != nil {
			return err
		}
		return s.openReview(ctx, tx, Review{Reason: ReviewUnknown, Event: id}, at)
	})
}
