package config_test

import (
	"strings"
	"testing"
)

func TestLinkKeys_AreOneOrTwoLongOnes(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]int{
		"":                                     1, // the bot's token
		"0123456789abcdef":                     1,
		"0123456789abcdef,fedcba9876543210":    2,
		"0123456789abcde":                      0,
		"0123456789abcdef,short":               0,
		strings.Repeat("0123456789abcdef,", 3): 0,
	} {
		values := validSettings()
		values["PAVILION_LINK_KEYS"] = keys
		c, err := load(values)
		if (err == nil) != (want > 0) {
			t.Errorf("%q: %v", keys, err)
			continue
		}
		if err == nil && len(c.LinkSecrets()) != want {
			t.Errorf("%q: %d keys", keys, len(c.LinkSecrets()))
		}
		if err != nil && strings.Contains(err.Error(), "0123456789") {
			t.Errorf("the error prints a key: %v", err)
		}
	}
}
