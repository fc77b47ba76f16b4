package telegram

import (
	"cmp"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// SendLimits are Telegram's limits for a bot, as far as they are known.
type SendLimits struct {
	PerSecond      float64 // in all; 30 where 0
	ChatPerSecond  float64 // to one chat; 1 where 0
	ChatBurst      int     // messages to one chat that may go at once; 3 where 0
	GroupPerMinute float64 // to one group; 20 where 0
	Concurrency    int     // calls under way at once; 32 where 0
	Attempts       int     // of a call that fails for isTransient reasons; 5 where 0
}

func (l SendLimits) orDefaults() SendLimits {
	l.PerSecond, l.ChatPerSecond, l.ChatBurst = cmp.Or(l.PerSecond, 30), cmp.Or(l.ChatPerSecond, 1), cmp.Or(l.ChatBurst, 3)
	l.GroupPerMinute, l.Concurrency, l.Attempts = cmp.Or(l.GroupPerMinute, 20), cmp.Or(l.Concurrency, 32), cmp.Or(l.Attempts, 5)
	return l
}

// spareTokens is the number of messages that may go at once and are kept for answers. The other lanes wait until more than these are left.
func (l SendLimits) spareTokens() int { return int(l.PerSecond) / 3 }

// backgroundCalls is how many of the calls under way may be other than answers. When Telegram is slow, background calls alone would fill Concurrency.
func (l SendLimits) backgroundCalls() int { return max(1, l.Concurrency*3/4) }

// BroadcastPerSecond is the fastest broadcast. It leaves a fifteenth of the limit to answers.
func (l SendLimits) BroadcastPerSecond() int { return max(1, int(l.orDefaults().PerSecond*14/15)) }

// chatLimits are the rate limits of one chat: messages a second, and in a group messages a minute as well.
type chatLimits []*rate.Limiter

func (l chatLimits) full(now time.Time) bool {
	return !slices.ContainsFunc(l, func(l *rate.Limiter) bool { return l.TokensAt(now) < float64(l.Burst()) })
}

// limitsOf returns the limits of one chat. When there are many, it forgets those whose tokens are all back.
func (q *sendQueue) limitsOf(c Chat) chatLimits {
	c.Hash = 0
	if l := q.chats[c]; l != nil {
		return l
	}
	if len(q.chats) > 10_000 {
		now := q.now()
		for k, l := range q.chats {
			if l.full(now) {
				delete(q.chats, k)
			}
		}
	}
	l := chatLimits{rate.NewLimiter(rate.Limit(q.limits.ChatPerSecond), q.limits.ChatBurst)}
	if c.Type != Private {
		l = append(l, rate.NewLimiter(rate.Limit(q.limits.GroupPerMinute/60), max(1, int(q.limits.GroupPerMinute))))
	}
	q.chats[c] = l
	return l
}

// untilTokens is the time until a limit has n tokens.
func untilTokens(l *rate.Limiter, n int, now time.Time) time.Duration {
	missing := float64(n) - l.TokensAt(now)
	if missing <= 1e-9 {
		return 0
	}
	return time.Duration(missing/float64(l.Limit())*float64(time.Second)) + time.Microsecond
}

// take takes the tokens of a call that sends so many messages. An album counts as one in a second, and as its files in a minute.
func (l chatLimits) take(now time.Time, messages int) {
	l[0].AllowN(now, 1)
	for _, minute := range l[1:] {
		takeTokens(minute, now, messages)
	}
}

// takeTokens takes a token for each message, at least one. The limit may go into debt, because a call is not divided; later calls wait until the debt is paid.
func takeTokens(l *rate.Limiter, now time.Time, messages int) {
	for range max(1, messages) {
		l.ReserveN(now, 1)
	}
}
