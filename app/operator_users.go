package app

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/upkeep"
	"pavilion/internal/fault"
)

// The operator's page about people: the last bans, or one person's activity, ban and premium.

var (
	errUserArgs = fault.New(fault.Invalid, "user_args")
	errUserStep = fault.New(fault.Invalid, "user_step")
)

// userPage is the page about people.
type userPage struct{ *parts }

// userView is a person as JSON.
type userView struct {
	ID       filter.UserID     `json:"id"`
	First    *time.Time        `json:"first,omitempty"` // missing if it is not known
	Seen     *time.Time        `json:"seen,omitempty"`
	Language string            `json:"language,omitempty"`
	Blocked  bool              `json:"blocked"` // they blocked the bot
	Admin    bool              `json:"admin"`   // of the club
	Ban      *banView          `json:"ban,omitempty"`
	Premium  []entitlementView `json:"premium"`
	Newest   int64             `json:"newest"` // entitlement, also one that has ended; a gift names it
}

// banView is a ban as JSON.
type banView struct {
	Person filter.UserID `json:"person"`
	Reason string        `json:"reason,omitempty"`
	Until  *time.Time    `json:"until,omitempty"` // missing: for good
	By     filter.UserID `json:"by"`              // 0: an operator
	At     time.Time     `json:"at"`
}

// entitlementView is time of a plan that a person has, as JSON.
type entitlementView struct {
	ID     int64         `json:"id"`
	Plan   access.PlanID `json:"plan"`
	Title  string        `json:"title"`
	From   time.Time     `json:"from"`
	Until  time.Time     `json:"until"`
	Paid   bool          `json:"paid"`
	Renews bool          `json:"renews"`
}

func viewBan(b access.Ban) banView {
	v := banView{Person: b.Person, Reason: b.Reason, By: b.By, At: b.At}
	if !b.Until.IsZero() {
		v.Until = &b.Until
	}
	return v
}

const bansShown = 100

// read returns one person, or the last bans if the query has no person.
func (p userPage) read(ctx context.Context, q url.Values) (any, error) {
	if q.Has("person") {
		id, err := strconv.ParseInt(q.Get("person"), 10, 64)
		if err != nil || id <= 0 {
			return nil, errUserArgs
		}
		return p.readPerson(ctx, filter.UserID(id))
	}
	bans, total, err := p.chat.Load().bot.Operator().Bans.List(ctx, 0, bansShown)
	if err != nil {
		return nil, err
	}
	views := []banView{}
	for _, b := range bans {
		views = append(views, viewBan(b))
	}
	return map[string]any{"banned": total, "bans": views}, nil
}

func (p userPage) readPerson(ctx context.Context, id filter.UserID) (userView, error) {
	b := p.chat.Load().bot.Operator()
	v := userView{ID: id, Admin: b.IsAdmin(int64(id)), Premium: []entitlementView{}}
	person, err := filter.NewAudience(p.pools, p.now).Person(ctx, id)
	if err != nil && fault.KindOf(err) != fault.NotFound { // a ban and premium need no activity
		return v, err
	}
	if err == nil {
		v.Seen, v.Language, v.Blocked = &person.Seen, person.Language, person.Blocked
		if !person.First.IsZero() {
			v.First = &person.First
		}
	}
	if ban, banned := b.Bans.Of(ctx, id); banned {
		view := viewBan(ban)
		v.Ban = &view
	}
	has, err := b.Premium.EntitlementsOf(ctx, id)
	if err != nil {
		return v, err
	}
	for _, e := range has {
		v.Premium = append(v.Premium, entitlementView{e.ID, e.Plan, e.Title, e.From, e.Until, e.Charge != "", e.Renews})
	}
	v.Newest, err = b.Premium.Newest(ctx, id)
	return v, err
}

// userStep is the body that changes a person. One of the steps is set.
type userStep struct {
	Person   filter.UserID `json:"person"`
	Ban      *banStep      `json:"ban,omitempty"`
	Unban    bool          `json:"unban,omitempty"`
	Give     *giftStep     `json:"give,omitempty"`
	TakeBack int64         `json:"take_back,omitempty"` // an entitlement that was given
	Refund   int64         `json:"refund,omitempty"`    // an entitlement that was paid for
}

type banStep struct {
	Hours  int    `json:"hours"` // 0: for good
	Reason string `json:"reason"`
}

type giftStep struct {
	Plan   access.PlanID `json:"plan"`
	Days   int           `json:"days"`
	Newest int64         `json:"newest"` // as the page says; a repeated request gives once
}

// change makes one step and answers with the person.
func (p userPage) change(ctx context.Context, s userStep) (any, error) {
	steps := 0
	for _, isSet := range []bool{s.Ban != nil, s.Unban, s.Give != nil, s.TakeBack != 0, s.Refund != 0} {
		if isSet {
			steps++
		}
	}
	if steps != 1 || s.Person <= 0 || s.Ban != nil && (s.Ban.Hours < 0 || s.Ban.Hours > access.MaxBanHours) {
		return nil, errUserStep
	}
	if err := p.apply(ctx, s); err != nil {
		return nil, err
	}
	return p.readPerson(ctx, s.Person)
}

func (p userPage) apply(ctx context.Context, s userStep) (err error) {
	b := p.chat.Load().bot.Operator()
	switch {
	case s.Ban != nil:
		if _, err = b.Bans.Add(ctx, s.Person, byOperator, time.Duration(s.Ban.Hours)*time.Hour, s.Ban.Reason); err == nil {
			p.events.Tell(upkeep.BanEvents, "events.ban")
		}
	case s.Unban:
		err = b.Bans.Lift(ctx, s.Person)
	case s.Give != nil:
		err = b.Premium.Give(ctx, access.Gift{Plan: s.Give.Plan, Person: s.Person, By: byOperator, Days: s.Give.Days, Seen: &s.Give.Newest})
	case s.TakeBack != 0:
		err = b.Premium.TakeBack(ctx, s.TakeBack, s.Person)
	default:
		err = b.Premium.RefundEntitlement(ctx, s.Refund, s.Person, byOperator)
	}
	return err
}
