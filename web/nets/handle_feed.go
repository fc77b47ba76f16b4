package nets

import (
	"context"
	"net/http"
	"time"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/web"
)

// FeedBody is a calendar feed of a person.
type FeedBody struct {
	ID        int64     `json:"id"`
	Kind      string    `json:"kind" enum:"member,net,staff" doc:"My bookings, when one net is booked, or all bookings of the club (staff only)."`
	Net       int64     `json:"net,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

func feedOf(f booking.Feed) FeedBody {
	return FeedBody{int64(f.ID), string(f.Kind), int64(f.Net), f.CreatedAt.UTC()}
}

// NewFeedBody is a feed with its address, which is shown once.
type NewFeedBody struct {
	FeedBody
	Path string `json:"path" doc:"The feed's address on this server. Its token is the right to read, and is not shown again." example:"/api/v1/calendars/KX3B4Q2O6ZJ7N5T2WV4DLGY7RA/nets.ics"`
}

type feedIn struct {
	InClub
	Body struct {
		Kind string `json:"kind" enum:"member,net,staff"`
		Net  int64  `json:"net,omitempty" minimum:"1" doc:"Of the kind net."`
	}
}

type feedIDIn struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

type readFeedIn struct {
	web.IfNoneMatch
	Token string `path:"token" minLength:"20" maxLength:"40"`
}

// feeds are the handlers for calendar feeds.
type feeds struct{ handlers }

const feedPath = "/calendars/{token}/nets.ics"

func (h feeds) addRoutes() {
	const tag, path = "Calendars", "/clubs/{club}/calendars"
	web.Add(h.api, readRoute("my-calendars", path, tag, "My calendar feeds, without their addresses"), h.listFeeds)
	web.Add(h.api, actionRoute("make-calendar", http.MethodPost, path, tag, "Make a calendar feed, or renew the one of this kind: its old address stops working. A lost answer is asked for again, so it takes no key", http.StatusCreated), h.makeFeed)
	web.Add(h.api, actionRoute("revoke-calendar", http.MethodDelete, path+"/{id}", tag, "Revoke a calendar feed of mine", http.StatusOK), h.revokeFeed)
	read := readRoute("read-calendar", feedPath, tag, "A calendar feed, for calendar programs: the last thirty days and all ahead. Cancelled bookings stay in it as cancelled")
	read.Public, read.Media, read.Cached = true, calendarType, true
	web.Add(h.api, read, h.readFeed)
}

func (h feeds) listFeeds(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[FeedBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Feeds(ctx, actor, booking.ClubID(in.Club))
	return web.List(list, feedOf), err
}

func (h feeds) makeFeed(ctx context.Context, in *feedIn) (*web.Body[NewFeedBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	f := booking.Feed{Club: booking.ClubID(in.Club), Kind: booking.FeedKind(in.Body.Kind)}
	if f.Kind == booking.NetFeed {
		f.Net = booking.NetID(in.Body.Net)
	}
	f, token, err := h.booking.MakeFeed(ctx, actor, f)
	return &web.Body[NewFeedBody]{Body: NewFeedBody{feedOf(f), web.APIPath + "/calendars/" + token.Reveal() + "/nets.ics"}}, err
}

func (h feeds) revokeFeed(ctx context.Context, in *feedIDIn) (*web.Body[doneBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return &web.Body[doneBody]{Body: doneBody{true}}, h.booking.RevokeFeed(ctx, actor, booking.ClubID(in.Club), booking.FeedID(in.ID))
}

// readFeed answers 304 if the program has the same file. It makes the file in any case, because programs are asked to come every 15 minutes only.
func (h feeds) readFeed(ctx context.Context, in *readFeedIn) (*web.File, error) {
	file, err := h.booking.ReadFeed(ctx, secret.New(in.Token), h.personIn)
	if err != nil {
		return nil, err
	}
	return in.File(calendarType+"; charset=utf-8", file), nil
}
