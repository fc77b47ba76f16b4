package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// A code confirms that an address belongs to the member. Without it, anybody could make the club send messages to strangers at the club's expense.

const (
	codeLifetime = 15 * time.Minute
	maxCodeTries = 5 // of one code
	codesPerDay  = 5 // for one member, and to one address
	codeInterval = 30 * time.Second
)

var errCodeNotSent = errors.New("the code was not sent")

// Errors about codes.
var (
	ErrCode       = fault.New(fault.Invalid, "code")
	ErrCodeTries  = fault.New(fault.TooMany, "code_tries")
	ErrCodesADay  = fault.New(fault.TooMany, "codes_a_day")
	ErrCodeSoon   = fault.New(fault.TooMany, "code_soon")
	ErrNotOffered = fault.New(fault.Invalid, "not_offered")
)

// codeArgs is the job that makes and sends a code. The job makes the code, so only its hash is ever stored.
type codeArgs struct {
	Member  MemberID `json:"member"`
	Channel Channel  `json:"channel"`
}

// Kind names the job.
func (codeArgs) Kind() string { return "booking_contact_code" }

// codeAttempts is small, because the member can request another code.
const codeAttempts = 3

// requestCode stores an address and enqueues its code, within the limits.
func (s *Service) requestCode(ctx context.Context, tx pgx.Tx, member MemberID, by Channel, address string) error {
	if err := lockContact(ctx, tx, member); err != nil {
		return err
	}
	asked, latest, err := countCodes(ctx, tx, member, address)
	switch {
	case err != nil:
		return err
	case asked >= codesPerDay:
		return ErrCodesADay
	case latest < codeInterval:
		return ErrCodeSoon
	}
	if err := saveAddress(ctx, tx, member, by, address); err != nil {
		return err
	}
	if _, err := s.jobs.InsertTx(ctx, tx, codeArgs{Member: member, Channel: by}, &river.InsertOpts{Queue: string(JobQueue), MaxAttempts: codeAttempts}); err != nil {
		return fmt.Errorf("enqueue code: %w", err)
	}
	return nil
}

// ConfirmAddress confirms a member's address with the code that was sent to it.
func (s *Service) ConfirmAddress(ctx context.Context, member MemberID, by Channel, code string) error {
	var wrong error // returned outside of the transaction, which commits the failed try
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		want, tries, err := selectCode(ctx, tx, member, by)
		switch hash := sha256.Sum256([]byte(code)); {
		case err != nil:
			return err
		case len(want) == 0:
			return ErrCode
		case tries >= maxCodeTries:
			return ErrCodeTries
		case subtle.ConstantTimeCompare(want, hash[:]) != 1:
			wrong = ErrCode
			return countWrongCode(ctx, tx, member, by)
		}
		wrong = nil
		return confirmAddress(ctx, tx, member, by)
	})
	if err != nil {
		return err
	}
	return wrong
}

// sendCode makes a code and sends it.
func (s *Service) sendCode(ctx context.Context, o WorkerOptions, a codeArgs) error {
	by := o.messengerFor(a.Channel)
	if by == nil {
		return river.JobCancel(ErrNotOffered)
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("make code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	hash := sha256.Sum256([]byte(code))
	address, err := saveCodeHash(ctx, s.db, a.Member, a.Channel, hash[:], codeLifetime)
	if err != nil || address == "" { // removed or confirmed meanwhile
		return err
	}
	in := s.phrases.In(o.languageOf(ctx, a.Member))
	ctx, cancel := context.WithTimeoutCause(ctx, sendTimeout, errSendTimeout)
	defer cancel()
	err = by.Send(ctx, Message{
		Notification: Notification{Member: a.Member}, To: address, Text: in.Say("code."+string(a.Channel), code), Language: in.Language(), Once: "code " + rand.Text(),
	})
	switch {
	case fault.KindOf(err) == fault.Gone:
		return river.JobCancel(errCodeNotSent)
	case err != nil:
		s.logger.LogAttrs(ctx, slog.LevelInfo, "a code was not sent", slog.String("channel", string(a.Channel)), slog.String("code", fault.CodeOf(err)))
		return errCodeNotSent // the queue stores the error's text, and a mail server's text may contain the address
	}
	return nil
}
