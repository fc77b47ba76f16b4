package install

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

var errNoHindi = errors.New("no font for Hindi found: install one (Debian: apt install fonts-lohit-deva)")

// HindiFont installs Debian's font for Hindi if fontconfig knows none. Without one, a browser draws boxes instead of letters. A system without fontconfig,
// such as macOS, brings its fonts along.
func HindiFont(ctx context.Context) error {
	list, ok := Binary("fc-list")
	if !ok {
		return nil
	}
	for range 2 {
		known, err := exec.CommandContext(ctx, list, ":lang=hi", "family").Output() //nolint:gosec // our own arguments
		if err != nil {
			return fmt.Errorf("fonts: %w", err)
		}
		if len(known) > 0 {
			return nil
		}
		if err := Apt(ctx, "fonts-lohit-deva"); err != nil {
			return fmt.Errorf("%w: %w", errNoHindi, err)
		}
	}
	return errNoHindi
}
