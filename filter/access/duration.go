package access

import (
	"strconv"
	"time"

	"pavilion/internal/fault"
)

// ErrBanLength reports a length of a ban that is too long.
var ErrBanLength = fault.New(fault.Invalid, "ban_length")

// maxBan is the longest ban with an end.
const maxBan = 3650 * 24 * time.Hour

// ParseLength reads the length of a ban as an admin types it: 30m, 12h, 7d, 2w. isLength is false for another word.
func ParseLength(word string) (length time.Duration, isLength bool, err error) {
	if len(word) < 2 {
		return 0, false, nil
	}
	unit, ok := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[word[len(word)-1]|0x20]
	digits := word[:len(word)-1]
	for i := range len(digits) {
		ok = ok && digits[i] >= '0' && digits[i] <= '9'
	}
	if !ok {
		return 0, false, nil
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n == 0 || n > int64(maxBan/unit) {
		return 0, true, ErrBanLength
	}
	return time.Duration(n) * unit, true, nil
}
