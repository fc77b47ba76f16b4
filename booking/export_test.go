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

// PlantFlight starts a shared query for busy spans under the current tokens. It returns no spans, and only after release is closed: a reader
// that joins it waits and gets a wrong answer.
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

// PaymentStates lists all states.
func PaymentStates() []PaymentState { return paymentStates() }

// ApplyEvents applies the events in the inbox, as the jobs do.
func (s *Service) ApplyEvents(ctx context.Context) error {
	ids, err := selectLateEvents(ctx, s.db, 0, sweepBatch)
	for _, id := range ids {
		err = errors.Join(err, s.applyEvent(ctx, id))
	}
	return err
}

// RunRefund makes a refund, as its job does.
func (s *Service) RunRefund(ctx context.Context, id RefundID) error { return s.runRefund(ctx, id) }

// ClosePage closes the page of a payment, as its job does.
func (s *Service) ClosePage(ctx context.Context, id PaymentID) error { return s.closePage(ctx, id) }

// ErrPageUnknown reports a page that the gateway may be creating.
var ErrPageUnknown = errPageUnknown

// AskAndDie calls the gateway for a refund and stops, as a killed process does.
func (s *Service) AskAndDie(ctx context.Context, id RefundID) error {
	r, p, err := claimRefund(ctx, s.db, id, refundLease)
	if err != nil {
		return err
	}
	_, err = s.payments.Gateways[p.Provider].Refund(ctx, RefundOrder{Key: r.Reference, Charge: p.Charge, Amount: r.Amount, Whole: true, Member: p.Member})
	return err
}

// ForInvoices makes a service that can only read payloads, and a payload signed by it.
func ForInvoices(key, reference string) (*Service, string) {
	s := &Service{payments: PaymentOptions{PayloadKey: secret.New(key)}}
	return s, string(s.InvoicePayload(Payment{Reference: reference}))
}

// OpenInvoice reads a payload.
func (s *Service) OpenInvoice(payload []byte) (string, error) {
	return s.payments.verifyInvoice(payload)
}

// Ends returns the end of the quiet hours that contain an instant.
func (q *Quiet) Ends(at time.Time, zone *time.Location) (time.Time, bool) {
	return q.endAfter(at, zone)
}

// HandOver records that a notification is handed to its channel.
func (s *Service) HandOver(ctx context.Context, id int64, by Channel) (bool, error) {
	return markHandedOver(ctx, s.db, id, by)
}
