package booking

import (
	"context"
	"errors"

	"github.com/riverqueue/river"
)

// addPaymentJobs registers the jobs about money.
func (s *Service) addPaymentJobs(workers *river.Workers, o WorkerOptions) {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[eventArgs]) error {
		err := s.applyEvent(ctx, job.Args.Event)
		switch {
		case errors.Is(err, errApplied):
			return nil
		case errors.Is(err, errUnknownMoney):
			return river.JobSnooze(unknownMoneyRetry)
		}
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[refundArgs]) error {
		err := s.runRefund(ctx, job.Args.Refund)
		if errors.Is(err, errRefundBusy) {
			return river.JobSnooze(refundLease)
		}
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[closePageArgs]) error {
		err := s.closePage(ctx, job.Args.Payment)
		if errors.Is(err, errPageUnknown) {
			return river.JobSnooze(pageCreationRetry)
		}
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[alertArgs]) error {
		return s.alertReview(ctx, o.Alerter, job.Args.Review)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[invoiceArgs]) error { return s.postInvoice(ctx, o, job.Args) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[invoiceLinkArgs]) error {
		return s.makeInvoiceLink(ctx, o, job.Args.Payment)
	}))
}
