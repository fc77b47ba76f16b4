package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"pavilion/booking"
	"pavilion/booking/clubplan"
	"pavilion/config"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
	"pavilion/storage"
)

const clubUsage = `pavilion club - set up and change a club

  pavilion club apply FILE   create or change a club as a file describes it; config/club.toml.example explains the format
  pavilion club create --name NAME --zone Asia/Kolkata --currency INR --nets 4 --hours 06:00-22:00 --price 300/450
                       [--staff ID,ID] [--admins ID] [--pays-online]
  pavilion club nets   [--add "Net 5,Net 6"] [--rename "Net 1=North net"] [--retire NAME] [--reopen NAME]
  pavilion club hours  [--net NAME] [--days mon-fri] 06:00-12:00,16:00-22:00     or: closed
  pavilion club prices --name Evening [--net NAME] [--days mon-fri] [--hours 17:00-22:00] --price 300/450     or: --remove
  pavilion club roles  ID=admin ID=staff ID=member ID=guest
  pavilion club show

Where there are several clubs, --club NAME says which. A price is that of an hour, for members and for guests. Each command prints the club as it is
afterwards, and changes nothing where something is wrong.
`

// errUsage reports an unknown subcommand or wrong arguments.
var errUsage = errors.New("cannot be understood")

// club runs `pavilion club`.
func club(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] == "help" {
		fmt.Fprint(out, clubUsage)
		return nil
	}
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: cfg.PostgresURL})
	if err != nil {
		return err
	}
	defer db.Close()
	silent := slog.New(slog.DiscardHandler)
	if err := prepareSchema(ctx, db, cfg.Migrate, silent); err != nil {
		return fmt.Errorf("%w\n%s", err, schemaAdvice(err))
	}
	service, err := booking.New(booking.Options{DB: db, Logger: silent})
	if err != nil {
		return err
	}
	c := clubCommand{Service: service, actor: booking.Actor{Role: booking.Admin, Origin: "command"}}
	id, err := c.run(ctx, args[0], args[1:])
	if err != nil {
		return inWords(err)
	}
	overview, err := service.Overview(ctx, c.actor, id)
	if err != nil {
		return err
	}
	return clubplan.Write(out, overview)
}

// inWords prefixes an error with the English sentence of its code.
func inWords(err error) error {
	phrases, perr := phrase.Load()
	if perr != nil || fault.KindOf(err) == fault.Internal {
		return errors.Join(err, perr)
	}
	return fmt.Errorf("%s (%w)", phrases.In(phrase.Fallback).Error(fault.CodeOf(err)), err)
}

// clubCommand is the state that the subcommands share. Its actor is the system with the rights of an admin.
type clubCommand struct {
	*booking.Service
	actor booking.Actor
	name  string // of the club; empty if there is only one
}

func (c *clubCommand) run(ctx context.Context, verb string, args []string) (booking.ClubID, error) {
	flags := flag.NewFlagSet(verb, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.name, "club", "", "")
	do, known := map[string]func(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error){
		"apply": c.apply, "create": c.create, "nets": c.nets, "hours": c.hours, "prices": c.prices, "roles": c.roles, "show": c.show,
	}[verb]
	if !known {
		return 0, fmt.Errorf("club %s %w\n\n%s", verb, errUsage, clubUsage)
	}
	return do(ctx, flags, args)
}

// parse reads flags before, between and after the other arguments, and returns the others. words is their number; -1 allows any.
func parse(flags *flag.FlagSet, args []string, words int) ([]string, error) {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, fmt.Errorf("club %s: %w\n\n%s", flags.Name(), err, clubUsage)
		}
		if flags.NArg() == 0 {
			break
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
	if words >= 0 && len(rest) != words {
		return nil, fmt.Errorf("club %s %q %w\n\n%s", flags.Name(), rest, errUsage, clubUsage)
	}
	return rest, nil
}

func (c *clubCommand) apply(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	rest, err := parse(flags, args, 1)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(rest[0])
	if err != nil {
		return 0, fmt.Errorf("club file: %w", err)
	}
	plan, err := clubplan.Read(string(text))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", rest[0], err)
	}
	id, err := clubplan.Apply(ctx, c.Service, c.actor, plan)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", rest[0], err)
	}
	return id, nil
}

func (c *clubCommand) create(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	var p clubplan.Plan
	var price clubplan.Price
	hours := clubplan.Hours{}
	flags.StringVar(&p.Name, "name", "", "")
	flags.TextVar(&p.Zone, "zone", clubplan.Zone{}, "")
	flags.StringVar(&p.Currency, "currency", "", "")
	flags.Func("nets", "", func(text string) error { return addNets(&p, text) })
	flags.Func("hours", "", func(text string) error { return hours.Open.UnmarshalText([]byte(text)) })
	flags.Func("price", "", price.SetAmounts)
	flags.Func("staff", "", idsInto(&p.Staff))
	flags.Func("admins", "", idsInto(&p.Admins))
	flags.BoolFunc("pays-online", "", func(string) error {
		p.Policy.PaysOnline = new(true)
		return nil
	})
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	if hours.Open != nil {
		p.Hours = []clubplan.Hours{hours}
	}
	if price.Member != "" {
		price.Name = "Standard"
		p.Prices = []clubplan.Price{price}
	}
	return clubplan.Create(ctx, c.Service, c.actor, p)
}

