package groups

import (
	"slices"
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/phrase"
)

// words speak about settings in one language.
type words struct {
	in        *phrase.Speaker
	languages []namedLanguage // that the bot speaks
}

// namedLanguage is a language and its own name for itself.
type namedLanguage struct{ tag, name string }

// section is one setting in the menu: its values as buttons carry them. The phrases group_menu.NAME and group_menu.NAME_about are its name and its line
// of explanation.
type section struct {
	name    string
	values  func(w *words, s domain.Settings, topic int64) []string
	current func(s domain.Settings) string
	label   func(w *words, value string) string
	set     func(s *domain.Settings, value string) error
	summary func(w *words, s domain.Settings) string // in the menu; nil: the label of the current value
}

const on, off = "on", "off"

// sections are the settings in the order of the menu.
func sections() []section {
	return []section{
		{
			name: "search", values: list(string(domain.SearchAddressed), string(domain.SearchAll), off), current: func(s domain.Settings) string { return string(s.Search) }, label: named("search"),
			set: func(s *domain.Settings, value string) error { s.Search = domain.SearchMode(value); return nil },
		},
		{
			name: "topics", values: topicValues, current: func(s domain.Settings) string {
				if len(s.Topics) == 0 {
					return "all"
				}
				return ""
			},
			label: named("topics"), set: setTopic, summary: topicSummary,
		},
		{
			name: "page", values: list("0", "5", "8", "10", "15", "20"), current: func(s domain.Settings) string { return strconv.Itoa(s.PageSize) }, label: (*words).pageSize,
			set: number(func(s *domain.Settings, n int) { s.PageSize = n }),
		},
		onOff("spelling", func(s *domain.Settings) *bool { return &s.Spelling }),
		{
			name: "files", values: list("here", "private"), label: named("files"),
			current: func(s domain.Settings) string {
				if s.ToPrivate {
					return "private"
				}
				return "here"
			},
			set: func(s *domain.Settings, value string) error { s.ToPrivate = value == "private"; return nil },
		},
		{
			name: "deletion", values: list("0", "5", "10", "30", "60", "360", "1440"), current: func(s domain.Settings) string { return strconv.Itoa(s.DeleteAfter) }, label: (*words).minutes,
			set: number(func(s *domain.Settings, n int) { s.DeleteAfter = n }),
		},
		onOff("protect", func(s *domain.Settings) *bool { return &s.Protect }),
		{
			name: "required", values: requiredValues, label: (*words).required, set: setRequired, summary: requiredSummary,
			current: func(s domain.Settings) string {
				if s.RequireAny {
					return "any"
				}
				return "all"
			},
		},
		{
			name: "language", current: func(s domain.Settings) string { return s.Language }, label: (*words).language,
			values: func(w *words, _ domain.Settings, _ int64) []string {
				values := []string{""}
				for _, l := range w.languages {
					values = append(values, l.tag)
				}
				return values
			},
			set: func(s *domain.Settings, value string) error { s.Language = value; return nil },
		},
		{
			name: "welcome", current: func(domain.Settings) string { return on }, label: named("welcome"), summary: welcomeSummary,
			values: func(_ *words, s domain.Settings, _ int64) []string {
				if s.Welcome == "" {
					return nil
				}
				return []string{off}
			},
			set: func(s *domain.Settings, value string) error {
				if value == off {
					s.Welcome = ""
				}
				return nil
			},
		},
		{
			name: "farewell", values: list("0", "1", "5", "15", "60"), current: func(s domain.Settings) string { return strconv.Itoa(s.WelcomeFor) }, label: (*words).minutes,
			set: number(func(s *domain.Settings, n int) { s.WelcomeFor = n }),
		},
		onOff("club", func(s *domain.Settings) *bool { return &s.ClubFilters }),
		onOff("broadcasts", func(s *domain.Settings) *bool { return &s.Broadcasts }),
	}
}

func sectionNamed(name string) (section, bool) {
	all := sections()
	i := slices.IndexFunc(all, func(s section) bool { return s.name == name })
	if i < 0 {
		return section{}, false
	}
	return all[i], true
}

func list(values ...string) func(*words, domain.Settings, int64) []string {
	return func(*words, domain.Settings, int64) []string { return values }
}

// named labels a value with the phrase group_value.SECTION_VALUE.
func named(name string) func(w *words, value string) string {
	return func(w *words, value string) string { return w.in.Say("group_value." + name + "_" + value) }
}

func onOff(name string, field func(s *domain.Settings) *bool) section {
	return section{
		name: name, values: list(on, off), label: func(w *words, value string) string { return w.in.Say("group_value." + value) },
		current: func(s domain.Settings) string {
			if *field(&s) {
				return on
			}
			return off
		},
		set: func(s *domain.Settings, value string) error { *field(s) = value == on; return nil },
	}
}

