package nets

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/booking"
	"pavilion/storage"
	"pavilion/web"
)

// About describes the resources in one paragraph, for the description of the API.
const About = "Nets of a cricket club: what is free, holds, bookings."

// Options are the parts that the resources work with.
type Options struct {
	Booking   *booking.Service
	Admins    []booking.MemberID                                        // of every club
	Channels  []booking.Channel                                         // of notifications
	Language  func(ctx context.Context, person booking.MemberID) string // in which the bot speaks to a person; empty where it is not known
	MayWrite  func(ctx context.Context, person booking.MemberID) bool   // whether the bot may write to a person; false where it is not known
	Callbacks Callbacks
	Redis     *storage.Redis // remembers callbacks; nil: Postgres alone drops repetitions
	Metrics   prometheus.Registerer
	Logger    *slog.Logger
}

// Tags of the description that several files use.
const (
	bookingsTag       = "Bookings"
	administrationTag = "Administration"
)

// effect is an action of booking inside the transaction of its key.
type effect[B any] = web.Effect[*booking.Service, B]

// Add adds the resources to the API and the callbacks to the server.
func Add(server *web.Server, api *web.API, o Options) error {
	if err := o.Callbacks.check(); err != nil {
		return err
	}
	outcomes := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pavilion_bookings_total", Help: "Booking actions over HTTP, by action and outcome (ok, or the problem's code)."}, []string{"action", "outcome"})
	if err := o.Metrics.Register(outcomes); err != nil {
		return err
	}
	known, err := newKnownAnswers()
	if err != nil {
		return err
	}
	web.Extend(api, func(err error) *ProblemMembers { return membersOf(err, api.Sentence) })
	h := handlers{api: api, booking: o.Booking, admins: o.Admins, actions: web.Actions[*booking.Service]{
		API: api, Answers: answers{o.Booking}, Count: func(route, outcome string) { outcomes.WithLabelValues(route, outcome).Inc() },
	}}
	clubs{h, known}.addRoutes()
	bookings{h}.addRoutes()
	series{h}.addRoutes()
	waitlist{h}.addRoutes()
	clubAdmin{h}.addRoutes()
	netAdmin{h}.addRoutes()
	closureRuns{h}.addRoutes()
	sheets{h}.addRoutes()
	members{h}.addRoutes()
	records{h}.addRoutes()
	payments{h}.addRoutes()
	feeds{h}.addRoutes()
	me{handlers: h, channels: o.Channels, language: o.Language, mayWrite: o.MayWrite}.addRoutes()
	counted, err := newCallbackCounter(o.Metrics, o.Callbacks.Providers)
	if err != nil {
		return err
	}
	c := callbacks{server: server, booking: o.Booking, redis: o.Redis, allowed: o.Callbacks, counted: counted, log: o.Logger.With("component", "http")}
	server.Handle("POST "+callbackPath+"{provider}", c.serve)
	server.ExemptFromThreshold(callbackPath, o.Callbacks.From)
	return nil
}

// readRoute is a route that reads something of a club.
func readRoute(id, path, tag, summary string) web.Route {
	return web.Route{ID: id, Method: http.MethodGet, Path: path, Tag: tag, Summary: summary, Status: http.StatusOK, Limit: web.Reads, Problems: []int{http.StatusNotFound}}
}

// actionRoute is a route that changes something of a club.
func actionRoute(id, method, path, tag, summary string, status int) web.Route {
	return web.Route{ID: id, Method: method, Path: path, Tag: tag, Summary: summary, Status: status, Limit: web.Writes, Problems: []int{http.StatusNotFound}}
}
