package access

import (
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"pavilion/filter"
)

// localQuota counts in memory while Postgres does not answer, for a bounded number of persons and deliveries. Its reservations have negative ids. A file that
// was settled is free for the rest of the day.
type localQuota struct {
	mu           sync.Mutex
	days         *lru.Cache[filter.UserID, localDay]
	reservations *lru.Cache[int64, localReservation]
	last         int64
}

type localDay struct {
	day       time.Time
	used      int
	delivered []filter.DocumentID // at most used
}

type localReservation struct {
	person  filter.UserID
	day     time.Time
	counted []filter.DocumentID // not settled
}

const (
	localPersons    = 10_000
	localDeliveries = 10_000
)

func newLocalQuota() (*localQuota, error) {
	days, err := lru.New[filter.UserID, localDay](localPersons)
	if err != nil {
		return nil, err
	}
	reservations, err := lru.New[int64, localReservation](localDeliveries)
	return &localQuota{days: days, reservations: reservations}, err
}

// on returns a person's day; an empty one if the known day is over.
func (l *localQuota) on(person filter.UserID, day time.Time) localDay {
	d, _ := l.days.Get(person)
	if !d.day.Equal(day) {
		return localDay{day: day}
	}
	return d
}

func (l *localQuota) usedOn(person filter.UserID, day time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on(person, day).used
}

func (l *localQuota) reserve(c claim, day time.Time, limit int) (id int64, fit []filter.DocumentID, left int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.on(c.person, day)
	r := localReservation{person: c.person, day: day}
	for _, doc := range c.documents {
		switch {
		case slices.Contains(fit, doc):
		case slices.Contains(d.delivered, doc):
			fit = append(fit, doc)
		case d.used < limit:
			d.used++
			fit, r.counted = append(fit, doc), append(r.counted, doc)
		}
	}
	l.days.Add(c.person, d)
	if len(fit) > 0 {
		l.last--
		id = l.last
		l.reservations.Add(id, r)
	}
	return id, fit, max(0, limit-d.used)
}

func (l *localQuota) settle(id int64, document filter.DocumentID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, ok := l.reservations.Get(id)
	i := slices.Index(r.counted, document)
	if !ok || i < 0 {
		return
	}
	r.counted = slices.Delete(slices.Clone(r.counted), i, i+1)
	l.reservations.Add(id, r)
	if d, ok := l.days.Get(r.person); ok && d.day.Equal(r.day) {
		d.delivered = append(slices.Clone(d.delivered), document)
		l.days.Add(r.person, d)
	}
}

func (l *localQuota) release(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, ok := l.reservations.Get(id)
	if !ok {
		return
	}
	l.reservations.Remove(id)
	if d, ok := l.days.Get(r.person); ok && d.day.Equal(r.day) {
		d.used = max(0, d.used-len(r.counted))
		l.days.Add(r.person, d)
	}
}