func number(set func(s *domain.Settings, n int)) func(s *domain.Settings, value string) error {
	return func(s *domain.Settings, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return domain.ErrBounds
		}
		set(s, n)
		return nil
	}
}

func (w *words) pageSize(value string) string {
	if value == "0" {
		return w.in.Say("group_value.page_default")
	}
	return value
}

func (w *words) minutes(value string) string {
	n, _ := strconv.Atoi(value)
	switch {
	case n == 0:
		return w.in.Say("group_value.never")
	case n >= 60 && n%60 == 0:
		return w.in.Say("group_value.hours", n/60)
	}
	return w.in.Say("group_value.minutes", n)
}

func (w *words) speaks(tag string) bool {
	return tag == "" || slices.ContainsFunc(w.languages, func(l namedLanguage) bool { return l.tag == tag })
}

func (w *words) language(tag string) string {
	if tag == "" {
		return w.in.Say("group_value.language_own")
	}
	i := slices.IndexFunc(w.languages, func(l namedLanguage) bool { return l.tag == tag })
	if i < 0 {
		return tag
	}
	return w.languages[i].name
}

// Values of topics and of required channels are a word, or a sign and an id in base 36.
const (
	signAdd    = "+"
	signRemove = "-"
)

// topicValues offers the topic in which the menu was opened.
func topicValues(_ *words, s domain.Settings, topic int64) []string {
	values := []string{"all"}
	switch {
	case topic == 0:
	case slices.Contains(s.Topics, int(topic)):
		values = append(values, signRemove+strconv.FormatInt(topic, 36))
	default:
		values = append(values, signAdd+strconv.FormatInt(topic, 36))
	}
	return values
}

func setTopic(s *domain.Settings, value string) error {
	if value == "all" {
		s.Topics = nil
		return nil
	}
	sign, id, err := signedID(value)
	if err != nil {
		return err
	}
	s.Topics = slices.DeleteFunc(s.Topics, func(t int) bool { return t == int(id) })
	if sign == signAdd {
		s.Topics = append(s.Topics, int(id))
	}
	return nil
}

func signedID(value string) (sign string, id int64, err error) {
	if len(value) < 2 {
		return "", 0, domain.ErrBounds
	}
	id, err = strconv.ParseInt(value[1:], 36, 64)
	if sign = value[:1]; err != nil || id <= 0 || sign != signAdd && sign != signRemove {
		return "", 0, domain.ErrBounds
	}
	return sign, id, nil
}

func topicSummary(w *words, s domain.Settings) string {
	if len(s.Topics) == 0 {
		return w.in.Say("group_value.topics_all")
	}
	return w.in.Say("group_value.topics_some", len(s.Topics))
}

func requiredValues(_ *words, s domain.Settings, _ int64) []string {
	var values []string
	if len(s.Required) > 1 {
		values = append(values, "all", "any")
	}
	for _, c := range s.Required {
		values = append(values, signRemove+strconv.FormatInt(int64(c.ID), 36))
	}
	return values
}

func setRequired(s *domain.Settings, value string) error {
	if value == "all" || value == "any" {
		s.RequireAny = value == "any"
		return nil
	}
	sign, id, err := signedID(value)
	if err != nil || sign != signRemove {
		return domain.ErrBounds
	}
	s.Release(filter.ChannelID(id))
	return nil
}

func (w *words) required(value string) string {
	return w.in.Say("group_value.required_" + value)
}

// requiredChannel names the channel that a value removes.
func (w *words) requiredChannel(s domain.Settings, value string) string {
	_, id, _ := signedID(value)
	i := slices.IndexFunc(s.Required, func(c domain.RequiredChannel) bool { return int64(c.ID) == id })
	if i < 0 {
		return ""
	}
	title := telegram.CleanLine(s.Required[i].Title, maxRequiredShown)
	if s.Required[i].ByRequest {
		return w.in.Say("group_value.required_by_request", title)
	}
	return title
}

const maxRequiredShown = 30 // characters of a channel's title

func requiredSummary(w *words, s domain.Settings) string {
	if len(s.Required) == 0 {
		return w.in.Say("group_value.none")
	}
	return strconv.Itoa(len(s.Required))
}

const maxWelcomeShown = 60 // runes

func welcomeSummary(w *words, s domain.Settings) string {
	if strings.TrimSpace(s.Welcome) == "" {
		return w.in.Say("group_value.none")
	}
	return telegram.CleanLine(s.Welcome, maxWelcomeShown)
}
