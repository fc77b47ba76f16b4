package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"

	"pavilion/internal/secret"
)

// Errors of settings that cannot work.
var (
	errNoSecret     = errors.New("a webhook secret is needed: without one every callback is refused")
	errManySecrets  = errors.New("at most two webhook secrets: the one in use, and the one before or after it")
	errShortSecret  = errors.New("a webhook secret has 16 characters or more")
	errNoKey        = errors.New("a key for the provider's API is needed")
	errURL          = errors.New("the address of the provider's API is https://host; plain http only on this machine")
	errSameSecret   = errors.New("the two webhook secrets are the same")
	errKeyIsWebhook = errors.New("the webhook secret is the API key: they are different things")
)

// Secrets sign callbacks. Two are valid at once while one is being replaced.
type Secrets []secret.String

func (s Secrets) check(key secret.String) error {
	switch {
	case len(s) == 0:
		return errNoSecret
	case len(s) > 2:
		return errManySecrets
	case len(s) == 2 && s[0] == s[1]:
		return errSameSecret
	}
	for _, one := range s {
		if len(one.Reveal()) < 16 {
			return errShortSecret
		}
		if one == key {
			return errKeyIsWebhook
		}
	}
	return nil
}

// signed tells whether one of the hex signatures is the HMAC of the message under one of the secrets. Every pair is compared, each in
// constant time, so the time taken tells only how many there are.
func (s Secrets) signed(message []byte, signatures []string) bool {
	good := false
	for _, one := range s {
		mac := hmac.New(sha256.New, []byte(one.Reveal()))
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

// checkURL refuses an address over which keys would travel in the clear.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" && u.Hostname() != "::1") {
		return errURL
	}
	return nil
}
