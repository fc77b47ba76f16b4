package access

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

// planAdmin are the screens of premium for the club's admins.
type planAdmin struct{ *Plans }

var errPremiumArgs = fault.New(fault.Invalid, "premium_args")

// HandlePremium answers /premium: it lists the plans, adds one, changes a price, shows a person's time or gives them some. The router admits the club's
// admins only.
func (s *Plans) HandlePremium(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type != telegram.Private {
		return errPrivateOnly
	}
	reply, err := planAdmin{s}.obey(ctx, e, strings.Fields(e.Text))
	if err != nil {
		return err
	}
	_, err = s.messenger.SendText(ctx, e.Chat, reply, telegram.Cause{Event: e})
	return err
}

// obey runs /premium with its arguments and returns the screen with the result.
func (s planAdmin) obey(ctx context.Context, e *telegram.Event, args []string) (telegram.Reply, error) {
	switch {
	case len(args) == 0:
		return s.planList(ctx, e)
	case args[0] == "add":
		return s.addPlan(ctx, e, args[1:])
	case args[0] == "price":
		return s.setPrice(ctx, e, args[1:])
	}
	return s.givePerson(ctx, e, args)
}

// checkAdmin refuses a change by a person who is not one of the club's admins.
func (s planAdmin) checkAdmin(e *telegram.Event) error {
	if !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	return nil
}

