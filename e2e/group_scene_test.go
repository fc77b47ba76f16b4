package e2e_test

import (
	"strings"
	"testing"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// clubGroup is a scene with a group in which the bot sees every message.
type clubGroup struct {
	*sandbox.Scene
	t             *testing.T
	w             *world.World
	admin, member *driver.User
	group         world.Peer
	db            *pgxpool.Pool // the bot's database
}

func groupScene(t *testing.T) *clubGroup {
	t.Helper()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	c := &clubGroup{Scene: s, t: t, w: s.DC.World(), admin: admin, member: member, group: world.ChannelPeer(s.Group)}
	if err := c.w.Promote(s.Group, s.BotID, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	var err error
	if c.db, err = pgxpool.New(t.Context(), s.Engines.PostgresURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.db.Close)
	return c
}

func (c *clubGroup) noErrors(errs ...error) {
	c.t.Helper()
	for _, err := range errs {
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// says sends a text into the group.
func (c *clubGroup) says(from world.User, text string) int {
	c.t.Helper()
	id, err := c.w.SendText(from.ID, c.group, text)
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

func (c *clubGroup) replies(from world.User, to int, text string) {
	c.t.Helper()
	if _, err := c.w.Reply(from.ID, c.group, to, text); err != nil {
		c.t.Fatal(err)
	}
}

// commands sends a command of the group's admin and waits for the answer.
func (c *clubGroup) commands(text, answer string) *tg.Message {
	c.t.Helper()
	c.says(c.Admin, text)
	m := awaitIn(c.t, c.admin, membersGroup, answer)
	return m
}

// taps taps a button of a group's message as the admin and waits until the message says something else.
func (c *clubGroup) taps(m *tg.Message, button, then string) *tg.Message {
	c.t.Helper()
	tapIn(c.t, c.admin, membersGroup, m, button)
	return c.await(c.admin, membersGroup, m.ID, then)
}

// await waits until a message reads in a way, or one of its buttons does.
func (c *clubGroup) await(u *driver.User, chat string, id int, part string) *tg.Message {
	c.t.Helper()
	m, err := u.Await(c.t.Context(), chat, func(m *tg.Message) bool {
		return m.ID == id && (strings.Contains(m.Message, part) || strings.Contains(buttons(m), part))
	})
	if err != nil {
		c.t.Fatalf("%q: %v", part, err)
	}
	return m
}

// answersTo returns the texts of the bot's answers to a message of the group, after the bot has answered a later command.
func (c *clubGroup) answersTo(id int) []string {
	c.t.Helper()
	mark := c.says(c.Admin, "/id@"+sandbox.BotName)
	var texts []string
	until(c.t, "the later command is answered", func() bool {
		texts = nil
		isAnswered := false
		for _, m := range historyOf(c.t, c.w, c.Admin.ID, c.group) {
			h, ok := m.ReplyTo.(*tg.MessageReplyHeader)
			if !ok || m.Out {
				continue
			}
			isAnswered = isAnswered || h.ReplyToMsgID == mark
			if h.ReplyToMsgID == id {
				texts = append(texts, m.Message)
			}
		}
		return isAnswered
	})
	return texts
}

func (c *clubGroup) wantSilence(id int, why string) {
	c.t.Helper()
	if got := c.answersTo(id); len(got) != 0 {
		c.t.Errorf("%s: answered with %q", why, got)
	}
}

func (c *clubGroup) exec(sql string, args ...any) {
	c.t.Helper()
	if _, err := c.db.Exec(c.t.Context(), sql, args...); err != nil {
		c.t.Fatal(err)
	}
}
