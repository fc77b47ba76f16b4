package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
)

// timeTolerance is how far a signed time may be from now, on either side. Stripe's own helper is not used: it accepts any time in the future,
// reads the host's clock itself and takes one secret only.
const timeTolerance = 300 * time.Second

const (
	maxSignatures = 8    // in one header; the limit bounds the work for a forged one
	maxHeader     = 4096 // bytes
)

// verifyTimed checks a header of the form t=1700000000,v1=hex,v1=hex, which signs "t.body". It ignores schemes other than v1.
func (s Secrets) verifyTimed(header string, body []byte, now time.Time) error {
	if header == "" || len(header) > maxHeader {
		return booking.ErrForged
	}
	var stamp string
	var signatures []string
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.TrimSpace(name) {
		case "t":
			if stamp != "" {
				return booking.ErrForged // two times: the signed one is unknown
			}
			stamp = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(signatures) == 0 || len(signatures) > maxSignatures {
		return booking.ErrForged
	}
	message := append([]byte(stamp+"."), body...)
	good := s.verifySignature(message, signatures)
	// Seconds are compared as integers: as a time.Duration, a time in the year 292277026596 would overflow and pass.
	if age := now.Unix() - at; age > int64(timeTolerance.Seconds()) || age < -int64(timeTolerance.Seconds()) || at < 0 {
		return booking.ErrForged
	}
	if !good {
		return booking.ErrForged
	}
	return nil
}

// verifySignature reports whether one of the hex signatures is the HMAC of the message under one of the secrets. It compares every pair, each in
// constant time, so the time taken reveals only the number of pairs.
func (s Secrets) verifySignature(message []byte, signatures []string) bool {
	good := false
	for _, secret := range s {
		mac := hmac.New(sha256.New, []byte(secret.Reveal()))
		mac.Write(message)
		want := mac.Sum(nil)
		for _, signature := range signatures {
			got, err := hex.DecodeString(signature)
			if hmac.Equal(want, got) && err == nil {
				good = true
			}
		}
	}
	return good
}
