package nets

import (
	"context"
	"net/http"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

type seriesIn struct {
	InClub
	web.Keyed
	Body struct {
		Nets     []int64 `json:"nets" minItems:"1" maxItems:"20"`
		AddOns   []int64 `json:"add_ons,omitempty" maxItems:"20"`
		FirstDay string  `json:"first_day" format:"date"`
		Minute   int     `json:"start_minute" minimum:"0" maximum:"2880" doc:"Of the club's clock on each day; more than 1440 is the night after."`
		Length   int     `json:"minutes" minimum:"1" maximum:"1440"`
		Weeks    int     `json:"weeks" minimum:"2" maximum:"53"`
		Policy   string  `json:"policy" enum:"all_or_nothing,skip" doc:"What happens when some dates cannot be had: nothing is booked, or the others are. Both list those dates."`
		Repeat   string  `json:"repeat,omitempty" enum:"earlier,later" doc:"For a date on which the clock shows the time twice; where it is missing that date cannot be had."`
		Member   int64   `json:"member,omitempty" minimum:"1" doc:"For somebody else; staff only."`
		Rate     string  `json:"rate,omitempty" enum:"member,guest" doc:"With member: what they pay."`
		Note     string  `json:"note,omitempty" maxLength:"500"`
		ReasonBody
	}
}

// InSeries has the parameters of a path to a series.
type InSeries struct {
	InClub
	ID int64 `path:"id" minimum:"1"`
}

type readSeriesIn struct{ InSeries }

type endSeriesIn struct {
	InSeries
	web.Keyed
	web.Versioned
	Body *struct {
		ReasonBody
		FromDay string `json:"from_day,omitempty" format:"date" doc:"From this opening day on; all that is ahead where it is missing."`
		Waive   bool   `json:"waive,omitempty" doc:"Keep nothing of the prices; staff only."`
	}
}

type moveSeriesIn struct {
	InSeries
	web.Keyed
	web.Versioned
	Body struct {
		ReasonBody
		FromDay string  `json:"from_day,omitempty" format:"date" doc:"From this opening day on; all that is ahead where it is missing."`
		Weekday *int    `json:"weekday,omitempty" minimum:"0" maximum:"6" doc:"0 is Sunday. Each date stays in its week, which begins on Monday."`
		Minute  *int    `json:"start_minute,omitempty" minimum:"0" maximum:"2880" doc:"Of the club's clock on each day."`
		Length  *int    `json:"minutes,omitempty" minimum:"1" maximum:"1440"`
		Nets    []int64 `json:"nets,omitempty" maxItems:"20"`
		Policy  string  `json:"policy" enum:"all_or_nothing,skip" doc:"What happens when some dates cannot move: nothing moves, or the others do. Both list those dates."`
		Repeat  string  `json:"repeat,omitempty" enum:"earlier,later" doc:"For a date on which the clock shows the time twice."`
	}
}

// SeriesBody has the bookings of a series, or those that an action booked or changed, and the dates that it skipped.
type SeriesBody struct {
	ID       int64         `json:"id"`
	Bookings []BookingBody `json:"bookings"`
	Skipped  []SkippedBody `json:"skipped"`
	Version  int           `json:"version" doc:"Counts changes of all its bookings."`
}

// ETag is of the version.
func (b SeriesBody) ETag() string { return web.ETag(b.Version) }

// seriesSeen names the version of a series that a client saw.
func seriesSeen(v web.Versioned) (booking.Seen, error) {
	version, err := v.Version()
	return booking.Seen{Series: &version}, err
}

// SkippedBody is a date that could not be booked, with the reason.
type SkippedBody struct {
	Day    string `json:"day" format:"date"`
	Type   string `json:"type" doc:"The type of the problem that a hold at that time would have met." example:"/problems/slot-taken"`
	Detail string `json:"detail"`
}

// skippedOf writes skipped dates, each with the sentence of its reason.
func skippedOf(list []booking.Skipped, sentence func(error) string) []SkippedBody {
	out := []SkippedBody{}
	for _, s := range list {
		out = append(out, SkippedBody{s.Day.String(), web.ProblemType(s.Reason), sentence(s.Reason)})
	}
	return out
}

type swapIn struct {
	InBooking
	web.Keyed
	web.Versioned
	Body struct {
		ReasonBody
		With    int64 `json:"with" minimum:"1" doc:"The other booking."`
		Version int   `json:"with_version" minimum:"1" doc:"The version of the other booking as it was seen."`
	}
}

// series are the handlers for actions on several bookings at once.
type series struct{ handlers }

func (h series) addRoutes() {
	web.AddOnce(h.actions, actionRoute("book-series", http.MethodPost, "/clubs/{club}/series", bookingsTag, "Book the same local time every week", http.StatusCreated), h.bookSeries)
	web.Add(h.api, readRoute("get-series", "/clubs/{club}/series/{id}", bookingsTag, "The bookings of a series, by start"), h.readSeries)
	web.AddOnce(h.actions, actionRoute("end-series", http.MethodPost, "/clubs/{club}/series/{id}/end", bookingsTag, "Cancel what is ahead of a series, or shorten it to the dates before a day; each date has the fee that cancelling it alone would have", http.StatusOK), h.endSeries)
	web.AddOnce(h.actions, actionRoute("move-series", http.MethodPost, "/clubs/{club}/series/{id}/move", bookingsTag, "Move what is ahead of a series to another weekday, time, length or net", http.StatusOK), h.moveSeries)
	web.AddOnce(h.actions, actionRoute("swap", http.MethodPost, "/clubs/{club}/bookings/{id}/swap", bookingsTag, "Exchange the places of two bookings; staff only", http.StatusOK), h.swapBookings)
}

func (h series) bookSeries(ctx context.Context, in *seriesIn) (effect[SeriesBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	first, err := booking.ParseDay(in.Body.FirstDay)
	if err != nil {
		return nil, err
	}
	r := booking.SeriesRequest{
		Club: booking.ClubID(in.Club), Nets: toNets(in.Body.Nets), AddOns: toAddOns(in.Body.AddOns), First: first, Minute: in.Body.Minute,
		Length: time.Duration(in.Body.Length) * time.Minute, Weeks: in.Body.Weeks, Policy: booking.SeriesPolicy(in.Body.Policy), Repeat: booking.Repeat(in.Body.Repeat),
		Member: booking.MemberID(in.Body.Member), Rate: booking.Rate(in.Body.Rate), Note: in.Body.Note,
	}
	actor.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (SeriesBody, error) {
		done, err := s.BookSeries(ctx, actor, r)
		return SeriesBody{int64(done.ID), bookingsOf(done.Bookings), skippedOf(done.Skipped, h.api.Sentence), booking.SeriesVersion(done.Bookings)}, err
	}, nil
}

func (h series) readSeries(ctx context.Context, in *readSeriesIn) (*web.Body[SeriesBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.SeriesBookings(ctx, actor, booking.ClubID(in.Club), booking.SeriesID(in.ID))
	if err != nil {
		return nil, err
	}
	return &web.Body[SeriesBody]{Body: SeriesBody{in.ID, bookingsOf(list), []SkippedBody{}, booking.SeriesVersion(list)}}, nil
}

func (h series) endSeries(ctx context.Context, in *endSeriesIn) (effect[SeriesBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	r := booking.EndSeriesRequest{Club: booking.ClubID(in.Club), Series: booking.SeriesID(in.ID)}
	if in.Body != nil {
		if r.From, err = dayOrAll(in.Body.FromDay); err != nil {
			return nil, err
		}
		actor.Reason, r.Waive = in.Body.Reason, in.Body.Waive
	}
	seen, err := seriesSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (SeriesBody, error) {
		done, err := s.IfSeen(seen).EndSeries(ctx, actor, r)
		return h.changed(in.ID, done), err
	}, nil
}

func (h series) moveSeries(ctx context.Context, in *moveSeriesIn) (effect[SeriesBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	actor.Reason = in.Body.Reason
	r := booking.MoveSeriesRequest{
		Club: booking.ClubID(in.Club), Series: booking.SeriesID(in.ID), Minute: in.Body.Minute, Nets: toNets(in.Body.Nets),
		Policy: booking.SeriesPolicy(in.Body.Policy), Repeat: booking.Repeat(in.Body.Repeat),
	}
	if r.From, err = dayOrAll(in.Body.FromDay); err != nil {
		return nil, err
	}
	if in.Body.Weekday != nil {
		r.Weekday = new(time.Weekday(*in.Body.Weekday))
	}
	if in.Body.Length != nil {
		r.Length = new(time.Duration(*in.Body.Length) * time.Minute)
	}
	seen, err := seriesSeen(in.Versioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (SeriesBody, error) {
		done, err := s.IfSeen(seen).MoveSeries(ctx, actor, r)
		return h.changed(in.ID, done), err
	}, nil
}

// changed converts the result of a change.
func (h series) changed(id int64, done booking.SeriesChange) SeriesBody {
	return SeriesBody{id, bookingsOf(done.Bookings), skippedOf(done.Skipped, h.api.Sentence), done.Version}
}

// dayOrAll reads the first day of a change. It returns 0, which means all days, for an empty text.
func dayOrAll(text string) (booking.Day, error) {
	if text == "" {
		return 0, nil
	}
	return booking.ParseDay(text)
}

func (h series) swapBookings(ctx context.Context, in *swapIn) (effect[web.ListOf[BookingBody]], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	if _, _, err := h.actorOn(ctx, InBooking{in.InClub, in.Body.With}); err != nil {
		return nil, err
	}
	seen, err := bookingSeen(id, in.Versioned)
	if err != nil {
		return nil, err
	}
	seen.Bookings[booking.ID(in.Body.With)] = in.Body.Version
	actor.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (web.ListOf[BookingBody], error) {
		done, err := s.IfSeen(seen).Swap(ctx, actor, id, booking.ID(in.Body.With))
		return web.ListOf[BookingBody]{Items: bookingsOf(done[:])}, err
	}, nil
}
