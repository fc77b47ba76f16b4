package booking

import (
	"context"
	"errors"
	"time"

	"pavilion/internal/secret"
)

// Sweep runs one kind of sweep, as its job does.
func (s *Service) Sweep(ctx context.Context, what string) error {
	return s.runSweep(ctx, WorkerOptions{}, what)
}

// Clean deletes what has expired, as Run does from time to time.
func (s *Sessions) Clean(ctx context.Context) error {
	return s.store.clean(ctx, s.db, s.opts.ProofMaxAge+proofAhead)
}

// PlantFlight starts a query of what is busy on a net in the state of now that answers "nothing", but only when release is closed: a reader
// who joins it is behind.
func (s *Service) PlantFlight(ctx context.Context, club ClubID, net NetID, from, to Day, release <-chan struct{}) error {
	known, _, err := s.readTokens(ctx, club, from, to)
	if err != nil {
		return err
	}
	var keys []busyKey
	for day := from; day <= to; day++ {
		keys = append(keys, busyKey{club, net, day, known.version(net, day)})
	}
	s.flights.DoChan(flightName(keys), func() (any, error) {
		<-release
		return map[busyKey][]busySpan{}, nil
	})
	return nil
}

// PaymentStates lists them all.
func PaymentStates() []PaymentState { return paymentStates() }

// ApplyEvents applies what is in the inbox, as the jobs do.
func (s *Service) ApplyEvents(ctx context.Context) error {
	ids, err := selectLateEvents(ctx, s.db, 0, sweepBatch)
	for _, id := range ids {
		err = errors.Join(err, s.applyEvent(ctx, id))
	}
	return err
}

// RunRefund makes a refund, as its job does.
func (s *Service) RunRefund(ctx context.Context, id RefundID) error { return s.runRefund(ctx, id) }

// AskAndDie asks the gateway for a refund and stops there, as a killed process does.
func (s *Service) AskAndDie(ctx context.Context, id RefundID) error {
	r, p, err := claimRefund(ctx, s.db, id, refundLease)
	if err != nil {
		return err
	}
	_, err = s.payments.Gateways[p.Provider].Refund(ctx, RefundOrder{Key: r.Reference, Charge: p.Charge, Amount: r.Amount, Whole: true, Member: p.Member})
	return err
}

// ForInvoices makes a service that can do nothing but read invoices, and a payload that it signed.
func ForInvoices(key, reference string) (*Service, string) {
	s := &Service{payments: PaymentOptions{PayloadKey: secret.New(key)}}
	return s, string(s.InvoicePayload(Payment{Reference: reference}))
}

// OpenInvoice reads a payload.
func (s *Service) OpenInvoice(payload []byte) (string, error) {
	return s.payments.verifyInvoice(payload)
}

// Ends is when quiet hours that an instant falls into are over.
func (q *Quiet) Ends(at time.Time, zone *time.Location) (time.Time, bool) {
	return q.endAfter(at, zone)
}

// HandOver notes that a channel is given a notification.
func (s *Service) HandOver(ctx context.Context, id int64, by Channel) (bool, error) {
	return markHandedOver(ctx, s.db, id, by)
}
