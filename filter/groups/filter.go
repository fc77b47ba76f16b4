package groups

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Bounds of filters.
const (
	MaxFilters    = 500 // of one group
	maxWords      = 100 // characters
	maxBody       = 4096
	maxCaption    = 1024
	MaxButtons    = 100
	maxRow        = 8
	maxButtonText = 64
	maxAlert      = 200
	maxURL        = 2048
)

// Club is the chat of the club's filters, which answer in every group that did not opt out.
const Club filter.ChatID = 0

// FilterID is the id of a manual filter.
type FilterID int64

// Filter is a manual filter: its words and its answer.
type Filter struct {
	ID     FilterID
	Chat   filter.ChatID
	Words  string // as typed
	Answer Answer
}

// Answer is a text or a file with buttons.
type Answer struct {
	Body     string // the text, or the file's caption
	Entities []byte // formatting of Body, in Telegram's encoding
	Media    *Media // nil for a text
	Buttons  []Button
}

// Media is a stored file and the message that has it.
type Media struct {
	File filter.Media // document, access hash, reference and kind
	At   MessageAt
}

// MessageAt is a message in a chat of any kind.
type MessageAt struct {
	Chat    filter.ChatID
	Message filter.MessageID
}

// Button is a button under an answer. It opens URL, or shows Alert.
type Button struct {
	Text    string `json:"text"`
	URL     string `json:"url,omitempty"`
	Alert   string `json:"alert,omitempty"`
	SameRow bool   `json:"same_row,omitempty"` // in the row of the button before it
}

// Errors of filters.
var (
	ErrFilterWords    = fault.New(fault.Invalid, "filter_words")
	ErrFilterEmpty    = fault.New(fault.Invalid, "filter_empty")
	ErrFilterTooLong  = fault.New(fault.Invalid, "filter_long")
	ErrFilterButton   = fault.New(fault.Invalid, "filter_button")
	ErrFilterButtons  = fault.New(fault.Invalid, "filter_buttons")
	ErrFilterURL      = fault.New(fault.Invalid, "filter_url")
	ErrFilterAlert    = fault.New(fault.Invalid, "filter_alert")
	ErrTooManyFilters = fault.New(fault.Conflict, "filter_many")
	ErrFilterNotFound = fault.New(fault.NotFound, "filter_not_found")
	ErrFilterFileGone = fault.New(fault.Gone, "filter_file_gone")
)

// key returns the form in which a filter's words are stored and compared; empty if they have no letter, digit or picture.
func key(words string) string { return strings.Join(wordsOf(words), " ") }

// Check returns an error if a filter is out of its bounds.
func (f Filter) Check() error {
	switch {
	case key(f.Words) == "", utf8.RuneCountInString(f.Words) > maxWords, utf8.RuneCountInString(key(f.Words)) > 4*maxWords, !isPlain(f.Words):
		return ErrFilterWords
	case f.Answer.Body == "" && f.Answer.Media == nil:
		return ErrFilterEmpty
	case !isPlain(f.Answer.Body), units(f.Answer.Body) > maxBody, f.Answer.Media != nil && units(f.Answer.Body) > maxCaption:
		return ErrFilterTooLong
	case len(f.Answer.Buttons) > MaxButtons:
		return ErrFilterButtons
	}
	inRow := 0
	for _, b := range f.Answer.Buttons {
		if inRow++; !b.SameRow {
			inRow = 1
		}
		if inRow > maxRow {
			return ErrFilterButtons
		}
		if err := b.check(); err != nil {
			return err
		}
	}
	return nil
}

func (b Button) check() error {
	switch {
	case strings.TrimSpace(b.Text) == "", utf8.RuneCountInString(b.Text) > maxButtonText, !isPlain(b.Text), (b.URL == "") == (b.Alert == ""):
		return ErrFilterButton
	case b.Alert != "" && (units(b.Alert) > maxAlert || !isPlain(b.Alert)):
		return ErrFilterAlert
	case b.URL != "" && !isLink(b.URL):
		return ErrFilterURL
	}
	return nil
}

