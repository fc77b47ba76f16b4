package config

import (
	"fmt"

	"pavilion/internal/secret"
)

const (
	maxLinkKeys   = 2 // one in use and the one before it
	shortestEntry = 16
)

// LinkSecrets returns the secrets from which the keys of links are derived. Without a setting it is the bot's token, so that links end when the token is
// replaced.
func (c Config) LinkSecrets() []secret.String {
	if list := SplitSecrets(c.LinkKeys); len(list) > 0 {
		return list
	}
	return []secret.String{c.BotToken}
}

// checkLinkKeys returns the mistakes in the keys of links.
func (c *Config) checkLinkKeys() []error {
	list := SplitSecrets(c.LinkKeys)
	if len(list) > maxLinkKeys {
		return []error{fmt.Errorf("%sLINK_KEYS: is one key, or two while one is being replaced: the new one first", Prefix)}
	}
	for _, key := range list {
		if len(key.Reveal()) < shortestEntry {
			return []error{fmt.Errorf("%sLINK_KEYS: is too easy to guess: use 16 characters or more for each key", Prefix)}
		}
	}
	return nil
}
