// The updates that an account missed: its state, and the differences since an earlier state.

package world

import (
	"slices"
	"sort"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeDifference(d *tg.ServerDispatcher) {
	d.OnUpdatesGetState(on0(w, (*call).getState))
	d.OnUpdatesGetDifference(on(w, (*call).getDifference))
	d.OnUpdatesGetChannelDifference(on(w, (*call).getChannelDifference))
}

func (w *World) stateOf(a *account) tg.UpdatesState {
	unread := 0
	for _, d := range a.Dialogs {
		unread += len(d.IDs) - 1 - last(d.IDs, d.ReadInbox)
	}
	return tg.UpdatesState{Pts: a.Pts, Qts: a.Qts, Date: w.now(), Seq: 1, UnreadCount: unread}
}

// Pts returns the number of the last event in an account's box.
func (w *World) Pts(accountID int64) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.Accounts[accountID]; a != nil {
		return a.Pts
	}
	return 0
}

func (c *call) getState() (*tg.UpdatesState, error) {
	s := c.stateOf(c.me)
	return &s, nil
}

func (c *call) getDifference(r *tg.UpdatesGetDifferenceRequest) (tg.UpdatesDifferenceClass, error) {
	a := c.me
	total, limited := r.GetPtsTotalLimit()
	switch {
	case r.Pts <= 0:
		return nil, tgerr.New(400, "PERSISTENT_TIMESTAMP_EMPTY")
	case r.Pts > a.Pts:
		return nil, tgerr.New(400, "PERSISTENT_TIMESTAMP_INVALID")
	case r.Pts < a.LogFrom, limited && total > 0 && a.Pts-r.Pts > total:
		return &tg.UpdatesDifferenceTooLong{Pts: a.Pts}, nil
	}
	events, slice := after(a.Log, r.Pts, c.o.SliceSize)
	var extra []tg.UpdateClass
	if !slice {
		extra = c.missedByBot(r.Qts)
	}
	if len(events) == 0 && len(extra) == 0 {
		return &tg.UpdatesDifferenceEmpty{Date: c.now(), Seq: 1}, nil
	}
	messages, others := c.replay(events)
	others = append(others, extra...)
	state := c.stateOf(a)
	if slice {
		state.Pts, state.Qts = events[len(events)-1].Pts, r.Qts
		return &tg.UpdatesDifferenceSlice{
			NewMessages: messages, OtherUpdates: others, Users: c.people.userList(), Chats: c.people.chatList(), IntermediateState: state,
		}, nil
	}
	return &tg.UpdatesDifference{
		NewMessages: messages, OtherUpdates: others, Users: c.people.userList(), Chats: c.people.chatList(), State: state,
	}, nil
}

// after returns the events of a log after pts. more means that further events follow.
func after(log []event, pts, limit int) (events []event, more bool) {
	from := sort.Search(len(log), func(i int) bool { return log[i].Pts > pts })
	events = log[from:]
	if len(events) > limit {
		return events[:limit], true
	}
	return events, false
}

// replay renders events of the caller's box in their present state: a message that was edited since is rendered with the edit,
// and a deleted one is left out.
func (c *call) replay(events []event) ([]tg.MessageClass, []tg.UpdateClass) {
	messages, others := []tg.MessageClass{}, []tg.UpdateClass{}
	for _, e := range events {
		id := e.IDs[0]
		m := c.Messages[c.me.Box[id]]
		c.people.add(e.Peer)
		switch e.Kind {
		case eventNew:
			if m != nil {
				messages = append(messages, c.view(m, id, c.people))
			}
		case eventEdit:
			if m != nil {
				others = append(others, &tg.UpdateEditMessage{Message: c.view(m, id, c.people), Pts: e.Pts, PtsCount: e.Count})
			}
		case eventDelete:
			others = append(others, &tg.UpdateDeleteMessages{Messages: slices.Clone(e.IDs), Pts: e.Pts, PtsCount: e.Count})
		case eventReadIn:
			others = append(others, &tg.UpdateReadHistoryInbox{
				Peer: e.Peer.tg(), MaxID: id, StillUnreadCount: e.IDs[1], Pts: e.Pts, PtsCount: e.Count,
			})
		case eventReadOut:
			others = append(others, &tg.UpdateReadHistoryOutbox{Peer: e.Peer.tg(), MaxID: id, Pts: e.Pts, PtsCount: e.Count})
		case eventPin, eventUnpin:
			others = append(others, &tg.UpdatePinnedMessages{
				Pinned: e.Kind == eventPin, Peer: e.Peer.tg(), Messages: slices.Clone(e.IDs), Pts: e.Pts, PtsCount: e.Count,
			})
		}
	}
	return messages, others
}

// maxQLog is the number of qts updates that are kept for a bot.
const maxQLog = 10_000

// tellBot sends a bot-only update, which is counted by qts.
func (c *call) tellBot(bot *account, u tg.UpdateClass, mentioned ...Peer) {
	bot.Qts++
	switch u := u.(type) {
	case *tg.UpdateBotStopped:
		u.Qts = bot.Qts
	case *tg.UpdateChannelParticipant:
		u.Qts = bot.Qts
	case *tg.UpdateChatParticipant:
		u.Qts = bot.Qts
	case *tg.UpdateBotChatInviteRequester:
		u.Qts = bot.Qts
	}
	raw := encode(u)
	bot.QLog = append(bot.QLog, qevent{Qts: bot.Qts, Update: raw, Mentioned: mentioned})
	if len(bot.QLog) > maxQLog {
		bot.QLog = slices.Clone(bot.QLog[maxQLog/10:])
	}
	c.emit(bot, func(g *gathered) tg.UpdateClass {
		g.add(mentioned...)
		again, _ := tg.DecodeUpdate(&bin.Buffer{Buf: raw})
		return again
	})
}

func (c *call) missedByBot(qts int) []tg.UpdateClass {
	var list []tg.UpdateClass
	for _, q := range c.me.QLog {
		if q.Qts <= qts {
			continue
		}
		if u, err := tg.DecodeUpdate(&bin.Buffer{Buf: q.Update}); err == nil {
			c.people.add(q.Mentioned...)
			list = append(list, u)
		}
	}
	return list
}
