package booking

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"

	"pavilion/internal/fault"
)

// Errors of check-in codes.
var (
	ErrCheckInCode = fault.New(fault.NotFound, "check_in_code")
	ErrCheckInDay  = fault.New(fault.Conflict, "check_in_day")
)

// checkInCodeLength is the length of the part of a code that cannot be guessed: 50 random bits, of which the staff can try thirty a minute.
const checkInCodeLength = 10

// checkInCode is the code of a booking: its number, and a part that only the holder of the key can compute.
func checkInCode(key []byte, club ClubID, id ID) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "check-in %d %d", club, id)
	return fmt.Sprintf("%d-%s", id, base32.StdEncoding.EncodeToString(h.Sum(nil))[:checkInCodeLength])
}

// bookingOfCode reads the number of the booking out of a code, as people type it.
func bookingOfCode(code string) (id ID, clean string, ok bool) {
	clean = strings.ToUpper(strings.Join(strings.Fields(code), ""))
	number, secret, found := strings.Cut(clean, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	return ID(n), clean, found && err == nil && n > 0 && len(secret) == checkInCodeLength
}

// CheckInCode returns the code with which the staff check a booking in; for its member, while it is confirmed.
func (s *Service) CheckInCode(ctx context.Context, actor Actor, id ID) (string, error) {
	b, err := s.Booking(ctx, actor, id)
	if err != nil {
		return "", err
	}
	if b.Member != actor.ID {
		return "", ErrNoBooking
	}
	if b.Kind != Play || b.State != Confirmed {
		return "", ErrState
	}
	key, err := selectCheckInKey(ctx, s.db)
	if err != nil {
		return "", translate(ctx, err)
	}
	return checkInCode(key, b.Club, b.ID), nil
}

// CheckInByCode checks in the booking that a code names. Only the staff of the club may do it. It returns ErrCheckInDay for a booking of another day,
// ErrCheckInCode for a code that is wrong or of another club, and the errors of CheckIn.
func (s *Service) CheckInByCode(ctx context.Context, actor Actor, club ClubID, day Day, code string) (Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Booking{}, err
	}
	id, code, ok := bookingOfCode(code)
	if !ok {
		return Booking{}, ErrCheckInCode
	}
	key, err := selectCheckInKey(ctx, s.db)
	if err != nil {
		return Booking{}, translate(ctx, err)
	}
	if !hmac.Equal([]byte(code), []byte(checkInCode(key, club, id))) {
		return Booking{}, ErrCheckInCode
	}
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		switch {
		case b.Club != club:
			return ErrCheckInCode
		case b.Day != day:
			return ErrCheckInDay
		}
		return c.checkIn(ctx, b)
	})
}
