package gateway

import (
	"errors"
	"net/url"

	"pavilion/internal/secret"
)

// Errors of the settings.
var (
	errNoSecret     = errors.New("a webhook secret is needed: without one every callback is refused")
	errManySecrets  = errors.New("at most two webhook secrets: the one in use, and the one before or after it")
	errShortSecret  = errors.New("a webhook secret has 16 characters or more")
	errNoKey        = errors.New("a key for the provider's API is needed")
	errURL          = errors.New("the address of the provider's API is https://host; plain http only on this machine")
	errSameSecret   = errors.New("the two webhook secrets are the same")
	errKeyIsWebhook = errors.New("the webhook secret is the API key: they are different things")
)

// Secrets sign callbacks. Two are valid while one replaces the other.
type Secrets []secret.String

func (s Secrets) checkSecrets(key secret.String) error {
	switch {
	case len(s) == 0:
		return errNoSecret
	case len(s) > 2:
		return errManySecrets
	case len(s) == 2 && s[0] == s[1]:
		return errSameSecret
	}
	for _, webhook := range s {
		if len(webhook.Reveal()) < 16 {
			return errShortSecret
		}
		if webhook == key {
			return errKeyIsWebhook
		}
	}
	return nil
}

// checkURL refuses an address that would send keys unencrypted to another machine.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" && u.Hostname() != "::1") {
		return errURL
	}
	return nil
}
