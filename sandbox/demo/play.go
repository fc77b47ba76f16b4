package main

import (
	"context"
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// play is a running demo.
type play struct {
	scene  *sandbox.Scene
	out    *screen
	posted int // files in the channel
	checks int

	meera, arjun, zoya, tom *person

	// Set by the chapter that sets up the nets.
	club     miniapp.Club
	arjunApp *appUser
}

// patience ends a demo that hangs. Most steps take milliseconds.
const patience = 2 * time.Minute

func newPlay(ctx context.Context, s *sandbox.Scene, out *screen, posted int) (*play, error) {
	p := &play{scene: s, out: out, posted: posted}
	for _, who := range []struct {
		person **person
		user   world.User
		shade  ansi.Color
	}{
		{&p.meera, s.Admin, ansi.BrightMagenta},
		{&p.arjun, s.Members[0], ansi.BrightGreen},
		{&p.zoya, s.Members[1], ansi.BrightYellow},
		{&p.tom, s.Members[2], ansi.BrightRed},
	} {
		u, err := s.Connect(ctx, who.user)
		if err != nil {
			p.close()
			return nil, err
		}
		*who.person = &person{User: u, name: who.user.First, shade: who.shade, play: p}
	}
	return p, nil
}

func (p *play) close() {
	for _, who := range []*person{p.meera, p.arjun, p.zoya, p.tom} {
		if who != nil {
			who.Close()
		}
	}
	if p.arjunApp != nil {
		p.arjunApp.Close()
	}
}

// run plays the chapters in order until a check fails.
func (p *play) run(ctx context.Context) error {
	chapters := []struct {
		title string
		tell  func(ctx context.Context) error
	}{
		{"The admin adds a channel", p.addChannel},
		{"A file posted now is found now", p.postFile},
		{"What was posted before is read, too", p.readPast},
		{"A member types what a person would type", p.typeLikePeople},
		{"Versions of a title", p.versionsInARow},
		{"Pages, filters, and the file itself", p.pageAndDeliver},
		{"Nothing by that name", p.didYouMean},
		{"A whole season at once", p.sendAll},
		{"A link to a file", p.openLink},
		{"In a group, when addressed", p.inGroup},
		{"The group's own rules", p.groupRules},
		{"From any chat", p.inline},
		{"A database goes away and comes back", p.losePool},
		{"The bot is killed", p.killBot},
		{"A message to everybody, and the bot is killed twice", p.broadcast},
		{"The club's figures", p.figures},
		{"The first start leads to a club", p.setUpInChat},
		{"The club has nets: the API", p.openNets},
		{"A net is booked", p.bookNet},
		{"Booked and paid in the chat", p.payInChat},
		{"Two want one hour, and pay inside Telegram", p.raceForNet},
		{"Another club, by one command", p.setUpByCommand},
		{"The day's files are used up", p.quotaReached},
		{"Premium, bought with Stars", p.buyPremium},
		{"A link that asks to join first", p.joinFirst},
	}
	for i, c := range chapters {
		p.out.chapter(i+1, c.title)
		if err := c.tell(ctx); err != nil {
			return fmt.Errorf("chapter %d, %q: %w", i+1, c.title, err)
		}
	}
	return nil
}

// must draws a check that passed, or returns an error with the value that was seen.
func (p *play) must(held bool, claim string, saw any) error {
	if !held {
		return fmt.Errorf("this did not hold: %s; seen instead: %q", claim, fmt.Sprint(saw))
	}
	p.checks++
	p.out.check(claim)
	return nil
}

// all returns the first error of several checks.
func all(checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}
