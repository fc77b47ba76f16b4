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
	unreportedAfter = 10 * time.Minute   // the age from which a payment without a report is reconciled, and again after each quarter of its age
	reconcileFor    = 6 * 24 * time.Hour // the age until which it is; late authorisations come within five days
	abandonedAfter  = time.Hour          // the age from which a payment that never got a page is closed: nobody could pay it
	sweepBatch      = 200
)

// SweepPayments applies events and enqueues refunds whose jobs were lost, and reconciles payments without a report. An error of one does not stop
// the others.
func (s *Service) SweepPayments(ctx context.Context) error {
	events, err := selectLateEvents(ctx, s.db, unreportedAfter, sweepBatch)
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

// enqueueLostRefunds enqueues pending refunds that have no unfinished job.
func (s *Service) enqueueLostRefunds(ctx context.Context) error {
	list, err := selectLostRefunds(ctx, s.db, unreportedAfter, sweepBatch)
	if err != nil {
		return translate(ctx, err)
	}
	for _, lost := range list {
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := s.jobs.InsertTx(ctx, tx, refundArgs{Refund: lost.ID}, &river.InsertOpts{Queue: string(lost.Provider.refundQueue()), MaxAttempts: refundAttempts})
			return err
		})
		if err != nil {
			return fmt.Errorf("enqueue refund %d: %w", lost.ID, err)
		}
	}
	return nil
}

// Reconcile asks gateways about payments without a report, because a gateway stops resending callbacks after some time.
func (s *Service) Reconcile(ctx context.Context) error {
	providers := make([]Provider, 0, len(s.payments.Gateways))
	for p := range s.payments.Gateways {
		providers = append(providers, p)
	}
	slices.Sort(providers)
	ids, err := selectUnreportedPayments(ctx, s.db, providers, unreportedAfter, reconcileFor, sweepBatch)
	if err != nil {
		return translate(ctx, err)
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

// reconcilePayment asks the gateway for the state of one payment and applies the answer.
func (s *Service) reconcilePayment(ctx context.Context, id PaymentID) error {
	p, err := selectPayment(ctx, s.db, id)
	if err != nil {
		return translate(ctx, err)
	}
	gateway, ok := s.payments.Gateways[p.Provider]
	if !ok {
		return ErrNoGateway
	}
	// Marked before the call, so that a payment whose call always fails does not stay first in the order.
	if err := markChecked(ctx, s.db, id); err != nil {
		return translate(ctx, err)
	}
	r, err := gateway.Fetch(ctx, Handle{Reference: p.Reference, Checkout: p.Checkout, Charge: p.Charge})
	if errors.Is(err, ErrUnknownPayment) {
		return s.abandonPayment(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("ask about payment %d: %w", id, err)
	}
	return s.withPayment(ctx, gatewayActor(), id, func(ctx context.Context, c *change, b *Booking, p *Payment) error {
		return c.applyReport(ctx, b, p, r, 0)
	})
}

// abandonPayment closes a payment that has no page abandonedAfter its creation.
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
