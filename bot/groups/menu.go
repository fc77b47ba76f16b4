package groups

import (
	"context"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/fault"
)

// errGroupUsage reports a typed setting that cannot be read.
var errGroupUsage = fault.New(fault.Invalid, "group_usage")

// HandleGroup answers /group: with the menu, or with a change that was typed.
func (s *Screens) HandleGroup(ctx context.Context, e *telegram.Event) error {
	p, err := s.manage(ctx, e)
	if err != nil {
		return err
	}
	d := s.drawing(e, e.ButtonOwner())
	verb, rest, _ := strings.Cut(e.Text, " ")
	if line, more, cut := strings.Cut(verb, "\n"); cut {
		verb, rest = line, more+"\n"+rest
	}
	rest = strings.TrimSpace(rest)
	switch verb = strings.ToLower(verb); {
	case verb == "":
		settings, _, err := s.Groups.Read(ctx, p.id)
		if err != nil {
			return err
		}
		return s.reply(ctx, e, d.menu(p, settings, topicOf(e)))
	case (verb == on || verb == off) && rest == "":
		return s.switchSearch(ctx, e, p, d, verb == on)
	case verb == "welcome" && rest != "":
		return s.change(ctx, e, p, d, "welcome", func(st *domain.Settings) error { st.Welcome = rest; return nil })
	case (verb == "require" || verb == "request") && rest != "":
		return s.require(ctx, e, p, d, strings.Fields(rest), verb == "request")
	}
	return errGroupUsage
}

// switchSearch does what /group on and /group off have always done. On leaves a group that searches every message as it is.
func (s *Screens) switchSearch(ctx context.Context, e *telegram.Event, p place, d drawing, isOn bool) error {
	_, err := s.Groups.Update(ctx, p.id, e.From.ID, func(st *domain.Settings) error {
		switch {
		case !isOn:
			st.Search = domain.SearchOff
		case st.Search == domain.SearchOff:
			st.Search = domain.SearchAddressed
		}
		return nil
	})
	if err != nil {
		return err
	}
	key := "group.off"
	if isOn {
		key = "group.on"
	}
	return s.reply(ctx, e, telegram.Reply{Text: d.in.Say(key)})
}

// change makes a typed change and answers with the section that it belongs to.
func (s *Screens) change(ctx context.Context, e *telegram.Event, p place, d drawing, name string, change func(*domain.Settings) error) error {
	settings, err := s.Groups.Update(ctx, p.id, e.From.ID, change)
	if err != nil {
		return err
	}
	part, _ := sectionNamed(name)
	return s.reply(ctx, e, d.section(p, settings, part, topicOf(e)))
}

// tap handles every button of the package.
func (s *Screens) tap(ctx context.Context, e *telegram.Event, data chat.Data) error {
	t, err := parseTarget(data.Payload)
	if err != nil {
		return err
	}
	switch t.verb {
	case verbAlert:
		return s.showAlert(ctx, e, t)
	case verbSelect, verbDisconnect:
		return s.tapConnection(ctx, e, data, t)
	case verbMenu, verbSection, verbSet, verbList, verbFilter, verbTry, verbAskDelete, verbDelete:
	}
	p := place{id: t.group}
	if p.chat, err = s.mustManage(ctx, e, t.group); err != nil {
		return err
	}
	if p.chat.ID != 0 {
		p.id = filter.ChatID(p.chat.Key()) // the supergroup that the group has become
	}
	if p.title, err = s.titleFor(ctx, e, p); err != nil {
		return err
	}
	d := s.drawing(e, data.Owner)
	switch t.verb {
	case verbMenu, verbSection, verbSet:
		return s.tapSetting(ctx, e, d, p, t)
	default:
		return s.tapFilter(ctx, e, d, p, t)
	}
}

// titleFor returns the title that a screen shows outside of its group.
func (s *Screens) titleFor(ctx context.Context, e *telegram.Event, p place) (string, error) {
	if p.id == domain.Club || e.Chat.Type != telegram.Private {
		return "", nil
	}
	list, err := s.Groups.Connections(ctx, filter.UserID(e.From.ID))
	for _, c := range list {
		if c.Chat == p.id {
			return c.Title, err
		}
	}
	return "", err
}

// tapSetting shows the menu or one section of it, after the change that the button makes.
func (s *Screens) tapSetting(ctx context.Context, e *telegram.Event, d drawing, p place, t target) error {
	part, ok := sectionNamed(t.section)
	if !ok && t.verb != verbMenu || part.name == "language" && t.verb == verbSet && !d.speaks(t.value) {
		return chat.ErrButton
	}
	var settings domain.Settings
	var err error
	if t.verb == verbSet {
		settings, err = s.Groups.Update(ctx, p.id, e.From.ID, func(st *domain.Settings) error { return part.set(st, t.value) })
	} else {
		settings, _, err = s.Groups.Read(ctx, p.id)
	}
	switch {
	case err != nil:
		return err
	case t.verb == verbMenu:
		return s.show(ctx, e, d.menu(p, settings, t.topic))
	case part.name == "language" && settings.Language != "" && e.Chat.Type != telegram.Private:
		d.in = s.Texts.InLanguage(settings.Language)
	}
	return s.show(ctx, e, d.section(p, settings, part, t.topic))
}

func (s *Screens) drawing(e *telegram.Event, owner int64) drawing {
	w := &words{in: s.Texts.In(e)}
	for _, tag := range s.Languages {
		w.languages = append(w.languages, namedLanguage{tag, s.Texts.InLanguage(tag).Say("language.name")})
	}
	return drawing{words: w, owner: owner}
}

// topicOf returns the topic of a forum in which a command stands; 0 outside of forums.
func topicOf(e *telegram.Event) int64 {
	if e.IsForum && e.Topic == 0 {
		return domain.GeneralTopic
	}
	return int64(e.Topic)
}
