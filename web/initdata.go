package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// errInitData is the answer to every invalid initData. The reason is in the log only.
var errInitData = fault.New(fault.Unauthenticated, "init_data")

// Reasons why initData is invalid.
var (
	errInitDataSize      = errors.New("too long")
	errInitDataForm      = errors.New("not a query string")
	errInitDataDuplicate = errors.New("a key comes twice")
	errInitDataHash      = errors.New("no usable hash")
	errInitDataForged    = errors.New("the hash does not match")
	errInitDataDate      = errors.New("no usable auth_date")
	errInitDataUser      = errors.New("no usable user")
)

const maxInitData = 8 << 10

// parseInitData checks the signature of a Mini App's initData and returns the person who opened the app. Sessions.Open checks its age, by the
// database's clock, and that it is used once. start_param is signed too, but the author of the link chooses it: it proves nothing.
func parseInitData(raw string, botToken secret.String) (Proof, error) {
	var p Proof
	if len(raw) > maxInitData {
		return p, errInitDataSize
	}
	fields, err := initDataFields(raw)
	if err != nil {
		return p, err
	}
	hash, err := hex.DecodeString(fields["hash"])
	if err != nil || len(hash) != sha256.Size {
		return p, errInitDataHash
	}
	delete(fields, "hash") // and nothing else: the hash covers the newer signature field too
	lines := make([]string, 0, len(fields))
	for k, v := range fields {
		lines = append(lines, k+"="+v)
	}
	slices.Sort(lines)
	signed := strings.Join(lines, "\n")
	key := hmacSHA256([]byte("WebAppData"), botToken.Reveal())
	if !hmac.Equal(hmacSHA256(key, signed), hash) {
		return p, errInitDataForged
	}
	// The fields are Telegram's from here on.
	date, err := strconv.ParseInt(fields["auth_date"], 10, 64)
	if err != nil || date <= 0 {
		return p, errInitDataDate
	}
	var user struct {
		ID    int64 `json:"id"`
		IsBot bool  `json:"is_bot"`
	}
	if err := json.Unmarshal([]byte(fields["user"]), &user); err != nil || user.ID <= 0 || user.IsBot {
		return p, errInitDataUser
	}
	return Proof{User: UserID(user.ID), IssuedAt: time.Unix(date, 0), Digest: sha256.Sum256([]byte(signed))}, nil
}

func initDataFields(raw string) (map[string]string, error) {
	fields := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		k, v, ok := strings.Cut(pair, "=")
		key, kerr := url.QueryUnescape(k)
		value, verr := url.QueryUnescape(v)
		if !ok || key == "" || kerr != nil || verr != nil {
			return nil, errInitDataForm
		}
		if _, twice := fields[key]; twice {
			return nil, errInitDataDuplicate
		}
		fields[key] = value
	}
	return fields, nil
}

func hmacSHA256(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}