const mostNets = 100 // the largest number in one --nets or --add flag

// addNets adds nets to the plan. text is a number of nets, or their names separated by commas.
func addNets(p *clubplan.Plan, text string) error {
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > mostNets {
			return fmt.Errorf("a number from 1 to %d, or names", mostNets)
		}
		for i := range n {
			p.Nets = append(p.Nets, clubplan.Net{Name: fmt.Sprintf("Net %d", i+1)})
		}
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		p.Nets = append(p.Nets, clubplan.Net{Name: strings.TrimSpace(name)})
	}
	return nil
}

// idsInto returns a parser of user ids separated by commas. It appends them to list.
func idsInto(list *[]booking.MemberID) func(text string) error {
	return func(text string) error {
		for part := range strings.SplitSeq(text, ",") {
			id, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
			if err != nil {
				return errors.New("user ids are numbers; /id in the bot's chat tells one's own")
			}
			*list = append(*list, booking.MemberID(id))
		}
		return nil
	}
}

// plan applies a plan to the chosen club.
func (c *clubCommand) plan(ctx context.Context, p clubplan.Plan) (booking.ClubID, error) {
	found, err := clubplan.Find(ctx, c.Service, c.name)
	if err != nil {
		return 0, err
	}
	p.Name = found.Name
	return clubplan.Apply(ctx, c.Service, c.actor, p)
}

func (c *clubCommand) nets(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	var p clubplan.Plan
	flags.Func("add", "", func(text string) error { return addNets(&p, text) })
	flags.Func("rename", "", func(text string) error {
		from, to, ok := strings.Cut(text, "=")
		p.Nets = append(p.Nets, clubplan.Net{Was: strings.TrimSpace(from), Name: strings.TrimSpace(to)})
		if !ok {
			return errors.New("write OLD=NEW")
		}
		return nil
	})
	for name, retired := range map[string]bool{"retire": true, "reopen": false} {
		flags.Func(name, "", func(text string) error {
			p.Nets = append(p.Nets, clubplan.Net{Name: text, Was: text, Retired: &retired})
			return nil
		})
	}
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	return c.plan(ctx, p)
}

func (c *clubCommand) roles(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	rest, err := parse(flags, args, -1)
	if err != nil {
		return 0, err
	}
	var p clubplan.Plan
	lists := map[string]*[]booking.MemberID{string(booking.Admin): &p.Admins, string(booking.Staff): &p.Staff, string(booking.Player): &p.Members, string(booking.Guest): &p.Guests}
	for _, word := range rest {
		id, role, _ := strings.Cut(word, "=")
		list := lists[role]
		if list == nil {
			return 0, fmt.Errorf("%q: %w", word, booking.ErrRole)
		}
		if err := idsInto(list)(id); err != nil {
			return 0, fmt.Errorf("%q: %w", word, err)
		}
	}
	return c.plan(ctx, p)
}

func (c *clubCommand) hours(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	var h clubplan.Hours
	flags.StringVar(&h.Net, "net", "", "")
	flags.Func("days", "", func(text string) error { return h.Days.UnmarshalText([]byte(text)) })
	rest, err := parse(flags, args, -1)
	if err != nil {
		return 0, err
	}
	if err := h.Open.UnmarshalText([]byte(strings.Join(rest, " "))); err != nil {
		return 0, err
	}
	return c.change(ctx, func(ctx context.Context, s *booking.Service, id booking.ClubID) error {
		return clubplan.ReplaceHours(ctx, s, c.actor, id, h)
	})
}

func (c *clubCommand) prices(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	var p clubplan.Price
	remove := flags.Bool("remove", false, "")
	flags.StringVar(&p.Name, "name", "", "")
	flags.StringVar(&p.Net, "net", "", "")
	flags.Func("days", "", func(text string) error { return p.Days.UnmarshalText([]byte(text)) })
	flags.Func("hours", "", func(text string) error { return p.Hours.UnmarshalText([]byte(text)) })
	flags.Func("price", "", p.SetAmounts)
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	return c.change(ctx, func(ctx context.Context, s *booking.Service, id booking.ClubID) error {
		if *remove {
			return clubplan.RemovePrice(ctx, s, c.actor, id, p.Name)
		}
		return clubplan.ReplacePrice(ctx, s, c.actor, id, p)
	})
}

// change changes the chosen club in one transaction.
func (c *clubCommand) change(ctx context.Context, fn func(ctx context.Context, s *booking.Service, id booking.ClubID) error) (id booking.ClubID, err error) {
	err = c.SetUp(ctx, func(ctx context.Context, s *booking.Service) error {
		found, err := clubplan.Find(ctx, s, c.name)
		if err != nil {
			return err
		}
		id = found.ID
		return fn(ctx, s, id)
	})
	return id, err
}

func (c *clubCommand) show(ctx context.Context, flags *flag.FlagSet, args []string) (booking.ClubID, error) {
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	found, err := clubplan.Find(ctx, c.Service, c.name)
	return found.ID, err
}