func (s planAdmin) planList(ctx context.Context, e *telegram.Event) (telegram.Reply, error) {
	plans, err := s.Premium.Plans(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.drawing(e).planList(plans), nil
}

// addPlan reads "30 100 500 monthly priority Gold": days, Stars, files a day, options, title.
func (s planAdmin) addPlan(ctx context.Context, e *telegram.Event, args []string) (telegram.Reply, error) {
	plan, ok := parsePlan(args)
	if !ok {
		return telegram.Reply{}, errPremiumArgs
	}
	if err := s.checkAdmin(e); err != nil {
		return telegram.Reply{}, err
	}
	if _, err := s.Premium.AddPlan(ctx, plan); err != nil {
		return telegram.Reply{}, err
	}
	return s.planList(ctx, e)
}

// parsePlan reads the arguments of /premium add.
func parsePlan(args []string) (p access.Plan, ok bool) {
	if len(args) < 4 {
		return p, false
	}
	var numbers [3]int
	for i := range numbers {
		n, err := strconv.Atoi(args[i])
		if err != nil {
			return p, false
		}
		numbers[i] = n
	}
	p.Days, p.Stars, p.Perks.FilesPerDay = numbers[0], int64(numbers[1]), numbers[2]
	args = args[3:]
	for options := map[string]*bool{"monthly": &p.Monthly, "unprotected": &p.Perks.Unprotected, "priority": &p.Perks.Priority}; len(args) > 0; args = args[1:] {
		option := options[strings.ToLower(args[0])]
		if option == nil {
			break
		}
		*option = true
	}
	p.Title = strings.Join(args, " ")
	return p, p.Title != ""
}

// setPrice reads "2 150": the plan's number and its new price.
func (s planAdmin) setPrice(ctx context.Context, e *telegram.Event, args []string) (telegram.Reply, error) {
	if len(args) != 2 {
		return telegram.Reply{}, errPremiumArgs
	}
	id, err := strconv.ParseInt(args[0], 10, 64)
	stars, err2 := strconv.ParseInt(args[1], 10, 32)
	if err != nil || err2 != nil {
		return telegram.Reply{}, errPremiumArgs
	}
	plan, err := s.Premium.Plan(ctx, access.PlanID(id))
	if err == nil {
		err = s.checkAdmin(e)
	}
	if err == nil {
		plan.Stars = stars
		_, err = s.Premium.ChangePlan(ctx, plan)
	}
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.planList(ctx, e)
}

// givePerson reads "12345" or "12345 2 30": a person, a plan to give and its days.
func (s planAdmin) givePerson(ctx context.Context, e *telegram.Event, args []string) (telegram.Reply, error) {
	var numbers []int64
	for _, arg := range args {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || n <= 0 {
			return telegram.Reply{}, errPremiumArgs
		}
		numbers = append(numbers, n)
	}
	if len(numbers) > 3 {
		return telegram.Reply{}, errPremiumArgs
	}
	if len(numbers) > 1 {
		if err := s.give(ctx, e, numbers); err != nil {
			return telegram.Reply{}, err
		}
	}
	return s.personView(ctx, e, numbers[0])
}

func (s planAdmin) give(ctx context.Context, e *telegram.Event, numbers []int64) error {
	plan, err := s.Premium.Plan(ctx, access.PlanID(numbers[1]))
	if err != nil {
		return err
	}
	days := plan.Days
	if len(numbers) == 3 {
		days = int(min(numbers[2], 1<<20)) // Give checks the bounds
	}
	if err := s.checkAdmin(e); err != nil {
		return err
	}
	return s.Premium.Give(ctx, access.Gift{Plan: plan.ID, Person: filter.UserID(numbers[0]), By: filter.UserID(e.From.ID), Days: days})
}

func (s planAdmin) personView(ctx context.Context, e *telegram.Event, person int64) (telegram.Reply, error) {
	v := personView{planDrawing: s.drawing(e), person: person}
	var err error
	if v.has, err = s.Premium.EntitlementsOf(ctx, filter.UserID(person)); err != nil {
		return telegram.Reply{}, err
	}
	if v.newest, err = s.Premium.Newest(ctx, filter.UserID(person)); err != nil {
		return telegram.Reply{}, err
	}
	if v.plans, err = s.Premium.Plans(ctx); err != nil {
		return telegram.Reply{}, err
	}
	return v.draw(), nil
}

// PersonCard returns the premium line of an admin's card of a person, and the button that opens their premium.
func (s *Plans) PersonCard(ctx context.Context, e *telegram.Event, person int64) (lines []string, buttons []telegram.Button, err error) {
	has, err := s.Premium.EntitlementsOf(ctx, filter.UserID(person))
	if err != nil {
		return nil, nil, err
	}
	d := s.drawing(e)
	for _, e := range has {
		lines = append(lines, "⭐ "+d.entitlement(e))
	}
	return lines, []telegram.Button{d.button(d.in.Say("premium.button"), planTap{verb: verbPerson, person: person})}, nil
}

// giveByButton gives a plan's days to a person, if nothing changed since the button was drawn. It shows the person in any case.
func (s planAdmin) giveByButton(ctx context.Context, e *telegram.Event, p planTap) error {
	plan, err := s.Premium.Plan(ctx, p.plan)
	if err != nil {
		return err
	}
	if err := s.checkAdmin(e); err != nil {
		return err
	}
	answer := ""
	err = s.Premium.Give(ctx, access.Gift{Plan: plan.ID, Person: filter.UserID(p.person), By: filter.UserID(e.From.ID), Days: plan.Days, Seen: &p.entitlement})
	if errors.Is(err, access.ErrEntitlementChanged) {
		answer, err = s.Texts.In(e).Error("entitlement_changed"), nil
	}
	if err != nil {
		return err
	}
	return s.showPerson(ctx, e, p.person, answer)
}

// showPerson puts the screen of a person into a tapped message.
func (s planAdmin) showPerson(ctx context.Context, e *telegram.Event, person int64, answer string) error {
	reply, err := s.personView(ctx, e, person)
	if err != nil {
		return err
	}
	return s.answerAndEdit(ctx, e, answer, reply)
}

// tapAdmin handles the admins' buttons. Its caller has checked the right.
func (s planAdmin) tapAdmin(ctx context.Context, e *telegram.Event, p planTap) error {
	switch p.verb {
	case verbWithdraw:
		return s.withdraw(ctx, e, p)
	case verbPerson:
		return s.showPerson(ctx, e, p.person, "")
	case verbGive:
		return s.giveByButton(ctx, e, p)
	}
	has, err := s.Premium.EntitlementsOf(ctx, filter.UserID(p.person))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(has, func(one access.Entitlement) bool { return one.ID == p.entitlement })
	if i < 0 {
		return access.ErrEntitlementUnknown
	}
	switch p.verb {
	case verbAskRefund:
		return s.answerAndEdit(ctx, e, "", s.drawing(e).askRefund(has[i]))
	case verbTakeBack:
		err = s.Premium.TakeBack(ctx, p.entitlement, filter.UserID(p.person))
	case verbRefund:
		err = s.Premium.RequestRefund(ctx, has[i].Charge, filter.UserID(e.From.ID))
		s.wake()
	}
	if err != nil {
		return err
	}
	return s.showPerson(ctx, e, p.person, "")
}

// withdraw stops selling a plan, or sells it again.
func (s planAdmin) withdraw(ctx context.Context, e *telegram.Event, p planTap) error {
	plan, err := s.Premium.Plan(ctx, p.plan)
	if err != nil {
		return err
	}
	plan.Version, plan.Withdrawn = p.version, !plan.Withdrawn
	if _, err := s.Premium.ChangePlan(ctx, plan); err != nil {
		return err
	}
	reply, err := s.planList(ctx, e)
	if err != nil {
		return err
	}
	return s.answerAndEdit(ctx, e, "", reply)
}
