package archive

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
	"pavilion/web"
)

// About describes the resources, for the description of the API.
const About = "The archive of the club's channels: search, and delivery into the chat."

// Archive is the bot's archive.
type Archive interface {
	// Admit applies the bans, limits and required channels of the chat to a person.
	Admit(ctx context.Context, kind access.Kind, person filter.UserID) error
	// Left returns how many files a person can still get today.
	Left(ctx context.Context, person filter.UserID) (access.Allowance, error)
	Search(ctx context.Context, q filter.Query) (filter.Page, error)
	File(ctx context.Context, id filter.DocumentID, at filter.Place) (filter.File, error)
	// Subtitles returns the subtitles that fit a film, and none for other files.
	Subtitles(ctx context.Context, f filter.File) []filter.File
	// Thumbs returns the thumbs of files that have one, as JPEGs.
	Thumbs(ctx context.Context, files []filter.DocumentID) map[filter.DocumentID][]byte
	// Deliver orders a file into a person's chat. Orders with the same origin are one.
	Deliver(ctx context.Context, origin string, person filter.UserID, item delivery.Item) (delivery.Job, error)
}

// Options are the parts that the resources work with.
type Options struct {
	// InBot returns the archive of the current bot, and an error in a process that is not the bot.
	InBot func() (Archive, error)
	// Delivery reads an order. Orders are rows in Postgres, so every process can read them.
	Delivery func(ctx context.Context, id delivery.JobID) (delivery.Job, error)
}

type handlers struct{ Options }

// Add adds the resources to the API.
func Add(api *web.API, o Options) {
	h := handlers{o}
	web.Extend(api, membersOf)
	route := func(id, method, path, summary string, status int) web.Route {
		limit := web.Reads
		if method != http.MethodGet {
			limit = web.Writes
		}
		return web.Route{ID: id, Method: method, Path: "/archive" + path, Tag: "Archive", Summary: summary, Status: status, Limit: limit, Problems: []int{http.StatusNotFound}}
	}
	web.Add(api, route("search-archive", http.MethodGet, "/search", "Search the archive as the chat does; limits and required channels count", http.StatusOK), h.search)
	web.Add(api, route("get-file", http.MethodGet, "/files/{id}", "One file, and the subtitles that fit it", http.StatusOK), h.readFile)
	thumb := route("get-thumb", http.MethodGet, "/thumbs/{id}", "The thumbnail of a file: a JPEG of at most 40 pixels a side. It never changes", http.StatusOK)
	thumb.Media, thumb.Cached = "image/jpeg", true
	web.Add(api, thumb, h.readThumb)
	deliver := route("deliver-file", http.MethodPost, "/files/{id}/deliveries", "Have the bot send a file into my chat with it. The same key is one delivery", http.StatusAccepted)
	deliver.Problems = append(deliver.Problems, http.StatusConflict, http.StatusGone)
	web.Add(api, deliver, h.deliver)
	look := route("get-delivery", http.MethodGet, "/deliveries/{id}", "What became of a delivery of mine", http.StatusOK)
	look.Problems = append(look.Problems, http.StatusGone)
	web.Add(api, look, h.readDelivery)
}

// ProblemMembers are the members of the archive's problems.
type ProblemMembers struct {
	Join []ChannelBody `json:"join,omitempty" doc:"Of join-first: the channels to join. With any, one is enough."`
	Any  bool          `json:"join_any,omitempty"`
}

// ChannelBody is a channel to join.
type ChannelBody struct {
	Title string `json:"title"`
	Link  string `json:"link"`
}

func membersOf(err error) *ProblemMembers {
	join, ok := errors.AsType[*access.JoinFirstError](err)
	if !ok {
		return nil
	}
	m := new(ProblemMembers)
	for _, list := range join.Lists {
		m.Any = m.Any || list.Any
		for _, c := range list.Channels {
			m.Join = append(m.Join, ChannelBody{c.Title, c.Link})
		}
	}
	return m
}

// admit opens the archive for the person of a request.
func (h handlers) admit(ctx context.Context, kind access.Kind) (a Archive, person filter.UserID, err error) {
	person = filter.UserID(web.UserOf(ctx).ID)
	if a, err = h.InBot(); err != nil {
		return nil, person, err
	}
	return a, person, a.Admit(ctx, kind, person)
}

