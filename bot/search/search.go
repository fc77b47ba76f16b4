package search

import (
	"context"
	"errors"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/latency"
	"pavilion/storage"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Messenger *telegram.Messenger
	Texts     *chat.Texts
	Searcher  *filter.Searcher
	Indexer   *filter.Indexer // renews expired file references
	Rules     func(ctx context.Context, in telegram.Chat) Rules
	Redis     *storage.Redis
	Counters  counters
	Latency   *latency.Recorder
	Now       func() time.Time

	Deliveries Deliveries
}

// Rules are how a chat is answered.
type Rules struct {
	PageSize int  // results on a page
	Spelling bool // suggests another spelling, or fewer words, if nothing is found
}

// counters count what people do.
type counters interface {
	Searched(query string, found bool)
	AskedInline()
	Delivered(files int)
	Taken(files ...filter.DocumentID)
}

// Screens are the screens of search.
type Screens struct {
	Deps
	queries *queryMemory
	taps    *deliveryMemory
}

// New makes the screens.
func New(d Deps) *Screens {
	return &Screens{Deps: d, queries: &queryMemory{redis: d.Redis}, taps: newDeliveryMemory()}
}

// The letters of the buttons.
const (
	letterGet     = 'g' // deliver a file
	letterPage    = 'p' // another page, or another filter
	letterSuggest = 'd' // search for the suggestion
	letterHow     = 'h' // help about searching
	letterAll     = 'm' // all files of a page or of a result
	letterRow     = 'v' // the files of a title
)

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterGet: s.deliver, letterPage: s.turnPage, letterSuggest: s.searchSuggestion, letterHow: s.sayHow, letterAll: s.tapAll, letterRow: s.openRow}
}

const maxQuery = 200 // runes

// errPageForgotten reports a results message whose query is not known any more.
var errPageForgotten = fault.New(fault.Gone, "page_gone")

// Handle answers plain text and /search.
func (s *Screens) Handle(ctx context.Context, e *telegram.Event) error {
	if e.Text == "" {
		_, err := s.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: s.Texts.In(e).Say("search.ask"), ReplyTo: e.ReplyTarget()}, telegram.Cause{Event: e})
		return err
	}
	return s.Search(ctx, e, telegram.CleanLine(e.Text, maxQuery))
}

// Search answers an event with the first page of a query's results. A message that was not meant for the bot gets an answer only if there is something
// to tap.
func (s *Screens) Search(ctx context.Context, e *telegram.Event, query string) error {
	rules := s.Rules(ctx, e.Chat)
	page, err := s.search(ctx, rules, filter.Query{Text: query, Grouped: true})
	if err != nil || e.IsOverheard() && len(page.Files) == 0 && page.Suggestion == "" {
		return err
	}
	s.countSearch(query, page)
	reply := s.results(ctx, e, e.ButtonOwner(), rules).page(query, pageTap{}, page)
	reply.ReplyTo = e.ReplyTarget()
	id, err := s.Messenger.SendText(ctx, e.Chat, reply, telegram.Cause{Event: e})
	if err == nil {
		s.queries.remember(ctx, e.Chat, id, query)
	}
	return err
}

// search searches under a chat's rules.
func (s *Screens) search(ctx context.Context, rules Rules, q filter.Query) (filter.Page, error) {
	q.Limit = rules.PageSize
	page, err := s.find(ctx, q)
	if !rules.Spelling {
		page.Suggestion, page.Fewer = "", ""
	}
	return page, err
}

// Find searches for a person outside of the chat. It counts the search, unless the person is still typing.
func (s *Screens) Find(ctx context.Context, q filter.Query) (filter.Page, error) {
	page, err := s.find(ctx, q)
	if err == nil && !q.Typing {
		s.countSearch(q.Text, page)
	}
	return page, err
}

// find searches, and records how long it takes.
func (s *Screens) find(ctx context.Context, q filter.Query) (filter.Page, error) {
	began := s.Now()
	page, err := s.Searcher.Search(ctx, q)
	took := s.Now().Sub(began)
	s.Latency.Observe("search", took)
	s.Latency.Judge("search", !isOurFault(err) && len(page.Missing) == 0 && took <= searchObjective)
	return page, err
}

// isOurFault reports whether an error is none that the person can mend.
func isOurFault(err error) bool {
	kind := fault.KindOf(err)
	return err != nil && (kind == fault.Internal || kind == fault.Unavailable)
}

// countSearch counts a search. A search without results counts only if all databases answered.
func (s *Screens) countSearch(query string, page filter.Page) {
	if found := page.Total > 0; found || len(page.Missing) == 0 {
		s.Counters.Searched(query, found)
	}
}

