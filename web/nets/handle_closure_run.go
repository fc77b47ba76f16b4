package nets

import (
	"context"
	"net/http"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// PaymentSumBody is the sum of some payments that were made in one way.
type PaymentSumBody struct {
	Provider string    `json:"provider" example:"stripe"`
	Method   string    `json:"method,omitempty" doc:"At the desk: cash or card."`
	Payments int       `json:"payments"`
	Amount   MoneyBody `json:"amount"`
}

// ClosureFigures say what a closure that refunds would do.
type ClosureFigures struct {
	Version  int64            `json:"version" doc:"Changes with the bookings inside and their payments. The closure carries it."`
	Bookings int              `json:"bookings" doc:"That would be cancelled, holds included."`
	Holds    int              `json:"holds" doc:"Of these: not confirmed yet."`
	People   int              `json:"people"`
	Back     []PaymentSumBody `json:"back" doc:"What would go back, by the way of paying."`
	Reviewed []PaymentSumBody `json:"reviewed" doc:"Money under review. It stays until staff decide."`
}

// ClosurePreviewBody is a preview of a closure that refunds.
type ClosurePreviewBody struct {
	ClosureFigures
	Inside []BookingBody `json:"inside" doc:"The bookings that would be cancelled."`
}

// RunRefundsBody are the refunds of a closing that go one way.
type RunRefundsBody struct {
	PaymentSumBody
	Done   MoneyBody `json:"done"`
	ByHand int       `json:"by_hand" doc:"Refunds that staff make."`
	Failed int       `json:"failed" doc:"Refunds that the gateway refused; staff decide."`
}

// ClosureRunBody is a closure that refunds, and its progress.
type ClosureRunBody struct {
	ID        int64            `json:"id"`
	Closure   int64            `json:"closure"`
	Nets      []int64          `json:"nets,omitempty" doc:"All where it is missing."`
	Start     time.Time        `json:"start"`
	End       time.Time        `json:"end"`
	Reason    string           `json:"reason,omitempty"`
	StartedAt time.Time        `json:"started_at"`
	State     string           `json:"state" enum:"cancelling,refunding,for_staff,done" doc:"refunding: all is cancelled and gateways still make refunds. for_staff: staff have to make or decide some refunds."`
	Bookings  int              `json:"bookings"`
	People    int              `json:"people"`
	Cancelled int              `json:"cancelled"`
	Left      int              `json:"left" doc:"Bookings that ended or moved away before their turn."`
	Refunds   []RunRefundsBody `json:"refunds"`
}

type closurePreviewIn struct {
	InClub
	Start string  `query:"start" required:"true" maxLength:"40" doc:"RFC 3339, or a time on the club's clock."`
	End   string  `query:"end" required:"true" maxLength:"40"`
	Nets  []int64 `query:"nets" maxItems:"50" doc:"Some nets only, apart by commas."`
}

type closureRunIn struct {
	InClub
	web.Keyed
	Body struct {
		Nets    []int64 `json:"nets,omitempty" maxItems:"50" doc:"All where it is missing."`
		Start   string  `json:"start" maxLength:"40" doc:"RFC 3339, or a time on the club's clock."`
		End     string  `json:"end" maxLength:"40"`
		Reason  string  `json:"reason,omitempty" maxLength:"200" doc:"The members read it."`
		Version int64   `json:"version" minimum:"1" doc:"Of the preview that was accepted."`
	}
}

type closureRunID struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

// closureRuns are the handlers for closures that refund.
type closureRuns struct{ handlers }

func (h closureRuns) addRoutes() {
	const tag = administrationTag
	web.Add(h.api, readRoute("preview-closure", "/clubs/{club}/closure-preview", tag, "What a closure that refunds would cancel and give back"), h.preview)
	web.AddOnce(h.actions, actionRoute("close-and-refund", http.MethodPost, "/clubs/{club}/closure-runs", tag, "Shut nets, cancel what is booked inside, and refund it in full", http.StatusCreated), h.start)
	web.Add(h.api, readRoute("get-closure-runs", "/clubs/{club}/closure-runs", tag, "The last closures that refund, the latest first"), h.list)
	web.Add(h.api, readRoute("get-closure-run", "/clubs/{club}/closure-runs/{id}", tag, "A closure that refunds, and its progress"), h.read)
}

// rain reads a closure that happens once.
func (h closureRuns) rain(ctx context.Context, club int64, nets []int64, start, end string) (booking.Closure, error) {
	during, err := h.spanOf(ctx, club, start, end)
	return booking.Closure{Nets: toNets(nets), Every: booking.Once, During: during}, err
}

func (h closureRuns) preview(ctx context.Context, in *closurePreviewIn) (*web.Body[ClosurePreviewBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	closure, err := h.rain(ctx, in.Club, in.Nets, in.Start, in.End)
	if err != nil {
		return nil, err
	}
	preview, err := h.booking.PreviewClosure(ctx, actor, booking.ClubID(in.Club), closure)
	if err != nil {
		return nil, err
	}
	return &web.Body[ClosurePreviewBody]{Body: ClosurePreviewBody{figuresOf(preview), bookingsOf(preview.Bookings)}}, nil
}

func (h closureRuns) start(ctx context.Context, in *closureRunIn) (effect[ClosureRunBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	closure, err := h.rain(ctx, in.Club, in.Body.Nets, in.Body.Start, in.Body.End)
	if err != nil {
		return nil, err
	}
	closure.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (ClosureRunBody, error) {
		run, err := s.CloseAndRefund(ctx, actor, booking.ClubID(in.Club), closure, in.Body.Version)
		return closureRunOf(run), err
	}, nil
}

func (h closureRuns) list(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[ClosureRunBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	runs, err := h.booking.ClosureRuns(ctx, actor, booking.ClubID(in.Club))
	return web.List(runs, closureRunOf), err
}

func (h closureRuns) read(ctx context.Context, in *closureRunID) (*web.Body[ClosureRunBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	run, err := h.booking.ClosureRun(ctx, actor, booking.ClubID(in.Club), booking.ClosureRunID(in.ID))
	if err != nil {
		return nil, err
	}
	return &web.Body[ClosureRunBody]{Body: closureRunOf(run)}, nil
}

func figuresOf(p booking.ClosurePreview) ClosureFigures {
	return ClosureFigures{Version: p.Version, Bookings: len(p.Bookings), Holds: p.Holds(), People: p.People(), Back: sumsOf(p.Back), Reviewed: sumsOf(p.Reviewed)}
}

func sumOf(s booking.PaymentSum) PaymentSumBody {
	return PaymentSumBody{string(s.Provider), s.Method, s.Payments, moneyOf(s.Amount)}
}

func sumsOf(list []booking.PaymentSum) []PaymentSumBody {
	sums := []PaymentSumBody{}
	for _, s := range list {
		sums = append(sums, sumOf(s))
	}
	return sums
}

func closureRunOf(r booking.ClosureRun) ClosureRunBody {
	b := ClosureRunBody{
		ID: int64(r.ID), Closure: int64(r.Closure.ID), Nets: netIDs(r.Closure.Nets), Start: r.Closure.During.Start.UTC(), End: r.Closure.During.End.UTC(),
		Reason: r.Closure.Reason, StartedAt: r.StartedAt.UTC(), State: string(r.State()), Bookings: r.Bookings, People: r.People, Cancelled: r.Cancelled, Left: r.Left,
		Refunds: []RunRefundsBody{},
	}
	for _, back := range r.Refunds {
		b.Refunds = append(b.Refunds, RunRefundsBody{sumOf(back.PaymentSum), moneyOf(back.Done), back.ByHand, back.Failed})
	}
	return b
}
