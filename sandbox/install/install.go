package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

var errNoApt = errors.New("nothing can be installed here without asking, which needs root and apt")

// Binary finds a program by name on the PATH, then in the folders that match the patterns.
func Binary(name string, patterns ...string) (string, bool) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, true
		}
	}
	for _, pattern := range patterns {
		found, _ := filepath.Glob(filepath.Join(pattern, name))
		if len(found) > 0 {
			return found[len(found)-1], true // the last is the newest version: .../postgresql/17/bin
		}
	}
	return "", false
}

// CacheDir returns the directory for builds and downloads.
func CacheDir() (string, error) {
	if dir := os.Getenv("PAVILION_CACHE"); dir != "" {
		return dir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder; set PAVILION_CACHE: %w", err)
	}
	return filepath.Join(base, "pavilion"), nil
}

// Apt installs Debian packages if this process is root on a machine with apt. Test packages run in parallel, so a file lock
// prevents two calls of apt at once.
func Apt(ctx context.Context, packages ...string) error {
	if _, ok := Binary("apt-get"); !ok || os.Geteuid() != 0 {
		return errNoApt
	}
	unlock, err := fileLock("apt")
	if err != nil {
		return err
	}
	defer unlock()
	if err := Run(ctx, "", "apt-get", "update", "-qq"); err != nil {
		return err
	}
	args := []string{"DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"}
	return Run(ctx, "", "env", append(args, packages...)...)
}

// Once runs install under a lock unless the wanted file exists, and checks afterwards that it does. It first removes the folder of
// an install that was killed.
func Once(ctx context.Context, dir, want string, install func() error) error {
	unlock, err := fileLock(filepath.Base(dir))
	if err != nil {
		return err
	}
	defer unlock()
	if Exists(want) {
		return ctx.Err()
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear %s: %w", filepath.Base(dir), err)
	}
	if err := install(); err != nil {
		return err
	}
	if !Exists(want) {
		return fmt.Errorf("installed, but %s is not there", filepath.Base(want))
	}
	return nil
}

// Exists reports whether a file is there.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Run runs an installer in a folder, or with an empty name in the current one. It announces this on the standard error, because it may
// take minutes. The error is one line with the end of the installer's output.
func Run(ctx context.Context, dir, name string, args ...string) error {
	fmt.Fprintf(os.Stderr, "installing: %s %s\n", name, strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // names and versions are constants of the callers
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		said := strings.Join(strings.Fields(string(out)), " ")
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, said[max(0, len(said)-400):])
	}
	return nil
}

// fileLock locks a file against other processes of this machine. The lock ends with the process.
func fileLock(name string) (unlock func(), err error) {
	cache, err := CacheDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil { //nolint:gosec // a cache folder like any other
		return nil, fmt.Errorf("cache folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(cache, name+".lock"), os.O_CREATE|os.O_RDWR, 0o644) //nolint:gosec // holds nothing
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing releases the lock
}
