package booking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

const (
	// silentAfter is when a payment of which nothing was heard is asked about; then again after a quarter of its age.
	silentAfter = 10 * time.Minute
	// reconcileFor is for how long: late authorisations come within five days.
	reconcileFor = 6 * 24 * time.Hour
	// abandonedAfter: a payment whose page was never made has shown its member nothing to pay on.
	abandonedAfter = time.Hour
	sweepBatch     = 200
)

// SweepPayments looks after money that fell silent: events and refunds whose jobs were lost, and payments of which the gateway said nothing.
// One that fails does not keep the others waiting.
func (s *Service) SweepPayments(ctx context.Context) error {
	events, err := selectLateEvents(ctx, s.db, silentAfter, sweepBatch)
	if err != nil {
		return translate(ctx, err)
	}
	var errs []error
	for _, id := range events {
		if err := s.applyEvent(ctx, id); err != nil && !errors.Is(err, errApplied) && !errors.Is(err, errUnknownMoney) {
			errs = append(errs, fmt.Errorf("event %d: %w", id, err))
		}
	}
	return errors.Join(append(errs, s.enqueueLostRefunds(ctx), s.Reconcile(ctx))...)
}

// enqueueLostRefunds enqueues refunds whose jobs have given up. River drops the ones that are still in the queue.
func (s *Service) enqueueLostRefunds(ctx context.Context) error {
	type waiting struct {
		ID       RefundID
		Provider Provider
	}
	list, err := collect(ctx, s.db, pgx.RowToStructByPos[waiting], `
		SELECT refund.id, p.provider FROM refund JOIN payment p ON p.id = refund.payment_id
		WHERE refund.state = 'pending' AND NOT by_hand AND refund.created_at <= booking_clock() - make_interval(secs => $1)
			AND NOT EXISTS (SELECT FROM river_job j WHERE j.kind = 'booking_refund' AND (j.args ->> 'refund')::bigint = refund.id
				AND j.state IN ('available', 'pending', 'running', 'retryable', 'scheduled'))
		ORDER BY refund.id LIMIT $2`, silentAfter.Seconds(), sweepBatch)
	if err != nil {
		return translate(ctx, fmt.Errorf("look for waiting refunds: %w", err))
	}
	for _, w := range list {
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := s.jobs.InsertTx(ctx, tx, refundArgs{Refund: w.ID}, &river.InsertOpts{Queue: string(w.Provider.refundQueue()), MaxAttempts: refundAttempts})
			return err
		})
		if err != nil {
			return fmt.Errorf("enqueue refund %d: %w", w.ID, err)
		}
	}
	return nil
}

// Reconcile asks gateways about payments of which nothing was heard: every gateway stops repeating itself some day.
func (s *Service) Reconcile(ctx context.Context) error {
	providers := make([]Provider, 0, len(s.payments.Gateways))
	for p := range s.payments.Gateways {
		providers = append(providers, p)
	}
	slices.Sort(providers)
	ids, err := collect(ctx, s.db, pgx.RowTo[PaymentID], `
		SELECT id FROM payment WHERE state IN ('created', 'failed', 'authorized') AND provider = ANY($1)
			AND created_at <= booking_clock() - make_interval(secs => $2) AND created_at > booking_clock() - make_interval(secs => $3)
			AND (checked_at IS NULL OR checked_at <= booking_clock() - greatest(make_interval(secs => $2), (booking_clock() - created_at) / 4))
			AND NOT (state = 'failed' AND checkout IS NULL)
		ORDER BY checked_at NULLS FIRST, id LIMIT $4`, providers, silentAfter.Seconds(), reconcileFor.Seconds(), sweepBatch)
	if err != nil {
		return translate(ctx, fmt.Errorf("look for silent payments: %w", err))
	}
	var errs []error
	for _, id := range ids {
		switch err := s.reconcilePayment(ctx, id); {
		case err == nil:
		case fault.KindOf(err) != fault.Unavailable:
			errs = append(errs, err)
		default:
			s.logger.LogAttrs(ctx, slog.LevelWarn, "a payment could not be asked about; it is asked about again", slog.Int64("payment", int64(id)), slog.Any("error", err))
		}
	}
	return errors.Join(errs...)
}

// reconcilePayment asks what became of one payment and applies the answer.
func (s *Service) reconcilePayment(ctx context.Context, id PaymentID) error {
	p, err := selectPayment(ctx, s.db, `WHERE id = $1`, id)
	if err != nil {
		return translate(ctx, err)
	}
	gateway, ok := s.payments.Gateways[p.Provider]
	if !ok {
		return ErrNoGateway
	}
	// Noted before the question, so that one payment that always fails does not stand first in line for ever.
	if _, err := s.db.Exec(ctx, `UPDATE payment SET checked_at = booking_clock() WHERE id = $1`, id); err != nil {
		return translate(ctx, fmt.Errorf("note question about payment %d: %w", id, err))
	}
	r, err := gateway.Fetch(ctx, Handle{Reference: p.Reference, Checkout: p.Checkout, Charge: p.Charge})
	if errors.Is(err, ErrNothingToAsk) {
		return s.abandonPayment(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("ask about payment %d: %w", id, err)
	}
	return s.withPayment(ctx, gatewayActor(), id, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		return c.applyReport(ctx, b, p, r, 0)
	})
}

// abandonPayment closes a payment that never got a page, where some time has passed.
func (s *Service) abandonPayment(ctx context.Context, p Payment) error {
	if p.Checkout != "" {
		return nil
	}
	return s.withPayment(ctx, gatewayActor(), p.ID, func(ctx context.Context, c *change, _ *Booking, p *Payment) error {
		if p.State != Created || p.Checkout != "" || c.at.Sub(p.CreatedAt) < abandonedAfter {
			return nil
		}
		return c.movePayment(ctx, p, Failed)
	})
}
