package nets

import (
	"context"
	"net/http"

	"pavilion/booking"
	"pavilion/web"
)

type waitIn struct {
	InClub
	web.Keyed
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

// waitlist are the handlers for waiting for a taken time.
type waitlist struct{ handlers }

func (h waitlist) addRoutes() {
	const tag, path = "Waitlist", "/clubs/{club}/waitlist"
	web.AddOnce(h.actions, actionRoute("wait", http.MethodPost, path, tag, "Join the waitlist for a time; freed time is offered in order", http.StatusCreated), h.joinWaitlist)
	web.Add(h.api, readRoute("my-waits", path, tag, "What I wait for"), h.listWaits)
	web.Add(h.api, actionRoute("leave", http.MethodDelete, path+"/{id}", tag, "Wait no longer; an open offer is declined and goes to the next who waits", http.StatusNoContent), h.leaveWaitlist)
}

func (h waitlist) joinWaitlist(ctx context.Context, in *waitIn) (effect[WaitBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	span, err := h.spanOf(ctx, in.Club, in.Body.Start, in.Body.End)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (WaitBody, error) {
		w, err := s.JoinWaitlist(ctx, actor, booking.WaitRequest{Club: booking.ClubID(in.Club), Net: booking.NetID(in.Body.Net), Start: span.Start, End: span.End})
		return waitOf(w), err
	}, nil
}

func (h waitlist) listWaits(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[WaitBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	waits, err := h.booking.Waits(ctx, actor, booking.ClubID(in.Club))
	return web.List(waits, waitOf), err
}

func (h waitlist) leaveWaitlist(ctx context.Context, in *leaveIn) (*struct{}, error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return &struct{}{}, h.booking.LeaveWaitlist(ctx, actor, booking.WaitID(in.ID))
}
