package broadcast

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// ListID numbers the uploaded lists of people.
type ListID int64

// List is an uploaded list of people.
type List struct {
	ID     ListID
	Name   string
	People int
}

// ErrList reports an uploaded file that is no list of user ids.
var ErrList = fault.New(fault.Invalid, "broadcast_list")

// MaxList is the number of people in a list.
const MaxList = 100_000

// ParseList reads user ids from a text with one on each line. A line may go on after a comma, a semicolon or a tab, as in a table. Empty lines and a
// first line without a number are skipped.
func ParseList(text string) ([]filter.UserID, error) {
	var people []filter.UserID
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		field := strings.Trim(strings.TrimSpace(line), `"`)
		if cut := strings.IndexAny(field, ",;\t"); cut >= 0 {
			field = strings.Trim(strings.TrimSpace(field[:cut]), `"`)
		}
		id, err := strconv.ParseInt(field, 10, 64)
		switch {
		case field == "" || err != nil && i == 0:
			continue
		case err != nil || id <= 0:
			return nil, ErrList
		}
		people = append(people, filter.UserID(id))
	}
	slices.Sort(people)
	people = slices.Compact(people)
	if len(people) == 0 || len(people) > MaxList {
		return nil, ErrList
	}
	return people, nil
}

// SaveList stores an uploaded list.
func (s *Service) SaveList(ctx context.Context, owner filter.UserID, name string, people []filter.UserID) (List, error) {
	id, err := s.store.insertList(ctx, owner, name, people)
	return List{ID: id, Name: name, People: len(people)}, err
}

// Lists reads an admin's last lists, the newest first.
func (s *Service) Lists(ctx context.Context, owner filter.UserID, most int) ([]List, error) {
	return s.store.lists(ctx, owner, most)
}