// units counts characters as Telegram does: in UTF-16.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// isPlain reports a text that Postgres can store.
func isPlain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// isLink reports a link that Telegram takes for a button.
func isLink(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || strings.ContainsAny(s, " \n") {
		return false
	}
	if u.Scheme == "tg" {
		return u.Host != ""
	}
	return (u.Scheme == "http" || u.Scheme == "https") && strings.Contains(u.Hostname(), ".")
}

// Rows returns the buttons as they stand under the answer, with the index of each.
func (a Answer) Rows() [][]int {
	var rows [][]int
	for i, b := range a.Buttons {
		if b.SameRow && len(rows) > 0 {
			rows[len(rows)-1] = append(rows[len(rows)-1], i)
		} else {
			rows = append(rows, []int{i})
		}
	}
	return rows
}

// SaveFilter stores a filter. It replaces the answer of the chat's filter with the same words and returns whether there was one.
func (g *Groups) SaveFilter(ctx context.Context, f Filter, by int64) (FilterID, bool, error) {
	if err := f.Check(); err != nil {
		return 0, false, err
	}
	var id FilterID
	var replaced bool
	err := g.changeFilters(ctx, f.Chat, func(ctx context.Context, tx pgx.Tx) (err error) {
		if id, replaced, err = upsertFilter(ctx, tx, f, by); err != nil || replaced {
			return err
		}
		n, err := countFilters(ctx, tx, f.Chat)
		if err == nil && n > MaxFilters {
			err = ErrTooManyFilters
		}
		return err
	})
	return id, replaced, err
}

// DeleteFilter deletes a chat's filter.
func (g *Groups) DeleteFilter(ctx context.Context, chat filter.ChatID, id FilterID) error {
	return g.changeFilters(ctx, chat, func(ctx context.Context, tx pgx.Tx) error { return deleteFilter(ctx, tx, chat, id) })
}

// changeFilters runs a change of a chat's filters under their lock and raises their version.
func (g *Groups) changeFilters(ctx context.Context, chat filter.ChatID, change func(ctx context.Context, tx pgx.Tx) error) error {
	err := storage.InTx(ctx, g.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := raiseFilterVersion(ctx, tx, chat); err != nil {
			return err
		}
		return change(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("filters of %d: %w", chat, err)
	}
	if chat == Club {
		g.forgetAll()
	} else {
		g.forget(chat)
	}
	return nil
}

// Filter reads a filter that answers in a chat: the chat's own or the club's.
func (g *Groups) Filter(ctx context.Context, chat filter.ChatID, id FilterID) (Filter, error) {
	f, err := g.FilterByID(ctx, id)
	if err == nil && f.Chat != chat && f.Chat != Club {
		return Filter{}, ErrFilterNotFound
	}
	return f, err
}

// FilterByID reads a filter of any chat. The caller checks whether the person may see it.
func (g *Groups) FilterByID(ctx context.Context, id FilterID) (Filter, error) {
	ctx, cancel := context.WithTimeout(ctx, groupCall)
	defer cancel()
	f, err := selectFilter(ctx, g.db, id)
	if err != nil {
		return f, fmt.Errorf("filter %d: %w", id, err)
	}
	return f, nil
}

// Filters lists the ids and words of a chat's filters in alphabetical order.
func (g *Groups) Filters(ctx context.Context, chat filter.ChatID) ([]Filter, error) {
	list, err := selectFilters(ctx, g.db, chat)
	if err != nil {
		return nil, fmt.Errorf("filters of %d: %w", chat, err)
	}
	slices.SortFunc(list, func(a, b Filter) int { return strings.Compare(key(a.Words), key(b.Words)) })
	return list, nil
}

// Renew stores the new reference of a filter's file.
func (g *Groups) Renew(ctx context.Context, id FilterID, file filter.Media) error {
	if err := updateReference(ctx, g.db, id, file); err != nil {
		return fmt.Errorf("filter %d: %w", id, err)
	}
	return nil
}
