package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/storage"
)

// figures is the Prometheus collector: it reads the parts at each scrape. Names and labels are constants, so input adds no series.
type figures struct {
	parts *parts
	descs map[string]*prometheus.Desc
}

const scrapeTimeout = 2 * time.Second

func newFigures(p *parts) *figures {
	f := &figures{parts: p, descs: map[string]*prometheus.Desc{}}
	for _, d := range []struct{ name, help, label string }{
		{"pavilion_postgres_up", "1 where Postgres answered the scrape.", ""},
		{"pavilion_postgres_connections", "Connections of the pool by state.", "state"},
		{"pavilion_postgres_waits_total", "Times that a connection was waited for.", ""},
		{"pavilion_postgres_refusals_total", "Statements and connections that Postgres refused, by reason.", "reason"},
		{"pavilion_redis_up", "1 where Redis answers.", ""},
		{"pavilion_cache_lookups_total", "Net-days that availability looked up in its cache, by result.", "result"},
		{"pavilion_pool_breaker_open", "1 where the breaker of a MongoDB pool keeps calls away.", "pool"},
		{"pavilion_pool_used_bytes", "Documents and indexes of a MongoDB pool.", "pool"},
		{"pavilion_pool_limit_bytes", "What a MongoDB pool may hold.", "pool"},
		{"pavilion_index_queued", "Posts in memory that are not indexed.", ""},
		{"pavilion_index_owed", "Posts to be read from Telegram again.", ""},
		{"pavilion_bot_active", "1 where this process is the bot.", ""},
		{"pavilion_telegram_connected", "1 where the bot is connected.", ""},
		{"pavilion_telegram_updates_queued", "Updates received and not looked at.", ""},
		{"pavilion_telegram_sends_queued", "Calls that wait for their turn.", ""},
		{"pavilion_telegram_calls", "Calls under way.", ""},
		{"pavilion_telegram_flood_waits_total", "Times that Telegram asked to wait.", ""},
		{"pavilion_searches_total", "Searches of this process that met the objective, and that missed it by time, an error or a database that was down.", "objective"},
		{"pavilion_deliveries_total", "Tapped files that met the objective, and that missed it by time or an error.", "objective"},
		{"pavilion_outbox_jobs", "Jobs that are not done, by state; discarded ones have used up their tries.", "state"},
		{"pavilion_outbox_age_seconds", "Age of the oldest job that is due.", ""},
		{"pavilion_payment_reviews", "Reviews of payments that wait for the staff.", ""},
		{"pavilion_payment_review_age_seconds", "Age of the oldest review that waits for the staff.", ""},
		{"pavilion_refund_age_seconds", "Age of the oldest refund that the gateway has not made.", ""},
		{"pavilion_backup_age_seconds", "Age of the last backup; of the installation, if there is none.", ""},
		{"pavilion_bookings", "Bookings of today and later, by state.", "state"},
	} {
		var labels []string
		if d.label != "" {
			labels = []string{d.label}
		}
		f.descs[d.name] = prometheus.NewDesc(d.name, d.help, labels, nil)
	}
	return f
}

// Describe lists the figures.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range f.descs {
		ch <- d
	}
}

// Collect reads the parts. Without Postgres its metrics are missing and its up metric is 0.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	gauge := func(name string, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(f.descs[name], prometheus.GaugeValue, v, labels...)
	}
	count := func(name string, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(f.descs[name], prometheus.CounterValue, v, labels...)
	}
	stat := f.parts.db.Stat()
	gauge("pavilion_postgres_connections", float64(stat.AcquiredConns()), "in_use")
	gauge("pavilion_postgres_connections", float64(stat.IdleConns()), "idle")
	gauge("pavilion_postgres_connections", float64(stat.MaxConns()), "most")
	count("pavilion_postgres_waits_total", float64(stat.EmptyAcquireCount()))
	refused := f.parts.queries.Refusals()
	for _, reason := range storage.RefusalReasons() { // none is a figure too
		count("pavilion_postgres_refusals_total", float64(refused[reason]), reason)
	}
	gauge("pavilion_redis_up", one(f.parts.redis.Up()))
	hits, misses := f.parts.booking.CacheLookups()
	count("pavilion_cache_lookups_total", float64(hits), "hit")
	count("pavilion_cache_lookups_total", float64(misses), "miss")
	for _, p := range f.parts.pools.All() {
		s := p.State()
		gauge("pavilion_pool_breaker_open", one(p.Down()), s.Name)
		gauge("pavilion_pool_used_bytes", float64(s.DataBytes+s.IndexBytes), s.Name)
		gauge("pavilion_pool_limit_bytes", float64(s.LimitBytes), s.Name)
	}
	backlog := f.parts.chat.Load().indexer.Backlog()
	gauge("pavilion_index_queued", float64(backlog.Queued))
	gauge("pavilion_index_owed", float64(backlog.InGaps))
	s := f.parts.chat.Load().bot.Stats()
	gauge("pavilion_bot_active", one(f.parts.active.Load()))
	gauge("pavilion_telegram_connected", one(s.Connected))
	gauge("pavilion_telegram_updates_queued", float64(s.Updates))
	gauge("pavilion_telegram_sends_queued", float64(s.Sends))
	gauge("pavilion_telegram_calls", float64(s.Calls))
	count("pavilion_telegram_flood_waits_total", float64(s.FloodWaits))
	for name, operation := range map[string]string{"pavilion_searches_total": "search", "pavilion_deliveries_total": "delivery"} {
		o := f.parts.latency.Objective(operation)
		count(name, float64(o.Met), "met")
		count(name, float64(o.Missed), "missed")
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	gauge("pavilion_postgres_up", one(f.database(ctx, gauge) == nil))
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
