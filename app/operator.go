package app

import (
	"context"
	"strconv"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/upkeep"
	"pavilion/storage"
	"pavilion/web/ops"
)

// byOperator stands for the operator where a Telegram user id is stored.
const byOperator = 0

// operator has the admin screens of the chat for an operator over HTTP.
type operator struct{ *parts }

// pages returns the screens as JSON.
func (p operator) pages() []ops.Page {
	return append(p.upkeepPages(), []ops.Page{
		{Name: "pools", Read: ops.Fixed(p.readPools), Act: ops.Action(p.setPoolMode)},
		{Name: "stats", Read: ops.Fixed(p.readStatistics)},
		{Name: "missed", Read: ops.Fixed(p.readMissed), Act: ops.Action(p.forgetMissed)},
		{Name: "caches", Read: ops.Fixed(p.readCaches), Act: ops.Action(p.clearCache)},
		{Name: "log", Read: ops.Fixed(p.readLog), Act: ops.Action(p.setLogLevel)},
	}...)
}

// poolView is a MongoDB pool as JSON.
type poolView struct {
	Name    string           `json:"name"`
	Breaker string           `json:"breaker"`
	Mode    storage.PoolMode `json:"mode"`
	Files   *int64           `json:"files,omitempty"` // missing if the pool does not answer
	Used    int64            `json:"used_bytes"`
	Limit   int64            `json:"limit_bytes"`
	FullOn  string           `json:"full_on,omitempty"` // a forecast
	Outages []outageView     `json:"outages"`
}

type outageView struct {
	Began time.Time  `json:"began"`
	Ended *time.Time `json:"ended,omitempty"` // missing while it lasts
}

const outagesShown = 50

func (p operator) readPools(ctx context.Context) (any, error) {
	views := []poolView{}
	for _, s := range p.chat.Load().indexer.Stats(ctx).Pools {
		pool, err := p.pools.Pool(s.Name)
		if err != nil {
			return nil, err
		}
		v := poolView{Name: s.Name, Breaker: s.Breaker, Mode: p.pools.Mode(ctx, pool), Used: s.DataBytes + s.IndexBytes, Limit: s.LimitBytes, Outages: []outageView{}}
		if s.Answered {
			v.Files = &s.Files
		}
		full, known, err := p.history.FullOn(ctx, pool)
		if err != nil {
			return nil, err
		}
		if known && v.Mode != storage.PoolDraining {
			v.FullOn = full.Format(time.DateOnly)
		}
		outages, err := p.history.Outages(ctx, s.Name, outagesShown)
		if err != nil {
			return nil, err
		}
		for _, o := range outages {
			shown := outageView{Began: o.Began}
			if !o.Ended.IsZero() {
				shown.Ended = &o.Ended
			}
			v.Outages = append(v.Outages, shown)
		}
		views = append(views, v)
	}
	return map[string]any{"pools": views}, nil
}

// poolModeChange is the body that sets a pool's mode.
type poolModeChange struct {
	Name string           `json:"name"`
	Mode storage.PoolMode `json:"mode"`
}

func (p operator) setPoolMode(ctx context.Context, c poolModeChange) error {
	return p.pools.SetMode(ctx, byOperator, c.Name, c.Mode)
}

// periodView is the activity of some days as JSON.
type periodView struct {
	Days     int                   `json:"days"`
	People   int64                 `json:"active_people"`
	Activity map[upkeep.What]int64 `json:"activity"`
}

func (p operator) readStatistics(ctx context.Context) (any, error) {
	counted, err := p.counters.Statistics(ctx)
	if err != nil {
		return nil, err
	}
	periods, languages, kinds, channels := []periodView{}, map[string]int64{}, map[string]int64{}, map[string]map[string]int64{}
	for _, c := range counted.Periods {
		periods = append(periods, periodView(c))
	}
	for _, l := range counted.Languages {
		languages[l.Language] = l.People
	}
	for k, n := range counted.Files {
		if k.Channel == 0 {
			kinds[k.Kind.String()] = n
			continue
		}
		id := strconv.FormatInt(int64(k.Channel), 10)
		if channels[id] == nil {
			channels[id] = map[string]int64{}
		}
		channels[id][k.Kind.String()] = n
	}
	premium, err := p.chat.Load().bot.Operator().Premium.Figures(ctx)
	if err != nil {
		return nil, err
	}
	people := filter.NewAudience(p.pools, p.now).Count(ctx)
	return map[string]any{
		"periods": periods, "languages": languages, "files_by_kind": kinds, "files_by_channel": channels,
		"people":  map[string]any{"total": people.Total, "blocked": people.Blocked, "pools_missing": len(people.Missing)},
		"premium": viewPremium(premium),
	}, nil
}

// premiumView are the figures of premium as JSON.
type premiumView struct {
	Plans       []planView `json:"plans"`
	Stars       int64      `json:"stars"`
	RecentStars int64      `json:"stars_30_days"`
	Expiring    int64      `json:"expiring_7_days"` // people
}

// planView are the people who have a plan as JSON.
type planView struct {
	Title  string `json:"title"`
	People int64  `json:"people"`
	Bought int64  `json:"bought"`
	Given  int64  `json:"given"`
}

func viewPremium(f access.PremiumFigures) premiumView {
	v := premiumView{Plans: []planView{}, Stars: f.Stars, RecentStars: f.RecentStars, Expiring: f.Expiring}
	for _, p := range f.Plans {
		v.Plans = append(v.Plans, planView(p))
	}
	return v
}

const missedShown = 1000

// missedView is a search that found nothing as JSON.
type missedView struct {
	Words string    `json:"words"`
	Times int64     `json:"times"`
	Last  time.Time `json:"last"`
}

func (p operator) readMissed(ctx context.Context) (any, error) {
	list, err := p.counters.Missed(ctx, 0, missedShown)
	if err != nil {
		return nil, err
	}
	views := []missedView{}
	for _, m := range list {
		views = append(views, missedView(m))
	}
	return map[string]any{"missed": views}, nil
}

func (p operator) forgetMissed(ctx context.Context, _ struct {
	Forget bool `json:"forget"`
},
) error {
	return p.counters.ForgetMissed(ctx)
}
