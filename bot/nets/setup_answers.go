package nets

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// Errors of typed answers.
var (
	errTypedName     = fault.New(fault.Invalid, "typed_name")
	errTypedNets     = fault.New(fault.Invalid, "typed_nets")
	errTypedPerson   = fault.New(fault.Invalid, "typed_person")
	errHiddenPerson  = fault.New(fault.Invalid, "hidden_person")
	errTypedZone     = fault.New(fault.Invalid, "typed_zone")
	errTypedCurrency = fault.New(fault.Invalid, "typed_currency")
)

// Limits of the set-up. The editors and the API accept more.
const (
	mostNewNets  = 40
	mostNewStaff = 30
	maxNewPrice  = 1_000_000_000_000 // in minor units
)

// offeredZone is a time zone with a button. country selects the currency that is offered first.
type offeredZone struct{ name, country string }

// offeredZones are time zones of cricket countries. Buttons carry an index into the list, so new zones go to its end.
func offeredZones() []offeredZone {
	return []offeredZone{
		{"Asia/Kolkata", "IN"},
		{"Asia/Karachi", "PK"},
		{"Asia/Dhaka", "BD"},
		{"Asia/Colombo", "LK"},
		{"Asia/Kathmandu", "NP"},
		{"Asia/Dubai", "AE"},
		{"Europe/London", "GB"},
		{"Africa/Johannesburg", "ZA"},
		{"Australia/Sydney", "AU"},
		{"Pacific/Auckland", "NZ"},
		{"America/New_York", "US"},
		{"America/Toronto", "CA"},
	}
}

// city returns the city of a time zone's name.
func city(zone string) string {
	return strings.ReplaceAll(zone[strings.LastIndex(zone, "/")+1:], "_", " ")
}

// currencyOf returns the currency of a zone's country; empty for a zone that is not offered.
func currencyOf(zone string) string {
	for _, z := range offeredZones() {
		if z.name == zone {
			unit, _ := currency.FromRegion(language.MustParseRegion(z.country))
			return unit.String()
		}
	}
	return ""
}

// offeredCurrencies have a button, which carries an index: new ones go to the end.
func offeredCurrencies() []string {
	return []string{"INR", "PKR", "BDT", "LKR", "NPR", "AED", "GBP", "ZAR", "AUD", "NZD", "USD", "CAD", "EUR"}
}

// offeredHours have a button, which carries an index: new ones go to the end.
func offeredHours() []booking.TimesOfDay {
	return []booking.TimesOfDay{{From: 6 * 60, To: 22 * 60}, {From: 6 * 60, To: 21 * 60}, {From: 7 * 60, To: 22 * 60}, {From: 8 * 60, To: 20 * 60}, {From: 16 * 60, To: 22 * 60}, {From: 0, To: wholeDay}}
}

// offeredPrices returns common prices of an hour in a currency, in minor units.
func offeredPrices(code string) []int64 {
	steps := []int64{5, 8, 10, 12, 15, 20, 25, 30}
	if slices.Contains([]string{"INR", "PKR", "BDT", "LKR", "NPR"}, code) {
		steps = []int64{200, 300, 400, 500, 600, 800, 1000, 1200}
	}
	decimals, err := booking.Decimals(code)
	if err == nil && decimals == 0 {
		steps = []int64{500, 1000, 1500, 2000, 2500, 3000, 4000, 5000}
	}
	for i := range steps {
		for range decimals {
			steps[i] *= 10
		}
	}
	return steps
}

// choose stores the value of a button as the answer. It returns false for a value that the question does not have.
func (u setUp) choose(d *clubDraft, question int, value int64) bool {
	if value < 0 {
		return false
	}
	switch question {
	case setUpZone:
		if zones := offeredZones(); value < int64(len(zones)) {
			d.setZone(zones[value].name)
			return true
		}
	case setUpCurrency:
		if codes := offeredCurrencies(); value < int64(len(codes)) {
			d.setCurrency(codes[value])
			return true
		}
	case setUpNets:
		if value > 0 && value <= mostNewNets {
			d.Nets = u.numbered(int(value))
			return true
		}
	case setUpHours:
		if hours := offeredHours(); value < int64(len(hours)) {
			d.Hours = hours[value : value+1]
			return true
		}
	case setUpPrice:
		if value <= maxNewPrice {
			d.Member, d.Guest = &value, value
			return true
		}
	case setUpStaff:
		d.HasStaff = value == 0
		d.Staff = slices.DeleteFunc(d.Staff, func(p draftPerson) bool { return p.ID == value })
		return true
	}
	return false
}

