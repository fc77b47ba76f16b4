package web

import (
	"context"
	"net/http"

	"pavilion/booking"
)

type waitIn struct {
	InClub
	Keyed
	Body struct {
		Net   int64  `json:"net,omitempty" minimum:"0" doc:"0 or missing is any net."`
		Start string `json:"start" maxLength:"40"`
		End   string `json:"end" maxLength:"40"`
	}
}

type leaveIn struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

// waitlist adds waiting for a time that is taken.
func (a *routes) waitlist() {
	const tag, path = "Waitlist", "/clubs/{club}/waitlist"
	r := func(id, method, path, summary string, status int, p policy) route {
		return route{id: id, method: method, path: path, tag: tag, summary: summary, status: status, access: members, policy: p, problems: []int{http.StatusNotFound}}
	}
	addOnce(a, r("wait", http.MethodPost, path, "Wait for a time; what becomes free is offered to one after the other", http.StatusCreated, a.opts.Limits.writes()), a.wait)
	add(a, r("my-waits", http.MethodGet, path, "What I wait for", http.StatusOK, a.opts.Limits.reads()), a.waits)
	add(a, r("leave", http.MethodDelete, path+"/{id}", "Wait no longer", http.StatusNoContent, a.opts.Limits.writes()), a.leave)
}

func (a *routes) wait(ctx context.Context, in *waitIn) (effect[WaitBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	span, err := a.spanOf(ctx, in.Club, in.Body.Start, in.Body.End)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (WaitBody, error) {
		w, err := s.JoinWaitlist(ctx, actor, booking.WaitRequest{Club: booking.ClubID(in.Club), Net: booking.NetID(in.Body.Net), Start: span.Start, End: span.End})
		return waitOf(w), err
	}, nil
}

func (a *routes) waits(ctx context.Context, in *clubIn) (*bodyOut[listOf[WaitBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	waits, err := a.deps.Booking.Waits(ctx, actor, booking.ClubID(in.Club))
	return itemsOf(waits, waitOf), err
}

func (a *routes) leave(ctx context.Context, in *leaveIn) (*nothing, error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return &nothing{}, a.deps.Booking.LeaveWaitlist(ctx, actor, booking.WaitID(in.ID))
}