func (s *Screens) results(ctx context.Context, e *telegram.Event, owner int64, rules Rules) results {
	return results{in: s.Texts.In(e), owner: owner, pageSize: rules.PageSize, mostFiles: s.Deliveries.MostFiles(ctx), mayLink: s.Deliveries.MayLink(ctx, owner)}
}

// turnPage shows another page or filter in the same message.
func (s *Screens) turnPage(ctx context.Context, e *telegram.Event, d chat.Data) error {
	p, err := parsePage(d.Payload)
	if err != nil {
		return err
	}
	query, err := s.queryOf(ctx, e)
	if err != nil {
		return err
	}
	q := filter.Query{Text: query, Selection: p.selection, Grouped: !p.flat}
	if p.back {
		q.Before = p.cursor
	} else {
		q.After = p.cursor
	}
	rules := s.Rules(ctx, e.Chat)
	page, err := s.search(ctx, rules, q)
	if err != nil {
		return err
	}
	return s.showPage(ctx, e, s.results(ctx, e, d.Owner, rules).page(query, p, page))
}

// openRow lists the files of a title in the same message.
func (s *Screens) openRow(ctx context.Context, e *telegram.Event, d chat.Data) error {
	tap, err := parseRow(d.Payload)
	if err != nil {
		return err
	}
	query, err := s.queryOf(ctx, e)
	if err != nil {
		return err
	}
	rules := s.Rules(ctx, e.Chat)
	page, err := s.search(ctx, rules, filter.Query{Text: query, Selection: tap.selection, Grouped: true, Row: tap.document})
	if err != nil {
		return err
	}
	if len(page.Rows) == 0 {
		return filter.ErrFileNotFound
	}
	return s.showPage(ctx, e, s.results(ctx, e, d.Owner, rules).row(query, tap.selection, page))
}

// searchSuggestion searches for the suggestion that the tapped message makes.
func (s *Screens) searchSuggestion(ctx context.Context, e *telegram.Event, d chat.Data) error {
	if d.Payload != "" {
		return chat.ErrButton
	}
	text, err := s.Messenger.TextOf(ctx, e.Chat, e.MessageID)
	if err != nil {
		return err
	}
	query, ok := suggestionIn(text)
	if !ok {
		return errPageForgotten
	}
	rules := s.Rules(ctx, e.Chat)
	page, err := s.search(ctx, rules, filter.Query{Text: query, Grouped: true})
	if err != nil {
		return err
	}
	if err := s.showPage(ctx, e, s.results(ctx, e, d.Owner, rules).page(query, pageTap{}, page)); err != nil {
		return err
	}
	s.queries.remember(ctx, e.Chat, e.MessageID, query)
	return nil
}

// sayHow shows a short help about searching as the answer of the tap.
func (s *Screens) sayHow(ctx context.Context, e *telegram.Event, d chat.Data) error {
	if d.Payload != "" {
		return chat.ErrButton
	}
	return s.Messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("search.how"), true)
}

func (s *Screens) showPage(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	return errors.Join(s.Messenger.AnswerTap(ctx, e, "", false), s.Messenger.EditText(ctx, e.Chat, e.MessageID, r))
}

// searchObjective and deliverObjective are how long a search of all databases and the delivery of one file may take; docs/operating.md has the objectives.
const (
	searchObjective  = time.Second
	deliverObjective = 5 * time.Second
)

// deliverPatience is how long a tapped file may wait for Telegram before the person is told so instead.
const deliverPatience = 30 * time.Second

// deliver sends a file into the chat of its button.
func (s *Screens) deliver(ctx context.Context, e *telegram.Event, d chat.Data) error {
	get, err := parseGet(d.Payload)
	if err != nil {
		return err
	}
	file, err := s.Searcher.File(ctx, get.document, get.at)
	if err != nil {
		return err
	}
	if s.Messenger.MustWait(e.Chat, deliverPatience) {
		return telegram.ErrTelegramWaits
	}
	tap := deliveryTap{e.From.ID, e.Chat.Key(), e.MessageID, get.document}
	if !e.Resumed && s.taps.isRepeated(tap, e.At) {
		return s.Messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("search.coming"), false)
	}
	began := s.Now()
	sent, err := s.Deliveries.Deliver(ctx, e, file)
	s.Latency.Judge("delivery", !isOurFault(err) && s.Now().Sub(began) <= deliverObjective)
	if sent {
		s.taps.delivered(tap, s.Now())
		s.Counters.Delivered(1)
		s.Counters.Taken(file.Media.Document)
	}
	return err
}
