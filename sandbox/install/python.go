package install

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

var errNoPython = errors.New("no Python found: install Python 3 with venv (Debian: apt install python3-venv)")

// Venv makes a virtual environment of Python in a folder and installs packages into it, with the arguments of pip install.
func Venv(ctx context.Context, dir string, packages ...string) error {
	if _, ok := Binary("python3"); !ok {
		if err := Apt(ctx, "python3", "python3-venv"); err != nil {
			return fmt.Errorf("%w: %w", errNoPython, err)
		}
	}
	if err := Run(ctx, "", "python3", "-m", "venv", dir); err != nil {
		// Debian has venv in a package of its own. Root can install it; otherwise the error names it.
		if errApt := Apt(ctx, "python3-venv"); errApt != nil {
			return fmt.Errorf("%w: %w: %w", errNoPython, err, errApt)
		}
		if err := Run(ctx, "", "python3", "-m", "venv", dir); err != nil {
			return fmt.Errorf("%w: %w", errNoPython, err)
		}
	}
	return Run(ctx, "", filepath.Join(dir, "bin", "pip"), append([]string{"install", "--quiet", "--disable-pip-version-check"}, packages...)...)
}

// Python installs the exact packages of a requirements file, which has their hashes, into the cache. It returns the Python that finds them.
func Python(ctx context.Context, requirements string) (python string, err error) {
	content, err := os.ReadFile(requirements)
	if err != nil {
		return "", fmt.Errorf("python packages: %w", err)
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, fmt.Sprintf("python-%.8x", sha256.Sum256(content)))
	done := filepath.Join(dir, "requirements.txt") // written last
	err = Once(ctx, dir, done, func() error {
		if err := Venv(ctx, dir, "--require-hashes", "-r", requirements); err != nil {
			return err
		}
		if err := os.WriteFile(done, content, 0o644); err != nil { //nolint:gosec // a cache folder like any other
			return fmt.Errorf("python packages: %w", err)
		}
		return nil
	})
	return filepath.Join(dir, "bin", "python"), err
}
