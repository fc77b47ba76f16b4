package gateway

import (
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
)

// freshness is how far a signed time may be from now, on either side. Stripe's own helper accepts every time that lies ahead, asks the
// host's clock itself and takes one secret; hence this file.
const freshness = 300 * time.Second

const (
	mostSignatures = 8    // in one header; more is an attempt to make us work
	mostHeader     = 4096 // bytes
)

// timed checks a header of the form t=1700000000,v1=hex,v1=hex over "t.body". Schemes other than v1 are ignored.
func (s Secrets) timed(header string, body []byte, now time.Time) error {
	if header == "" || len(header) > mostHeader {
		return booking.ErrForged
	}
	var stamp string
	var signatures []string
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.TrimSpace(name) {
		case "t":
			if stamp != "" {
				return booking.ErrForged // which of the two was signed is a guess
			}
			stamp = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(signatures) == 0 || len(signatures) > mostSignatures {
		return booking.ErrForged
	}
	message := append([]byte(stamp+"."), body...)
	good := s.signed(message, signatures)
	// Seconds are compared as integers: a time of the year 292277026596 must not wrap around into now.
	if age := now.Unix() - at; age > int64(freshness.Seconds()) || age < -int64(freshness.Seconds()) || at < 0 {
		return booking.ErrForged
	}
	if !good {
		return booking.ErrForged
	}
	return nil
}
