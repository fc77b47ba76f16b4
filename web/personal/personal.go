package personal

import (
	"context"
	"net/http"
	"time"

	"pavilion/internal/fault"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/personal"
	"pavilion/web"
)

// Options are the parts that the resources work with.
type Options struct {
	Own      *personal.Own
	Phrases  *phrase.Book
	Language func(ctx context.Context, person int64) string // in which the bot speaks to a person; empty where it is not known
	// SignOut ends what this process remembers of an erased person's sign-ins.
	SignOut func(ctx context.Context, person int64) error
}

type handlers struct{ Options }

// Add adds the resources to the API.
func Add(api *web.API, o Options) {
	h := handlers{o}
	const tag = "Me"
	web.Add(api, web.Route{
		ID: "my-data", Method: http.MethodGet, Path: "/me/export", Tag: tag, Status: http.StatusOK, Limit: web.Reads,
		Summary: "Everything that is known about me, within a limit for each day",
	}, h.export)
	web.Add(api, web.Route{
		ID: "ask-erasure", Method: http.MethodPost, Path: "/me/erasures", Tag: tag, Status: http.StatusCreated, Limit: web.Writes, Problems: []int{http.StatusConflict},
		Summary: "What an erasure of my data would do, and the token that confirms it. Nothing is erased yet",
	}, h.ask)
	web.Add(api, web.Route{
		ID: "confirm-erasure", Method: http.MethodPost, Path: "/me/erasures/confirmation", Tag: tag, Status: http.StatusOK, Limit: web.Writes, Public: true,
		Problems: []int{http.StatusConflict, http.StatusGone},
		Summary:  "Erase me. The token is the right: a repetition gets the same answer, also when the session has gone with the data",
	}, h.confirm)
}

// ExportBody is everything that is known about a person.
type ExportBody struct {
	Person  int64        `json:"person" doc:"The Telegram user id."`
	MadeAt  time.Time    `json:"made_at"`
	Records []RecordBody `json:"records"`
}

// RecordBody is what one table has of a person.
type RecordBody struct {
	Name  string           `json:"name" example:"booking"`
	About string           `json:"about" doc:"What the rows are, in the person's language."`
	Rows  []map[string]any `json:"rows" doc:"By the names of the table's columns. Numbers may need 64 bits."`
}

// ErasureBody is what an erasure would do.
type ErasureBody struct {
	Token     string         `json:"token,omitempty" doc:"Confirms the erasure. Missing while something stands in the way."`
	ExpiresIn int            `json:"expires_in,omitempty" doc:"Seconds until the token ends." example:"600"`
	Obstacles []ObstacleBody `json:"obstacles" doc:"Each has to be settled first."`
	Lost      LostBody       `json:"lost"`
	Kept      KeptBody       `json:"kept" doc:"The law wants these. They stay without the person, except a ban."`
}

// ObstacleBody stands in the way of an erasure.
type ObstacleBody struct {
	Type   string `json:"type" format:"uri-reference" example:"/problems/erase-upcoming"`
	Detail string `json:"detail"`
}

// LostBody is what ends with an erasure.
type LostBody struct {
	PremiumUntil *time.Time `json:"premium_until,omitempty" doc:"Premium; its Stars do not come back."`
	Calendars    int64      `json:"calendars"`
	Roles        int64      `json:"roles" doc:"Clubs in which the person has a role."`
}

// KeptBody is what an erasure keeps.
type KeptBody struct {
	Bookings int64 `json:"bookings"`
	Payments int64 `json:"payments"`
	Ban      bool  `json:"ban"`
}

// ErasedBody is the state of a confirmed erasure.
type ErasedBody struct {
	Done bool `json:"done" doc:"False: a database does not answer. The erasure is finished as soon as it does."`
}

type confirmIn struct {
	Body struct {
		Token string `json:"token" minLength:"20" maxLength:"40"`
	}
}

func (h handlers) speaker(ctx context.Context, person int64) *phrase.Speaker {
	return h.Phrases.In(h.Language(ctx, person))
}

func (h handlers) export(ctx context.Context, _ *struct{}) (*web.Body[ExportBody], error) {
	person := int64(web.UserOf(ctx).ID)
	body := ExportBody{Records: []RecordBody{}}
	err := h.Own.Export(ctx, person, func(e personal.Export) error {
		records, err := e.Describe(h.speaker(ctx, person))
		if err != nil {
			return err
		}
		body.Person, body.MadeAt = e.Person, e.MadeAt
		for _, r := range records {
			body.Records = append(body.Records, RecordBody(r))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &web.Body[ExportBody]{Body: body}, nil
}

func (h handlers) ask(ctx context.Context, _ *struct{}) (*web.Body[ErasureBody], error) {
	person := int64(web.UserOf(ctx).ID)
	c, token, err := h.Own.Ask(ctx, person, personal.OverHTTP)
	if err != nil {
		return nil, err
	}
	body := ErasureBody{
		Token: token.Reveal(), Obstacles: []ObstacleBody{}, Lost: LostBody{Calendars: c.Feeds, Roles: c.Roles},
		Kept: KeptBody{Bookings: c.Bookings, Payments: c.Payments, Ban: c.Banned},
	}
	if body.Token != "" {
		body.ExpiresIn = int(personal.ConfirmWithin.Seconds())
	}
	if !c.PremiumUntil.IsZero() {
		body.Lost.PremiumUntil = new(c.PremiumUntil.UTC())
	}
	in := h.speaker(ctx, person)
	for _, o := range c.Obstacles {
		body.Obstacles = append(body.Obstacles, ObstacleBody{web.ProblemType(o), in.Error(fault.CodeOf(o))})
	}
	return &web.Body[ErasureBody]{Body: body}, nil
}

func (h handlers) confirm(ctx context.Context, in *confirmIn) (*web.Body[ErasedBody], error) {
	person, done, err := h.Own.Confirm(ctx, secret.New(in.Body.Token))
	if err != nil {
		return nil, err
	}
	if person != 0 && done {
		err = h.SignOut(ctx, person)
	}
	return &web.Body[ErasedBody]{Body: ErasedBody{done}}, err
}
