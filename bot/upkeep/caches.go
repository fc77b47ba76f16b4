package upkeep

import (
	"context"
	"slices"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/storage"
)

// The verbs of the buttons.
const (
	verbCaches     = "ca"
	verbClearCache = "cac"
)

// caches is the screen of /cache.
type caches struct{ *Screens }

// cached is what /cache shows of a cache.
type cached struct {
	name         string
	entries      int
	complete     bool // all entries were counted
	hits, misses int64
}

// HandleCache answers /cache: the caches in Redis, with buttons that clear them.
func (s *Screens) HandleCache(ctx context.Context, e *telegram.Event) error {
	list, err := caches{s}.read(ctx)
	if err != nil {
		return err
	}
	return s.send(ctx, e, s.draw(e).caches(list))
}

func (s caches) read(ctx context.Context) ([]cached, error) {
	var list []cached
	for _, c := range s.Caches {
		n, complete, err := s.Redis.CountEntries(ctx, c)
		if err != nil {
			return nil, err
		}
		hits, misses := c.Lookups()
		list = append(list, cached{c.Name, n, complete, hits, misses})
	}
	return list, nil
}

func (s caches) tapList(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	list, err := s.read(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).caches(list), nil
}

func (s caches) tapClear(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	name := f.Next()
	i := slices.IndexFunc(s.Caches, func(c storage.Cache) bool { return c.Name == name })
	if !f.Done() || i < 0 {
		return telegram.Reply{}, chat.ErrButton
	}
	if err := s.Redis.ClearEntries(ctx, s.Caches[i]); err != nil {
		return telegram.Reply{}, err
	}
	return s.tapList(ctx, e, chat.ParseFields(""))
}

func (d drawing) caches(list []cached) telegram.Reply {
	var lines []string
	var keyboard [][]telegram.Button
	for _, c := range list {
		name, said := d.in.Say("cache.name_"+c.name), "cache.entries"
		if !c.complete {
			said = "cache.entries_more"
		}
		line := "• " + name + ": " + d.in.Say(said, c.entries)
		if asked := c.hits + c.misses; asked > 0 {
			line += ", " + d.in.Say("cache.hits", c.hits*100/asked, asked)
		}
		lines = append(lines, line)
		keyboard = append(keyboard, []telegram.Button{d.button(d.in.Say("cache.clear", name), verbClearCache+":"+c.name)})
	}
	keyboard = append(keyboard, []telegram.Button{d.button(d.in.Say("upkeep.refresh"), verbCaches)})
	return d.page(d.in.Say("cache.title"), append(lines, "", d.in.Say("cache.note")), keyboard...)
}
