package install

import (
	"context"
	"errors"
	"fmt"
)

var errNoChromium = errors.New("no Chromium found: install it (Debian: apt install chromium)")

// Chromium finds a Chromium or installs Debian's.
func Chromium(ctx context.Context) (path string, err error) {
	for range 2 {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if path, ok := Binary(name); ok {
				return path, nil
			}
		}
		if err := Apt(ctx, "chromium"); err != nil {
			return "", fmt.Errorf("%w: %w", errNoChromium, err)
		}
	}
	return "", errNoChromium
}
