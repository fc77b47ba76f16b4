package install

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

var errNoNode = errors.New("no Node.js found: install it with npm (Debian: apt install nodejs npm)")

// Node finds Node.js and installs the exact packages of a folder's package-lock.json into the cache. It returns the program and the
// node_modules folder. It does not run the packages' install scripts.
func Node(ctx context.Context, dir string) (node, modules string, err error) {
	node, haveNode := Binary("node")
	npm, haveNpm := Binary("npm")
	if !haveNode || !haveNpm {
		if err := Apt(ctx, "nodejs", "npm"); err != nil {
			return "", "", fmt.Errorf("%w: %w", errNoNode, err)
		}
		node, haveNode = Binary("node")
		if npm, haveNpm = Binary("npm"); !haveNode || !haveNpm {
			return "", "", errNoNode
		}
	}
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return "", "", fmt.Errorf("node packages: %w", err)
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", "", fmt.Errorf("node packages: %w", err)
	}
	cache, err := CacheDir()
	if err != nil {
		return "", "", err
	}
	root := filepath.Join(cache, fmt.Sprintf("node-%.8x", sha256.Sum256(append(lock, manifest...))))
	modules = filepath.Join(root, "node_modules")
	// npm writes its own lock file into node_modules last.
	err = Once(ctx, root, filepath.Join(modules, ".package-lock.json"), func() error {
		if err := os.MkdirAll(root, 0o755); err != nil { //nolint:gosec // a cache folder like any other
			return fmt.Errorf("node packages: %w", err)
		}
		for name, content := range map[string][]byte{"package.json": manifest, "package-lock.json": lock} {
			if err := os.WriteFile(filepath.Join(root, name), content, 0o644); err != nil { //nolint:gosec // see above
				return fmt.Errorf("node packages: %w", err)
			}
		}
		return Run(ctx, root, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	})
	return node, modules, err
}
