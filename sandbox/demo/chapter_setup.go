package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/driver"
)

// clubName is the club that is set up in the chat.
const clubName = "Riverside Nets"

// setUpInChat: /start leads the admin through seven questions to a club of four nets.
func (p *play) setUpInChat(ctx context.Context) error {
	kiran, err := p.scene.DC.World().AddUser("9996620031", "Kiran", "", "kiran_desk", "en")
	if err != nil {
		return err
	}
	devi, err := p.scene.DC.World().AddUser("9996620032", "Devi", "", "devi_desk", "en")
	if err != nil {
		return err
	}
	home, _, err := p.meera.writes(ctx, bot, "/start")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(rows(home), "Set up the club"), "the admin is led to a club", face(home)); err != nil {
		return err
	}
	if _, err = p.meera.goes(ctx, home, true, button("🛠 Set up the club")); err != nil {
		return err
	}
	m, _, err := p.meera.writes(ctx, bot, clubName)
	if err != nil {
		return err
	}
	for _, answer := range []string{"Kolkata", "INR", "4", "06:00–22:00", "₹400"} {
		if m, err = p.meera.goes(ctx, m, true, button(answer)); err != nil {
			return err
		}
	}
	if _, _, err = p.meera.writes(ctx, bot, "@kiran_desk"); err != nil {
		return err
	}
	before, err := p.meera.newest(ctx, bot)
	if err != nil {
		return err
	}
	p.out.wait(ctx)
	p.meera.types("", "(Devi's contact)")
	if err := p.meera.SendContact(ctx, bot, devi.Phone, devi.First); err != nil {
		return err
	}
	m, err = p.meera.gets(ctx, "", func(m *tg.Message) bool { return m.ID > before && p.meera.fromBot(m) })
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(rows(m), "✕ "+kiran.First) && strings.Contains(rows(m), "✕ "+devi.First), "two help at the desk", face(m)); err != nil {
		return err
	}
	for _, answer := range []string{"✅ That is all", "✅ Create the club"} {
		if m, err = p.meera.goes(ctx, m, true, button(answer)); err != nil {
			return err
		}
	}
	if err := p.must(strings.Contains(m.Message, clubName+" is ready\n4 nets can be booked now."), "a club of four nets with hours, a price and two at the desk, by eight taps and three messages", face(m)); err != nil {
		return err
	}
	hello, _, err := p.tom.writes(ctx, bot, "/start")
	if err != nil {
		return err
	}
	return p.must(strings.Contains(rows(hello), "Book a net") && !strings.Contains(rows(hello), "Nets, hours"), "members are led to booking, and not to the settings", face(hello))
}

// lakeside is a club in the form of `pavilion club apply`.
const lakeside = `name      = "Lakeside Academy"
time_zone = "Asia/Kolkata"
currency  = "INR"
staff     = [%d, %d]

[[net]]
name = "Turf 1"
[[net]]
name = "Turf 2"
[[net]]
name   = "Hall A"
indoor = true
[[net]]
name   = "Hall B"
indoor = true

[[hours]]
days = "mon-fri"
open = "06:00-22:00"
[[hours]]
days = "sat, sun"
open = "06:00-12:00, 15:00-23:00"

[[price]]
name   = "Day"
member = 300
guest  = 450
[[price]]
name   = "Evening"
hours  = "17:00-22:00"
member = 400
guest  = 600
`

// setUpByCommand: `pavilion club apply` makes a second club from a file. Applying the file again changes nothing.
func (p *play) setUpByCommand(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "pavilion-demo-")
	if err != nil {
		return fmt.Errorf("the club's file: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder of its own
	file := filepath.Join(dir, "lakeside.toml")
	text := fmt.Sprintf(lakeside, p.scene.Members[1].ID, p.scene.Members[2].ID)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return fmt.Errorf("the club's file: %w", err)
	}
	p.out.terminal("lakeside.toml", text)
	printed, err := p.applies(ctx, file)
	if err != nil {
		return err
	}
	p.out.terminal("pavilion club apply lakeside.toml", printed)
	compact := strings.Join(strings.Fields(printed), " ")
	made := strings.Contains(compact, "Turf 1 6 Turf 2 6 Hall A 6 indoor Hall B 6 indoor") && strings.Contains(compact, "sat, sun all 06:00-12:00, 15:00-23:00") &&
		strings.Contains(compact, "Evening all every day 17:00-22:00 400.00 INR 600.00 INR") && strings.Count(compact, " staff") == 2
	if err := p.must(made, "a club of four nets with hours, prices and two of the staff, by one command", printed); err != nil {
		return err
	}
	again, err := p.applies(ctx, file)
	if err := p.must(err == nil && again == printed, "applied again, it changes nothing", again); err != nil {
		return err
	}
	m, _, err := p.tom.writes(ctx, bot, "/book")
	if err != nil {
		return err
	}
	return p.must(len(driver.Buttons(m)) == 2 && strings.Contains(rows(m), "Lakeside Academy"), "members choose between the clubs at once", face(m))
}

// applies runs `pavilion club apply` while the bot runs.
func (p *play) applies(ctx context.Context, file string) (string, error) {
	out, err := p.scene.Run(ctx, "club", "apply", file)
	if err != nil {
		return "", fmt.Errorf("pavilion club: %w: %s", err, out)
	}
	return out, nil
}