type searchIn struct {
	Text       string `query:"text" required:"true" maxLength:"200"`
	Kind       string `query:"kind" enum:"document,video,audio,photo"`
	Season     string `query:"season" maxLength:"4"`
	Resolution string `query:"resolution" maxLength:"4"`
	Language   string `query:"language" maxLength:"20"`
	Year       string `query:"year" maxLength:"4"`
	After      string `query:"after" maxLength:"40" doc:"The cursor of the page before."`
	Row        string `query:"row" maxLength:"20" doc:"A file: answer with all files of its title only."`
	Typing     bool   `query:"typing" doc:"The text is not typed to its end. Such a search counts as an inline query."`
}

func (h handlers) search(ctx context.Context, in *searchIn) (*web.Body[SearchBody], error) {
	kind := access.Search
	if in.Typing {
		kind = access.Inline
	}
	archive, person, err := h.admit(ctx, kind)
	if err != nil {
		return nil, err
	}
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	page, err := archive.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	left, err := archive.Left(ctx, person)
	if err != nil {
		return nil, err
	}
	return &web.Body[SearchBody]{Body: searchOf(page, left, thumbs(ctx, archive, shownFiles(page)...))}, nil
}

const pageSize = 20

func (in *searchIn) query() (q filter.Query, err error) {
	q = filter.Query{Text: in.Text, Limit: pageSize, Grouped: true, Typing: in.Typing}
	if q.After, err = filter.ParseCursor(in.After); err != nil {
		return q, err
	}
	if in.Row != "" {
		if q.Row, err = parseID(in.Row); err != nil {
			return q, err
		}
	}
	for d, value := range map[filter.Dimension]string{filter.ByKind: in.Kind, filter.BySeason: in.Season, filter.ByResolution: in.Resolution, filter.ByLanguage: in.Language, filter.ByYear: in.Year} {
		if q.Selection, err = q.Selection.With(d, value); err != nil {
			return q, err
		}
	}
	return q, nil
}

// parseID reads the number of a file, which has 64 bits: more than a number of JavaScript.
func parseID(text string) (filter.DocumentID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n == 0 {
		return 0, filter.ErrFileNotFound
	}
	return filter.DocumentID(n), nil
}

// InFile is a file and one of its posts.
type InFile struct {
	ID      string `path:"id" maxLength:"20"`
	Channel int64  `query:"channel" required:"true"`
	Message int64  `query:"message" required:"true" minimum:"1" maximum:"2147483647"`
}

func (in InFile) read(ctx context.Context, a Archive) (filter.File, error) {
	id, err := parseID(in.ID)
	if err != nil {
		return filter.File{}, err
	}
	return a.File(ctx, id, filter.Place{Channel: filter.ChannelID(in.Channel), Message: filter.MessageID(in.Message)})
}

type fileIn struct{ InFile }

func (h handlers) readFile(ctx context.Context, in *fileIn) (*web.Body[OneFileBody], error) {
	archive, _, err := h.admit(ctx, access.Tap)
	if err != nil {
		return nil, err
	}
	f, err := in.read(ctx, archive)
	if err != nil {
		return nil, err
	}
	return &web.Body[OneFileBody]{Body: OneFileBody{fileOf(f, thumbs(ctx, archive, f)), filesOf(archive.Subtitles(ctx, f), nil)}}, nil
}

type deliverIn struct {
	InFile
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"255"`
}

func (h handlers) deliver(ctx context.Context, in *deliverIn) (*web.Body[FileDeliveryBody], error) {
	archive, person, err := h.admit(ctx, access.Tap)
	if err != nil {
		return nil, err
	}
	f, err := in.read(ctx, archive)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte(in.Key))
	origin := fmt.Sprintf("http:%d:%s", person, base64.RawURLEncoding.EncodeToString(key[:16]))
	job, err := archive.Deliver(ctx, origin, person, delivery.Item{Document: f.Media.Document, Place: f.Places[0]})
	return &web.Body[FileDeliveryBody]{Body: deliveryOf(job)}, err
}

type deliveryIn struct {
	ID int64 `path:"id" minimum:"1"`
}

func (h handlers) readDelivery(ctx context.Context, in *deliveryIn) (*web.Body[FileDeliveryBody], error) {
	job, err := h.Delivery(ctx, delivery.JobID(in.ID))
	if err == nil && job.Person != filter.UserID(web.UserOf(ctx).ID) {
		err = delivery.ErrForgotten // another person's delivery looks like a missing one
	}
	if err != nil {
		return nil, err
	}
	return &web.Body[FileDeliveryBody]{Body: deliveryOf(job)}, nil
}
