package access

import (
	"context"
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

// errLimitArgs reports arguments of /limits that cannot be read.
var errLimitArgs = fault.New(fault.Invalid, "limit_args")

const (
	filesWord    = "files" // the daily quota, among the names of kinds
	noLimitWord  = "off"
	mostLimitLen = 7 // digits
)

// parseLimit reads "searches 30" or "files off" and returns the settings with that figure.
func parseLimit(s access.Settings, text string) (access.Settings, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) != 2 || len(words[1]) > mostLimitLen {
		return s, errLimitArgs
	}
	n, err := strconv.Atoi(words[1])
	if words[1] == noLimitWord {
		n, err = 0, nil
	}
	if err != nil {
		return s, errLimitArgs
	}
	if words[0] == filesWord {
		s.FilesPerDay = n
		return s, s.Check()
	}
	for kind := range access.Kinds {
		if words[0] == kind.String() {
			s = s.WithBudget(kind, n)
			return s, s.Check()
		}
	}
	return s, errLimitArgs
}

// HandleLimits answers /limits: it shows the figures, or changes one.
func (s *Screens) HandleLimits(ctx context.Context, e *telegram.Event) error {
	now, version, err := s.Settings.Read(ctx)
	if err != nil {
		return err
	}
	if e.Text != "" {
		if now, err = parseLimit(now, e.Text); err != nil {
			return err
		}
		if err := s.Settings.Change(ctx, version, e.From.ID, now); err != nil {
			return err
		}
	}
	return s.reply(ctx, e, s.draw(e).limits(now))
}

// limits draws the figures with the words that change them.
func (d drawing) limits(s access.Settings) telegram.Reply {
	title := d.in.Say("access.limits")
	lines := []string{title}
	for kind := range access.Kinds {
		lines = append(lines, d.limitLine(kind.String(), s.Budget(kind)))
	}
	lines = append(lines, d.limitLine(filesWord, s.FilesPerDay), "", d.in.Say("access.limits_how"))
	return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(title)}
}

func (d drawing) limitLine(word string, n int) string {
	if n == 0 {
		return d.in.Say("access.no_limit."+word, word)
	}
	return d.in.Say("access.limit."+word, word, n)
}
