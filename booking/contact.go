package booking

import (
	"context"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
)

// Contact holds a member's notification settings.
type Contact struct {
	Member    MemberID
	Channels  []Channel // in the order in which they are tried
	Quiet     *Quiet    // nil: no quiet hours
	Addresses []Address
}

// Quiet are quiet hours in minutes of the club's clock. They may reach over midnight.
type Quiet struct{ From, To int }

// Address is a member's address on one channel.
type Address struct {
	Channel   Channel
	Address   string
	Confirmed bool
	Refused   bool // the channel reported that it does not exist
}

// Errors about contacts.
var (
	ErrChannels = fault.New(fault.Invalid, "channels")
	ErrQuiet    = fault.New(fault.Invalid, "quiet_hours")
	ErrAddress  = fault.New(fault.Invalid, "address")
)

// confirmedAddress returns the member's address on a channel, if it is confirmed and not refused. Telegram needs no address.
func (c Contact) confirmedAddress(by Channel) (address string, ok bool) {
	if by == ByTelegram {
		return "", true
	}
	for _, a := range c.Addresses {
		if a.Channel == by && a.Confirmed && !a.Refused {
			return a.Address, true
		}
	}
	return "", false
}

// endAfter returns the end of the quiet hours that contain an instant; false when none do.
func (q *Quiet) endAfter(at time.Time, zone *time.Location) (time.Time, bool) {
	if q == nil || q.From == q.To {
		return time.Time{}, false
	}
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	day := DayIn(at, zone)
	switch {
	case q.From < q.To && (minute < q.From || minute >= q.To), q.From > q.To && minute < q.From && minute >= q.To:
		return time.Time{}, false
	case q.From > q.To && minute >= q.From:
		day++
	}
	return boundary(day, q.To, zone, Earlier), true
}

// Contact reads a member's notification settings.
func (s *Service) Contact(ctx context.Context, member MemberID) (Contact, error) {
	c, err := selectContact(ctx, s.db, member)
	return c, translate(ctx, err)
}

// EditContact locks a member's channels and quiet hours, reads them, applies edit and stores the result. Concurrent edits do not overwrite each other.
func (s *Service) EditContact(ctx context.Context, member MemberID, edit func(c *Contact)) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockContact(ctx, tx, member); err != nil {
			return err
		}
		c, err := selectContact(ctx, tx, member)
		if err != nil {
			return err
		}
		edit(&c)
		if err := c.checkContact(); err != nil {
			return err
		}
		return upsertContact(ctx, tx, c)
	})
}

func (c Contact) checkContact() error {
	known := map[Channel]bool{ByTelegram: true, ByEmail: true, BySMS: true}
	for _, by := range c.Channels {
		if !known[by] {
			return ErrChannels
		}
		known[by] = false
	}
	if len(c.Channels) == 0 {
		return ErrChannels
	}
	if q := c.Quiet; q != nil && (q.From < 0 || q.From >= 1440 || q.To < 0 || q.To >= 1440 || q.From == q.To) {
		return ErrQuiet
	}
	return nil
}

// SetAddress stores a member's address and sends a code to it. The address is used once the member has confirmed it with the code. If the member has
// chosen channels without this one, it is added at the end.
func (s *Service) SetAddress(ctx context.Context, member MemberID, by Channel, address string) (Address, error) {
	address, err := parseAddress(by, address)
	if err != nil {
		return Address{}, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.requestCode(ctx, tx, member, by, address) })
	return Address{Channel: by, Address: address}, err
}

// RemoveAddress deletes an address.
func (s *Service) RemoveAddress(ctx context.Context, member MemberID, by Channel) error {
	return translate(ctx, deleteAddress(ctx, s.db, member, by))
}

// phoneNumber matches E.164 numbers: a country code and a number, fifteen digits at most.
var phoneNumber = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// maxMailbox is the maximum length of an email address, by the mail protocol.
const maxMailbox = 254

// parseAddress checks and normalizes an address.
func parseAddress(by Channel, text string) (string, error) {
	switch by {
	case ByEmail:
		text = strings.TrimSpace(text)
		a, err := mail.ParseAddress(text)
		if err != nil || a.Address != text || len(text) > maxMailbox || strings.ContainsAny(text, "\"\r\n") {
			return "", ErrAddress
		}
		local, domain, _ := strings.Cut(text, "@")
		if !strings.Contains(domain, ".") {
			return "", ErrAddress
		}
		return local + "@" + strings.ToLower(domain), nil
	case BySMS:
		text = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text)
		if !phoneNumber.MatchString(text) {
			return "", ErrAddress
		}
		return text, nil
	case ByTelegram:
	}
	return "", ErrAddress
}
