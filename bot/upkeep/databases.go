package upkeep

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/phrase"
	"pavilion/storage"
)

// The verbs of the buttons.
const (
	verbPools    = "db"
	verbPool     = "db1"
	verbPoolMode = "dbm"
	verbAskDrain = "dbd"
)

// databases are the screens of /dbstats.
type databases struct{ *Screens }

// database is what the screens show of one pool.
type database struct {
	filter.PoolStats
	mode    storage.PoolMode
	fullOn  time.Time // zero: not known
	outages []storage.Outage
}

const (
	outagesListed  = 5
	figuresTimeout = 10 * time.Second
)

// HandleDBStats answers /dbstats: each database, its room and whether it answers.
func (s *Screens) HandleDBStats(ctx context.Context, e *telegram.Event) error {
	reply, err := databases{s}.tapList(ctx, e, chat.ParseFields(""))
	if err != nil {
		return err
	}
	return s.send(ctx, e, reply)
}

// read reads the figures of all pools. Without Postgres the forecast and the outages are missing, not the rest.
func (s databases) read(ctx context.Context) []database {
	ctx, cancel := context.WithTimeout(ctx, figuresTimeout)
	defer cancel()
	var all []database
	for _, stats := range s.Indexer.Stats(ctx).Pools {
		d := database{PoolStats: stats, mode: storage.PoolNormal}
		if pool, err := s.Pools.Pool(stats.Name); err == nil {
			d.mode = s.Pools.Mode(ctx, pool)
			if full, known, err := s.History.FullOn(ctx, pool); err == nil && known && d.mode != storage.PoolDraining {
				d.fullOn = full
			}
			d.outages, _ = s.History.Outages(ctx, stats.Name, outagesListed)
		}
		all = append(all, d)
	}
	return all
}

func (s databases) tapList(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	return s.draw(e).databases(s.read(ctx)), nil
}

func (s databases) tapPool(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	d, err := s.readOne(ctx, f.Next(), f)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).database(d), nil
}

// readOne reads the figures of the pool of a button.
func (s databases) readOne(ctx context.Context, key string, f *chat.Fields) (database, error) {
	if !f.Done() {
		return database{}, chat.ErrButton
	}
	all := s.read(ctx)
	i := slices.IndexFunc(all, func(d database) bool { return poolKey(d.Name) == key })
	if i < 0 {
		return database{}, storage.ErrPoolUnknown
	}
	return all[i], nil
}

func (s databases) tapAskDrain(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	d, err := s.readOne(ctx, f.Next(), f)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).askDrain(d), nil
}

func (s databases) tapMode(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	key, mode := f.Next(), storage.PoolMode(f.Next())
	d, err := s.readOne(ctx, key, f)
	if err != nil {
		return telegram.Reply{}, err
	}
	if err := s.Pools.SetMode(ctx, e.From.ID, d.Name, mode); err != nil {
		return telegram.Reply{}, err
	}
	d.mode = mode
	return s.draw(e).database(d), nil
}

// poolKey stands for a pool in buttons, because names can be long.
func poolKey(name string) string { return chat.Base36(int64(xxhash.Sum64String(name) >> 1)) }

func (d drawing) databases(all []database) telegram.Reply {
	var lines []string
	var keyboard [][]telegram.Button
	for _, db := range all {
		line := "• " + d.room(db.PoolStats)
		if db.Answered {
			line += ", " + d.in.Say("databases.files", db.Files)
		}
		if db.Breaker != "closed" {
			line += ", " + d.in.Say("databases.no_answer")
		}
		if db.mode != storage.PoolNormal {
			line += ", " + d.in.Say("databases.short_"+string(db.mode))
		}
		if !db.fullOn.IsZero() {
			line += ", " + d.date("databases.full_on", db.fullOn)
		}
		lines = append(lines, line)
		keyboard = append(keyboard, []telegram.Button{d.button(telegram.CleanLine(db.Name, maxLabel), verbPool+":"+poolKey(db.Name))})
	}
	return d.page(d.in.Say("databases.title"), lines, keyboard...)
}

// date says a phrase about a day. The year is a string, because numbers are grouped: 2,026.
func (d drawing) date(key string, day time.Time) string {
	return d.in.Say(key, d.in.Day(day), strconv.Itoa(day.Year()))
}

const maxLabel = 40 // characters of a name on a button

func (d drawing) room(p filter.PoolStats) string {
	used := p.DataBytes + p.IndexBytes
	return d.in.Say("databases.room", p.Name, phrase.Size(used), phrase.Size(p.LimitBytes), used*100/max(1, p.LimitBytes))
}

func (d drawing) database(db database) telegram.Reply {
	lines := []string{d.room(db.PoolStats)}
	if db.Answered {
		lines = append(lines, d.in.Say("databases.files", db.Files))
	} else {
		lines = append(lines, d.in.Say("databases.no_answer"))
	}
	if db.fullOn.IsZero() {
		lines = append(lines, d.in.Say("databases.no_forecast"))
	} else {
		lines = append(lines, d.date("databases.forecast", db.fullOn))
	}
	switch {
	case db.mode == storage.PoolDraining && db.Answered && db.Files == 0:
		lines = append(lines, d.in.Say("databases.drained"))
	default:
		lines = append(lines, d.in.Say("databases.mode_"+string(db.mode)))
	}
	if len(db.outages) > 0 {
		lines = append(lines, "", d.in.Say("databases.outages"))
	}
	for _, o := range db.outages {
		if o.Ended.IsZero() {
			lines = append(lines, "• "+d.in.Say("databases.outage_now", d.moment(o.Began)))
			continue
		}
		lines = append(lines, "• "+d.in.Say("databases.outage", d.moment(o.Began), d.moment(o.Ended)))
	}
	key := poolKey(db.Name)
	set := func(label string, mode storage.PoolMode) telegram.Button {
		return d.button(d.in.Say(label), verbPoolMode+":"+key+":"+string(mode))
	}
	var change []telegram.Button
	if db.mode != storage.PoolNormal {
		change = append(change, set("databases.make_normal", storage.PoolNormal))
	}
	if db.mode != storage.PoolReadOnly {
		change = append(change, set("databases.make_read_only", storage.PoolReadOnly))
	}
	if db.mode != storage.PoolDraining {
		change = append(change, d.button(d.in.Say("databases.drain"), verbAskDrain+":"+key))
	}
	return d.page(telegram.CleanLine(db.Name, maxLabel), lines, change, []telegram.Button{
		d.button(d.in.Say("upkeep.refresh"), verbPool+":"+key), d.button(d.in.Say("databases.all"), verbPools),
	})
}

func (d drawing) askDrain(db database) telegram.Reply {
	key := poolKey(db.Name)
	return d.page(d.in.Say("databases.ask_drain", db.Name), []string{d.in.Say("databases.drain_means")}, []telegram.Button{
		d.button(d.in.Say("databases.drain_yes"), verbPoolMode+":"+key+":"+string(storage.PoolDraining)),
		d.button(d.in.Say("databases.drain_no"), verbPool+":"+key),
	})
}
