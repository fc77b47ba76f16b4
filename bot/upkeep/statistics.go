package upkeep

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/upkeep"
)

// The verbs of the buttons.
const (
	verbStatistics = "st"
	verbFiles      = "stf"
)

// statistics are the screens of /stats.
type statistics struct{ *Screens }

// figures are what /stats shows.
type figures struct {
	index   filter.Stats
	people  filter.AudienceCount
	counted upkeep.Statistics
	unread  bool // Postgres did not answer, so counted is empty
	quota   quotaUse
	premium PremiumFigures
}

// HandleStats answers /stats: files, people, searches, deliveries and the backlog of the index.
func (s *Screens) HandleStats(ctx context.Context, e *telegram.Event) error {
	return s.send(ctx, e, s.draw(e).statistics(statistics{s}.read(ctx)))
}

// PremiumFigures say who has premium now, and what it brought.
type PremiumFigures struct {
	Plans       []PlanFigures // that somebody has
	Stars       int64         // income so far
	RecentStars int64         // of the last 30 days
	Expiring    int64         // people whose time ends within 7 days
}

// PlanFigures are the people who have a plan now.
type PlanFigures struct {
	Title                 string
	People, Bought, Given int64
}

// quotaUse is what people used of their daily quota of files today.
type quotaUse struct{ people, files int64 }

func (s statistics) read(ctx context.Context) figures {
	cctx, stop := context.WithTimeout(ctx, countersTimeout)
	defer stop()
	counted, err := s.Counters.Statistics(cctx)
	var quota quotaUse
	if err == nil {
		quota.people, quota.files, err = s.QuotaToday(cctx)
	}
	var premium PremiumFigures
	if err == nil {
		premium, err = s.Premium(cctx)
	}
	ctx, cancel := context.WithTimeout(ctx, figuresTimeout)
	defer cancel()
	return figures{index: s.Indexer.Stats(ctx), people: s.Audience.Count(ctx), counted: counted, unread: err != nil, quota: quota, premium: premium}
}

func (s statistics) tapOverview(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	return s.draw(e).statistics(s.read(ctx)), nil
}

func (s statistics) tapFiles(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	counted, err := s.Counters.Statistics(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).filesByChannel(s.Indexer.Stats(ctx).Channels, counted.Files), nil
}

const (
	languagesListed = 8
	countersTimeout = 3 * time.Second
)

func (d drawing) statistics(f figures) telegram.Reply {
	lines := []string{
		d.in.Say("stats.files", f.index.Files), d.in.Say("stats.words", f.index.Words), d.in.Say("stats.channels", len(f.index.Channels)),
		d.in.Say("stats.people", f.people.Total, f.people.Blocked),
	}
	if kinds := d.kinds(f.counted.Files, 0); kinds != "" {
		lines = slices.Insert(lines, 1, "   "+kinds)
	}
	if f.unread {
		lines = append(lines, d.in.Say("stats.unread"))
	}
	for _, p := range f.counted.Periods {
		found, missed := p.Activity[upkeep.SearchFound], p.Activity[upkeep.SearchMissed]
		lines = append(lines, "", d.in.Say("stats.period", p.Days),
			"• "+d.in.Say("stats.active", p.People), "• "+d.in.Say("stats.searches", found+missed, missed),
			"• "+d.in.Say("stats.inline", p.Activity[upkeep.InlineQuery]), "• "+d.in.Say("stats.deliveries", p.Activity[upkeep.Delivery]))
	}
	if f.quota.people > 0 {
		lines = append(lines, "", d.in.Say("stats.quota", f.quota.people, f.quota.files))
	}
	lines = append(lines, d.premium(f.premium)...)
	if languages := d.languages(f.counted.Languages); languages != "" {
		lines = append(lines, "", d.in.Say("stats.languages", languages))
	}
	if n := f.index.Backlog.Queued + f.index.Backlog.InGaps; n > 0 {
		lines = append(lines, d.in.Say("stats.backlog", n))
	}
	for _, p := range f.index.Pools {
		if !p.Answered {
			lines = append(lines, d.in.Say("stats.no_answer", p.Name))
		}
	}
	return d.page(d.in.Say("stats.title"), lines, []telegram.Button{
		d.button(d.in.Say("stats.by_channel"), verbFiles), d.button(d.in.Say("stats.missed"), verbMissed),
	})
}

// premium writes the figures of premium; nothing if nobody ever had it.
func (d drawing) premium(f PremiumFigures) (lines []string) {
	if len(f.Plans) == 0 && f.Stars == 0 {
		return nil
	}
	lines = []string{"", d.in.Say("stats.premium")}
	for _, p := range f.Plans {
		lines = append(lines, "• "+d.in.Say("stats.plan", telegram.CleanLine(p.Title, maxLabel), p.People, p.Bought, p.Given))
	}
	return append(lines, "• "+d.in.Say("stats.income", f.Stars, f.RecentStars), "• "+d.in.Say("stats.expiring", f.Expiring))
}

// kinds writes the numbers of files by kind; empty if there are none.
func (d drawing) kinds(files map[filter.FileCount]int64, channel filter.ChannelID) string {
	var parts []string
	for kind := filter.KindDocument; kind <= filter.KindPhoto; kind++ {
		if n := files[filter.FileCount{Channel: channel, Kind: kind}]; n > 0 {
			parts = append(parts, d.in.Say("stats.of_kind", d.in.Say("kind."+kind.String()), n))
		}
	}
	return strings.Join(parts, ", ")
}

func (d drawing) languages(list []upkeep.LanguageCount) string {
	var parts []string
	rest := int64(0)
	for i, l := range list {
		if i >= languagesListed {
			rest += l.People
			continue
		}
		parts = append(parts, d.in.Say("stats.language", cmp.Or(l.Language, "?"), l.People))
	}
	if rest > 0 {
		parts = append(parts, d.in.Say("stats.language", "…", rest))
	}
	return strings.Join(parts, ", ")
}

const channelsListed = 40

func (d drawing) filesByChannel(channels []filter.Channel, files map[filter.FileCount]int64) telegram.Reply {
	total := func(id filter.ChannelID) (n int64) {
		for kind := filter.KindDocument; kind <= filter.KindPhoto; kind++ {
			n += files[filter.FileCount{Channel: id, Kind: kind}]
		}
		return n
	}
	channels = slices.SortedStableFunc(slices.Values(channels), func(a, b filter.Channel) int { return cmp.Compare(total(b.ID), total(a.ID)) })
	var lines []string
	for i, c := range channels {
		if i == channelsListed {
			lines = append(lines, d.in.Say("channels.more", len(channels)-i))
			break
		}
		line := "• " + d.in.Say("stats.channel", telegram.CleanLine(c.Title, maxLabel), total(c.ID))
		if kinds := d.kinds(files, c.ID); kinds != "" {
			line += " (" + kinds + ")"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = []string{d.in.Say("channels.none")}
	}
	return d.page(d.in.Say("stats.channels_title"), lines, []telegram.Button{d.button(d.in.Say("upkeep.back"), verbStatistics)})
}