// setZone changes the zone. Another zone clears the currency, which usually depends on it.
func (d *clubDraft) setZone(zone string) {
	if d.Zone != zone {
		d.setCurrency("")
	}
	d.Zone = zone
}

// setCurrency changes the currency. Another currency clears the price.
func (d *clubDraft) setCurrency(code string) {
	if d.Currency != code {
		d.Member = nil
	}
	d.Currency = code
}

// numbered returns the names of n nets: Net 1, Net 2 …
func (u setUp) numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = u.in.Say("setup.numbered", i+1)
	}
	return names
}

// take stores a typed answer.
func (u setUp) take(ctx context.Context, d *clubDraft, question int) error {
	text := strings.TrimSpace(u.event.Text)
	switch question {
	case setUpName:
		if !isName(text) {
			return errTypedName
		}
		d.Name = text
	case setUpZone:
		zone, err := typedZone(text)
		if err != nil {
			return err
		}
		d.setZone(zone)
	case setUpCurrency:
		code := strings.ToUpper(text)
		if _, err := booking.Decimals(code); err != nil {
			return errTypedCurrency
		}
		d.setCurrency(code)
	case setUpNets:
		if n, err := strconv.Atoi(text); err == nil && n > 0 && n <= mostNewNets {
			d.Nets = u.numbered(n)
			return nil
		}
		names, err := typedNets(text)
		if err != nil {
			return err
		}
		d.Nets = names
	case setUpHours:
		hours, err := parseHours(text)
		if err == nil {
			err = checkNewHours(hours)
		}
		if err != nil {
			return err
		}
		d.Hours = hours
	case setUpPrice:
		member, guest, err := parseRates(text, d.Currency)
		if err != nil || member.Minor > maxNewPrice || guest.Minor > maxNewPrice {
			return errTypedPrice
		}
		d.Member, d.Guest = &member.Minor, guest.Minor
	case setUpStaff:
		return u.takeStaff(ctx, d, text)
	default:
		return errStaleStep
	}
	return nil
}

// checkNewHours checks hours that apply on every day.
func checkNewHours(list []booking.TimesOfDay) error {
	hours, err := editHours(nil, step{Weekday: everyWeekday}, list)
	if err != nil {
		return err
	}
	return booking.CheckHours(hours)
}

// typedZone reads the name of a time zone, or the city of an offered zone.
func typedZone(text string) (string, error) {
	for _, z := range offeredZones() {
		if strings.EqualFold(text, city(z.name)) || strings.EqualFold(text, z.name) {
			return z.name, nil
		}
	}
	name := strings.ReplaceAll(text, " ", "_")
	if _, err := booking.ParseNewZone(name); err != nil {
		return "", errTypedZone
	}
	return name, nil
}

// typedNets reads the names of nets.
func typedNets(text string) ([]string, error) {
	var names []string
	for _, name := range parseNames(text) {
		name = strings.TrimSpace(name)
		if _, err := strconv.Atoi(name); err == nil || !isName(name) || slices.Contains(names, name) || len(names) == mostNewNets {
			return nil, errTypedNets
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, errTypedNets
	}
	return names, nil
}

// isName reports whether a text can be the name of a club or a net.
func isName(text string) bool { return isLabel(text) && telegram.CleanLine(text, maxLabel) != "" }

// takeStaff adds the author of a forwarded message, a contact, or the people named by @usernames or ids.
func (u setUp) takeStaff(ctx context.Context, d *clubDraft, text string) error {
	if about := u.event.About; about != nil {
		if about.ID == 0 {
			return errHiddenPerson
		}
		u.addStaff(d, *about)
		return nil
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	if len(words) == 0 || len(d.Staff)+len(words) > mostNewStaff {
		return errTypedPerson
	}
	for _, word := range words {
		p, err := u.person(ctx, word)
		if err != nil {
			return err
		}
		u.addStaff(d, p)
	}
	return nil
}

// person finds a person by @username or id.
func (u setUp) person(ctx context.Context, word string) (telegram.Person, error) {
	if name, ok := strings.CutPrefix(word, "@"); ok && name != "" {
		return u.Client.Messenger.PersonByName(ctx, name)
	}
	id, err := strconv.ParseInt(word, 10, 64)
	if err != nil || id <= 0 {
		return telegram.Person{}, errTypedPerson
	}
	return telegram.Person{ID: id, Name: u.names(ctx, []booking.MemberID{booking.MemberID(id)})[booking.MemberID(id)]}, nil
}
